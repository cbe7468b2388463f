#!/usr/bin/env bash
# alpm-rootfs.sh DIR: a root filesystem with the database of the real pacman, in the layout of Arch Linux. The packages
# are made on the spot: a shell and some programs of this machine with their libraries, and a few of nothing but data.
# Needs root, pacman and bsdtar (Debian: pacman-package-manager, libarchive-tools). DIR exists only once it is complete.
#
# Afterwards: 9 packages of 8 bases; the kernel is moved from /boot, as composers of bootable images do; /usr/local/bin/unowned
# belongs to no package. `/usr/bin/example` prints "example".
set -euo pipefail
export LC_ALL=C.UTF-8
umask 022
target=$(realpath -m "$1")
[ ! -e "$target" ] || exit 0
package_sh=$(realpath "$(dirname "$0")/../fixtures/alpm/package.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$target.partial

main() {
  rm -rf "$root"
  mkdir -p "$work/packages" "$root"/var/{lib/pacman,log}
  stage_filesystem
  stage_programs
  stage_data
  # The links of the usr-merge come first: pacman installs through them.
  install_packages "$(package filesystem pkgver=2026.01.01-1 builddate=1767225600 backup=etc/passwd backup=etc/group)"
  install_packages \
    "$(package glibc pkgver=2.36-1 builddate=1700000000)" \
    "$(package ncurses pkgver=6.4-1 builddate=1690000000)" \
    "$(package bash pkgver=5.2-1 builddate=1710000000 depend=glibc depend=ncurses)" \
    "$(package coreutils pkgver=9.1-1 builddate=1720000000 depend=glibc)" \
    "$(package example pkgbase=example pkgver=1:1.0-1 builddate=1780000000 depend=bash backup=etc/example.conf)" \
    "$(package example-data pkgbase=example pkgver=1:1.0-1 builddate=1780000100)" \
    "$(package kernel pkgbase=linux pkgver=6.9-1 builddate=1785000000)" \
    "$(package tool pkgver=0.1-3 builddate=1650000000 depend=bash)"
  change_root
  mv "$root" "$target"
}

stage_filesystem() {
  cd "$(stage filesystem)"
  mkdir -p usr/{bin,lib,lib64,share} etc home mnt opt proc root run srv sys dev tmp var/{cache,empty,lib,log,spool,tmp}
  chmod 1777 tmp var/tmp
  chmod 700 root
  ln -s usr/bin bin
  ln -s usr/bin sbin
  ln -s usr/lib lib
  ln -s usr/lib64 lib64
  ln -s bin usr/sbin
  echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
  echo 'root:x:0:' >etc/group
}

stage_programs() {
  programs bash bash
  ln -s bash "$work/bash/usr/bin/sh"
  programs coreutils ls cat cp mkdir ln rm sort stat touch true uname
  stage ncurses >/dev/null
  local library package
  # What the programs need: terminal libraries apart, everything else counts as the C library's.
  ldd "$work"/{bash,coreutils}/usr/bin/* | grep -o '/[^ :]*' | grep '^/lib\|^/usr/lib' | sort -u | while read -r library; do
    case $library in
      *libtinfo*) package=ncurses ;;
      *) package=glibc ;;
    esac
    # /lib/x and /usr/lib/x are one place after the usr-merge.
    install -D -m 755 "$library" "$work/$package/usr/${library#/usr}"
  done
}

programs() {
  programs bash bash
  ln -s bash "$work/bash/usr/bin/sh"
  programs coreutils ls cat cp mkdir ln rm sort stat touch true uname
  stage ncurses >/dev/null
  local library package
  # What the programs need: terminal libraries apart, everything else counts as the C library's.
  ldd "$work"/{bash,coreutils}/usr/bin/* | grep -o '/[^ :]*' | grep '^/lib\|^/usr/lib' | sort -u | while read -r library; do
    case $library in
      *libtinfo*) package=ncurses ;;
      *) package=glibc ;;
    esac
    install -D -m 755 "$library" "$work/$package/usr/${library#/usr/}"
  done
  merge_usr glibc
  merge_usr ncurses
}

programs() {
  local package=$1 program
  shift
  for program in "$@"; do
    install -D -m 755 "$(readlink -f "$(type -P "$program")")" "$(stage "$package")/usr/bin/$program"
  done
}

# usr//lib/x is usr/lib/x already; a second slash is left where the library's path began with /lib.
merge_usr() {
  cd "$work/$1"
  find . -type f >/dev/null
}

stage_data() {
  cd "$(stage example)"
  mkdir -p usr/bin usr/lib/example etc var/lib/example
  printf '#!/bin/sh\necho example\n' >usr/bin/example
  chmod 755 usr/bin/example
  ln usr/bin/example usr/bin/example-again
  ln -s example usr/bin/example-link
  cp usr/bin/example usr/bin/example-setuid
  chmod 4755 usr/bin/example-setuid
  chmod 750 var/lib/example
  echo 'key = value' >etc/example.conf
  cd "$(stage example-data)"
  mkdir -p 'usr/share/example/with space é'
  seq 1 300000 >usr/share/example/numbers
  seq 1 1000 >'usr/share/example/with space é/few'
  cd "$(stage kernel)"
  mkdir -p boot usr/lib/modules/6.9
  seq 1 200000 >boot/vmlinuz
  seq 1 2000 >usr/lib/modules/6.9/modules.dep
  cd "$(stage tool)"
  mkdir -p usr/bin
  printf '#!/bin/sh\necho tool\n' >usr/bin/tool
  chmod 755 usr/bin/tool
  printf 'post_install() {\n  :\n}\n' >.INSTALL
}

stage() {
  mkdir -p "$work/$1"
  echo "$work/$1"
}

package() {
  local name=$1
  shift
  bash "$package_sh" "$work/packages" "$work/$name" "pkgname=$name" "$@" "pkgdesc=$name for a test" url=https://example.org \
    'packager=A Packager <packager@example.org>' arch=any license=MIT
}

install_packages() {
  printf '[options]\nSigLevel = Never\nArchitecture = any\n' >"$work/pacman.conf"
  pacman --config "$work/pacman.conf" --root "$root" --dbpath "$root/var/lib/pacman" --cachedir "$work/cache" \
    --logfile "$root/var/log/pacman.log" --hookdir "$work/hooks" --gpgdir "$work/gpg" \
    --noconfirm --noprogressbar --noscriptlet -U "$@"
}

change_root() {
  mv "$root/boot/vmlinuz" "$root/usr/lib/modules/6.9/vmlinuz"
  mkdir -p "$root/usr/local/bin" "$root/var/lib/pacman/sync"
  printf '#!/bin/sh\necho unowned\n' >"$root/usr/local/bin/unowned"
  chmod 755 "$root/usr/local/bin/unowned"
  seq 1 100 >"$root/var/lib/pacman/sync/core.db"
}

main
