import { LayahError } from '../model/errors.ts';
import { BUILD_COMMAND } from './commands/build-flags.ts';
import { CHUNK_COMMANDS } from './commands/chunk-flags.ts';
import { CONVERT_COMMAND } from './commands/convert-flags.ts';
import { DIFF_COMMAND } from './commands/diff-flags.ts';
import { EXPLAIN_COMMAND } from './commands/explain-flags.ts';
import { INSPECT_COMMAND } from './commands/inspect-flags.ts';
import { PLAN_COMMAND } from './commands/plan-flags.ts';
import { RECORD_COMMANDS } from './commands/record-flags.ts';
import { VERIFY_COMMAND } from './commands/verify-flags.ts';
import type { Command } from './flags.ts';

export const COMMANDS: readonly Command[] = [
  BUILD_COMMAND,
  CONVERT_COMMAND,
  PLAN_COMMAND,
  INSPECT_COMMAND,
  DIFF_COMMAND,
  EXPLAIN_COMMAND,
  VERIFY_COMMAND,
  ...RECORD_COMMANDS,
  ...CHUNK_COMMANDS,
];

export type Invocation =
  | { readonly kind: 'version' }
  /** No command: help about all of them when undefined. */
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'no-command' }
  | { readonly kind: 'run'; readonly command: Command };

/**
 * What the arguments ask for. Of a command to run, parser.ts reads the flags.
 * @throws LayahError `usage` for an unknown command.
 */
export function findInvocation(argv: readonly string[]): Invocation {
  const options = beforeDashes(argv);
  const command = findCommand(argv);
  if (options.some((text) => text === '--help' || text === '-h')) return { kind: 'help', command };
  if (command === undefined && options.includes('--version')) return { kind: 'version' };
  if (argv.length === 0) return { kind: 'no-command' };
  if (command === undefined) throw unknownCommand(argv);
  return { kind: 'run', command };
}

/** The command stands first: what comes before it could be the value of a flag. */
export function findCommand(argv: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, index) => word === argv[index]));
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  return argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
}

function unknownCommand([first = '', second]: readonly string[]): LayahError {
  const actions = COMMANDS.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  const words = COMMANDS.map(({ name }) => name.replace(/ .*/, ''));
  const names = actions.length > 0 ? actions : [...new Set(words)];
  return new LayahError({
    code: 'usage',
    message: actions.length > 0 ? unknownAction(first, second) : unknownFirst(first),
    hint: `Begin with one of ${names.join(', ')}; layah --help says more.`,
  });
}

function unknownFirst(text: string): string {
  return text.startsWith('-')
    ? `${text} stands where the command is expected`
    : `unknown command ${JSON.stringify(text)}`;
}

function unknownAction(command: string, text: string | undefined): string {
  return text === undefined
    ? `${command} alone says too little`
    : `unknown command ${JSON.stringify(`${command} ${text}`)}`;
}
