import { describe, expect, it } from 'vitest';
import { parseInspectOptions, type RawInspectFlags } from '../../../src/config/inspect-options.ts';
import { testMachine } from './test-machine.ts';

function parse(changes: Partial<RawInspectFlags> = {}) {
  const raw: RawInspectFlags = {
    image: 'app.ociarchive',
    tag: undefined,
    platform: undefined,
    files: undefined,
    component: undefined,
    databases: false,
    html: undefined,
    maxInflated: undefined,
    maxEntries: undefined,
    tlsVerify: undefined,
    authFile: undefined,
    ...changes,
  };
  return parseInspectOptions(raw, testMachine());
}

describe('the options of layah inspect', () => {
  it('are an image alone, of the platform of this machine', () => {
    expect(parse()).toEqual({
      image: {
        location: { kind: 'oci-archive', path: 'app.ociarchive' },
        tag: undefined,
        platform: undefined,
        machinePlatform: { os: 'linux', architecture: 'amd64' },
      },
      files: undefined,
      component: undefined,
      readsDatabases: false,
      htmlPath: undefined,
      maxInflatedBytes: undefined,
      maxEntries: undefined,
    });
  });

  it('read the databases for a page', () => {
    expect(parse({ html: 'app.html' })).toMatchObject({ htmlPath: 'app.html', readsDatabases: true });
  });

  it('take a tag behind the location or from --tag, and not both', () => {
    expect(parse({ image: 'oci:out:v1' }).image.tag).toBe('v1');
    expect(parse({ image: 'docker-archive:app.tar:localhost/app:1' }).image.tag).toBe('localhost/app:1');
    expect(parse({ image: 'oci:out', tag: 'v1' }).image.tag).toBe('v1');
    expect(() => parse({ image: 'oci:out:v1', tag: 'v2' })).toThrow('--tag: IMAGE has a tag already: "v1"');
    expect(() => parse({ image: 'docker://quay.io/me/app:1', tag: 'v2' })).toThrow(
      '--tag: the image is already named by IMAGE',
    );
  });

  it('take a platform and a glob apart', () => {
    expect(parse({ platform: 'linux/arm/v7' }).image.platform).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    });
    expect(parse({ files: '/etc//*.conf' }).files).toEqual(['etc', '*.conf']);
    expect(parse({ files: '/' }).files).toEqual([]);
  });

  it('refuse what means nothing', () => {
    expect(() => parse({ files: '' })).toThrow('--files: "" is no path of an image');
    expect(() => parse({ files: '../etc' })).toThrow('--files: "../etc" is no path of an image');
    expect(() => parse({ component: '' })).toThrow('--component: the name of the component is empty');
    expect(() => parse({ tlsVerify: 'false' })).toThrow(
      '--tls-verify means something only together with docker://',
    );
  });

  it('read the databases when one component is asked for: only they tell which files it has', () => {
    expect(parse({ component: 'dpkg/bash' }).readsDatabases).toBe(true);
  });
});
