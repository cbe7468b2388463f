import type { MapNode } from './page.ts';
import type { Tone } from './tones.ts';

export interface MappedComponent {
  readonly name: string;
  readonly sizeBytes: number;
  readonly tone: Tone;
  /** Those that get an area of their own; together they have no more bytes than the component. */
  readonly bigFiles: readonly MappedFile[];
}

interface MappedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** A component on a map, with its big files. */
export function componentNode({ name, sizeBytes, tone, bigFiles }: MappedComponent): MapNode {
  const shortName = lastName(name);
  const restBytes = bigFiles.reduce((rest, file) => rest - file.sizeBytes, sizeBytes);
  if (bigFiles.length === 0 || (bigFiles.length === 1 && restBytes === 0)) {
    return { kind: 'leaf', name, shortName, sizeBytes, tone };
  }
  const leaves = bigFiles.map((file): MapNode => ({
    kind: 'leaf',
    name: file.path,
    shortName: lastName(file.path),
    sizeBytes: file.sizeBytes,
    tone,
  }));
  const rest: MapNode = {
    kind: 'leaf',
    name: 'other files',
    shortName: 'others',
    sizeBytes: restBytes,
    tone,
  };
  return { kind: 'branch', name, shortName, children: [...leaves, rest] };
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
