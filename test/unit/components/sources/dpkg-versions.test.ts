import { describe, expect, it } from 'vitest';
import { dpkgDatabase, loadDpkg, paragraph } from './dpkg-loading.ts';

async function versionOf(paragraphs: readonly string[]): Promise<string | undefined> {
  const { claims } = await loadDpkg(dpkgDatabase(paragraphs));
  return claims?.components.find(({ name }) => name === 'dpkg/tool')?.version;
}

const binary = (name: string, version: string, ...fields: readonly string[]): string =>
  paragraph(name, `Version: ${version}`, 'Source: tool (1.0-1)', ...fields);

describe('the version of a dpkg component', () => {
  it('is that of its binary packages, by which a rebuild is known', async () => {
    expect(await versionOf([binary('tool', '1.0-1+b2')])).toBe('1.0-1+b2');
    expect(await versionOf([binary('tool', '1.0-1'), binary('libtool', '1.0-1')])).toBe('1.0-1');
    expect(await versionOf([binary('tool', '1.0-1'), binary('zlib', '1.0-1+b1')])).toBe('1.0-1, 1.0-1+b1');
  });

  it('is that of the source where binary packages have many of their own', async () => {
    const binaries = ['1', '2', '3'].map((version) => binary(`tool${version}`, version));
    expect(await versionOf(binaries)).toBe('1.0-1');
  });

  it('does not count packages that were removed', async () => {
    const removed = binary('old', '0.9', 'Status: deinstall ok config-files');
    expect(await versionOf([binary('tool', '1.0'), removed])).toBe('1.0');
  });
});
