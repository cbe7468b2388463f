import { LayahError } from '../model/errors.ts';
import type { Command } from './flags.ts';
import { usageLineFor } from './help.ts';
import { jsonLine } from './log.ts';
import { printableText } from '../model/terminal-text.ts';

export interface ErrorReporting {
  readonly json: boolean;
  /** Print stack traces too. */
  readonly stacks: boolean;
  /** The command that was asked for, as far as it is known. */
  readonly command: Command | undefined;
}

/** What failed, because of what, and what to try: the text or the JSON line for standard error. */
export function renderError(thrown: unknown, reporting: ErrorReporting): string {
  const message = reportedMessage(thrown);
  const because = causesOf(thrown).map(messageOf);
  const usage = isUsage(thrown) && reporting.command && usageLineFor(reporting.command, message);
  const hint = hintFor(thrown, reporting);
  const stack = reporting.stacks ? stackOf(thrown) : undefined;
  if (reporting.json) {
    const code = thrown instanceof LayahError ? thrown.code : 'internal';
    return jsonLine({ level: 'error', code, message, because, usage: usage || undefined, hint, stack });
  }
  const lines = [
    `layah: ${message}`,
    ...because.map((text) => `  because: ${text}`),
    ...(usage ? [`  ${usage}`] : []),
    ...(hint === undefined ? [] : [`  try: ${hint}`]),
    ...(stack === undefined ? [] : [stack]),
  ];
  return `${printableText(lines.join('\n'))}\n`;
}

/** 2 for wrong usage, 1 for everything else. */
export function exitCodeFor(thrown: unknown): 1 | 2 {
  return isUsage(thrown) ? 2 : 1;
}

function isUsage(thrown: unknown): boolean {
  return thrown instanceof LayahError && thrown.code === 'usage';
}

function reportedMessage(thrown: unknown): string {
  const message = messageOf(thrown);
  return thrown instanceof LayahError ? message : `internal error: ${message}`;
}

function hintFor(thrown: unknown, { command, stacks }: ErrorReporting): string | undefined {
  if (!(thrown instanceof LayahError)) {
    return stacks ? undefined : 'This is a bug: run it again with -vv and report what it prints.';
  }
  if (thrown.hint !== undefined || thrown.code !== 'usage') return thrown.hint;
  return command === undefined ? 'layah --help' : `layah ${command.name} --help`;
}

const MAX_CAUSES = 8;

/** The chain below a thrown value, without causes that only repeat what stands above them. */
function causesOf(thrown: unknown): unknown[] {
  const causes: unknown[] = [];
  let above = thrown;
  while (above instanceof Error && above.cause !== undefined && causes.length < MAX_CAUSES) {
    if (!messageOf(above).includes(messageOf(above.cause))) causes.push(above.cause);
    above = above.cause;
  }
  return causes;
}

function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.message === '' ? thrown.name : thrown.message;
}

function stackOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const stacks = [thrown, ...causesOf(thrown)].map((error) =>
    error instanceof Error ? error.stack : undefined,
  );
  return stacks.filter((stack) => stack !== undefined).join('\ncaused by: ');
}
