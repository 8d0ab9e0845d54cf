# SPDX-License-Identifier: Apache-2.0
"""imgctl as an ordinary user, with subordinate ids and without: the same commands, the same results."""
import os
import pathlib
import socket
import stat
import subprocess
import time

import pexpect
import pytest

from conftest import program
from harness import images, peers
from harness.rootless import User, UserTool

SUBORDINATE = 65536


def users(name, subordinate):
    it = User(f"imgctl-{name}-", subordinate)
    yield it
    it.close()


@pytest.fixture(scope="module")
def ranged_user():
    """Has ids of its own to give to containers."""
    yield from users("ranged", SUBORDINATE)


@pytest.fixture(scope="module")
def single_user():
    """Has no id but its own."""
    yield from users("single", 0)


def tools(user, no_leaks, hub, name):
    it = UserTool(program(), user, user.folder / name)
    conf = it.give("registries.conf", '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n'
                                      f'[[registry.mirror]]\nlocation = "{hub.host}"\n')
    it.env["CONTAINERS_REGISTRIES_CONF"] = str(conf)
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    yield it
    it.close()


@pytest.fixture(params=["ranged", "single"])
def user_imgctl(request, no_leaks, hub):
    """imgctl of either user, with an empty store."""
    user = request.getfixturevalue(f"{request.param}_user")
    yield from tools(user, no_leaks, hub, request.node.name.split("[")[0])


@pytest.fixture
def ranged(ranged_user, no_leaks, hub, request):
    yield from tools(ranged_user, no_leaks, hub, request.node.name)


@pytest.fixture
def single(single_user, no_leaks, hub, request):
    yield from tools(single_user, no_leaks, hub, request.node.name)


@pytest.fixture
def user_busybox(user_imgctl):
    user_imgctl.ok("pull", "-q", "busybox")
    return "busybox"


def test_pull_and_run(user_imgctl, user_busybox):
    shown = user_imgctl.ok("run", "--rm", user_busybox, "sh", "-c", "id -u; readlink /proc/self/ns/user; cat /proc/self/uid_map")
    uid, namespace, *maps = shown.splitlines()
    assert uid == "0" and namespace != os.readlink("/proc/self/ns/user")
    assert maps[0].split() == ["0", str(user_imgctl.user.uid), "1"]
    assert len(maps) == (2 if subordinate_of(user_imgctl.user) else 1)


def subordinate_of(user):
    lines = pathlib.Path("/etc/subuid").read_text().splitlines()
    return [line for line in lines if line.startswith(f"{user.name}:")]


def test_the_store_is_the_users(user_imgctl, user_busybox):
    info = os.stat(user_imgctl.root)
    assert (info.st_uid, stat.S_IMODE(info.st_mode) & 0o077) == (user_imgctl.user.uid, 0)
    assert user_imgctl.ok("images", "-q").split()
    assert user_imgctl.json("inspect", user_busybox)[0]["RepoTags"] == ["busybox:latest"]


def test_the_life_of_a_container(user_imgctl, user_busybox):
    run = user_imgctl.ok
    run("run", "-d", "--name", "life", user_busybox, "sh", "-c", "echo begun; sleep 1000")
    assert "life" in run("ps", "--format", "{{.Names}}")
    assert run("exec", "life", "sh", "-c", "echo inside; hostname").splitlines()[0] == "inside"
    assert run("exec", "-e", "A=b", "-w", "/tmp", "life", "sh", "-c", "echo $A; pwd") == "b\n/tmp\n"
    assert run("logs", "life") == "begun\n"
    assert "sleep 1000" in run("top", "life")
    assert run("stop", "-t", "0", "life") == "life\n"
    assert user_imgctl.inspect("life", "{{json .State.Status}}") == "exited"
    run("start", "life")
    assert user_imgctl.inspect("life", "{{json .State.Running}}") is True
    run("kill", "life")
    assert run("wait", "life") == "137\n"
    run("restart", "life")
    run("rename", "life", "again")
    run("rm", "-f", "again")
    assert run("ps", "-aq") == ""


def test_exit_codes(user_imgctl, user_busybox):
    user_imgctl.fails("run", "--rm", user_busybox, "sh", "-c", "exit 7", rc=7)
    user_imgctl.fails("run", "--rm", user_busybox, "nosuch", rc=127, err="executable file not found")
    user_imgctl.fails("run", "--rm", user_busybox, "/etc/passwd", rc=126, err="permission denied")
    user_imgctl.fails("run", "--rm", "--network", "nosuch", user_busybox, "true", rc=125)


def test_a_terminal(user_imgctl, user_busybox):
    child = user_imgctl.pty("run", "-it", "--rm", user_busybox, "sh")
    child.sendline("tty; echo e''nd")
    child.expect("/dev/pts/0")
    child.expect("end")
    child.sendline("exit 3")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 3


def test_writes_stay_in_the_container(user_imgctl, user_busybox):
    user_imgctl.ok("run", "--name", "writes", user_busybox, "sh", "-c",
                   "echo new >/new; rm /etc/passwd; mkdir /etc/folder; ln -s new /link")
    user_imgctl.ok("start", "writes")
    user_imgctl.ok("wait", "writes")
    assert user_imgctl.ok("run", "--rm", user_busybox, "sh", "-c", "ls /new /etc/folder 2>&1 || cat /etc/passwd")


def test_devices_and_mounts(user_imgctl, user_busybox):
    source = user_imgctl.give("source", "from the host\n")
    shown = user_imgctl.ok("run", "--rm", "-v", f"{source}:/inside:ro", "--tmpfs", "/scratch", user_busybox, "sh", "-c",
                           "cat /inside; echo x >/dev/null; head -c 4 /dev/zero | wc -c; echo y >/scratch/y; "
                           "ls /dev/pts /dev/shm /dev/mqueue >/dev/null && echo there; echo z >/inside 2>&1 || echo refused")
    assert shown.splitlines()[0] == "from the host"
    assert "there" in shown and "refused" in shown and "4" in shown.split()


def test_a_folder_as_root_and_volumes_of_another(user_imgctl, user_busybox):
    tool = user_imgctl
    root = tool.home / "rootfs"
    tool.ok("run", "--name", "first", "-v", "/anonymous", user_busybox, "sh", "-c", "echo x > /anonymous/file")
    tool.ok("cp", "first:/", root)
    assert tool.ok("run", "--rm", "--rootfs", f"{root}:O", "sh", "-c", "echo new > /file; cat /file") == "new\n"
    assert not (root / "file").exists()
    tool.ok("run", "--rm", "--rootfs", root, "sh", "-c", "echo new > /file")
    assert (root / "file").read_text() == "new\n"
    tool.fails("run", "--rm", "--volumes-from", "first:ro", user_busybox, "touch", "/anonymous/file", rc=1, err="Read-only")
    assert "\nDelegate=yes\n" in tool.ok("generate", "systemd", "--new", "-n", "first")


def test_networks(user_imgctl, user_busybox):
    links = "ls /sys/class/net | tr '\\n' ' '"
    assert user_imgctl.ok("run", "--rm", user_busybox, "sh", "-c", links) == "lo "
    assert user_imgctl.ok("run", "--rm", user_busybox, "ping", "-c", "1", "127.0.0.1")
    namespace = user_imgctl.ok("run", "--rm", "--network", "host", user_busybox, "readlink", "/proc/self/ns/net")
    assert namespace.strip() == os.readlink("/proc/self/ns/net")


def test_volumes(user_imgctl, user_busybox):
    user_imgctl.ok("run", "--rm", "-v", "data:/data", user_busybox, "sh", "-c", "echo kept >/data/file")
    assert user_imgctl.ok("run", "--rm", "-v", "data:/data", user_busybox, "cat", "/data/file") == "kept\n"
    assert user_imgctl.ok("volume", "ls", "-q") == "data\n"
    user_imgctl.ok("volume", "rm", "data")


def test_archives(user_imgctl, user_busybox):
    path = user_imgctl.folder / "saved.tar"
    user_imgctl.ok("save", "-o", path, user_busybox)
    user_imgctl.ok("rmi", user_busybox)
    assert "Loaded image" in user_imgctl.ok("load", "-i", path)
    user_imgctl.ok("create", "--name", "source", user_busybox, "true")
    tree = user_imgctl.folder / "tree.tar"
    user_imgctl.ok("export", "-o", tree, "source")
    user_imgctl.ok("import", tree, "again")
    assert user_imgctl.ok("run", "--rm", "again", "/bin/busybox", "echo", "ran") == "ran\n"


def test_push(user_imgctl, user_busybox, hub):
    """The digests are those of root's: what was extracted has no part in them."""
    user_imgctl.ok("tag", user_busybox, f"{hub.host}/mine/busybox")
    user_imgctl.ok("push", "-q", f"{hub.host}/mine/busybox")
    assert hub.manifest("mine/busybox:latest")[2] == hub.manifest("library/busybox:latest")[2]


def test_check_and_prune(user_imgctl, user_busybox):
    user_imgctl.ok("create", user_busybox, "true")
    user_imgctl.ok("system", "check")
    user_imgctl.ok("container", "prune", "-f")
    user_imgctl.ok("image", "prune", "-af")
    assert user_imgctl.ok("images", "-q") == ""
    user_imgctl.ok("system", "check")


def owned_image():
    """Files of several owners, one of them set-uid."""
    layer = images.Layer().file("owned", "x", owner=(12, 34)).file("daemons", "y", owner=(1, 1), mode=0o4755)
    return images.Image(images.busybox_layer(), layer)


def test_owners_with_ids_of_ones_own(ranged, hub):
    hub.push("library/owned:latest", owned_image())
    shown = ranged.ok("run", "--rm", "owned", "stat", "-c", "%u:%g %a", "/owned", "/daemons")
    assert shown.splitlines() == ["12:34 644", "1:1 4755"]
    assert ranged.ok("run", "--rm", "-u", "12:34", "owned", "id", "-u") == "12\n"


def test_owners_without(single, hub, tmp_path_of_test):
    """They run as the one there is, and an image made of them has the owners that it had."""
    hub.push("library/owned:latest", owned_image())
    assert single.ok("run", "--rm", "owned", "stat", "-c", "%u:%g", "/owned") == "0:0\n"
    single.fails("run", "--rm", "-u", "12:34", "owned", "id", rc=125, err="user|id")
    single.ok("create", "--name", "again", "owned", "true")
    tree = single.folder / "tree.tar"
    single.ok("export", "-o", tree, "again")
    listed = subprocess.run(["tar", "--numeric-owner", "-tvf", tree], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert any(line.split()[1] == "12/34" for line in listed.splitlines() if line.endswith(" owned"))


def test_one_warning_about_limits(user_imgctl, user_busybox):
    """Said once, with what to do; and a limit that was asked for is never left out silently."""
    first = user_imgctl("run", "--rm", user_busybox, "true")
    second = user_imgctl("run", "--rm", user_busybox, "true")
    assert first.rc == 0 and second.rc == 0
    assert first.err.count("warning") == 1 and "Delegate" in first.err
    assert second.err == ""
    user_imgctl.fails("run", "--rm", "-m", "64m", user_busybox, "true", rc=125, err="limit|control group")


def test_a_foreign_store_is_refused(ranged, single):
    ranged.ok("images")
    single.fails("--root", ranged.root, "images", err="Permission denied|belongs to")


def test_root_leaves_a_users_store_alone(ranged, imgctl):
    ranged.ok("pull", "-q", "busybox")
    imgctl.fails("--root", ranged.root, "--runroot", ranged.runroot, "images", err="belongs to user")


def test_nothing_stays_behind(user_imgctl, user_busybox):
    """No process keeps the namespace: the next command joins who lives, or makes a new one."""
    user_imgctl.ok("run", "-d", "--name", "one", user_busybox, "sleep", "1000")
    inside = user_imgctl.ok("exec", "one", "readlink", "/proc/self/ns/user")
    assert user_imgctl.ok("run", "--rm", user_busybox, "readlink", "/proc/self/ns/user") == inside
    user_imgctl.ok("rm", "-f", "one")


@pytest.fixture
def delegated(ranged):
    """A control group that the user may make groups in, as systemd hands one over; commands start in it."""
    top = pathlib.Path("/sys/fs/cgroup/unified" if os.path.isdir("/sys/fs/cgroup/unified") else "/sys/fs/cgroup")
    group = top / f"delegated-{os.getpid()}"
    group.mkdir()
    for name in (".", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"):
        ranged.user.own(group / name)
    ranged.user.entry = group
    yield group
    ranged.user.entry = None
    group.rmdir()


def test_a_delegated_group_is_used(ranged, delegated):
    ranged.ok("pull", "-q", "busybox")
    run = ranged("run", "-d", "--name", "grouped", "busybox", "sleep", "1000")
    assert (run.rc, run.err) == (0, "")
    init, ident = ranged.inspect("grouped", '["{{.State.Pid}}", "{{.Id}}"]')
    line, = (line for line in pathlib.Path(f"/proc/{init}/cgroup").read_text().splitlines() if line.startswith("0::"))
    assert line.startswith(f"0::/{delegated.name}/") and line.endswith(ident)
    ranged.ok("pause", "grouped")
    assert ranged.inspect("grouped", "{{json .State.Paused}}") is True
    ranged.ok("unpause", "grouped")
    assert ranged.ok("exec", "grouped", "echo", "thawed") == "thawed\n"
    ranged.ok("rm", "-f", "grouped")


@pytest.fixture
def routed(world):
    """This host has a default route, by the host beyond it."""
    subprocess.run(["ip", "route", "add", "default", "via", "192.0.2.2"], check=True)
    tunnel = pathlib.Path("/dev/net/tun")
    mode = stat.S_IMODE(tunnel.stat().st_mode)
    tunnel.chmod(0o666)  # as udev has it; not every machine
    yield world
    tunnel.chmod(mode)
    subprocess.run(["ip", "route", "delete", "default"], check=False, stderr=subprocess.DEVNULL)


def test_without_a_tunnel_a_container_is_alone(user_imgctl, user_busybox, routed):
    os.chmod("/dev/net/tun", 0o600)
    assert user_imgctl.ok("run", "--rm", user_busybox, "ls", "/sys/class/net").split() == ["lo"]
    user_imgctl.fails("run", "--rm", "-p", "8099:80", user_busybox, "true", rc=125, err="/dev/net/tun.*cannot open")


@pytest.mark.parametrize("program", ["pasta", "slirp4netns"])
def test_the_world_and_published_ports(user_imgctl, user_busybox, routed, tmp_path_of_test, program):
    peers.need(program, {"pasta": "passt"}.get(program))
    if program != "pasta":
        # where pasta is not installed
        folder = user_imgctl.folder / "programs"
        folder.mkdir()
        for name in ("/usr/bin", "/usr/sbin"):
            for path in pathlib.Path(name).iterdir():
                if path.name not in ("pasta", "passt", "pasta.avx2", "passt.avx2") and not (folder / path.name).exists():
                    (folder / path.name).symlink_to(path)
        user_imgctl.env["PATH"] = str(folder)
    # Debian 12's pasta may keep the end of a connection to itself: the answer is what counts
    assert user_imgctl.ok("run", "--rm", user_busybox, "sh", "-c", "nc 192.0.2.2 80 </dev/null >/said & "
                          "until [ -s /said ]; do usleep 10000; done; cat /said") == "192.0.2.1"
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        port = it.getsockname()[1]
    user_imgctl.ok("run", "-d", "--name", "web", "-p", f"{port}:80", user_busybox, "sh", "-c",
                   "mkdir -p /www && echo here >/www/index.html && exec httpd -f -p 80 -h /www")
    seen = ""
    end = time.monotonic() + 20
    while not seen and time.monotonic() < end:  # until the server is up
        seen = subprocess.run(["nsenter", "-t", str(routed), "-n", "busybox", "nc", "-w", "2", "192.0.2.1", str(port)],
                              input="GET / HTTP/1.0\n\n", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=False).stdout
    assert seen.endswith("here\n")
    assert user_imgctl.ok("port", "web").splitlines()[0] == f"80/tcp -> 0.0.0.0:{port}"
    user_imgctl.fails("run", "--name", "two", "-p", f"{port}:80", user_busybox, "true", rc=125,
                      err="port is already allocated")
    user_imgctl.ok("rm", "-f", "web")
