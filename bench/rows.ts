import { join } from 'node:path';

/** One command that turns a tree into something like a layer. It writes how many bytes that has to $BYTES. */
export interface Row {
  readonly name: string;
  /** Programs without which the row is left out. */
  readonly needs: readonly string[];
  readonly command: string;
  /** Once before the rounds, unmeasured. */
  readonly prepare?: string;
  /** Not with --quick, since it takes long. */
  readonly slow?: boolean;
}

export interface RowSettings {
  readonly repository: string;
  readonly tree: string;
  /** The Go program in test/conformance, where it could be built. */
  readonly conformance: string | undefined;
  /** Without it the engine that layah takes by itself is the reference. */
  readonly hasLibdeflate: boolean;
}

/** `layah build` without flags; what its other rows and its peers are compared with. */
export const REFERENCE = 'layah';

const COUNT = 'wc -c >"$BYTES"';

export function allRows(settings: RowSettings): Row[] {
  return [...layahRows(settings), ...tarRows(settings), ...goRows(settings), skopeoRow(settings)];
}

/** `layah build` into a pipe. */
export function layahCommand({ repository, tree }: RowSettings, flags: string): string {
  const main = join(repository, 'dist/cli/main.js');
  return `node '${main}' build --rootfs '${tree}' --source-date-epoch 1700000000 -q ${flags} | ${COUNT}`;
}

function layahRows(settings: RowSettings): Row[] {
  const row = (name: string, flags: string): Row => ({
    name: `layah ${name}`.trim(),
    needs: [],
    command: layahCommand(settings, flags),
  });
  return [
    row('', ''),
    row('--compression gzip', '--compression gzip'),
    row('--threads 1', '--threads 1'),
    ...(settings.hasLibdeflate
      ? [row('libdeflate 6', '--gzip-engine libdeflate --compression-level 6')]
      : []),
    row('zlib 6', '--gzip-engine zlib'),
    { ...row('pako 6', '--gzip-engine pako'), slow: true },
    row('--compression none', '--compression none'),
  ];
}

function tarRows({ tree }: RowSettings): Row[] {
  const through = (program: string, flags: string, needs = program): Row => ({
    name: `tar | ${program} ${flags}`,
    needs: ['tar', needs],
    command: `tar -C '${tree}' --numeric-owner -cf - . | ${program} ${flags} | ${COUNT}`,
  });
  return [
    through('gzip', '-6'),
    through('pigz', '-6'),
    through('igzip', '-1'),
    through('zstd', '-3 -q -c'),
    { ...through('openssl', 'dgst -sha256'), command: floorCommand(tree) },
  ];
}

/** Its output is the tar, whose size says nothing new; what counts is that every byte was read and hashed once. */
function floorCommand(tree: string): string {
  return `tar -C '${tree}' --numeric-owner -cf - . | openssl dgst -sha256 | ${COUNT}`;
}

/** The library takes a tar with its size, so that has to be a file first. */
function goRows({ tree, conformance }: RowSettings): Row[] {
  if (conformance === undefined) return [];
  return [6, 9].map((level) => ({
    name: `Go estargz ${level}`,
    needs: ['tar'],
    command:
      `tar -C '${tree}' --numeric-owner -cf "$WORK/tar" . && ` +
      `'${conformance}' build -level ${level} "$WORK/tar" "$WORK/blob" >/dev/null && ` +
      `stat -c %s "$WORK/blob" >"$BYTES"; status=$?; rm -f "$WORK/tar" "$WORK/blob"; exit $status`,
    slow: level === 9,
  }));
}

/** What `podman push` does with a layer, without a registry. */
function skopeoRow(settings: RowSettings): Row {
  const main = join(settings.repository, 'dist/cli/main.js');
  return {
    name: 'skopeo copy to gzip',
    needs: ['skopeo'],
    prepare: `node '${main}' build --rootfs '${settings.tree}' -q --compression none --max-layers 1 -o oci:"$WORK/plain" --force; echo 0 >"$BYTES"`,
    command:
      `skopeo copy -q --insecure-policy --dest-compress oci:"$WORK/plain" dir:"$WORK/pushed" && ` +
      `du -sb "$WORK/pushed" | cut -f1 >"$BYTES"; status=$?; rm -rf "$WORK/pushed"; exit $status`,
    slow: true,
  };
}
