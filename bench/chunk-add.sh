#!/usr/bin/env bash
# chunk-add.sh [TREE]: what `layah chunk add` costs in CPU time, into an empty store and once more, next to `openssl dgst -sha256` over the
# same bytes, which reads and hashes each once. openssl runs before every row, since the speed of a shared machine changes: compare the
# ratios. TREE (/usr/lib) is made an image with one uncompressed layer. The store is in TMPDIR (/var/tmp): with a tmpfs the disk's share of
# the system time is left out. Takes three times the room of TREE.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")/.." && pwd)
tree=${1:-/usr/lib}

main() {
  [ -f "$here/dist/cli/main.js" ] || { echo 'bench: error: layah is not built; run: npm run build' >&2; exit 1; }
  work=$(mktemp -d "${TMPDIR:-/var/tmp}/layah-chunk-add-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  layah build --rootfs "$tree" --max-layers 1 --compression none -o "oci:$work/image" -q
  layer=$(find "$work/image/blobs" -type f -size +1M | head -n 1)
  bytes=$(stat -c %s "$layer")
  printf '%d MB in one layer\n%-34s %8s %8s %8s %12s\n' $((bytes / 1000000)) '' 'CPU s' 'MB/CPU s' 'wall s' 'CPU / openssl'
  for strategy in fixed-size content-defined file-boundary; do
    for filesystem in --no-filesystem --filesystem; do
      add="chunk add oci:$work/image --store $work/store --strategy $strategy $filesystem"
      # Another name each time: a layer that the store has is not read at all.
      row "$strategy $filesystem" layah $add --name new
      rm -rf "$work/store/indexes" && mkdir "$work/store/indexes"
      row '  all chunks there' layah $add --name again
      rm -rf "$work/store"
    done
  done
}

layah() { node "$here/dist/cli/main.js" "$@"; }
export -f layah
export here

# User and system time of a command and its children, and what the clock says.
seconds() {
  local TIMEFORMAT='%U %S %R'
  { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2, $3 }'
}

row() {
  local title=$1 floor used
  shift
  floor=$(seconds openssl dgst -sha256 "$layer")
  used=$(seconds "$@")
  awk -v bytes="$bytes" -v title="$title" '{ printf "%-34s %8.2f %8d %8.2f %12.2f\n", title, $3, bytes / $3 / 1e6, $4, $3 / $1 }' <<<"$floor $used"
}

main </dev/null
