# SPDX-License-Identifier: Apache-2.0
"""Limits on pure cgroup v2."""
import os
import pathlib
import re

import pytest

from conftest import program
from harness.bundle import Bundle, Runtime, until

TOP = pathlib.Path("/sys/fs/cgroup")


@pytest.fixture
def oci(no_leaks, tmp_path_of_test):
    it = Runtime(program(), tmp_path_of_test / "oci")
    no_leaks.marks.append(it.mark)
    yield it
    it.close()


@pytest.fixture
def bundle(oci, tmp_path_of_test):
    it = Bundle(oci, tmp_path_of_test / "bundle")
    it.linux["cgroupsPath"] = f"/imgctl/test-{oci.mark}"
    return it


def group_of(pid):
    """The folder of the group that process PID is in."""
    line, = pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    return TOP / line.split("::", 1)[1].lstrip("/")


def disk():
    """The number of the disk that / lies on."""
    device = os.stat("/").st_dev
    return os.major(device), os.minor(device)


# nodes of the disk and of a serial line; then what can be done with them
DEVICES = ("mknod /tmp/disk b {major} {minor}; mknod /tmp/line c 4 64; head -c1 /tmp/disk >/dev/null 2>&1 && echo read; "
           "(: >>/tmp/disk) 2>/dev/null && echo writable; (: >>/tmp/line) 2>/dev/null && echo line; "
           "echo x >/dev/null && echo null")


# ---- the runtime's

@pytest.mark.parametrize("resources, files", [
    ({"memory": {"limit": 64 << 20, "swap": 96 << 20}}, {"memory.max": f"{64 << 20}", "memory.swap.max": f"{32 << 20}"}),
    ({"memory": {"limit": 64 << 20, "swap": -1}}, {"memory.swap.max": "max"}),
    ({"memory": {"reservation": 32 << 20}}, {"memory.low": f"{32 << 20}"}),
    ({"cpu": {"shares": 1024}}, {"cpu.weight": "100"}),
    ({"cpu": {"shares": 2}}, {"cpu.weight": "1"}),
    ({"cpu": {"shares": 262144}}, {"cpu.weight": "10000"}),
    ({"cpu": {"quota": 20000}}, {"cpu.max": "20000 100000"}),
    ({"cpu": {"quota": 20000, "period": 50000}}, {"cpu.max": "20000 50000"}),
    ({"cpu": {"quota": -1, "period": 50000}}, {"cpu.max": "max 50000"}),
    ({"cpu": {"quota": 50000, "burst": 10000}}, {"cpu.max.burst": "10000"}),
    ({"cpu": {"idle": 1}}, {"cpu.idle": "1"}),
    ({"cpu": {"cpus": "1", "mems": "0"}}, {"cpuset.cpus": "1", "cpuset.mems": "0"}),
    ({"pids": {"limit": 17}}, {"pids.max": "17"}),
    ({"hugepageLimits": [{"pageSize": "2MB", "limit": 4 << 20}]}, {"hugetlb.2MB.max": f"{4 << 20}"}),
    ({"unified": {"memory.high": f"{48 << 20}", "pids.max": "19"}}, {"memory.high": f"{48 << 20}", "pids.max": "19"}),
    ({"memory": {"limit": 64 << 20}, "unified": {"memory.max": f"{32 << 20}"}}, {"memory.max": f"{32 << 20}"}),
])
def test_a_limit_becomes_the_groups_file(oci, bundle, resources, files):
    bundle.linux["resources"].update(resources)
    bundle.start()
    group = group_of(oci.state("c1")["pid"])
    assert {name: (group / name).read_text().strip() for name in files} == files


def test_throttled_disks(oci, bundle):
    major, minor = disk()
    bundle.linux["resources"]["blockIO"] = {
        "throttleReadBpsDevice": [{"major": major, "minor": minor, "rate": 1 << 20}],
        "throttleWriteIOPSDevice": [{"major": major, "minor": minor, "rate": 100}]}
    bundle.start()
    text = (group_of(oci.state("c1")["pid"]) / "io.max").read_text()
    assert text == f"{major}:{minor} rbps={1 << 20} wbps=max riops=max wiops=100\n"


@pytest.mark.parametrize("unified", [{"memory.nosuch": "1"}, {"memory.max": "many"}, {"../x": "1"}, {"pids.max/x": "1"}])
def test_what_no_file_takes_is_refused(oci, bundle, unified):
    bundle.linux["resources"]["unified"] = unified
    result = bundle.run("true")
    assert result.rc == 1 and next(iter(unified)) in result.err, result
    assert oci.ok("list", "-q") == ""


def test_the_limits_hold(oci, bundle):
    bundle.linux["resources"].update({"pids": {"limit": 5}, "memory": {"limit": 24 << 20, "swap": 24 << 20}})
    bundle.start()
    shown = oci("exec", "c1", "sh", "-c", "for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait")
    assert shown.rc != 0 and "fork" in shown.err
    assert oci("exec", "c1", "sh", "-c", "tail /dev/zero").rc == 128 + 9
    group = group_of(oci.state("c1")["pid"])
    assert re.search(r"^oom_kill [1-9]", (group / "memory.events").read_text(), re.M)


def test_a_program_decides_about_devices(oci, bundle):
    """Not the files' modes: the nodes are there, the group's BPF program refuses them."""
    bundle.capabilities("CAP_MKNOD")
    major, minor = disk()
    rules = [{"allow": False, "access": "rwm"},
             {"allow": True, "type": "b", "major": major, "minor": minor, "access": "r"}]
    bundle.linux["resources"]["devices"] = rules
    script = "rm -f /tmp/disk /tmp/line; " + DEVICES.format(major=major, minor=minor)
    assert bundle.prints(script) == "read\nnull\n"
    rules[1]["access"] = "rw"
    rules.append({"allow": True, "type": "c", "major": 4, "access": "rwm"})
    assert bundle.prints(script) == "read\nwritable\nline\nnull\n"


def test_pause_freezes_the_group(oci, bundle):
    bundle.start()
    group = group_of(oci.state("c1")["pid"])
    oci.ok("pause", "c1")
    assert (group / "cgroup.freeze").read_text() == "1\n" and "frozen 1" in (group / "cgroup.events").read_text()
    oci.ok("kill", "c1", "KILL")
    oci.ok("delete", "--force", "c1")
    assert not group.exists()


def test_kill_all_reaches_groups_below(oci, bundle):
    """A container that divides its own group: everything in it ends, and all folders go."""
    bundle.namespace("cgroup")
    bundle.config["mounts"] = [m for m in bundle.config["mounts"] if m["destination"] != "/sys/fs/cgroup"]
    bundle.mount("/sys/fs/cgroup", "cgroup", "cgroup", "rw", "nosuid", "noexec", "nodev")
    bundle.start("mkdir /sys/fs/cgroup/below; sleep 1000 & echo $! >/sys/fs/cgroup/below/cgroup.procs; exec sleep 1000")
    group = group_of(oci.state("c1")["pid"])
    until(lambda: (group / "below").exists() and (group / "below/cgroup.procs").read_text(), "no group below")
    oci.ok("delete", "--force", "c1")
    assert not group.exists()


def test_events_and_update(oci, bundle):
    bundle.linux["resources"]["memory"] = {"limit": 64 << 20}
    bundle.start()
    oci.ok("update", "--cpu-quota", "30000", "--cpuset-cpus", "0", "--memory-swap", str(80 << 20), "c1")
    group = group_of(oci.state("c1")["pid"])
    assert (group / "cpu.max").read_text() == "30000 100000\n" and (group / "cpuset.cpus").read_text() == "0\n"
    assert (group / "memory.swap.max").read_text() == f"{16 << 20}\n"
    data = oci.json("events", "--stats", "c1")["data"]
    assert data["memory"]["usage"]["limit"] == 64 << 20 and data["pids"]["current"] == 1
    assert data["cpu"]["usage"]["total"] > 0


# ---- the engine's

def test_run_with_limits(imgctl, busybox):
    names = "memory.max memory.swap.max memory.low cpu.max cpu.weight cpuset.cpus pids.max"
    shown = imgctl.ok("run", "--rm", "-m", "64m", "--memory-swap", "96m", "--memory-reservation", "32m", "--cpus", "0.5",
                      "--cpu-shares", "512", "--cpuset-cpus", "0", "--pids-limit", "44", busybox, "sh", "-c",
                      f"cd /sys/fs/cgroup; for f in {names}; do cat $f; done; cat /proc/self/cgroup")
    assert shown.splitlines() == [str(64 << 20), str(32 << 20), str(32 << 20), "50000 100000", "59", "0", "44", "0::/"]


def test_run_with_throttled_disks(imgctl, busybox):
    major, minor = disk()
    shown = imgctl.ok("run", "--rm", "--device-read-bps", "/dev/vda:1mb", busybox, "cat", "/sys/fs/cgroup/io.max")
    assert shown == f"{major}:{minor} rbps={1 << 20} wbps=max riops=max wiops=max\n"


def test_memory_that_ran_out(imgctl, busybox):
    imgctl.fails("run", "--name", "small", "-m", "16m", "--memory-swap", "16m", busybox, "tail", "/dev/zero", rc=137)
    assert imgctl.inspect("small", "{{json .State.OOMKilled}}") is True


def test_devices_of_a_run(imgctl, busybox):
    major, minor = disk()
    script = DEVICES.format(major=major, minor=minor)
    for rules, shown in (([], "null"), ([f"b {major}:{minor} r"], "read null"),
                         ([f"b {major}:* rw", "c 4:64 w"], "read writable line null")):
        options = [word for rule in rules for word in ("--device-cgroup-rule", rule)]
        assert imgctl.ok("run", "--rm", *options, busybox, "sh", "-c", script).split() == shown.split()
    shown = imgctl.ok("run", "--rm", "--device", "/dev/vda:/dev/it:r", busybox, "sh", "-c",
                      "head -c1 /dev/it >/dev/null && echo read; (: >>/dev/it) 2>/dev/null || echo not writable")
    assert shown == "read\nnot writable\n"


def test_pause_stats_and_top(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", "-m", "64m", busybox, "sleep", "1000")
    shown = imgctl.ok("stats", "--no-stream", "--format", "{{.MemUsage}}|{{.PIDs}}", "one").strip()
    assert re.fullmatch(r"[\d.]+[kKM]?i?B / 64MiB\|1", shown)
    imgctl.ok("pause", "one")
    assert imgctl.ok("ps", "--format", "{{.Status}}").rstrip().endswith("(Paused)")
    imgctl.fails("exec", "one", "true", err="paused")
    imgctl.ok("unpause", "one")
    assert imgctl.ok("exec", "one", "cat", "/proc/self/cgroup") == "0::/\n"
    assert "sleep 1000" in imgctl.ok("top", "one")


def test_a_parent_group(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", "--cgroup-parent", "imgctl/parent", "-m", "64m", busybox, "sleep", "1000")
    pid, ident = imgctl.inspect("one", '[{{.State.Pid}}, "{{.Id}}"]')
    group = group_of(pid)
    assert group == TOP / "imgctl/parent" / ident and (group / "memory.max").read_text() == f"{64 << 20}\n"
    imgctl.ok("rm", "-f", "one")
    until(lambda: not (TOP / "imgctl/parent").exists(), "the parent is still there")
