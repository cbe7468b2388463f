#!/usr/bin/env node
import { LayahError, unreachable } from '../model/errors.ts';
import type { FlagValues } from './flag-values.ts';
import type { CommandName } from './flags.ts';
import { renderCommandHelp, renderHelp } from './help.ts';
import type { Host } from './host.ts';
import { COMMANDS, findCommand, findInvocation } from './invocation.ts';
import { guessErrorSettings } from './log-settings.ts';
import { readMachine } from './read-machine.ts';
import { exitCodeFor, renderError } from './report-error.ts';
import { handleSignals } from './signals.ts';
import { readStandardInput } from './standard-input.ts';

/** Of a terminal that does not say how wide it is, and of what is no terminal. */
const DEFAULT_COLUMNS = 80;
/** Of a report in a file or a pipe: wide enough for names. */
const REPORT_COLUMNS = 100;

/** Those that may be `-`. */
const STANDARD_INPUT_ARGUMENTS = ['config', 'list', 'record'];

const argv = process.argv.slice(2);
let signalExitCode: number | undefined;
const signals = handleSignals((stopped, exitCode) => {
  reportError(stopped);
  process.exit(exitCode);
});
ignoreClosedPipes();
// Until there is an answer: a run that ends without one must not look like success.
process.exitCode = 1;
void main();

async function main(): Promise<void> {
  process.exitCode = await runReportingErrors();
}

async function runReportingErrors(): Promise<number> {
  try {
    return await run();
  } catch (thrown) {
    reportError(thrown);
    const exitCode = signalExitCode ?? exitCodeFor(thrown);
    // Everything is cleared up by now; what a stalled reader has not taken would keep the process alive for ever.
    if (thrown instanceof LayahError && thrown.code === 'cancelled') process.exit(exitCode);
    return exitCode;
  }
}

function reportError(thrown: unknown): void {
  const settings = { ...guessErrorSettings(argv), command: findCommand(argv) };
  process.stderr.write(renderError(thrown, settings));
}

async function run(): Promise<number> {
  const invocation = findInvocation(argv);
  switch (invocation.kind) {
    case 'version':
      process.stdout.write(await (await import('./version.ts')).renderVersion(readMachine(() => '')));
      return 0;
    case 'help': {
      const { command } = invocation;
      const columns = widthOf(process.stdout, DEFAULT_COLUMNS);
      process.stdout.write(command ? renderCommandHelp(command, columns) : renderHelp(COMMANDS, columns));
      return 0;
    }
    case 'no-command':
      process.stderr.write(renderHelp(COMMANDS, widthOf(process.stderr, DEFAULT_COLUMNS)));
      return 2;
    case 'run': {
      const { parseFlags } = await import('./parser.ts');
      const values = parseFlags(argv, invocation.command);
      return runCommand(invocation.command.name, values, await createHost(values));
    }
    default:
      return unreachable(invocation);
  }
}

/** Imports only what the command needs: help and usage errors come at once. */
async function runCommand(name: CommandName, values: FlagValues, host: Host): Promise<number> {
  switch (name) {
    case 'build':
      return (await import('./commands/build.ts')).build(values, host);
    case 'convert':
      return (await import('./commands/convert.ts')).convert(values, host);
    case 'diff':
      return (await import('./commands/diff.ts')).diff(values, host);
    case 'explain':
      return (await import('./commands/explain.ts')).explain(values, host);
    case 'inspect':
      return (await import('./commands/inspect.ts')).inspect(values, host);
    case 'plan':
      return (await import('./commands/plan.ts')).plan(values, host);
    case 'verify':
      return (await import('./commands/verify.ts')).verify(values, host);
    case 'record from-paths':
      return (await import('./commands/record.ts')).recordFromPaths(values, host);
    case 'record from-image':
      return (await import('./commands/record.ts')).recordFromImage(values, host);
    case 'record run':
      return (await import('./commands/record.ts')).recordRun(values, host);
    case 'record push':
      return (await import('./commands/record.ts')).recordPush(values, host);
    case 'record pull':
      return (await import('./commands/record.ts')).recordPull(values, host);
    case 'chunk add':
    case 'chunk compare':
    case 'chunk stats':
    case 'chunk verify':
    case 'chunk remove':
    case 'chunk clean':
    case 'chunk restore':
    case 'chunk estargz':
    case 'chunk push':
      return (await import('./commands/chunk.ts')).chunk(name, values, host);
    default:
      return unreachable(name);
  }
}

async function createHost(values: FlagValues): Promise<Host> {
  const readsStandardInput = STANDARD_INPUT_ARGUMENTS.some((argument) => values[argument] === '-');
  return {
    machine: readMachine(readsStandardInput ? await readStandardInput() : () => ''),
    stdout: process.stdout,
    stdoutColumns: () => widthOf(process.stdout, REPORT_COLUMNS),
    stderr: {
      write: (text) => process.stderr.write(text),
      isTerminal: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
      columns: () => widthOf(process.stderr, DEFAULT_COLUMNS),
      nowMilliseconds: () => Number(process.hrtime.bigint()) / 1e6,
    },
    abortOnSignals: () =>
      signals.abortOnSignals((exitCode) => {
        signalExitCode = exitCode;
      }),
  };
}

/** Undefined of what is no terminal, 0 of a terminal that does not say, as those of many pipelines. */
function widthOf({ columns }: NodeJS.WriteStream, otherwise: number): number {
  return columns || otherwise;
}

/**
 * Whoever reads our messages may stop reading, as `head` does, without ending the run. For an image on standard
 * output the sink that writes it notices.
 */
function ignoreClosedPipes(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', () => {});
}
