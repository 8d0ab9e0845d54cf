# SPDX-License-Identifier: Apache-2.0
"""A real Debian image: mmdebstrap's minbase root, kept in build/cache.

    debian.py TAR           make the tar archive of the root, unless it is there
"""
import fcntl
import os
import pathlib
import subprocess
import sys

SUITE = "bookworm"


def make_root(path):
    """Make the archive PATH (70 s, needs Debian's mirror), once for all callers."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(str(path) + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return path
        partial = path.with_suffix(".partial.tar")
        partial.unlink(missing_ok=True)
        result = subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", "--format=tar",
             '--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin',
             SUITE, str(partial)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode:
            partial.unlink(missing_ok=True)
            raise RuntimeError("mmdebstrap: " + result.stdout[-2000:])
        os.rename(partial, path)
    return path


if __name__ == "__main__":
    make_root(sys.argv[1])
