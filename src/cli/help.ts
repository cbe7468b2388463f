import { type Command, commandFlags, type Flag } from './flags.ts';

const MAX_COLUMNS = 100;
const MIN_COLUMNS = 40;
const MAX_LEFT_COLUMNS = 30;

/** `layah --help`. @param columns width of the terminal. */
export function renderHelp(commands: readonly Command[], columns: number): string {
  const width = helpWidth(columns);
  const rows = commands.map((command): Row => [`  ${command.name}`, command.summary]);
  return lines([
    ...wrap('layah turns a root filesystem into a container image whose layers follow its packages.', width),
    '',
    'Usage: layah COMMAND [options]',
    '',
    'Commands:',
    ...renderRows(rows, width, leftColumnsOf(rows, width)),
    '',
    ...wrap('layah COMMAND --help says more of a command, layah --version which version this is.', width),
    ...wrap(
      'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 above --fail-above, 130 and 143 interrupted by SIGINT and SIGTERM.',
      width,
    ),
  ]);
}

/** `layah COMMAND --help`. @param columns width of the terminal. */
export function renderCommandHelp(command: Command, columns: number): string {
  const width = helpWidth(columns);
  const leftColumns = leftColumnsOf(commandFlags(command).map(flagRow), width);
  const groups = command.groups.flatMap(({ title, flags }) => [
    '',
    `${title}:`,
    ...renderRows(flags.map(flagRow), width, leftColumns),
  ]);
  return lines([
    usageLine(command),
    '',
    ...wrap(command.description, width),
    ...groups,
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ]);
}

function usageLine(command: Command): string {
  return `Usage: layah ${command.name} ${command.usage}`;
}

/** The usage line that matters for a message that begins with a flag. */
export function usageLineFor(command: Command, message: string): string {
  const [, name] = /^--([a-z-]+)/.exec(message) ?? [];
  const flag = commandFlags(command).find((candidate) => candidate.name === name);
  return flag === undefined ? usageLine(command) : `Usage: layah ${command.name} ${flagUsage(flag)}`;
}

type Row = readonly [left: string, right: string];

function flagRow(flag: Flag): Row {
  const short = flag.alias === undefined ? '    ' : `-${flag.alias}, `;
  const again = flag.repeatable === true && flag.value !== undefined ? ' (repeatable)' : '';
  return [`  ${short}${flagUsage(flag)}`, flag.description + again];
}

function flagUsage(flag: Flag): string {
  return flag.value === undefined ? `--${flag.name}` : `--${flag.name} ${flag.value}`;
}

function leftColumnsOf(rows: readonly Row[], width: number): number {
  const longest = Math.max(...rows.map(([left]) => left.length)) + 2;
  return Math.min(longest, MAX_LEFT_COLUMNS, Math.floor(width / 2));
}

/** Two columns; a left side that is too long has a line for itself. */
function renderRows(rows: readonly Row[], width: number, leftColumns: number): string[] {
  const indent = ' '.repeat(leftColumns);
  return rows.flatMap(([left, right]) => {
    const wrapped = wrap(right, width - leftColumns);
    const fits = left.length + 2 <= leftColumns;
    const [first = '', ...rest] = wrapped;
    return fits
      ? [left.padEnd(leftColumns) + first, ...rest.map((text) => indent + text)]
      : [left, ...wrapped.map((text) => indent + text)];
  });
}

/** Breaks at spaces; a word that is longer than the width stays whole. */
function wrap(text: string, width: number): string[] {
  const wrapped: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      wrapped.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...wrapped, line];
}

function helpWidth(columns: number): number {
  return Math.max(MIN_COLUMNS, Math.min(columns, MAX_COLUMNS));
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`;
}
