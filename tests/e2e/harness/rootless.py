# SPDX-License-Identifier: Apache-2.0
"""An ordinary user of this machine, and imgctl as that user calls it."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from .tool import Tool

FIRST_UID = 47110


class User:
    """Made by useradd, with SUBORDINATE ids after its own (0: none); close() removes it again."""

    def __init__(self, name, subordinate):
        self.name, self.entry, self.has_others = f"{name}{os.getpid()}", None, bool(subordinate)
        self.uid = next(uid for uid in range(FIRST_UID, FIRST_UID + 1000) if not self._is_taken(uid))
        # a system's user gets no subordinate ids
        kind = ["-K", f"SUB_UID_COUNT={subordinate}", "-K", f"SUB_GID_COUNT={subordinate}"] if subordinate else ["-r"]
        subprocess.run(["useradd", "--uid", str(self.uid), "--no-create-home", "--shell", "/bin/sh", *kind, self.name],
                       check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # below /var/tmp: the checkout may lie where other users cannot go
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="imgctl-user-", dir="/var/tmp"))
        self.own(self.folder)

    @staticmethod
    def _is_taken(uid):
        return subprocess.run(["getent", "passwd", str(uid)], stdout=subprocess.DEVNULL, check=False).returncode == 0

    def own(self, path):
        os.chown(path, self.uid, self.uid)

    @property
    def prefix(self):
        """What stands before a command to run it as this user, in the control group ENTRY if there is one."""
        command = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups", "--"]
        if not self.entry:
            return command
        return ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', str(self.entry), *command]

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        subprocess.run(["userdel", self.name], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


class UserTool(Tool):
    """imgctl as USER calls it, with a store of that user's below FOLDER."""

    def __init__(self, program, user, folder, environment=None):
        folder = pathlib.Path(folder)
        folder.mkdir()
        user.own(folder)
        self.user = user
        copy = folder / "imgctl"
        shutil.copy(program, copy)
        super().__init__(copy, folder, environment)
        user.own(self.home)

    def command(self, *args):
        return [*self.user.prefix, *super().command(*args)]

    def give(self, path, text=""):
        """A file of the user's; returns its path."""
        path = self.folder / path
        path.write_text(text)
        self.user.own(path)
        return path
