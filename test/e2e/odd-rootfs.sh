#!/usr/bin/env bash
# odd-rootfs.sh DIR: a small tree with one of everything that an image can carry. Needs root.
set -euo pipefail
umask 022
mkdir "$1"
cd "$1"

mkdir -p bin etc/deep/er opt/sticky opt/setgid var/empty
printf 'plain\n' >etc/plain
: >etc/empty
head -c 9000000 /dev/urandom >opt/big # several chunks
head -c 4194304 /dev/zero >opt/exactly-one-chunk
truncate -s 3000000 opt/sparse

for name in one two three; do printf '%s\n' "$name" >"opt/$name"; done
ln opt/one opt/one-again
ln opt/one etc/deep/er/one-elsewhere
ln opt/big var/big-elsewhere

ln -s plain etc/relative
ln -s /nowhere/at/all etc/dangling
ln -s "$(printf 'x%.0s' {1..300})" etc/long-target
ln -s .. etc/deep/up
ln etc/relative etc/relative-hardlink

long=$(printf 'n%.0s' {1..200})
mkdir -p "opt/$long/$long"
printf 'deep\n' >"opt/$long/$long/$long"
printf 'utf8\n' >'opt/größe-文.txt'
printf 'newline\n' >$'opt/line\nbreak'
printf 'backslash\n' >'opt/back\slash "quoted" %41'

chmod 4755 opt/one
chmod 0000 opt/two
chmod 1777 opt/sticky
chmod 2775 opt/setgid
chmod 0700 var/empty
chown 1000:1001 opt/three opt/setgid
chown 3000000:4000000 etc/plain # needs more than the seven octal digits of ustar
chown -h 12:34 etc/relative

touch -d '1969-12-31 23:59:50 UTC' opt/three
touch -d '2001-02-03 04:05:06.789 UTC' etc/plain

setfattr -n user.text -v value etc/plain
setfattr -n user.binary -v 0x00ff0a3d22 etc/plain
setfattr -n user.on-directory -v yes opt
setcap cap_net_raw+ep opt/exactly-one-chunk
setfacl -m u:1234:rw etc/deep/er/one-elsewhere
setfacl -d -m g:4321:rx opt/setgid

mkfifo var/fifo
mknod var/null c 1 3
mknod var/disk b 250 300
