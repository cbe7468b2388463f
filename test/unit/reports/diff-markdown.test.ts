import { describe, expect, it } from 'vitest';
import type { DiffComponent } from '../../../src/model/diff-report.ts';
import { renderDiffMarkdown } from '../../../src/reports/diff-markdown.ts';
import { DIFF_REPORT } from './diff-reports.ts';

describe('the Markdown of layah diff', () => {
  it('is a sentence, a table of layers and one of components that is folded away', () => {
    expect(renderDiffMarkdown(DIFF_REPORT)).toBe(`\
**Updating \`old.ociarchive\` to \`docker://quay.io/me/app:2\` downloads 2 of 5 layers, 2.0 MiB (40.0 %).**

A client that re-uses chunks needs 234 of 1,234 chunks, 768.0 KiB, of which 256.0 KiB are not eStargz.

| layers | number | size | compressed |
| --- | --- | --- | --- |
| shared | 3 | 7.0 MiB | 3.0 MiB |
| new | 2 | 2.0 MiB | 2.0 MiB |
| gone | 1 | 1.0 MiB | 1.0 MiB |

<details><summary>5 components changed or repacked, 1 component unchanged</summary>

| component | change | version | size | downloaded |
| --- | --- | --- | --- | --- |
| \`\`dpkg/up\`d\\|ated\`\` | updated | 1\\_0-1 -\\> 1\\_0-2 | 2.0 KiB | 1.0 MiB |
| \`dpkg/moved\` | repacked | 3 | 2.0 KiB | 4.0 KiB |
| \`dpkg/added\` | added | 1.0 | 2.0 KiB | 2.0 KiB |
| \`dpkg/gone\` | removed | 0.9 | 1.0 KiB | 0 B |
| \`layah/unclaimed\` | updated | 1 file touched | 2.0 KiB | 0 B |

</details>
`);
  });

  it('lists files when they were asked for, in which nothing can end the table', () => {
    const file = { change: 'changed', oldBytes: 1, newBytes: 2, component: undefined } as const;
    const files = [
      { ...file, path: '/a|b' },
      { ...file, path: '/`</details>\n' },
    ];
    const markdown = renderDiffMarkdown({ ...DIFF_REPORT, files });
    expect(markdown).toContain('| `/a\\|b` | changed | 1 B | 2 B |');
    expect(markdown).toContain('| ``/`</details> `` | changed');
    expect(renderDiffMarkdown({ ...DIFF_REPORT, files: [] })).toContain('No file differs.');
  });

  it('stays short enough for a comment', () => {
    const [first] = DIFF_REPORT.components;
    const components = Array.from({ length: 500 }, (_, index): DiffComponent[] =>
      first === undefined ? [] : [{ ...first, name: `dpkg/${index}` }],
    ).flat();
    const markdown = renderDiffMarkdown({ ...DIFF_REPORT, components });
    expect(markdown).toContain('\nand 300 more\n');
    expect(markdown.length).toBeLessThan(65_536);
  });
});
