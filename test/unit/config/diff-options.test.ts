import { describe, expect, it } from 'vitest';
import { parseDiffOptions, type RawDiffFlags } from '../../../src/config/diff-options.ts';
import { testMachine } from './test-machine.ts';

function parse(changes: Partial<RawDiffFlags> = {}) {
  const raw: RawDiffFlags = {
    old: 'oci:out:1',
    new: 'docker://quay.io/me/app:2',
    platform: undefined,
    files: false,
    contentDefined: undefined,
    failAbove: undefined,
    html: undefined,
    maxInflated: undefined,
    maxEntries: undefined,
    tlsVerify: undefined,
    authFile: undefined,
    ...changes,
  };
  return parseDiffOptions(raw, testMachine());
}

describe('the options of layah diff', () => {
  it('are two images, each with its tag', () => {
    const options = parse();
    expect(options.old).toMatchObject({ location: { kind: 'oci-directory', path: 'out' }, tag: '1' });
    expect(options.new).toMatchObject({ location: { kind: 'registry' }, tag: undefined });
    expect(options).toMatchObject({ listsFiles: false, failAbove: undefined });
  });

  it('take a file for a page', () => {
    expect(parse({ html: 'update.html' }).htmlPath).toBe('update.html');
    expect(() => parse({ html: '-' })).toThrow('--html: standard output is not for the page');
  });

  it('take the average size of content-defined chunks', () => {
    expect(parse({ contentDefined: '64KiB' }).contentDefinedBytes).toBe(65_536);
    expect(() => parse({ contentDefined: '1' })).toThrow(
      '--content-defined: 1 is not between 1 KiB and 16 MiB',
    );
  });

  it('take a limit in bytes or per cent', () => {
    expect(parse({ failAbove: '50MiB' }).failAbove).toEqual({ kind: 'bytes', bytes: 50 << 20 });
    expect(parse({ failAbove: '0' }).failAbove).toEqual({ kind: 'bytes', bytes: 0 });
    expect(parse({ failAbove: '12.5%' }).failAbove).toEqual({ kind: 'percent', percent: 12.5 });
    expect(parse({ failAbove: '100 %' }).failAbove).toEqual({ kind: 'percent', percent: 100 });
  });

  it.each([
    ['101%', '--fail-above: "101%" is not between 0% and 100%'],
    ['-1%', '--fail-above: "-1%" is not between 0% and 100%'],
    ['much', '--fail-above: "much" is not a size'],
    ['20MB', '--fail-above: "20MB" is not a size'],
  ])('refuse %s as a limit', (failAbove, message) => {
    expect(() => parse({ failAbove })).toThrow(message);
  });

  it('name the image that is no image', () => {
    expect(() => parse({ old: '' })).toThrow('OLD: the path is empty');
    expect(() => parse({ new: 'docker://' })).toThrow(
      'NEW: what follows docker:// is no image in a registry',
    );
  });
});
