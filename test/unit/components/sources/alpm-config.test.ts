import { describe, expect, it } from 'vitest';
import { parsePacmanConfig } from '../../../../src/components/sources/alpm-config.ts';

describe('parsePacmanConfig', () => {
  it.each([
    ['[options]\nDBPath = /usr/lib/pacman/\n', '/usr/lib/pacman/'],
    ['  [options]  \n\tDBPath=/a b/c  \r\n', '/a b/c'],
    ['[options]\nDBPath = /first\nDBPath = /second\n', '/first'],
    ['[core]\nServer = x\n[options]\nDBPath = /db=1', '/db=1'],
  ])('reads DBPath from %j', (text, databasePath) => {
    expect(parsePacmanConfig(text).databasePath).toBe(databasePath);
  });

  it.each([
    '',
    '[options]\n#DBPath = /var/lib/pacman/\n',
    '[options]\n# [x]\nDbPath = /x\nDBPATH = /x\nNoDBPath = /x\n',
    'DBPath = /x\n',
    '[core]\nDBPath = /x\n',
    '[options]\n[core]\nDBPath = /x\n',
    '[options]\nDBPath\nDBPath =\n= /x\n',
  ])('finds no DBPath in %j', (text) => {
    expect(parsePacmanConfig(text).databasePath).toBeUndefined();
  });

  it('names what the section [options] includes', () => {
    const text = '[options]\nInclude = /etc/pacman.d/*.conf\n[core]\nInclude = /etc/pacman.d/mirrorlist\n';
    expect(parsePacmanConfig(text).includes).toEqual(['/etc/pacman.d/*.conf']);
  });
});
