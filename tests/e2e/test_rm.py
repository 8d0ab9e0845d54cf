# SPDX-License-Identifier: Apache-2.0
"""imgctl rm: what goes, what is refused, what is left behind (nothing)."""
import os
import select
import signal

import pytest


def is_empty_shard(path):
    """containers/79, which the next container of that shard finds there."""
    return len(path.name) == 2 and path.is_dir() and not any(path.iterdir())


@pytest.fixture
def nothing_left(imgctl):
    """Asserts that no container has a folder, a name or a run folder any more."""
    def check():
        assert imgctl.ok("ps", "-aq") == ""
        for folder in (imgctl.root / "containers", imgctl.root / "names", imgctl.runroot / "containers"):
            left = [x.name for x in folder.iterdir() if not is_empty_shard(x)] if folder.exists() else []
            assert [x for x in left if x != ".lock"] == [], folder
    return check


def volumes(tool):
    folder = tool.root / "volumes"
    return sorted(x.name for x in folder.iterdir()) if folder.exists() else []


def test_a_created_and_an_ended_one(imgctl, busybox, nothing_left):
    imgctl.ok("create", "--name", "created", busybox)
    identity = imgctl.ok("create", busybox).strip()
    imgctl("run", "--name", "ended", busybox, "sh", "-c", "exit 3")
    # each is echoed as it was given
    assert imgctl.ok("rm", "created", identity[:9], "/ended") == f"created\n{identity[:9]}\n/ended\n"
    nothing_left()


def test_a_running_one(imgctl, busybox, nothing_left):
    imgctl.ok("run", "-d", "--name", "running", busybox, "sleep", "1000")
    result = imgctl.fails("rm", "running", rc=1, err='cannot remove container "/running": container is running: '
                                                     "stop the container before removing or force remove")
    assert result.out == ""
    assert imgctl.ok("ps", "--format", "{{.Names}}") == "running\n"
    assert imgctl.ok("container", "rm", "--force", "running") == "running\n"
    nothing_left()


def test_a_running_one_with_rm(imgctl, busybox, nothing_left):
    imgctl.ok("run", "-d", "--rm", "--name", "running", busybox, "sleep", "1000")
    imgctl.ok("rm", "-f", "running")
    nothing_left()


def test_all_processes_go(imgctl, busybox, nothing_left):
    """Children that ignore every signal and left the session go too; no_leaks looks for them."""
    imgctl.ok("run", "-d", "--name", "many", busybox, "sh", "-c",
              "trap '' TERM HUP INT; setsid sleep 1001 & setsid sleep 1002 & while :; do sleep 1; done")
    imgctl.ok("rm", "-f", "many")
    nothing_left()


def test_several_and_missing(imgctl, busybox, nothing_left):
    imgctl.ok("create", "--name", "one", busybox)
    imgctl.ok("create", "--name", "two", busybox)
    result = imgctl.fails("rm", "one", "nosuch", "two", rc=1, err="No such container: nosuch")
    assert result.out == "one\ntwo\n"
    result = imgctl("rm", "-f", "nosuch")
    assert (result.rc, result.out) == (0, "")
    assert "No such container: nosuch" in result.err
    imgctl.fails("rm", rc=1, err="requires at least 1 argument")
    nothing_left()


def test_ambiguous_start_of_an_id(imgctl, busybox):
    ids = [imgctl.ok("create", busybox).strip() for _ in range(17)]
    digit = next(x[0] for x in ids if sum(y[0] == x[0] for y in ids) > 1)
    imgctl.fails("rm", digit, rc=1, err=f"Multiple IDs found with provided prefix: {digit}")
    assert len(imgctl.ok("ps", "-aq").split()) == 17


def test_anonymous_volumes_go_only_with_v(imgctl, busybox, nothing_left):
    imgctl.ok("create", "--name", "keeps", "-v", "/data", busybox)
    kept, = volumes(imgctl)
    imgctl.ok("rm", "keeps")
    assert volumes(imgctl) == [kept]
    imgctl.ok("create", "--name", "drops", "-v", "/data", "-v", "named:/named", busybox)
    assert len(volumes(imgctl)) == 3
    imgctl.ok("rm", "-v", "drops")
    assert volumes(imgctl) == sorted([kept, "named"])
    nothing_left()


def test_an_anonymous_volume_that_another_uses_stays(imgctl, busybox):
    imgctl.ok("create", "--name", "first", "-v", "/data", busybox)
    name, = volumes(imgctl)
    imgctl.ok("create", "--name", "second", "-v", f"{name}:/data", busybox)
    imgctl.ok("rm", "-v", "first")
    assert volumes(imgctl) == [name]
    imgctl.ok("run", "--rm", "-v", "/own", "-v", f"{name}:/data", busybox, "true")
    assert volumes(imgctl) == [name]


def kill_and_wait(pid):
    """Once its pidfd is readable, all that the process held is let go of."""
    pidfd = os.pidfd_open(pid)
    try:
        os.kill(pid, signal.SIGKILL)
        assert select.select([pidfd], [], [], 10)[0]
    finally:
        os.close(pidfd)


@pytest.mark.parametrize("options", [[], ["-f"]])
def test_after_its_monitor_was_killed(imgctl, busybox, nothing_left, options):
    imgctl.ok("run", "-d", "--name", "orphan", busybox, "sh", "-c", "sleep 1001 & sleep 1002")
    init = imgctl.inspect("orphan", "{{.State.Pid}}")
    with open(f"/proc/{init}/stat", encoding="ascii") as file:
        kill_and_wait(int(file.read().rsplit(")", 1)[1].split()[1]))
    assert imgctl.inspect("orphan", "{{json .State.Status}}") == "exited"
    imgctl.ok("rm", *options, "orphan")
    nothing_left()


def test_many_at_once(imgctl, busybox, nothing_left):
    """Two rm of the same containers: each goes once, neither hangs."""
    ids = [imgctl.ok("run", "-d", busybox, "sleep", "1000").strip() for _ in range(4)]
    children = [imgctl.popen("rm", "-f", *ids) for _ in range(2)]
    said = []
    for child in children:
        out, err = child.communicate(timeout=60)
        said += out.decode().split()
        assert child.returncode == 0, err
    assert set(said) == set(ids)
    nothing_left()
