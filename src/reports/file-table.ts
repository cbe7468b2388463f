import { bytesCell, countCell, nameCell } from './cells.ts';
import type { PageColumn, PageTable } from './page.ts';

export interface ListedFile {
  readonly path: string;
  readonly component: string | undefined;
  /** From 1. */
  readonly layerNumber: number;
  readonly sizeBytes: number;
}

const SIZE: PageColumn = { title: 'Size', align: 'right', bars: true };

/** Files of an image and where they are. @param sorted - how they are by size. */
export function fileTable(title: string, files: readonly ListedFile[], sorted?: 'descending'): PageTable {
  return {
    title,
    note: '',
    columns: [
      { title: 'File', align: 'left' },
      { title: 'Component', align: 'left' },
      { title: 'Layer', align: 'right' },
      sorted === undefined ? SIZE : { ...SIZE, sorted },
    ],
    rows: files.map(({ path, component, layerNumber, sizeBytes }) => [
      nameCell(path),
      nameCell(component),
      countCell(layerNumber),
      bytesCell(sizeBytes),
    ]),
  };
}
