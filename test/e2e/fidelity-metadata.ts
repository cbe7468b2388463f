import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { expect } from 'vitest';
import {
  type FidelityCase,
  makeFile,
  modeOf,
  runOn,
  setXattr,
  statsOf,
  type Tree,
  xattrsOf,
} from './fidelity-case.ts';

const MODES: readonly (readonly [what: string, mode: number])[] = [
  ['setuid', 0o4755],
  ['setgid', 0o2755],
  ['sticky', 0o1777],
  ['setuid, setgid, sticky and all rights', 0o7777],
  ['mode 000', 0o000],
  ['setuid and nothing else', 0o4000],
];

const modeCases: readonly FidelityCase[] = MODES.flatMap(([what, mode]) => [
  {
    title: `a file with ${what}`,
    make(tree) {
      makeFile(tree, `modes/file-${mode}`, 'mode');
      chmodSync(tree.at(`modes/file-${mode}`), mode);
    },
    expectation: (tree) => expect(modeOf(tree, `modes/file-${mode}`)).toBe(mode),
  },
  {
    title: `a directory with ${what}, and what is in it`,
    make(tree) {
      makeFile(tree, `modes/directory-${mode}/inside`, 'inside');
      chmodSync(tree.at(`modes/directory-${mode}`), mode);
    },
    expectation(tree) {
      expect(modeOf(tree, `modes/directory-${mode}`)).toBe(mode);
      expect(readFileSync(tree.at(`modes/directory-${mode}/inside`), 'utf8')).toBe('inside');
    },
  },
]);

const OWNERS: readonly (readonly [uid: number, gid: number])[] = [
  [1000, 1001],
  [2 ** 21 - 1, 2 ** 21],
  [2 ** 21 + 1, 2 ** 22],
  [2 ** 31 - 1, 2 ** 31],
  [2 ** 31 + 1, 2 ** 32 - 2],
  [65534, 2 ** 32 - 2],
];

const ownerCases: readonly FidelityCase[] = OWNERS.map(([uid, gid]) => ({
  title: `the owner ${uid}:${gid} of a file and of a directory`,
  make(tree) {
    makeFile(tree, `owners/${uid}-${gid}/file`, 'owned');
    for (const path of [`owners/${uid}-${gid}/file`, `owners/${uid}-${gid}`])
      chownSync(tree.at(path), uid, gid);
  },
  expectation(tree) {
    for (const path of [`owners/${uid}-${gid}/file`, `owners/${uid}-${gid}`]) {
      const stats = statsOf(tree, path);
      expect([stats.uid, stats.gid]).toEqual([BigInt(uid), BigInt(gid)]);
    }
  },
}));

/** As `touch -d` takes it, and the whole second, rounded down, that a layer holds. */
const TIMES: readonly (readonly [what: string, date: string, seconds: bigint])[] = [
  ['0', '@0', 0n],
  ['one second after 1970', '@1', 1n],
  ['with nanoseconds', '@1234567890.123456789', 1_234_567_890n],
  ['one nanosecond before a whole second', '@1234567890.999999999', 1_234_567_890n],
  ['beyond 2038', '@2147483648', 2_147_483_648n],
  ['beyond 2106', '@4294967296', 4_294_967_296n],
  ['beyond 2242, which ustar cannot hold', '@8589934592', 8_589_934_592n],
  ['before 1970 (podman shows 1970)', '@-86400', -86_400n],
  ['before 1970 with a fraction (podman shows 1970)', '@-1.5', -2n],
];

const timeCases: readonly FidelityCase[] = TIMES.map(([what, date, seconds]) => ({
  title: `an mtime ${what}`,
  make(tree) {
    makeFile(tree, `times/${date}`, 'time');
    runOn(tree, `times/${date}`, 'touch', '-d', date);
  },
  expectation(tree) {
    // containers-storage sets no time before 1970 (pkg/archive, minTime).
    const shown = {
      input: nanoseconds(date),
      podman: BILLION * (seconds < 0n ? 0n : seconds),
      tar: BILLION * seconds,
    };
    expect(statsOf(tree, `times/${date}`).mtimeNs).toBe(shown[tree.kind]);
  },
}));

const BILLION = 1_000_000_000n;

function nanoseconds(date: string): bigint {
  const [, sign = '', seconds = '', fraction = ''] = /^@(-?)(\d+)\.?(\d*)$/.exec(date) ?? [];
  const magnitude = BigInt(seconds) * BILLION + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

const XATTRS: readonly (readonly [what: string, name: string, value: string | Buffer])[] = [
  ['a value of every byte', 'user.binary', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['a value that looks like a PAX record', 'user.pax', '19 path=/etc/passwd\n\0'],
  // ext4 keeps all attributes of an inode in one block; fidelity-limits.test.ts has some of 64 KiB.
  ['a value of 3,800 bytes', 'user.large', Buffer.alloc(3800, 'large \0\xff', 'latin1')],
  ['a name of 255 bytes', `user.${'n'.repeat(250)}`, 'long name'],
  ['a name that is not ASCII', 'user.größe', 'umlaut'],
  ['a name with spaces, quotes and a newline', 'user. "a"\n\'b\'', 'odd name'],
  ['a name of the kernel', 'security.example', 'kept'],
];

const xattrCases: readonly FidelityCase[] = [
  ...XATTRS.map(([what, name, value], index): FidelityCase => ({
    title: `an extended attribute with ${what}`,
    make(tree) {
      makeFile(tree, `xattrs/file-${index}`, 'attributes');
      mkdirSync(tree.at(`xattrs/directory-${index}`));
      for (const path of [`xattrs/file-${index}`, `xattrs/directory-${index}`])
        setXattr(tree, path, name, value);
    },
    expectation(tree) {
      expect(xattrsOf(tree, `xattrs/file-${index}`)).toEqual({ [name]: Buffer.from(value) });
      expect(xattrsOf(tree, `xattrs/directory-${index}`)).toEqual({ [name]: Buffer.from(value) });
    },
  })),
  {
    title: 'an extended attribute with an empty value (podman 4.3 leaves it out)',
    make(tree) {
      makeFile(tree, 'xattrs/empty', 'empty');
      setXattr(tree, 'xattrs/empty', 'user.empty', '');
    },
    expectation(tree) {
      // Go's archive/tar keeps PAX records without a value from the field that containers-storage 1.43 reads.
      const shown = tree.kind === 'podman' ? [{}, EMPTY_XATTR] : [EMPTY_XATTR];
      expect(shown).toContainEqual(xattrsOf(tree, 'xattrs/empty'));
    },
  },
  {
    title: '60 extended attributes of one file',
    make(tree) {
      makeFile(tree, 'xattrs/many', 'many');
      for (let index = 0; index < 60; index++)
        setXattr(tree, 'xattrs/many', `user.number-${index}`, `${index}`);
    },
    expectation: (tree) => expect(Object.keys(xattrsOf(tree, 'xattrs/many'))).toHaveLength(60),
  },
  {
    title: 'extended attributes of a symlink, a FIFO and a device, which can have no user.*',
    make(tree) {
      mkdirSync(tree.at('xattrs'), { recursive: true });
      symlinkSync('nowhere', tree.at('xattrs/symlink'));
      runOn(tree, 'xattrs/fifo', 'mkfifo');
      runOn(tree, 'xattrs/device', 'cp', '-a', '/dev/null');
      for (const path of SPECIALS)
        runOn(tree, path, 'setfattr', '-h', '-n', 'security.example', '-v', 'special');
    },
    expectation(tree) {
      for (const path of SPECIALS) {
        expect(xattrsOf(tree, path)).toEqual({ 'security.example': Buffer.from('special') });
      }
    },
  },
  {
    title: 'a file capability (security.capability)',
    make(tree) {
      makeFile(tree, 'xattrs/capable', 'capable');
      runOn(tree, 'xattrs/capable', 'setcap', 'cap_net_raw,cap_net_bind_service+ep');
    },
    expectation: (tree) => expect(capability(tree, 'xattrs/capable').readUInt32LE(0)).toBe(0x02000001),
  },
  {
    title: 'a file capability of a user namespace (version 3, with the id of its root)',
    make(tree) {
      makeFile(tree, 'xattrs/namespaced', 'capable');
      setXattr(tree, 'xattrs/namespaced', 'security.capability', NAMESPACED_CAPABILITY);
    },
    expectation: (tree) => expect(capability(tree, 'xattrs/namespaced')).toEqual(NAMESPACED_CAPABILITY),
  },
];

const EMPTY_XATTR = { 'user.empty': Buffer.alloc(0) };

const SPECIALS = ['xattrs/symlink', 'xattrs/fifo', 'xattrs/device'];

/** linux/capability.h, vfs_ns_cap_data: revision and effective bit, cap_net_raw permitted, the root's uid 100000. */
const NAMESPACED_CAPABILITY = Buffer.from('0100000300200000000000000000000000000000a0860100', 'hex');

function capability(tree: Tree, path: string): Buffer {
  return xattrsOf(tree, path)['security.capability'] ?? Buffer.alloc(0);
}

const aclCases: readonly FidelityCase[] = [
  {
    title: 'a POSIX ACL with named users, groups and a mask',
    make(tree) {
      makeFile(tree, 'acls/file', 'acl');
      runOn(tree, 'acls/file', 'setfacl', '-m', 'u:1234:rw,g:4321:r,m::rwx');
    },
    expectation: (tree) => expectAcl(tree, 'acls/file', 'system.posix_acl_access', 6),
  },
  {
    title: 'a default POSIX ACL of a directory',
    make(tree) {
      mkdirSync(tree.at('acls/directory'), { recursive: true });
      runOn(tree, 'acls/directory', 'setfacl', '-d', '-m', 'u:4294967294:rx');
    },
    expectation: (tree) => expectAcl(tree, 'acls/directory', 'system.posix_acl_default', 5),
  },
];

/**
 * linux/posix_acl_xattr.h: four bytes of version, eight an entry.
 * GNU tar keeps ACLs under a key of its own and skips the attribute by which all others know them.
 */
function expectAcl(tree: Tree, path: string, name: string, entries: number): void {
  if (tree.kind === 'tar') return;
  const value = xattrsOf(tree, path)[name];
  expect(value?.readUInt32LE(0)).toBe(2);
  expect(value).toHaveLength(4 + 8 * entries);
}

export const metadataCases: readonly FidelityCase[] = [
  ...modeCases,
  ...ownerCases,
  ...timeCases,
  ...xattrCases,
  ...aclCases,
];
