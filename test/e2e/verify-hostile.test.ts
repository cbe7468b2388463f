import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOSTILE_IMAGES } from './hostile-images.ts';
import { type MeasuredRun, runMeasured } from './measured-run.ts';

/** A tenth of it is Node's own. */
const MAX_PEAK_MIB = 512;

function verify(make: (directory: string) => readonly string[]): MeasuredRun {
  const directory = mkdtempSync(join(tmpdir(), 'layah-hostile-'));
  try {
    return runMeasured(directory, ['verify', ...make(directory)]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('layah verify ends with a clear answer, and in bounded memory, on', () => {
  it.each(Object.entries(HOSTILE_IMAGES))('%s', (name, { make, says }) => {
    const { status, stdout, stderr, peakMiB, seconds } = verify(make);
    console.log(`${name}: ${seconds.toFixed(1)} s, ${peakMiB.toFixed(0)} MiB`);
    expect(`${stdout}${stderr}`).toMatch(says);
    expect(`${stdout}${stderr}`).not.toMatch(/internal error|heap out of memory/);
    expect(status).toBe(1);
    expect(peakMiB).toBeLessThan(MAX_PEAK_MIB);
  });
});
