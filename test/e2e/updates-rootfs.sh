#!/usr/bin/env bash
# updates-rootfs.sh DIR BASE [PACKAGE...]: what a rebuild with Debian's security updates changes. DIR/before has the packages on the
# Debian of BASE as it was released, DIR/after the same with all updates, both with apt's lists removed. DIR/dockerfile is an OCI
# layout of what a Dockerfile would have made of them (`before`, `after`): the layer of BASE, and one of a RUN line.
# Needs root, buildah and the mirrors that this machine's apt uses. DIR exists only once it is complete. One to three minutes.
set -euo pipefail
export LC_ALL=C
target=$1 base=$2
shift 2
packages=("${@:-python3 nginx-light}")
[ ! -e "$target" ] || exit 0
work=$target.partial

main() {
  containers=()
  trap 'for container in "${containers[@]}"; do buildah rm "$container"; done >/dev/null; buildah rmi -f localhost/layah-updates >/dev/null 2>&1 || :' EXIT
  rm -rf "$work"
  mkdir -p "$work"
  containers+=("$(buildah from scratch)")
  cp -a "$base/." "$(buildah mount "${containers[0]}")"
  buildah commit -q "${containers[0]}" localhost/layah-updates >/dev/null
  rebuild before "deb $(mirror Debian) bookworm main"
  rebuild after "deb $(mirror Debian) bookworm main" "deb $(mirror Debian) bookworm-updates main" \
    "deb $(mirror Debian-Security) bookworm-security main"
  mv "$work" "$target"
}

mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Label: $1" | head -n 1; }

rebuild() {
  local name=$1 container root
  shift
  container=$(buildah from localhost/layah-updates)
  containers+=("$container")
  root=$(buildah mount "$container")
  printf '%s\n' "$@" >"$root/etc/apt/sources.list"
  # Package scripts must not start services here.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  buildah run --isolation chroot --network host -e DEBIAN_FRONTEND=noninteractive "$container" sh -ec "
    apt-get update -q
    apt-get upgrade -yq
    apt-get install -yq --no-install-recommends ${packages[*]}
    apt-get clean
    rm -rf /var/lib/apt/lists/* /usr/sbin/policy-rc.d"
  cp -a "$root" "$work/$name"
  buildah commit -q "$container" "oci:$work/dockerfile:$name" >/dev/null
}

main >&2
