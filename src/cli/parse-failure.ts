import { editDistance } from '../model/edit-distance.ts';
import { LayahError } from '../model/errors.ts';
import { type Command, commandFlags, type Flag } from './flags.ts';

/** What yargs said of the arguments, in our words; its messages carry names without dashes. */
export function explainParseFailure(message: string, argv: readonly string[], command: Command): LayahError {
  const [, missing] = /^Not enough arguments following: (.+)$/.exec(message) ?? [];
  if (missing !== undefined) return missingValue(missing, command);
  const [, unknown] = /^Unknown arguments?: (.+)$/.exec(message) ?? [];
  if (unknown !== undefined) return unknownArgument(unknown.split(', '), argv, command);
  return new LayahError({ code: 'usage', message });
}

function missingValue(yargsName: string, command: Command): LayahError {
  const flag = commandFlags(command).find(({ name, alias }) => name === yargsName || alias === yargsName);
  const name = `--${flag?.name ?? yargsName}`;
  return new LayahError({
    code: 'usage',
    message: `${name} needs a value`,
    hint: `A value that begins with a dash is written ${name}=VALUE.`,
  });
}

function unknownArgument(names: readonly string[], argv: readonly string[], command: Command): LayahError {
  const option = argv.find((text) => isOneOf(text, names));
  if (option === undefined) {
    return new LayahError({
      code: 'usage',
      message: `unexpected argument ${JSON.stringify(names[0] ?? '')}`,
    });
  }
  const written = option.replace(/=.*$/s, '');
  const similar = findSimilar(commandFlags(command), written);
  return new LayahError({
    code: 'usage',
    message: `unknown option ${written}`,
    ...(similar !== undefined && { hint: `Did you mean --${similar.name}?` }),
  });
}

/** `--name`, `--name=value`, or a group of short options that has the letter. */
function isOneOf(text: string, names: readonly string[]): boolean {
  if (text.startsWith('--')) return names.includes(text.slice(2).replace(/=.*$/s, ''));
  return text.startsWith('-') && names.some((name) => text.slice(1).includes(name));
}

/** The flag that the text is the beginning of, else one that differs by two edits at most, one in a short name. */
function findSimilar(flags: readonly Flag[], written: string): Flag | undefined {
  const begun = written.length > 3 ? flags.find(({ name }) => `--${name}`.startsWith(written)) : undefined;
  return begun ?? flags.find(({ name }) => editDistance(`--${name}`, written) <= (name.length > 4 ? 2 : 1));
}
