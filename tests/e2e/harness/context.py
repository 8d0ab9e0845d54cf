# SPDX-License-Identifier: Apache-2.0
"""Build contexts: files written from a table."""
import os
import pathlib


class Context:
    """A folder that a build reads."""

    def __init__(self, folder, files=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, what in (files or {}).items():
            self.write(name, what)

    def write(self, name, what="", mode=None, mtime=None):
        """A file with text or bytes; (text, mode) sets its mode; a name that ends in a slash is a folder."""
        path = self.folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, tuple):
            what, mode = what
        path.write_bytes(what if isinstance(what, bytes) else what.encode())
        os.chmod(path, mode if mode is not None else 0o644)
        if mtime is not None:
            os.utime(path, (mtime, mtime))
        return path

    def remove(self, name):
        (self.folder / name).unlink()

    def __str__(self):
        return str(self.folder)
