/*
 * The files that pacman keeps of a package in local/NAME-VERSION-RELEASE (libalpm, lib/libalpm/be_local.c): sections
 * of a name in percent signs, one value a line, ended by a blank line.
 *
 *     desc   %NAME%        files   %FILES%
 *            bash                  usr/
 *                                  usr/bin/
 *            %BASE%                usr/bin/bash
 *            bash
 *                                  %BACKUP%
 *            %BUILDDATE%           etc/bash.bashrc	<md5>
 *            1700000000
 */

export interface AlpmDesc {
  /** A byte string. */
  readonly name: string;
  /** What it was built from, together with its sibling packages: a byte string. */
  readonly base: string;
  /** A byte string. */
  readonly version: string | undefined;
  readonly buildTimeSeconds: number | undefined;
}

/**
 * @param text - a byte string.
 * @returns undefined when it does not name the package.
 */
export function parseAlpmDesc(text: string): AlpmDesc | undefined {
  const values = new Map<string, string>();
  eachLine(text, (section, line) => {
    if (!values.has(section)) values.set(section, line);
  });
  const name = values.get('%NAME%');
  if (name === undefined) return undefined;
  return {
    name,
    base: values.get('%BASE%') ?? name,
    version: values.get('%VERSION%'),
    buildTimeSeconds: parseTime(values.get('%BUILDDATE%') ?? ''),
  };
}

/**
 * Visits the lines of the section %FILES%: paths without a leading slash, directories with a trailing one. One at a
 * time, as a list may have millions.
 * @param text - a byte string.
 */
export function parseAlpmFiles(text: string, visit: (line: string) => void): void {
  eachLine(text, (section, line) => {
    if (section === FILES_SECTION) visit(line);
  });
}

const FILES_SECTION = '%FILES%';
const SECTION_PATTERN = /^%[A-Z0-9]{1,32}%$/;
/** Longer than any path. */
const MAX_LINE_BYTES = 64 * 1024;

/** Sections have their percent signs. */
function eachLine(text: string, visit: (section: string, line: string) => void): void {
  let section: string | undefined;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = end - start > MAX_LINE_BYTES ? undefined : text.slice(start, end);
    start = end + 1;
    if (line === undefined) continue;
    // A file may be called %NAME%.
    const isHeader = section !== FILES_SECTION && SECTION_PATTERN.test(line);
    if (isHeader) section = line;
    else if (line === '') section = undefined;
    else if (section !== undefined) visit(section, line);
  }
}

function parseTime(value: string): number | undefined {
  const seconds = /^[0-9]{1,12}$/.test(value) ? Number(value) : 0;
  return seconds === 0 ? undefined : seconds;
}
