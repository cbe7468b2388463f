import { LayahError } from '../../model/errors.ts';
import { displayBytes } from '../../model/rootfs-path.ts';

/** One paragraph of the status file of a package that has files in the tree. */
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
}

/**
 * Parses var/lib/dpkg/status (deb822(5), dpkg(1) "Package states"): paragraphs of `Field: value` lines, parted by
 * blank lines, a value continued on lines that begin with a space. Packages that are not installed are left out;
 * of two paragraphs for one name and architecture the last one counts.
 * @param text - a byte string.
 * @returns sorted by name and architecture in byte order.
 * @throws LayahError `bad-database` with the line number.
 */
export function parseDpkgStatus(text: string): DpkgPackage[] {
  const packages = new Map<string, DpkgPackage>();
  let paragraph = new Map<string, string>();
  let lineNumber = 0;
  let field: string | undefined;
  const endParagraph = (): void => {
    const parsed = readParagraph(paragraph, lineNumber);
    if (parsed !== undefined) packages.set(`${parsed.name}:${parsed.architecture}`, parsed);
    paragraph = new Map();
    field = undefined;
  };
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lineNumber++;
    if (isBlank(text, start, end)) endParagraph();
    else if (!isContinuation(text, start)) {
      field = fieldName(text.slice(start, end), lineNumber);
      if (FIELDS.has(field)) paragraph.set(field, text.slice(start + field.length + 1, end).trim());
    } else if (field === undefined) throw badStatus(lineNumber, 'a continuation line without a field');
    start = end + 1;
  }
  endParagraph();
  return [...packages.entries()].sort(byKey).map(([, parsed]) => parsed);
}

const FIELDS: ReadonlySet<string> = new Set([
  'package',
  'status',
  'architecture',
  'source',
  'version',
  'multi-arch',
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
function fieldName(line: string, lineNumber: number): string {
  const colon = line.indexOf(':');
  if (colon < 1) throw badStatus(lineNumber, `no "Field: value" line: ${quote(line)}`);
  return line.slice(0, colon).toLowerCase();
}

function readParagraph(fields: ReadonlyMap<string, string>, lineNumber: number): DpkgPackage | undefined {
  if (fields.size === 0) return undefined;
  const name = fields.get('package') ?? '';
  if (!NAME_PATTERN.test(name)) {
    throw badStatus(lineNumber, `the paragraph that ends here has no usable Package field: ${quote(name)}`);
  }
  const architecture = fields.get('architecture') ?? 'all';
  if (!ARCHITECTURE_PATTERN.test(architecture)) {
    throw badStatus(lineNumber, `${name} has no usable Architecture field: ${quote(architecture)}`);
  }
  const state = fields.get('status')?.split(/[ \t]+/)[2] ?? 'not-installed';
  if (state === 'not-installed') return undefined;
  const version = fields.get('version') ?? '';
  return {
    name,
    architecture,
    version,
    ...readSource(fields.get('source') ?? name, version, lineNumber),
    multiArchSame: fields.get('multi-arch') === 'same',
    installed: state !== 'config-files',
  };
}

/** `Source: name` or `Source: name (version)`. */
function readSource(
  value: string,
  version: string,
  lineNumber: number,
): Pick<DpkgPackage, 'sourceName' | 'sourceVersion'> {
  const parenthesis = value.indexOf('(');
  const sourceName = (parenthesis < 0 ? value : value.slice(0, parenthesis)).trim();
  if (!NAME_PATTERN.test(sourceName)) throw badStatus(lineNumber, `no usable Source field: ${quote(value)}`);
  const closing = value.indexOf(')', parenthesis);
  const sourceVersion =
    parenthesis < 0 || closing < 0 ? version : value.slice(parenthesis + 1, closing).trim();
  return { sourceName, sourceVersion };
}

function byKey([left]: [string, DpkgPackage], [right]: [string, DpkgPackage]): number {
  return left < right ? -1 : 1;
}

function quote(bytes: string): string {
  return `"${displayBytes(bytes.slice(0, 100))}"`;
}

function badStatus(lineNumber: number, what: string): LayahError {
  return new LayahError({
    code: 'bad-database',
    message: `line ${lineNumber} of /var/lib/dpkg/status: ${what}`,
    hint: 'Repair the package database of the root filesystem, for example with dpkg --audit inside it.',
  });
}
