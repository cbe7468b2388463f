import { LayahError } from '../model/errors.ts';
import type { Report } from '../model/finding.ts';
import { parseRecord, RECORD_TAR_NAME } from '../model/record.ts';
import type { EntryObserver } from './layer-entries.ts';

export interface RecordCheck extends EntryObserver {
  /** Call at the end of the layer. */
  finish(): void;
}

/** A hundred thousand files; a larger record is an attack on our memory. */
const MAX_RECORD_BYTES = 16 << 20;

/** The one layer of a record image holds nothing but the record, every line of which must be valid. */
export function createRecordCheck(report: Report): RecordCheck {
  const pieces: Buffer[] = [];
  let entryCount = 0;
  let isRecord = false;
  let bytes = 0;
  return {
    begin({ path, kind }) {
      entryCount++;
      isRecord = entryCount === 1 && path === RECORD_TAR_NAME && kind === 'file';
    },
    content(chunk) {
      bytes += chunk.length;
      if (isRecord && bytes <= MAX_RECORD_BYTES) pieces.push(Buffer.from(chunk));
    },
    finish() {
      if (!isRecord || entryCount > 1) return;
      if (bytes > MAX_RECORD_BYTES) {
        report('record', `the record has ${bytes} bytes, more than the ${MAX_RECORD_BYTES} that are read`);
        return;
      }
      try {
        parseRecord(Buffer.concat(pieces).toString('utf8'), 'the record');
      } catch (thrown) {
        if (!(thrown instanceof LayahError) || thrown.code !== 'bad-record') throw thrown;
        report('record', thrown.message);
      }
    },
  };
}
