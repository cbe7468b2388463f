import { describe, expect, it } from 'vitest';
import { parseVerifyOptions } from '../../../src/config/verify-options.ts';
import { errorText, testMachine } from './test-machine.ts';

const flags = {
  image: 'a.ociarchive',
  rootfs: undefined,
  tag: undefined,
  prune: [],
  skipSpecialFiles: false,
  maxInflated: undefined,
  maxEntries: undefined,
  tlsVerify: undefined,
  authFile: undefined,
};

describe('parseVerifyOptions', () => {
  it('resolves and freezes what the flags say', () => {
    const raw = { ...flags, rootfs: '/r', tag: 'any text', prune: ['/p/'], skipSpecialFiles: true };
    const options = parseVerifyOptions(raw, testMachine());
    expect(options).toEqual({
      image: { kind: 'oci-archive', path: 'a.ociarchive' },
      rootfs: '/r',
      tag: 'any text',
      prune: [{ path: 'p', keepDirectory: true }],
      skipSpecialFiles: true,
    });
    expect(Object.isFrozen(options.image)).toBe(true);
  });

  it('refuses flags of a registry for anything else', () => {
    expect(errorText(() => parseVerifyOptions({ ...flags, tlsVerify: 'false' }, testMachine()))).toBe(
      'usage: --tls-verify means something only together with docker:// | Leave --tls-verify out.',
    );
    expect(errorText(() => parseVerifyOptions({ ...flags, authFile: 'x' }, testMachine()))).toBe(
      'usage: --authfile means something only together with docker:// | Leave --authfile out.',
    );
    const image = 'docker://a';
    expect(parseVerifyOptions({ ...flags, image, tlsVerify: 'false' }, testMachine()).image.kind).toBe(
      'registry',
    );
  });

  it('refuses flags about a root filesystem that is not given', () => {
    expect(errorText(() => parseVerifyOptions({ ...flags, prune: ['/p'] }, testMachine()))).toBe(
      'usage: --prune means something only together with --rootfs | Add --rootfs DIR, or leave --prune out.',
    );
    expect(
      errorText(() => parseVerifyOptions({ ...flags, skipSpecialFiles: true }, testMachine())),
    ).toContain('--skip-special-files means something only together with --rootfs');
    expect(errorText(() => parseVerifyOptions({ ...flags, rootfs: '' }, testMachine()))).toBe(
      'usage: --rootfs: the path is empty',
    );
  });
});
