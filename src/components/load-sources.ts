import type { ComponentSource, SourceClaims, SourceInput } from '../model/component.ts';
import { LayahError } from '../model/errors.ts';
import { bigfilesSource } from './sources/bigfiles.ts';
import { dpkgSource } from './sources/dpkg.ts';
import { rpmSource } from './sources/rpm.ts';
import { xattrSource } from './sources/xattr.ts';

interface ListedSource {
  readonly source: ComponentSource;
  /** For messages. */
  readonly subject: string;
}

/** The highest priority first: what users say themselves, what package managers know, what is guessed. */
const SOURCES: readonly ListedSource[] = [
  { source: xattrSource, subject: 'the component attributes' },
  { source: rpmSource, subject: 'the rpm database' },
  { source: dpkgSource, subject: 'the dpkg database' },
  { source: bigfilesSource, subject: 'the big files' },
];

/**
 * What every source that has something to say of the tree says, the highest priority first.
 * @throws LayahError whose cause is what went wrong in a source.
 */
export async function loadSources(input: SourceInput): Promise<readonly SourceClaims[]> {
  const loaded: SourceClaims[] = [];
  for (const listed of SOURCES) {
    input.signal.throwIfAborted();
    const claims = await loadSource(listed, input);
    if (claims !== undefined) loaded.push(claims);
  }
  return loaded;
}

async function loadSource(
  { source, subject }: ListedSource,
  input: SourceInput,
): Promise<SourceClaims | undefined> {
  try {
    return await source.load(input);
  } catch (thrown) {
    if (input.signal.aborted) throw thrown;
    const { code, hint } =
      thrown instanceof LayahError ? thrown : { code: 'internal' as const, hint: undefined };
    throw new LayahError({
      code,
      message: `reading ${subject}`,
      ...(hint === undefined ? {} : { hint }),
      cause: thrown,
    });
  }
}
