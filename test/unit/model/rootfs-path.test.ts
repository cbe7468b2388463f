import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ancestorPaths,
  baseName,
  decodeUtf8,
  displayBytes,
  displayPath,
  encodeUtf8,
  joinPath,
  parentPath,
  ROOT_PATH,
  rootfsPath,
  rootfsPathFromDisplay,
  rootfsPathFromText,
} from '../../../src/model/rootfs-path.ts';

describe('a path of a root filesystem', () => {
  it.each([
    ['/usr//lib/./x/', 'usr/lib/x'],
    ['../../etc/passwd', 'etc/passwd'],
    ['/a/b/../../../c', 'c'],
    ['/', ''],
    ['', ''],
  ])('cleans %s to %s and never climbs above the root', (text, clean) => {
    expect(rootfsPath(text)).toBe(clean);
  });

  it('holds one byte a character', () => {
    expect(rootfsPathFromText('é')).toBe('\xc3\xa9');
  });

  it('has the bytes of any text, which gives the text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = encodeUtf8(text);
        expect(Buffer.from(bytes, 'latin1').equals(Buffer.from(text, 'utf8'))).toBe(true);
        expect(decodeUtf8(bytes)).toBe(text);
      }),
    );
  });

  it('takes apart and puts together', () => {
    const path = joinPath(joinPath(ROOT_PATH, 'usr'), 'lib');
    expect(path).toBe('usr/lib');
    expect(parentPath(path)).toBe('usr');
    expect(parentPath(ROOT_PATH)).toBe(ROOT_PATH);
    expect(baseName(path)).toBe('lib');
    expect(ancestorPaths(rootfsPath('a/b/c'))).toEqual(['a', 'a/b']);
  });

  it.each([
    ['plain/name', '/plain/name'],
    ['new\nline', '/new\\x0aline'],
    ['back\\slash', '/back\\\\slash'],
    ['\xc3\xa9', '/é'],
    ['\xff\xfe', '/\\xff\\xfe'],
    ['\xe2\x80\xaeevil', '/\\u202eevil'],
  ])('shows %j on one line as %s, and takes it so', (bytes, shown) => {
    expect(displayPath(rootfsPath(bytes))).toBe(shown);
    expect(rootfsPathFromDisplay(shown)).toBe(bytes);
  });

  it('shows a terminal escape as text', () => {
    expect(displayBytes('\x1b[31m')).toBe('\\x1b[31m');
  });
});
