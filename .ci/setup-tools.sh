#!/usr/bin/env bash
# Installs the container tools that the end-to-end tests use. Does nothing when they are there, or without root and apt-get.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=(podman buildah skopeo umoci docker-registry debootstrap rpm attr acl libcap2-bin jq curl gzip tar git ca-certificates
  openssl python3-venv pacman-package-manager libarchive-tools docker.io uidmap procps strace
  containerd runc stargz-snapshotter fuse3
  libdeflate0 pigz isal zstd casync chromium)

main() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo 'setup-tools: not root or no apt-get: tests whose tools are missing will be skipped'
    return
  fi
  local missing=() tool
  for tool in "${tools[@]}"; do installed "$tool" || missing+=("$tool"); done
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
  # About a minute on two idle cores, once a machine.
  ! command -v go >/dev/null || .ci/build-snapshotter.sh >/dev/null
  # Where containers need it, this also works around missing capabilities.
  [ ! -x ../shared/env/podman-setup.sh ] || ../shared/env/podman-setup.sh
}

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

install_packages() {
  echo "setup-tools: installing $*"
  export DEBIAN_FRONTEND=noninteractive
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -print -quit)" ] || apt-get update -q
  # Package scripts must not start services here.
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  apt-get install -yq --no-install-recommends "$@" || { apt-get update -q && apt-get install -yq --no-install-recommends "$@"; }
}

main "$@" </dev/null
