import { describe, expect, it } from 'vitest';
import { findExclusive } from '../../../src/packing/exclusive.ts';
import { errorText } from '../config/test-machine.ts';

const COMPONENTS = [
  'dpkg/linux-firmware',
  'dpkg/bash',
  'python/bash',
  'node/@scope/a',
  'bigfiles/srv/model.bin',
  'map/caf\u00e9, au lait',
  'layah/unclaimed',
];

function names(...requested: string[]): string[] {
  return [...findExclusive(COMPONENTS, requested).names];
}

function warnings(...requested: string[]): readonly string[] {
  return findExclusive(COMPONENTS, requested).warnings;
}

describe('findExclusive', () => {
  it('takes whole names, and names without their source where only one has them', () => {
    expect(names('dpkg/bash', 'linux-firmware', '@scope/a', 'srv/model.bin', 'unclaimed')).toEqual([
      'dpkg/bash',
      'dpkg/linux-firmware',
      'node/@scope/a',
      'bigfiles/srv/model.bin',
      'layah/unclaimed',
    ]);
    expect(names('dpkg/bash', 'dpkg/bash')).toEqual(['dpkg/bash']);
    expect(findExclusive(COMPONENTS, [])).toEqual({ names: new Set(), warnings: [] });
  });

  it('takes names as the annotation writes them', () => {
    expect(names('map/caf%C3%A9%2C%20au%20lait', 'map/caf\u00e9, au lait')).toEqual([
      'map/caf\u00e9, au lait',
    ]);
  });

  it('refuses a name that could be several', () => {
    expect(errorText(() => names('bash'))).toBe(
      'usage: --exclusive: "bash" may be dpkg/bash or python/bash | Write the name with its source.',
    );
  });

  it('warns of a name that nothing has, and suggests what is like it', () => {
    expect(warnings('nothing', 'dpkg/linux-fimware', 'bahs', 'firmware', 'dpkg/Bash')).toEqual([
      '--exclusive nothing: there is no such component',
      '--exclusive dpkg/linux-fimware: there is no such component; did you mean dpkg/linux-firmware?',
      '--exclusive bahs: there is no such component; did you mean dpkg/bash, python/bash?',
      '--exclusive firmware: there is no such component; did you mean dpkg/linux-firmware?',
      '--exclusive dpkg/Bash: there is no such component; did you mean dpkg/bash?',
    ]);
  });

  it('suggests three names at most, the nearest first', () => {
    const many = ['x/abcd', 'x/abce', 'x/abc1', 'x/abcde', 'x/abd'];
    expect(findExclusive(many, ['abc2']).warnings).toEqual([
      '--exclusive abc2: there is no such component; did you mean x/abc1, x/abcd, x/abce?',
    ]);
  });
});
