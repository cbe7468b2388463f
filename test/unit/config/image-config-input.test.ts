import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseImageConfigText } from '../../../src/config/image-config-input.ts';
import { errorText } from './test-machine.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/image-config/${name}.json`, import.meta.url), 'utf8');
}

function error(text: string): string {
  return errorText(() => parseImageConfigText(text, 'config file c.json'));
}

/** What the Containerfile beside the fixtures says and every program keeps. */
const COMMON_CONFIG = {
  User: '1000:1000',
  ExposedPorts: { '53/udp': {}, '8080/tcp': {} },
  Env: ['PATH=/bin', 'FOO=a b'],
  Entrypoint: ['/hello'],
  Cmd: ['serve'],
  Volumes: { '/data': {} },
  WorkingDir: '/srv',
  StopSignal: 'SIGQUIT',
};
const HEALTHCHECK = {
  Test: ['CMD', '/hello', '--check'],
  Interval: 30_000_000_000,
  Timeout: 5_000_000_000,
  StartPeriod: 10_000_000_000,
  Retries: 4,
};
const LABELS = { maintainer: 'Jane', 'org.example.one': '1' };
const BUILDAH_LABELS = { ...LABELS, 'io.buildah.version': '1.28.2' };

describe('what docker inspect prints', () => {
  it('is the whole image config and none of the container that the builder used', () => {
    const imported = parseImageConfigText(fixture('docker-inspect'), 'x');
    expect(imported.runtimeConfig).toEqual({
      ...COMMON_CONFIG,
      Labels: LABELS,
      Healthcheck: HEALTHCHECK,
      OnBuild: ['RUN echo child'],
      Shell: ['/bin/bash', '-c'],
    });
    expect(imported).toMatchObject({ os: 'linux', architecture: 'amd64', document: { author: 'Jane' } });
    expect(imported.createdSeconds).toBeGreaterThan(1_700_000_000);
  });

  it('is an empty config for an image that was imported without one', () => {
    expect(parseImageConfigText(fixture('docker-inspect-imported'), 'x').runtimeConfig).toEqual({
      User: '',
      WorkingDir: '',
    });
  });

  it('keeps members that nobody knows', () => {
    const text =
      '[{"RepoTags": [], "Config": {"Hostname": "h", "Tty": true, "StopTimeout": 9, "New": {"a": [1]}}}]';
    expect(parseImageConfigText(text, 'x').runtimeConfig).toEqual({ StopTimeout: 9, New: { a: [1] } });
  });
});

describe('what podman inspect prints', () => {
  it('has its Healthcheck outside of Config, and no OnBuild and Shell', () => {
    const imported = parseImageConfigText(fixture('podman-inspect-docker-format'), 'x');
    expect(imported.runtimeConfig).toEqual({
      ...COMMON_CONFIG,
      Labels: BUILDAH_LABELS,
      Healthcheck: HEALTHCHECK,
    });
    expect(imported).toMatchObject({ os: 'linux', architecture: 'amd64', document: { author: 'Jane' } });
  });

  it('carries the annotations of the manifest', () => {
    const imported = parseImageConfigText(fixture('podman-inspect-oci-format'), 'x');
    expect(imported.runtimeConfig).toEqual({ ...COMMON_CONFIG, Labels: BUILDAH_LABELS });
    expect(imported.annotations).toEqual({
      'org.opencontainers.image.base.digest': '',
      'org.opencontainers.image.base.name': '',
    });
  });

  it('is an empty config for an image that was imported without one', () => {
    const imported = parseImageConfigText(fixture('podman-inspect-imported'), 'x');
    expect(imported).toMatchObject({
      runtimeConfig: {},
      document: {},
      annotations: {},
      architecture: 'amd64',
    });
  });

  it('may be one object as well as an array with one', () => {
    const text = fixture('podman-inspect-docker-format');
    const alone = JSON.stringify(JSON.parse(text)[0]);
    expect(parseImageConfigText(alone, 'x')).toEqual(parseImageConfigText(text, 'x'));
  });
});

describe('an image config document', () => {
  it('keeps its whole config and every further member', () => {
    for (const name of ['image-config-docker', 'image-config-docker-format', 'image-config-oci-format']) {
      const text = fixture(name);
      const { created, architecture, os, config, rootfs, history, ...rest } = JSON.parse(text);
      const imported = parseImageConfigText(text, 'x');
      expect(imported.runtimeConfig).toEqual(config);
      expect(imported.document).toEqual(rest);
      expect(imported).toMatchObject({ os, architecture, annotations: {} });
      expect(imported.createdSeconds).toBe(Math.floor(Date.parse(created) / 1000));
      expect(rootfs.diff_ids.length + history.length).toBeGreaterThan(0);
    }
  });

  it('keeps os.version and what nobody knows', () => {
    const text =
      '{"os": "linux", "architecture": "arm", "variant": "v7", "os.version": "1", "x": {"y": null}}';
    expect(parseImageConfigText(text, 'x')).toMatchObject({
      document: { 'os.version': '1', x: { y: null } },
      variant: 'v7',
      runtimeConfig: undefined,
      createdSeconds: undefined,
    });
  });
});

describe('a bare runtime config', () => {
  it('is kept as it is', () => {
    const config = { Env: null, Hostname: 'kept', StopTimeout: 3, Unknown: [{ deep: true }] };
    expect(parseImageConfigText(JSON.stringify([config]), 'x').runtimeConfig).toEqual(config);
    expect(parseImageConfigText('{}', 'x').runtimeConfig).toEqual({});
  });

  it('keeps members called __proto__ and does not pollute other objects', () => {
    const text = '{"__proto__":{"polluted":1},"Labels":{"__proto__":"x","a":"b"}}';
    const { runtimeConfig } = parseImageConfigText(text, 'x');
    expect(JSON.stringify(runtimeConfig)).toBe(text);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('what is no image config', () => {
  it('is refused with what it is', () => {
    expect(error('[{}, {}]')).toBe(
      'bad-config: config file c.json describes 2 images | Inspect one image only.',
    );
    expect(error('[]')).toContain('config file c.json holds an empty list where an object was expected');
    expect(error('"text"')).toContain('holds a string where an object was expected');
    expect(error('null')).toContain('holds null where an object was expected');
    expect(error('[[{}]]')).toContain('holds a list in a list where an object was expected');
    expect(error('[{"Id": "1", "State": {}, "Config": {}}]')).toBe(
      'bad-config: config file c.json is the inspect output of a container | Inspect the image, not the container: podman image inspect IMAGE.',
    );
    expect(error('{"schemaVersion": 2, "config": {}, "layers": []}')).toBe(
      'bad-config: config file c.json is an image manifest or index | Pass the config instead: skopeo inspect --config --raw IMAGE.',
    );
    expect(error('{"Digest": "sha256:1", "Layers": [], "Os": "linux"}')).toContain(
      'is the output of skopeo inspect, which has no config',
    );
    expect(error('{"ociVersion": "1.0.0", "process": {}}')).toContain("is a runtime bundle's config.json");
  });

  it('is refused with the member that has the wrong type', () => {
    expect(error('{"Env": "A=b"}')).toBe(
      'bad-config: config file c.json: Env: expected array, received string',
    );
    expect(error('[{"RepoTags": [], "Config": {"Env": ["a", 1]}}]')).toBe(
      'bad-config: config file c.json: Config.Env[1]: expected string, received number',
    );
    expect(error('{"architecture": "amd64", "config": {"Labels": {"a.b": 1}}}')).toBe(
      'bad-config: config file c.json: config.Labels["a.b"]: expected string, received number',
    );
    expect(error('{"Healthcheck": {"Test": "x"}}')).toContain('Healthcheck.Test: expected array');
  });

  it('is refused with a creation time that is none', () => {
    expect(error('{"created": "now", "architecture": "amd64"}')).toBe(
      'bad-config: config file c.json: created: "now" is not an RFC 3339 time between 1970 and 9999',
    );
  });
});
