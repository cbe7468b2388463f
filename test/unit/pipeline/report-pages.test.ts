import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ParsedElement, parsePage } from '../reports/parsed-page.ts';
import { layerOf } from './convert-images.ts';
import { diffLayers } from './diff-images.ts';
import { inspectLayers } from './inspect-images.ts';
import { tarOf } from './layer-tars.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-report-pages-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const OLD = layerOf(tarOf({ 'etc/<old>': 'old content' }));
const NEW = layerOf(tarOf({ 'etc/<new>': 'new content' }));

function cellsOf(name: string): string[] {
  const elements: ParsedElement[] = parsePage(readFileSync(join(directory, name), 'utf8'));
  return elements.filter((element) => element.name === 'td').map(({ text }) => text);
}

describe('a page that is written beside a report', () => {
  it('has what layah inspect says', async () => {
    const htmlPath = join(directory, 'image.html');
    const report = await inspectLayers([OLD, NEW], { htmlPath });
    expect(report.layers).toHaveLength(2);
    expect(cellsOf('image.html')).toEqual(expect.arrayContaining(['/etc/<old>', '/etc/<new>']));
  });

  it('has what layah diff says', async () => {
    const htmlPath = join(directory, 'update.html');
    await diffLayers([OLD], [NEW], { htmlPath, listsFiles: true });
    expect(cellsOf('update.html')).toEqual(expect.arrayContaining(['/etc/<old>', '/etc/<new>', 'gone']));
  });

  it('is not there when the image cannot be read, and is looked at before the image is', async () => {
    const selection = { tag: 'missing' };
    await expect(
      inspectLayers([OLD], { selection, htmlPath: join(directory, 'image.html') }),
    ).rejects.toThrow('missing');
    expect(readdirSync(directory)).toEqual([]);
    const htmlPath = join(directory, 'missing/image.html');
    await expect(inspectLayers([OLD], { selection, htmlPath })).rejects.toMatchObject({
      message: `writing the page to ${htmlPath}`,
      hint: 'Create the directory first.',
    });
  });
});
