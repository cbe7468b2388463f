import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export const MEBIBYTE = 2 ** 20;
/** The fields of an installed package of dpkg behind its name. */
export const INSTALLED = 'Status: install ok installed\nArchitecture: all\nVersion: 1\n';

export function write(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

export function link(root: string, path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

/** Lines up to a size, 64 MiB where it is not given. */
export function fill(
  root: string,
  path: string,
  head: string,
  line: string | ((index: number) => string),
  sizeBytes = 64 * MEBIBYTE,
): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  const file = openSync(join(root, path), 'w');
  let written = writeSync(file, head);
  for (let index = 0; written < sizeBytes;) {
    const lines: string[] = [];
    for (const end = index + 100_000; index < end; index++)
      lines.push(typeof line === 'string' ? line : line(index));
    written += writeSync(file, lines.join(''));
  }
  ftruncateSync(file, sizeBytes);
  closeSync(file);
}

export function plantDpkg(root: string, names: readonly string[]): void {
  write(root, 'var/lib/dpkg/status', names.map((name) => `Package: ${name}\n${INSTALLED}\n`).join(''));
}

export function plantAlpm(root: string, name: string): void {
  write(root, `var/lib/pacman/local/${name}-1-1/desc`, `%NAME%\n${name}\n`);
}
