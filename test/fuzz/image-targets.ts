import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readMapItems } from '../../src/config/component-map-text.ts';
import { parseComponentMap } from '../../src/config/component-map.ts';
import { parseImageConfigText } from '../../src/config/image-config-input.ts';
import { findArrayItems, findJsonSyntaxError } from '../../src/config/json-syntax.ts';
import { createBlobCursor } from '../../src/images/blob-cursor.ts';
import { parseFooter } from '../../src/images/footer.ts';
import { createMemberReader } from '../../src/images/gzip-members.ts';
import { parsePaxRecords } from '../../src/images/pax-records.ts';
import { parseToc } from '../../src/images/toc.ts';
import { parseImageReference } from '../../src/model/image-reference.ts';
import { parseRegistryReference } from '../../src/model/registry-reference.ts';
import { parseUpdateInterval } from '../../src/model/update-interval.ts';
import { parseImageConfig, parseImageIndex, parseManifest } from '../../src/oci/schemas.ts';
import { parseChallenges } from '../../src/registry/challenge.ts';
import { buildLayer, estargzFooter, externalTocFooter, legacyFooter } from '../unit/images/layer-builder.ts';
import { readTar } from '../unit/images/read-tar.ts';
import { paxBody } from '../unit/images/tar-blocks.ts';
import { verifyBuiltLayer } from '../unit/images/verify-built-layer.ts';
import type { FuzzTarget } from './target.ts';

const LAYER = buildLayer();
const JSON_TOKENS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\u0000',
  '\\',
  'null',
  'true',
  '-1',
  '1e999',
  '\n',
  '[[[[',
  '{"a":',
];

const DESCRIPTOR = `{"mediaType":"a","digest":"sha256:${'0'.repeat(64)}","size":1}`;
const DOCUMENT_TOKENS = [
  ...JSON_TOKENS,
  '"digest":',
  '"size":',
  '"layers":[',
  '"annotations":{',
  '"__proto__":',
];

export const IMAGE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'tar',
    seeds: [gunzipSync(LAYER.blob)],
    tokens: [
      'ustar\x0000',
      'ustar  \0',
      '00000000000\0',
      '\x80\0\0\0',
      'x',
      'L',
      'K',
      'g',
      'S',
      '12 path=a\n',
    ],
    read(input) {
      const { entries, ...summary } = readTar(input, 1000);
      return { ...summary, trailing: summary.trailing.length > 0, entries };
    },
  },
  {
    name: 'pax-records',
    seeds: [
      Buffer.from(
        paxBody([
          ['path', 'a'],
          ['SCHILY.xattr.user.a', 'b=\n'],
          ['mtime', '1.5'],
        ]),
        'latin1',
      ),
    ],
    tokens: ['11 path=a\n', '=', ' ', '\n', '999999999999', '0', '-1', '\0'],
    read: (input) => parsePaxRecords(input),
  },
  {
    name: 'footer',
    seeds: [estargzFooter(100), legacyFooter(100), externalTocFooter()],
    tokens: ['STARGZ', '0000000000000064', 'ffffffffffffffff', '\x1f\x8b\x08\x04', 'SG\x16\0'],
    read: (input) => parseFooter(input),
  },
  {
    name: 'toc',
    seeds: ['plain', 'chunked', 'merged', 'prioritized'].map((name) => tocOf(name)),
    tokens: [...JSON_TOKENS, '"type":"chunk"', '"offset":', '"chunkSize":', '"xattrs":{', '9007199254740993'],
    read: (input) => parseToc(input, 'the TOC'),
  },
  {
    name: 'gzip-members',
    seeds: [LAYER.blob, gzipSync('a')],
    tokens: ['\x1f\x8b\x08', '\x1f\x8b\x08\x1f', '\0\0\xff\xff', '\x03\0', '\xff\xff\xff\xff'],
    async read(input) {
      const cursor = createBlobCursor(pieces(input));
      const reader = createMemberReader(cursor, () => {});
      let count = 0;
      while ((await reader.next()) !== undefined) count++;
      return { count: Math.min(count, 3) };
    },
  },
  {
    name: 'verify-layer',
    seeds: [LAYER.blob, buildLayer({ layout: 'upstream' }).blob],
    tokens: ['\x1f\x8b\x08', 'STARGZ', '\0\0\xff\xff', '0000000000000064'],
    async read(input) {
      const { codes } = await verifyBuiltLayer(LAYER, input);
      return Object.fromEntries([...codes].sort().map((code) => [code, true]));
    },
  },
  {
    name: 'image-index',
    seeds: [Buffer.from(`{"schemaVersion":2,"manifests":[${DESCRIPTOR}]}`)],
    tokens: DOCUMENT_TOKENS,
    read: (input) => parseImageIndex(input, 'the index'),
  },
  {
    name: 'manifest',
    seeds: [Buffer.from(`{"schemaVersion":2,"config":${DESCRIPTOR},"layers":[${DESCRIPTOR}]}`)],
    tokens: DOCUMENT_TOKENS,
    read: (input) => parseManifest(input, 'the manifest'),
  },
  {
    name: 'image-config-document',
    seeds: [Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}')],
    tokens: DOCUMENT_TOKENS,
    read: (input) => parseImageConfig(input, 'the config'),
  },
  {
    name: 'image-config',
    seeds: ['podman-inspect-oci-format', 'docker-inspect', 'image-config-oci-format'].map((name) =>
      readFileSync(`test/fixtures/image-config/${name}.json`),
    ),
    tokens: [...JSON_TOKENS, '"Env":', '"Config":', '"created":', '"__proto__":'],
    read: (input) => parseImageConfigText(input.toString('utf8'), 'the config'),
  },
  {
    name: 'json-syntax',
    seeds: [Buffer.from('[{"a":[1,-2.5e3,true,null,"\\u00e9"]}]')],
    tokens: JSON_TOKENS,
    read: (input) => [findJsonSyntaxError(input.toString('utf8')), findArrayItems(input.toString('utf8'))],
  },
  {
    name: 'component-map',
    seeds: [
      Buffer.from('[{"path":"/a","component":"b","interval":"weekly","exclusive":true}]'),
      Buffer.from('{"path":"/a/**","component":"b"}\n{"path":"/c","component":"d","interval":3}\n'),
      Buffer.from('- { path: /a, component: b }\n- path: "/c/*"\n  component: d\n'),
    ],
    tokens: [
      ...JSON_TOKENS,
      '- ',
      'path: ',
      '&a ',
      '*a',
      '<<: ',
      '!!binary ',
      '|\n',
      '? ',
      '---\n',
      '\t',
      '#',
    ],
    read: (input) => [
      readMapItems(input.toString('utf8'), 'the map'),
      parseComponentMap(input.toString('utf8'), 'the map'),
    ],
  },
  {
    name: 'references',
    seeds: [
      Buffer.from('registry.example:5000/a/b:tag@sha256:' + '0'.repeat(64)),
      Buffer.from('Bearer realm="https://a.example/token",service="a",scope="repository:b:pull"'),
      Buffer.from('weekly'),
    ],
    tokens: ['/', ':', '@sha256:', ',', '="', '\\"', 'Bearer ', 'Basic ', ' ', '[::1]'],
    read(input) {
      const given = input.toString('latin1');
      return [
        parseImageReference(given),
        parseRegistryReference(given),
        parseChallenges(given),
        parseUpdateInterval(given),
      ];
    },
  },
];

/** The JSON that the Go library wrote, in the last entry of the tar. */
function tocOf(name: string): Buffer {
  const tar = gunzipSync(readFileSync(`test/fixtures/estargz/${name}.esgz`));
  return tar.subarray(tar.lastIndexOf('stargz.index.json') + 512, tar.lastIndexOf('}') + 1);
}

async function* pieces(input: Buffer): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < input.length; offset += 1000) yield input.subarray(offset, offset + 1000);
}
