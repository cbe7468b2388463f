import { LayahError } from '../../model/errors.ts';

/** What is known of an installed rpm package, whichever way its header was read. */
export interface RpmPackage {
  /** A byte string. */
  readonly name: string;
  /** A byte string such as `bash-5.2-1.src.rpm`; source packages and keys have none. */
  readonly sourceRpm: string | undefined;
  readonly buildTimeSeconds: number | undefined;
  /** RFC 4880 section 9.4, as rpm numbers hashes: 1 is MD5, 8 is SHA-256; undefined where the header names none. */
  readonly digestAlgorithm: number | undefined;
  readonly changelogTimesSeconds: readonly number[];
  readonly files: readonly RpmFile[];
}

export interface RpmFile {
  /** A byte string, absolute. */
  readonly name: string;
  /** rpmfileState of rpm's rpmfiles.h: 0 is normal; undefined when the header has none. */
  readonly state: number | undefined;
  /** rpmfileAttrs of rpm's rpmfiles.h. */
  readonly flags: number;
  /** With the bits of the file's type. */
  readonly mode: number;
  readonly sizeBytes: number | undefined;
  /** In hex; undefined for what is no regular file. */
  readonly digestHex: string | undefined;
}

/** Counts what all packages of a database take in memory, so that one that lies cannot fill it. */
export interface RpmLimit {
  /** @throws LayahError `bad-database` once it is more than any system needs. */
  add(sizeBytes: number): void;
  readonly exceeded: boolean;
}

/** An object with its fields, without its strings. */
export const RPM_FILE_BYTES = 128;

export function createRpmLimit(maxBytes: number = MAX_PACKAGES_BYTES): RpmLimit {
  let usedBytes = 0;
  return {
    add(sizeBytes) {
      usedBytes += sizeBytes;
      if (usedBytes > maxBytes) throw tooMuch(maxBytes);
    },
    get exceeded() {
      return usedBytes > maxBytes;
    },
  };
}

/** Two million files with names and digests of usual length. */
const MAX_PACKAGES_BYTES = 512 * 1024 * 1024;

function tooMuch(maxBytes: number): LayahError {
  return new LayahError({
    code: 'bad-database',
    message: `the rpm database lists so many files that they would take more than ${maxBytes} bytes`,
    hint: 'Does `rpm -qa` work inside the root filesystem?',
  });
}
