#!/usr/bin/env bash
# base-image.sh DIR: a Debian 12 with what the Containerfile's builder stage needs, so that no registry is asked for one:
# a C++ compiler, python3, rpm, libdeflate and setfattr by debootstrap, and this machine's Node with its npm and its headers.
# DIR exists only once it is complete. About two minutes.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
target=$1
[ ! -e "$target" ] || exit 0

main() {
  local mirror prefix
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1 || :)
  prefix=$(dirname "$(dirname "$(node -p 'fs.realpathSync(process.execPath)')")")
  rm -rf "$target.partial"
  mkdir -p "$target.partial"
  debootstrap --variant=minbase --include=attr,g++,make,python3,rpm,libdeflate0 bookworm "$target.partial" ${mirror:+"$mirror"}
  chroot "$target.partial" apt-get clean
  rm -rf "$target.partial"/var/lib/apt/lists/*
  ! grep -F " $target.partial" /proc/mounts
  copy_node "$prefix" "$target.partial/usr/local"
  mv "$target.partial" "$target"
}

# The layout that all distributions of Node but Debian's own have.
copy_node() {
  mkdir -p "$2/lib/node_modules" "$2/include"
  cp "$1/bin/node" "$2/bin/node"
  cp -R "$1/include/node" "$2/include/node"
  cp -R "$1/lib/node_modules/npm" "$2/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$2/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$2/bin/npx"
}

main
