# SPDX-License-Identifier: Apache-2.0
"""exec: one more process in a container that runs."""
import hashlib
import os

import pytest


@pytest.fixture
def box(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "box", "-e", "FROM=image", busybox, "sleep", "1000")
    return "box"


def test_streams_and_exit_codes(imgctl, box):
    result = imgctl("exec", box, "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (result.rc, result.out, result.err) == (7, "out\n", "err\n")
    assert imgctl("exec", box, "sh", "-c", "kill -9 $$").rc == 137
    imgctl.fails("exec", box, "no-such", rc=127, err='exec: "no-such": executable file not found in \\$PATH')
    imgctl.fails("exec", box, "/etc/passwd", rc=126, err="permission denied")
    imgctl.fails("exec", "nobody", "true", rc=1, err="No such container: nobody")


def test_input_only_with_i(imgctl, box):
    assert imgctl.ok("exec", "-i", box, "cat", stdin="hello\n") == "hello\n"
    assert imgctl.ok("exec", box, "cat", stdin="hello\n") == ""
    data = bytes(range(256)) * 8192
    assert imgctl("exec", "-i", box, "cat", stdin=data, text=False).out == data


def test_is_in_the_container(imgctl, box):
    for kind in ("mnt", "pid", "uts", "ipc", "net", "cgroup"):
        inside = imgctl.ok("exec", box, "sh", "-c", f"readlink /proc/1/ns/{kind}; readlink /proc/self/ns/{kind}").split()
        assert inside[0] == inside[1] != os.readlink(f"/proc/self/ns/{kind}")
    pid = imgctl.inspect(box, "{{.State.Pid}}")
    imgctl.ok("exec", "-d", box, "sleep", "777")
    groups = open(f"/proc/{pid}/cgroup").read()
    visitor = next(p for p in os.listdir("/proc") if p.isdigit() and cmdline(p) == b"sleep\x00777\x00")
    assert open(f"/proc/{visitor}/cgroup").read() == groups


def cmdline(pid):
    try:
        return open(f"/proc/{pid}/cmdline", "rb").read()
    except OSError:
        return b""


def test_confined_as_the_first_process(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "box", "--cap-drop", "NET_RAW", busybox, "sleep", "1000")
    show = ["grep", "-E", "^(Cap|Seccomp:|NoNew)"]
    assert imgctl.ok("exec", "box", *show, "/proc/self/status") == imgctl.ok("exec", "box", *show, "/proc/1/status")
    everything = imgctl.ok("exec", "--privileged", "box", *show, "/proc/self/status")
    assert "Seccomp:\t2" in everything
    assert everything != imgctl.ok("exec", "box", *show, "/proc/self/status")


def test_user_folder_environment(imgctl, box):
    assert imgctl.ok("exec", "-u", "alice", box, "sh", "-c", "id -un; echo $HOME").split() == ["alice", "/home/alice"]
    assert imgctl.ok("exec", "-u", "0:777", box, "sh", "-c", "id -g") == "777\n"
    assert imgctl.ok("exec", "-w", "/tmp", box, "pwd") == "/tmp\n"
    env = imgctl.ok("exec", "-e", "A=1", "-e", "FROM=exec", box, "env", env={"SECRET": "leak"}).splitlines()
    assert {"A=1", "FROM=exec", "HOME=/root"} <= set(env) and not any("leak" in line for line in env)
    imgctl.fails("exec", "-u", "nobody-here", box, "true", rc=126, err="unable to find user")
    assert imgctl.ok("exec", "-u", ":6", box, "sh", "-c", "id -u; id -g").split() == ["0", "6"]
    for word in ("=x", ""):
        imgctl.fails("exec", "-e", word, box, "true", rc=125, err="invalid environment variable")


def test_a_working_folder_is_not_made(imgctl, box):
    imgctl.fails("exec", "-w", "/not/there", box, "pwd", rc=126, err="/not/there: [Nn]o such file or directory")
    imgctl.fails("exec", "-w", "relative", box, "pwd", rc=126, err="not an absolute path")
    assert imgctl("exec", box, "ls", "/not").rc == 1


def test_terminal(imgctl, box):
    shell = imgctl.pty("exec", "-it", box, "sh", "-c",
                       "trap 'echo in''tr; exit 8' INT; stty size; echo rea''dy; while :; do sleep 0.05; done",
                       size=(33, 99))
    shell.expect_exact("33 99")
    shell.expect_exact("ready")
    shell.sendcontrol("c")
    shell.expect_exact("intr")
    shell.wait()
    assert shell.exitstatus == 8
    imgctl.fails("exec", "-it", box, "true", rc=1, err="not a TTY")


def test_detach_keys_leave_it_running(imgctl, box):
    shell = imgctl.pty("exec", "-it", box, "sh", "-c", "echo rea''dy; read x; echo $x >/said; sleep 778")
    shell.expect_exact("ready")
    shell.send("\x10\x11")
    shell.wait()
    assert shell.exitstatus == 0
    assert "read x" in imgctl.ok("exec", box, "ps")


def test_ends_with_its_container(imgctl, box):
    visitor = imgctl.popen("exec", box, "sh", "-c", "echo up; sleep 500")
    assert visitor.stdout.readline() == b"up\n"
    os.kill(imgctl.inspect(box, "{{.State.Pid}}"), 9)
    assert visitor.wait(20) == 137


def test_ends_with_its_command(imgctl, box):
    visitor = imgctl.popen("exec", box, "sh", "-c", "echo up; sleep 501; true")
    assert visitor.stdout.readline() == b"up\n"
    visitor.terminate()
    assert visitor.wait(20) == 143
    imgctl.ok("exec", box, "sh", "-c", "while ps | grep -v grep | grep -q 'sleep 501; true'; do sleep 0.05; done")


def test_the_program_is_out_of_reach(imgctl, box):
    before = hashlib.sha256(imgctl.program.read_bytes()).digest()
    imgctl.ok("exec", "-i", box, "sh", "-c", "cat >/trap && chmod +x /trap", stdin="#!/proc/self/exe\n")
    imgctl("exec", box, "/trap")
    imgctl("exec", box, "/proc/self/exe", "version")
    watch = imgctl.popen("exec", box, "sh", "-c",
                         "for i in $(seq 300); do for p in /proc/[0-9]*/exe; do "
                         "case $(readlink $p) in *imgctl*) (echo x >$p) 2>/dev/null && echo WROTE;; esac; done; done; true")
    for _ in range(20):
        imgctl.ok("exec", box, "true")
    out, _ = watch.communicate(timeout=60)
    assert b"WROTE" not in out
    assert hashlib.sha256(imgctl.program.read_bytes()).digest() == before
