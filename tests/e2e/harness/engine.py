# SPDX-License-Identifier: Apache-2.0
"""Other engines, each on a folder of its own, ended by the test."""
import contextlib
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time

from harness import leaks


def of_folder(folder):
    """Processes that work in FOLDER, by what stands on their command lines."""
    found = {}
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                line = pathlib.Path(entry.path, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if str(folder) in line:
                    found[int(entry.name)] = line
    return found


@contextlib.contextmanager
def engine_folder():
    """A short folder, as paths of sockets are; nothing may be at work in it or mounted afterwards."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="oe", dir="/tmp"))
    try:
        yield folder
        end = time.monotonic() + 10
        while (left := of_folder(folder)) and time.monotonic() < end:
            time.sleep(0.05)
        assert not left, f"left behind: {left}"
    finally:
        for pid in of_folder(folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for point in sorted(leaks.mounts(folder), reverse=True):
            subprocess.run(["umount", "-l", point], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def daemon(folder, is_ready, *command):
    with open(folder / "log", "wb") as log:
        child = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 start_new_session=True)
    try:
        end = time.monotonic() + 60
        while not is_ready():
            assert child.poll() is None and time.monotonic() < end, (folder / "log").read_text()[-2000:]
            time.sleep(0.05)
        yield
    finally:
        child.terminate()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Engine:
    def __init__(self, *command):
        self.command = [str(c) for c in command]

    def __call__(self, *args, stdin=None, timeout=60):
        return subprocess.run([*self.command, *map(str, args)], input=stdin, text=True, capture_output=True,
                              timeout=timeout, check=False, stdin=None if stdin else subprocess.DEVNULL)

    def ok(self, *args, **how):
        result = self(*args, **how)
        assert result.returncode == 0, f"{args}: {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def on_terminal(self, *args, timeout=60):
        """What the command says on a terminal, and its exit code."""
        master, slave = pty.openpty()
        child = subprocess.Popen([*self.command, *map(str, args)], stdin=slave, stdout=slave, stderr=slave,
                                 start_new_session=True)
        os.close(slave)
        said, end = b"", time.monotonic() + timeout
        while time.monotonic() < end:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    said += os.read(master, 4096)
                except OSError:  # everybody has let go of it
                    break
        if time.monotonic() >= end:
            child.kill()
        code = child.wait(10)
        os.close(master)
        return said.decode(errors="replace"), code
