import { FOOTER_BYTES, FOOTER_OFFSET_POSITION } from '../../model/estargz.ts';

const BEFORE_OFFSET = Buffer.from('1f8b08040000000000ff1a0053471600', 'hex');
const EMPTY_CONTENT = Buffer.from('010000ffff0000000000000000', 'hex');
const AFTER_OFFSET = Buffer.concat([Buffer.from('STARGZ'), EMPTY_CONTENT]);

/** The last 51 bytes of the blob; the layout is drawn in model/estargz.ts. */
export function estargzFooter(tocOffset: number): Uint8Array {
  const footer = Buffer.alloc(FOOTER_BYTES);
  BEFORE_OFFSET.copy(footer);
  footer.write(tocOffset.toString(16).padStart(16, '0'), FOOTER_OFFSET_POSITION, 'latin1');
  AFTER_OFFSET.copy(footer, FOOTER_OFFSET_POSITION + 16);
  return footer;
}

/** The last 46 bytes of a blob whose TOC is elsewhere. */
export function externalTocFooter(): Uint8Array {
  const start = Buffer.from('1f8b08040000000000ff150053471100', 'hex');
  return Buffer.concat([start, Buffer.from('STARGZEXTERNALTOC'), EMPTY_CONTENT]);
}
