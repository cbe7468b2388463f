import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ENTRIES, LANDMARK, type LayerPlan } from './layer-builder.ts';
import { OCI } from './layouts.ts';
import { tarBlock } from './tar-blocks.ts';
import { findingsOf, plainLayer, verifyBuiltLayer } from './verify-built-layer.ts';

describe('the landmark', () => {
  it.each<[string, LayerPlan, string]>([
    ['is missing', { landmarks: [] }, 'the layer has no landmark'],
    [
      'is there twice',
      { landmarks: [LANDMARK, { ...LANDMARK, name: '.prefetch.landmark' }] },
      'the layer has 2 landmarks',
    ],
    [
      'holds something else',
      { landmarks: [{ ...LANDMARK, content: 'x' }] },
      '.no.prefetch.landmark is not a file that holds the one byte 0x0f',
    ],
    [
      'has ./ before its name',
      { landmarks: [{ ...LANDMARK, name: './.no.prefetch.landmark' }] },
      'the landmark is called ./.no.prefetch.landmark instead of .no.prefetch.landmark',
    ],
    [
      'stands in the archive while the TOC is hidden',
      { landmarks: [], entries: [LANDMARK, ...DEFAULT_ENTRIES] },
      '.no.prefetch.landmark stands before the end-of-archive blocks, though the TOC stands after them',
    ],
    [
      'is not the first of a visible layout',
      { layout: 'upstream', landmarks: [], entries: [...DEFAULT_ENTRIES, LANDMARK] },
      '.no.prefetch.landmark is entry 8 of the layer, it must be the first',
    ],
  ])('that %s is found', async (_, plan, message) => {
    expect(await findingsOf(plan)).toEqual([`landmark: ${message}`]);
  });

  it('for prefetching may stand in the archive', async () => {
    const landmark = { ...LANDMARK, name: '.prefetch.landmark' };
    expect(await findingsOf({ landmarks: [], entries: [...DEFAULT_ENTRIES, landmark] })).toEqual([]);
  });
});

describe('the order', () => {
  const directory = { name: 'd/', type: 'directory', mode: 0o755 } as const;
  const file = { name: 'd/f', content: 'f' };
  const hardlink = { name: 'd/h', type: 'hardlink', link: 'd/f' } as const;

  it.each<[string, LayerPlan['entries'], string[]]>([
    ['a child before its parent', [file, directory], ['order: d/ stands after what lies in it']],
    ['a child whose parent may be in a lower layer', [file], []],
    ['a child of a file', [{ name: 'd', content: '' }, file], ['order: d/f lies in what is a file']],
    [
      'a hardlink before its target',
      [directory, hardlink, file],
      ['order: the hardlink d/h to d/f stands before its target, or without it'],
    ],
    [
      'a hardlink to a directory',
      [directory, { ...hardlink, link: 'd' }],
      ['order: the hardlink d/h to d has a directory as its target'],
    ],
    [
      'a name twice',
      [directory, file, { ...file, name: './d/f' }],
      ['order: ./d/f stands twice in the layer'],
    ],
    ['a name with ..', [directory, { name: 'd/../g', content: '' }], ['tar: the name d/../g climbs with ..']],
  ])('%s is found', async (_, entries, findings) => {
    expect(await findingsOf({ entries: entries ?? [] })).toEqual(findings);
  });

  it('an entry that plain tar readers do not see is found', async () => {
    expect(await findingsOf({ landmarks: [LANDMARK, { name: 'ghost', content: '' }] })).toEqual([
      'order: ghost stands after the end-of-archive blocks: plain tar readers miss it',
    ]);
  });
});

describe('the tar', () => {
  it('that is damaged is found, though every digest fits', async () => {
    const editMember = (member: Buffer, index: number) => {
      if (index === 0) member.write('7', 100, 'latin1');
      return member;
    };
    expect(await findingsOf({ editMember })).toEqual([
      'tar: tar entry etc/ at offset 0: the header checksum is wrong',
    ]);
  });

  it('that does not end is found', async () => {
    expect(await findingsOf({ layout: 'upstream', afterToc: Buffer.alloc(0) })).toEqual([
      'tar: the tar does not end in two zero blocks',
    ]);
  });

  it('of a plain layer that is damaged is found', async () => {
    const tar = tarBlock({ name: 'a', size: 5 });
    expect((await verifyBuiltLayer(plainLayer(gzipSync(tar), tar, OCI.gzipLayer))).findings).toEqual([
      'tar: tar entry a at offset 0: the archive ends within it, 512 bytes early',
    ]);
  });

  it('with two TOCs is found', async () => {
    const toc = { name: 'stargz.index.json', content: '{}', unlisted: true };
    expect(await findingsOf({ entries: [...DEFAULT_ENTRIES, toc] })).toContain(
      'toc: the tar has 2 entries called stargz.index.json',
    );
  });
});

describe('members', () => {
  it.each([
    ['other bytes', Buffer.from('junk')],
    ['zeros, which gunzip lets pass', Buffer.alloc(4)],
  ])('with %s between them are found', async (_, junk) => {
    const editCompressed = (member: Buffer, index: number) =>
      index === 1 ? Buffer.concat([member, junk]) : member;
    expect(await findingsOf({ editCompressed })).toEqual([
      expect.stringMatching(/^gzip: gzip member at offset \d+: no gzip member begins here$/),
    ]);
  });

  it('that are empty or more than the TOC needs are no fault', async () => {
    const editCompressed = (member: Buffer, index: number) =>
      index === 1 ? Buffer.concat([member, gzipSync(Buffer.alloc(0))]) : member;
    expect(await findingsOf({ editCompressed })).toEqual([]);
  });
});
