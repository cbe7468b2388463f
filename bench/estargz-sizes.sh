#!/usr/bin/env bash
# estargz-sizes.sh [ROOTFS]: bytes of one eStargz layer with all of a root filesystem, against `tar | gzip -6` of it and the
# Go library of stargz-snapshotter (test/conformance) at the same settings and level 6. Without ROOTFS: the one that the
# quickstart makes.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")/.." && pwd)

main() {
  local rootfs=${1:-$here/.out/rootfs} gzip_bytes
  [ -d "$rootfs" ] || bash "$here/examples/rootfs-from-host.sh" -o "$rootfs" bash coreutils >&2
  [ -f "$here/dist/cli/main.js" ] || { echo 'bench: error: layah is not built; run: npm run build' >&2; exit 1; }
  work=$(mktemp -d "${TMPDIR:-/var/tmp}/layah-bench-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  go build -C "$here/test/conformance" -o "$work/conformance" .
  # Sorted, and without the root's entry, as layah writes it.
  (cd "$rootfs" && find . -mindepth 1 -print0 | sort -z |
    tar --numeric-owner --no-recursion --xattrs --null -T - --transform 's,^\./,,' -cf "$work/tar")
  gzip_bytes=$(gzip -6 <"$work/tar" | wc -c)
  printf '%s: %s bytes as a tar, %s with gzip -6\n\n' "$rootfs" "$(stat -c %s "$work/tar")" "$gzip_bytes"
  printf '%-36s %12s %12s %8s %14s\n' '' layah 'Go library' ratio 'against gzip'
  row plain '' ''
  row '--min-chunk-size 50000' '-min-chunk-size 50000' '--min-chunk-size 50000'
  row '--external-toc' "-external-toc $work/toc" '--external-toc'
  row '--min-chunk-size 50000 --external-toc' "-min-chunk-size 50000 -external-toc $work/toc" '--min-chunk-size 50000 --external-toc'
}

# The TOC counts, wherever it is.
row() {
  local ours theirs
  # shellcheck disable=SC2086
  ours=$(node "$here/dist/cli/main.js" build --rootfs "$rootfs" --max-layers 1 --gzip-engine zlib --compression-level 6 -t bench:1 --log-format json $3 \
    -o "oci-archive:$work/ours" 2>&1 | jq -s '[.[] | select(.layerBytes) | .layerBytes + (.tocImage.tocBytes // 0)] | last')
  # shellcheck disable=SC2086
  theirs=$("$work/conformance" build -level 6 $2 "$work/tar" "$work/theirs" | jq '.size + (.tocSize // 0)')
  awk -v title="$1" -v ours="$ours" -v theirs="$theirs" -v gzip="$gzip_bytes" 'BEGIN {
    printf "%-36s %12d %12d %8.4f %13.2f%%\n", title, ours, theirs, ours / theirs, (ours / gzip - 1) * 100 }'
}

main "$@"
