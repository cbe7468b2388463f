import { LayahError } from '../model/errors.ts';
import { countOf, type FlagValues, isSet, singleValue } from './flag-values.ts';
import type { LogSettings } from './log.ts';

const FORMATS = ['text', 'json'] as const;
const PROGRESS = ['auto', 'plain', 'none'] as const;

/** @throws LayahError `usage` */
export function parseLogSettings(values: FlagValues): LogSettings {
  const verbosity = countOf(values, 'verbose');
  const quiet = isSet(values, 'quiet');
  if (quiet && verbosity > 0) {
    throw new LayahError({ code: 'usage', message: '--quiet and --verbose cannot be given together' });
  }
  return {
    verbosity,
    quiet,
    format: oneOf(values, 'log-format', FORMATS),
    progress: oneOf(values, 'progress', PROGRESS),
  };
}

/**
 * How to report an error before, or because, the arguments could not be parsed: what of it can be told from them
 * without parsing.
 */
export function guessErrorSettings(argv: readonly string[]): { json: boolean; stacks: boolean } {
  const json = argv.some(
    (text, index) => text === '--log-format=json' || (text === '--log-format' && argv[index + 1] === 'json'),
  );
  const verbose = argv.filter((text) => /^(?:-v+|--verbose)$/.test(text));
  const verbosity = verbose.reduce((sum, text) => sum + (text.startsWith('--') ? 1 : text.length - 1), 0);
  return { json, stacks: verbosity >= 2 };
}

/** The first of the list is the default. */
function oneOf<Choice extends string>(
  values: FlagValues,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = singleValue(values, name) ?? choices[0];
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new LayahError({
    code: 'usage',
    message: `--${name}: ${JSON.stringify(text)} is none of ${choices.join(', ')}`,
  });
}
