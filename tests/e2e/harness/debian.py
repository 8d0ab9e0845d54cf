# SPDX-License-Identifier: Apache-2.0
"""A real Debian image: mmdebstrap's minbase root, kept in build/cache."""
import contextlib
import fcntl
import os
import pathlib
import subprocess

from . import images, own_network

SUITE = "bookworm"
NAME = "debian-minbase.tar"


@contextlib.contextmanager
def alone(path):
    """Only one process at a time makes PATH; the others find it made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(*command, **how):
    result = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **how)
    if result.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: {result.stderr[-2000:].strip()}")


def make_root(cache):
    """The archive of the root in the folder CACHE: made once (40 s, from Debian's mirror)."""
    path = pathlib.Path(cache) / NAME
    with alone(path):
        if not path.exists():
            partial = path.with_suffix(".partial.tar")
            partial.unlink(missing_ok=True)
            run(*own_network.outside(), "mmdebstrap", "--quiet", "--variant=minbase", "--format=tar",
                '--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin', SUITE, partial)
            os.rename(partial, path)
    return path


def make_layer(cache):
    """The root as the stored form of a layer, compressed as registries' images are (gzip -6, once)."""
    tar = make_root(cache)
    path = tar.with_suffix(".tar.gz")
    with alone(path):
        if not path.exists():
            partial = path.with_suffix(".partial")
            with open(partial, "wb") as out:
                run("gzip", "-6", "-n", "-c", tar, stdout=out)
            os.rename(partial, path)
    return images.RawLayer(tar.read_bytes(), stored=path.read_bytes())


def make_image(cache):
    return images.Image(make_layer(cache), config={"Cmd": ["bash"]})
