import { cpuUsage } from 'node:process';
import { LayahError } from '../../src/model/errors.ts';
import { cpuSecondsSince } from '../unit/cpu-seconds.ts';

/** Something that reads what nobody vouches for. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs to begin with. */
  readonly seeds: readonly Uint8Array[];
  /** Pieces of the format. */
  readonly tokens: readonly string[];
  /** What is neither a value nor a LayahError is a crash. */
  readonly read: (input: Buffer) => unknown;
}

export type Outcome =
  /** `shape` tells kinds of results apart, so that an input with a new one is worth keeping. */
  | { readonly kind: 'read' | 'refused'; readonly shape: string }
  | { readonly kind: 'crash'; readonly why: string };

/** Each input is read in time in proportion to its size: twenty times what the slowest format needs. */
const BASE_SECONDS = 0.25;
const SECONDS_PER_BYTE = 20e-6;

export async function tryInput(target: FuzzTarget, input: Buffer): Promise<Outcome> {
  const start = cpuUsage();
  const outcome = await readOnce(target, input);
  const seconds = cpuSecondsSince(start);
  const limit = BASE_SECONDS + input.length * SECONDS_PER_BYTE;
  if (outcome.kind === 'crash' || seconds <= limit) return outcome;
  // Collecting garbage of earlier inputs may be what took so long.
  const again = await fastestSeconds(target, input);
  if (again <= limit) return outcome;
  return { kind: 'crash', why: `took ${again.toFixed(2)} s for ${input.length} bytes` };
}

async function readOnce({ read }: FuzzTarget, input: Buffer): Promise<Outcome> {
  try {
    return { kind: 'read', shape: shapeOf(await read(Buffer.from(input))) };
  } catch (thrown) {
    if (thrown instanceof LayahError && thrown.code !== 'internal') {
      return {
        kind: 'refused',
        shape: `${thrown.code} ${thrown.message.replace(/[0-9]+|".*"/gs, '#').slice(0, 80)}`,
      };
    }
    return {
      kind: 'crash',
      why: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    };
  }
}

async function fastestSeconds(target: FuzzTarget, input: Buffer): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3; attempt++) {
    const start = cpuUsage();
    await readOnce(target, input);
    fastest = Math.min(fastest, cpuSecondsSince(start));
  }
  return fastest;
}

/** What fields there are, and how many: 0, 1, a few or many. */
function shapeOf(value: unknown): string {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return `[${Math.min(items.length, 3)}${items.length > 0 ? shapeOf(items[0]) : ''}]`;
  }
  if (typeof value !== 'object' || value === null) return value === undefined ? '-' : typeof value;
  return Object.entries(value)
    .map(([name, field]) => `${name}:${shapeOf(field)}`)
    .join(',')
    .slice(0, 200);
}
