/*
 * The end of an eStargz blob says where its TOC is (stargz-snapshotter, estargz/types.go, gzip.go, externaltoc.go). All
 * three forms are an empty gzip member whose extra field carries the message:
 *
 *   51 bytes  XLEN 26: 'S' 'G' LEN 22 | 16 hex digits | "STARGZ"       eStargz
 *   47 bytes  XLEN 22: 16 hex digits | "STARGZ"                        stargz, its predecessor
 *   46 bytes  XLEN 21: 'S' 'G' LEN 17 | "STARGZEXTERNALTOC"            eStargz whose TOC is in another image
 */
import { FOOTER_BYTES, FOOTER_OFFSET_POSITION } from '../model/estargz.ts';

export type Footer =
  | { readonly kind: 'estargz'; readonly tocOffset: number; readonly sizeBytes: number }
  | { readonly kind: 'legacy-stargz'; readonly tocOffset: number; readonly sizeBytes: number }
  | { readonly kind: 'external-toc'; readonly sizeBytes: number };

const GZIP_START = Buffer.from('1f8b08040000000000ff', 'hex');
/** A final empty stored block, CRC-32 and size of nothing. */
const GZIP_END = Buffer.from('010000ffff0000000000000000', 'hex');
const LEGACY_FOOTER_BYTES = 47;
const EXTERNAL_TOC_FOOTER_BYTES = 46;
const OFFSET_DIGITS = 16;
const MAGIC = 'STARGZ';
const EXTERNAL_MAGIC = 'STARGZEXTERNALTOC';

/**
 * @param end the last 51 bytes of a blob, or all of a shorter one.
 * @returns undefined when the blob is no kind of eStargz.
 */
export function parseFooter(end: Buffer): Footer | undefined {
  return parseEstargz(end) ?? parseLegacy(end) ?? parseExternal(end);
}

function parseEstargz(end: Buffer): Footer | undefined {
  const extra = extraField(end, FOOTER_BYTES);
  if (extra === undefined || !extra.subarray(0, 4).equals(Buffer.from('53471600', 'hex'))) return undefined;
  const tocOffset = parseOffset(extra.subarray(FOOTER_OFFSET_POSITION - GZIP_START.length - 2));
  return tocOffset === undefined ? undefined : { kind: 'estargz', tocOffset, sizeBytes: FOOTER_BYTES };
}

function parseLegacy(end: Buffer): Footer | undefined {
  const extra = extraField(end, LEGACY_FOOTER_BYTES);
  const tocOffset = extra === undefined ? undefined : parseOffset(extra);
  if (tocOffset === undefined) return undefined;
  return { kind: 'legacy-stargz', tocOffset, sizeBytes: LEGACY_FOOTER_BYTES };
}

function parseExternal(end: Buffer): Footer | undefined {
  const extra = extraField(end, EXTERNAL_TOC_FOOTER_BYTES);
  if (extra?.toString('latin1') !== `SG\u0011\0${EXTERNAL_MAGIC}`) return undefined;
  return { kind: 'external-toc', sizeBytes: EXTERNAL_TOC_FOOTER_BYTES };
}

/** The extra field of a footer of exactly this size. */
function extraField(end: Buffer, footerBytes: number): Buffer | undefined {
  if (end.length < footerBytes) return undefined;
  const footer = end.subarray(end.length - footerBytes);
  const extraStart = GZIP_START.length + 2;
  const extraEnd = footerBytes - GZIP_END.length;
  const isFooter =
    footer.subarray(0, GZIP_START.length).equals(GZIP_START) &&
    footer.readUInt16LE(GZIP_START.length) === extraEnd - extraStart &&
    footer.subarray(extraEnd).equals(GZIP_END);
  return isFooter ? footer.subarray(extraStart, extraEnd) : undefined;
}

function parseOffset(field: Buffer): number | undefined {
  const text = field.toString('latin1');
  const digits = text.slice(0, OFFSET_DIGITS);
  if (!/^[0-9a-f]{16}$/.test(digits) || text.slice(OFFSET_DIGITS) !== MAGIC) return undefined;
  const tocOffset = Number.parseInt(digits, 16);
  return Number.isSafeInteger(tocOffset) ? tocOffset : undefined;
}
