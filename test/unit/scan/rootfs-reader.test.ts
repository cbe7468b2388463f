import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentReporter } from '../../../src/model/reporter.ts';
import { ROOT_PATH, rootfsPathFromText } from '../../../src/model/rootfs-path.ts';
import type { RootfsReader } from '../../../src/model/rootfs-reader.ts';
import { openRootfs, type OpenRootfs } from '../../../src/scan/open-rootfs.ts';
import { createRootfsReader } from '../../../src/scan/rootfs-reader.ts';
import { scanRootfs } from '../../../src/scan/scan.ts';

let outside: string;
let rootfs: OpenRootfs;
let reader: RootfsReader;
const server = createServer();

beforeAll(() => {
  outside = mkdtempSync(join(tmpdir(), 'layah-reader-'));
  const root = join(outside, 'root');
  mkdirSync(join(root, 'usr/lib'), { recursive: true });
  writeFileSync(join(outside, 'secret'), 'of the host');
  writeFileSync(join(root, 'usr/lib/status'), 'in the tree');
  symlinkSync('usr/lib', join(root, 'lib'));
  symlinkSync('/usr/lib', join(root, 'usr/absolute'));
  symlinkSync('../../../../../../../../etc/passwd', join(root, 'escape'));
  symlinkSync('../../secret', join(root, 'usr/secret'));
  symlinkSync('b', join(root, 'a'));
  symlinkSync('a', join(root, 'b'));
  symlinkSync('double/double', join(root, 'double'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  server.listen(join(root, 'socket'));
  writeFileSync(join(root, 'huge'), '');
  truncateSync(join(root, 'huge'), 20 * 2 ** 30);
  rootfs = openRootfs(root);
  reader = createRootfsReader(rootfs);
});
afterAll(() => {
  rootfs.close();
  server.close();
  rmSync(outside, { recursive: true });
});

const path = rootfsPathFromText;
const running = new AbortController().signal;

describe('reading through a root filesystem', () => {
  it('resolves its links as if it were the root', () => {
    expect(reader.resolve(path('/lib/status'))).toBe('usr/lib/status');
    expect(reader.resolve(path('usr/absolute/status'))).toBe('usr/lib/status');
    expect(reader.readFile(path('lib/status'), 100)?.toString()).toBe('in the tree');
  });

  it('keeps the last name of a path whose parents it resolves', () => {
    expect(reader.resolveParent(path('lib/anything'))).toBe('usr/lib/anything');
    expect(reader.resolveParent(path('lib'))).toBe('lib');
    expect(reader.resolveParent(path('missing/x'))).toBeUndefined();
  });

  it.each(['escape', 'usr/secret'])('never leads out of it: %s', (name) => {
    expect(reader.readFile(path(name), 1000)).toBeUndefined();
  });

  it.each(['a', 'double', 'missing', 'usr/lib/status/below'])('finds nothing at %s', (name) => {
    expect(reader.resolve(path(name))).toBeUndefined();
    expect(reader.readFile(path(name), 10)).toBeUndefined();
  });

  it.each([
    ['fifo', '/fifo in the root filesystem is not a regular file'],
    ['socket', '/socket in the root filesystem is not a regular file'],
    ['usr', '/usr in the root filesystem is not a regular file'],
    ['huge', '/huge in the root filesystem has 21474836480 bytes, more than the limit of 100'],
  ])('refuses %s at once', (name, message) => {
    expect(() => reader.readFile(path(name), 100)).toThrow(
      expect.objectContaining({ code: 'bad-database', message }),
    );
  });

  it.each(['sha256', 'sha1', 'md5'] as const)(
    'hashes a file through its links with %s',
    async (algorithm) => {
      const content = Buffer.alloc(700_001, 'layer ');
      writeFileSync(join(outside, 'root/usr/lib/big'), content);
      const digest = createHash(algorithm).update(content).digest('hex');
      expect(await reader.hashFile(path('lib/big'), algorithm, running)).toBe(digest);
    },
  );

  it.each(['fifo', 'socket', 'usr', 'escape', 'missing', 'a'])('has no digest of %s', async (name) => {
    expect(await reader.hashFile(path(name), 'sha256', running)).toBeUndefined();
  });

  it('stops hashing a huge file with the reason when aborted', async () => {
    const reason = new Error('stopped');
    const controller = new AbortController();
    const hashing = reader.hashFile(path('huge'), 'md5', controller.signal);
    setTimeout(() => controller.abort(reason), 20);
    await expect(hashing).rejects.toBe(reason);
  });

  it('copies a file through its links, whole and for its owner only', async () => {
    const content = randomBytes(700_001);
    writeFileSync(join(outside, 'root/usr/lib/copied'), content);
    const copy = join(outside, 'copy');
    expect(await reader.copyFile(path('lib/copied'), copy, 700_001)).toBe(true);
    expect(readFileSync(copy).equals(content)).toBe(true);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
  });

  it.each(['escape', 'missing', 'a'])('copies nothing where nothing is: %s', async (name) => {
    expect(await reader.copyFile(path(name), join(outside, 'nothing'), 100)).toBe(false);
    expect(existsSync(join(outside, 'nothing'))).toBe(false);
  });

  it.each([
    ['fifo', '/fifo in the root filesystem is not a regular file'],
    ['socket', '/socket in the root filesystem is not a regular file'],
    ['usr', '/usr in the root filesystem is not a regular file'],
    ['huge', '/huge in the root filesystem has 21474836480 bytes, more than the limit of 100'],
  ])('refuses to copy %s at once, and leaves nothing behind', async (name, message) => {
    await expect(reader.copyFile(path(name), join(outside, 'refused'), 100)).rejects.toMatchObject({
      code: 'bad-database',
      message,
    });
    expect(existsSync(join(outside, 'refused'))).toBe(false);
  });

  it('copies over no file that is there', async () => {
    writeFileSync(join(outside, 'precious'), 'kept');
    await expect(reader.copyFile(path('lib/status'), join(outside, 'precious'), 100)).rejects.toMatchObject({
      code: 'read-failed',
    });
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('kept');
  });
});

describe('reading through a root filesystem that was scanned', () => {
  let scanned: RootfsReader;

  beforeAll(async () => {
    const options = { prune: [], skipSpecialFiles: false, reporter: silentReporter, signal: running };
    scanned = createRootfsReader(rootfs, await scanRootfs(rootfs, options));
  });

  it('finds the same as without the scan, and also what the scan left out', () => {
    for (const name of [
      'lib/status',
      'usr/absolute',
      'a',
      'double',
      'escape',
      'fifo',
      'socket',
      'usr/lib/x',
    ]) {
      expect(scanned.resolve(path(name))).toBe(reader.resolve(path(name)));
      expect(scanned.resolveParent(path(name))).toBe(reader.resolveParent(path(name)));
    }
    expect(scanned.readFile(path('lib/status'), 100)?.toString()).toBe('in the tree');
    expect(() => scanned.readFile(path('fifo'), 100)).toThrow(
      '/fifo in the root filesystem is not a regular',
    );
  });

  it('does not look for what a scan that left out nothing has not', async () => {
    const root = join(outside, 'complete');
    mkdirSync(join(root, 'lib'), { recursive: true });
    writeFileSync(join(root, 'lib/status'), 'in the tree');
    symlinkSync('lib', join(root, 'link'));
    const complete = openRootfs(root);
    const options = { skipSpecialFiles: false, reporter: silentReporter, signal: running };
    const whole = createRootfsReader(complete, await scanRootfs(complete, { ...options, prune: [] }));
    const prune = [{ path: path('lib'), keepDirectory: true }];
    const part = createRootfsReader(complete, await scanRootfs(complete, { ...options, prune }));
    writeFileSync(join(root, 'lib/later'), 'after the scan');
    expect(whole.resolve(path('link/later'))).toBeUndefined();
    expect(part.resolve(path('link/later'))).toBe('lib/later');
    for (const each of [whole, part]) {
      expect(each.readFile(path('link/status'), 100)?.toString()).toBe('in the tree');
      expect(() => each.readFile(path('lib/status'), 10)).toThrow(
        '/lib/status in the root filesystem has 11 bytes, more than the limit of 10',
      );
      expect(each.resolve(ROOT_PATH)).toBe(ROOT_PATH);
    }
    complete.close();
  });

  it('follows no link that has taken the place of a file since', async () => {
    const exchanged = join(outside, 'root/usr/lib/status');
    rmSync(exchanged);
    symlinkSync('../../../secret', exchanged);
    expect(() => scanned.readFile(path('usr/lib/status'), 100)).toThrow('reading /usr/lib/status');
    await expect(scanned.hashFile(path('usr/lib/status'), 'md5', running)).rejects.toThrow('/usr/lib/status');
  });
});
