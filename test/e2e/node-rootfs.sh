#!/usr/bin/env bash
# node-rootfs.sh DIR: a minimal tree with two applications after `npm ci`, which share some packages, and a globally
# installed one. Needs npm and the network. DIR exists only once it is complete.
set -euo pipefail
export LC_ALL=C npm_config_update_notifier=false
umask 022
target=$1
[ ! -e "$target" ] || exit 0
root=$target.partial

main() {
  rm -rf "$root"
  mkdir -p "$root"/{etc,srv/web,srv/jobs}
  application web '{"express": "4.21.2", "semver": "7.6.3", "@sindresorhus/is": "7.0.1", "typescript": "5.7.3"}'
  application jobs '{"semver": "7.6.3", "lodash": "4.17.21"}'
  npm install --silent --no-audit --no-fund --global --prefix "$root/usr" prettier@3.4.2
  mv "$root" "$target"
}

# application NAME DEPENDENCIES
application() {
  cd "$root/srv/$1"
  printf '{"name": "%s", "version": "1.0.0", "private": true, "dependencies": %s}\n' "$1" "$2" >package.json
  echo "console.log('$1');" >index.js
  npm install --silent --package-lock-only --omit-lockfile-registry-resolved
  npm ci --silent --no-audit --no-fund --ignore-scripts
}

target=$(realpath -m "$target")
root=$target.partial
main
