import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { expect } from 'vitest';
import { type FidelityCase, makeFile, modeOf, runOn, setXattr, statsOf, xattrsOf } from './fidelity-case.ts';

const MEBIBYTE = 1 << 20;

const CONTENTS: readonly (readonly [what: string, name: string, content: Uint8Array])[] = [
  ['no byte', 'empty', Buffer.alloc(0)],
  ['one byte', 'one', Buffer.from([0])],
  ['511 bytes, one less than a block', '511', noise(511)],
  ['512 bytes', '512', noise(512)],
  ['513 bytes', '513', noise(513)],
  ['4 MiB, exactly one chunk', 'chunk', noise(4 * MEBIBYTE)],
  ['4 MiB and one byte', 'chunk-and-one', noise(4 * MEBIBYTE + 1)],
  ['8 MiB, exactly two chunks', 'two-chunks', noise(8 * MEBIBYTE)],
  ['9 MB in three chunks that cannot be compressed', 'three-chunks', noise(9_000_000)],
  ['two end-of-archive blocks and a tar header', 'tar-end', Buffer.alloc(3 * 512)],
  [
    'the footer of an eStargz',
    'footer',
    Buffer.from('1f8b08040000000000ff1a005347160030303030303030303030303030303030', 'hex'),
  ],
];

const contentCases: readonly FidelityCase[] = CONTENTS.map(([what, name, content]) => ({
  title: `a file of ${what}`,
  make: (tree) => makeFile(tree, `contents/${name}`, content),
  expectation(tree) {
    expect(readFileSync(tree.at(`contents/${name}`)).equals(content)).toBe(true);
  },
}));

const sparseCase: FidelityCase = {
  title: 'a sparse file with holes at both ends (its content; a layer has no holes)',
  make(tree) {
    makeFile(tree, 'contents/sparse', '');
    truncateSync(tree.at('contents/sparse'), SPARSE_BYTES);
    const descriptor = openSync(tree.at('contents/sparse'), 'r+');
    writeSync(descriptor, 'in the middle', DATA_AT);
    closeSync(descriptor);
  },
  expectation(tree) {
    const { size, blocks } = statsOf(tree, 'contents/sparse');
    expect(size).toBe(BigInt(SPARSE_BYTES));
    if (tree.kind === 'input') expect(blocks * 512n).toBeLessThan(size / 2n);
    const expected = Buffer.alloc(SPARSE_BYTES);
    expected.write('in the middle', DATA_AT);
    expect(readFileSync(tree.at('contents/sparse')).equals(expected)).toBe(true);
  },
};

const SPARSE_BYTES = 20 * MEBIBYTE + 1;
const DATA_AT = 5 * MEBIBYTE + 17;

/** Of mknod: 12 bits of major, 20 of minor (linux/kdev_t.h). */
const DEVICES: readonly (readonly [type: 'c' | 'b', major: number, minor: number])[] = [
  ['c', 1, 3],
  ['c', 0, 1],
  ['c', 4095, 1048575],
  ['b', 250, 300],
  ['b', 4095, 1048575],
];

const specialCases: readonly FidelityCase[] = [
  {
    title: 'a FIFO',
    make(tree) {
      mkdirSync(tree.at('special'), { recursive: true });
      runOn(tree, 'special/fifo', 'mkfifo', '-m', '0620');
    },
    expectation(tree) {
      expect(statsOf(tree, 'special/fifo').isFIFO()).toBe(true);
      expect(modeOf(tree, 'special/fifo')).toBe(0o620);
    },
  },
  ...DEVICES.map(([type, major, minor]): FidelityCase => ({
    title: `a ${type === 'c' ? 'character' : 'block'} device ${major}:${minor}`,
    make(tree) {
      mkdirSync(tree.at('special'), { recursive: true });
      runOn(
        tree,
        `special/${type}-${major}-${minor}`,
        'sh',
        '-c',
        `mknod -m 0640 "$0" ${type} ${major} ${minor}`,
      );
    },
    expectation(tree) {
      const stats = statsOf(tree, `special/${type}-${major}-${minor}`);
      expect(type === 'c' ? stats.isCharacterDevice() : stats.isBlockDevice()).toBe(true);
      expect(stats.rdev).toBe(deviceNumber(BigInt(major), BigInt(minor)));
    },
  })),
  {
    title: 'a socket, which is left out since no layer can hold one',
    make(tree) {
      mkdirSync(tree.at('special/with-socket'), { recursive: true });
      const bind = 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])';
      runOn(tree, 'special/with-socket/socket', 'python3', '-c', bind);
    },
    expectation(tree) {
      expect(readdirSync(tree.at('special/with-socket'))).toEqual(tree.kind === 'input' ? ['socket'] : []);
    },
  },
];

/** As glibc packs it (sys/sysmacros.h). */
function deviceNumber(major: bigint, minor: bigint): bigint {
  return (minor & 0xffn) | ((major & 0xfffn) << 8n) | ((minor & ~0xffn) << 12n);
}

const MANY_ENTRIES = 100_000;
const DEEP_LEVELS = 1500;

const directoryCases: readonly FidelityCase[] = [
  {
    title: 'a directory of 100,000 entries',
    make(tree) {
      mkdirSync(tree.at('many'));
      for (let index = 0; index < MANY_ENTRIES; index++) writeFileSync(tree.at(`many/${index}`), '');
    },
    expectation(tree) {
      const names = new Set(readdirSync(tree.at('many')));
      expect(names.size).toBe(MANY_ENTRIES);
      expect([names.has('0'), names.has('99999')]).toEqual([true, true]);
    },
  },
  {
    title: '1,500 levels of directories',
    make: (tree) => makeFile(tree, `${'l/'.repeat(DEEP_LEVELS - 1)}bottom`, 'deep'),
    expectation(tree) {
      expect(readFileSync(tree.at(`${'l/'.repeat(DEEP_LEVELS - 1)}bottom`), 'utf8')).toBe('deep');
    },
  },
  {
    title: 'an empty directory with mode, owner and attribute',
    make(tree) {
      mkdirSync(tree.at('empty/directory'), { recursive: true });
      setXattr(tree, 'empty/directory', 'user.on-directory', 'yes');
      runOn(tree, 'empty/directory', 'chown', '77:88');
      runOn(tree, 'empty/directory', 'chmod', '3710');
    },
    expectation(tree) {
      const { uid, gid } = statsOf(tree, 'empty/directory');
      expect([modeOf(tree, 'empty/directory'), uid, gid]).toEqual([0o3710, 77n, 88n]);
      expect(xattrsOf(tree, 'empty/directory')).toEqual({ 'user.on-directory': Buffer.from('yes') });
      expect(readdirSync(tree.at('empty/directory'))).toEqual([]);
    },
  },
];

export const contentsCases: readonly FidelityCase[] = [
  ...contentCases,
  sparseCase,
  ...specialCases,
  ...directoryCases,
];

/** The same bytes in every run, which do not compress. */
function noise(sizeBytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(sizeBytes / 64) }, (_, index) =>
    createHash('sha512').update(`${sizeBytes} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}
