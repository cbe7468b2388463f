#!/usr/bin/env bash
# docker-28-root.sh DIR: a root filesystem with Docker 28 or later, since Debian 12 has an older one. DIR exists only once it
# is complete. About a minute.
# docker-28-root.sh --serve DIR STATE FLAG...: runs the daemon of DIR, which finds the directory STATE on /mnt.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin

main() {
  case $1 in
    --serve) exec unshare --mount --propagation private bash "$0" --inside "${@:2}" ;;
    --inside) serve "${@:2}" ;;
    *) [ -e "$1" ] || make "$1" ;;
  esac
}

make() {
  local target=$1 mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1 || :)
  rm -rf "$target.partial"
  mkdir -p "$target.partial"
  # Debian's own debootstrap may not know the release yet.
  debootstrap --variant=minbase --include=docker.io,docker-cli,iptables forky "$target.partial" \
    "${mirror:?the sources of apt name no mirror of Debian}" /usr/share/debootstrap/scripts/sid
  chroot "$target.partial" apt-get clean
  rm -rf "$target.partial"/var/lib/apt/lists/*
  mv "$target.partial" "$target"
}

serve() {
  local root=$1 state=$2 place
  shift 2
  # dockerd wants its root to be a mount.
  mount --bind "$root" "$root"
  for place in proc sys dev; do mount --rbind "/$place" "$root/$place"; done
  mount -t tmpfs tmpfs "$root/run"
  mount --bind "$state" "$root/mnt"
  exec chroot "$root" dockerd "$@"
}

main "$@"
