import { unreachable } from '../model/errors.ts';
import type { Reporter } from '../model/reporter.ts';
import {
  noProgress,
  progressBar,
  type ProgressDisplay,
  progressLines,
  renderProgressLine,
  type Work,
} from './progress.ts';
import { printableText } from '../model/terminal-text.ts';

export interface LogSettings {
  /** 0 as usual, 1 with tables, 2 with debug messages and stack traces. */
  readonly verbosity: number;
  readonly quiet: boolean;
  readonly format: 'text' | 'json';
  readonly progress: 'auto' | 'plain' | 'none';
}

/** Standard error. */
export interface LogStream {
  readonly write: (text: string) => unknown;
  readonly isTerminal: boolean;
  readonly columns: () => number;
  readonly nowMilliseconds: () => number;
}

export interface Log {
  readonly reporter: Reporter;
  /** A result, not a message: nothing is put before it. `details` is what a JSON line has besides. */
  summary(lines: readonly string[], details: object): void;
  /** Takes progress off the screen; nothing may be reported afterwards. */
  close(): void;
}

type Level = 'debug' | 'info' | 'warning';

/** The reporter of a run: text or one JSON object a line, both to standard error. */
export function createLog(settings: LogSettings, stream: LogStream): Log {
  const display = createDisplay(settings, stream);
  const say = (level: Level, message: string): void => {
    if (!isShown(level, settings)) return;
    display.clear();
    stream.write(renderMessage(settings, level, message));
  };
  return {
    reporter: {
      debug: (message) => say('debug', message),
      info: (message) => say('info', message),
      warn: (message) => say('warning', message),
      progress: (stage, done, total) => display.update({ stage, done, total }),
    },
    summary(lines, details) {
      display.clear();
      if (settings.quiet) return;
      stream.write(
        settings.format === 'json'
          ? jsonLine({ level: 'info', message: 'summary', ...details })
          : lines.map((line) => `${printableText(line)}\n`).join(''),
      );
    },
    close: () => display.clear(),
  };
}

/** One line of a JSON log. */
export function jsonLine(fields: object): string {
  return `${JSON.stringify(fields)}\n`;
}

function isShown(level: Level, { quiet, verbosity }: LogSettings): boolean {
  switch (level) {
    case 'warning':
      return true;
    case 'info':
      return !quiet;
    case 'debug':
      return !quiet && verbosity >= 2;
    default:
      return unreachable(level);
  }
}

function renderMessage({ format }: LogSettings, level: Level, message: string): string {
  if (format === 'json') return jsonLine({ level, message });
  return `layah: ${level === 'info' ? '' : `${level}: `}${printableText(message)}\n`;
}

/** Without a unit it is bytes. */
function jsonWork({ stage, done, total }: Work): object {
  return typeof stage === 'string'
    ? { stage, done, total }
    : { stage: stage.name, unit: stage.unit, done, total };
}

function createDisplay(settings: LogSettings, stream: LogStream): ProgressDisplay {
  if (settings.quiet || settings.progress === 'none') return noProgress;
  const output = { ...stream, write: (text: string) => void stream.write(text) };
  if (settings.progress === 'auto' && settings.format === 'text' && stream.isTerminal) {
    return progressBar(output);
  }
  return progressLines((work) => {
    stream.write(
      settings.format === 'json'
        ? jsonLine({ level: 'progress', ...jsonWork(work) })
        : `layah: ${renderProgressLine(work)}\n`,
    );
  }, output);
}
