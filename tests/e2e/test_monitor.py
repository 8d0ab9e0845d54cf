# SPDX-License-Identifier: Apache-2.0
"""The small process beside each container."""
import os
import pathlib
import re
import signal
import time

import pytest


def monitor_of(imgctl, name):
    init = imgctl.inspect(name, "{{.State.Pid}}")
    return int(re.search(r"PPid:\s+(\d+)", pathlib.Path(f"/proc/{init}/status").read_text())[1])


@pytest.fixture
def monitor(imgctl, busybox):
    """The pid of a detached container's monitor."""
    imgctl.ok("run", "-d", "--name", "it", busybox, "sleep", "1000")
    return monitor_of(imgctl, "it")


def private_kilobytes(pid):
    return sum(int(x) for x in re.findall(r"Private_\w+:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()))


def test_private_memory(imgctl, monitor):
    if "build/release" not in os.path.realpath(imgctl.program):
        return  # the sanitizers' own memory is not the monitor's
    assert private_kilobytes(monitor) <= 1536


def test_private_memory_after_a_long_log(imgctl, busybox):
    """Neither many lines at once nor compressing what was rotated makes it grow for good."""
    if "build/release" not in os.path.realpath(imgctl.program):
        return
    options = [word for o in ("max-size=200k", "max-file=3", "compress=true") for word in ("--log-opt", o)]
    imgctl.ok("run", "-d", "--name", "it", *options, busybox, "sh", "-c", "seq 1 100000; echo done; exec sleep 1000")
    end = time.monotonic() + 60
    while imgctl.ok("logs", "-n", "1", "it") != "done\n":
        assert time.monotonic() < end
    pid = monitor_of(imgctl, "it")
    while private_kilobytes(pid) > 1536:
        assert time.monotonic() < end, private_kilobytes(pid)


def test_it_holds_nothing_of_the_command(imgctl, monitor):
    assert os.getsid(monitor) == monitor
    assert [os.readlink(f"/proc/{monitor}/fd/{fd}") for fd in range(3)] == ["/dev/null"] * 3


def test_a_killed_monitor_is_noticed(imgctl, monitor):
    os.kill(monitor, signal.SIGKILL)
    imgctl.ok("rm", "-f", "it")
    imgctl.fails("inspect", "it", rc=1, err="(?i)no such")


def test_one_that_is_not_needed_goes(imgctl, busybox, tmp_path):
    (tmp_path / "cid").write_text("x")
    imgctl.fails("run", "--cidfile", tmp_path / "cid", busybox, "true", rc=125, err="(?i)container id file")
    imgctl.ok("create", "--name", "taken", busybox)
    imgctl.fails("run", "--name", "taken", busybox, "true", rc=125, err="already in use")
    for command in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command.read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        assert not (b"monitor" in words and os.fsencode(imgctl.root) in words)


def test_nobody_calls_it(imgctl):
    imgctl.fails("monitor", rc=1, err="monitor is for imgctl itself")
    assert "monitor" not in imgctl.ok("--help")


def test_the_files_of_a_removed_container_go(imgctl, busybox):
    imgctl.ok("run", "--rm", "--name", "it", busybox, "sh", "-c", "mkdir /d; echo x > /d/f")
    assert imgctl.ok("ps", "-aq") == ""
    end = time.monotonic() + 20
    while any(imgctl.root.glob("containers/*/*")) or any(imgctl.root.glob("containers/.*")) or any(
            imgctl.runroot.glob("containers/*")):
        assert time.monotonic() < end
        time.sleep(0.01)
