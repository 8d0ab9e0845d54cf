# SPDX-License-Identifier: Apache-2.0
"""imgctl update: limits and policies of containers that are there, while they run too."""
import pathlib
import re

import pytest

pytestmark = pytest.mark.vm


def limit(imgctl, name, controller, file, unified):
    """What the kernel says: a v1 hierarchy's file, or the v2 one."""
    init = imgctl.inspect(name, "{{.State.Pid}}")
    for line in pathlib.Path(f"/proc/{init}/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        if controller in names.split(","):
            return pathlib.Path(f"/sys/fs/cgroup/{controller}{path}/{file}").read_text().strip()
        top = path
    return pathlib.Path(f"/sys/fs/cgroup{top}/{unified}").read_text().strip()


@pytest.fixture
def runs(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "runs", busybox, "sleep", "1000")
    return "runs"


def test_a_running_container(imgctl, runs):
    """A limit that nothing was limited by before is in force at once."""
    assert imgctl.ok("update", "-m", "64m", "--pids-limit", "50", runs) == "runs\n"
    assert limit(imgctl, runs, "memory", "memory.limit_in_bytes", "memory.max") == str(64 << 20)
    assert limit(imgctl, runs, "pids", "pids.max", "pids.max") == "50"
    assert imgctl.inspect(runs, "[{{.HostConfig.Memory}}, {{.HostConfig.PidsLimit}}]") == [64 << 20, 50]
    imgctl.ok("update", "--pids-limit", "-1", runs)
    assert limit(imgctl, runs, "pids", "pids.max", "pids.max") == "max"
    imgctl.ok("update", "--cpus", "0.5", "--memory", "128m", "--memory-swap", "256m", runs)
    assert limit(imgctl, runs, "memory", "memory.limit_in_bytes", "memory.max") == str(128 << 20)
    assert imgctl.ok("exec", runs, "echo", "on") == "on\n"
    imgctl.ok("restart", "-t", "0", runs)
    assert limit(imgctl, runs, "memory", "memory.limit_in_bytes", "memory.max") == str(128 << 20)


def test_a_stopped_container(imgctl, busybox):
    imgctl.ok("create", "--name", "later", busybox, "sleep", "1000")
    imgctl.ok("update", "-m", "64m", "later")
    imgctl.ok("start", "later")
    assert limit(imgctl, "later", "memory", "memory.limit_in_bytes", "memory.max") == str(64 << 20)


def test_what_was_joined_later_is_removed(imgctl, runs):
    ident = imgctl.inspect(runs, "{{json .Id}}")
    imgctl.ok("update", "--cpuset-cpus", "0", "-m", "64m", "--pids-limit", "40", runs)
    assert [p for p in pathlib.Path("/sys/fs/cgroup").glob(f"**/{ident}")]
    imgctl.ok("rm", "-f", runs)
    for _ in range(200):  # the monitor tidies up after it told
        left = [p for p in pathlib.Path("/sys/fs/cgroup").glob(f"**/{ident}")]
        if not left:
            break
    assert left == []


def test_the_policy(imgctl, busybox):
    """It counts when the container ends, whenever it was given."""
    imgctl.ok("run", "-d", "--name", "fails", busybox, "sh", "-c", "until [ -e /go ]; do sleep 0.05; done; rm /go; exit 3")
    imgctl.ok("update", "--restart", "on-failure:1", "fails")
    assert imgctl.inspect("fails", "{{json .HostConfig.RestartPolicy}}") == {"Name": "on-failure", "MaximumRetryCount": 1}
    first = imgctl.inspect("fails", "{{.State.Pid}}")
    imgctl.ok("exec", "fails", "touch", "/go")
    for _ in range(400):
        if imgctl.inspect("fails", "[{{.RestartCount}}, {{.State.Pid}}]") not in ([0, first], [0, 0], [1, 0]):
            break
    assert imgctl.inspect("fails", "{{.RestartCount}}") == 1


def test_bad_input(imgctl, runs, busybox):
    imgctl.fails("update", runs, rc=1, err="one or more flags")
    imgctl.fails("update", "-m", "64m", "nosuch", rc=1, err="No such container: nosuch")
    imgctl.fails("update", "-m", "1m", runs, rc=1, err="Minimum memory limit allowed is 6MB")
    imgctl.fails("update", "--memory-swap", "64m", runs, rc=1, err="always set the Memory limit")
    imgctl.fails("update", "--cpuset-cpus", "9999-10000,x", runs, rc=1, err="Invalid value 9999-10000,x for cpuset cpus")
    imgctl.fails("update", "--cpuset-cpus", "1000", runs, rc=1, err="Requested CPUs are not available - requested 1000")
    imgctl.fails("update", "--cpus", "9999", runs, rc=1, err="Range of CPUs is from 0.01")
    imgctl.fails("update", "--restart", "sometimes", runs, rc=1, err="sometimes")
    imgctl.fails("update", "--blkio-weight", "5", runs, rc=1, err="from 10 to 1000")
    imgctl.ok("run", "-d", "--rm", "--name", "going", busybox, "sleep", "1000")
    imgctl.fails("update", "--restart", "always", "going", rc=1, err="AutoRemove is enabled")
    assert imgctl.inspect(runs, "{{.HostConfig.Memory}}") == 0


def test_stats(imgctl, runs, busybox):
    head, row = imgctl.ok("stats", "--no-stream", runs).splitlines()
    assert re.split(r"\s{2,}", head.strip()) == ["CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "NET I/O",
                                                 "BLOCK I/O", "PIDS"]
    assert row.split()[1] == "runs" and row.split()[-1] == "1"
    imgctl.ok("run", "-d", "--name", "busy", "-m", "64m", busybox, "sh", "-c", "while :; do :; done")
    shown = imgctl.ok("stats", "--no-stream", "--format", "{{.Name}}|{{.CPUPerc}}|{{.MemUsage}}|{{.PIDs}}", "busy").strip()
    name, share, memory, pids = shown.split("|")
    assert (name, pids) == ("busy", "1") and float(share.rstrip("%")) > 5
    assert re.fullmatch(r"[\d.]+[kKMG]?i?B / 64MiB", memory)


def test_stats_of_those_that_do_not_run(imgctl, busybox):
    imgctl.ok("create", "--name", "still", busybox, "true")
    assert imgctl.ok("stats", "--no-stream", "--format", "{{.Name}}") == ""
    assert imgctl.ok("stats", "--no-stream", "-a", "--format", "{{.Name}} {{.PIDs}} {{.MemUsage}}") == "still 0 0B / 0B\n"
    imgctl.fails("stats", "--no-stream", "nosuch", rc=1, err="No such container: nosuch")
