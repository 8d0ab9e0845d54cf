# SPDX-License-Identifier: Apache-2.0
"""Runs imgctl with a store, a home and a configuration of its own."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import uuid

import pexpect

from harness import own_network

SANITIZER = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|runtime error: ")


class Result:
    """What a command gave: rc (negative: killed by that signal), out, err."""

    def __init__(self, command, rc, out, err):
        self.command, self.rc, self.out, self.err = command, rc, out, err

    @property
    def lines(self):
        return self.out.splitlines()

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return (f"$ {' '.join(map(str, self.command))}\nexit code {self.rc}\n"
                f"--- stdout\n{cut(self.out)}\n--- stderr\n{cut(self.err)}")


def cut(text):
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    return text if len(text) < 4000 else text[:3000] + "\n...\n" + text[-900:]


class Tool:
    """One store. `imgctl("images", "-q")` runs, `imgctl.ok(...)` must succeed."""

    def __init__(self, program, folder, environment=None):
        self.program = pathlib.Path(program)
        self.folder = pathlib.Path(folder)
        self.mark = uuid.uuid4().hex
        self.root, self.runroot = self.folder / "root", self.folder / "run"
        self.home = self.folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self.options = []  # global options of every command
        self.env = {
            "PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            "HOME": str(self.home), "LANG": "C.UTF-8", "TERM": "xterm",
            "IMGCTL_ROOT": str(self.root), "IMGCTL_RUNROOT": str(self.runroot),
            "IMGCTL_TEST_MARK": self.mark,
            # Leaks are the unit tests' business: at exit a process here may be in a namespace without /proc.
            "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1",
            **(environment or {}),
        }
        self.children = []

    def command(self, *args):
        return [str(self.program), *map(str, self.options), *map(str, args)]

    def environment(self, extra):
        env = {**self.env, **(extra or {})}
        return {k: str(v) for k, v in env.items() if v is not None}

    def __call__(self, *args, stdin=None, timeout=60, env=None, cwd=None, text=True, program=None):
        """Run to the end. A run that takes longer than TIMEOUT seconds fails."""
        command = self.command(*args)
        if program:
            command[0] = str(program)
        child = self.popen(*args, env=env, cwd=cwd, command=command,
                           stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL)
        if isinstance(stdin, str):
            stdin = stdin.encode()
        try:
            out, err = child.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            raise AssertionError(f"no end after {timeout} s\n" + str(
                Result(command, "none", out, err))) from None
        if text:
            out, err = (x.decode("utf-8", "surrogateescape") for x in (out, err))
        result = Result(command, child.returncode, out, err)
        assert not SANITIZER.search(err if text else err.decode("utf-8", "replace")), result
        return result

    def popen(self, *args, env=None, cwd=None, command=None, **how):
        """Start in a session of its own and return at once; killed when the test ends."""
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        child = subprocess.Popen(command or self.command(*args), env=self.environment(env),
                                 cwd=cwd, start_new_session=True, **how)
        self.children.append(child)
        return child

    def pty(self, *args, env=None, timeout=15, size=(24, 80), cwd=None):
        """Start on a terminal of its own (pexpect); closed when the test ends."""
        command = self.command(*args)
        child = pexpect.spawn(command[0], command[1:], env=self.environment(env), timeout=timeout,
                              dimensions=size, encoding="utf-8", codec_errors="replace",
                              cwd=str(cwd) if cwd else None)
        child.delaybeforesend = None
        self.children.append(child)
        return child

    def ok(self, *args, **how):
        """Run; it must exit 0. Returns stdout."""
        result = self(*args, **how)
        assert result.rc == 0, result
        return result.out

    def fails(self, *args, rc=None, err=None, **how):
        """Run; it must exit with RC (default: any but 0, and no signal). ERR: a pattern of stderr."""
        result = self(*args, **how)
        assert result.rc > 0 if rc is None else result.rc == rc, result
        if err is not None:
            assert re.search(err, result.err), f"stderr has no {err!r}\n{result}"
        return result

    def json(self, *args, **how):
        return json.loads(self.ok(*args, **how))

    def inspect(self, name, template="{{json .}}", kind=None):
        """inspect NAME with a template that yields JSON."""
        more = ["--type", kind] if kind else []
        return self.json("inspect", *more, "-f", template, name)

    def another(self, name="other"):
        """A second tool with an empty store and the same configuration."""
        other = Tool(self.program, self.folder / name)
        other.env = {**self.env, **{k: other.env[k] for k in ("IMGCTL_ROOT", "IMGCTL_RUNROOT")}}
        other.options = list(self.options)
        other.mark = self.mark
        self.children.append(other)
        return other

    def close(self):
        """End what runs, remove every container and the store."""
        for child in self.children:
            if isinstance(child, Tool):
                child.close()
            elif isinstance(child, pexpect.spawn):
                child.close(force=True)
            elif child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
            else:
                for stream in (child.stdin, child.stdout, child.stderr):
                    if stream:
                        stream.close()
        self.children = []
        if self.root.exists():
            ids = self("ps", "-aq")
            if ids.rc == 0 and ids.out.split():
                self("rm", "-f", *ids.out.split(), timeout=120)
        own_network.remove_bridges(self.root)
        shutil.rmtree(self.folder, ignore_errors=True)
