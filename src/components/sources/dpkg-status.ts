import { LayahError } from '../../model/errors.ts';
import { displayBytes, displayPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';

/** One paragraph of a status file, of a package that has files in the tree. */
export interface DpkgPackage {
  readonly name: string;
  readonly architecture: string;
  readonly version: string;
  /** The source package, and its version, which lacks the `+b1` of a rebuild. */
  readonly sourceName: string;
  readonly sourceVersion: string;
  /** Of packages that can be installed for several architectures at once, dpkg keeps `NAME:ARCH.list`. */
  readonly multiArchSame: boolean;
  /** False when it was removed and only configuration files are left. */
  readonly installed: boolean;
  /** Its installation or removal was not completed. */
  readonly halfInstalled: boolean;
  /** Names of packages whose files it may take over; for which versions matters only while installing. */
  readonly replaces: ReadonlySet<string>;
  readonly conffiles: readonly DpkgConffile[];
  /** Its own file in status.d; undefined for the packages of the file status. */
  readonly statusFile: RootfsPath | undefined;
}

/** A configuration file (deb-conffiles(5)) as the field `Conffiles` has it. */
export interface DpkgConffile {
  readonly path: RootfsPath;
  /** Of the package's own version; no digest of MD5 when dpkg knows none yet. */
  readonly md5Hex: string;
  /** The installed version has it no more: the file was left behind. */
  readonly obsolete: boolean;
}

/** Where a paragraph stands. */
export interface DpkgStatusFile {
  readonly path: RootfsPath;
  /** In status.d of distroless images: there a paragraph without `Status` is of an installed package. */
  readonly inStatusDirectory: boolean;
}

/**
 * Parses var/lib/dpkg/status (deb822(5), dpkg(1) "Package states"): paragraphs of `Field: value` lines, parted by
 * blank lines, a value continued on lines that begin with a space. Packages that are not installed are left out;
 * of two paragraphs for one name and architecture the last one counts.
 * @param text - a byte string.
 * @param file - for messages, and for what no Status means.
 * @returns sorted by name and architecture in byte order.
 * @throws LayahError `bad-database` with the line number.
 */
export function parseDpkgStatus(text: string, file: DpkgStatusFile = STATUS_FILE): DpkgPackage[] {
  const packages = new Map<string, DpkgPackage>();
  let paragraph: Paragraph = new Map();
  let lineNumber = 0;
  let field: string | undefined;
  const endParagraph = (): void => {
    const parsed = readParagraph(paragraph, { file, number: lineNumber });
    if (parsed !== undefined) packages.set(packageKey(parsed), parsed);
    if (packages.size > MAX_PACKAGES) throw badStatus({ file, number: lineNumber }, 'absurdly many packages');
    paragraph = new Map();
    field = undefined;
  };
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lineNumber++;
    if (isBlank(text, start, end)) endParagraph();
    else if (!isContinuation(text, start)) {
      field = fieldName(text, { file, number: lineNumber, start, end });
      if (FIELDS.has(field)) paragraph.set(field, [text.slice(start + field.length + 1, end).trim()]);
    } else if (field === undefined) {
      throw badStatus({ file, number: lineNumber }, 'a continuation line without a field');
    } else if (FOLDED_FIELDS.has(field)) paragraph.get(field)?.push(text.slice(start, end).trim());
    start = end + 1;
  }
  endParagraph();
  return [...packages.entries()].sort(byKey).map(([, parsed]) => parsed);
}

/** What tells a package from others in a database. */
export function packageKey({ name, architecture }: Pick<DpkgPackage, 'name' | 'architecture'>): string {
  return `${name}:${architecture}`;
}

const STATUS_FILE: DpkgStatusFile = { path: rootfsPath('var/lib/dpkg/status'), inStatusDirectory: false };

/** The lines of the fields that matter, by lower-case name. */
type Paragraph = Map<string, string[]>;

interface Line {
  readonly file: DpkgStatusFile;
  readonly number: number;
}

interface FieldLine extends Line {
  readonly start: number;
  readonly end: number;
}

/** Several times what any distribution has. */
const MAX_PACKAGES = 250_000;
const MAX_REPLACES_BYTES = 64 * 1024;
const NO_NAMES: ReadonlySet<string> = new Set();
const FOLDED_FIELDS: ReadonlySet<string> = new Set(['conffiles', 'replaces']);
const FIELDS: ReadonlySet<string> = new Set([
  'package',
  'status',
  'architecture',
  'source',
  'version',
  'multi-arch',
  ...FOLDED_FIELDS,
]);
const NAME_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9+.-]{0,199}$/;
const ARCHITECTURE_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9-]{0,99}$/;

function isBlank(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const character = text[index];
    if (character !== ' ' && character !== '\t' && character !== '\r') return false;
  }
  return true;
}

function isContinuation(text: string, start: number): boolean {
  return text[start] === ' ' || text[start] === '\t';
}

/** Field names are case-insensitive. */
function fieldName(text: string, line: FieldLine): string {
  const { start, end } = line;
  const colon = text.indexOf(':', start);
  if (colon <= start || colon >= end) {
    throw badStatus(line, `no "Field: value" line: ${quote(text.slice(start, end))}`);
  }
  return text.slice(start, colon).toLowerCase();
}

function readParagraph(fields: Paragraph, line: Line): DpkgPackage | undefined {
  if (fields.size === 0) return undefined;
  const valueOf = (field: string): string | undefined => fields.get(field)?.[0];
  const name = valueOf('package') ?? '';
  if (!NAME_PATTERN.test(name)) {
    throw badStatus(line, `the paragraph that ends here has no usable Package field: ${quote(name)}`);
  }
  const architecture = valueOf('architecture') ?? 'all';
  if (!ARCHITECTURE_PATTERN.test(architecture)) {
    throw badStatus(line, `${name} has no usable Architecture field: ${quote(architecture)}`);
  }
  const { file } = line;
  const defaultState = file.inStatusDirectory ? 'installed' : 'not-installed';
  const state = valueOf('status')?.split(/[ \t]+/)[2] ?? defaultState;
  if (state === 'not-installed') return undefined;
  const version = valueOf('version') ?? '';
  return {
    name,
    architecture,
    version,
    ...readSource(valueOf('source') ?? name, version, line),
    multiArchSame: valueOf('multi-arch') === 'same',
    installed: state !== 'config-files',
    halfInstalled: state === 'half-installed',
    replaces: readReplaces(fields.get('replaces')),
    conffiles: (fields.get('conffiles') ?? []).flatMap(readConffile),
    statusFile: file.inStatusDirectory ? file.path : undefined,
  };
}

/** `Source: name` or `Source: name (version)`. */
function readSource(
  value: string,
  version: string,
  line: Line,
): Pick<DpkgPackage, 'sourceName' | 'sourceVersion'> {
  const parenthesis = value.indexOf('(');
  const sourceName = (parenthesis < 0 ? value : value.slice(0, parenthesis)).trim();
  if (!NAME_PATTERN.test(sourceName)) throw badStatus(line, `no usable Source field: ${quote(value)}`);
  const closing = value.indexOf(')', parenthesis);
  const sourceVersion =
    parenthesis < 0 || closing < 0 ? version : value.slice(parenthesis + 1, closing).trim();
  return { sourceName, sourceVersion };
}

/** `Replaces: a, b (<< 1.2), c:any`. */
function readReplaces(lines: readonly string[] | undefined): ReadonlySet<string> {
  if (lines === undefined) return NO_NAMES;
  const names = lines
    .join(' ')
    .slice(0, MAX_REPLACES_BYTES)
    .split(',')
    .map((item) => item.trim().split(/[ \t(:]/, 1)[0] ?? '');
  return new Set(names.filter((name) => name !== ''));
}

const CONFFILE_PATTERN = /^(\/.{0,4095}) ([0-9a-f]{32}|newconffile)((?: [a-z-]{1,20}){0,2})$/s;

/** `PATH MD5`, with the words `obsolete` or `remove-on-upgrade` behind it; the latter is a file that is to go. */
function readConffile(text: string): DpkgConffile[] {
  const [, path, md5Hex, flags = ''] = CONFFILE_PATTERN.exec(text) ?? [];
  if (path === undefined || md5Hex === undefined || flags.includes('remove-on-upgrade')) return [];
  return [{ path: rootfsPath(path), md5Hex, obsolete: flags.includes('obsolete') }];
}

function byKey([left]: [string, DpkgPackage], [right]: [string, DpkgPackage]): number {
  return left < right ? -1 : 1;
}

function quote(bytes: string): string {
  return `"${displayBytes(bytes.slice(0, 100))}"`;
}

function badStatus({ file, number }: Line, what: string): LayahError {
  return new LayahError({
    code: 'bad-database',
    message: `line ${number} of ${displayPath(file.path)}: ${what}`,
    hint: 'Repair the package database of the root filesystem, for example with dpkg --audit inside it.',
  });
}
