#!/usr/bin/env bash
# trees.sh NAME DIR: makes the tree NAME at DIR, which exists only once it is complete.
#
#   host     packages of this machine, about 60 MB; nothing is downloaded
#   minbase  a minimal Debian by debootstrap, about 200 MB
#   large    minbase and real packages, downloaded by apt and unpacked, at least 1.5 GB
#   tiny     200,000 files of 0 to 400 bytes
#   huge     one file of 4 GB that compresses to about half
#   quarter:TREE half:TREE   a fourth, half of the files of another tree, with as much of its bytes
set -euo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")/.." && pwd)

main() {
  local name=$1 target=$2
  [ ! -e "$target" ] || exit 0
  partial=$target.partial
  rm -rf "$partial"
  mkdir -p "$partial"
  case $name in
    host) bash "$here/examples/rootfs-from-host.sh" -o "$partial" bash coreutils perl-base ;;
    minbase) make_minbase ;;
    large) make_large "$(dirname "$target")" ;;
    tiny) make_tiny ;;
    huge) make_huge ;;
    quarter:*) make_subset "${name#*:}" 4 ;;
    half:*) make_subset "${name#*:}" 2 ;;
    *) echo "trees.sh: unknown tree $name" >&2; exit 1 ;;
  esac
  mv "$partial" "$target"
}

make_minbase() {
  rmdir "$partial"
  bash "$here/test/e2e/debian-rootfs.sh" "$partial"
}

large_packages=(chromium libreoffice-core libreoffice-common gcc-12 clang-14 llvm-14 golang-1.19-go golang-1.19-src
  openjdk-17-jre-headless openjdk-17-jdk-headless python3.11 libpython3.11-stdlib python3-numpy python3-scipy python3-pandas
  perl-modules-5.36 ruby3.1 nodejs linux-image-amd64 linux-headers-amd64 firmware-linux-free texlive-base git vim-runtime
  emacs-common postgresql-15 mariadb-server-core blender-data qemu-system-x86 rustc cargo r-base-core fonts-noto-core
  gnome-icon-theme adwaita-icon-theme libqt5webengine5 libwebkit2gtk-4.0-37 libboost1.74-dev linux-source manpages-dev)

# Packages alone and not what they depend on: the tree is read, not run.
make_large() {
  local downloads=$1/large-packages package
  mkdir -p "$downloads"
  cp -a "${BENCH_MINBASE:?}/." "$partial"
  for package in "${large_packages[@]}"; do
    (cd "$downloads" && apt-get download -q "$package" >&2) || echo "trees.sh: no package $package here" >&2
  done
  for package in "$downloads"/*.deb; do dpkg-deb -x "$package" "$partial"; done
  [ "$(du -sm --apparent-size "$partial" | cut -f1)" -ge 1500 ] || { echo 'trees.sh: the large tree is too small' >&2; exit 1; }
}

make_tiny() {
  python3 - "$partial" <<'PYTHON'
import os, sys
for directory in range(400):
    path = f"{sys.argv[1]}/usr/share/d{directory}"
    os.makedirs(path)
    for number in range(500):
        with open(f"{path}/file-{number}.txt", "w") as file:
            file.write(f"entry {number * 7919 % 1000} of {directory}\n" * (number * directory % 21))
PYTHON
}

# Hex digits of pseudo-random bytes: every four bits of content take eight.
make_huge() {
  mkdir -p "$partial/srv"
  openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c 2000000000 |
    od -An -v -tx1 -w32 | tr -d ' \n' | head -c 4000000000 >"$partial/srv/data" || [ -s "$partial/srv/data" ]
}

# Of the files in the order of their size each is taken that brings the bytes taken so far closer to their share.
make_subset() {
  local source=${BENCH_SOURCE:?} parts=$2
  (cd "$source" && find . -mindepth 1 ! -type d -printf '%s %p\0' | sort -zrn |
    awk -v parts="$parts" 'BEGIN { RS = ORS = "\0" }
      { size = $1 + 1; seen += size; if ((taken + size / 2) * parts <= seen) { taken += size; print } }' |
    cut -z -d ' ' -f 2- | xargs -0 cp -dl --parents -t "$partial")
}

main "$@"
