import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { type CredentialKey, credentialSources, type Credentials } from './auth-file.ts';
import { askCredentialHelper } from './credential-helper.ts';
import { type Environment, variable } from './environment.ts';

export interface CredentialSearch {
  /** `--authfile`: the only file that is read. */
  readonly authFile: string | undefined;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/**
 * The credentials of the first file that has any, in the order of containers-auth.json(5).
 * @returns undefined when there are none: the registry is asked without.
 * @throws LayahError `registry` for a file that the user named and that is not there, and for one that is not JSON.
 */
export async function findCredentials(
  key: CredentialKey,
  { authFile, environment, signal }: CredentialSearch,
): Promise<Credentials | undefined> {
  const named = authFile ?? variable(environment, 'REGISTRY_AUTH_FILE');
  for (const path of named === undefined ? defaultPaths(environment) : [named]) {
    const text = await readAuthFile(path, named !== undefined);
    if (text === undefined) continue;
    for (const source of sourcesIn(text, path, key)) {
      const credentials =
        source.kind === 'helper'
          ? await askCredentialHelper(source, environment, signal)
          : source.credentials;
      if (credentials !== undefined) return credentials;
    }
  }
  return undefined;
}

function defaultPaths(environment: Environment): string[] {
  const home = variable(environment, 'HOME');
  const runtime = variable(environment, 'XDG_RUNTIME_DIR');
  const config = variable(environment, 'XDG_CONFIG_HOME') ?? (home && join(home, '.config'));
  const docker = variable(environment, 'DOCKER_CONFIG') ?? (home && join(home, '.docker'));
  return [
    ...(runtime === undefined
      ? [`/run/containers/${process.getuid?.() ?? 0}`]
      : [join(runtime, 'containers')]),
    ...(config === undefined ? [] : [join(config, 'containers')]),
  ]
    .map((directory) => join(directory, 'auth.json'))
    .concat(docker === undefined ? [] : [join(docker, 'config.json')]);
}

/** @returns undefined when it is not there, or is not for us to read and nobody named it. */
async function readAuthFile(path: string, wasNamed: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = systemErrorCode(cause) ?? '';
    if (!wasNamed && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(code)) return undefined;
    throw new LayahError({
      code: 'registry',
      message: `reading the auth file ${path}`,
      hint: 'Name one that is there with --authfile or REGISTRY_AUTH_FILE; podman login --authfile FILE HOST makes one.',
      cause,
    });
  }
}

function sourcesIn(text: string, path: string, key: CredentialKey): ReturnType<typeof credentialSources> {
  try {
    return credentialSources(text, key);
  } catch {
    // Node's message quotes the text around the error: it may be a password.
    throw new LayahError({
      code: 'registry',
      message: `the auth file ${path} is not valid JSON`,
      hint: 'Log in again with podman login, or name another file with --authfile.',
    });
  }
}
