/* Tars of plain files, for layers of which only names and contents matter. */
import { END_OF_ARCHIVE, padded, tarBlock } from '../images/tar-blocks.ts';

/** Path to content; names and contents are byte strings. */
export type TarFiles = Readonly<Record<string, string>>;

export function tarOf(files: TarFiles): Buffer {
  const members = Object.entries(files).map(([name, content]) =>
    Buffer.concat([tarBlock({ name, size: content.length }), padded(Buffer.from(content, 'latin1'))]),
  );
  return Buffer.concat([...members, END_OF_ARCHIVE]);
}
