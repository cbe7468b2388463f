#!/usr/bin/env bash
# Builds stargz-snapshotter's snapshot service in the version that test/snapshotter/go.mod pins, and prints where it is. It is
# kept in the user's cache under the name of its sources, so that a machine builds it once.
set -euo pipefail
sources=$(cd "$(dirname "$0")/../test/snapshotter" && pwd)
version=$(cat "$sources"/go.mod "$sources"/go.sum "$sources"/main.go | sha256sum | cut -c 1-16)
program=${XDG_CACHE_HOME:-$HOME/.cache}/layah/snapshotter-$version
if [ ! -x "$program" ]; then
  mkdir -p "${program%/*}"
  go build -C "$sources" -o "$program.building" . >&2
  mv "$program.building" "$program"
fi
printf '%s\n' "$program"
