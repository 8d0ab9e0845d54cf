# SPDX-License-Identifier: Apache-2.0
"""podman with a store of its own, as a third reader and writer of archives."""
import contextlib
import shutil
import tempfile

from . import peers


@contextlib.contextmanager
def store():
    """Yields a function that runs podman on an empty store; skips without podman."""
    peers.need("podman")
    # podman refuses longer names of this folder
    folder = tempfile.mkdtemp(prefix="pm", dir="/tmp")

    def podman(*args):
        return peers.run("podman", f"--root={folder}/p", f"--runroot={folder}/r", "--storage-driver=vfs", *args)

    try:
        yield podman
    finally:
        shutil.rmtree(folder, ignore_errors=True)
