import type { ConfigSummary } from '../model/image-report.ts';
import { compareByteOrder } from '../model/byte-order.ts';
import type { ReadImageConfig } from '../oci/schemas.ts';

/** What a config says of running the image. Fields of another type than the specification's say nothing. */
export function summarizeConfig({ created, config }: ReadImageConfig): ConfigSummary {
  const fields: Readonly<Record<string, unknown>> = config ?? {};
  return {
    created,
    user: textOf(fields['User']),
    workingDirectory: textOf(fields['WorkingDir']),
    entrypoint: textsOf(fields['Entrypoint']),
    command: textsOf(fields['Cmd']),
    environment: textsOf(fields['Env']),
    exposedPorts: keysOf(fields['ExposedPorts']),
    volumes: keysOf(fields['Volumes']),
    labels: labelsOf(fields['Labels']),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: unknown): string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.filter((item) => typeof item === 'string');
}

function keysOf(value: unknown): string[] {
  return isObject(value) ? Object.keys(value).sort(compareByteOrder) : [];
}

function labelsOf(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, label]): [string, string][] =>
      typeof label === 'string' ? [[key, label]] : [],
    ),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
