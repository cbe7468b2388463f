import { displayBytes, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';

/** One record of the database: an installed package. */
export interface ApkPackage {
  /** A byte string, as all names here. */
  readonly name: string;
  /** The recipe that it was built from, together with its sibling packages; undefined when the record names none. */
  readonly origin: string | undefined;
  readonly version: string | undefined;
  readonly buildTimeSeconds: number | undefined;
  /** The packages whose files it may take over. */
  readonly replaces: ReadonlySet<string>;
  /** Of two packages that replace each other the one with the higher number has the file. */
  readonly replacesPriority: number;
  readonly directories: readonly RootfsPath[];
  /** Everything but directories. */
  readonly files: readonly RootfsPath[];
}

/** A line that was passed over. */
export interface ApkProblem {
  readonly lineNumber: number;
  readonly what: string;
}

export interface ApkDatabase {
  /** In the order of the file. */
  readonly packages: readonly ApkPackage[];
  /** The first thousand; a damaged file has one a line. */
  readonly problems: readonly ApkProblem[];
}

/**
 * Parses lib/apk/db/installed (apk-tools, src/database.c, apk_db_index_read): records of `X:value` lines, parted by
 * blank lines. An R line is a file in the directory of the F line before it. What cannot be used is passed over.
 *
 *     P:busybox       name                       F:bin       directory without a leading slash, empty for the root
 *     o:busybox       origin                     R:sh        file in it
 *     t:1624983700    build time                 Z:Q1...     its checksum
 *     r:a b<1.2       replaces, and q:10 its priority
 *
 * @param text - a byte string.
 */
export function parseApkDatabase(text: string): ApkDatabase {
  const packages: ApkPackage[] = [];
  const problems: ApkProblem[] = [];
  const limit = { remainingPaths: MAX_PATHS };
  let record: GrowingRecord | undefined;
  let lineNumber = 0;
  const note = (problem: ApkProblem | undefined): void => {
    if (problem !== undefined && problems.length < MAX_PROBLEMS) problems.push(problem);
  };
  const endRecord = (): void => {
    if (record === undefined) return;
    const { name, lineNumber: firstLine } = record;
    if (name === undefined) note({ lineNumber: firstLine, what: 'a record without a name' });
    else if (packages.length === MAX_PACKAGES)
      note({ lineNumber: firstLine, what: `more than ${MAX_PACKAGES} packages` });
    else packages.push(finishRecord(record, name));
    record = undefined;
  };
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lineNumber++;
    if (end - start < SHORTEST_FIELD) endRecord();
    else {
      record ??= startRecord(lineNumber, limit);
      const what = readLine(record, text, { start, end });
      if (what !== undefined) note({ lineNumber, what });
    }
    start = end + 1;
  }
  endRecord();
  return { packages, problems };
}

const MAX_PROBLEMS = 1000;
/** Like apk, which takes a shorter line for a blank one. */
const SHORTEST_FIELD = 2;
/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;
const MAX_VALUE_BYTES = 64 * 1024;
/** Far more than any system has; records and paths of a few bytes would take many times their size in memory. */
const MAX_PACKAGES = 200_000;
const MAX_PATHS = 4_000_000;

interface PathLimit {
  remainingPaths: number;
}

interface GrowingRecord {
  /** Of its first line. */
  readonly lineNumber: number;
  /** One for all records. */
  readonly limit: PathLimit;
  name: string | undefined;
  origin: string | undefined;
  version: string | undefined;
  buildTimeSeconds: number | undefined;
  replaces: ReadonlySet<string>;
  replacesPriority: number;
  /** Of the last F line; undefined where there is none that can be used. */
  directory: string | undefined;
  readonly directories: RootfsPath[];
  readonly files: RootfsPath[];
}

const NO_NAMES: ReadonlySet<string> = new Set();

function startRecord(lineNumber: number, limit: PathLimit): GrowingRecord {
  return {
    lineNumber,
    limit,
    name: undefined,
    origin: undefined,
    version: undefined,
    buildTimeSeconds: undefined,
    replaces: NO_NAMES,
    replacesPriority: 0,
    directory: undefined,
    directories: [],
    files: [],
  };
}

function finishRecord(record: GrowingRecord, name: string): ApkPackage {
  const { origin, version, buildTimeSeconds, replaces, replacesPriority, directories, files } = record;
  return { name, origin, version, buildTimeSeconds, replaces, replacesPriority, directories, files };
}

interface Line {
  readonly start: number;
  readonly end: number;
}

/** @returns what is wrong with the line. */
function readLine(record: GrowingRecord, text: string, { start, end }: Line): string | undefined {
  if (text[start + 1] !== ':') return `no "X:value" line: "${shown(text.slice(start, end))}"`;
  const read = FIELDS.get(text[start] ?? '');
  if (read === undefined) return undefined;
  if (end - start > MAX_VALUE_BYTES) return `a field ${text[start]} of ${end - start} bytes`;
  return read(record, text.slice(start + 2, end));
}

type ReadField = (record: GrowingRecord, value: string) => string | undefined;

/** What is not here (description, dependencies, modes, checksums...) says nothing about components. */
const FIELDS: ReadonlyMap<string, ReadField> = new Map<string, ReadField>([
  ['P', readName],
  ['V', readVersion],
  ['o', readOrigin],
  ['t', readBuildTime],
  ['r', readReplaces],
  ['q', readPriority],
  ['F', readDirectory],
  ['R', readFile],
]);

function readVersion(record: GrowingRecord, value: string): undefined {
  record.version = value;
  return undefined;
}

function readName(record: GrowingRecord, value: string): string | undefined {
  if (value === '') return 'a package without a name';
  record.name = value;
  return undefined;
}

function readOrigin(record: GrowingRecord, value: string): undefined {
  record.origin = value === '' ? undefined : value;
}

function readBuildTime(record: GrowingRecord, value: string): string | undefined {
  const seconds = parseNumber(value);
  if (seconds === undefined) return `no build time: "${shown(value)}"`;
  // 0 is what abuild writes when it knows none.
  record.buildTimeSeconds = seconds === 0 ? undefined : seconds;
  return undefined;
}

/** `name`, `name<1.2`, `name=1.2`, `name~1`; which versions are meant matters only while installing. */
function readReplaces(record: GrowingRecord, value: string): undefined {
  const names = value.split(' ').map((dependency) => dependency.replace(/[<>=~@].*$/s, ''));
  record.replaces = new Set(names.filter((name) => name !== ''));
}

function readPriority(record: GrowingRecord, value: string): string | undefined {
  const priority = parseNumber(value);
  if (priority === undefined) return `no priority: "${shown(value)}"`;
  record.replacesPriority = priority;
  return undefined;
}

function readDirectory(record: GrowingRecord, value: string): string | undefined {
  const isUsable = value.length <= MAX_PATH_BYTES && !LEADS_OUT.test(value);
  record.directory = isUsable ? value : undefined;
  if (!isUsable) return `no usable directory: "${shown(value)}"`;
  if (value === '') return undefined;
  return addPath(record, record.directories, value);
}

function readFile(record: GrowingRecord, value: string): string | undefined {
  const { directory } = record;
  if (directory === undefined) return `a file without a usable directory: "${shown(value)}"`;
  if (value === '' || value === '.' || LEADS_OUT.test(value)) return `no usable file: "${shown(value)}"`;
  const path = `${directory}/${value}`;
  if (path.length > MAX_PATH_BYTES) return `a path of ${path.length} bytes`;
  return addPath(record, record.files, path);
}

function addPath({ limit }: GrowingRecord, paths: RootfsPath[], path: string): string | undefined {
  if (limit.remainingPaths === 0) return `more than ${MAX_PATHS} paths`;
  limit.remainingPaths--;
  paths.push(rootfsPath(path));
  return undefined;
}

/** apk refuses to install such names. */
const LEADS_OUT = /(?:^|\/)\.\.(?:\/|$)|\0/;

function parseNumber(value: string): number | undefined {
  return /^[0-9]{1,12}$/.test(value) ? Number(value) : undefined;
}

function shown(bytes: string): string {
  return displayBytes(bytes.slice(0, 100));
}
