import type { Platform, SourceImage } from '../model/image-config.ts';
import type { JsonObject } from '../model/json.ts';
import { machineArchitecture, parseArchitecture } from './architecture.ts';
import type { ImportedConfig } from './image-config-input.ts';
import { textMapMember } from './image-config-schema.ts';
import { applyKeyValueEdits, type KeyValueEdit, parseKeyValueEdit } from './key-value-edits.ts';
import type { Machine } from './machine.ts';

export interface ImageFlags {
  readonly label: readonly string[];
  readonly annotation: readonly string[];
  readonly arch: string | undefined;
}

/** The imported config with the user's changes. @throws LayahError `usage` */
export function editedImage(imported: ImportedConfig, flags: ImageFlags, machine: Machine): SourceImage {
  const labelEdits = flags.label.map((text) => parseKeyValueEdit('--label', text));
  const annotationEdits = flags.annotation.map((text) => parseKeyValueEdit('--annotation', text));
  return {
    document: imported.document,
    runtimeConfig: editLabels(imported.runtimeConfig, labelEdits),
    platform: resolvePlatform(imported, flags.arch, machine),
    annotations: applyKeyValueEdits(imported.annotations, annotationEdits),
    createdSeconds: imported.createdSeconds,
  };
}

/** Without labels left there is no member Labels, as in a config that never had any. */
function editLabels(config: JsonObject | undefined, edits: readonly KeyValueEdit[]): JsonObject | undefined {
  if (edits.length === 0) return config;
  const { Labels: _, ...rest } = config ?? {};
  const labels = applyKeyValueEdits(textMapMember(config ?? {}, 'Labels'), edits);
  if (Object.keys(labels).length > 0) return { ...rest, Labels: labels };
  return config === undefined ? undefined : rest;
}

/** `--arch`, else what the config says, else this machine. The same architecture keeps the config's variant. */
function resolvePlatform(imported: ImportedConfig, flag: string | undefined, machine: Machine): Platform {
  const os = imported.os ?? 'linux';
  const { architecture, variant } = imported;
  const configured = architecture !== undefined && {
    architecture,
    ...(variant !== undefined && { variant }),
  };
  if (flag === undefined) return { os, ...(configured || machineArchitecture(machine.architecture)) };
  const chosen = parseArchitecture(flag);
  const same = configured && configured.architecture === chosen.architecture && chosen.variant === undefined;
  return { os, ...(same ? configured : chosen) };
}
