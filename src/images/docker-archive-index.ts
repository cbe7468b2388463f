import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Header } from 'tar-stream';
import { LayahError } from '../model/errors.ts';
import {
  type ArchiveMember,
  badMember,
  contentOffset,
  MAX_MEMBERS,
  memberName,
  walkArchive,
} from './archive-index.ts';

/** The files of a Docker archive by name. Programs before Docker 25 write a layer once and link to it after that. */
export interface DockerArchiveIndex {
  /** Follows links inside the archive; undefined when nothing is there. */
  find(name: string): ArchiveMember | undefined;
}

/** @throws LayahError `bad-image` when it is no tar, or has a name twice. */
export async function indexDockerArchive(file: FileHandle, path: string): Promise<DockerArchiveIndex> {
  const members = new Map<string, ArchiveMember | Link>();
  await walkArchive(file, path, (header) => {
    const member = readMember(header);
    if (member === undefined) return;
    const name = memberName(header);
    // Readers differ in which one counts.
    if (members.has(name)) throw badMember(path, name, 'is there twice');
    if (members.size === MAX_MEMBERS)
      throw badMember(path, name, `is one file too many after ${MAX_MEMBERS}`);
    members.set(name, member);
  });
  return { find: (name) => followLinks(members, name, path) };
}

interface Link {
  /** A name in the archive. */
  readonly target: string;
}

function readMember(header: Header): ArchiveMember | Link | undefined {
  const { type, size, linkname } = header;
  const offset = contentOffset(header);
  if ((type === 'file' || type === 'contiguous-file') && offset !== undefined) {
    return { offset, sizeBytes: size };
  }
  if (typeof linkname !== 'string') return undefined;
  if (type === 'symlink') {
    return { target: posix.join('/', posix.dirname(memberName(header)), linkname).slice(1) };
  }
  return type === 'link' ? { target: memberName({ ...header, name: linkname }) } : undefined;
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
