/** What an installed gemspec says of itself. */
export interface GemSpecification {
  /** A byte string. */
  readonly name: string;
  /** The day of its release, as its author or the build set it. */
  readonly releaseTimeSeconds: number | undefined;
  /** Names of programs, byte strings. */
  readonly executables: readonly string[];
}

/**
 * Reads a gemspec as RubyGems writes it on installing (rubygems/stub_specification.rb, rubygems/specification.rb,
 * to_ruby): the line `# stub: NAME VERSION PLATFORM PATHS` near the beginning, `s.date = "2024-05-16"` and
 * `s.executables = ["a".freeze, "b".freeze]`. It is a program, and nothing of it is run.
 * @param text - a byte string.
 * @param fullName - the file's name without .gemspec, NAME-VERSION or NAME-VERSION-PLATFORM; tells the name where the
 * stub line is missing.
 */
export function parseGemSpecification(text: string, fullName: string): GemSpecification {
  const [, stubName] = STUB_PATTERN.exec(text.slice(0, STUB_BYTES)) ?? [];
  const [, date] = DATE_PATTERN.exec(text) ?? [];
  const [, executables = ''] = EXECUTABLES_PATTERN.exec(text) ?? [];
  return {
    name: stubName ?? nameOf(fullName),
    releaseTimeSeconds: parseDay(date),
    executables: Array.from(executables.matchAll(/"([^"]*)"/g), ([, name = '']) => name).filter(isFileName),
  };
}

/** The stub line is the first or second one. */
const STUB_BYTES = 1024;
const STUB_PATTERN = /^# stub: ([A-Za-z0-9._-]{1,200}) \S+ /m;
const EXECUTABLES_PATTERN = /^ {2}s\.executables = \[([^\]\n]{0,10000})\]/m;
const DATE_PATTERN = /^ {2}s\.date = "(\d{4}-\d{2}-\d{2})"/m;

/** The version begins with a digit; a name may hold hyphens and digits, but seldom a part that begins with one. */
function nameOf(fullName: string): string {
  return fullName.replace(/-\d.*$/s, '');
}

/** None that leaves the directory. */
function isFileName(name: string): boolean {
  return /^\w[\w.-]{0,200}$/.test(name);
}

/** RubyGems 3.6 and later write this day where the author gives none. */
const NO_DATE = '1980-01-02';

function parseDay(date: string | undefined): number | undefined {
  if (date === undefined || date === NO_DATE) return undefined;
  const milliseconds = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
