# SPDX-License-Identifier: Apache-2.0
"""What the tests of attacks share: a canary, hostile images, and a program for the inside of a container.

A test shows that its attack is prepared, runs it, and lets the canary's fixture judge: what lies outside the container
is as it was, the host's mounts and core_pattern and the program are the same, and no command died of a signal.
"""
import hashlib
import os
import pathlib
import subprocess
import time

import pytest

from . import archives, images

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "attack/attacker.c"
BOUND = 20  # seconds that a command may take under attack


class Canary:
    """A folder of the host's that nothing in a container may read, change or add to."""

    def __init__(self, folder, imgctl):
        self.folder, self.imgctl = folder, imgctl
        folder.mkdir(mode=0o755)
        self.secret = folder / "secret"
        self.secret.write_text("canary-secret\n")
        self.secret.chmod(0o600)
        (folder / "empty").mkdir()
        self.before = self.look()

    def __str__(self):
        return str(self.folder)

    def look(self):
        """All that an attack could change: {what: how it is}."""
        found = {}
        for path in [self.folder, *sorted(self.folder.rglob("*"))]:
            is_of = path.lstat()
            found[str(path)] = (is_of.st_mode, is_of.st_uid, is_of.st_gid, is_of.st_nlink, is_of.st_mtime_ns, is_of.st_size,
                                path.read_bytes() if path.is_file() else b"", tuple(os.listxattr(path, follow_symlinks=False)))
        found["core_pattern"] = pathlib.Path("/proc/sys/kernel/core_pattern").read_text()
        found["program"] = hashlib.sha256(self.imgctl.program.read_bytes()).hexdigest()
        found["mounts"] = host_mounts(self.folder.parent)
        return found

    def judge(self):
        now = self.look()
        changed = [k for k in {**self.before, **now} if self.before.get(k) != now.get(k)]
        assert not changed, "changed by the attack: " + ", ".join(changed)


def host_mounts(folder):
    """Mount points of the host, without those of tests that run beside this one."""
    points = [line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
    return sorted(p for p in points if p.startswith(str(folder)) or not p.startswith(("/tmp/", "/run/", "/var/", "/work/wt/"))
                  and "/e2e/run-" not in p)


@pytest.fixture
def canary(imgctl, tmp_path_of_test):
    it = Canary(tmp_path_of_test / "C", imgctl)
    yield it
    it.judge()


@pytest.fixture(scope="session")
def attacker(session_dir):
    """The program, compiled."""
    program = session_dir / "attacker"
    subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-static", "-Wall", "-Wextra", "-Werror", "-o", program, SOURCE],
                   check=True)
    return program


def load(imgctl, tmp, *layers, name="evil:1", config=None, base=None):
    """Load an image of busybox below LAYERS, straight from the bytes of their archives; returns its name."""
    archive = tmp / f"{name.replace(':', '-')}.tar"
    image = images.Image(*([images.busybox_layer()] if base is None else base), *layers, config=config)
    archive.write_bytes(archives.old_docker({name: image}))
    imgctl.ok("load", "-q", "-i", archive)
    archive.unlink()
    return name


def in_store(imgctl, path):
    """PATH in the extracted layers, the uppermost; it must be there as the image has it."""
    found = [layer / "fs" / path for layer in (imgctl.root / "layers").iterdir() if os.path.lexists(layer / "fs" / path)]
    assert found, f"no layer has {path}"
    return max(found, key=lambda x: x.is_symlink())


@pytest.fixture
def armed(imgctl, attacker, tmp_path_of_test):
    """The name of an image with the program as /attacker."""
    layer = images.Layer().file("attacker", attacker.read_bytes(), mode=0o755).dir("a").dir("a/b").file("a/b/secret", "inside\n")
    return load(imgctl, tmp_path_of_test, layer, name="armed:1")


def attempt(imgctl, *args, **how):
    """Run a command that may fail, but neither hang nor die of a signal nor show what is secret."""
    result = imgctl(*args, timeout=how.pop("timeout", BOUND), **how)
    assert result.rc >= 0, result
    for stream in (result.out, result.err):
        assert (b"canary-secret" if isinstance(stream, bytes) else "canary-secret") not in stream, result
    return result


class Attack:
    """The program at work in a container. `with Attack(...) as it:`, then it.said are its last words."""

    def __init__(self, imgctl, *command):
        self.child = imgctl.popen(*command, stdin=subprocess.PIPE)
        self.said = []

    def __enter__(self):
        first = self.child.stdout.readline()
        assert first in (b"swapping\n", b"hunting\n"), (first, self.child.stderr.read())
        return self

    def done(self):
        """How often it has done by now what it does."""
        self.child.stdin.write(b"?")
        self.child.stdin.flush()
        return int(self.child.stdout.readline())

    def turns(self, least, done=20000, bound=120):
        """The numbers of turns in which to be attacked: LEAST of them, and more until it has done it DONE times."""
        end, turn = time.monotonic() + bound, 0
        while turn < least or self.done() < done:
            assert time.monotonic() < end, f"{self.done()} in {turn} turns"
            yield turn
            turn += 1

    def __exit__(self, kind, *_):
        if kind:
            return
        out, err = self.child.communicate(timeout=BOUND)
        assert self.child.returncode == 0, err
        self.said = out.decode().splitlines()
