#!/usr/bin/env bash
# quickstart.sh [PACKAGE...]: makes an image out of packages that this machine has installed, and verifies it.
# Everything it makes is in .out/; nothing else is touched and no container tool is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

main() {
  local image=.out/quickstart.ociarchive rootfs=.out/rootfs tag=layah-quickstart:latest
  local packages=("$@")
  [ $# -gt 0 ] || mapfile -t packages < <(default_packages)
  if [ ${#packages[@]} -eq 0 ]; then
    echo 'quickstart: error: this machine has neither a dpkg nor an rpm database to copy packages from' >&2
    echo 'quickstart: hint: layah needs none, only a directory: layah build --rootfs DIR -o image.ociarchive' >&2
    exit 1
  fi
  build_layah_when_stale
  step "a root filesystem of ${packages[*]}"
  remove_tree "$rootfs"
  mkdir -p .out
  bash examples/rootfs-from-host.sh -o "$rootfs" "${packages[@]}"
  step 'layah build: layers that follow the packages'
  run node dist/cli/main.js build --rootfs "$rootfs" --config-str '{"Cmd":["/bin/bash"],"Env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}' \
    -t "$tag" -v -o "oci-archive:$image"
  step 'layah verify: every digest, and the image against the root filesystem'
  run node dist/cli/main.js verify "$image" --rootfs "$rootfs"
  step 'what next'
  cat <<END
  podman:  podman load -i $image && podman run --rm -it localhost/$tag
  skopeo:  skopeo copy oci-archive:$image docker://REGISTRY/layah-quickstart:latest
  docker:  docker load -i $image && docker run --rm -it $tag
           (Docker without the containerd image store: first
            skopeo copy oci-archive:$image docker-archive:.out/docker.tar:$tag)
END
}

step() { printf '\n== %s ==\n' "$*"; }

# Shows the command as it can be typed, then runs it.
run() {
  printf '$'
  local word
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./:=-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  "$@"
}

build_layah_when_stale() {
  [ -f dist/cli/main.js ] && [ -z "$(find src tsconfig.json package.json -newer dist/cli/main.js -print -quit)" ] && return
  step 'building layah'
  npm run --silent build
}

# Those that are installed; the last line has Debian's own, the others are called the same elsewhere.
default_packages() {
  local name wanted=(bash coreutils grep sed findutils tar gzip openssl ca-certificates
    dash base-passwd perl-base python3-minimal)
  for name in "${wanted[@]}"; do
    if [ -s /var/lib/dpkg/status ]; then
      dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || continue
    else
      rpm -q "$name" >/dev/null 2>&1 || continue
    fi
    echo "$name"
  done
}

# Packages may hold directories without write permission.
remove_tree() {
  [ ! -e "$1" ] || { chmod -R u+rwX "$1"; rm -rf "$1"; }
}

main "$@"
