#!/usr/bin/env bash
# distroless-rootfs.sh DIR: real Debian packages laid out as distroless images are: only unpacked, no dpkg status, but
# var/lib/dpkg/status.d/NAME with the control fields and NAME.md5sums beside it. A few seconds; needs apt-get.
set -euo pipefail
target=$1
[ ! -e "$target" ] || exit 0

packages=(base-files netbase tzdata libc6 libssl3 libgcc-s1 ca-certificates busybox-static)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
rm -rf "$target.partial"
mkdir -p "$target.partial/var/lib/dpkg/status.d"
(cd "$work" && apt-get download -q "${packages[@]}" >&2)
for package in "${packages[@]}"; do
  deb=$(ls "$work/${package}"_*.deb)
  dpkg-deb --extract "$deb" "$target.partial"
  dpkg-deb --field "$deb" >"$target.partial/var/lib/dpkg/status.d/$package"
  dpkg-deb --control "$deb" "$work/$package"
  [ ! -e "$work/$package/md5sums" ] || cp "$work/$package/md5sums" "$target.partial/var/lib/dpkg/status.d/$package.md5sums"
done
mv "$target.partial" "$target"
