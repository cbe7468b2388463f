/**
 * FNV-1a with 32 bits over the UTF-8 bytes, then the finalizer of MurmurHash3, because the low bits of
 * FNV-1a alone depend on few bits of the input. Changing it moves components between layers of everybody's images.
 */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
