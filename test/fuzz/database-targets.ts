import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parsePacmanConfig } from '../../src/components/sources/alpm-config.ts';
import { parseAlpmDesc, parseAlpmFiles } from '../../src/components/sources/alpm-desc.ts';
import { parseMtreeFiles } from '../../src/components/sources/alpm-mtree.ts';
import { parseApkDatabase } from '../../src/components/sources/apk-database.ts';
import { gunzipAtMost } from '../../src/components/sources/bounded-gunzip.ts';
import { parseAlternative } from '../../src/components/sources/dpkg-alternatives.ts';
import { parseDpkgChangelog } from '../../src/components/sources/dpkg-changelog.ts';
import { parseDpkgDiversions } from '../../src/components/sources/dpkg-diversions.ts';
import { parseDpkgMd5sums } from '../../src/components/sources/dpkg-md5sums.ts';
import { parseDpkgStatus } from '../../src/components/sources/dpkg-status.ts';
import { parseGemSpecification } from '../../src/components/sources/gem-specification.ts';
import { compileGlobSegment } from '../../src/model/glob-segment.ts';
import { locateNodePath } from '../../src/components/sources/node-paths.ts';
import { parseCondaPackage } from '../../src/components/sources/python-conda.ts';
import { parseInstalledFiles, parseRecord } from '../../src/components/sources/python-record.ts';
import { parseRpmHeader } from '../../src/components/sources/rpm-header.ts';
import { readNdbBlobs } from '../../src/components/sources/rpm-ndb.ts';
import { createRpmLimit } from '../../src/components/sources/rpm-package.ts';
import { parseRpmQuery } from '../../src/components/sources/rpm-query.ts';
import { sourceRpmName } from '../../src/components/sources/rpm.ts';
import { ROOT_PATH } from '../../src/model/rootfs-path.ts';
import { collect, readRpmFixture, seekableBuffer } from '../unit/components/sources/rpm-database-builder.ts';
import type { FuzzTarget } from './target.ts';

const ALPM = 'test/fixtures/alpm/tree/var/lib/pacman/local';
const DPKG = 'test/fixtures/dpkg/tree';
const WHEELS = 'test/fixtures/python/tree/opt/venv/lib/python3.11/site-packages';
const GEMS = 'test/fixtures/gem/tree/usr/local/bundle/specifications';

export const DATABASE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'dpkg-status',
    seeds: files(`${DPKG}/var/lib/dpkg`, /^status$/),
    tokens: [
      'Package: a\n',
      'Status: install ok installed\n',
      'Source: b (1)\n',
      'Conffiles:\n',
      ' /a 0',
      '\n\n',
      ' obsolete',
    ],
    read: (input) => [
      parseDpkgStatus(text(input)),
      parseDpkgStatus(text(input), { path: ROOT_PATH, inStatusDirectory: true }),
    ],
  },
  {
    name: 'dpkg-changelog',
    seeds: files(`${DPKG}/usr/share/doc/bash`, /\.gz$/).map((stored) => gunzipSync(stored)),
    tokens: ['\n -- ', '>  ', 'Mon, 01 Jan 2024 00:00:00 +0000', ' 29 Feb ', '+9999', '\n'],
    read: (input) => parseDpkgChangelog(text(input)),
  },
  {
    name: 'dpkg-lists',
    seeds: [
      ...files(`${DPKG}/var/lib/dpkg/info`, /^dash\.(md5sums|list)$/),
      bytes('auto\n/usr/bin/awk\nawk.1.gz\n/usr/share/man/awk.1.gz\n\n/usr/bin/mawk\n5\n'),
    ],
    tokens: ['/', '../', '  ', '\n', 'auto\n', 'manual\n', 'd41d8cd98f00b204e9800998ecf8427e'],
    read: (input) => [[...parseDpkgMd5sums(text(input))], parseAlternative('a', text(input))],
  },
  {
    name: 'dpkg-diversions',
    seeds: files(`${DPKG}/var/lib/dpkg`, /^diversions$/),
    tokens: ['/', '../', '\n', '\n\n', ':\n', '/a\n/b\n:\n'],
    read: (input) => parseDpkgDiversions(text(input), ROOT_PATH)(ROOT_PATH, 'a'),
  },
  {
    name: 'apk-installed',
    seeds: files('test/fixtures/apk', /^installed$/),
    tokens: ['P:', 'o:', 'F:', 'R:', 't:', 'r:', 'q:', '\n\n', '../', 'Z:Q1', '<>=~@'],
    read: (input) => parseApkDatabase(text(input)),
  },
  {
    name: 'alpm',
    seeds: [
      ...files(`${ALPM}/demo-1:2.0-1`, /^(desc|files)$/),
      ...files(`${ALPM}/demo-1:2.0-1`, /^mtree$/).map((stored) => gunzipSync(stored)),
      bytes('[options]\nDBPath = /x\nInclude = /y\n'),
    ],
    tokens: [
      '%FILES%',
      '%NAME%\n',
      '\n\n',
      '/set type=file',
      './a\\040 ',
      'size=1 ',
      'sha256digest=',
      '[options]',
      'DBPath=',
    ],
    read(input) {
      const lines = text(input);
      const listed: string[] = [];
      parseAlpmFiles(lines, (line) => listed.push(line));
      return [parseAlpmDesc(lines), listed, [...parseMtreeFiles(lines)], parsePacmanConfig(lines)];
    },
  },
  {
    name: 'rpm-header',
    seeds: rpmHeaders(),
    tokens: ['\0', '/usr/', '\0\0\x03\xe8', '\0\0\x04\x5d', '\0\0\0\x08', '\xff\xff\xff\xff'],
    read: (input) => parseRpmHeader(input, createRpmLimit()),
  },
  {
    name: 'rpm-ndb',
    seeds: [readRpmFixture('more.ndb')],
    tokens: ['RpmP', 'Slot', 'BlbS', 'BlbE', '\x01\0\0\0', '\xff\xff\xff\xff'],
    async read(input) {
      const blobs = await collect(readNdbBlobs(seekableBuffer(input)));
      return blobs.map(({ kind }) => kind);
    },
  },
  {
    name: 'rpm-query',
    seeds: files('test/fixtures/rpm', /\.txt$/),
    tokens: ["P 'a' ", "F 0 0 33188 '", "'\\''", '(none)', 'C 1\n', "'\n", ' -1', '99999999999999999999'],
    read: (input) => [parseRpmQuery(text(input)), sourceRpmName(text(input))],
  },
  {
    name: 'python',
    seeds: [...files(`${WHEELS}/six-1.17.0.dist-info`, /^RECORD$/), bytes('../a.py\nPKG-INFO\n')],
    tokens: ['"', '""', ',', '\r\n', '../', 'sha256=', ',,\n'],
    read: (input) => [[...parseRecord(text(input))], [...parseInstalledFiles(text(input))]],
  },
  {
    name: 'conda',
    seeds: [bytes('{"name":"a","files":["bin/a","lib/b"],"timestamp":1700000000000}')],
    tokens: ['"name":', '"files":', '[', ']', '{', '}', '"timestamp":', '1e999', '-1', 'null', '\\ud800'],
    read: (input) => parseCondaPackage(input),
  },
  {
    name: 'gem',
    seeds: files(GEMS, /\.gemspec$/),
    tokens: [
      '# stub: a 1 ruby lib\n',
      '  s.date = "2024-01-01"',
      '  s.executables = ["a".freeze]',
      '"',
      '\n',
    ],
    read: (input) => parseGemSpecification(text(input), text(input.subarray(0, 100))),
  },
  {
    name: 'node-path',
    seeds: [
      bytes('srv/node_modules/@a/b/index.js'),
      bytes('node_modules/.pnpm/@a+b@1.0.0_c@2/node_modules/@a/b'),
      bytes('node_modules/.store/a-npm-1.0.0-abc/package'),
    ],
    tokens: ['node_modules/', '.pnpm/', '.store/', '@', '/', '-npm-', '+', '.bin/'],
    read: (input) => locateNodePath(text(input)),
  },
  {
    name: 'glob',
    seeds: [bytes('*.[ch]\nfile.c'), bytes('[!a-z]??\\*\nA12*'), bytes('a*b*c*d*e\nabcde')],
    tokens: ['*', '?', '[', ']', '[!', '-', '\\', '**', '\n', 'aaaa', '\ud83d\ude00'],
    read(input) {
      const [segment = '', name = ''] = input.toString('utf8').split('\n', 2);
      // Longer ones cannot be names, and the time is in proportion to both.
      return compileGlobSegment(segment.slice(0, 255))(name.slice(0, 255));
    },
  },
  {
    name: 'bounded-gunzip',
    seeds: files(`${DPKG}/usr/share/doc/bash`, /\.gz$/),
    tokens: ['\x1f\x8b\x08', '\0\0\xff\xff', '\xff\xff\xff\xff'],
    async read(input) {
      const { content, failure } = await gunzipAtMost(input, 100_000);
      if (content.length > 100_000) throw new Error('more than it may');
      return { content: content.length > 0, failure: failure !== undefined };
    },
  },
];

function text(input: Buffer): string {
  return input.toString('latin1');
}

function bytes(content: string): Uint8Array {
  return Buffer.from(content, 'latin1');
}

function files(directory: string, names: RegExp): Buffer[] {
  return readdirSync(directory)
    .filter((name) => names.test(name))
    .sort()
    .map((name) => readFileSync(join(directory, name)));
}

/** As rpm wrote them, cut out of the blobs of an ndb database. */
function rpmHeaders(): Buffer[] {
  const database = readRpmFixture('more.ndb');
  const headers: Buffer[] = [];
  for (let at = database.indexOf('BlbS'); at >= 0; at = database.indexOf('BlbS', at + 1)) {
    headers.push(database.subarray(at + 16, at + 16 + database.readUInt32LE(at + 12)));
  }
  return headers;
}
