import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootfsPathFromText } from '../../../src/model/rootfs-path.ts';
import { type LayoutFiles, OCI, sha256 } from '../images/layouts.ts';
import { plainLayer } from '../images/verify-built-layer.ts';
import { imageFiles, lines, verifyFiles } from './verify-images.ts';

let directory: string;
let tree: string;
let image: LayoutFiles;
let copies = 0;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-verify-'));
  tree = join(directory, 'tree');
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  writeFileSync(join(tree, 'usr/bin/tool'), 'tool\n');
  linkSync(join(tree, 'usr/bin/tool'), join(tree, 'usr/bin/alias'));
  symlinkSync('tool', join(tree, 'usr/bin/link'));
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/usr/`), Buffer.from('f\xfcr', 'latin1')]), 'bytes');
  execFileSync('mkfifo', [join(tree, 'fifo')]);
  for (const name of ['usr/bin/tool', 'fifo']) utimesSync(join(tree, name), 1_000_000_000, 1_000_000_000);
  chmodSync(tree, 0o755);
  image = imageOf(tree);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** An image of one plain layer that GNU tar made of the tree. */
function imageOf(root: string): LayoutFiles {
  const tar = execFileSync('tar', ['--format=pax', '--numeric-owner', '-C', root, '-cf', '-', '.'], {
    maxBuffer: 64 << 20,
  });
  const blob = gzipSync(tar);
  return imageFiles({
    layers: [plainLayer(blob, tar, OCI.gzipLayer)],
  });
}

function changedCopy(change: (root: string) => void): string {
  const root = join(directory, `copy-${copies++}`);
  execFileSync('cp', ['-a', tree, root]);
  change(root);
  return root;
}

async function findingsAgainst(rootfs: string): Promise<string[]> {
  const report = await verifyFiles(image, { rootfs });
  expect(report.comparedWithRootfs).toBe(true);
  return lines(report.findings);
}

describe('an image against its root filesystem', () => {
  it('has no findings when nothing changed', async () => {
    const report = await verifyFiles(image, { rootfs: tree });
    expect(report).toMatchObject({ treeEntryCount: 7, comparedWithRootfs: true, findings: [] });
    expect(await findingsAgainst(changedCopy(() => {}))).toEqual([]);
  });

  it('names content, modes, targets and hardlinks that changed', async () => {
    const root = changedCopy((copy) => {
      rmSync(join(copy, 'usr/bin/alias'));
      cpSync(join(copy, 'usr/bin/tool'), join(copy, 'usr/bin/alias'), { preserveTimestamps: true });
      chmodSync(join(copy, 'usr/bin'), 0o700);
      writeFileSync(join(copy, 'usr/bin/tool'), 'TOOL\n');
      rmSync(join(copy, 'usr/bin/link'));
      symlinkSync('alias', join(copy, 'usr/bin/link'));
    });
    expect(await findingsAgainst(root)).toEqual([
      'tree: /usr/bin: mode is 0755 in the image, 0700 in the root filesystem',
      'tree: /usr/bin/link: link target is tool in the image, alias in the root filesystem',
      `tree: /usr/bin/tool: content is ${sha256(Buffer.from('tool\n'))} in the image, ${sha256(Buffer.from('TOOL\n'))} in the root filesystem`,
      'tree: /usr/bin/tool: hardlink group is that of /usr/bin/alias in the image, its own in the root filesystem',
    ]);
  });

  it('names what is missing and what is extra, whatever bytes its name has', async () => {
    const root = changedCopy((copy) => {
      rmSync(Buffer.concat([Buffer.from(`${copy}/usr/`), Buffer.from('f\xfcr', 'latin1')]));
      writeFileSync(join(copy, 'usr/new'), '');
    });
    expect(await findingsAgainst(root)).toEqual([
      'tree: /usr/f\\xfcr: it is in the image, but not in the root filesystem',
      'tree: /usr/new: it is in the root filesystem, but not in the image',
    ]);
  });

  it('names a file that is older than in the image', async () => {
    const root = changedCopy((copy) => utimesSync(join(copy, 'usr/bin/tool'), 999_999_999, 999_999_999));
    expect(await findingsAgainst(root)).toEqual([
      'tree: /usr/bin/alias: mtime is 1000000000 in the image, 999999999 in the root filesystem',
      'tree: /usr/bin/tool: mtime is 1000000000 in the image, 999999999 in the root filesystem',
    ]);
  });

  it('leaves out what is pruned', async () => {
    const prune = [{ path: rootfsPathFromText('usr/new'), keepDirectory: false }];
    const rootfs = changedCopy((copy) => writeFileSync(join(copy, 'usr/new'), ''));
    expect((await verifyFiles(image, { rootfs, prune })).findings).toEqual([]);
    const special = await verifyFiles(image, { rootfs: tree, skipSpecialFiles: true });
    expect(lines(special.findings)).toEqual([
      'tree: /fifo: it is in the image, but not in the root filesystem',
    ]);
  });

  it('reads files of many blocks', async () => {
    const root = changedCopy((copy) => appendFileSync(join(copy, 'large'), Buffer.alloc(3 << 20, 'x')));
    expect((await verifyFiles(imageOf(root), { rootfs: root })).findings).toEqual([]);
  });

  it('says when there is no root filesystem', async () => {
    await expect(verifyFiles(image, { rootfs: join(directory, 'missing') })).rejects.toMatchObject({
      code: 'bad-rootfs',
      hint: 'Name an existing directory with --rootfs.',
    });
  });
});
