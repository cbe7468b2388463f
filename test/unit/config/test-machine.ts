import type { RawBuildFlags } from '../../../src/config/build-options.ts';
import type { Machine } from '../../../src/config/machine.ts';
import { LayahError } from '../../../src/model/errors.ts';

/** A machine with nothing on it: every test says what it needs. */
export function testMachine(changes: Partial<Machine> = {}): Machine {
  return {
    environment: {},
    architecture: 'x64',
    cpuCount: 4,
    nowSeconds: 1_800_000_000,
    stdoutIsTerminal: false,
    readTextFile: (path) => {
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
    },
    readStdinText: () => '',
    isDirectory: () => false,
    ...changes,
  };
}

/** Only a root filesystem given. */
export function buildFlags(changes: Partial<RawBuildFlags> = {}): RawBuildFlags {
  return {
    rootfs: '/rootfs',
    output: undefined,
    force: false,
    tlsVerify: undefined,
    authFile: undefined,
    components: undefined,
    exclusive: [],
    source: [],
    record: undefined,
    recordImage: undefined,
    recordCopy: undefined,
    tag: undefined,
    config: undefined,
    configStr: undefined,
    label: [],
    annotation: [],
    arch: undefined,
    maxLayers: undefined,
    maxLayerSize: undefined,
    target: undefined,
    previous: undefined,
    rebalance: false,
    planEpoch: undefined,
    html: undefined,
    compression: undefined,
    compressed: false,
    gzipEngine: undefined,
    compressionLevel: undefined,
    chunkSize: undefined,
    minChunkSize: undefined,
    externalToc: false,
    prune: [],
    skipSpecialFiles: false,
    sourceDateEpoch: undefined,
    threads: undefined,
    ...changes,
  };
}

/** What `work` throws, which must be a LayahError, as `CODE: MESSAGE` with ` | HINT` when there is one. */
export function errorText(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    if (!(thrown instanceof LayahError)) throw thrown;
    return `${thrown.code}: ${thrown.message}${thrown.hint === undefined ? '' : ` | ${thrown.hint}`}`;
  }
  throw new Error('nothing was thrown');
}
