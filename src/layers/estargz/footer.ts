import { FOOTER_BYTES, FOOTER_OFFSET_POSITION } from '../../model/estargz.ts';

const BEFORE_OFFSET = Buffer.from('1f8b08040000000000ff1a0053471600', 'hex');
const AFTER_OFFSET = Buffer.concat([Buffer.from('STARGZ'), Buffer.from('010000ffff0000000000000000', 'hex')]);

/** The last 51 bytes of the blob; the layout is drawn in model/estargz.ts. */
export function estargzFooter(tocOffset: number): Uint8Array {
  const footer = Buffer.alloc(FOOTER_BYTES);
  BEFORE_OFFSET.copy(footer);
  footer.write(tocOffset.toString(16).padStart(16, '0'), FOOTER_OFFSET_POSITION, 'latin1');
  AFTER_OFFSET.copy(footer, FOOTER_OFFSET_POSITION + 16);
  return footer;
}
