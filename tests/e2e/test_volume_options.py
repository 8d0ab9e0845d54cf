# SPDX-License-Identifier: Apache-2.0
"""Volumes with options of the local driver: mounted while containers use them, shared, unmounted, whoever is killed."""
import os
import pathlib
import signal
import subprocess
import time

import pytest

from harness import leaks, peers

TMPFS = ("--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=size=1m,uid=1000")


def mounted(imgctl, name):
    return str(imgctl.root / f"volumes/{name}/_data") in leaks.mounts(imgctl.root)


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not become true"
        time.sleep(0.02)


@pytest.fixture
def memory(imgctl, busybox):
    """A volume that is a tmpfs."""
    imgctl.ok("volume", "create", *TMPFS, "memory")
    return "memory"


def sleeper(imgctl, name, volume="memory", *more):
    imgctl.ok("run", "-d", "--name", name, "-v", f"{volume}:/v", *more, "busybox", "sleep", "1000")


def test_inspect_shows_them(imgctl, memory):
    shown, = imgctl.json("volume", "inspect", memory)
    assert shown["Options"] == {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=1000"}
    imgctl.ok("volume", "create", "plain")
    assert imgctl.ok("volume", "inspect", "-f", "{{json .Options}}", "plain") == "null\n"


def test_one_tmpfs_for_all_its_users(imgctl, memory):
    sleeper(imgctl, "one")
    sleeper(imgctl, "two")
    imgctl.ok("exec", "one", "sh", "-c", "echo shared > /v/f")
    assert imgctl.ok("exec", "two", "cat", "/v/f") == "shared\n"
    point = pathlib.Path(imgctl.ok("volume", "inspect", "-f", "{{.Mountpoint}}", memory).strip())
    assert (point / "f").read_text() == "shared\n"
    assert imgctl.ok("exec", "one", "sh", "-c", "df -k /v | tail -1 | awk '{print $2}'; stat -c %u /v") == "1024\n1000\n"
    imgctl.ok("rm", "-f", "one")
    assert imgctl.ok("exec", "two", "cat", "/v/f") == "shared\n" and mounted(imgctl, memory)
    imgctl.ok("stop", "-t", "0", "two")
    until(lambda: not mounted(imgctl, memory))
    assert not point.joinpath("f").exists()
    imgctl.ok("start", "two")
    assert mounted(imgctl, memory)
    imgctl.fails("volume", "rm", memory, rc=1, err="volume is in use")
    imgctl.ok("rm", "-f", "two")
    assert not mounted(imgctl, memory)
    imgctl.ok("volume", "rm", memory)


def test_is_filled_from_the_image(imgctl, memory):
    assert "passwd" in imgctl.ok("run", "--rm", "-v", f"{memory}:/etc", "busybox", "ls", "/etc").split()


def test_bind(imgctl, busybox, tmp_path_of_test):
    folder = tmp_path_of_test / "folder"
    folder.mkdir()
    imgctl.ok("volume", "create", "-o", "type=none", "-o", f"device={folder}", "-o", "o=bind", "bound")
    imgctl.ok("run", "--rm", "-v", "bound:/v", busybox, "sh", "-c", "echo here > /v/f")
    assert (folder / "f").read_text() == "here\n" and not mounted(imgctl, "bound")
    imgctl.ok("volume", "create", "-o", "type=none", "-o", f"device={folder}", "-o", "o=bind,ro", "fixed")
    imgctl.fails("run", "--rm", "-v", "fixed:/v", busybox, "touch", "/v/g", rc=1, err="Read-only file system")
    imgctl.ok("volume", "rm", "bound", "fixed")
    assert (folder / "f").read_text() == "here\n", "what was bound stays"


@pytest.mark.parametrize("options, says", [
    (("type=none", "device=/nowhere/at/all", "o=bind"), "failed to mount local volume bad: .*No such file"),
    (("type=nosuchfs", "device=x"), 'this kernel has no file system "nosuchfs"'),
    (("type=tmpfs", "device=tmpfs", "o=size=lots"), "failed to mount local volume bad"),
])
def test_what_cannot_be_mounted(imgctl, busybox, options, says):
    words = [word for option in options for word in ("-o", option)]
    imgctl.ok("volume", "create", *words, "bad")
    result = imgctl.fails("run", "--name", "one", "-v", "bad:/v", busybox, "true", err=says)
    assert result.rc in (125, 127)
    assert not mounted(imgctl, "bad")
    imgctl.ok("rm", "one")
    imgctl.ok("volume", "rm", "bad")


def has_filesystem(name):
    return any(line.split()[-1] == name for line in pathlib.Path("/proc/filesystems").read_text().splitlines())


def test_nfs_without_it_in_the_kernel(imgctl, busybox):
    imgctl.ok("volume", "create", "-o", "type=nfs", "-o", "device=:/srv", "-o", "o=addr=127.0.0.1,soft,timeo=1,retrans=1", "net")
    says = "failed to mount local volume net" if has_filesystem("nfs") else 'no file system "nfs"'
    imgctl.fails("run", "--rm", "-v", "net:/v", busybox, "true", err=says)


def nfs(imgctl, name, server):
    imgctl.ok("volume", "create", "-o", "type=nfs", "-o", "device=:/srv", "-o", f"o=ro,addr={server},soft,timeo=1,retrans=1", name)


def test_a_server_by_its_name(imgctl, busybox, tmp_path_of_test):
    """It is looked up when the volume is mounted, as docker does: the kernel is given the address."""
    peers.need("strace")
    nfs(imgctl, "net", "localhost")
    log = tmp_path_of_test / "strace.log"
    child = imgctl.popen(command=["strace", "-f", "-qq", "-s", "200", "-e", "trace=mount", "-e", "signal=none", "-o", log,
                                  *imgctl.command("run", "--rm", "-v", "net:/v", busybox, "true")], stderr=subprocess.DEVNULL)
    child.communicate(timeout=120)
    assert 'addr=127.0.0.1,soft,timeo=1,retrans=1"' in log.read_text()
    # as it was asked for
    assert imgctl.ok("volume", "inspect", "-f", "{{.Options.o}}", "net") == "ro,addr=localhost,soft,timeo=1,retrans=1\n"
    nfs(imgctl, "lost", "nosuch.invalid")
    imgctl.fails("run", "--rm", "-v", "lost:/v", busybox, "true", err="failed to mount local volume lost: look up nosuch.invalid: ")
    imgctl.fails("volume", "create", "-o", "type=nfs", "-o", "device=h:/srv", "-o", "o=ro", "other", rc=1, err="needs addr=SERVER")


def monitor_of(imgctl, name):
    pid = int(imgctl.ok("inspect", "-f", "{{.State.Pid}}", name))
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))


@pytest.mark.parametrize("verb", [("ps", "-a"), ("rm", "-f", "one"), ("volume", "prune", "-af")], ids=lambda verb: verb[0])
def test_after_a_killed_monitor(imgctl, memory, verb):
    sleeper(imgctl, "one")
    os.kill(monitor_of(imgctl, "one"), signal.SIGKILL)
    until(lambda: imgctl.ok("inspect", "-f", "{{.State.Status}}", "one") == "exited\n")
    assert mounted(imgctl, memory)
    imgctl.ok(*verb)
    assert not mounted(imgctl, memory)


def test_a_killed_monitor_among_others(imgctl, memory):
    sleeper(imgctl, "one")
    sleeper(imgctl, "two")
    os.kill(monitor_of(imgctl, "one"), signal.SIGKILL)
    until(lambda: imgctl.ok("inspect", "-f", "{{.State.Status}}", "one") == "exited\n")
    imgctl.ok("rm", "-f", "one")
    assert mounted(imgctl, memory)
    imgctl.ok("exec", "two", "touch", "/v/f")
    imgctl.ok("rm", "-f", "two")
    assert not mounted(imgctl, memory)


def test_many_start_and_end_at_once(imgctl, memory):
    children = [imgctl.popen("run", "--rm", "-v", f"{memory}:/v", "busybox", "sh", "-c", "test $(stat -c %u /v) = 1000",
                             stdout=subprocess.DEVNULL) for _ in range(12)]
    assert [child.wait(60) for child in children] == [0] * 12
    until(lambda: not mounted(imgctl, memory))
    imgctl.ok("volume", "rm", memory)


def test_restarted_containers_have_it_again(imgctl, memory):
    imgctl.fails("run", "--name", "one", "--restart", "on-failure:2", "-v", f"{memory}:/v", "busybox", "sh", "-c",
                 "test $(stat -c %u /v) = 1000 && echo good; exit 1", rc=1)
    until(lambda: imgctl.ok("inspect", "-f", "{{.RestartCount}} {{.State.Status}}", "one") == "2 exited\n")
    assert imgctl.ok("logs", "one") == "good\n" * 3
    until(lambda: not mounted(imgctl, memory))


def test_made_by_mount(imgctl, busybox):
    mount = "type=volume,src=made,dst=/v,volume-label=a=1,volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-opt=o=size=2m"
    assert imgctl.ok("run", "--rm", "--mount", mount, busybox, "sh", "-c", "df -k /v | tail -1 | awk '{print $2}'") == "2048\n"
    shown, = imgctl.json("volume", "inspect", "made")
    assert shown["Labels"] == {"a": "1"} and shown["Options"]["o"] == "size=2m"
    anonymous = "dst=/v,volume-opt=type=tmpfs,volume-opt=device=tmpfs"
    imgctl.ok("run", "--rm", "--mount", anonymous, busybox, "touch", "/v/f")
    assert imgctl.ok("volume", "ls", "-q") == "made\n", "an anonymous one goes with its container"


def test_cp_from_one_that_does_not_run(imgctl, busybox, tmp_path_of_test):
    folder = tmp_path_of_test / "folder"
    folder.mkdir()
    (folder / "f").write_text("bound\n")
    imgctl.ok("volume", "create", "-o", "type=none", "-o", f"device={folder}", "-o", "o=bind", "bound")
    imgctl.ok("create", "--name", "one", "-v", "bound:/v", busybox)
    imgctl.ok("cp", "one:/v/f", tmp_path_of_test / "copy")
    assert (tmp_path_of_test / "copy").read_text() == "bound\n" and not mounted(imgctl, "bound")
