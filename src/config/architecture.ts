import type { Platform } from '../model/image-config.ts';
import { usageError } from './usage-error.ts';

export type Architecture = Pick<Platform, 'architecture' | 'variant'>;

/** OCI's (Go's GOARCH) names with the other names in use: uname -m, rpm, dpkg, process.arch. */
const ARCHITECTURE_NAMES: Readonly<Record<string, readonly string[]>> = {
  amd64: ['x86_64', 'x86-64', 'x64'],
  arm64: ['aarch64', 'armv8', 'arm64/v8'],
  'arm/v7': ['arm', 'armhf', 'armv7', 'armv7l', 'armv7hl'],
  'arm/v6': ['armel', 'armv6', 'armv6l', 'armv6hl'],
  'arm/v5': ['armv5', 'armv5l', 'armv5te', 'armv5tel'],
  '386': ['i386', 'i486', 'i586', 'i686', 'ia32', 'x86'],
  ppc64le: ['ppc64el', 'powerpc64le'],
  s390x: [],
  riscv64: [],
  loong64: ['loongarch64'],
  mips64le: ['mips64el'],
};

/** Node's names that are not, or not unambiguously, among the above; its Linux builds are little-endian. */
const NODE_NAMES: Readonly<Record<string, string>> = { ppc64: 'ppc64le', mipsel: 'mipsle', s390: 's390' };

/** @throws LayahError `usage` for a name that means nothing here. */
export function parseArchitecture(text: string, flag = '--arch'): Architecture {
  const known = findArchitecture(text.toLowerCase());
  if (known !== undefined) return known;
  throw usageError(
    `${flag}: ${JSON.stringify(text)} is not an architecture`,
    `Known are ${Object.keys(ARCHITECTURE_NAMES).join(', ')} and their usual other names, such as x86_64 and aarch64.`,
  );
}

/** The architecture that this program runs on, from `process.arch`. */
export function machineArchitecture(nodeName: string): Architecture {
  return findArchitecture(nodeName) ?? { architecture: NODE_NAMES[nodeName] ?? nodeName };
}

function findArchitecture(name: string): Architecture | undefined {
  for (const [ociName, otherNames] of Object.entries(ARCHITECTURE_NAMES)) {
    if (name !== ociName && !otherNames.includes(name)) continue;
    const [architecture = ociName, variant] = ociName.split('/');
    return { architecture, ...(variant !== undefined && { variant }) };
  }
  return undefined;
}
