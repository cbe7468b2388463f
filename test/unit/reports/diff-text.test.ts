import { describe, expect, it } from 'vitest';
import { renderDiffText } from '../../../src/reports/diff-text.ts';
import { DIFF_REPORT } from './diff-reports.ts';

describe('the text of layah diff', () => {
  it('has both images, layers, what is downloaded, and components by what they cost', () => {
    expect(renderDiffText(DIFF_REPORT, 80)).toEqual([
      '     image                      platform     layers     size  compressed',
      'old  old.ociarchive             linux/amd64       4  8.0 MiB     4.0 MiB',
      'new  docker://quay.io/me/app:2  linux/amd64       5  9.0 MiB     5.0 MiB',
      '',
      'layers  number     size  compressed',
      'shared       3  7.0 MiB     3.0 MiB',
      'new          2  2.0 MiB     2.0 MiB',
      'gone         1  1.0 MiB     1.0 MiB',
      '',
      'a client that has the old image downloads 2 of 5 layers, 2.0 MiB (40.0 %)',
      'one that re-uses chunks needs 234 of 1,234 chunks, 768.0 KiB, of which 256.0 KiB are not eStargz',
      '1 new layer of the same content as an old one, compressed in another way: downloaded all the same',
      '',
      'component        change    version            size  downloaded',
      'dpkg/up`d|ated   updated   1_0-1 -> 1_0-2  2.0 KiB     1.0 MiB',
      'dpkg/moved       repacked  3               2.0 KiB     4.0 KiB',
      'dpkg/added       added     1.0             2.0 KiB     2.0 KiB',
      'dpkg/gone        removed   0.9             1.0 KiB         0 B',
      'layah/unclaimed  updated   1 file touched  2.0 KiB         0 B',
      '',
      '1 component unchanged, in shared layers',
    ]);
  });

  it('counts content-defined chunks when they were asked for', () => {
    const contentDefined = {
      averageChunkBytes: 65_536,
      chunkCount: 3400,
      sharedChunkCount: 3000,
      sizeBytes: 20 << 20,
      newChunkBytes: 2 << 20,
    };
    expect(renderDiffText({ ...DIFF_REPORT, contentDefined }, 80)).toContain(
      'a chunk store needs 400 of 3,400 content-defined chunks of 64.0 KiB on average, 2.0 MiB of 20.0 MiB before compression',
    );
  });

  it('does not speak of chunks where no new layer is eStargz, nor of what is not there', () => {
    const chunks = { ...DIFF_REPORT.chunks, chunkCount: 0, sharedChunkCount: 0 };
    const lines = renderDiffText({ ...DIFF_REPORT, chunks, layers: [], components: [] }, 80);
    expect(lines.slice(9)).toEqual([
      'a client that has the old image downloads 2 of 5 layers, 2.0 MiB (40.0 %)',
      '',
      '0 components unchanged, in shared layers',
    ]);
  });

  it('lists files when they were asked for, none wider than the terminal', () => {
    const file = { path: `/${'x'.repeat(100)}`, change: 'added', oldBytes: undefined, newBytes: 5 } as const;
    const lines = renderDiffText(
      {
        ...DIFF_REPORT,
        chunks: { ...DIFF_REPORT.chunks, chunkCount: 0 },
        layers: [],
        files: [{ ...file, component: 'dpkg/a' }],
      },
      80,
    );
    expect(lines.at(-1)).toMatch(/^\/x+\.\.\. {2}added {5}- {2}5 B {2}dpkg\/a$/);
    expect(lines.every(({ length }) => length <= 80)).toBe(true);
    expect(renderDiffText({ ...DIFF_REPORT, files: [] }, 80).at(-1)).toBe('no file differs');
  });
});
