#!/usr/bin/env bash
# repack-deb.sh ROOTFS PACKAGE DEB: the package as it is installed in ROOTFS as a .deb with the same files, in the same
# order, with the same times, so that dpkg -i DEB is a true reinstallation. Needs tar and dpkg-query.
set -euo pipefail
rootfs=$1 package=$2 deb=$3
database=$rootfs/var/lib/dpkg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/data" "$work/control"

main() {
  local list=$database/info/$package.list
  [ -e "$list" ] || list=$(ls "$database/info/$package":*.list)
  copy_files <"$list"
  sed 's/^/./' "$list" | tar -C "$work/data" --no-recursion --numeric-owner -T - -czf "$work/data.tar.gz"
  copy_control "${list%.list}"
  tar -C "$work/control" --owner=0 --group=0 -czf "$work/control.tar.gz" .
  printf '2.0\n' >"$work/debian-binary"
  {
    printf '!<arch>\n'
    for member in debian-binary control.tar.gz data.tar.gz; do ar_member "$member"; done
  } >"$deb"
}

# A path that a link of the usr-merge leads to is a directory in the package.
copy_files() {
  local path
  while IFS= read -r path; do
    case $path in
      /. | /bin | /sbin | /lib | /lib64) mkdir -p "$work/data$path" ;;
      *) printf '.%s\0' "$path" ;;
    esac
  done | tar -C "$rootfs" --no-recursion --null -T - -cf - | tar -C "$work/data" --keep-directory-symlink -xpf -
}

copy_control() {
  local file
  for file in "$1".*; do
    [ "${file##*.}" = list ] || cp -p "$file" "$work/control/${file##*.}"
  done
  dpkg-query --admindir="$database" -s "$package" | sed '/^Status:/d; /^Conffiles:/d; /^ \//d' >"$work/control/control"
}

# ar(5): name, time, owner, group, mode, size; members begin at even offsets.
ar_member() {
  local size
  size=$(stat -c %s "$work/$1")
  printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' "$1" 0 0 0 100644 "$size"
  cat "$work/$1"
  [ $((size % 2)) -eq 0 ] || printf '\n'
}

main
