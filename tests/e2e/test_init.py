# SPDX-License-Identifier: Apache-2.0
"""run --init: who is first in the container, what it reaps and hands on."""


def test_exit_codes(imgctl, busybox):
    assert imgctl("run", "--rm", "--init", busybox, "sh", "-c", "exit 9").rc == 9
    assert imgctl("run", "--rm", "--init", busybox, "sh", "-c", "kill -9 $$").rc == 137
    assert imgctl("run", "--rm", "--init", busybox, "sh", "-c", "kill -TERM $$").rc == 143
    imgctl.fails("run", "--rm", "--init", busybox, "no-such", rc=127, err="no-such.*No such file")
    imgctl.fails("run", "--rm", "--init", busybox, "/etc", rc=126, err="Permission denied")


def test_first_process(imgctl, busybox):
    out = imgctl.ok("run", "--rm", "--init", busybox, "sh", "-c", "cat /proc/1/comm; echo $$; ls -l /proc/1/exe")
    comm, pid, exe = out.splitlines()
    assert comm == "docker-init" and pid != "1" and exe.endswith("/sbin/docker-init")
    assert imgctl.ok("run", "--rm", busybox, "sh", "-c", "echo $$") == "1\n"


def test_reaps_orphans(imgctl, busybox):
    # The orphan tells when it is about to end; its parent is the init by then.
    script = ("(sh -c 'echo $$ >/pid; exec true' &); while [ ! -s /pid ] || [ -e /proc/$(cat /pid) ]; do "
              "sleep 0.05; done; echo gone")
    assert imgctl.ok("run", "--rm", "--init", busybox, "sh", "-c", script) == "gone\n"


def test_signals_reach_the_program(imgctl, busybox):
    run = imgctl.popen("run", "--rm", "--init", busybox, "sh", "-c",
                       "trap 'echo caught; exit 5' USR1; echo ready; while :; do sleep 0.05; done")
    assert run.stdout.readline() == b"ready\n"
    run.send_signal(10)
    assert run.stdout.readline() == b"caught\n"
    assert run.wait(20) == 5


def test_terminal_keys_reach_the_program_once(imgctl, busybox):
    shell = imgctl.pty("run", "--rm", "-it", "--init", busybox, "sh", "-c",
                       "trap 'echo int' INT; trap 'exit 4' QUIT; echo rea''dy; while :; do sleep 0.05; done")
    shell.expect_exact("ready")
    shell.sendcontrol("c")
    shell.expect_exact("int")
    shell.sendcontrol("\\")
    shell.wait()
    assert shell.exitstatus == 4
    assert shell.before.count("int") == 0


def test_init_cannot_be_changed(imgctl, busybox):
    out = imgctl.ok("run", "--rm", "--init", busybox, "sh", "-c",
                    "grep docker-init /proc/mounts; rm /sbin/docker-init || echo kept; [ -s /sbin/docker-init ]")
    assert " ro," in out and out.endswith("kept\n")


def test_shared_pid_namespace_needs_none(imgctl, busybox):
    out = imgctl.ok("run", "--rm", "--init", "--pid", "host", busybox, "sh", "-c", "ls /sbin/docker-init || echo none")
    assert out == "none\n"
