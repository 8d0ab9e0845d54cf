# SPDX-License-Identifier: Apache-2.0
"""Attacks on the setting up of a container, each shown to be prepared before it fails."""
import os
import re
import subprocess
import sys

import pytest

from harness import images
from harness.attack import Attack, armed, attacker, attempt, canary, in_store, load  # noqa: F401

Layer = images.Layer


def test_the_program_as_entry_point(imgctl, canary, tmp_path_of_test):
    """CVE-2019-5736: an image that runs /proc/self/exe gets no program that the host runs."""
    layer = Layer().file("trap", "#!/proc/self/exe\n", mode=0o755)
    image = load(imgctl, tmp_path_of_test, layer, config={"Entrypoint": ["/proc/self/exe"]})
    assert imgctl.inspect(image, "{{json .Config.Entrypoint}}", kind="image") == ["/proc/self/exe"]
    for arguments in ((image, "version"), ("--entrypoint", "/trap", image)):
        attempt(imgctl, "run", "--rm", *arguments)
    # the monitor, which stands beside the container, is an image of the program and not its file
    imgctl.ok("run", "-d", "--name", "box", "--entrypoint", "sleep", image, "1000")
    pid = imgctl.inspect("box", "{{.State.Pid}}")
    parent = next(line.split()[1] for line in open(f"/proc/{pid}/status") if line.startswith("PPid:"))
    ours = os.stat(imgctl.program)
    run_by = os.stat(f"/proc/{parent}/exe")
    assert (run_by.st_ino, run_by.st_dev) != (ours.st_ino, ours.st_dev)


def test_a_working_folder_that_is_a_descriptor(imgctl, canary, tmp_path_of_test):
    """CVE-2024-21626: no descriptor of ours, nor one that we were handed, is a way to the host."""
    image = load(imgctl, tmp_path_of_test, config={"WorkingDir": "/proc/self/fd/9"})
    plain = load(imgctl, tmp_path_of_test, name="plain:1")
    handed = ["sh", "-c", f"exec 9<{canary}; exec \"$@\"", "sh"]  # what this starts has the host's folder as 9
    seen = subprocess.run([*handed, "cat", "/proc/self/fd/9/secret"], stdout=subprocess.PIPE, text=True, check=True)
    assert "canary-secret" in seen.stdout

    def run(*args):
        out, err = imgctl.popen(command=[*handed, *imgctl.command(*args)]).communicate(timeout=20)
        assert b"canary-secret" not in out, args
        return out, err

    for options in ([image], ["-w", "/proc/self/fd/9", plain], ["-w", "/proc/1/fd/9/..", plain]):
        run("run", "--rm", *options, "cat", "secret", "../secret", "../../secret", "C/secret")
    out, err = run("run", "--rm", plain, "sh", "-c", "echo /proc/$$/fd/*; sleep 0")
    shown = {x.rsplit("/", 1)[1] for x in out.decode().split()}
    assert {"0", "1", "2"} <= shown and "9" not in shown, (out, err)
    imgctl.ok("run", "-d", "--name", "box", plain, "sleep", "1000")
    for number in range(40):
        for command in (["run", "--rm", "-w", f"/proc/self/fd/{number}", plain],
                        ["exec", "-w", f"/proc/self/fd/{number}", "box"]):
            result = attempt(imgctl, *command, "sh", "-c", "pwd -P; ls; ls ../../..")
            if result.rc == 0:
                assert result.out.startswith("/") and "unreachable" not in result.out, result
                assert "lost+found" not in result.out, result


def test_mount_targets_that_are_swapped(imgctl, canary, armed):
    """CVE-2021-30465: a target exchanged for a link while it is mounted on stays below the container's root."""
    imgctl.ok("volume", "create", "shared")
    imgctl.ok("run", "--rm", "-v", "shared:/v", armed, "sh", "-c", f"mkdir -p /v/x/y /v/k; ln -s {canary} /v/l; ln -s / /v/k/r")
    given = canary.folder.parent / "given"
    given.mkdir()
    (given / "mark").write_text("given\n")
    got = 0
    with Attack(imgctl, "run", "-i", "--rm", "-v", "shared:/v", armed, "/attacker", "swap", "/v/x", "/v/l") as racer:
        for _ in racer.turns(150):
            result = attempt(imgctl, "run", "--rm", "--network", "none", "-v", "shared:/v", "-v", f"{given}:/v/x/y", armed,
                             "cat", "/v/x/y/mark", f"{canary}/secret", f"{canary}/y/mark")
            got += result.out.count("given")
    assert sorted(os.listdir(canary.folder)) == ["empty", "secret"]


NODES = {"keys": "1:3", "kcore": "1:3", "timer_list": "1:3"}


@pytest.mark.parametrize("terminal", [[], ["-t"]], ids=["plain", "terminal"])
@pytest.mark.parametrize("name, target", [
    ("null", "/proc/sys/kernel/core_pattern"), ("null", "/proc/sysrq-trigger"), ("console", "/proc/sys/kernel/core_pattern"),
    ("pts", "/proc/sys/kernel"), ("ptmx", "/proc/sysrq-trigger"), ("shm", "/proc/sys"), ("fd", "/proc/1/root")])
def test_devices_that_the_image_has_as_links(imgctl, canary, tmp_path_of_test, name, target, terminal):
    """CVE-2025-31133, CVE-2025-52565, CVE-2025-52881: masks, console and writes to /proc are where they should be."""
    image = load(imgctl, tmp_path_of_test, Layer().symlink(f"dev/{name}", target))
    assert os.readlink(in_store(imgctl, f"dev/{name}")) == target
    result = attempt(imgctl, "run", "--rm", *terminal, image, "sh", "-c",
                     "for f in keys kcore timer_list; do [ -e /proc/$f ] && stat -c '%n %t:%T' /proc/$f; done;"
                     "stat -c '%n %t:%T' /dev/null; (echo '|/x' >/proc/sys/kernel/core_pattern) 2>/dev/null && echo WRITTEN;"
                     "(echo h >/proc/sysrq-trigger) 2>/dev/null && echo WRITTEN; echo end")
    lines = result.out.split("\n")
    assert "end" in result.out and "WRITTEN" not in result.out, result
    assert all(line.split()[1] == "1:3" for line in lines if line.startswith(("/proc/", "/dev/null"))), result


def test_a_dev_that_is_a_link(imgctl, canary, tmp_path_of_test):
    """CVE-2026-41579, CVE-2026-47766: no node is made behind it."""
    image = load(imgctl, tmp_path_of_test, Layer().symlink("dev", str(canary)))
    assert os.readlink(in_store(imgctl, "dev")) == str(canary)
    for options in ([], ["-t"], ["--privileged"], ["--device", "/dev/full"]):
        attempt(imgctl, "run", "--rm", *options, image, "ls", "/dev/")


@pytest.mark.parametrize("name", ["proc", "sys"])
@pytest.mark.parametrize("target", ["/tmp/there", "CANARY", "..", "/"])
def test_a_proc_that_is_a_link(imgctl, canary, tmp_path_of_test, name, target):
    """CVE-2019-19921, CVE-2023-27561, CVE-2023-28642: mounted on a real folder, or not run at all."""
    target = str(canary) if target == "CANARY" else target
    image = load(imgctl, tmp_path_of_test, Layer().dir("tmp/there").symlink(name, target))
    assert os.readlink(in_store(imgctl, name)) == target
    result = attempt(imgctl, "run", "--rm", image, "sh", "-c",
                     "(echo '|/x' >/proc/sys/kernel/core_pattern) 2>/dev/null && echo WRITTEN; cat /proc/self/mounts")
    assert "WRITTEN" not in result.out, result
    if result.rc == 0:
        assert re.search(f"^{name}(fs)? /{name} ", result.out, re.M), result


@pytest.mark.parametrize("target", ["/proc", "/proc/self/attr", "/proc/sys/kernel", "/proc/self/fd"])
def test_a_volume_over_proc(imgctl, canary, tmp_path_of_test, target):
    """CVE-2019-16884: what we write to /proc goes to the kernel, and masks are on it."""
    image = load(imgctl, tmp_path_of_test, config={"Volumes": {target: {}}})
    assert target in imgctl.inspect(image, "{{json .Config.Volumes}}", kind="image")
    for arguments in ((image,), ("-v", f"vol:{target}", "busybox"), ("--tmpfs", target, "busybox")):
        if "busybox" in arguments:
            imgctl.ok("pull", "-q", "busybox")
        imgctl.fails("run", "--rm", *arguments, "true", rc=125, err="/proc")


def test_folders_for_mounts_behind_links(imgctl, canary, busybox):
    """CVE-2024-45310, CVE-2019-18837: what is made to mount on is made in the container only."""
    given = canary.folder.parent / "given"
    given.write_text("given\n")
    imgctl.ok("run", "--rm", "-v", "vol:/a", busybox, "sh", "-c",
              f"ln -s {canary} /a/b; ln -s ../../../../../../../../../../..{canary} /a/r; ln -s {canary}/new /a/n")
    assert os.readlink(imgctl.root / "volumes/vol/_data/b") == str(canary)
    for name in ("b/c", "r/c", "b/d/e", "n", "n/deep", "b/secret"):
        for source in (given, "other", canary.folder.parent):
            attempt(imgctl, "run", "--rm", "-v", "vol:/a", "-v", f"{source}:/a/{name}", busybox, "true")
        attempt(imgctl, "run", "--rm", "-v", "vol:/a", "--tmpfs", f"/a/{name}", busybox, "true")
        attempt(imgctl, "run", "--rm", "-v", "vol:/a", "-w", f"/a/{name}", busybox, "true")


def test_long_chains_of_links(imgctl, canary, tmp_path_of_test):
    """crun's chroot_realpath: a target at the end of 50 links of the longest names is an error, not an overflow."""
    layer, names = Layer(), [f"{i:02d}" + "n" * 253 for i in range(50)]
    for here, there in zip(names, names[1:]):
        layer.symlink(here, there)
    image = load(imgctl, tmp_path_of_test, layer.dir(names[-1]))
    assert in_store(imgctl, names[0]).is_symlink()
    attempt(imgctl, "run", "--rm", "-v", f"vol:/{names[-2]}", image, "true")
    imgctl.fails("run", "--rm", "-v", f"vol:/{names[0]}/x", image, "true", err="(?i)symbolic links|too long")
    imgctl.fails("run", "--rm", "-v", "vol:/" + "/".join(names), image, "true", err="(?i)too long")
    imgctl.fails("run", "--rm", "-w", f"/{names[0]}", image, "true", err="(?i)symbolic links|too long")


@pytest.mark.parametrize("name", ["etc", "etc/hosts", "etc/resolv.conf", "etc/hostname", "etc/mtab"])
@pytest.mark.parametrize("leaf", ["", "/pwned", "/secret"], ids=["folder", "new", "secret"])
def test_files_that_every_runtime_writes(imgctl, canary, tmp_path_of_test, name, leaf):
    """CVE-2024-5154 and its class: prepared files are mounted in the root, never written through the image's links."""
    image = load(imgctl, tmp_path_of_test, Layer().symlink(name, f"{canary}{leaf}"))
    assert os.readlink(in_store(imgctl, name)) == f"{canary}{leaf}"
    result = attempt(imgctl, "run", "--rm", "--add-host", "pwned:10.1.2.3", image, "cat", "/etc/hosts")
    if result.rc == 0 and name in ("etc/resolv.conf", "etc/hostname", "etc/mtab"):
        assert "10.1.2.3" in result.out, result


def test_filling_a_volume_through_links(imgctl, canary, tmp_path_of_test):
    """CVE-2024-9341, CVE-2025-9566, CVE-2022-23648: a new volume is filled from the image's own folder only."""
    layer = Layer().symlink("data", str(canary)).dir("real").symlink("real/link", str(canary)).symlink("up", "/../../../..")
    layer.symlink("real/secret", str(canary.secret))
    for number, path in enumerate(["/data", f"/../../../../../../..{canary}", "/real", "/up", f"/up{canary}", "/real/link", "/real/..",
                                   "", "/", "data", "/.", "/.."]):
        image = load(imgctl, tmp_path_of_test, layer, name=f"evil:{number}", config={"Volumes": {path: {}}})
        assert path in imgctl.inspect(image, "{{json .Config.Volumes}}", kind="image")
        attempt(imgctl, "run", "--rm", image, "sh", "-c",
                f"cat /data/secret /real/secret /real/link/secret .{canary}/secret /secret; echo new >/data/new; true")
    attempt(imgctl, "run", "--rm", "-v", "vol:/real", image, "true")
    attempt(imgctl, "run", "--rm", "-v", "vol:/v", "-v", f"{canary.folder / 'empty'}:/v/link/x", image, "true")
    for top, _, files in os.walk(imgctl.root / "volumes"):
        assert not [f for f in files if "canary-secret" in open(os.path.join(top, f)).read()], top


def test_a_volume_that_is_not_empty_is_left_alone(imgctl, canary, tmp_path_of_test):
    """CVE-2020-1726: what is in it is not replaced by what the image has there."""
    image = load(imgctl, tmp_path_of_test, Layer().dir("data").file("data/file", "the image's\n").file("data/more", "x"))
    imgctl.ok("run", "--rm", "-v", "vol:/v", image, "sh", "-c", "echo mine >/v/file")
    assert (imgctl.root / "volumes/vol/_data/file").read_text() == "mine\n"
    assert imgctl.ok("run", "--rm", "-v", "vol:/data", image, "sh", "-c", "cat /data/file; ls /data") == "mine\nfile\n"
    assert imgctl.ok("run", "--rm", "-v", "fresh:/data", image, "cat", "/data/file") == "the image's\n"


def test_no_capability_is_inherited(imgctl, canary, busybox):
    """CVE-2022-29162, CVE-2022-24769, CVE-2022-27649 to 27652: inheritable and ambient sets are empty, run and exec."""
    imgctl.ok("run", "-d", "--name", "box", busybox, "sleep", "1000")
    show = ["grep", "^Cap", "/proc/self/status"]
    for command in (["run", "--rm", busybox], ["run", "--rm", "--cap-add", "ALL", busybox], ["run", "--rm", "--privileged", busybox],
                    ["run", "--rm", "-u", "1000", busybox], ["exec", "box"], ["exec", "-u", "1000", "box"],
                    ["exec", "--privileged", "box"], ["run", "--rm", "-u", "1000", "--cap-add", "NET_ADMIN", busybox]):
        sets = dict(line.split(":\t") for line in imgctl.ok(*command, *show).splitlines())
        assert int(sets["CapInh"], 16) == 0 and int(sets["CapAmb"], 16) == 0, (command, sets)
        assert int(sets["CapBnd"], 16) != 0, (command, sets)
        if "1000" in command:
            assert int(sets["CapPrm"], 16) == int(sets["CapEff"], 16) == 0, (command, sets)


GROUPS = "root:x:0:root\nwheel:x:10:root,bob\nextra:x:20:bob\n"
USERS = "root:x:0:0:root:/root:/bin/sh\nbob:x:1000:50:Bob:/:/bin/sh\n1000:x:0:0::/:/bin/sh\n4242:x:0:0::/:/bin/sh\n"


@pytest.mark.parametrize("user, ids", [
    ("root", "0 0 0 10"), ("bob", "1000 50 10 20 50"), ("1234", "1234 0 0"), ("1234:1234", "1234 1234 1234"), ("bob:0", "1000 0 0"),
    ("1000", "1000 50 10 20 50"), ("4242", "4242 0 0"), ("", "0 0 0 10"), ("bob:extra", "1000 20 20")])
def test_users_and_groups(imgctl, canary, tmp_path_of_test, user, ids):
    """CVE-2022-36109, CVE-2022-2989, CVE-2023-25173 (groups), CVE-2016-3697 (a number is never a name)."""
    image = load(imgctl, tmp_path_of_test, Layer().file("etc/passwd", USERS).file("etc/group", GROUPS), config={"User": user})
    imgctl.ok("run", "-d", "--name", "box", image, "sleep", "1000")
    shown = ["sh", "-c", "echo $(id -u) $(id -g) $(grep Groups: /proc/self/status | cut -f2 | tr ' ' '\\n' | sort -n)"]
    assert imgctl.ok("run", "--rm", image, *shown).strip() == ids
    assert imgctl.ok("exec", "box", *shown).strip() == ids
    if user:
        assert imgctl.ok("run", "--rm", "-u", user, image, *shown).strip() == ids
        assert imgctl.ok("exec", "-u", user, "box", *shown).strip() == ids


@pytest.mark.parametrize("user", ["4294967296", "4294967295", "2147483648", "-1", "18446744073709551616", "-0", "+1", " 0", "0 ", "0x0", "1000;id",
                                  "nosuch", "0:4294967296", "0:-1", "root:nosuch", "\n", "../0"])
def test_users_that_overflow(imgctl, canary, busybox, tmp_path_of_test, user):
    """CVE-2026-30892, CVE-2024-40635: nothing that is no user's number becomes root."""
    image = load(imgctl, tmp_path_of_test, config={"User": user})
    assert imgctl.inspect(image, "{{json .Config.User}}", kind="image") == user
    imgctl.ok("run", "-d", "--name", "box", busybox, "sleep", "1000")
    for command in (["run", "--rm", image], ["run", "--rm", "-u", user, busybox], ["exec", "-u", user, "box"]):
        assert "uid=" not in imgctl.fails(*command, "id").out


PASSWD_ENTRIES = {
    "pipe": lambda layer, c: layer.add("etc/passwd", type=b"6"),
    "device": lambda layer, c: layer.add("etc/passwd", type=b"3", device=(1, 5)),
    "folder": lambda layer, c: layer.dir("etc/passwd"),
    "huge": lambda layer, c: layer.file("etc/passwd", b"x" * (11 << 20)),
    "long lines": lambda layer, c: layer.file("etc/passwd", ("a" * 100000 + ":x:0:0::/:\n") * 20),
    "host": lambda layer, c: layer.symlink("etc/passwd", str(c.secret)),
    "loop": lambda layer, c: layer.symlink("etc/passwd", "passwd"),
    "proc": lambda layer, c: layer.symlink("etc/passwd", "/proc/self/mem"),
}


@pytest.mark.parametrize("kind", PASSWD_ENTRIES)
def test_a_passwd_that_is_no_file(imgctl, canary, tmp_path_of_test, kind):
    """CVE-2024-9676: a pipe, a device, a huge or linked /etc/passwd neither blocks nor fills the memory."""
    layer = PASSWD_ENTRIES[kind](Layer(), canary)
    image = load(imgctl, tmp_path_of_test, layer)
    assert in_store(imgctl, "etc/passwd").lstat()
    for options in ([], ["-u", "alice"], ["-u", "1000"], ["-u", "0:staff"]):
        attempt(imgctl, "run", "--rm", *options, image, "true")
    if attempt(imgctl, "run", "-d", "--name", "box", image, "sleep", "1000").rc == 0:
        for user in ("alice", "1000"):
            attempt(imgctl, "exec", "-u", user, "box", "true")


def test_lines_smuggled_into_passwd(imgctl, canary, tmp_path_of_test):
    """CVE-2022-4318: a folder or HOME with a line feed adds no user."""
    smuggled = "/a\nroot2:x:0:0::/:/bin/sh"
    image = load(imgctl, tmp_path_of_test, config={"Env": [images.PATH, f"HOME={smuggled}"], "WorkingDir": smuggled})
    assert imgctl.inspect(image, "{{json .Config.WorkingDir}}", kind="image") == smuggled
    for options in ([], ["-u", "4242"], ["-u", "4242", "-w", smuggled], ["-e", f"HOME={smuggled}"], ["--hostname", "a\nb root2"],
                    ["--add-host", "a\n10.1.2.3 root2:10.1.2.4"], ["--dns-search", "a\nnameserver root2"], ["--dns-opt", "a\nroot2"],
                    ["--domainname", "a\nroot2"]):
        result = attempt(imgctl, "run", "--rm", *options, image, "cat", "/etc/passwd", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf")
        assert "root2" not in result.out, result


@pytest.mark.parametrize("setting", [
    "kernel.core_pattern=|/x", "kernel/core_pattern=|/x", "kernel.shm_rmid_forced=1+kernel.core_pattern=x", "net/../kernel/core_pattern=x",
    "net.ipv4/../../kernel/core_pattern=x", "vm.swappiness=1", "kernel.msgmax/../core_pattern=x", "fs.file-max=1", "net.=x", "=x", "kernel.hostname=x"])
def test_settings_of_the_whole_kernel(imgctl, canary, busybox, setting):
    """CVE-2022-0811: --sysctl sets what belongs to the container's namespaces and nothing else."""
    imgctl.fails("run", "--rm", "--sysctl", setting, busybox, "true", rc=125, err="sysctl|kernel parameter")


def test_settings_of_the_hosts_namespaces(imgctl, canary, busybox):
    """The same when a namespace is the host's."""
    assert imgctl.ok("run", "--rm", "--sysctl", "net.ipv4.ip_forward=1", busybox, "cat", "/proc/sys/net/ipv4/ip_forward") == "1\n"
    for options in (["--network", "host", "--sysctl", "net.ipv4.ip_forward=1"], ["--ipc", "host", "--sysctl", "kernel.shmmax=99999"],
                    ["--uts", "host", "--sysctl", "kernel.domainname=x"]):
        imgctl.fails("run", "--rm", *options, busybox, "true", rc=125, err="sysctl")


SHELL = """
import os, select, subprocess, sys
rc = subprocess.run(sys.argv[1:]).returncode
print(f"ended with {rc}, waiting:", repr(os.read(0, 100).decode()) if select.select([0], [], [], 0)[0] else "nothing")
"""


@pytest.mark.parametrize("options", [[], ["-i"], ["-t"], ["-it"], ["--privileged"], ["--init"]], ids=lambda x: " ".join(x) or "plain")
def test_typing_into_the_callers_terminal(imgctl, canary, armed, options):
    """CVE-2017-5226, TIOCSTI: a container cannot type into the terminal that it was started from."""
    for command in (["run", "--rm", *options, armed], ["exec", *options, "box"]):
        if "exec" in command:
            if "--init" in command:
                continue
            imgctl.ok("run", "-d", "--name", "box", armed, "sleep", "1000")
        shell = pexpect_python(imgctl, *imgctl.command(*command, "/attacker", "type", "touch pwned\n"))
        shell.expect_exact("tried")
        shell.expect("waiting: (.*)\r")
        assert shell.match.group(1) == "nothing"
        shell.close(force=True)


def pexpect_python(imgctl, *command):
    """A program on a terminal that runs COMMAND and then says what has been typed meanwhile."""
    kept = imgctl.program
    try:
        imgctl.program = sys.executable
        options, imgctl.options = imgctl.options, []
        return imgctl.pty("-c", SHELL, *command)
    finally:
        imgctl.program, imgctl.options = kept, options


def test_values_too_long_for_a_message(imgctl, canary, busybox):
    """CVE-2021-43784: no length is cut to 16 bits on its way to the child."""
    big = "x" * 70000
    imgctl.fails("run", "--rm", "--hostname", big, busybox, "true", rc=125)
    imgctl.fails("run", "--rm", "--hostname", "x" * 65, busybox, "true", rc=125)
    attempt(imgctl, "run", "--rm", "--label", f"a={big}", "--annotation", f"a={big}", busybox, "true")
    assert imgctl.ok("run", "--rm", "-e", f"A={big}", busybox, "sh", "-c", "echo ${#A}") == "70000\n"
    listed = canary.folder.parent / "env"
    listed.write_text("".join(f"A{i}={big}\n" for i in range(150)))
    attempt(imgctl, "run", "--rm", "--env-file", listed, busybox, "true")
    attempt(imgctl, "run", "--rm", "-w", "/" + big, busybox, "true")
    attempt(imgctl, "run", "--rm", "-v", f"vol:/{big}", busybox, "true")
    attempt(imgctl, "run", "--rm", "-u", big, busybox, "true")


def test_an_image_sets_no_policy(imgctl, canary, tmp_path_of_test):
    """CVE-2014-6408, CVE-2026-53488: security options in an image's configuration or labels have no effect."""
    policy = {"Privileged": True, "CapAdd": ["ALL"], "SecurityOpt": ["seccomp=unconfined"], "Binds": [f"{canary}:/mnt"],
              "NetworkMode": "host", "PidMode": "host", "Devices": ["/dev/vda"], "ReadonlyPaths": [], "MaskedPaths": []}
    labels = {"imgctl.internal": "1", "imgctl.privileged": "true", "io.imgctl.monitor": "x", "io.containerd.runc.privileged": "1"}
    image = load(imgctl, tmp_path_of_test, config={**policy, "HostConfig": policy, "Labels": labels})
    plain = load(imgctl, tmp_path_of_test, name="plain:1")
    assert imgctl.inspect(image, "{{json .Config.Labels}}", kind="image") == labels
    show = ["sh", "-c", "grep -E 'Cap|Secc|NoNew' /proc/self/status; cut -d' ' -f5,6 /proc/self/mountinfo | grep -v cgroup | sort;"
            "ls /mnt /dev; ls /sys/class/net"]
    assert imgctl.ok("run", "--rm", image, *show) == imgctl.ok("run", "--rm", plain, *show)


def test_no_abstract_sockets(imgctl, canary, busybox):
    """CVE-2020-15257: a container with the host's network finds no socket of ours to connect to."""
    # in a network namespace of the test's own, so that no other program's sockets are there
    command = ["unshare", "-n", *imgctl.command("run", "-i", "--rm", "--network", "host", busybox, "sh", "-c",
                                                "cat /proc/net/unix; echo ready; cat")]
    box = imgctl.popen(command=command, stdin=subprocess.PIPE)
    seen = []
    for line in box.stdout:
        if line == b"ready\n":
            break
        seen.append(line.decode().split())
    box.stdin.close()
    assert box.wait(20) == 0
    named = [line[7] for line in seen[1:] if len(line) > 7]
    # prepared: the sockets of the host's namespace are what is listed there, the monitor's among them
    assert any(name.endswith("/attach.sock") for name in named), seen
    assert not [name for name in named if name.startswith("@")], named
