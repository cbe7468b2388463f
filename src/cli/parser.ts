import { parseArgs } from 'node:util';
import type { FlagValue, FlagValues } from './flag-values.ts';
import { type Command, commandFlags, type Flag } from './flags.ts';
import { missingValue, unexpectedArgument, unexpectedValue, unknownOption } from './parse-failure.ts';

/**
 * The flags of a command. Values are checked later, by config.
 * @throws LayahError `usage` for an unknown flag, a missing value or one too many.
 */
export function parseFlags(argv: readonly string[], command: Command): FlagValues {
  const flags = commandFlags(command);
  const { tokens } = parseArgs({
    args: argv.slice(command.name.split(' ').length),
    options: Object.fromEntries(flags.map((flag) => [flag.name, parsedOption(flag)])),
    strict: false,
    tokens: true,
  });
  const dashes = tokens.findIndex(({ kind }) => kind === 'option-terminator');
  const values: Record<string, FlagValue> = {};
  const words: string[] = [];
  const wordsAfterDashes: string[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'positional') {
      (dashes >= 0 && index > dashes ? wordsAfterDashes : words).push(token.value);
    } else if (token.kind === 'option') {
      const flag = flags.find(({ name }) => name === token.name);
      if (flag === undefined) throw unknownOption(token.rawName, flags);
      values[flag.name] = addOccurrence(values[flag.name], flag, token);
    }
  }
  if (command.takesCommand === true)
    return { ...values, ...namedWords(words, command), '--': wordsAfterDashes };
  return { ...values, ...namedWords([...words, ...wordsAfterDashes], command) };
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function parsedOption({ alias, value }: Flag) {
  const type = value === undefined ? 'boolean' : 'string';
  return alias === undefined ? ({ type } as const) : ({ type, short: alias } as const);
}

function addOccurrence(earlier: FlagValue | undefined, flag: Flag, token: OptionToken): FlagValue {
  if (flag.value === undefined) {
    if (token.value !== undefined) throw unexpectedValue(flag);
    return flag.repeatable === true ? Number(earlier ?? 0) + 1 : true;
  }
  const value = givenValue(flag, token);
  return earlier === undefined ? value : [earlier, value].flat().map(String);
}

/** What begins with a dash is a flag, unless it is a lone dash or written behind `=`. */
function givenValue(flag: Flag, { rawName, value, inlineValue }: OptionToken): string {
  if (value === undefined || (inlineValue !== true && /^-./s.test(value))) throw missingValue(flag);
  // -o=FILE means FILE, as for podman and buildah.
  return inlineValue === true && !rawName.startsWith('--') ? value.replace(/^=/, '') : value;
}

/** By their names; of a list all that is left. */
function namedWords(words: readonly string[], { positionals = [] }: Command): FlagValues {
  const last = positionals.at(-1);
  if (last?.endsWith('...') === true) {
    const named = Object.fromEntries(positionals.slice(0, -1).map((name, index) => [name, words[index]]));
    return { ...named, [last.slice(0, -3)]: words.slice(positionals.length - 1) };
  }
  const unexpected = words[positionals.length];
  if (unexpected !== undefined) throw unexpectedArgument(unexpected);
  return Object.fromEntries(words.map((word, index) => [positionals[index], word]));
}
