export interface PacmanConfig {
  /** A byte string; undefined when pacman would use its default. */
  readonly databasePath: string | undefined;
  /** What Include lines name; those files are not read. */
  readonly includes: readonly string[];
}

/**
 * Parses etc/pacman.conf (pacman.conf(5)) as far as it says where the database is: `DBPath = /path/` in the section
 * [options], of which the first counts. Names are case-sensitive; a line that begins with `#` is a comment.
 * @param text - a byte string.
 */
export function parsePacmanConfig(text: string): PacmanConfig {
  let section = '';
  let databasePath: string | undefined;
  const includes: string[] = [];
  for (const line of text.split('\n').map((untrimmed) => untrimmed.trim())) {
    if (line.startsWith('[') && line.endsWith(']')) section = line.slice(1, -1);
    if (section !== 'options') continue;
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(equals, 0)).trimEnd();
    const value = line.slice(equals + 1).trimStart();
    if (name === 'DBPath' && value !== '') databasePath ??= value;
    if (name === 'Include') includes.push(value);
  }
  return { databasePath, includes };
}
