# SPDX-License-Identifier: Apache-2.0
"""Root file systems as values that compare: of a tar archive, of a folder."""
import hashlib
import os
import stat
import tarfile

KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFIFO: "pipe", stat.S_IFCHR: "char", stat.S_IFBLK: "block"}
TAR_KINDS = {tarfile.REGTYPE: "file", tarfile.LNKTYPE: "file", tarfile.DIRTYPE: "folder", tarfile.SYMTYPE: "link", tarfile.FIFOTYPE: "pipe",
             tarfile.CHRTYPE: "char", tarfile.BLKTYPE: "block"}
XATTR = "SCHILY.xattr."


def digest(data):
    return hashlib.sha256(data).hexdigest()


def with_names(found, groups):
    """What is in FOUND, each file with its other names."""
    names = {}
    for name, key in groups.items():
        names.setdefault(key, []).append(name)
    return {name: (*what, tuple(sorted(names.get(groups.get(name), ())))) for name, what in found.items()}


def of_tar(path):
    """{name: (kind, mode, owner, group, what is in it, attributes, names of the same file)}."""
    found, groups = {}, {}
    with tarfile.open(path, errors="surrogateescape") as tar:
        for entry in tar:
            name = os.path.normpath(entry.name).strip("/")
            if name == ".":
                continue
            kind = TAR_KINDS[entry.type]
            inside = entry.linkname if kind == "link" else (entry.devmajor, entry.devminor) if kind in ("char", "block") else None
            if kind == "file":
                inside = digest(tar.extractfile(entry).read())
            xattrs = {key[len(XATTR):]: value.encode("utf-8", "surrogateescape") for key, value in entry.pax_headers.items()
                      if key.startswith(XATTR)}
            first = os.path.normpath(entry.linkname).strip("/") if entry.islnk() else name
            if entry.islnk():
                xattrs = found[first][5]
            groups[name] = groups.get(first, first)
            found[name] = (kind, entry.mode & 0o7777, entry.uid, entry.gid, inside, xattrs)
    return with_names(found, groups)


def of_folder(folder):
    """The same of a folder."""
    found, groups = {}, {}
    top = os.fspath(folder)
    for where, folders, files in os.walk(top):
        for leaf in folders + files:
            path = os.path.join(where, leaf)
            name, st = os.path.relpath(path, top), os.lstat(path)
            kind = KINDS[stat.S_IFMT(st.st_mode)]
            inside = os.readlink(path) if kind == "link" else (os.major(st.st_rdev), os.minor(st.st_rdev)) if kind in ("char", "block") else None
            if kind == "file":
                with open(path, "rb") as file:
                    inside = digest(file.read())
            xattrs = {x: os.getxattr(path, x, follow_symlinks=False) for x in os.listxattr(path, follow_symlinks=False)}
            groups[name] = (st.st_dev, st.st_ino) if kind != "folder" else name
            mode = 0o777 if kind == "link" else stat.S_IMODE(st.st_mode)
            found[name] = (kind, mode, st.st_uid, st.st_gid, inside, xattrs)
    return with_names(found, groups)
