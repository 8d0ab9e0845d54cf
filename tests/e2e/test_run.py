# SPDX-License-Identifier: Apache-2.0
"""imgctl run and create: what a container is given, and how it ends."""
import os
import pathlib
import re
import signal

import pexpect
import pytest


def sh(imgctl, image, script, *options, **how):
    return imgctl.ok("run", "--rm", *options, image, "sh", "-c", script, **how)


def test_streams_and_exit_code(imgctl, busybox):
    result = imgctl("run", "--rm", busybox, "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (result.rc, result.out, result.err) == (7, "out\n", "err\n")
    assert imgctl.ok("ps", "-aq") == ""


def test_stdin_only_when_asked(imgctl, busybox):
    assert imgctl.ok("run", "--rm", "-i", busybox, "cat", stdin="in\n") == "in\n"
    assert imgctl.ok("run", "--rm", busybox, "cat", stdin="in\n") == ""


def test_name_and_detached(imgctl, busybox):
    identity = imgctl.ok("run", "-d", "--name", "it", busybox, "sleep", "1000").strip()
    assert re.fullmatch("[0-9a-f]{64}", identity)
    assert imgctl.ok("inspect", "-f", "{{.Name}} {{.State.Status}}", identity[:12]) == "/it running\n"
    imgctl.fails("run", "--name", "it", busybox, "true", rc=125, err='Conflict. The container name "/it" is already in use')


def test_environment(imgctl, busybox, tmp_path_of_test):
    file = tmp_path_of_test / "env"
    file.write_text("# comment\nFILE=a b\nOURS\n")
    out = sh(imgctl, busybox, "env", "-e", "SET=1", "-e", "OURS", "-e", "ABSENT", "--env-file", file, env={"OURS": "x"})
    assert {"SET=1", "OURS=x", "FILE=a b", "HOME=/root"} <= set(out.splitlines())
    assert "ABSENT" not in out


def test_directory_user_host_name(imgctl, busybox):
    out = sh(imgctl, busybox, "pwd; id -u; id -g; hostname", "-w", "/new/place", "-u", "12:34", "--hostname", "box")
    assert out.split() == ["/new/place", "12", "34", "box"]


def test_entrypoint(imgctl, busybox):
    assert imgctl.ok("run", "--rm", "--entrypoint", "echo", busybox, "a", "b") == "a b\n"


def test_networks_none_and_host(imgctl, busybox):
    links = "ls /sys/class/net | tr '\\n' ' '; readlink /proc/self/ns/net"
    assert sh(imgctl, busybox, links).startswith("eth0 lo ")
    assert sh(imgctl, busybox, links, "--network", "none").startswith("lo ")
    assert sh(imgctl, busybox, links, "--network", "host").split()[-1] == os.readlink("/proc/self/ns/net")
    assert "127.0.0.1" in sh(imgctl, busybox, "ip addr show lo; ping -c 1 127.0.0.1")
    imgctl.fails("run", "--rm", "--network", "nosuch", busybox, "true", rc=125, err="network nosuch not found")


def test_every_processor_is_its_own(imgctl, busybox):
    """The monitor moves to another processor at its birth; a container may run on all of them."""
    allowed = [line for line in open("/proc/self/status") if line.startswith("Cpus_allowed:")]
    assert sh(imgctl, busybox, "grep Cpus_allowed: /proc/self/status") == allowed[0]


@pytest.mark.parametrize("command, code, words", [
    (("nosuch",), 127, "executable file not found"),
    (("/no/such",), 127, "no such file or directory"),
    (("/etc",), 126, "permission denied|is a directory"),
    (("/etc/passwd",), 126, "permission denied"),
])
def test_commands_that_cannot_run(imgctl, busybox, command, code, words):
    imgctl.fails("run", "--rm", busybox, *command, rc=code, err=words)


def test_a_signal_ends_it(imgctl, busybox):
    assert imgctl("run", "--rm", busybox, "sh", "-c", "kill -9 $PPID; kill -9 1; sleep 1 & kill -9 $!; exit 3").rc == 3
    imgctl.ok("run", "-d", "--name", "it", busybox, "sleep", "1000")
    os.kill(imgctl.inspect("it", "{{.State.Pid}}"), signal.SIGKILL)
    assert imgctl.ok("wait", "it") == "137\n"


def test_signals_are_forwarded(imgctl, busybox):
    child = imgctl.popen("run", "--rm", busybox, "sh", "-c",
                         "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done")
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 9


def test_the_window_is_followed(imgctl, busybox):
    terminal = imgctl.pty("run", "-it", "--rm", busybox, "sh", size=(30, 90))
    terminal.expect("# ")
    terminal.sendline("stty size")
    terminal.expect("30 90")
    terminal.setwinsize(41, 101)
    terminal.sendline("while [ \"$(stty size)\" != '41 101' ]; do :; done; echo fol''lowed; exit 4")
    terminal.expect("followed")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 4


def test_it_goes_with_its_terminal(imgctl, busybox):
    terminal = imgctl.pty("run", "-it", "--name", "it", busybox, "sh")
    terminal.expect("# ")
    terminal.close(force=False)
    assert imgctl.ok("wait", "it").strip().isdigit()
    assert imgctl.ok("ps", "-q") == ""


@pytest.mark.parametrize("options, controller, file, value", [
    (("-m", "32m"), "memory", "memory.limit_in_bytes", str(32 << 20)),
    (("--pids-limit", "21"), "pids", "pids.max", "21"),
    (("--cpus", "0.5"), "cpu", "cpu.cfs_quota_us", "50000"),
])
def test_limits(imgctl, busybox, options, controller, file, value):
    identity = imgctl.ok("run", "-d", *options, busybox, "sleep", "1000").strip()
    pid = imgctl.inspect(identity, "{{.State.Pid}}")
    groups = pathlib.Path(f"/proc/{pid}/cgroup").read_text()
    assert identity in groups
    paths = {name: path for _, names, path in (x.split(":", 2) for x in groups.splitlines()) for name in names.split(",")}
    folder = pathlib.Path(f"/sys/fs/cgroup/{controller}")
    if controller not in paths:  # a host with the v2 tree alone
        file = {"memory": "memory.max", "pids": "pids.max", "cpu": "cpu.max"}[controller]
        folder, paths[controller] = pathlib.Path("/sys/fs/cgroup"), paths[""]
    assert (folder / paths[controller].lstrip("/") / file).read_text().split()[0] == value


def test_confinement(imgctl, busybox):
    out = sh(imgctl, busybox, "grep -E 'CapEff|Seccomp:' /proc/self/status; cat /proc/keys; echo x > /proc/sys/kernel/domainname; "
                              "stat -c %t:%T /dev/null /dev/zero /dev/tty; ls /proc/self/fd | wc -l; umask")
    assert "00000000a80425fb" in out or re.search(r"CapEff:\s+[0-9a-f]{16}", out)
    assert re.search(r"Seccomp:\s+2", out)
    assert "1:3\n1:5\n5:0\n" in out and out.endswith("0022\n")


def test_create_prints_the_id_and_the_file(imgctl, busybox, tmp_path_of_test):
    file = tmp_path_of_test / "cid"
    identity = imgctl.ok("create", "--cidfile", file, "-l", "a=b", busybox, "true").strip()
    assert file.read_text() == identity
    assert imgctl.inspect(identity, "{{json .Config.Labels}}")["a"] == "b"
    imgctl.fails("create", "--cidfile", file, busybox, "true", rc=125, err="container ID file found")


def test_export_is_the_tree(imgctl, busybox, tmp_path_of_test):
    imgctl("run", "--name", "it", busybox, "sh", "-c", "echo new > /new; rm /etc/passwd")
    file = tmp_path_of_test / "tree.tar"
    imgctl.ok("export", "-o", file, "it")
    import tarfile
    names = {name.removeprefix("./") for name in tarfile.open(file).getnames()}
    assert "new" in names and "etc/passwd" not in names and "bin/busybox" in names
