import type { JsonObject } from './json.ts';

export interface Platform {
  readonly os: string;
  /** As OCI and Go spell it: amd64, arm64, ... */
  readonly architecture: string;
  readonly variant?: string;
}

/** What layah keeps of the image that a root filesystem came from, with the user's changes applied. */
export interface SourceImage {
  /**
   * Further fields of the image config document (author, os.version, unknown ones). Never holds created,
   * architecture, variant, os, config, rootfs or history.
   */
  readonly document: JsonObject;
  /** The runtime config (Env, Cmd, Labels, ...), every field that came in; undefined when none came in. */
  readonly runtimeConfig: JsonObject | undefined;
  readonly platform: Platform;
  /** Annotations of the new manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The `created` of the image, whole seconds since 1970; undefined when the config says nothing. */
  readonly createdSeconds: number | undefined;
}
