# SPDX-License-Identifier: Apache-2.0
"""Killing imgctl or a container's monitor before any of its system calls: `ps -a` and `rm -f` deal with what is left."""
import subprocess

import pytest

from harness import faults, leaks, own_network, peers

MOST = 4  # numbers of one call that are tried
HITS = 0.5  # at least: a point may be passed over when calls are spread differently over processes


@pytest.fixture
def traced(imgctl, tmp_path_of_test):
    """traced(before, *args): imgctl under strace, with the words of harness.faults before it."""
    peers.need("strace")

    def run(before, *args):
        command = [*before, *imgctl.command(*args)]
        child = imgctl.popen(command=command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        child.wait(60)
        return child.returncode
    return run


@pytest.fixture
def deal(imgctl, tmp_path_of_test):
    """Removes whatever `ps -a` names; then nothing of a container remains."""
    watch = leaks.Watch(tmp_path_of_test)
    watch.marks.append(imgctl.mark)

    def check(point):
        ids = imgctl.ok("ps", "-aq", "--no-trunc").split()
        imgctl.ok("ps", "-a")
        for identity in ids:
            imgctl.ok("inspect", identity)
        if ids:
            imgctl.ok("rm", "-f", *ids)
        assert imgctl.ok("ps", "-aq") == ""
        watch.before["link"] |= own_network.kept(imgctl.root)
        left = watch.left()
        assert not left, f"killed before {point}:\n" + "\n".join(left)
    return check


def sweep(traced, tmp, args, before=lambda: None, after=lambda point: None, most=MOST):
    """Runs ARGS once to see its calls, then once per point, killed there, MOST of one call. BEFORE and AFTER each."""
    log = tmp / "strace.log"
    before()
    traced(faults.counting(log), *args)
    after("nothing")
    hits, tried = 0, 0
    for call, number in list(faults.points(log, most)):
        before()
        traced(faults.killing(log, call, number), *args)
        hits += faults.has_hit(log)
        tried += 1
        after(f"{call} {number}")
    assert tried > 8 and hits >= HITS * tried, f"{hits} of {tried} points were reached"


def test_while_it_runs(imgctl, busybox, traced, deal, tmp_path_of_test):
    """The command, its monitor and the container's first process, whichever makes the call first."""
    sweep(traced, tmp_path_of_test, ["run", "--name", "one", busybox, "true"], after=deal)


def test_while_it_runs_detached_with_rm(imgctl, busybox, traced, deal, tmp_path_of_test):
    sweep(traced, tmp_path_of_test, ["run", "-d", "--rm", "--name", "one", "-v", "/data", busybox, "true"], after=deal)


def test_while_it_is_created(imgctl, busybox, traced, deal, tmp_path_of_test):
    sweep(traced, tmp_path_of_test, ["create", "--name", "one", busybox, "true"], after=deal)


@pytest.mark.parametrize("args", [["stop", "-t", "0", "one"], ["kill", "one"], ["rm", "-f", "one"], ["restart", "-t", "0", "one"],
                                  ["exec", "one", "true"], ["pause", "one"]], ids=lambda args: args[0])
def test_while_another_command_works_on_it(imgctl, busybox, traced, deal, tmp_path_of_test, args):
    def begin():
        # the second time it ends by itself, and what is traced with it
        imgctl.ok("run", "-d", "--name", "one", busybox, "sh", "-c", "mkdir /once && exec sleep 1000")
    sweep(traced, tmp_path_of_test, args, before=begin, after=deal)


@pytest.mark.parametrize("args", [["run", "--name", "one", "-v", "memory:/v", "busybox", "true"], ["rm", "-f", "one"]], ids=lambda args: args[0])
def test_while_a_volume_with_options_is_mounted(imgctl, busybox, traced, deal, tmp_path_of_test, args):
    """Whoever is killed, it is unmounted once nobody uses it, and can be removed and made anew."""
    def begin():
        imgctl.ok("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "-o", "o=size=1m", "memory")
        if args[0] != "run":
            imgctl.ok("run", "-d", "--name", "one", "-v", "memory:/v", busybox, "sh", "-c", "mkdir /once && exec sleep 1000")

    def end(point):
        deal(point)
        assert str(imgctl.root) not in "".join(leaks.mounts(imgctl.root)), f"mounted, killed before {point}"
        imgctl.ok("volume", "rm", "memory")
    sweep(traced, tmp_path_of_test, args, before=begin, after=end, most=2)
