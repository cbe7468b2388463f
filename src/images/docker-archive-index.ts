import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { LayahError } from '../model/errors.ts';
import {
  type ArchiveEntry,
  type ArchiveMember,
  badMember,
  MAX_MEMBERS,
  memberName,
  walkArchive,
} from './archive-index.ts';

/** The files of a Docker archive by name. Programs before Docker 25 write a layer once and link to it after that. */
export interface DockerArchiveIndex {
  /** Follows links inside the archive; undefined when nothing is there. */
  find(name: string): ArchiveMember | undefined;
  /** Bytes that should be zero and are not. */
  readonly problems: readonly string[];
}

/** @throws LayahError `bad-image` when it is no tar, or has a name twice. */
export async function indexDockerArchive(file: FileHandle, path: string): Promise<DockerArchiveIndex> {
  const members = new Map<string, ArchiveMember | Link>();
  const problems = await walkArchive(file, path, (entry) => {
    const member = readMember(entry);
    if (member === undefined) return;
    const name = memberName(entry.header.name);
    // Readers differ in which one counts.
    if (members.has(name)) throw badMember(path, name, 'is there twice');
    if (members.size === MAX_MEMBERS)
      throw badMember(path, name, `is one file too many after ${MAX_MEMBERS}`);
    members.set(name, member);
  });
  return { find: (name) => followLinks(members, name, path), problems };
}

interface Link {
  /** A name in the archive. */
  readonly target: string;
}

function readMember({ header, contentOffset }: ArchiveEntry): ArchiveMember | Link | undefined {
  const { kind, name, linkName, sizeBytes } = header;
  if (kind === 'file') return { offset: contentOffset, sizeBytes };
  if (kind === 'hardlink') return { target: memberName(linkName) };
  if (kind !== 'symlink') return undefined;
  return { target: posix.join('/', posix.dirname(memberName(name)), memberName(linkName)).slice(1) };
}

const MAX_LINKS = 10;

function followLinks(
  members: ReadonlyMap<string, ArchiveMember | Link>,
  name: string,
  path: string,
): ArchiveMember | undefined {
  let member = members.get(name);
  for (let followed = 0; member !== undefined && 'target' in member; followed++) {
    if (followed === MAX_LINKS) {
      throw new LayahError({ code: 'bad-image', message: `${name} of ${path} is a link that leads nowhere` });
    }
    member = members.get(member.target);
  }
  return member;
}
