#!/usr/bin/env bash
# rpm-rootfs.sh DIR: a root filesystem with an rpm database. Three source packages, one with two binary packages, are built
# with rpmbuild and installed with rpm --root; a shell that no package owns comes from this machine. Needs root for chroot.
set -euo pipefail
umask 022
target=$1
[ ! -e "$target" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$target.partial

main() {
  rm -rf "$root"
  mkdir -p "$root/usr/lib/sysimage/rpm" "$root"/{etc,tmp,proc,sys,dev}
  write_specs
  local spec
  for spec in "$work"/*.spec; do
    # Debian's rpmbuild calls its helpers for debug packages and scripts; nothing here needs them.
    rpmbuild --quiet -bb --define "_topdir $work/top" --define 'debug_package %{nil}' --define '__os_install_post %{nil}' \
      --define '_build_id_links none' --define 'use_source_date_epoch_as_buildtime 1' --define 'source_date_epoch_from_changelog 1' "$spec"
  done
  rpm --root "$root" --dbpath /usr/lib/sysimage/rpm --initdb
  find "$work/top/RPMS" -name '*.rpm' -print0 | sort -z |
    xargs -0 rpm --root "$root" --dbpath /usr/lib/sysimage/rpm -i --nodeps --ignoreos
  add_shell
  mv "$root" "$target"
}

write_specs() {
  cat >"$work/alpha.spec" <<'SPEC'
Name: alpha
Version: 1.0
Release: 1
Summary: two binary packages of one source
License: Apache-2.0
Requires: alpha-libs
%description
A program and its library.
%package libs
Summary: the library
%description libs
The library.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/alpha %{buildroot}/etc
printf '#!/bin/sh\necho alpha\n' >%{buildroot}/usr/bin/alpha
ln %{buildroot}/usr/bin/alpha %{buildroot}/usr/bin/alpha-again
ln -s alpha %{buildroot}/usr/bin/alpha-link
printf 'key = value\n' >%{buildroot}/etc/alpha.conf
for number in 1 2 3 4 5 6 7 8; do seq 1 5000 >%{buildroot}/usr/lib/alpha/$number; done
%files
%attr(0755,root,root) /usr/bin/alpha
%attr(0755,root,root) /usr/bin/alpha-again
/usr/bin/alpha-link
%config /etc/alpha.conf
%files libs
/usr/lib/alpha
%changelog
* Tue Nov 03 2026 A Packager <packager@example.org> - 1.0-1
- new version
* Mon Feb 02 2026 A Packager <packager@example.org> - 0.9-1
- first version
SPEC
  cat >"$work/beta.spec" <<'SPEC'
Name: beta
Version: 2.1
Release: 3
Summary: a setuid program and a ghost file
License: Apache-2.0
Requires: alpha
%description
Beta.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/var/lib/beta
seq 1 20000 >%{buildroot}/usr/bin/beta
: >%{buildroot}/var/lib/beta/never-written
%files
%attr(4755,root,root) /usr/bin/beta
%dir %attr(0750,root,root) /var/lib/beta
%ghost /var/lib/beta/never-written
%changelog
* Wed Oct 07 2026 A Packager <packager@example.org> - 2.1-3
- rebuilt
SPEC
  cat >"$work/gamma.spec" <<'SPEC'
Name: gamma
Version: 3
Release: 1
Summary: data only
License: Apache-2.0
BuildArch: noarch
%description
Gamma.
%install
mkdir -p %{buildroot}/usr/share/gamma
seq 1 200000 >%{buildroot}/usr/share/gamma/numbers
%files
/usr/share/gamma
%changelog
* Thu Jan 01 2026 A Packager <packager@example.org> - 3-1
- first version
SPEC
}

# /bin/sh with its libraries, so that a container can run.
add_shell() {
  local shell library
  shell=$(readlink -f /bin/sh)
  install -D "$shell" "$root/bin/sh"
  for library in $(ldd "$shell" | grep -o '/[^ ]*'); do install -D "$(readlink -f "$library")" "$root$library"; done
}

main
