# SPDX-License-Identifier: Apache-2.0
"""AppArmor: the default profile, those that are asked for, and what the default one takes away."""
import pathlib
import subprocess

import pytest

from conftest import program
from harness.bundle import Bundle, Runtime

CURRENT = "/proc/self/attr/current"
DEFAULT = "imgctl-default (enforce)\n"
OWN = "profile imgctl-test-own { file, capability, network, unix, signal, ptrace, mount, umount, deny /etc/passwd r, }\n"


def parse(option, text):
    subprocess.run(["apparmor_parser", option, "--skip-cache"], input=text, text=True, check=True)


@pytest.fixture(scope="module")
def own():
    """A profile that is loaded: it denies /etc/passwd."""
    parse("--replace", OWN)
    yield "imgctl-test-own"
    parse("--remove", OWN)


@pytest.fixture
def oci(no_leaks, tmp_path_of_test):
    it = Runtime(program(), tmp_path_of_test / "oci")
    no_leaks.marks.append(it.mark)
    yield it
    it.close()


@pytest.fixture
def bundle(oci, tmp_path_of_test):
    return Bundle(oci, tmp_path_of_test / "bundle")


def run(imgctl, *args):
    return imgctl.ok("run", "--rm", *args)


def test_the_default_profile(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", busybox, "sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done")
    assert imgctl.ok("exec", "one", "cat", "/proc/1/attr/current", CURRENT) == DEFAULT * 2
    assert imgctl.inspect("one", "{{json .AppArmorProfile}}") == "imgctl-default"
    assert imgctl.ok("exec", "--privileged", "one", "cat", CURRENT) == "unconfined\n"
    imgctl.ok("stop", "-t", "60", "one")  # its profile lets the host's signals in
    assert imgctl.inspect("one", "{{.State.ExitCode}}") == 3
    assert run(imgctl, "--security-opt", "no-new-privileges", busybox, "cat", CURRENT) == DEFAULT


def test_it_is_loaded_again(imgctl, busybox):
    assert run(imgctl, busybox, "cat", CURRENT) == DEFAULT
    parse("--remove", "profile imgctl-default {}\n")
    assert "imgctl-default (" not in pathlib.Path("/sys/kernel/security/apparmor/profiles").read_text()
    assert run(imgctl, busybox, "cat", CURRENT) == DEFAULT


def test_what_is_asked_for(imgctl, busybox, own):
    for options, shown in ((["--security-opt", f"apparmor={own}"], f"{own} (enforce)\n"),
                           (["--security-opt", "apparmor=unconfined"], "unconfined\n"),
                           (["--privileged"], "unconfined\n"),
                           (["--privileged", "--security-opt", f"apparmor:{own}"], f"{own} (enforce)\n")):
        assert run(imgctl, *options, busybox, "cat", CURRENT) == shown
    imgctl.ok("run", "-d", "--name", "one", "--security-opt", f"apparmor={own}", busybox, "sleep", "1000")
    assert imgctl.ok("exec", "one", "cat", CURRENT) == f"{own} (enforce)\n"
    imgctl.fails("exec", "one", "cat", "/etc/passwd", rc=1, err="Permission denied")
    assert imgctl.inspect("one", "{{json .AppArmorProfile}}") == own


def test_an_unknown_profile(imgctl, busybox):
    imgctl.fails("run", "--name", "one", "--security-opt", "apparmor=nosuch", busybox, "true", rc=125, err="nosuch")
    assert imgctl.inspect("one", "{{json .State.Status}}") == "created"


# what is tried, and what it prints where nothing hinders it
MISCHIEF = [
    ("mount -t tmpfs none /mnt 2>/dev/null && echo done", ["--cap-add", "SYS_ADMIN"]),
    ("(echo 1 >/proc/sys/kernel/printk_ratelimit) 2>/dev/null && echo done", ["--security-opt", "systempaths=unconfined"]),
    ("(echo 0 >/proc/sys/vm/overcommit_memory) 2>/dev/null && echo done", ["--security-opt", "systempaths=unconfined"]),
    ("(: >/proc/sysrq-trigger) 2>/dev/null && echo done", ["--security-opt", "systempaths=unconfined"]),
]


@pytest.mark.parametrize("script, options", MISCHIEF)
def test_what_the_default_profile_denies(imgctl, busybox, script, options):
    unconfined = ["--security-opt", "apparmor=unconfined"]
    assert run(imgctl, *options, *unconfined, busybox, "sh", "-c", script) == "done\n"
    assert run(imgctl, *options, busybox, "sh", "-c", script + " || echo denied") == "denied\n"


def test_what_it_does_not_hinder(imgctl, busybox):
    shown = run(imgctl, "--sysctl", "kernel.shmmax=4096", busybox, "sh", "-c",
                "cat /proc/sys/kernel/shmmax; echo x >/tmp/f; cat /tmp/f; echo 5 >/proc/self/oom_score_adj && echo score; "
                "sleep 100 & kill $! && echo killed; ls /proc/1/root >/dev/null && echo traced; ping -c1 127.0.0.1 >/dev/null "
                "&& echo network; head -c1 /sys/fs/cgroup/cgroup.procs >/dev/null && echo group")
    assert shown.split() == ["4096", "x", "score", "killed", "traced", "network", "group"]


def test_the_runtime(oci, bundle, own):
    assert bundle.prints(f"cat {CURRENT}") == "unconfined\n"
    bundle.process["apparmorProfile"] = own
    bundle.start()
    assert oci.ok("exec", "c1", "cat", "/proc/1/attr/current", CURRENT) == f"{own} (enforce)\n" * 2
    assert oci.ok("exec", "--apparmor", "unconfined", "c1", "cat", CURRENT) in ("unconfined\n", f"{own} (enforce)\n")
    bundle.process["apparmorProfile"] = "nosuch"
    result = bundle.run("true", name="c2")
    assert result.rc == 1 and "nosuch" in result.err, result
    oci.fails("exec", "--apparmor", "nosuch", "c1", "true", rc=255, err="nosuch")
    assert oci.ok("list", "-q") == "c1\n"
