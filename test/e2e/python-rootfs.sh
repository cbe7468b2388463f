#!/usr/bin/env bash
# python-rootfs.sh DIR: a minimal tree with a virtual environment of real wheels, a big one among them, and a second one
# with some of the same distributions. Needs python3 with venv, and the network. DIR exists only once it is complete.
set -euo pipefail
export LC_ALL=C PIP_ROOT_USER_ACTION=ignore
umask 022
target=$1
[ ! -e "$target" ] || exit 0
root=$target.partial

main() {
  rm -rf "$root"
  mkdir -p "$root"/{etc,usr/bin,opt,srv/app}
  python3 -m venv "$root/opt/venv"
  pip_install numpy requests==2.32.3 flask==3.0.3
  # Installed the way uv does it: not compiled.
  pip_install --no-compile --target "$root/srv/lib" requests==2.32.3
  printf 'import flask\napp = flask.Flask(__name__)\n' >"$root/srv/app/main.py"
  make_relocatable
  mv "$root" "$target"
}

pip_install() {
  "$root/opt/venv/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check --only-binary :all: "$@"
}

# As the environment would be in a container: no path of this machine.
make_relocatable() {
  local link file
  for link in "$root"/opt/venv/bin/python*; do
    case $(readlink "$link") in /*) ln -sfn /usr/bin/python3 "$link" ;; esac
  done
  printf 'home = /usr/bin\ninclude-system-site-packages = false\n' >"$root/opt/venv/pyvenv.cfg"
  grep -rlIF "$root" "$root/opt/venv/bin" | while IFS= read -r file; do sed -i "s|$root||g" "$file"; done
  sed -i '1s|^#!.*python.*|#!/opt/venv/bin/python|' $(grep -lI '^#!.*python' "$root"/opt/venv/bin/*)
}

main
