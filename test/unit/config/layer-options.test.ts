import { describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../../src/config/build-options.ts';
import { buildFlags, errorText, testMachine } from './test-machine.ts';

function usage(flags: Parameters<typeof buildFlags>[0]): string {
  return errorText(() => parseBuildOptions(buildFlags(flags), testMachine()));
}

describe('--min-chunk-size', () => {
  it('is a size up to 4 MiB, or 0 for none', () => {
    const bytesOf = (minChunkSize: string) =>
      parseBuildOptions(buildFlags({ minChunkSize }), testMachine()).minChunkSizeBytes;
    expect(['0', '50000', '4 MiB'].map(bytesOf)).toEqual([0, 50_000, 4_194_304]);
    expect(usage({ minChunkSize: '5MiB' })).toBe('usage: --min-chunk-size: 5MiB is not between 0 and 4 MiB');
  });

  it('means nothing but for eStargz', () => {
    expect(usage({ minChunkSize: '50000', compression: 'gzip' })).toBe(
      'usage: --min-chunk-size is about eStargz and means nothing with --compression gzip | Leave one of the two out.',
    );
  });
});

describe('--external-toc', () => {
  const tagOf = (length: number) => `localhost/app:${'a'.repeat(length)}`;

  it('needs a name for the image, since the TOC image is found by it', () => {
    expect(usage({ externalToc: true })).toBe(
      'usage: --external-toc: the image has no name, by which the image with its tables of contents is found | Name it with --tag, for example -t localhost/app:1.',
    );
    expect(parseBuildOptions(buildFlags({ externalToc: true, tag: 'app' }), testMachine()).externalToc).toBe(
      true,
    );
    const toRegistry = buildFlags({ externalToc: true, output: 'docker://quay.io/me/app:1' });
    expect(parseBuildOptions(toRegistry, testMachine()).externalToc).toBe(true);
  });

  it('leaves room in the tag for what is appended', () => {
    expect(parseBuildOptions(buildFlags({ externalToc: true, tag: tagOf(120) }), testMachine()).tag).toBe(
      tagOf(120),
    );
    expect(usage({ externalToc: true, tag: tagOf(121) })).toContain(
      'Choose a tag of at most 120 characters.',
    );
  });

  it('means nothing but for eStargz', () => {
    expect(usage({ externalToc: true, tag: 'app:1', compression: 'none' })).toBe(
      'usage: --external-toc is about eStargz and means nothing with --compression none | Leave one of the two out.',
    );
  });
});
