#!/usr/bin/env bash
# next-build.sh [PACKAGE...]: what clients pull again after Debian's security updates, counted by a registry. One image is made of the
# packages (python3 nginx ffmpeg) on Debian as it was released, one of the same with all updates; skopeo has pulled the first into an OCI
# layout and pulls the second. Side by side: a layer for each line of a Dockerfile, layah without and with --previous, and a layer for each
# component, which is the ideal. NEXT_BUILD_LAYERS (16 64) are the values of --max-layers. NEXT_BUILD_TREES is where the trees are, or
# are put and kept; NEXT_BUILD_BASE is a tree of debootstrap.
# Needs root, buildah, skopeo, docker-registry, debootstrap and Debian's mirrors.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")/.." && pwd)
read -ra layer_limits <<<"${NEXT_BUILD_LAYERS:-16 64}"

main() {
  local trees=${NEXT_BUILD_TREES:-} base limit
  [ -f "$here/dist/cli/main.js" ] || { echo 'bench: error: layah is not built; run: npm run build' >&2; exit 1; }
  work=$(mktemp -d "${TMPDIR:-/var/tmp}/layah-next-build-XXXXXX")
  trap 'kill "${registry:-}" 2>/dev/null; rm -rf "$work"' EXIT
  trees=${trees:-$work/trees}
  base=${NEXT_BUILD_BASE:-$work/base}
  if [ ! -e "$trees" ]; then
    bash "$here/test/e2e/debian-rootfs.sh" "$base" >&2
    bash "$here/test/e2e/updates-rootfs.sh" "$trees" "$base" "${@:-python3 nginx ffmpeg}"
  fi
  start_registry

  printf '%s packages, %s of them updated, %s MB in files\n\n' "$(packages after | wc -l)" \
    "$(comm -13 <(packages before) <(packages after) | wc -l)" "$(du -sm --apparent-size "$trees/after" | cut -f 1)"
  printf '%-32s %6s %14s %14s %8s\n' '' layers 'image, MB' 'pulled, MB' 'of ideal'
  build before ideal-before --max-layers 1000
  build after ideal-after --max-layers 1000
  ideal=$(update ideal)
  for name in before after; do
    skopeo copy -q "oci:$trees/dockerfile:$name" "docker://$host/dockerfile-$name" --dest-tls-verify=false
  done
  row 'layer a Dockerfile line' dockerfile
  for limit in "${layer_limits[@]}"; do
    build before "$limit-before" --max-layers "$limit"
    build after "$limit-after" --max-layers "$limit"
    row "layah, $limit layers" "$limit"
    push "$work/$limit-before" "previous-$limit-before"
    build after "previous-$limit-after" --max-layers "$limit" --previous "docker://$host/$limit-before" --tls-verify=false
    row "layah --previous, $limit layers" "previous-$limit"
  done
  row 'layer a component (ideal)' ideal
}

packages() { dpkg-query --admindir="$trees/$1/var/lib/dpkg" -W -f '${Package} ${Version}\n' | sort; }

# TREE NAME FLAG...
build() {
  local tree=$1 name=$2
  shift 2
  node "$here/dist/cli/main.js" build -q --rootfs "$trees/$tree" -o "oci:$work/$name" "$@" 2> >(grep -v 'Docker refuses\|overlayfs mounts' >&2)
  push "$work/$name" "$name"
}

push() { skopeo copy -q "oci:$1" "docker://$host/$2" --dest-tls-verify=false; }

# TITLE NAME
row() {
  local bytes layers total
  bytes=$(update "$2")
  read -r layers total < <(skopeo inspect --raw --tls-verify=false "docker://$host/$2-after" |
    jq -r '"\(.layers | length) \([.layers[].size] | add)"')
  awk -v title="$1" -v layers="$layers" -v total="$total" -v bytes="$bytes" -v ideal="$ideal" 'BEGIN {
    printf "%-32s %6d %14.1f %14.1f %8.2f\n", title, layers, total / 1e6, bytes / 1e6, bytes / ideal }'
}

# What the registry serves to a client that has NAME-before and pulls NAME-after: layers, config and manifest.
update() {
  local seen
  pull "$1-before"
  seen=$(wc -l <"$work/registry.log")
  pull "$1-after"
  rm -rf "$work/client"
  tail -n "+$((seen + 1))" "$work/registry.log" | awk '/"GET \/v2\/[^"]*" 200 / { bytes += $10 } END { print bytes }'
}

pull() { skopeo copy -q "docker://$host/$1" "oci:$work/client:$1" --src-tls-verify=false; }

start_registry() {
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  host=127.0.0.1:$port
  cat >"$work/registry.yml" <<YAML
version: 0.1
log: { level: error, accesslog: { disabled: false } }
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: "$host" }
YAML
  docker-registry serve "$work/registry.yml" >>"$work/registry.log" 2>&1 &
  registry=$!
  for _ in $(seq 100); do
    curl -sf -o /dev/null "http://$host/v2/" && return
    sleep 0.1
  done
  echo 'bench: error: docker-registry does not answer' >&2
  exit 1
}

main "$@"
