import { describe, expect, it } from 'vitest';
import { parseExplainOptions, type RawExplainFlags } from '../../../src/config/explain-options.ts';
import type { Machine } from '../../../src/config/machine.ts';
import { buildFlags, testMachine } from './test-machine.ts';

function parse(changes: Partial<RawExplainFlags>, machine: Partial<Machine> = {}) {
  const raw: RawExplainFlags = {
    subject: 'app.ociarchive',
    path: '/etc/passwd',
    selection: {
      tag: undefined,
      platform: undefined,
      maxInflated: undefined,
      maxEntries: undefined,
      tlsVerify: undefined,
      authFile: undefined,
    },
    plan: { ...buildFlags(), html: undefined },
    imageFlags: [],
    rootfsFlags: [],
    ...changes,
  };
  return parseExplainOptions(raw, testMachine(machine));
}

describe('the options of layah explain', () => {
  it('take a file for an archive, and a directory with an oci-layout for an image', () => {
    expect(parse({})).toMatchObject({ kind: 'image', path: 'etc/passwd' });
    const layout = { isDirectory: () => true, readTextFile: () => '{"imageLayoutVersion":"1.0.0"}' };
    expect(parse({ subject: 'out' }, layout)).toMatchObject({
      kind: 'image',
      image: { location: { kind: 'oci-directory', path: 'out' } },
    });
  });

  it('take any other directory for a root filesystem', () => {
    expect(parse({ subject: 'rootfs' }, { isDirectory: () => true })).toMatchObject({
      kind: 'rootfs',
      plan: { rootfs: 'rootfs', maxLayers: 64 },
    });
  });

  it('refuse flags that mean something only for the other kind', () => {
    expect(() => parse({ rootfsFlags: ['max-layers'] })).toThrow(
      '--max-layers means something only for a root filesystem, and app.ociarchive is an image',
    );
    expect(() => parse({ subject: 'rootfs', imageFlags: ['tag'] }, { isDirectory: () => true })).toThrow(
      '--tag means something only for an image, and rootfs is a root filesystem',
    );
  });
});
