#!/usr/bin/env bash
# apk-rootfs.sh DIR: a root filesystem in the layout of Alpine with the database that apk would keep of it. Debian has no
# apk: the tree is put together from Debian's packages busybox-static and musl, which are downloaded (2 MB), and from a
# few packages of nothing but data. Needs root, apt-get with its lists, dpkg-deb and python3. DIR exists only once it is
# complete.
#
# Afterwards: 8 packages of 6 origins; the links to busybox belong to no package, as in Alpine, where a script makes them;
# `/usr/bin/example` prints "example".
set -euo pipefail
export LC_ALL=C.UTF-8
umask 022
target=$(realpath -m "$1")
[ ! -e "$target" ] || exit 0
record_py=$(realpath "$(dirname "$0")/../fixtures/apk/record.py")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$target.partial
machine=$(uname -m)

main() {
  rm -rf "$root"
  mkdir -p "$root/lib/apk/db"
  stage_layout
  stage_debian
  stage_data
  {
    install_package alpine-baselayout V:3.6.8-r1 o:alpine-baselayout t:1731609478 r:alpine-baselayout-data
    install_package alpine-keys V:2.5-r0 o:alpine-keys t:1712000000 r:alpine-base
    install_package musl V:1.2.3-r1 o:musl t:1680000000 "p:so:libc.musl-$machine.so.1=1"
    install_package busybox V:1.35.0-r4 o:busybox t:1700000000 'p:/bin/sh cmd:busybox=1.35.0-r4 cmd:sh=1.35.0-r4' r:busybox-initscripts
    install_package busybox-binsh V:1.35.0-r4 o:busybox t:1700000000 D:busybox
    install_package example V:1.0-r0 o:example t:1780000000 D:/bin/sh 'r:example-old<1'
    install_package example-data V:1.0-r0 o:example t:1780000100
    # Takes a file over from example, which still lists it.
    install_package override V:2-r0 o:override t:1785000000 r:example q:10
  } >"$work/installed"
  add_database
  # What busybox's post-install script does.
  chroot "$root" /bin/busybox --install -s
  mv "$root" "$target"
}

stage_layout() {
  cd "$(stage alpine-baselayout)"
  mkdir -p bin dev/{pts,shm} etc/{apk,conf.d,opt,profile.d} home lib/firmware media/{cdrom,usb} mnt opt proc root run sbin srv sys tmp \
    usr/{bin,lib,local/bin,sbin,share/misc} var/{cache/misc,empty,lib/misc,local,log,opt,spool,tmp}
  chmod 1777 tmp var/tmp
  chmod 700 root
  chmod 555 var/empty
  echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
  echo 'root:x:0:' >etc/group
  echo 'root:*::0:::::' >etc/shadow
  chmod 640 etc/shadow
  chgrp 42 etc/shadow
  ln -s ../run var/run
  ln -s ../proc/mounts etc/mtab
  cd "$(stage alpine-keys)"
  mkdir -p etc/apk/keys "usr/share/apk/keys/$machine"
  echo 'no real key' >usr/share/apk/keys/builder@example.org-01234567.rsa.pub
  ln -s ../builder@example.org-01234567.rsa.pub "usr/share/apk/keys/$machine/builder@example.org-01234567.rsa.pub"
  cp usr/share/apk/keys/*.pub etc/apk/keys/
}

stage_debian() {
  mkdir "$work/debian"
  cd "$work/debian"
  apt-get -qq -o APT::Sandbox::User=root download busybox-static musl
  local archive
  for archive in *.deb; do dpkg-deb -x "$archive" "$work/debian/tree"; done
  install -D -m 755 "$work/debian/tree/bin/busybox" "$(stage busybox)/bin/busybox"
  install -D -m 755 "$(find "$work/debian/tree" -name libc.so -type f)" "$(stage musl)/lib/ld-musl-$machine.so.1"
  ln -s "ld-musl-$machine.so.1" "$work/musl/lib/libc.musl-$machine.so.1"
  mkdir -p "$work/busybox"/{etc,tmp,var/cache/misc,var/lib/udhcpd} "$(stage busybox-binsh)/bin"
  chmod 1777 "$work/busybox/tmp"
  echo console >"$work/busybox/etc/securetty"
  ln -s /bin/busybox "$work/busybox-binsh/bin/sh"
}

stage_data() {
  cd "$(stage example)"
  mkdir -p usr/bin etc/example.d var/lib/example
  printf '#!/bin/sh\necho example\n' >usr/bin/example
  chmod 755 usr/bin/example
  ln usr/bin/example usr/bin/example-again
  cp usr/bin/example usr/bin/example-setuid
  chmod 4755 usr/bin/example-setuid
  echo 'key = value' >etc/example.conf
  chmod 750 var/lib/example
  cd "$(stage example-data)"
  mkdir -p 'usr/share/example/with space é'
  seq 1 300000 >usr/share/example/numbers
  seq 1 1000 >'usr/share/example/with space é/few'
  cd "$(stage override)"
  mkdir -p etc
  echo 'key = overridden' >etc/example.conf
}

stage() {
  mkdir -p "$work/$1"
  echo "$work/$1"
}

# Prints the record, and puts the files where they belong.
install_package() {
  local name=$1 field time=
  shift
  for field in "$@"; do [ "${field%%:*}" != t ] || time=${field#t:}; done
  find "$work/$name" -mindepth 1 -print0 | xargs -0 touch -h -d "@$time"
  python3 "$record_py" "$work/$name" "P:$name" "A:$machine" "T:$name for a test" U:https://example.org L:MIT \
    'm:A Packager <packager@example.org>' c:0123456789abcdef0123456789abcdef01234567 "$@"
  cp -a --remove-destination "$work/$name/." "$root/"
}

add_database() {
  local database=$root/lib/apk/db script
  cp "$work/installed" "$database/installed"
  : >"$database/lock"
  # Scripts are called NAME-VERSION.CHECKSUM.KIND, triggers begin with the checksum of their package.
  local checksum
  checksum=$(grep -B1 '^P:busybox$' "$work/installed" | sed -n 's/^C://p')
  script=busybox-1.35.0-r4.$checksum.post-install
  printf '#!/bin/busybox sh\nexec /bin/busybox --install -s\n' >"$work/${script//\//_}"
  tar -C "$work" --owner=0 --group=0 -cf "$database/scripts.tar" "${script//\//_}"
  echo "$checksum /bin /usr/bin /sbin /usr/sbin" >"$database/triggers"
  mkdir -p "$root/lib/apk/exec" "$root/var/cache/apk"
  printf '%s\n' alpine-baselayout busybox example override >"$root/etc/apk/world"
  echo "$machine" >"$root/etc/apk/arch"
  echo https://example.org/alpine/main >"$root/etc/apk/repositories"
}

main
