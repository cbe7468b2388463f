import { cpuUsage } from 'node:process';

/** Of this process: what a loaded machine does not change, for tests that something does not grow out of proportion. */
export function cpuSecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = cpuUsage(start);
  return (user + system) / 1e6;
}
