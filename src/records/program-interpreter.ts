/*
 * The program that the kernel loads to run another one: no system call of a process opens it, so no log of calls
 * shows it.
 */

/** Bytes at the beginning of a program that name its interpreter in all programs that linkers make. */
export const PROGRAM_START_BYTES = 4096;

/**
 * @param start - the first bytes of a program, at most PROGRAM_START_BYTES.
 * @returns the path of its interpreter as a byte string: of a script the one after `#!` (execve(2)), of an ELF file that
 * of PT_INTERP (elf(5)); undefined when it has none.
 */
export function programInterpreter(start: Uint8Array): string | undefined {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  if (bytes.toString('latin1', 0, 2) === '#!') {
    const [line = ''] = bytes.toString('latin1', 2).split('\n', 1);
    return /^[ \t]*([^ \t\0]+)/.exec(line)?.[1];
  }
  return bytes.toString('latin1', 0, 4) === '\x7fELF' ? elfInterpreter(bytes) : undefined;
}

/*
 *              32 bits   64 bits
 *   header     28        32         e_phoff
 *              42        54         e_phentsize
 *              44        56         e_phnum
 *   segment     0         0         p_type
 *               4         8         p_offset
 *              16        32         p_filesz
 */
const PT_INTERP = 3;
const LAYOUTS = {
  1: { programHeaders: 28, entrySize: 42, entryCount: 44, offset: 4, fileSize: 16, is64: false },
  2: { programHeaders: 32, entrySize: 54, entryCount: 56, offset: 8, fileSize: 32, is64: true },
} as const;

function elfInterpreter(bytes: Buffer): string | undefined {
  const layout = bytes[4] === 1 || bytes[4] === 2 ? LAYOUTS[bytes[4]] : undefined;
  if (layout === undefined || bytes.length < 64) return undefined;
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittleEndian = bytes[5] === 1;
  const word = (at: number): number =>
    layout.is64 ? Number(numbers.getBigUint64(at, isLittleEndian)) : numbers.getUint32(at, isLittleEndian);
  const entryBytes = numbers.getUint16(layout.entrySize, isLittleEndian);
  for (let index = 0; index < numbers.getUint16(layout.entryCount, isLittleEndian); index++) {
    const at = word(layout.programHeaders) + index * entryBytes;
    if (at + layout.fileSize + 8 > bytes.length) return undefined;
    if (numbers.getUint32(at, isLittleEndian) !== PT_INTERP) continue;
    const path = bytes.toString('latin1', word(at + layout.offset)).slice(0, word(at + layout.fileSize));
    const [text = ''] = path.split('\0', 1);
    return text === '' ? undefined : text;
  }
  return undefined;
}
