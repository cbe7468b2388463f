import { SOURCE_NAMES, type SourceName } from '../model/component.ts';
import type { BuildOptions } from '../model/options.ts';
import { readComponentMap } from './component-map.ts';
import type { Machine } from './machine.ts';
import { usageError } from './usage-error.ts';

export interface ComponentFlags {
  readonly components: string | undefined;
  readonly exclusive: readonly string[];
  readonly source: readonly string[];
}

type ComponentOptions = Pick<BuildOptions, 'componentMap' | 'enabledSources' | 'exclusiveComponents'>;

/** @throws LayahError `usage`; for the file of `--components`, `read-failed` or `bad-config`. */
export function parseComponentFlags(flags: ComponentFlags, machine: Machine): ComponentOptions {
  if (flags.exclusive.includes('')) throw usageError('--exclusive: the name of the component is empty');
  const enabledSources = parseSources(flags.source);
  return {
    enabledSources,
    exclusiveComponents: flags.exclusive,
    componentMap: flags.components === undefined ? undefined : readComponentMap(flags.components, machine),
  };
}

/** All but those that are off; the last word on a source counts. */
function parseSources(settings: readonly string[]): SourceName[] {
  const states = new Map<string, boolean>();
  for (const setting of settings) {
    const [, name = '', state] = /^([^=]*)=(on|off)$/.exec(setting) ?? [];
    if (state === undefined)
      throw usageError(`--source: ${JSON.stringify(setting)} is not NAME=off or NAME=on`);
    if (!SOURCE_NAMES.some((known) => known === name)) {
      throw usageError(`--source: ${JSON.stringify(name)} is none of ${SOURCE_NAMES.join(', ')}`);
    }
    states.set(name, state === 'on');
  }
  return SOURCE_NAMES.filter((name) => states.get(name) ?? true);
}
