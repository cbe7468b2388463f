import { describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../../src/config/build-options.ts';
import { parsePlanOptions } from '../../../src/config/plan-options.ts';
import type { PlanOptions } from '../../../src/model/options.ts';
import { buildFlags, errorText, testMachine } from './test-machine.ts';

type Flags = Parameters<typeof buildFlags>[0];

function parse(flags: Flags, machine = testMachine()): PlanOptions {
  return parsePlanOptions(buildFlags(flags), machine);
}

function usage(flags: Flags, machine = testMachine()): string {
  return errorText(() => parse(flags, machine));
}

const registryImage = (tlsVerify: boolean) => ({
  kind: 'registry',
  reference: { host: 'registry.example', repository: 'app', version: { kind: 'tag', tag: '1' } },
  access: { tlsVerify, authFile: undefined },
});

describe('--previous', () => {
  it('is an archive, a layout or an image in a registry', () => {
    const machine = testMachine({ isDirectory: (path) => path === 'layout' });
    const previousOf = (previous: string) => parse({ previous }, machine).previous;
    expect(previousOf('app.ociarchive')).toEqual({ kind: 'oci-archive', path: 'app.ociarchive' });
    expect(previousOf('layout')).toEqual({ kind: 'oci-directory', path: 'layout' });
    expect(previousOf('oci:out')).toEqual({ kind: 'oci-directory', path: 'out' });
    expect(previousOf('docker://registry.example/app:1')).toEqual(registryImage(true));
  });

  it('comes from the environment when there is no flag', () => {
    const machine = testMachine({ environment: { LAYAH_PREVIOUS: 'docker://registry.example/app:1' } });
    expect(parse({}, machine).previous).toEqual(registryImage(true));
    expect(parse({ previous: 'file' }, machine).previous).toEqual({ kind: 'oci-archive', path: 'file' });
    expect(parse({}, testMachine({ environment: { LAYAH_PREVIOUS: '' } })).previous).toBeUndefined();
  });

  it('is forgotten with --rebalance, but still checked', () => {
    expect(parse({ previous: 'file', rebalance: true }).previous).toBeUndefined();
    expect(parse({ rebalance: true }).previous).toBeUndefined();
    expect(usage({ previous: 'oci:', rebalance: true })).toBe('usage: --previous: oci: names no path');
  });

  it('is named in errors as it was given', () => {
    expect(usage({ previous: '' })).toBe('usage: --previous: the name of the image is empty');
    expect(usage({ previous: '-' })).toBe(
      'usage: --previous: an image cannot be read from standard input | Save it to a file first.',
    );
    expect(usage({}, testMachine({ environment: { LAYAH_PREVIOUS: 'docker-daemon:a' } }))).toBe(
      'usage: environment variable LAYAH_PREVIOUS: docker-daemon:a is not supported, only an archive, an OCI layout or docker:// | Copy it first: skopeo copy docker-daemon:a oci-archive:image.ociarchive',
    );
  });

  it('may be what the flags of a registry are for, and so may the output', () => {
    const previous = 'docker://registry.example/app:1';
    expect(parse({ previous, tlsVerify: 'false' }).previous).toEqual(registryImage(false));
    expect(parse({ previous, tlsVerify: 'false', rebalance: true }).previous).toBeUndefined();
    const build = (flags: Flags) => parseBuildOptions(buildFlags(flags), testMachine());
    expect(build({ previous, tlsVerify: 'false' })).toMatchObject({
      output: { kind: 'stdout' },
      previous: registryImage(false),
    });
    expect(build({ output: previous, previous: 'file', tlsVerify: 'false' })).toMatchObject({
      output: registryImage(false),
      previous: { kind: 'oci-archive', path: 'file' },
    });
    const unused =
      'usage: --tls-verify means something only together with docker:// | Leave --tls-verify out.';
    expect(usage({ previous: 'file', tlsVerify: 'false' })).toBe(unused);
    expect(errorText(() => build({ output: 'x', tlsVerify: 'false' }))).toBe(unused);
    expect(errorText(() => build({ authFile: 'x' }))).toBe(
      'usage: --authfile means something only together with docker:// | Leave --authfile out.',
    );
  });
});

describe('--plan-epoch', () => {
  const epochOf = (planEpoch: string) => parse({ planEpoch }).planEpochSeconds;

  it('is a date, a time or a number of seconds', () => {
    expect(epochOf('2026-01-31')).toBe(Date.UTC(2026, 0, 31) / 1000);
    expect(epochOf('2026-01-31T12:00:00+02:00')).toBe(Date.UTC(2026, 0, 31, 10) / 1000);
    expect(epochOf('1769817600')).toBe(1_769_817_600);
    expect(parse({}).planEpochSeconds).toBeUndefined();
  });

  it('is refused when it is none of them', () => {
    for (const planEpoch of [
      '',
      '2026',
      '2026-1-1',
      '2026-02-31x',
      '31.1.2026',
      '-1',
      '1e9',
      '999999999999',
    ]) {
      expect(usage({ planEpoch })).toBe(
        `usage: --plan-epoch: ${JSON.stringify(planEpoch)} is no date from 1970 to 9999 | Write it as 2026-01-31, as 2026-01-31T12:00:00Z, or in seconds since 1970.`,
      );
    }
    expect(usage({ planEpoch: '1969-12-31' })).toContain('is no date from 1970 to 9999');
    expect(usage({ planEpoch: '2026-13-01' })).toContain('is no date from 1970 to 9999');
  });
});

describe('--max-layer-size', () => {
  const MIB = 1024 * 1024;

  it('is a size', () => {
    expect(parse({ maxLayerSize: '100m' }).maxLayerSizeBytes).toBe(100 * MIB);
    expect(parse({ maxLayerSize: '10 GiB' }).maxLayerSizeBytes).toBe(10 * 1024 * MIB);
    expect(parse({}).maxLayerSizeBytes).toBeUndefined();
  });

  it('is refused when it is none, or not in the range', () => {
    expect(usage({ maxLayerSize: 'big' })).toBe(
      'usage: --max-layer-size: "big" is not a size | Write a whole number of bytes, or one with k, KiB, m, MiB, g or GiB behind it.',
    );
    expect(usage({ maxLayerSize: '4095' })).toBe(
      'usage: --max-layer-size: 4095 is not between 4 KiB and 1024 GiB',
    );
  });
});

describe('--target', () => {
  it('leaves the default of --max-layers as it is', () => {
    expect(parse({ target: 'docker' })).toMatchObject({ targets: ['docker'], maxLayers: 64 });
  });

  it('allows as many layers as its strictest target takes', () => {
    expect(parse({ target: 'docker', maxLayers: '127' }).maxLayers).toBe(127);
    expect(parse({ target: 'containers-storage', maxLayers: '500' }).maxLayers).toBe(500);
    expect(usage({ target: 'docker', maxLayers: '128' })).toBe(
      'usage: --max-layers 128 is too much for --target docker, which takes 127 layers | Use --max-layers 127, or leave docker out of --target.',
    );
    expect(usage({ target: 'containers-storage,containerd', maxLayers: '128' })).toContain(
      '--max-layers 128 is too much for --target containerd, which takes 127 layers',
    );
    expect(usage({ target: 'containers-storage', maxLayers: '501' })).toContain('which takes 500 layers');
  });

  it('is refused when it is not known', () => {
    expect(usage({ target: 'podman' })).toBe(
      'usage: --target: "podman" is none of docker, containerd, containers-storage',
    );
    expect(usage({ target: 'docker,' })).toBe(
      'usage: --target: "" is none of docker, containerd, containers-storage',
    );
  });
});

describe('parsePlanOptions', () => {
  it('needs no config, and takes its creation time when there is one', () => {
    expect(parse({}).createdSeconds).toBe(1_800_000_000);
    const configStr =
      '{"created": "2020-01-01T00:00:00Z", "architecture": "arm64", "os": "linux", "config": {}}';
    const { createdSeconds, image } = parse({ configStr });
    expect(createdSeconds).toBe(Date.UTC(2020, 0, 1) / 1000);
    expect(image.platform.architecture).toBe('arm64');
  });

  it('freezes what it returns', () => {
    expect(Object.isFrozen(parse({ previous: 'file' }).previous)).toBe(true);
  });
});
