import { describe, expect, it } from 'vitest';
import { parseImageLocation, parseOutputTarget } from '../../../src/config/output-target.ts';
import { errorText, testMachine } from './test-machine.ts';

const machine = testMachine({ isDirectory: (path) => path === 'directory' });

const NO_REGISTRY = { tlsVerify: undefined, authFile: undefined };

describe('parseOutputTarget', () => {
  const target = (output: string | undefined, force = false): object =>
    parseOutputTarget({ output, force, ...NO_REGISTRY }, machine);
  const error = (output: string): string => errorText(() => target(output));

  it('is standard output by default and for a dash', () => {
    expect(target(undefined)).toEqual({ kind: 'stdout' });
    expect(target('-')).toEqual({ kind: 'stdout' });
  });

  it('is an archive for a path, with its transport or without', () => {
    expect(target('out.tar')).toEqual({ kind: 'oci-archive', path: 'out.tar' });
    expect(target('oci-archive:./out.tar')).toEqual({ kind: 'oci-archive', path: './out.tar' });
    expect(target('./with:colon')).toEqual({ kind: 'oci-archive', path: './with:colon' });
  });

  it('is a layout for oci:, which may be replaced only when told', () => {
    expect(target('oci:directory')).toEqual({ kind: 'oci-directory', path: 'directory', replace: false });
    expect(target('oci:directory', true)).toEqual({
      kind: 'oci-directory',
      path: 'directory',
      replace: true,
    });
  });

  it('is no terminal', () => {
    const atTerminal = testMachine({ stdoutIsTerminal: true });
    for (const output of [undefined, '-']) {
      expect(errorText(() => parseOutputTarget({ output, force: false, ...NO_REGISTRY }, atTerminal))).toBe(
        'usage: --output: the image would be written to the terminal | Name a file with -o image.ociarchive, or pipe it, for example into podman load.',
      );
    }
    expect(parseOutputTarget({ output: 'x', force: false, ...NO_REGISTRY }, atTerminal).kind).toBe(
      'oci-archive',
    );
  });

  it('names skopeo for other transports', () => {
    expect(error('docker-archive:x.tar')).toBe(
      'usage: --output: docker-archive:x.tar is not supported, only an OCI archive, an OCI layout or docker:// | Write an OCI archive: docker load and podman load take it. What needs a Docker archive gets one by: skopeo copy oci-archive:image.ociarchive docker-archive:x.tar',
    );
  });

  it('is a registry for docker://, which is reached as its flags say', () => {
    const tag = (text: string) => ({ kind: 'tag', tag: text });
    expect(target('docker://quay.io/a/b:1')).toEqual({
      kind: 'registry',
      reference: { host: 'quay.io', repository: 'a/b', version: tag('1') },
      access: { tlsVerify: true, authFile: undefined },
    });
    const flags = {
      output: 'docker://localhost:5000/a',
      force: false,
      tlsVerify: 'false',
      authFile: 'auth.json',
    };
    expect(parseOutputTarget(flags, machine)).toEqual({
      kind: 'registry',
      reference: { host: 'localhost:5000', repository: 'a', version: tag('latest') },
      access: { tlsVerify: false, authFile: 'auth.json' },
    });
  });

  it('refuses what is no image in a registry, or names one by its digest', () => {
    expect(error('docker://quay.io/A')).toBe(
      'usage: --output: what follows docker:// is no image in a registry: the name has upper-case letters, only its tag may | Write docker://REGISTRY/NAME:TAG, for example docker://quay.io/me/app:1.',
    );
    const byDigest = `docker://quay.io/a@sha256:${'0'.repeat(64)}`;
    expect(error(byDigest)).toBe(
      `usage: --output: ${byDigest} has a digest, which an image gets only from its content | Name a tag: docker://REGISTRY/NAME:TAG.`,
    );
  });

  it('refuses flags of a registry that are wrong', () => {
    const withFlags = (output: string, flags: object): string =>
      errorText(() => parseOutputTarget({ output, force: false, ...NO_REGISTRY, ...flags }, machine));
    expect(withFlags('docker://a', { tlsVerify: 'no' })).toBe(
      'usage: --tls-verify: "no" is neither true nor false',
    );
    expect(withFlags('docker://a', { authFile: '' })).toBe('usage: --authfile: the path is empty');
  });

  it('is no file for a mistyped transport', () => {
    expect(error('oci-archve:out.tar')).toBe(
      'usage: --output: oci-archve:out.tar has an unknown transport | Use oci-archive:FILE, oci:DIR or docker://REF; a file of that name is ./oci-archve:out.tar.',
    );
  });

  it('refuses what cannot be a path for it', () => {
    expect(error('')).toBe('usage: --output: the path is empty');
    expect(error('oci:')).toBe('usage: --output: oci: names no path');
    expect(error('directory')).toBe(
      'usage: --output: directory is a directory | Write oci:directory for an OCI layout in it, or name a file for an archive.',
    );
    expect(error('new/')).toContain('new/ is a directory');
    expect(error('oci:out:latest')).toBe(
      'usage: --output: the path in oci:out:latest has a colon, which podman and skopeo take for the beginning of a tag | Give the tag with --tag, and choose a path without a colon.',
    );
  });
});

describe('parseImageLocation', () => {
  const locate = (text: string) => parseImageLocation({ name: 'IMAGE', text }, NO_REGISTRY, machine);
  const error = (text: string): string => errorText(() => locate(text));

  it('takes a path for a layout when it is a directory, else for an archive', () => {
    expect(locate('directory')).toEqual({
      kind: 'oci-directory',
      path: 'directory',
    });
    expect(locate('file')).toEqual({ kind: 'oci-archive', path: 'file' });
  });

  it('believes a transport whatever the path is', () => {
    expect(locate('oci:file')).toEqual({
      kind: 'oci-directory',
      path: 'file',
    });
    expect(locate('oci-archive:directory')).toEqual({
      kind: 'oci-archive',
      path: 'directory',
    });
  });

  it('takes a registry, by tag or by digest', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(locate(`docker://busybox@${digest}`)).toEqual({
      kind: 'registry',
      reference: { host: 'docker.io', repository: 'library/busybox', version: { kind: 'digest', digest } },
      access: { tlsVerify: true, authFile: undefined },
    });
  });

  it('refuses other transports and standard input', () => {
    expect(error('docker-daemon:a')).toBe(
      'usage: IMAGE: docker-daemon:a is not supported, only an archive, an OCI layout or docker:// | Copy it first: skopeo copy docker-daemon:a oci-archive:image.ociarchive',
    );
    expect(error('-')).toBe(
      'usage: IMAGE: an image cannot be read from standard input | Save it to a file first.',
    );
  });
});
