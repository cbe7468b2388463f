import yargs, { type Argv, type Options } from 'yargs';
import { LayahError } from '../model/errors.ts';
import type { FlagValues } from './flag-values.ts';
import { type Command, commandFlags, type Flag } from './flags.ts';
import { beforeDashes } from './invocation.ts';
import { explainParseFailure } from './parse-failure.ts';

/**
 * The flags of a command. Values are checked later, by config.
 * @throws LayahError `usage` for an unknown flag, a missing value or one too many.
 */
export function parseFlags(argv: readonly string[], command: Command): FlagValues {
  const options = beforeDashes(argv);
  refuseSwitchValues(command, options);
  if (command.takesCommand !== true) return parseCommand(argv, command);
  return { ...parseCommand(options, command), '--': argv.slice(options.length + 1) };
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
