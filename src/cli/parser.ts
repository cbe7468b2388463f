import yargs, { type Argv, type Options } from 'yargs';
import { LayahError } from '../model/errors.ts';
import { BUILD_COMMAND } from './commands/build-flags.ts';
import { CONVERT_COMMAND } from './commands/convert-flags.ts';
import { PLAN_COMMAND } from './commands/plan-flags.ts';
import { RECORD_COMMANDS } from './commands/record-flags.ts';
import { VERIFY_COMMAND } from './commands/verify-flags.ts';
import type { FlagValues } from './flag-values.ts';
import { type Command, commandFlags, type Flag } from './flags.ts';
import { explainParseFailure } from './parse-failure.ts';

export const COMMANDS: readonly Command[] = [
  BUILD_COMMAND,
  CONVERT_COMMAND,
  PLAN_COMMAND,
  VERIFY_COMMAND,
  ...RECORD_COMMANDS,
];

export type Invocation =
  | { readonly kind: 'version' }
  /** No command: help about all of them when undefined. */
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'no-command' }
  | { readonly kind: 'run'; readonly command: Command; readonly values: FlagValues };

/**
 * What the arguments ask for. Values are checked later, by config.
 * @throws LayahError `usage` for an unknown command or flag, a missing value or one too many.
 */
export function parseArguments(argv: readonly string[]): Invocation {
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const command = findCommand(argv);
  if (options.some((text) => text === '--help' || text === '-h')) return { kind: 'help', command };
  if (command === undefined && options.includes('--version')) return { kind: 'version' };
  if (argv.length === 0) return { kind: 'no-command' };
  if (command === undefined) throw unknownCommand(argv);
  refuseSwitchValues(command, options);
  if (command.takesCommand !== true) return { kind: 'run', command, values: parseCommand(argv, command) };
  const values = { ...parseCommand(options, command), '--': argv.slice(options.length + 1) };
  return { kind: 'run', command, values };
}

/** The command stands first: what comes before it could be the value of a flag. */
export function findCommand(argv: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, index) => word === argv[index]));
}

function parseCommand(argv: readonly string[], command: Command): FlagValues {
  const words = command.name.split(' ');
  const values: FlagValues = yargs(argv.slice(words.length - 1))
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    })
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .strict()
    .fail((message, error) => {
      throw error instanceof LayahError ? error : explainParseFailure(message, argv, command);
    })
    .command(
      [words.at(-1), ...(command.positionals ?? []).map((name) => `[${name}]`)].join(' '),
      command.summary,
      (parser) => describeCommand(parser, command),
    )
    .parseSync();
  refuseArgumentsAfterDashes(values);
  return values;
}

function describeCommand(parser: Argv, command: Command): Argv {
  const described = parser.options(
    Object.fromEntries(commandFlags(command).map((flag) => [flag.name, yargsOption(flag)])),
  );
  return (command.positionals ?? []).reduce(
    // Without nargs a lone dash, standard input, would be read as the beginning of an option.
    (parsing, name) => parsing.positional(name, { type: 'string' }).nargs(name, 1),
    described,
  );
}

function yargsOption(flag: Flag): Options {
  const alias = flag.alias === undefined ? {} : { alias: flag.alias };
  if (flag.value !== undefined) return { ...alias, type: 'string', nargs: 1 };
  return { ...alias, type: flag.repeatable === true ? 'count' : 'boolean' };
}

/** yargs takes `--force=yes` for `--force=false`. */
function refuseSwitchValues(command: Command, options: readonly string[]): void {
  for (const { name, value } of commandFlags(command)) {
    if (value !== undefined || !options.some((text) => text.startsWith(`--${name}=`))) continue;
    throw new LayahError({ code: 'usage', message: `--${name} takes no value` });
  }
}

function refuseArgumentsAfterDashes(values: FlagValues): void {
  const words = values['_'];
  if (!Array.isArray(words) || words.length <= 1) return;
  throw new LayahError({ code: 'usage', message: `unexpected argument ${JSON.stringify(words[1])}` });
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
