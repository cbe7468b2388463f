#!/usr/bin/env bash
# build.sh [ROOTFS] [LAYAH-BUILD-FLAG...]: what `layah build` costs, side by side with `tar | gzip -6` of the same tree in the
# same run. Median of BENCH_ROUNDS (3) rounds. Without ROOTFS: the one that the quickstart makes.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")/.." && pwd)

main() {
  local rootfs=${1:-} rounds=${BENCH_ROUNDS:-3} round
  [ $# -eq 0 ] || shift
  [ -n "$rootfs" ] || rootfs=$(quickstart_rootfs)
  [ -f "$here/dist/cli/main.js" ] || { echo 'bench: error: layah is not built; run: npm run build' >&2; exit 1; }
  work=$(mktemp -d "${TMPDIR:-/var/tmp}/layah-bench-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  export rootfs work
  # Once unmeasured, so that the tree is in the page cache.
  tar -C "$rootfs" -cf - . | wc -c >"$work/tar-bytes"
  for round in $(seq "$rounds"); do
    measure gzip bash -c 'tar -C "$rootfs" --numeric-owner -cf - . | gzip -6 >"$work/gzip.out"'
    measure layah node "$here/dist/cli/main.js" build --rootfs "$rootfs" -q -o "oci-archive:$work/layah.out" "$@"
    echo "round $round of $rounds" >&2
  done
  printf '%s: %s files, %s bytes as a tar; node %s, %s CPUs, median of %s\n\n' "$rootfs" "$(find "$rootfs" | wc -l)" \
    "$(tr -d ' ' <"$work/tar-bytes")" "$(node --version)" "$(nproc)" "$rounds"
  table
}

quickstart_rootfs() {
  local rootfs=$here/.out/rootfs
  [ -d "$rootfs" ] || bash "$here/examples/rootfs-from-host.sh" -o "$rootfs" bash coreutils >&2
  printf '%s\n' "$rootfs"
}

# Appends "CPU wall RSS bytes" of one run to the file of that name.
measure() {
  local name=$1 line
  shift
  line=$(python3 "$here/bench/measure.py" "$@")
  printf '%s %s\n' "$line" "$(stat -c %s "$work/$name.out")" >>"$work/$name"
  rm "$work/$name.out"
}

median() { cut -d ' ' -f "$2" "$work/$1" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

table() {
  printf '%-16s %14s %14s %8s\n' '' 'tar | gzip -6' 'layah build' ratio
  row 'CPU seconds' 1 1 %.2f
  row 'wall seconds' 2 1 %.2f
  row 'peak RSS, MB' 3 1000000 %.1f
  row 'output, MB' 4 1000000 %.2f
}

row() {
  awk -v title="$1" -v a="$(median gzip "$2")" -v b="$(median layah "$2")" -v unit="$3" -v format="$4" 'BEGIN {
    printf "%-16s %14s %14s %8.2f\n", title, sprintf(format, a / unit), sprintf(format, b / unit), b / a }'
}

main "$@"
