import { expect, it } from 'vitest';
import { formatRecord, parseRecord, type RecordedFile } from '../../../src/model/record.ts';
import { rootfsPath, rootfsPathFromText } from '../../../src/model/rootfs-path.ts';
import { parseDigest } from '../../../src/model/digest.ts';
import fc from 'fast-check';

const DIGEST = parseDigest(`sha256:${'a'.repeat(64)}`);
const parse = (text: string) => parseRecord(text, 'the record r.json');

it('reads what the recorder of stargz-snapshotter writes', () => {
  const text =
    `{"path":"usr/bin/bash","manifestDigest":"${DIGEST}","layerIndex":0}\n` +
    '{"path":"/etc/\\u003cname\\u003e"}\n\n{"path":"./usr//lib/../share/x","layerIndex":null}\n';
  expect(parse(text)).toEqual([
    { path: 'usr/bin/bash', manifestDigest: DIGEST, layerIndex: 0 },
    { path: 'etc/<name>' },
    { path: 'usr/share/x' },
  ]);
});

it('keeps the first of several lines for one path', () => {
  expect(parse('{"path":"a","layerIndex":1}\n{"path":"b"}\n{"path":"/a","layerIndex":2}')).toEqual([
    { path: 'a', layerIndex: 1 },
    { path: 'b' },
  ]);
});

it.each([
  ['not json', 'line 2 of the record r.json: it is not a JSON object'],
  ['["a"]', 'line 2 of the record r.json: it is not a JSON object'],
  ['{"Path":"a"}', 'line 2 of the record r.json: it has no "path"'],
  ['{"path":"/"}', 'line 2 of the record r.json: "/" is the path of no file'],
  ['{"path":"a\\u0000b"}', 'line 2 of the record r.json: "a\\u0000b" is the path of no file'],
  [
    '{"path":"a","manifestDigest":"sha256:1"}',
    'line 2 of the record r.json: its "manifestDigest" is no SHA-256 digest',
  ],
  ['{"path":"a","layerIndex":-1}', 'line 2 of the record r.json: its "layerIndex" is no index of a layer'],
])('refuses %s', (line, message) => {
  expect(() => parse(`{"path":"first"}\n${line}`)).toThrow(
    expect.objectContaining({ code: 'bad-record', message }),
  );
});

it('cannot write a name that is not UTF-8', () => {
  expect(() => formatRecord([{ path: rootfsPath('etc/\xff') }])).toThrow(
    expect.objectContaining({
      code: 'bad-record',
      message: 'a record cannot carry /etc/\\xff, whose name is not UTF-8',
    }),
  );
});

it('reads back what it wrote', () => {
  const file = fc.record({
    path: fc.string({ unit: 'grapheme' }).map((text) => rootfsPathFromText(`f${text.replaceAll('\0', '')}`)),
    manifestDigest: fc.option(fc.constant(DIGEST), { nil: undefined }),
    layerIndex: fc.option(fc.nat(), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: ({ path }) => path }), (files: RecordedFile[]) => {
      expect(parse(formatRecord(files))).toEqual(files);
    }),
  );
});
