import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setAttributeSync } from 'fs-xattr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry, Scan } from '../../../src/model/entry.ts';
import type { PrunePattern } from '../../../src/model/options.ts';
import { silentReporter } from '../../../src/model/reporter.ts';
import { displayPath, rootfsPathFromText } from '../../../src/model/rootfs-path.ts';
import { openRootfs } from '../../../src/scan/open-rootfs.ts';
import { scanRootfs } from '../../../src/scan/scan.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layah-scan-'));
});
// rm, because node:fs cannot remove what is deeper than a path can say.
afterEach(() => execFileSync('rm', ['-rf', root]));

const warnings: string[] = [];

interface Flags {
  readonly prune?: readonly string[];
  readonly skipSpecialFiles?: boolean;
  readonly signal?: AbortSignal;
  readonly directory?: string;
}

function pattern(text: string): PrunePattern {
  return { path: rootfsPathFromText(text), keepDirectory: text.endsWith('/') };
}

async function scan({
  prune = [],
  skipSpecialFiles = false,
  signal,
  directory = root,
}: Flags = {}): Promise<Scan> {
  warnings.length = 0;
  const rootfs = openRootfs(directory);
  try {
    return await scanRootfs(rootfs, {
      prune: prune.map(pattern),
      skipSpecialFiles,
      reporter: {
        debug: () => {},
        info: (message) => warnings.push(message),
        warn: (message) => warnings.push(message),
        progress: () => {},
      },
      signal: signal ?? new AbortController().signal,
    });
  } finally {
    rootfs.close();
  }
}

function paths({ entries }: Scan): string[] {
  return entries.map((entry) => displayPath(entry.path));
}

async function only(): Promise<Entry> {
  const [entry] = (await scan()).entries;
  if (entry === undefined) throw new Error('nothing was scanned');
  return entry;
}

describe('a scan', () => {
  it('gives parents before children and the names of a directory in byte order', async () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    for (const name of ['a/b/z', 'a-b', 'Z', 'é', 'a/c']) writeFileSync(join(root, name), '');
    expect(paths(await scan())).toEqual(['/Z', '/a', '/a/b', '/a/b/z', '/a/c', '/a-b', '/é']);
  });

  it('keeps names that are not UTF-8 byte for byte', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff, 0x0a])]), 'x');
    const entry = await only();
    expect(entry.path).toBe('f\xff\n');
    expect(displayPath(entry.path)).toBe('/f\\xff\\x0a');
  });

  it('reads attributes of a file whose name is not UTF-8', async () => {
    const path = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]);
    writeFileSync(path, 'x');
    execFileSync('python3', ['-c', `import os; os.setxattr(b"${root}/\\xff", "user.a", b"v")`]);
    expect((await only()).xattrs).toEqual([{ name: 'user.a', value: Buffer.from('v') }]);
  });

  it('has mode with setuid, setgid and sticky, owner, size and whole seconds', async () => {
    writeFileSync(join(root, 'f'), 'hello');
    chmodSync(join(root, 'f'), 0o7755);
    utimesSync(join(root, 'f'), 1_000_000, 1_600_000_000.75);
    expect(await only()).toMatchObject({
      kind: 'file',
      mode: 0o7755,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      sizeBytes: 5,
      mtimeSeconds: 1_600_000_000,
    });
  });

  it('rounds a time before 1970 down', async () => {
    writeFileSync(join(root, 'f'), '');
    execFileSync('touch', ['-d', '@-1.5', join(root, 'f')]);
    expect((await only()).mtimeSeconds).toBe(-2);
  });

  it('begins with the year 0, before which a TOC has no dates', async () => {
    const shared = mkdtempSync('/dev/shm/layah-scan-');
    try {
      writeFileSync(join(shared, 'f'), '');
      execFileSync('touch', ['-d', '@-99999999999999', join(shared, 'f')]);
      const { entries } = await scan({ directory: shared });
      expect(entries.map(({ mtimeSeconds }) => mtimeSeconds)).toEqual([-62_167_219_200]);
    } finally {
      rmSync(shared, { recursive: true });
    }
  });

  it('never follows a symlink', async () => {
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd/secret'), 'x');
    symlinkSync('/', join(root, 'absolute'));
    symlinkSync('d', join(root, 'relative'));
    symlinkSync('loop', join(root, 'loop'));
    symlinkSync('missing/\u00e9', join(root, 'dangling'));
    lutimesSync(join(root, 'loop'), 5, 5);
    const result = await scan();
    expect(paths(result)).toEqual(['/absolute', '/d', '/d/secret', '/dangling', '/loop', '/relative']);
    expect(result.byPath.get(rootfsPathFromText('absolute'))).toMatchObject({ kind: 'symlink', target: '/' });
    expect(result.byPath.get(rootfsPathFromText('loop'))?.mtimeSeconds).toBe(5);
    expect(result.byPath.get(rootfsPathFromText('dangling'))).toMatchObject({ target: 'missing/\xc3\xa9' });
  });

  it('groups hardlinks of files and of symlinks, and ignores links to the outside', async () => {
    writeFileSync(join(root, 'a'), 'x');
    linkSync(join(root, 'a'), join(root, 'z'));
    symlinkSync('t', join(root, 'l1'));
    linkSync(join(root, 'l1'), join(root, 'l2'));
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'out/o'), 'x');
    linkSync(join(root, 'out/o'), join(root, 'single'));
    const { linkGroups, byPath } = await scan({ prune: ['/out'] });
    expect(linkGroups).toEqual([
      ['a', 'z'],
      ['l1', 'l2'],
    ]);
    expect(byPath.get(rootfsPathFromText('z'))).toMatchObject({ linkGroup: 0 });
    expect(byPath.get(rootfsPathFromText('single'))).toMatchObject({ linkGroup: undefined });
  });

  it('reads attributes sorted by name and leaves labels of the host behind', async () => {
    writeFileSync(join(root, 'f'), '');
    setAttributeSync(join(root, 'f'), 'user.z', Buffer.from([0, 255]));
    setAttributeSync(join(root, 'f'), 'user.a', '');
    if (process.getuid?.() === 0) setAttributeSync(join(root, 'f'), 'trusted.overlay.opaque', 'y');
    expect((await only()).xattrs).toEqual([
      { name: 'user.a', value: Buffer.alloc(0) },
      { name: 'user.z', value: Buffer.from([0, 255]) },
    ]);
  });

  it.runIf(process.getuid?.() === 0)(
    'reads the attributes of a symlink itself, not of its target',
    async () => {
      writeFileSync(join(root, 'file'), '');
      setAttributeSync(join(root, 'file'), 'user.of-the-file', 'x');
      symlinkSync('file', join(root, 'link'));
      const set = 'import os, sys; os.setxattr(sys.argv[1], "security.own", b"y", follow_symlinks=False)';
      execFileSync('python3', ['-c', set, join(root, 'link')]);
      expect((await scan()).byPath.get(rootfsPathFromText('link'))?.xattrs).toEqual([
        { name: 'security.own', value: Buffer.from('y') },
      ]);
    },
  );

  it('keeps FIFOs, drops sockets with a warning, and drops both when told', async () => {
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(paths(await scan())).toEqual(['/fifo']);
    expect(warnings).toEqual(['left out the socket /socket: a layer cannot hold sockets']);
    expect(paths(await scan({ skipSpecialFiles: true }))).toEqual([]);
    expect(warnings).toContain('left out 1 FIFOs and device nodes');
    server.close();
  });

  it('prunes /p with all below it and empties /p/', async () => {
    mkdirSync(join(root, 'p/q'), { recursive: true });
    mkdirSync(join(root, 'e/f'), { recursive: true });
    writeFileSync(join(root, 'keep'), '');
    expect(paths(await scan({ prune: ['/p', '/e/'] }))).toEqual(['/e', '/keep']);
    expect(paths(await scan({ prune: ['/e/', '/e', 'p/'] }))).toEqual(['/keep', '/p']);
  });

  it('says whether something was left out', async () => {
    execFileSync('mkfifo', [join(root, 'fifo')]);
    writeFileSync(join(root, 'file'), '');
    expect((await scan()).isComplete).toBe(true);
    expect((await scan({ prune: ['/file'] })).isComplete).toBe(false);
    expect((await scan({ skipSpecialFiles: true })).isComplete).toBe(false);
    const server = createServer().listen(join(root, 'socket'));
    expect((await scan()).isComplete).toBe(false);
    server.close();
  });

  it('warns of a prune pattern that matches nothing', async () => {
    writeFileSync(join(root, 'keep'), '');
    await scan({ prune: ['/missing'] });
    expect(warnings).toEqual(['--prune /missing matches nothing in the root filesystem']);
  });

  it('reads paths of 4,000 bytes and trees 1,500 levels deep', async () => {
    execFileSync('python3', ['-c', DEEP_TREE], { cwd: root });
    const { entries } = await scan();
    expect(Math.max(...entries.map((entry) => entry.path.length))).toBe(4000);
    expect(Math.max(...entries.map((entry) => entry.path.split('/').length))).toBe(1500);
  });

  it('says which path is too long to be opened', async () => {
    execFileSync('python3', ['-c', TOO_LONG_PATH], { cwd: root });
    await expect(scan()).rejects.toThrow(
      /^a path of 4015 bytes is longer than the 4000 that an image can hold: \/n{199}\.\.\.$/,
    );
  });

  it('notices that the root filesystem was moved away while it was read', async () => {
    mkdirSync(join(root, 'tree/directory'), { recursive: true });
    const rootfs = openRootfs(join(root, 'tree'));
    // What is scanned is what the name means at first, so it is there to be scanned.
    renameSync(join(root, 'tree'), join(root, 'moved'));
    mkdirSync(join(root, 'tree'));
    const options = { prune: [], skipSpecialFiles: false, reporter: silentReporter };
    await expect(scanRootfs(rootfs, { ...options, signal: new AbortController().signal })).rejects.toThrow(
      `the root filesystem ${root}/tree was moved or mounted over while it was being read`,
    );
    rootfs.close();
  });

  it('stops when it is told to', async () => {
    for (let index = 0; index < 600; index++) mkdirSync(join(root, `d${index}`));
    await expect(scan({ signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  });
});

const DEEP_TREE = `
import os
def descend(names):
    here = os.open('.', os.O_RDONLY)
    for name in names:
        os.mkdir(name); os.chdir(name)
    os.fchdir(here); os.close(here)
os.mkdir('long'); os.chdir('long')
descend(['n' * 246] * 16 + ['x' * (4000 - 4 - 1 - 247 * 16)])
os.chdir('..'); os.mkdir('deep'); os.chdir('deep')
descend(['d'] * 1499)
`;

const TOO_LONG_PATH = `
import os
for _ in range(20):
    os.mkdir('n' * 250); os.chdir('n' * 250)
`;
