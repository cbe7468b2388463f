#!/usr/bin/env bash
# rootfs-from-host.sh [-o DIR] [--from DIR] PACKAGE...
#
# Copies the files of the named packages, and of everything that they depend on, from an installed system into a root
# filesystem with a matching package database (dpkg or rpm). Nothing is downloaded: dependencies are resolved among the
# packages that are installed. Without root it works too: what cannot be read is left out, and all files belong to you.
#
#   -o DIR      where to; must be empty or missing (rootfs)
#   --from DIR  the installed system (/)
set -euo pipefail
export LC_ALL=C

note() { printf 'rootfs-from-host: %s\n' "$*" >&2; }
fail() { note "error: $*"; exit 1; }

main() {
  from= out=rootfs packages=()
  parse_arguments "$@"
  command -v tar >/dev/null || fail 'tar is not installed; install the package tar'
  [ -z "$(ls -A "$out" 2>/dev/null)" ] || fail "$out is not empty; name a new directory with -o"
  mkdir -p "$out"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT

  rpm_database=$(find_rpm_database)
  if [ -s "$from/var/lib/dpkg/status" ]; then copy_with_dpkg
  elif [ -n "$rpm_database" ]; then copy_with_rpm
  else fail "no package database: neither $from/var/lib/dpkg/status nor an rpm database is there"
  fi
  add_base_directories
  note "$(wc -l <"$work/selected") packages, $(find "$out" | wc -l) files, $(du -sh "$out" | cut -f1) in $out"
}

parse_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      -o) [ $# -ge 2 ] || fail '-o needs a directory'; out=$2; shift ;;
      --from) [ $# -ge 2 ] || fail '--from needs a directory'; from=${2%/}; shift ;;
      -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
      -*) fail "unknown option $1; see --help" ;;
      *) packages+=("$1") ;;
    esac
    shift
  done
  [ ${#packages[@]} -gt 0 ] || fail 'name at least one package, for example: bash coreutils'
}

# --- dpkg ------------------------------------------------------------------------------------------------------------

copy_with_dpkg() {
  local admin=$from/var/lib/dpkg
  dpkg_closure "${packages[@]}" <"$admin/status" >"$work/selected" || exit 1
  cut -d: -f1 "$work/selected" | sort -u >"$work/names"
  local package
  while read -r package; do dpkg_info_files "$package" list | xargs -r cat; done <"$work/selected" | through_usr_merge >"$work/listed"
  dpkg_diversions "$admin"
  dpkg_alternatives "$admin" >"$work/alternatives"
  cat "$work/alternatives" "$work/diverted" >>"$work/listed"
  copy_listed_files
  local original diverted
  while IFS=$'\t' read -r original diverted; do
    [ ! -e "$out$diverted" ] || mv "$out$diverted" "$out$original"
  done <"$work/undiverted"
  write_dpkg_database "$admin" "$out/var/lib/dpkg"
  write_accounts
}

# Reads the status file; prints name:architecture of the named packages and all that they depend on.
dpkg_closure() {
  awk -v wanted="$*" '
    BEGIN { RS = ""; FS = "\n" }
    {
      name = arch = depends = provides = ""; installed = 0
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^Package: /) name = substr($i, 10)
        else if ($i ~ /^Architecture: /) arch = substr($i, 15)
        else if ($i ~ /^Status: /) installed = $i !~ / (not-installed|config-files|half-installed)$/
        else if ($i ~ /^(Pre-)?Depends: /) { sub(/^[^:]*: /, "", $i); depends = depends "," $i }
        else if ($i ~ /^Provides: /) provides = substr($i, 11)
      }
      if (!installed) next
      if (name == "dpkg") native = arch
      key = name ":" arch
      known[key] = 1; needs[key] = depends; architectures[name] = architectures[name] " " arch
      n = split(provides, list, ",")
      for (i = 1; i <= n; i++) { virtual = bare(list[i]); providers[virtual] = providers[virtual] " " key }
    }
    function bare(text) { sub(/\(.*/, "", text); gsub(/[ \t\n]/, "", text); return text }
    # The installed package behind a name: of the same architecture if there is one, else native, else the first.
    function find(text, arch,    name, qualifier, list, n) {
      name = bare(text); qualifier = ""
      if (name ~ /:/) { qualifier = name; sub(/:.*/, "", name); sub(/.*:/, "", qualifier) }
      if (qualifier != "" && qualifier != "any" && qualifier != "native") return (name ":" qualifier) in known ? name ":" qualifier : ""
      if ((name ":" arch) in known) return name ":" arch
      if ((name ":" native) in known) return name ":" native
      if ((name ":all") in known) return name ":all"
      if (split(architectures[name], list, " ") > 0) return name ":" list[1]
      n = split(providers[name], list, " ")
      return n > 0 ? list[1] : ""
    }
    function add(key) { if (!(key in seen)) { seen[key] = 1; queue[++last] = key } }
    END {
      n = split(wanted, list, " "); broken = 0
      for (i = 1; i <= n; i++) {
        key = find(list[i], native)
        if (key == "") { print "rootfs-from-host: error: package " list[i] " is not installed here" > "/dev/stderr"; broken = 1 }
        else add(key)
      }
      if (broken) exit 1
      for (first = 1; first <= last; first++) {
        key = queue[first]; arch = key; sub(/.*:/, "", arch); if (arch == "all") arch = native
        clauses = split(needs[key], clause, ",")
        for (i = 1; i <= clauses; i++) {
          alternatives = split(clause[i], alternative, "|")
          for (j = 1; j <= alternatives; j++) { found = find(alternative[j], arch); if (found != "") { add(found); break } }
        }
        print key
      }
    }'
}

# Files of info/ that belong to a package: dpkg names them after name:arch for Multi-Arch: same, else after the name.
dpkg_info_files() {
  local base=$from/var/lib/dpkg/info/${1%:*} extension=${2:-*} file
  [ ! -e "$from/var/lib/dpkg/info/$1.list" ] || base=$from/var/lib/dpkg/info/$1
  for file in "$base".$extension; do
    case ${file#"$base".} in *.*) continue ;; esac # python3.11.list is not of python3
    [ ! -e "$file" ] || printf '%s\n' "$file"
  done
}

# diverted: where listed files really are; undiverted: those whose diverting package stays behind, to be moved back.
dpkg_diversions() {
  : >"$work/diversions"; : >"$work/diverted"; : >"$work/undiverted"
  [ -s "$1/diversions" ] || return 0
  paste "$1/diversions" <(through_usr_merge <"$1/diversions") | awk -F '\t' -v work="$work" '
    FILENAME == ARGV[1] { name[$0] = 1; next }
    FILENAME == ARGV[2] { listed[$0] = 1; next }
    { line = (line + 1) % 3; text = text $1 "\n" }
    line == 1 { original = $2; next }
    line == 2 { diverted = $2; next }
    {
      if (original in listed) print diverted > (work "/diverted")
      if ($1 == ":" || $1 in name) printf "%s", text > (work "/diversions")
      else if (original in listed) print original "\t" diverted > (work "/undiverted")
      text = ""
    }' "$work/names" "$work/listed" -
}

# Links of update-alternatives are in no list: those whose target comes along.
dpkg_alternatives() {
  [ -d "$from/etc/alternatives" ] && [ -d "$1/alternatives" ] || return 0
  {
    find "$from/etc/alternatives" -type l -printf 'target\t%f\t%l\n'
    find "$1/alternatives" -type f -exec awk '
      FNR == 1 { name = FILENAME; sub(/.*\//, "", name); head = 1; next }
      $0 == "" { head = 0 }
      !head { next }
      FNR == 2 || FNR % 2 == 0 { print "link\t" name "\t" $0; next }
      { name = $0 }' {} +
  } | through_usr_merge | awk -F '\t' '
    FILENAME == ARGV[1] { listed[$0] = 1; next }
    $1 == "target" { target[$2] = $3; next }
    target[$2] in listed { print $3; print "/etc/alternatives/" $2 }' "$work/listed" -
}

write_dpkg_database() {
  local admin=$1 target=$2 package file
  mkdir -p "$target"/{info,updates,parts,alternatives,triggers}
  awk -v list="$work/selected" '
    BEGIN { while ((getline key < list) > 0) selected[key] = 1; RS = ""; FS = "\n"; ORS = "\n\n" }
    { for (i = 1; i <= NF; i++) { if ($i ~ /^Package: /) name = substr($i, 10); if ($i ~ /^Architecture: /) arch = substr($i, 15) } }
    (name ":" arch) in selected' "$admin/status" >"$target/status"
  while read -r package; do dpkg_info_files "$package"; done <"$work/selected" | xargs -r cp -p -t "$target/info"
  for file in info/format arch; do [ ! -e "$admin/$file" ] || cp -p "$admin/$file" "$target/$file"; done
  cp "$work/diversions" "$target/diversions"
  awk 'FILENAME == ARGV[1] { listed[$0] = 1; next } $4 in listed' \
    "$work/listed" <(cat "$admin/statoverride" 2>/dev/null || :) >"$target/statoverride"
  for file in "$admin"/triggers/*; do
    case ${file##*/} in Lock | Unincorp | '*') continue ;; esac
    awk 'FILENAME == ARGV[1] { name[$0] = 1; next } { owner = $NF; sub(/[\/:].*/, "", owner) } owner in name' \
      "$work/names" "$file" >"$target/triggers/${file##*/}"
    [ -s "$target/triggers/${file##*/}" ] || rm "$target/triggers/${file##*/}"
  done
  : >"$target/triggers/Unincorp"; : >"$target/available"
}

# As base-passwd's own script makes them; the machine's accounts are not copied.
write_accounts() {
  local kind
  for kind in passwd group; do
    [ -e "$out/usr/share/base-passwd/$kind.master" ] && [ ! -e "$out/etc/$kind" ] || continue
    install -m 644 "$out/usr/share/base-passwd/$kind.master" "$out/etc/$kind"
  done
}

# --- rpm -------------------------------------------------------------------------------------------------------------

find_rpm_database() {
  local directory file
  for directory in usr/lib/sysimage/rpm var/lib/rpm; do
    for file in rpmdb.sqlite Packages.db Packages; do
      [ ! -s "$from/$directory/$file" ] || { printf '%s\n' "$directory"; return; }
    done
  done
}

copy_with_rpm() {
  command -v rpm >/dev/null || fail "there is an rpm database, but no program rpm; install the package rpm"
  # On a copy: reading may write locks and a journal. Without --root, which needs the right to chroot.
  mkdir -p "$out/$rpm_database"
  cp -R "$from/$rpm_database/." "$out/$rpm_database"
  local database
  database=$(cd "$out/$rpm_database" && pwd -P)
  rpm --dbpath "$database" -qa --qf 'package\t%{NEVRA}\t%{NAME}\n[provides\t%{=NEVRA}\t%{PROVIDENAME}\n][requires\t%{=NEVRA}\t%{REQUIRENAME}\n][file\t%{=NEVRA}\t%{FILENAMES}\n]' |
    sort -t $'\t' -k 2 >"$work/dump"
  rpm_closure "${packages[@]}" <"$work/dump" >"$work/selected" || exit 1
  awk -F '\t' 'FILENAME == ARGV[1] { selected[$0] = 1; next } $1 == "file" && $2 in selected { print $3 }' \
    "$work/selected" "$work/dump" | through_usr_merge >"$work/listed"
  awk -F '\t' 'FILENAME == ARGV[1] { selected[$0] = 1; next }
    $1 == "package" && $3 != "gpg-pubkey" && !($2 in selected) { print $2 }' "$work/selected" "$work/dump" |
    xargs -r rpm --dbpath "$database" -e --justdb --nodeps --noscripts --notriggers --allmatches
  rpm --dbpath "$database" --rebuilddb
  copy_listed_files
}

# Reads the dump; prints the NEVRA of the named packages and all that they require. Rich dependencies are passed over.
rpm_closure() {
  awk -F '\t' -v wanted="$*" '
    $1 == "package" && $3 != "gpg-pubkey" { provider[$3] = $2; exact[$2] = $2 }
    ($1 == "provides" || $1 == "file") && !($3 in weak) { weak[$3] = $2 }
    $1 == "requires" { requires[$2] = requires[$2] "\t" $3 }
    function find(name) { return name in exact ? name : name in provider ? provider[name] : name in weak ? weak[name] : "" }
    function add(package) { if (package != "" && !(package in seen)) { seen[package] = 1; queue[++last] = package } }
    END {
      n = split(wanted, list, " "); broken = 0
      for (i = 1; i <= n; i++) {
        if (find(list[i]) == "") { print "rootfs-from-host: error: package " list[i] " is not installed here" > "/dev/stderr"; broken = 1 }
        add(find(list[i]))
      }
      if (broken) exit 1
      for (first = 1; first <= last; first++) {
        n = split(requires[queue[first]], list, "\t")
        for (i = 1; i <= n; i++) add(find(list[i]))
        print queue[first]
      }
    }'
}

# --- files -----------------------------------------------------------------------------------------------------------

# Databases may say /bin/x where the file is /usr/bin/x behind a symlink /bin.
through_usr_merge() {
  local script=() name
  for name in bin sbin lib lib32 lib64 libx32; do
    [ ! -L "$from/$name" ] || script+=(-e "s#(^|\t)/$name/#\1/usr/$name/#")
  done
  if [ ${#script[@]} -gt 0 ]; then sed -E "${script[@]}"; else cat; fi
}

copy_listed_files() {
  local name privileged=(--no-same-owner) attributes=(--xattrs "--xattrs-include=user.*")
  [ "$(id -u)" != 0 ] || { privileged=(--same-owner --numeric-owner); attributes+=("--xattrs-include=security.capability"); }
  for name in bin sbin lib lib32 lib64 libx32; do # before any file that lies behind them
    [ ! -L "$from/$name" ] || { cp -P "$from/$name" "$out/$name"; mkdir -p "$out/usr/$name"; }
  done
  # Directories of all files too: rpm packages do not list them all.
  awk '{ path = $0; while (path != "" && !(path in seen)) { seen[path] = 1; print path; sub(/\/[^\/]*$/, "", path) } }' \
    "$work/listed" | sort -u | readable_paths >"$work/paths"
  # Status 1: a file changed meanwhile, as /etc on a machine in use.
  { tar -C "${from:-/}" -c --no-recursion --null -T "$work/paths" "${attributes[@]}" --warning=no-file-changed -f - || [ $? = 1 ]; } |
    tar -C "$out" -x -p "${privileged[@]}" "${attributes[@]}" -f -
}

# Prints what is there, as ./path and a NUL. Missing: left out at installation (dpkg path-exclude, rpm --nodocs).
readable_paths() {
  local path unreadable=0
  while IFS= read -r path; do
    case $path in
      /. | /proc* | /sys* | /dev* | /run* | /tmp*) continue ;; # of the running system
      /etc/shadow* | /etc/gshadow*) continue ;; # the machine's password hashes have no place in an image
    esac
    if [ -f "$from$path" ] && [ ! -L "$from$path" ] && [ ! -r "$from$path" ]; then
      unreadable=$((unreadable + 1))
      [ $unreadable -gt 5 ] || note "left out, cannot be read: $path"
      continue
    fi
    if [ -e "$from$path" ] || [ -L "$from$path" ]; then printf '.%s\0' "$path"; fi
  done
  [ $unreadable -le 5 ] || note "left out $unreadable files in all that cannot be read; run as root to have them"
}

add_base_directories() {
  local name
  for name in dev etc proc root run sys tmp usr var var/tmp; do [ -e "$out/$name" ] || mkdir -m 755 "$out/$name"; done
  chmod 1777 "$out/tmp" "$out/var/tmp"
  chmod 755 "$out"
}

main "$@"
