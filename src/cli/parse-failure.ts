import { editDistance } from '../model/edit-distance.ts';
import { LayahError } from '../model/errors.ts';
import type { Flag } from './flags.ts';

export function missingValue({ name }: Flag): LayahError {
  return new LayahError({
    code: 'usage',
    message: `--${name} needs a value`,
    hint: `A value that begins with a dash is written --${name}=VALUE.`,
  });
}

export function unexpectedValue({ name }: Flag): LayahError {
  return new LayahError({ code: 'usage', message: `--${name} takes no value` });
}

export function unexpectedArgument(text: string): LayahError {
  return new LayahError({ code: 'usage', message: `unexpected argument ${JSON.stringify(text)}` });
}

/** @param written - with its dashes. */
export function unknownOption(written: string, flags: readonly Flag[]): LayahError {
  const similar = findSimilar(flags, written);
  return new LayahError({
    code: 'usage',
    message: `unknown option ${written}`,
    ...(similar !== undefined && { hint: `Did you mean --${similar.name}?` }),
  });
}

/** The flag that the text is the beginning of, else one that differs by two edits at most, one in a short name. */
function findSimilar(flags: readonly Flag[], written: string): Flag | undefined {
  const begun = written.length > 3 ? flags.find(({ name }) => `--${name}`.startsWith(written)) : undefined;
  return begun ?? flags.find(({ name }) => editDistance(`--${name}`, written) <= (name.length > 4 ? 2 : 1));
}
