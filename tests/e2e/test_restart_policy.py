# SPDX-License-Identifier: Apache-2.0
"""Restart policies, and what a machine that went down or a killed monitor leaves."""
import os
import pathlib
import re
import shutil
import signal
import time

import pytest


def state(imgctl, name, field="Status"):
    return imgctl.inspect(name, "{{json .State.%s}}" % field)


def until(what, why, seconds=30):
    end = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < end, why
        time.sleep(0.01)
    return value


def starts(imgctl, name):
    return imgctl.ok("logs", name).count("up\n")


def test_on_failure_so_often(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--restart", "on-failure:2", busybox, "sh", "-c", "echo up; exit 3")
    until(lambda: state(imgctl, "it") == "exited", "it stays down after two tries")
    assert starts(imgctl, "it") == 3
    assert imgctl.inspect("it", "{{.RestartCount}}") == 2
    assert state(imgctl, "it", "ExitCode") == 3
    assert imgctl.inspect("it", "{{json .HostConfig.RestartPolicy}}") == {"Name": "on-failure", "MaximumRetryCount": 2}
    imgctl.ok("start", "it")
    assert imgctl.inspect("it", "{{.RestartCount}}") < 2


def test_a_success_is_no_failure(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--restart", "on-failure", busybox, "sh", "-c", "echo up")
    until(lambda: state(imgctl, "it") == "exited", "it ends")
    assert (starts(imgctl, "it"), imgctl.inspect("it", "{{.RestartCount}}")) == (1, 0)


@pytest.mark.parametrize("policy", ["always", "unless-stopped"])
def test_until_it_is_stopped(imgctl, busybox, policy):
    imgctl.ok("run", "-d", "--name", "it", "--restart", policy, busybox, "sh", "-c", "echo up; exit 4")
    until(lambda: starts(imgctl, "it") >= 3, "it is started again and again")
    until(lambda: state(imgctl, "it") == "restarting", "a pause")
    listed = imgctl.ok("ps", "--format", "{{.Status}}")
    assert re.match(r"Restarting \(4\) .* ago", listed) or listed.startswith("Up ")
    assert state(imgctl, "it", "Running") is True
    assert imgctl.ok("stop", "it") == "it\n"
    assert state(imgctl, "it") == "exited"
    before = starts(imgctl, "it")
    imgctl.ok("start", "it")
    until(lambda: starts(imgctl, "it") > before, "it goes on")


def test_one_that_rests_can_be_had(imgctl, busybox):
    """Pauses grow: after some of them there is time to look."""
    imgctl.ok("run", "-d", "--name", "it", "--restart", "always", busybox, "sh", "-c", "echo up; exit 4")
    until(lambda: starts(imgctl, "it") >= 4 and state(imgctl, "it") == "restarting", "a pause of 800 ms")
    imgctl.fails("exec", "it", "true", rc=1, err="is restarting, wait until the container is running")
    imgctl.fails("attach", "it", rc=1, err="cannot attach to a restarting container")
    imgctl.fails("pause", "it", rc=1, err="is restarting")
    imgctl.fails("rm", "it", rc=1, err="container is restarting: stop the container before removing or force remove")
    assert imgctl.ok("start", "it") == "it\n"
    assert imgctl.ok("ps", "-q", "--filter", "status=restarting")
    imgctl.ok("rm", "-f", "it")
    assert imgctl.ok("ps", "-aq") == ""


def test_kill_ends_it_for_good(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--restart", "always", busybox, "sleep", "1000")
    imgctl.ok("kill", "it")
    assert (state(imgctl, "it"), imgctl.inspect("it", "{{.RestartCount}}")) == ("exited", 0)


def test_killed_from_outside_it_comes_back(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--restart", "always", busybox, "sleep", "1000")
    first = state(imgctl, "it", "Pid")
    os.kill(first, signal.SIGKILL)
    second = until(lambda: (p := state(imgctl, "it", "Pid")) not in (0, first) and p, "it runs again")
    assert imgctl.ok("exec", "it", "echo", "here") == "here\n"
    assert state(imgctl, "it", "Status") == "running" and second
    imgctl.ok("restart", "-t", "0", "it")
    assert imgctl.inspect("it", "{{.RestartCount}}") == 0


def test_a_foreground_run_ends_with_its_first_life(imgctl, busybox):
    assert imgctl("run", "--name", "it", "--restart", "always", busybox, "sh", "-c", "exit 5").rc == 5
    assert state(imgctl, "it") in ("restarting", "running")


@pytest.mark.parametrize("words, why", [
    (["--restart", "always", "--rm"], "conflicting options: cannot specify both --restart and --rm"),
    (["--restart", "sometimes"], "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', "
                                 "'on-failure', or 'unless-stopped'"),
    (["--restart", "on-failure:x"], "invalid restart policy format: maximum retry count must be an integer"),
    (["--restart", "always:2"], "invalid restart policy: maximum retry count can only be used with 'on-failure'"),
])
def test_bad_policies(imgctl, busybox, words, why):
    imgctl.fails("run", *words, busybox, "true", rc=125, err=re.escape(why))
    assert imgctl.ok("ps", "-aq") == ""


def monitor_of(pid):
    return int(re.search(r"PPid:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


@pytest.mark.parametrize("verb, after", [
    (["ps", "-a"], "exited"), (["start"], "running"), (["stop"], "exited"), (["restart"], "running"),
])
def test_a_killed_monitor_s_container(imgctl, busybox, verb, after):
    imgctl.ok("run", "-d", "--name", "it", "--restart", "always", busybox, "sleep", "1000")
    pid = state(imgctl, "it", "Pid")
    os.kill(monitor_of(pid), signal.SIGKILL)
    until(lambda: state(imgctl, "it") == "exited", "its end is noticed")
    assert (state(imgctl, "it", "ExitCode"), state(imgctl, "it", "Pid")) == (137, 0)
    imgctl.fails("kill", "it", rc=1, err="is not running")
    imgctl.ok(*verb, *([] if verb[0] == "ps" else ["it"]))
    assert state(imgctl, "it") == after


def test_a_monitor_killed_while_somebody_watches(imgctl, busybox):
    child = imgctl.popen("run", "--name", "it", busybox, "sh", "-c", "echo up; exec sleep 1000", text=True)
    assert child.stdout.readline() == "up\n"
    os.kill(monitor_of(state(imgctl, "it", "Pid")), signal.SIGKILL)
    assert "the container's monitor has died" in child.communicate(timeout=30)[1]
    assert child.returncode == 255


def test_a_program_that_survives_its_monitor(imgctl, busybox):
    """One that changed its ids does not get the signal that its parent's death would be."""
    imgctl.ok("run", "-d", "--name", "it", busybox, "sh", "-c", "exec su alice -c 'exec sleep 1000'")
    until(lambda: "sleep" in imgctl.ok("top", "it"), "it sleeps")
    pid = state(imgctl, "it", "Pid")
    monitor = monitor_of(pid)
    os.kill(monitor, signal.SIGKILL)
    until(lambda: monitor_of(pid) != monitor, "its monitor is gone")
    assert (state(imgctl, "it"), state(imgctl, "it", "Pid")) == ("running", pid)
    imgctl.fails("rm", "it", rc=1, err="container is running")
    assert imgctl.ok("exec", "it", "echo", "here") == "here\n"
    assert imgctl.ok("stop", "-t", "0", "it") == "it\n"
    assert state(imgctl, "it") == "exited"
    assert state(imgctl, "it", "ExitCode") == 137


def test_a_command_in_a_container_survives_its_own_monitor(imgctl, busybox):
    """What `exec` started belongs to the container: only that one's end is its end."""
    imgctl.ok("run", "-d", "--name", "it", busybox, "sleep", "1000")
    imgctl.ok("exec", "-d", "it", "sleep", "2000")
    first = state(imgctl, "it", "Pid")
    until(lambda: "2000" in imgctl.ok("top", "it", "-eo", "pid,args"), "it sleeps")
    pid = next(int(line.split()[0]) for line in imgctl.ok("top", "it", "-eo", "pid,args").splitlines() if "2000" in line)
    monitor = monitor_of(pid)
    assert monitor not in (first, monitor_of(first))
    os.kill(monitor, signal.SIGKILL)
    until(lambda: monitor_of(pid) != monitor, "its monitor is gone")
    assert state(imgctl, "it") == "running" and "2000" in imgctl.ok("top", "it", "-eo", "pid,args")
    os.kill(monitor_of(first), signal.SIGKILL)
    until(lambda: not os.path.exists(f"/proc/{first}") and not os.path.exists(f"/proc/{pid}"), "both ended")
    until(lambda: state(imgctl, "it") == "exited", "its end is noticed")


def test_after_a_reboot_it_has_ended(imgctl, busybox):
    """The run folder is gone with the machine's memory, and nobody recorded the end."""
    imgctl.ok("create", "--name", "never", busybox)
    assert imgctl("run", "--name", "before", busybox, "sh", "-c", "exit 3").rc == 3
    imgctl.ok("run", "-d", "--name", "it", busybox, "sleep", "1000")
    started = state(imgctl, "it", "StartedAt")
    os.kill(monitor_of(state(imgctl, "it", "Pid")), signal.SIGKILL)
    until(lambda: state(imgctl, "it") == "exited", "its end is noticed")
    shutil.rmtree(imgctl.runroot)
    assert (state(imgctl, "it"), state(imgctl, "it", "ExitCode")) == ("exited", 255)
    assert state(imgctl, "it", "StartedAt") == started
    assert (state(imgctl, "before"), state(imgctl, "before", "ExitCode")) == ("exited", 3)
    assert state(imgctl, "never") == "created"
    assert imgctl.ok("ps", "-a", "--filter", "name=it", "--format", "{{.Status}}").startswith("Exited (255)")
    imgctl.ok("start", "it")
    assert state(imgctl, "it") == "running"
