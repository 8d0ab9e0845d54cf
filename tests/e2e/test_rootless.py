# SPDX-License-Identifier: Apache-2.0
"""imgctl as an ordinary user, with subordinate ids and without: the same commands, the same results."""
import io
import os
import pathlib
import socket
import stat
import subprocess
import tarfile
import time

import pexpect
import pytest

from harness import archives, images, peers
from harness.bundle import until
from harness.rootless_fixtures import (SUBORDINATE, ranged, ranged_user, routed, single, single_user, user_busybox,  # noqa: F401
                                       user_imgctl)

GROUP = 47999  # nobody's


@pytest.mark.vm
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


@pytest.mark.vm
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


@pytest.mark.vm
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


def test_volumes_with_options(user_imgctl, user_busybox):
    """A monitor mounts for itself: what one has mounted the next one gets from it, until the last is gone."""
    tool = user_imgctl
    folder = tool.folder / "folder"
    folder.mkdir()
    tool.user.own(folder)
    tool.ok("volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "-o", "o=size=1m", "memory")
    tool.ok("volume", "create", "-o", "type=none", "-o", f"device={folder}", "-o", "o=bind,ro", "fixed")
    for name in ("one", "two"):
        tool.ok("run", "-d", "--name", name, "-v", "memory:/v", "-v", "fixed:/f", user_busybox, "sleep", "1000")
    tool.ok("exec", "one", "sh", "-c", "echo shared >/v/f")
    assert tool.ok("exec", "two", "sh", "-c", "cat /v/f; df -k /v | tail -1 | awk '{print $2}'") == "shared\n1024\n"
    (folder / "g").write_text("seen\n")
    assert tool.ok("exec", "two", "cat", "/f/g") == "seen\n"
    tool.fails("exec", "two", "touch", "/f/h", rc=1, err="Read-only file system")
    tool.ok("rm", "-f", "one")
    tool.ok("run", "-d", "--name", "three", "-v", "memory:/v", user_busybox, "sleep", "1000")
    assert tool.ok("exec", "three", "cat", "/v/f") == "shared\n"
    tool.fails("volume", "rm", "memory", rc=1, err="volume is in use")
    tool.ok("rm", "-f", "two", "three")
    assert tool.ok("run", "--rm", "-v", "memory:/v", user_busybox, "ls", "/v") == ""
    assert not list((tool.root / "volumes/memory/_data").iterdir())
    tool.ok("volume", "rm", "memory", "fixed")
    assert (folder / "g").exists()


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


@pytest.mark.vm
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


@pytest.mark.vm
def test_nothing_stays_behind(user_imgctl, user_busybox):
    """No process keeps the namespace: the next command joins who lives, or makes a new one."""
    user_imgctl.ok("run", "-d", "--name", "one", user_busybox, "sleep", "1000")
    inside = user_imgctl.ok("exec", "one", "readlink", "/proc/self/ns/user")
    assert user_imgctl.ok("run", "--rm", user_busybox, "readlink", "/proc/self/ns/user") == inside
    user_imgctl.ok("rm", "-f", "one")


def is_removed(group):
    try:
        group.rmdir()
    except OSError:
        return False
    return True


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
    until(lambda: is_removed(group), f"{group} stays busy")  # until its last process is reaped


@pytest.mark.vm
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


def test_build(user_imgctl, user_busybox):
    """Steps, owners, mounts and the cache of an ordinary user's build."""
    folder = user_imgctl.folder / "context"
    (folder / "d").mkdir(parents=True)
    (folder / "d" / "f").write_text("file")
    (folder / ".dockerignore").write_text("secret\n")
    (folder / "secret").write_text("s")
    (folder / "Dockerfile").write_text(
        "FROM busybox\nRUN id -u > /uid && rm /etc/os-release && rm -r /home && mkdir /home\nCOPY d /d\nWORKDIR /made\n"
        "RUN --mount=type=bind,target=/c --mount=type=cache,target=/cache ls /c > /seen && touch /cache/x\n"
        "FROM scratch\nCOPY --from=0 / /\n")
    user_imgctl.ok("build", "-t", "it", folder)
    shown = user_imgctl.ok("run", "--rm", "--network", "none", "it", "sh", "-c", "cat /uid /d/f /seen; ls -A /home; stat -c %u /d/f")
    assert shown == "0\nfileDockerfile\nd\n0\n"
    again = user_imgctl("build", "-t", "it", folder)
    assert again.rc == 0 and again.err.count("CACHED") == 5, str(again)
    user_imgctl.ok("system", "check")


def test_root_builds_the_same(user_imgctl, user_busybox, imgctl, busybox):
    """With SOURCE_DATE_EPOCH the image of an ordinary user and that of root have the same digest."""
    folder = user_imgctl.folder / "context"
    folder.mkdir()
    (folder / "f").write_text("file")
    (folder / "Dockerfile").write_text(
        "FROM busybox\nRUN mkdir -p /a/b && echo x > /a/b/c && chown 0:0 /a && chmod 4755 /a/b/c && ln -s c /a/b/l && rm /etc/passwd\n"
        "COPY f /d/\nWORKDIR /made\nADD f /made/\n")
    options = ("build", "-q", "--build-arg", "SOURCE_DATE_EPOCH=1700000000", "--network", "none", folder)
    assert user_imgctl.ok(*options) == imgctl.ok(*options)


def test_build_of_an_index_with_attestations(user_imgctl, user_busybox):
    folder = user_imgctl.folder / "context"
    folder.mkdir()
    (folder / "f").write_text("file")
    (folder / "Dockerfile").write_text(
        "FROM --platform=$BUILDPLATFORM busybox AS made\nRUN --mount=type=cache,id=c,target=/c echo x > /c/x && echo y > /y\n"
        "FROM scratch\nCOPY --from=made /y /y\nCOPY f /f\n")
    user_imgctl.ok("build", "-t", "it", "--platform", "linux/amd64,linux/arm64", "--sbom=true", "--provenance=true", folder)
    saved = user_imgctl.ok("save", "--format", "oci-archive", "it", text=False)
    assert saved.count(b"vnd.in-toto") and user_imgctl.inspect("it", "{{json .Architecture}}", "image") == "amd64"
    data = user_imgctl.ok("builder", "cache", "export", "c", "-", text=False)
    user_imgctl.ok("builder", "cache", "import", "d", "-", stdin=data)
    assert user_imgctl.ok("builder", "cache", "export", "d", "-", text=False) == data
    user_imgctl.ok("system", "check")
    user_imgctl.ok("rmi", "it")


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
    # Debian 12's pasta may keep the end of a connection to itself, and give some of it again: the answer is what counts
    assert user_imgctl.ok("run", "--rm", user_busybox, "sh", "-c", "nc 192.0.2.2 80 </dev/null >/said & "
                          "until [ -s /said ]; do usleep 10000; done; head -c 9 /said") == "192.0.2.1"
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


IMAGE_USER = "echo alice2:x:1005:1006::/:/bin/sh >> /etc/passwd; touch /theirs; chown 1005:1006 /theirs"


def maps_of(text):
    return [[int(number) for number in line.split()] for line in text.splitlines()]


def test_keep_id(ranged, ranged_user):
    """The user is itself inside; files of the image and of the container keep the ids that programs see."""
    ranged.ok("pull", "-q", "busybox")
    uid = ranged_user.uid
    shown = ranged.ok("run", "--name", "cc", "--userns=keep-id", "busybox", "sh", "-c",
                      "id -u; id -g; stat -c %u:%g /bin/busybox; touch /tmp/own; stat -c %u /tmp/own")
    assert shown.split() == [str(uid), str(uid), "0:0", str(uid)]
    assert ranged.json("inspect", "cc")[0]["Config"]["User"] == f"{uid}:{uid}"
    assert maps_of(ranged.ok("run", "--rm", "--userns=keep-id:uid=7,gid=9", "busybox", "cat", "/proc/self/uid_map"))[:2] == [[0, 1, 7], [7, 0, 1]]
    assert maps_of(ranged.ok("run", "--rm", "--userns=keep-id:uid=7,gid=9,size=20", "busybox", "cat", "/proc/self/uid_map",
                             "/proc/self/gid_map")) == [[0, 1, 7], [7, 0, 1], [8, 8, 13], [0, 1, 9], [9, 0, 1], [10, 10, 11]]
    folder = ranged.folder / "bind"
    folder.mkdir()
    ranged_user.own(folder)
    ranged.ok("run", "--rm", "--userns=keep-id", "-v", f"{folder}:/b", "busybox", "touch", "/b/f")
    assert (os.stat(folder / "f").st_uid, os.stat(folder / "f").st_gid) == (uid, uid)
    assert "A /tmp/own" in ranged.ok("diff", "cc").splitlines()
    ranged.ok("rm", "cc")


def test_ids_survive_commit_export_and_cp(ranged):
    ranged.ok("pull", "-q", "busybox")
    ranged.ok("run", "--name", "cc", "--userns=nomap", "busybox", "sh", "-c", IMAGE_USER + "; rm /etc/group")
    diff = ranged.ok("diff", "cc").splitlines()
    assert {"A /theirs", "D /etc/group", "C /etc/passwd"} <= set(diff)
    ranged.ok("commit", "cc", "made")
    assert ranged.ok("run", "--rm", "made", "stat", "-c", "%u:%g", "/theirs", "/bin").split() == ["1005:1006", "0:0"]
    ranged.ok("export", "-o", ranged.folder / "all.tar", "cc")
    with tarfile.open(ranged.folder / "all.tar") as archive:
        assert (archive.getmember("theirs").uid, archive.getmember("theirs").gid) == (1005, 1006)
        assert archive.getmember("bin").uid == 0
    source = ranged.give("source", "text")
    ranged.ok("cp", source, "cc:/from-here")
    ranged.ok("start", "cc")
    ranged.ok("wait", "cc")
    assert "A /from-here" in ranged.ok("diff", "cc").splitlines()
    ranged.ok("commit", "cc", "again")
    assert ranged.ok("run", "--rm", "again", "stat", "-c", "%u", "/from-here").split() == ["0"]
    ranged.ok("rm", "cc")


def test_auto_ids_of_a_user(ranged):
    ranged.ok("pull", "-q", "busybox")
    for name in ("one", "two"):
        ranged.ok("run", "-d", "--name", name, "--userns=auto", "busybox", "sleep", "60")
    shown = [maps_of(ranged.ok("exec", name, "cat", "/proc/self/uid_map")) for name in ("one", "two")]
    assert shown == [[[0, 1, 1024]], [[0, 1025, 1024]]]
    source = ranged.give("source", "text")
    ranged.ok("cp", source, "one:/in")
    assert ranged.ok("exec", "one", "stat", "-c", "%u", "/in", "/bin").split() == ["0", "0"]
    ranged.ok("rm", "-f", "one", "two")


def test_own_maps_of_a_user(ranged, ranged_user):
    ranged.ok("pull", "-q", "busybox")
    first = int(subordinate_of(ranged_user)[0].split(":")[1])
    assert maps_of(ranged.ok("run", "--rm", "--uidmap", f"0:@{first}:10", "--uidmap", "10:0", "busybox", "cat", "/proc/self/uid_map")) == \
        [[0, 1, 10], [10, 0, 1]]
    assert maps_of(ranged.ok("run", "--rm", "--subuidname", ranged_user.name, "busybox", "cat", "/proc/self/uid_map")) == [[0, 1, SUBORDINATE]]
    # podman's flags: what only adds to the user's ids leaves it the others
    shown = maps_of(ranged.ok("run", "--rm", "--gidmap", f"+g5:@{first + 99}", "busybox", "cat", "/proc/self/uid_map", "/proc/self/gid_map"))
    assert shown == [
        [0, 0, 1], [1, 1, SUBORDINATE], [5, 100, 1], [0, 0, 1], [1, 1, 4], [6, 5, 95], [101, 101, SUBORDINATE - 100]]
    assert maps_of(ranged.ok("run", "--rm", "--uidmap", "0:0:500", "--uidmap", "+100:5:1", "busybox", "cat", "/proc/self/uid_map")) == [
        [0, 0, 1], [1, 1, 4], [6, 6, 94], [101, 101, 399], [100, 5, 1]]
    result = ranged("run", "--rm", "--uidmap", "0:0:70000", "busybox", "true")
    assert result.rc == 125 and "this user does not have all ids of 0:0:70000" in result.err


@pytest.mark.parametrize("mode", ["keep-id", "nomap", "auto"])
def test_modes_that_need_subordinate_ids(single, mode):
    single.ok("pull", "-q", "busybox")
    result = single("run", "--rm", f"--userns={mode}", "busybox", "true")
    assert result.rc == 125 and "this user has no subordinate ids" in result.err


def test_groups_that_take_rights_away(single, single_user):
    """CVE-2018-7169: a user who could drop its groups would get what is denied to one of them."""
    secret = single.folder / "not-for-this-group"
    secret.write_text("secret")
    os.chmod(secret, 0o604)
    os.chown(secret, 0, GROUP)
    single.ok("pull", "-q", "busybox")
    # prepared: everybody may read it, only members of the group may not
    member = ["setpriv", f"--reuid={single_user.uid}", f"--regid={single_user.uid}", f"--groups={GROUP}", "--"]
    other = ["setpriv", f"--reuid={single_user.uid}", f"--regid={single_user.uid}", "--clear-groups", "--"]
    assert subprocess.run([*other, "cat", secret], stdout=subprocess.PIPE, check=True).stdout == b"secret"
    assert subprocess.run([*member, "cat", secret], stderr=subprocess.DEVNULL, check=False).returncode != 0
    # what failed: no container of a member's gets rid of it
    command = [*member, str(single.program), "run", "--rm", "-v", f"{secret}:/secret", "busybox", "sh", "-c",
               "cat /proc/self/setgroups; cat /secret; su -c 'cat /secret' root; echo end"]
    done = subprocess.run(command, env=single.environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True)
    assert done.stdout == "deny\nend\n", done
    assert done.stderr.count("Permission denied") == 1 and "can't set groups" in done.stderr, done


def test_published_ports_keep_the_peer(ranged, routed):
    """CVE-2021-20199: who comes from outside is not 127.0.0.1, by which a program would trust it."""
    peers.need("pasta", "passt")
    ranged.ok("pull", "-q", "busybox")
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        port = it.getsockname()[1]
    ranged.ok("run", "-d", "--name", "web", "-p", f"{port}:80", "busybox", "sh", "-c",
              "mkdir /www; echo secret >/www/index.html; echo open >/www/open; printf 'A:127.0.0.1\\nD:*\\n' >/conf; "
              "exec httpd -f -p 80 -h /www -c /conf")
    # prepared: what is said to come from inside gets the page
    end = time.monotonic() + 20
    while ranged("exec", "web", "wget", "-q", "-O-", "http://127.0.0.1/").out != "secret\n":
        assert time.monotonic() < end, ranged.ok("logs", "web")
        time.sleep(0.1)
    # what failed: from another host nobody does
    seen = ""
    while not seen and time.monotonic() < end:
        seen = subprocess.run(["nsenter", "-t", str(routed), "-n", "busybox", "nc", "-w", "2", "192.0.2.1", str(port)],
                              input="GET / HTTP/1.0\n\n", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    assert "403 Forbidden" in seen and "secret" not in seen
    ranged.ok("rm", "-f", "web")


def test_images_with_links_in_the_way(user_imgctl, tmp_path_of_test):
    """CVE-2020-15229: an image extracted by a user writes nothing outside, where that user might."""
    target = user_imgctl.folder / "target"
    target.mkdir()
    user_imgctl.user.own(target)
    def links():
        return images.Layer().symlink("x", str(target)).symlink("up", "../" * 20 + str(target)).dir("d")

    def through(layer):
        return layer.file("x/pwned", "p").file("up/pwned", "p").file("d/.wh.x", "")

    evil, into = links(), through(images.Layer())
    # prepared: whoever follows the first layer's links is let in
    names = tarfile.open(fileobj=io.BytesIO(evil.bytes())).getnames() + tarfile.open(fileobj=io.BytesIO(into.bytes())).getnames()
    assert {"x", "up", "x/pwned", "up/pwned"} <= set(names)
    subprocess.run([*user_imgctl.user.prefix, "touch", target / "mine"], check=True)
    (target / "mine").unlink()
    for order in ([evil, into], [through(links())]):
        archive = user_imgctl.give("evil.tar")
        archive.write_bytes(archives.old_docker({"evil:1": images.Image(images.busybox_layer(), *order)}))
        if user_imgctl("load", "-q", "-i", archive).rc == 0:
            user_imgctl("run", "--rm", "evil:1", "ls", "-l", "/x")
        assert os.listdir(target) == []
    assert user_imgctl("system", "check").rc == 0
