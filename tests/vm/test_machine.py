# SPDX-License-Identifier: Apache-2.0
"""The machine is what its tests are for."""
import os
import pathlib


def test_the_groups_are_of_version_two_only():
    assert pathlib.Path("/proc/self/cgroup").read_text().startswith("0::/")
    assert not [line for line in pathlib.Path("/proc/mounts").read_text().splitlines() if line.split()[2] == "cgroup"]
    controllers = pathlib.Path("/sys/fs/cgroup/cgroup.controllers").read_text().split()
    assert {"cpuset", "cpu", "io", "memory", "pids"} <= set(controllers)


def test_systemd_and_apparmor_are_there():
    assert pathlib.Path("/proc/1/comm").read_text() == "systemd\n" and os.path.isdir("/run/systemd/system")
    assert pathlib.Path("/sys/module/apparmor/parameters/enabled").read_text() == "Y\n"


def test_imgctl_sees_it_so(imgctl):
    options = imgctl.json("info", "--format", "{{json .SecurityOptions}}")
    assert options[0] == "name=apparmor"
