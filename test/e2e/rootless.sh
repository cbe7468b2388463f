#!/usr/bin/env bash
# rootless.sh DIR COMMAND...: runs a command as the user nobody, at home in DIR, with the subordinate ids that rootless
# podman wants. They exist in this mount namespace only: nothing of the machine is changed.
set -euo pipefail
if [ "${1-}" != --inside ]; then exec unshare --mount --propagation shared bash "$0" --inside "$@"; fi
directory=$2
shift 2
mount --make-rprivate /
mount --make-rshared /
mkdir -p "$directory"/{home,runtime}
printf 'nobody:100000:65536\n' >"$directory/subids"
mount --bind "$directory/subids" /etc/subuid
mount --bind "$directory/subids" /etc/subgid
chown nobody "$directory" "$directory"/{home,runtime}
chmod 700 "$directory/runtime"
cd "$directory"
# podman leaves a process behind that holds its user namespace.
trap 'kill "$(cat "$directory/runtime/libpod/tmp/pause.pid")" 2>/dev/null || :' EXIT
setpriv --reuid nobody --regid nogroup --clear-groups \
  env -u CONTAINERS_STORAGE_CONF HOME="$directory/home" XDG_RUNTIME_DIR="$directory/runtime" "$@"
