import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Until a command of layah handles signals. SIGHUP is the last of them, and none that Node itself handles before.
 * @throws when the process is no more.
 */
export async function untilSignalsAreHandled(pid: number | undefined): Promise<void> {
  const bit = 1n << BigInt(constants.signals.SIGHUP - 1);
  while ((caughtSignals(pid) & bit) === 0n) await sleep(1);
}

/** proc(5), /proc/PID/status */
function caughtSignals(pid: number | undefined): bigint {
  const [, mask = '0'] = /^SigCgt:\s+(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return BigInt(`0x${mask}`);
}
