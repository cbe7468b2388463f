#!/usr/bin/env python3
"""compare-trees.py INPUT OUTPUT [--root-free] [--times-from-1970] [--no-acl] [--no-empty-xattrs] [--without=PATH]

Says whether OUTPUT, an unpacked or mounted image, is INPUT: paths, kinds, modes, numeric owners, sizes, contents, link
targets, device numbers, extended attributes and hardlink groups are equal. Times may only have been clamped: none is
later than in INPUT. A directory may have the date of its layer, but no later one than the newest entry of INPUT.
Shares no code with layah. Prints at most 50 differences and a summary; exit 1 when there are any.

  --root-free        the mode and time of the root directory itself may differ (containers-storage shows 0555)
  --times-from-1970  an earlier time may have become 1970-01-01 (containers-storage does not store it)
  --no-acl           POSIX ACLs are not compared (GNU tar keeps them under a key of its own)
  --no-empty-xattrs  an attribute without a value may be missing (umoci and podman 4 skip PAX records without a value)
  --without=PATH     PATH and what is below it is not in OUTPUT
"""
import hashlib
import os
import stat
import sys

NOT_CARRIED = (b"security.selinux", b"trusted.")
ACL = b"system.posix_acl_"


def main(arguments):
    flags = {argument for argument in arguments if argument.startswith("--")}
    expected_root, actual_root = (os.fsencode(a) for a in arguments if not a.startswith("--"))
    expected, actual = read_tree(expected_root), read_tree(actual_root)
    for path in (os.fsencode(flag.partition("=")[2]) for flag in flags if flag.startswith("--without=")):
        expected = {p: entry for p, entry in expected.items() if p != path and not p.startswith(path + b"/")}
    newest = max(entry["mtime"] for entry in expected.values())
    for entry in expected.values():
        if stat.S_ISDIR(entry["kind"]):
            entry["mtime"] = newest
    differences = []
    for path in sorted(expected.keys() | actual.keys()):
        if path not in actual:
            differences.append((path, "is missing"))
        elif path not in expected:
            differences.append((path, "was added"))
        else:
            differences += [(path, text) for text in compare(path, expected[path], actual[path], flags)]
    for path, text in differences[:50]:
        print(f"{show(path)} {text}")
    print(f"{len(expected)} paths compared, {len(differences)} differences")
    return 1 if differences else 0


def compare(path, expected, actual, flags):
    for field in expected.keys() | actual.keys():
        if path == b"" and "--root-free" in flags and field in ("mode", "mtime"):
            continue
        want, have = expected.get(field), actual.get(field)
        if field == "xattrs" and "--no-acl" in flags:
            want, have = ({k: v for k, v in each.items() if not k.startswith(ACL)} for each in (want, have))
        if field == "xattrs" and "--no-empty-xattrs" in flags:
            want = {k: v for k, v in want.items() if v or k in have}
        if field == "mtime":
            if have > (max(want, 0) if "--times-from-1970" in flags else want):
                yield f"has a later mtime: {want} became {have}"
        elif want != have:
            yield f"differs in {field}: {want!r} became {have!r}"


def read_tree(directory):
    # Through a descriptor, so that paths of up to 4,000 bytes can be opened wherever the tree lies.
    root = b"/proc/self/fd/%d" % os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    tree, links = {}, {}
    pending = [b""]
    while pending:
        path = pending.pop()
        full = os.path.join(root, path or b".")
        info = os.lstat(full)
        if stat.S_ISSOCK(info.st_mode):
            continue
        tree[path] = facts(full, info)
        if stat.S_ISDIR(info.st_mode):
            pending += [os.path.join(path, name) if path else name for name in os.listdir(full)]
        elif info.st_nlink > 1:
            links.setdefault((info.st_dev, info.st_ino), []).append(path)
    for group in links.values():
        for path in group:
            tree[path]["links"] = tuple(sorted(group)) if len(group) > 1 else None
    return tree


def facts(full, info):
    result = {
        "kind": stat.S_IFMT(info.st_mode),
        "owner": (info.st_uid, info.st_gid),
        "mtime": int(info.st_mtime_ns // 1_000_000_000),
        "links": None,
        "xattrs": read_xattrs(full),
    }
    if stat.S_ISLNK(info.st_mode):
        result["target"] = os.readlink(full)
        return result
    result["mode"] = oct(stat.S_IMODE(info.st_mode))
    if stat.S_ISREG(info.st_mode):
        result["size"] = info.st_size
        result["sha256"] = hash_file(full)
    elif stat.S_ISCHR(info.st_mode) or stat.S_ISBLK(info.st_mode):
        result["device"] = (os.major(info.st_rdev), os.minor(info.st_rdev))
    return result


def read_xattrs(full):
    result = {}
    for name in map(os.fsencode, os.listxattr(full, follow_symlinks=False)):
        if not name.startswith(NOT_CARRIED):
            result[name] = os.getxattr(full, name, follow_symlinks=False)
    return result


def hash_file(full):
    digest = hashlib.sha256()
    with open(full, "rb", buffering=0) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def show(path):
    return "/" + path.decode("utf-8", "backslashreplace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
