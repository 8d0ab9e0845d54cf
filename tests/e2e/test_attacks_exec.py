# SPDX-License-Identifier: Apache-2.0
"""Attacks of a running container on whoever enters it, each shown to be prepared before it fails."""
import os
import re
import select
import shutil
import subprocess

import pexpect
import pytest

from conftest import program
from harness import images
from harness.attack import Attack, armed, attacker, attempt, canary, load  # noqa: F401
from harness.bundle import Bundle, Runtime, until

Layer = images.Layer
TOLD = re.compile(r"visitors=(\d+) files=(\d+) written=(\d+) traced=(\d+)")


@pytest.fixture
def oci(no_leaks, tmp_path_of_test):
    it = Runtime(program(), tmp_path_of_test / "oci")
    no_leaks.marks.append(it.mark)
    yield it
    it.close()


@pytest.mark.parametrize("way, visits, options", [
    ("program", 150, ["--cap-add", "SYS_PTRACE"]), ("program", 50, []), ("files", 150, []), ("trace", 100, [])])
def test_a_hunt_for_what_enters(imgctl, canary, armed, way, visits, options):
    """CVE-2019-5736, CVE-2016-9962, CVE-2016-8649: what enters shows neither its program nor files nor its memory."""
    imgctl.ok("run", "-d", "--name", "box", *options, armed, "sleep", "1000")
    with Attack(imgctl, "exec", "-i", "box", "/attacker", "hunt", way) as hunter:
        for _ in range(visits):
            attempt(imgctl, "exec", "box", "/bin/busybox", "true")
        if way == "program":  # there it is what runs, and may be looked at
            attempt(imgctl, "exec", "box", "/proc/self/exe", "version")
    visitors, files, written, traced = map(int, TOLD.fullmatch(hunter.said[-1]).groups())
    # prepared: it met those who came in, and looked at the descriptors of those that were the container's
    assert visitors > visits // 4, hunter.said
    assert files > 0 or way != "files", hunter.said
    assert written == traced == 0, hunter.said
    shown = [x for x in hunter.said[:-1] if not re.match(r"file (pipe|socket|anon_inode):", x)]
    assert not shown, shown


def entering(kind, imgctl, armed, attacker, oci, folder):
    """A container that may trace others: the attacker in it, and what brings somebody in TIMES times."""
    if kind == "oci exec":
        bundle = Bundle(oci, folder / "bundle")
        shutil.copy(attacker, bundle.rootfs / "attacker")
        bundle.capabilities("CAP_SYS_PTRACE")
        bundle.start(name="box")
        return Attack(oci, "exec", "box", "/attacker", "watch"), lambda: oci.ok("exec", "box", "/bin/busybox", "true")
    options = ["--health-cmd", "/bin/busybox true", "--health-interval", "20ms"] if kind == "health check" else []
    imgctl.ok("run", "-d", "--name", "box", "--cap-add", "SYS_PTRACE", *options, armed, "sleep", "1000")
    watcher = Attack(imgctl, "exec", "-i", "box", "/attacker", "watch")
    if kind == "exec":
        return watcher, lambda: imgctl.ok("exec", "box", "/bin/busybox", "true")

    def next_check():
        seen = imgctl.inspect("box", "{{json .State.Health.Log}}")
        until(lambda: imgctl.inspect("box", "{{json .State.Health.Log}}")[-1:] != seen[-1:], "no check was made")
    return watcher, next_check


@pytest.mark.parametrize("kind, times", [("exec", 200), ("health check", 30), ("oci exec", 200)])
def test_where_those_who_enter_lead(imgctl, canary, armed, attacker, oci, kind, times, tmp_path_of_test):
    """CVE-2016-9962 for CAP_SYS_PTRACE: from its birth on, what enters has no root, folder or descriptor of the host's."""
    watcher, enter = entering(kind, imgctl, armed, attacker, oci, tmp_path_of_test)
    with watcher:
        for _ in range(times):
            enter()
    visitors, early, links = map(int, re.fullmatch(r"visitors=(\d+) early=(\d+) links=(\d+)", watcher.said[-1]).groups())
    # prepared: it met them before they were the program, and could follow what they had
    assert visitors > times // 4 and early > 0 and links > early, watcher.said
    assert len(watcher.said) == 1, watcher.said[:20]


def test_libraries_of_the_image(imgctl, canary, tmp_path_of_test):
    """CVE-2019-14271: no process of ours loads what an image has for users, names and characters."""
    trojan = b"\x7fELF not a library"
    layer = Layer().file("etc/nsswitch.conf", "passwd: trojan\ngroup: trojan\nhosts: trojan\n").file("etc/ld.so.preload", "/lib/trojan.so\n")
    for folder in ("lib", "usr/lib", "lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"):
        for name in ("libnss_trojan.so.2", "libnss_files.so.2", "gconv/gconv-modules", "trojan.so", "libc.so.6"):
            layer.file(f"{folder}/{name}", trojan, mode=0o755)
    image = load(imgctl, tmp_path_of_test, layer)
    assert imgctl.ok("run", "--rm", image, "cat", "/etc/nsswitch.conf").startswith("passwd: trojan")
    imgctl.ok("run", "-d", "--name", "box", image, "sleep", "1000")
    trace = tmp_path_of_test / "trace"
    for arguments in (["run", "--rm", "-u", "alice", image, "true"], ["exec", "-u", "alice:staff", "box", "true"],
                      ["cp", "box:/etc/nsswitch.conf", "-"], ["top", "box"]):
        done = imgctl.popen(command=["strace", "-f", "-qq", "-e", "trace=open,openat,openat2,execve", "-o", trace, *imgctl.command(*arguments)])
        done.communicate(timeout=60)
        assert done.returncode == 0, arguments
        lines = trace.read_text(errors="replace").splitlines()
        assert any("openat" in line or "execve" in line for line in lines)
        assert not [x for x in lines if re.search(r"trojan|libnss_|gconv", x) and "nsswitch" not in x
                    and '"/usr/lib/' not in x], arguments


def test_programs_of_the_image(imgctl, canary, tmp_path_of_test):
    """CVE-2022-1227, CVE-2014-9357, CVE-2026-41567: no program of a container's is run to look at it or to unpack."""
    trap = "#!/bin/busybox sh\n/bin/busybox touch /sprung\n"
    layer = Layer()
    for name in ("nsenter", "ps", "tar", "xz", "gzip", "unpigz", "zstd", "bzip2", "newuidmap", "mount", "umount", "iptables"):
        for folder in ("bin", "usr/bin", "sbin", "usr/sbin"):
            layer.file(f"{folder}/{name}", trap, mode=0o755)
    image = load(imgctl, tmp_path_of_test, layer)
    imgctl.ok("run", "-d", "--name", "box", image, "/bin/busybox", "sleep", "1000")
    imgctl.ok("exec", "box", "/bin/ps")
    assert imgctl.ok("exec", "box", "ls", "/sprung") == "/sprung\n"  # prepared: the trap springs when it is run
    imgctl.ok("exec", "box", "rm", "/sprung")
    (canary.folder.parent / "plain").write_text("x" * 5000)
    subprocess.run(["tar", "-C", canary.folder.parent, "-cJf", canary.folder.parent / "x.tar.xz", "plain"], check=True)
    for arguments, stdin in ((["top", "box"], None), (["stats", "--no-stream", "box"], None), (["logs", "box"], None), (["diff", "box"], None),
                             (["cp", "box:/etc", "-"], None), (["cp", canary.folder.parent / "x.tar.xz", "box:/tmp"], None),
                             (["cp", "-", "box:/tmp"], (canary.folder.parent / "x.tar.xz").read_bytes()),
                             (["commit", "box", "again:1"], None), (["export", "-o", canary.folder.parent / "out.tar", "box"], None),
                             (["pause", "box"], None), (["unpause", "box"], None)):
        attempt(imgctl, *arguments, stdin=stdin, text="cp" not in arguments)
    assert imgctl("exec", "box", "ls", "/sprung").rc == 1
    assert not os.path.exists("/sprung")


def peak_kib(pid):
    """The most that the program has had in memory; rusage would begin with what these tests have."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next((int(line.split()[1]) for line in file if line.startswith("VmHWM:")), 0)


BOUNDED = ["--log-opt", "max-size=1m", "--log-opt", "max-file=3"]
LINES, NO_LINE = "yes 0123456789abcdef | head -c {}", "dd if=/dev/zero bs=1M count={} iflag=fullblock"


@pytest.mark.parametrize("options, script, size", [
    (["--log-driver", "none"], NO_LINE, 200), (["--log-driver", "none"], LINES, 200), (BOUNDED, NO_LINE, 20), (BOUNDED, LINES, 60),
    (["--log-driver", "local", *BOUNDED], NO_LINE, 60), (["--log-driver", "local", *BOUNDED], LINES, 60), (None, NO_LINE, 200)],
    ids=["none-zeros", "none-lines", "json-zeros", "json-lines", "local-zeros", "local-lines", "exec"])
def test_output_without_end(imgctl, canary, busybox, options, script, size):
    """CVE-2022-1708, CVE-2022-31030: what a container prints is passed on, neither kept in memory nor in a log without end."""
    command = ["sh", "-c", script.format(size if script is NO_LINE else size << 20) + "; read x </hold"]
    hold = ["sh", "-c", "rm -f /hold; mkfifo /hold; exec sleep 1000"]
    if options is None:
        imgctl.ok("run", "-d", "--name", "box", busybox, *hold)
        until(lambda: imgctl("exec", "box", "test", "-p", "/hold").rc == 0, "no pipe")
        child = imgctl.popen("exec", "box", *command)
    else:
        command[2] = "mkfifo /hold; " + command[2]
        child = imgctl.popen("run", "--name", "box", *options, busybox, *command)
    assert os.read(child.stdout.fileno(), 1)  # and then nobody reads for as long as it takes to fill every buffer there is
    pid = imgctl.inspect("box", "{{.State.Pid}}")
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        monitor = next(int(line.split()[1]) for line in file if line.startswith("PPid:"))
    left = (size << 20) - 1
    while left:
        assert select.select([child.stdout], [], [], 60)[0], left
        left -= len(os.read(child.stdout.fileno(), min(left, 1 << 20)))
    peaks = peak_kib(child.pid), peak_kib(monitor)
    assert all(0 < peak < 64 << 10 for peak in peaks), peaks
    imgctl("exec", "box", "sh", "-c", "echo >/hold")  # which may end with the container
    assert child.communicate(timeout=60)[0] == b"" and child.returncode == 0
    if options and "none" not in options:
        folder = next((imgctl.root / "containers").glob("*/*/"))
        kept = sum(path.stat().st_size for path in folder.glob("*log*"))
        assert 0 < kept < 4 << 20, kept


@pytest.mark.parametrize("name", ["../../x", "..", ".", "a/b", "-x", "/C", "a\nb", "", "a b", "x\x1b[2J"])
def test_names_are_no_paths(imgctl, canary, busybox, name):
    """The class of checkpoint names: names and ids have one component of known letters."""
    for command in (["create", "--name", name or " ", busybox], ["volume", "create", "--", name or " "],
                    ["tag", busybox, f"x:{name}"]):
        imgctl.fails(*command)
    target = f"../../{canary.folder.name}"
    for command in (["rm", "-f"], ["start"], ["logs"], ["inspect"], ["exec"], ["volume", "rm"], ["rmi"], ["kill"], ["top"]):
        for what in (target, str(canary), name or " "):
            more = ["true"] if command == ["exec"] else []
            result = attempt(imgctl, *command, "--", what, *more)
            assert result.rc != 0 or command == ["rm", "-f"], result


def test_a_cidfile_is_never_written_over(imgctl, canary, busybox):
    """--cidfile names a file that is not there yet, link or not."""
    link = canary.folder.parent / "cid"
    link.symlink_to(canary.secret)
    dangling = canary.folder.parent / "dangling"
    dangling.symlink_to(canary.folder / "new")
    for path in (canary.secret, link, dangling):
        imgctl.fails("run", "--rm", "--cidfile", path, busybox, "true", rc=125)


EVIL = "\x1b]0;pwned\x07\x1b[2J\x9b31m"


@pytest.fixture
def evil(imgctl, canary, tmp_path_of_test):
    """An image and a container of it with escapes in whatever can hold them."""
    image = load(imgctl, tmp_path_of_test, images.Layer().file(f"etc/{EVIL.replace('/', '')}", "x"), config={
        "Labels": {"a": EVIL, EVIL: "b"}, "Cmd": ["sleep", "1000", EVIL], "Env": [images.PATH, f"A={EVIL}"],
        "Entrypoint": ["sh", "-c", 'touch "/tmp/$A"; echo "$A"; sleep 1000']})
    imgctl.ok("run", "-d", "--name", "box", "-l", f"mine={EVIL}", "--annotation", f"x={EVIL}", image)
    imgctl.ok("commit", "-m", EVIL, "-a", EVIL, "box", "again:1")
    imgctl.ok("volume", "create", "--label", f"v={EVIL}", "vol")
    imgctl.ok("network", "create", "--label", f"n={EVIL}", "net")
    yield image
    imgctl.ok("rm", "-f", "box")
    imgctl.ok("network", "rm", "net")


def test_escapes_for_the_callers_terminal(imgctl, evil):
    """What an image or a container says reaches a terminal with its escapes made harmless, and a pipe as it is."""
    assert imgctl.inspect(evil, "{{json .Config.Labels}}", kind="image")["a"] == EVIL
    until(lambda: EVIL in imgctl.ok("logs", "box"), "the container says nothing")
    raw = [["ps", "--format", "{{.Label \"mine\"}} {{.Labels}} {{.Command}}", "--no-trunc"],
           ["inspect", "-f", "{{.Config.Labels}} {{.Config.Env}} {{.Args}}", "box"],
           ["inspect", "-f", "{{range $k, $v := .Config.Labels}}{{$k}}={{$v}}{{println}}{{end}}", evil],
           ["inspect", "-f", "{{.Comment}} {{.Author}}", "again:1"], ["history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Comment}}", "again:1"],
           ["volume", "ls", "--format", "{{.Labels}}"], ["volume", "inspect", "-f", "{{.Labels}}", "vol"],
           ["network", "ls", "--format", "{{.Labels}}"], ["network", "inspect", "-f", "{{.Labels}}", "net"],
           ["events", "--since", "1h", "--until", "0s", "--format", "{{.Actor.Attributes}}"], ["diff", "box"]]
    for command in raw:
        assert EVIL in imgctl.ok(*command), command  # prepared: there it is
    for command in raw + [
            ["ps", "--no-trunc"], ["ps", "--format", "json"], ["inspect", "box"], ["inspect", evil], ["inspect", "-f", "{{json .}}", "box"],
            ["images"], ["images", "--format", "json"], ["history", "--no-trunc", evil], ["top", "box"], ["stats", "--no-stream", "box"],
            ["stats", "--no-stream", "--format", "{{.Name}}", "box"], ["isolation", "box"], ["volume", "ls"], ["volume", "inspect", "vol"],
            ["network", "ls"], ["network", "inspect", "net"], ["events", "--since", "1h", "--until", "0s"],
            ["events", "--since", "1h", "--until", "0s", "--format", "json"], ["system", "df", "-v"], ["info"], ["generate", "systemd", "box"],
            ["run", "--explain", evil], ["run", "--rm", "--entrypoint", EVIL, evil], ["exec", "box", EVIL], ["rm", EVIL]]:
        shown = imgctl.pty(*command)
        shown.expect(pexpect.EOF, timeout=20)
        assert not re.search("[\x1b\x07\x9b]", shown.before), (command, shown.before)
    shown = imgctl.pty("logs", "box")  # the container's own output is the caller's affair
    shown.expect_exact(EVIL)
