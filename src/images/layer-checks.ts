import { displayBytes } from '../model/rootfs-path.ts';
import { NO_PREFETCH_LANDMARK, PREFETCH_LANDMARK, TOC_TAR_NAME } from '../model/estargz.ts';
import type { Report } from '../model/finding.ts';
import { createLandmarkCheck, isLandmark } from './landmark-check.ts';
import { type EntryObserver, type LayerTarEntry, observeEntries } from './layer-entries.ts';
import { createOrderCheck } from './layer-order.ts';
import type { ChunkProgress } from './member-watch.ts';
import type { ReadBudget } from './read-budget.ts';
import type { LayerPassResult } from './read-layer.ts';
import { createRecordCheck } from './record-check.ts';
import type { TarHeader } from './tar-header.ts';
import type { TarHandler } from './tar-reader.ts';
import { createTocCheck, type TocCheckInput } from './toc-check.ts';

/** All that looks at a layer's entries while they pass. */
export interface LayerChecks {
  readonly archive: TarHandler;
  readonly hidden: TarHandler | undefined;
  /** What unpacking gives; grows while the layer is read. */
  readonly entries: readonly LayerTarEntry[];
  chunks(): ChunkProgress;
  /** Call at the end of the layer. */
  finish(result: LayerPassResult): void;
}

export function createPlainChecks(report: Report, budget: ReadBudget): LayerChecks {
  const entries: LayerTarEntry[] = [];
  const collect: EntryObserver = { end: (entry) => entries.push(entry) };
  const record = createRecordCheck(report);
  return {
    archive: observeEntries(budget, [createNameCheck(report), record, collect]),
    hidden: undefined,
    entries,
    chunks: () => ({ done: 0, wrong: 0, isOpen: false }),
    finish: ({ archive }) => {
      if (archive !== undefined) record.finish();
    },
  };
}

export function createEstargzChecks(input: TocCheckInput, budget: ReadBudget): LayerChecks {
  const { report, isExternal } = input;
  // Then anything may follow the archive.
  const isKeptToTheByte = isExternal && !input.files.some(({ entry }) => isLandmarkName(entry.name));
  const entries: LayerTarEntry[] = [];
  const tocs = { archive: 0, hidden: 0 };
  const toc = createTocCheck(input);
  const landmark = createLandmarkCheck(report);
  const checks = [createNameCheck(report), createOrderCheck(report, isExternal), landmark, toc];
  const collect: EntryObserver = { end: (entry) => isFormatEntry(entry.header) || entries.push(entry) };
  return {
    archive: observeEntries(budget, [exceptToc(checks, () => tocs.archive++), collect]),
    hidden: isKeptToTheByte
      ? undefined
      : observeEntries(budget, [exceptToc([...checks, createHiddenCheck(report)], () => tocs.hidden++)]),
    entries,
    chunks: () => toc.chunks(),
    finish: ({ archive, hiddenFrom }) => {
      toc.finish(archive !== undefined);
      if (archive === undefined) return;
      landmark.finish({ tocIsHidden: tocs.hidden > 0, hiddenFrom, isExternal });
      const tocCount = tocs.archive + tocs.hidden;
      if (isExternal) return;
      if (tocCount !== 1) report('toc', `the tar has ${tocCount} entries called ${TOC_TAR_NAME}`);
      if (!archive.endOfArchive) report('tar', 'the tar does not end in two zero blocks');
    },
  };
}

function isLandmarkName(name: string): boolean {
  return name === NO_PREFETCH_LANDMARK || name === PREFETCH_LANDMARK;
}

/** Landmark and TOC belong to the format, not to the image's files: lazy readers hide them. */
function isFormatEntry(header: TarHeader): boolean {
  return header.name === TOC_TAR_NAME || isLandmark(header);
}

/** The TOC does not list itself. */
function exceptToc(observers: readonly EntryObserver[], onToc: () => void): EntryObserver {
  let isToc = false;
  return {
    begin(header) {
      isToc = header.name === TOC_TAR_NAME;
      if (isToc) onToc();
      else for (const observer of observers) observer.begin?.(header);
    },
    content(chunk, position) {
      if (!isToc) for (const observer of observers) observer.content?.(chunk, position);
    },
    end(entry) {
      if (!isToc) for (const observer of observers) observer.end?.(entry);
    },
  };
}

function createNameCheck(report: Report): EntryObserver {
  return {
    begin({ name, path }) {
      if (name.split('/').includes('..')) {
        report('tar', `the name ${displayBytes(name)} climbs with ..`, path);
      }
    },
  };
}

function createHiddenCheck(report: Report): EntryObserver {
  return {
    begin(header) {
      if (isLandmark(header)) return;
      report(
        'order',
        `${displayBytes(header.name)} stands after the end-of-archive blocks: plain tar readers miss it`,
      );
    },
  };
}
