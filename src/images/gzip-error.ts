import { LayahError } from '../model/errors.ts';

/**
 * What is wrong with a gzip member. After a fault in the trailer the cursor stands behind the member, and reading may go
 * on.
 */
export class GzipError extends LayahError {
  readonly part: 'header' | 'data' | 'trailer';
  /** Of the member, in the blob. */
  readonly offset: number;

  constructor(fault: GzipFault) {
    const message = `gzip member at offset ${fault.offset}: ${fault.what}`;
    super({ code: 'bad-image', message, ...(fault.cause !== undefined && { cause: fault.cause }) });
    this.part = fault.part;
    this.offset = fault.offset;
  }
}

interface GzipFault {
  readonly part: GzipError['part'];
  readonly offset: number;
  readonly what: string;
  readonly cause?: unknown;
}
