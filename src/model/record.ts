/*
 * Records: which files of an image are to be fetched first, in the order of first access. One JSON object a line, as
 * stargz-snapshotter's recorder writes them (recorder/recorder.go):
 *
 *   {"path":"usr/bin/bash","manifestDigest":"sha256:...","layerIndex":3}
 *
 * Only the path decides where a record is applied, so a record outlives the image that it was made of.
 */
import { isDigest, type Digest } from './digest.ts';
import { LayahError } from './errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { decodeUtf8, displayPath, rootfsPathFromText, ROOT_PATH, type RootfsPath } from './rootfs-path.ts';

export interface RecordedFile {
  readonly path: RootfsPath;
  /** The manifest of the image that it was seen in, and the index of the layer there, where these are known. */
  readonly manifestDigest?: Digest | undefined;
  readonly layerIndex?: number | undefined;
}

/** The media type of a record has no name of its own; as a file in a layer it is called this. */
export const RECORD_TAR_NAME = 'stargz.record.json';

/** Half a million files; nobody wants to wait for so many before a container starts. */
export const MAX_RECORD_BYTES = 64 << 20;

/**
 * The files in order, each once: of a path that is there several times the first line counts.
 * @param origin names the text in errors: `the record FILE`.
 * @throws LayahError `bad-record` with the line.
 */
export function parseRecord(text: string, origin: string): RecordedFile[] {
  const files = new Map<RootfsPath, RecordedFile>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const file = parseLine(line, (problem) => badLine(origin, index + 1, problem));
    if (!files.has(file.path)) files.set(file.path, file);
  }
  return [...files.values()];
}

/**
 * The text of a record, a line a file.
 * @throws LayahError `bad-record` for a path that is not UTF-8, which JSON cannot carry.
 */
export function formatRecord(files: readonly RecordedFile[]): string {
  return files.map((file) => `${JSON.stringify(lineOf(file))}\n`).join('');
}

function lineOf({ path, manifestDigest, layerIndex }: RecordedFile): JsonObject {
  const text = decodeUtf8(path);
  if (text === undefined) throw notUtf8(path);
  return {
    path: text,
    ...(manifestDigest !== undefined && { manifestDigest }),
    ...(layerIndex !== undefined && { layerIndex }),
  };
}

function parseLine(line: string, bad: (problem: string) => LayahError): RecordedFile {
  const value = parseJson(line);
  if (!isJsonObject(value)) throw bad('it is not a JSON object');
  const { path: text, manifestDigest = '', layerIndex } = value;
  if (typeof text !== 'string') throw bad('it has no "path"');
  const path = rootfsPathFromText(text);
  if (path === ROOT_PATH || text.includes('\0')) throw bad(`${JSON.stringify(text)} is the path of no file`);
  if (typeof manifestDigest !== 'string' || (manifestDigest !== '' && !isDigest(manifestDigest))) {
    throw bad('its "manifestDigest" is no SHA-256 digest');
  }
  if (layerIndex !== undefined && layerIndex !== null && !isIndex(layerIndex)) {
    throw bad('its "layerIndex" is no index of a layer');
  }
  return {
    path,
    ...(manifestDigest !== '' && { manifestDigest }),
    ...(typeof layerIndex === 'number' && { layerIndex }),
  };
}

function parseJson(line: string): JsonValue | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isIndex(value: JsonValue): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function badLine(origin: string, lineNumber: number, problem: string): LayahError {
  return new LayahError({
    code: 'bad-record',
    message: `line ${lineNumber} of ${origin}: ${problem}`,
    hint: 'A line is for example {"path":"usr/bin/bash"}; layah record writes such files.',
  });
}

function notUtf8(path: RootfsPath): LayahError {
  return new LayahError({
    code: 'bad-record',
    message: `a record cannot carry ${displayPath(path)}, whose name is not UTF-8`,
    hint: 'Leave it out: a layer with such a name is plain gzip and is never pulled lazily.',
  });
}
