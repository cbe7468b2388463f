import { join } from 'node:path';
import { execa } from 'execa';
import { layahMain, repositoryDirectory } from './layah.ts';

export interface MeasuredBuild {
  readonly exitCode: number | undefined;
  readonly stderr: string;
  /** Resident, of the one process of the run that had most. */
  readonly peakBytes: number;
  readonly cpuSeconds: number;
  readonly archive: string;
}

/** Runs the built command line on `BASE/rootfs`, in the directory BASE, into `BASE/image.ociarchive`. */
export async function measureBuild(base: string, ...flags: readonly string[]): Promise<MeasuredBuild> {
  const archive = join(base, 'image.ociarchive');
  const build = [
    'build',
    '--rootfs',
    join(base, 'rootfs'),
    '-o',
    `oci-archive:${archive}`,
    '--progress',
    'none',
  ];
  const measure = join(repositoryDirectory, 'bench/measure.py');
  const { exitCode, stdout, stderr } = await execa(
    'python3',
    [measure, process.execPath, layahMain, ...build, ...flags],
    { reject: false, stdin: 'ignore', cwd: base },
  );
  const [cpuSeconds = Number.NaN, , peakBytes = Number.NaN] = stdout.split(' ').map(Number);
  return { exitCode, stderr, peakBytes, cpuSeconds, archive };
}
