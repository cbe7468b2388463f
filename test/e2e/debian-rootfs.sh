#!/usr/bin/env bash
# debian-rootfs.sh DIR [RELEASE]: a minimal Debian (bookworm) by debootstrap, from the mirror that this machine's apt uses. About a minute.
# DIR exists only once it is complete.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
target=$1 release=${2:-bookworm}
[ ! -e "$target" ] || exit 0

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1 || :)
rm -rf "$target.partial"
mkdir -p "$target.partial"
debootstrap --variant=minbase "$release" "$target.partial" ${mirror:+"$mirror"}
chroot "$target.partial" apt-get clean
! grep -F " $target.partial" /proc/mounts
mv "$target.partial" "$target"
