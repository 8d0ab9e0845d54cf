# SPDX-License-Identifier: Apache-2.0
"""The small process beside each container."""
import os
import pathlib
import re
import signal

import pytest


@pytest.fixture
def monitor(imgctl, busybox):
    """The pid of a detached container's monitor."""
    imgctl.ok("run", "-d", "--name", "it", busybox, "sleep", "1000")
    init = imgctl.inspect("it", "{{.State.Pid}}")
    return int(re.search(r"PPid:\s+(\d+)", pathlib.Path(f"/proc/{init}/status").read_text())[1])


def test_private_memory(imgctl, monitor):
    if "build/release" not in os.path.realpath(imgctl.program):
        return  # the sanitizers' own memory is not the monitor's
    kilobytes = sum(int(x) for x in re.findall(r"Private_\w+:\s+(\d+) kB", pathlib.Path(f"/proc/{monitor}/smaps_rollup").read_text()))
    assert kilobytes <= 1536


def test_it_holds_nothing_of_the_command(imgctl, monitor):
    assert os.getsid(monitor) == monitor
    assert [os.readlink(f"/proc/{monitor}/fd/{fd}") for fd in range(3)] == ["/dev/null"] * 3


def test_a_killed_monitor_is_noticed(imgctl, monitor):
    os.kill(monitor, signal.SIGKILL)
    imgctl.ok("rm", "-f", "it")
    imgctl.fails("inspect", "it", rc=1, err="(?i)no such")
