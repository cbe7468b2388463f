import { describe, expect, it } from 'vitest';
import { parseImageLocation, parseOutputTarget } from '../../../src/config/output-target.ts';
import { errorText, testMachine } from './test-machine.ts';

const machine = testMachine({ isDirectory: (path) => path === 'directory' });

describe('parseOutputTarget', () => {
  const target = (output: string | undefined, force = false): object =>
    parseOutputTarget({ output, force }, machine);
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
      expect(errorText(() => parseOutputTarget({ output, force: false }, atTerminal))).toBe(
        'usage: --output: the image would be written to the terminal | Name a file with -o image.ociarchive, or pipe it, for example into podman load.',
      );
    }
    expect(parseOutputTarget({ output: 'x', force: false }, atTerminal).kind).toBe('oci-archive');
  });

  it('names skopeo for a registry and other transports', () => {
    expect(error('docker://quay.io/a/b:1')).toBe(
      'usage: --output: docker://quay.io/a/b:1 is not supported, only an OCI archive or an OCI layout | Build an archive, then: skopeo copy oci-archive:image.ociarchive docker://quay.io/a/b:1',
    );
    expect(error('docker-archive:x.tar')).toContain('docker-archive:x.tar is not supported');
  });

  it('is no file for a mistyped transport', () => {
    expect(error('oci-archve:out.tar')).toBe(
      'usage: --output: oci-archve:out.tar has an unknown transport | Use oci-archive:FILE or oci:DIR; a file of that name is ./oci-archve:out.tar.',
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
  const error = (text: string): string => errorText(() => parseImageLocation(text, machine));

  it('takes a path for a layout when it is a directory, else for an archive', () => {
    expect(parseImageLocation('directory', machine)).toEqual({ kind: 'oci-directory', path: 'directory' });
    expect(parseImageLocation('file', machine)).toEqual({ kind: 'oci-archive', path: 'file' });
  });

  it('believes a transport whatever the path is', () => {
    expect(parseImageLocation('oci:file', machine)).toEqual({ kind: 'oci-directory', path: 'file' });
    expect(parseImageLocation('oci-archive:directory', machine)).toEqual({
      kind: 'oci-archive',
      path: 'directory',
    });
  });

  it('refuses other transports and standard input', () => {
    expect(error('docker://a')).toBe(
      'usage: IMAGE: docker://a is not supported, only an OCI archive or an OCI layout | Copy it first: skopeo copy docker://a oci-archive:image.ociarchive',
    );
    expect(error('-')).toBe(
      'usage: IMAGE: an image cannot be read from standard input | Save it to a file first.',
    );
  });
});
