import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import type { IndexHeader } from './index-format.ts';
import { createIndexWriter, type IndexWriter } from './index-writer.ts';
import type { Session } from './session.ts';
import { indexPath, storeWriteFailed } from './store.ts';

export interface IndexFile extends IndexWriter {
  /** After its end: from now on the store has it. */
  publish(): void;
  /** Without having been published it is gone with the session. Harmless after that. */
  close(): void;
}

/** An index that nobody sees before it is published. What goes wrong is a LayahError `write-failed`. */
export function createIndexFile(session: Session, name: string, header: IndexHeader): IndexFile {
  const { store } = session;
  const guarded = <Result>(action: () => Result): Result => {
    try {
      return action();
    } catch (thrown) {
      throw storeWriteFailed(store.directory, thrown);
    }
  };
  const temporary = session.temporaryPath();
  const descriptor = guarded(() => openSync(temporary, 'wx'));
  const writer = createIndexWriter(header, (bytes) =>
    guarded(() => {
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    }),
  );
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    ...writer,
    publish: () =>
      guarded(() => {
        fsyncSync(descriptor);
        close();
        renameSync(temporary, indexPath(store, name));
      }),
    close,
  };
}
