import { describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../../src/config/build-options.ts';
import { buildFlags, errorText, testMachine } from './test-machine.ts';

function usage(html: string, output?: string): string {
  const machine = { ...testMachine(), isDirectory: (path: string) => path === 'pages' };
  return errorText(() => parseBuildOptions(buildFlags({ html, output }), machine));
}

describe('--html', () => {
  it('names a file', () => {
    expect(parseBuildOptions(buildFlags({ html: 'page.html' }), testMachine()).htmlPath).toBe('page.html');
  });

  it('refuses what is no file', () => {
    expect(usage('')).toBe('usage: --html: the path is empty');
    expect(usage('-')).toBe(
      'usage: --html: standard output is not for the page | Name a file: --html page.html.',
    );
    expect(usage('pages')).toBe(
      'usage: --html: pages is a directory | Name a file in it: --html DIR/page.html.',
    );
    expect(usage('new/')).toBe(
      'usage: --html: new/ is a directory | Name a file in it: --html DIR/page.html.',
    );
  });

  it('refuses the file of the image', () => {
    expect(usage('app.tar', 'oci-archive:app.tar')).toBe(
      'usage: --html: app.tar is where the image goes | Name another file for one of the two: --html page.html.',
    );
  });
});
