import { open } from 'node:fs/promises';
import { LayahError } from '../../model/errors.ts';
import { displayPath } from '../../model/rootfs-path.ts';
import { limitWarnings } from './limited-warnings.ts';
import { parseRpmHeader } from './rpm-header.ts';
import { readNdbBlobs, type SeekableFile } from './rpm-ndb.ts';
import { createRpmLimit, type RpmPackage } from './rpm-package.ts';
import type { RpmRun } from './run-rpm.ts';

/**
 * All packages of an ndb database, without the `rpm` program: few of those outside of openSUSE read the format. A
 * package that is damaged costs a warning.
 * @throws LayahError `bad-database` when its slots are damaged, or all packages; the signal's reason when aborted.
 */
export async function readNdbPackages(run: RpmRun): Promise<RpmPackage[]> {
  const handle = await open(`${run.copyDirectory}/Packages.db`);
  try {
    const { size } = await handle.stat();
    return await readAll(run, {
      sizeBytes: size,
      async readAt(offset, sizeBytes) {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(sizeBytes), 0, sizeBytes, offset);
        return buffer.subarray(0, bytesRead);
      },
    });
  } catch (thrown) {
    run.signal.throwIfAborted();
    throw unusableDatabase(run, thrown);
  } finally {
    await handle.close();
  }
}

async function readAll({ database, reporter, signal }: RpmRun, file: SeekableFile): Promise<RpmPackage[]> {
  const directory = displayPath(database.directory);
  const warnings = limitWarnings(reporter, `packages of ${directory}/Packages.db`);
  const limit = createRpmLimit();
  const packages: RpmPackage[] = [];
  let lastProblem: unknown;
  for await (const blob of readNdbBlobs(file)) {
    signal.throwIfAborted();
    try {
      if (blob.kind === 'damaged') throw damagedPackage(blob.what);
      packages.push(parseRpmHeader(blob.header, limit));
    } catch (thrown) {
      if (!(thrown instanceof LayahError) || limit.exceeded) throw thrown;
      lastProblem = thrown;
      warnings.warn(
        `the package ${blob.packageNumber} of ${directory}/Packages.db is left out: ${thrown.message}`,
      );
    }
  }
  if (packages.length === 0 && lastProblem !== undefined) throw lastProblem;
  warnings.finish();
  return packages;
}

function damagedPackage(what: string): LayahError {
  return new LayahError({ code: 'bad-database', message: what });
}

function unusableDatabase({ database }: RpmRun, thrown: unknown): LayahError {
  const why = thrown instanceof LayahError ? thrown : undefined;
  return new LayahError({
    code: 'bad-database',
    message: `the rpm database ${displayPath(database.directory)} cannot be read${why === undefined ? '' : `: ${why.message}`}`,
    hint: why?.hint ?? 'Does `rpm -qa` work inside the root filesystem? If not, try rpm --rebuilddb there.',
    cause: thrown,
  });
}
