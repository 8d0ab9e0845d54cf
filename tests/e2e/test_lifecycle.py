# SPDX-License-Identifier: Apache-2.0
"""start, stop, restart, kill, wait, pause, attach, rename."""
import os

import pytest

from harness.bundle import until

TRAP = ("trap 'echo got-hup' HUP; trap 'exit 7' TERM; trap 'exit 11' USR1; echo ready; "
        "while :; do sleep 0.05; done")


def started(imgctl, image, *options, name="box", script=TRAP):
    """A detached container that has said `ready`."""
    imgctl.ok("run", "-d", "--name", name, *options, image, "sh", "-c", "exec >/said 2>&1; " + script)
    imgctl.ok("exec", name, "sh", "-c", "until grep -q ready /said; do sleep 0.05; done")


def state(imgctl, name, field):
    return imgctl.inspect(name, "{{json .State.%s}}" % field)


def test_start_attached(imgctl, busybox):
    imgctl.ok("create", "--name", "box", busybox, "sh", "-c", "echo out; echo err >&2; exit 6")
    for _ in range(2):
        result = imgctl("start", "-a", "box")
        assert (result.rc, result.out, result.err) == (6, "out\n", "err\n")
    imgctl.ok("create", "--name", "reader", "-i", busybox, "cat")
    assert imgctl.ok("start", "-i", "reader", stdin="hello") == "hello"
    imgctl.fails("start", "-a", "box", "reader", rc=1, err="cannot start and attach multiple")


def test_start_several(imgctl, busybox):
    imgctl.ok("create", "--name", "box", busybox, "sleep", "1000")
    imgctl.ok("create", "--name", "broken", busybox, "no-such")
    result = imgctl.fails("start", "nobody", "box", "broken", rc=1, err="failed to start containers: nobody, broken")
    assert result.out == "box\n" and state(imgctl, "box", "Running")
    assert imgctl.ok("start", "box") == "box\n"
    assert state(imgctl, "broken", "ExitCode") == 127


def test_stop_asks_then_kills(imgctl, busybox):
    started(imgctl, busybox)
    assert imgctl.ok("stop", "-t", "-1", "box") == "box\n"
    assert (state(imgctl, "box", "Status"), state(imgctl, "box", "ExitCode")) == ("exited", 7)
    assert imgctl.ok("stop", "box") == "box\n"
    started(imgctl, busybox, "--stop-signal", "USR1", name="own")
    imgctl.ok("stop", "own")
    assert state(imgctl, "own", "ExitCode") == 11
    started(imgctl, busybox, name="deaf", script="trap '' TERM; echo ready; while :; do sleep 0.05; done")
    imgctl.ok("stop", "-t", "0", "deaf")
    assert state(imgctl, "deaf", "ExitCode") == 137
    imgctl.fails("stop", "nobody", rc=1, err="No such container: nobody")


def test_restart(imgctl, busybox):
    started(imgctl, busybox)
    before = state(imgctl, "box", "Pid")
    assert imgctl.ok("restart", "-t", "0", "box") == "box\n"
    assert state(imgctl, "box", "Pid") not in (0, before)
    imgctl.ok("kill", "box")
    imgctl.ok("restart", "box")
    assert state(imgctl, "box", "Running")


def test_kill(imgctl, busybox):
    started(imgctl, busybox)
    assert imgctl.ok("kill", "-s", "HUP", "box") == "box\n"
    imgctl.ok("exec", "box", "sh", "-c", "until grep -q got-hup /said; do sleep 0.05; done")
    imgctl.fails("kill", "-s", "NOSUCH", "box", rc=1, err="invalid signal: NOSUCH")
    imgctl.ok("kill", "box")
    assert state(imgctl, "box", "ExitCode") == 137
    imgctl.fails("kill", "box", rc=1, err="cannot kill container: box: container [0-9a-f]{64} is not running")


def has_socket(pid):
    try:
        return any(os.readlink(entry.path).startswith("socket:") for entry in os.scandir(f"/proc/{pid}/fd"))
    except FileNotFoundError:  # closed just now
        return False


def test_wait(imgctl, busybox):
    started(imgctl, busybox, "--rm")
    waiters = [imgctl.popen("wait", "box") for _ in range(2)]
    for waiter in waiters:
        until(lambda: has_socket(waiter.pid), "it does not wait")
    imgctl.ok("stop", "box")
    assert {w.communicate(timeout=20)[0] for w in waiters} <= {b"7\n"}
    imgctl.fails("wait", "box", rc=1, err="No such container")
    imgctl("run", "--name", "done", busybox, "sh", "-c", "exit 5")
    assert imgctl.ok("wait", "done") == "5\n"


def test_end_behind_the_back_is_noticed(imgctl, busybox):
    started(imgctl, busybox)
    os.kill(state(imgctl, "box", "Pid"), 9)
    assert imgctl.ok("wait", "box") == "137\n"
    assert state(imgctl, "box", "Status") == "exited"


def test_pause(imgctl, busybox):
    started(imgctl, busybox)
    assert imgctl.ok("pause", "box") == "box\n"
    assert state(imgctl, "box", "Status") == "paused"
    imgctl.fails("exec", "box", "true", rc=1, err="is paused, unpause the container before exec")
    imgctl.fails("pause", "box", rc=1, err="already paused")
    imgctl.ok("unpause", "box")
    imgctl.fails("unpause", "box", rc=1, err="is not paused")
    imgctl.ok("pause", "box")
    imgctl.ok("stop", "box")
    assert state(imgctl, "box", "ExitCode") == 7


def test_attach(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "box", busybox, "sh", "-c",
              "until [ -e /go ]; do sleep 0.05; done; echo out; echo err >&2; exit 17")
    clients = [imgctl.popen("attach", "--no-stdin", "box") for _ in range(2)]
    # Both are there when the monitor has taken them in: it answers the exec's client after them.
    pid = open(f"/proc/{state(imgctl, 'box', 'Pid')}/stat").read().rsplit(")", 1)[1].split()[1]
    while sockets(pid) < 3:
        os.sched_yield()
    imgctl.ok("exec", "box", "touch", "/go")
    for client in clients:
        out, err = client.communicate(timeout=20)
        assert (client.returncode, out, err) == (17, b"out\n", b"err\n")
    imgctl.fails("attach", "box", rc=1, err="cannot attach to a stopped container")


def sockets(pid):
    """Sockets that a process has open: a monitor's listening one and its clients'."""
    folder = f"/proc/{pid}/fd"
    return sum(os.readlink(f"{folder}/{fd}").startswith("socket:") for fd in os.listdir(folder))


def test_detach_and_attach_again(imgctl, busybox):
    shell = imgctl.pty("run", "-it", "--name", "box", busybox, "sh")
    shell.expect("[#$] ")
    shell.send("\x10\x11")
    shell.wait()
    assert shell.exitstatus == 0 and state(imgctl, "box", "Running")
    shell = imgctl.pty("attach", "--detach-keys", "ctrl-x,y", "box")
    shell.sendline("echo a''b")
    shell.expect_exact("ab")
    shell.send("\x18y")
    shell.wait()
    assert state(imgctl, "box", "Running")
    shell = imgctl.pty("attach", "box")
    shell.sendline("exit 3")
    shell.wait()
    assert shell.exitstatus == 3


def test_detach_keys_of_the_configuration(imgctl, busybox):
    """They hold for all four commands, and an option counts more."""
    (imgctl.home / ".docker").mkdir(exist_ok=True)
    (imgctl.home / ".docker/config.json").write_text('{"detachKeys": "ctrl-e,e"}')
    calls = [("run", "-it", "--name", "box", busybox, "sh"), ("attach", "box"), ("exec", "-it", "box", "sh")]
    for call in calls:
        shell = imgctl.pty(*call)
        shell.sendline("echo a''b")
        shell.expect_exact("ab")
        shell.send("\x05e")
        shell.wait()
        assert shell.exitstatus == 0 and state(imgctl, "box", "Running"), call
    shell = imgctl.pty("attach", "--detach-keys", "ctrl-x", "box")
    shell.sendline("echo c''d")
    shell.expect_exact("cd")
    shell.send("\x05e\x18")
    shell.wait()
    imgctl.ok("kill", "box")
    shell = imgctl.pty("start", "-ai", "box")
    shell.sendline("echo e''f")
    shell.expect_exact("ef")
    shell.send("\x05e")
    shell.wait()
    assert shell.exitstatus == 0 and state(imgctl, "box", "Running")


def test_start_attached_joins_one_that_runs(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "box", busybox, "sh", "-c", "trap 'exit 9' TERM; while :; do echo on; sleep 0.1; done")
    client = imgctl.popen("start", "--attach", "box")
    assert client.stdout.readline() == b"on\n"
    imgctl.ok("stop", "box")
    assert client.wait(20) == 9


def test_killed_client_ends_the_container(imgctl, busybox):
    run = imgctl.popen("run", "--name", "box", busybox, "sh", "-c", TRAP)
    assert run.stdout.readline() == b"ready\n"
    run.kill()
    imgctl.ok("wait", "box")
    assert state(imgctl, "box", "ExitCode") == 7


@pytest.mark.parametrize("options", [[], ["-it"]])
def test_gone_terminal_ends_the_container(imgctl, busybox, options):
    shell = imgctl.pty("run", *options, "--stop-timeout", "0", "--name", "box", busybox, "sh", "-c",
                       "echo rea''dy; exec sleep 1000")
    shell.expect_exact("ready")
    shell.ptyproc.fileobj.close()
    assert imgctl.ok("wait", "box") == "137\n"


def test_sent_hang_up_is_for_the_program(imgctl, busybox):
    run = imgctl.popen("run", "--rm", busybox, "sh", "-c", TRAP)
    assert run.stdout.readline() == b"ready\n"
    run.send_signal(1)
    assert run.stdout.readline() == b"got-hup\n"
    run.terminate()
    assert run.wait(20) == 7


def test_closed_output_ends_the_command(imgctl, busybox):
    run = imgctl.popen("run", "--rm", busybox, "sh", "-c", "trap 'exit 0' TERM; while :; do echo line; done")
    assert run.stdout.readline() == b"line\n"
    run.stdout.close()
    assert run.wait(30) == 141


def test_rename(imgctl, busybox):
    imgctl.ok("run", "-d", "--rm", "--name", "old", busybox, "sleep", "1000")
    imgctl.ok("rename", "old", "new")
    imgctl.fails("inspect", "old", rc=1)
    assert imgctl.inspect("new", "{{json .Name}}") == "/new"
    imgctl.ok("create", "--name", "other", busybox, "true")
    imgctl.fails("rename", "other", "new", rc=1, err='Conflict. The container name "/new" is already in use')
    imgctl.fails("rename", "other", "a b", rc=1, err="Invalid container name")
    imgctl.fails("rename", "other", "other", rc=1, err="same name")
    imgctl.ok("kill", "new")
    imgctl.ok("rename", "other", "new")


def test_top_and_port(imgctl, busybox):
    started(imgctl, busybox, script="sleep 777 & echo ready; sleep 778; true")
    lines = imgctl.ok("top", "box").splitlines()
    assert lines[0].split()[:2] == ["UID", "PID"] and len(lines) == 4
    pid = str(state(imgctl, "box", "Pid"))
    assert pid in [line.split()[1] for line in lines[1:]] and any("sleep 777" in line for line in lines)
    assert imgctl.ok("top", "box", "-o", "pid,comm").splitlines()[0].split() == ["PID", "COMMAND"]
    imgctl.fails("top", "box", "-o", "comm", rc=1, err="Couldn't find PID field")
    assert imgctl.ok("port", "box") == ""
    imgctl.fails("port", "box", "80", rc=1, err="no public port '80/tcp' published for box")
    imgctl.ok("kill", "box")
    imgctl.fails("top", "box", rc=1, err="is not running")


@pytest.mark.parametrize("verb", ["top", "port", "start", "stop", "restart", "kill", "wait", "pause", "unpause", "attach"])
def test_needs_a_container(imgctl, verb):
    imgctl.fails(verb, rc=1, err="requires")
    imgctl.fails(verb, "nobody", rc=1, err="No such container: nobody")


def test_kill_by_an_empty_signal(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "box", busybox, "sleep", "1000")
    assert imgctl.ok("kill", "-s", "", "box") == "box\n"
    assert imgctl.ok("wait", "box") == "137\n"
