/* Tar blocks for tests: every field can be set to anything. */

export interface BlockFields {
  readonly name: string;
  readonly type?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly mtime?: number;
  readonly link?: string;
  readonly prefix?: string;
  readonly major?: number;
  readonly minor?: number;
  /** Overwrites fields before the checksum is computed. */
  readonly edit?: (block: Buffer) => void;
}

export function tarBlock(fields: BlockFields): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, offset: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1');
  block.write(fields.name, 0, 'latin1');
  octal(fields.mode ?? 0o644, 100, 7);
  octal(fields.uid ?? 0, 108, 7);
  octal(fields.gid ?? 0, 116, 7);
  octal(fields.size ?? 0, 124, 11);
  octal(fields.mtime ?? 0, 136, 11);
  block.write(fields.type ?? '0', 156, 'latin1');
  block.write(fields.link ?? '', 157, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  octal(fields.major ?? 0, 329, 7);
  octal(fields.minor ?? 0, 337, 7);
  block.write(fields.prefix ?? '', 345, 'latin1');
  fields.edit?.(block);
  block.fill(' ', 148, 156);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block[154] = 0;
  return block;
}

export function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** An extension header with its body. */
export function extension(type: string, body: string): Buffer {
  const bytes = Buffer.from(body, 'latin1');
  return Buffer.concat([tarBlock({ name: 'extension', type, size: bytes.length }), padded(bytes)]);
}

/** PAX records, given as pairs of byte strings. */
export function paxBody(records: readonly (readonly [string, string])[]): string {
  return records.map(([key, value]) => paxRecord(key, value)).join('');
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return `${length}${rest}`;
}

export const END_OF_ARCHIVE = Buffer.alloc(1024);
