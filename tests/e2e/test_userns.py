# SPDX-License-Identifier: Apache-2.0
"""User namespaces of containers (--userns, --uidmap and their like), as root."""
import json
import os
import pathlib
import stat
import subprocess

import pexpect
import pytest

from conftest import program
from harness import tool

FIRST, COUNT = 2147483648, 200000


class RangedTool(tool.Tool):
    """imgctl on a machine whose files give subordinate ids to `containers`; in a mount namespace of each command's own."""

    def __init__(self, folder, environment):
        super().__init__(program(), folder, environment)
        for name in ("subuid", "subgid"):
            (self.folder / name).write_text(f"containers:{FIRST}:{COUNT}\nalice:400000:1000\nalice:500000:2000\n")

    def command(self, *args):
        script = 'for f in subuid subgid; do mount --bind "$0/$f" "/etc/$f" || exit; done; exec "$@"'
        return ["unshare", "-m", "sh", "-c", script, str(self.folder), *super().command(*args)]


@pytest.fixture
def ranged(no_leaks, tmp_path_of_test, registries_conf, hub):
    it = RangedTool(tmp_path_of_test / "imgctl", {"CONTAINERS_REGISTRIES_CONF": str(registries_conf)})
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    it.ok("pull", "-q", "busybox")
    yield it
    it.close()


def host_map(it, name):
    pid = it.json("inspect", name)[0]["State"]["Pid"]
    return [[int(number) for number in line.split()] for line in pathlib.Path(f"/proc/{pid}/uid_map").read_text().splitlines()]


MAP = ("--uidmap", "0:300000:65536")


def test_uidmap_is_the_kernels(imgctl, busybox):
    shown = imgctl.ok("run", "--rm", *MAP, busybox, "sh", "-c",
                      "id -u; cat /proc/self/uid_map /proc/self/gid_map; readlink /proc/self/ns/user").splitlines()
    assert shown[0] == "0" and shown[3] != os.readlink("/proc/self/ns/user")
    assert [line.split() for line in shown[1:3]] == [["0", "300000", "65536"]] * 2


def test_the_score_for_the_kernels_choice(imgctl, busybox):
    assert imgctl.ok("run", "--rm", *MAP, "--oom-score-adj", "300", busybox, "cat", "/proc/self/oom_score_adj") == "300\n"


def test_the_host_sees_other_ids(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "cc", *MAP, "--user", "1000", busybox, "sleep", "60")
    pid = imgctl.json("inspect", "cc")[0]["State"]["Pid"]
    assert os.stat(f"/proc/{pid}").st_uid in (0, 301000)  # 0 for one that cannot be traced
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    assert "Uid:\t301000\t301000\t301000\t301000" in status
    assert imgctl.ok("exec", "cc", "id", "-u").strip() == "1000"
    assert imgctl.ok("exec", "-u", "0", "cc", "sh", "-c", "id -u; cat /proc/self/uid_map").split()[:3] == ["0", "0", "300000"]
    imgctl.ok("rm", "-f", "cc")


@pytest.mark.vm  # where mounts are shared, and overlays want their layers attached
def test_the_image_is_there_for_others_as_before(imgctl, busybox):
    for flags in (MAP, ()):
        imgctl.ok("run", "--rm", "--network=none", *flags, busybox, "ls", "/bin/busybox")


def test_files_have_the_ids_that_programs_see(imgctl, busybox):
    """Image, own layer, cp, diff, commit and export speak of the same ids, whatever the map."""
    script = ("stat -c '%u:%g %n' / /bin/busybox /etc/passwd; touch /new; chown 33:44 /new; mkdir /own; rm /etc/group; "
              "echo x >> /etc/passwd; mv /home /house 2>/dev/null; stat -c %u:%g /new")
    shown = imgctl.ok("run", "--name", "cc", *MAP, busybox, "sh", "-c", script).splitlines()
    assert all(line.startswith("0:0 ") for line in shown[:3]) and shown[-1] == "33:44", shown
    diff = imgctl.ok("diff", "cc").splitlines()
    assert "A /new" in diff and "D /etc/group" in diff and "C /etc/passwd" in diff
    imgctl.ok("commit", "cc", "made")
    assert imgctl.ok("run", "--rm", "made", "stat", "-c", "%u:%g", "/new", "/own").split() == ["33:44", "0:0"]
    imgctl.ok("start", "cc")  # the map and the files go together again
    imgctl.ok("wait", "cc")
    target = imgctl.folder / "copied"
    imgctl.ok("cp", "-a", "cc:/new", target)
    assert (os.stat(target).st_uid, os.stat(target).st_gid) == (33, 44)


def test_cp_into_one_that_runs(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "cc", *MAP, busybox, "sleep", "60")
    source = imgctl.folder / "source"
    source.mkdir()
    (source / "file").write_text("text")
    os.chown(source / "file", 12, 34)
    imgctl.ok("cp", source, "cc:/plain")
    imgctl.ok("cp", "-a", source, "cc:/kept")
    assert imgctl.ok("exec", "cc", "stat", "-c", "%u:%g", "/plain/file", "/kept/file").split() == ["0:0", "12:34"]
    imgctl.ok("exec", "cc", "sh", "-c", "echo more >> /plain/file; chown 5:6 /plain/file")
    imgctl.ok("cp", "-a", "cc:/plain/file", imgctl.folder / "back")
    info = os.stat(imgctl.folder / "back")
    assert (info.st_uid, info.st_gid) == (5, 6)
    assert (imgctl.folder / "back").read_text() == "textmore\n"
    imgctl.ok("rm", "-f", "cc")


@pytest.mark.parametrize("network", ["bridge", "none", "host"])
def test_networks(imgctl, busybox, network):
    shown = imgctl.ok("run", "--rm", "--network", network, *MAP, busybox, "sh", "-c",
                      "ls /sys/class/net; ip addr show lo; id -u; touch /sys/x 2>&1; true").splitlines()
    assert "0" in shown
    assert any("LOOPBACK,UP" in line for line in shown) or network == "host"
    if network != "host":
        assert ("eth0" in shown) == (network == "bridge")


def test_bridge_reaches_its_gateway_and_owns_its_network(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "cc", *MAP, "-p", "127.0.0.1::80", busybox, "sh", "-c",
              "mkdir -p /www; echo here > /www/x; httpd -f -p 80 -h /www")
    gateway = imgctl.json("inspect", "cc")[0]["NetworkSettings"]["Networks"]["bridge"]["Gateway"]
    assert "1 packets received" in imgctl.ok("exec", "cc", "ping", "-c1", "-W5", gateway)
    # root of the network namespace may change its links, and of no other
    assert imgctl("exec", "cc", "ip", "link", "set", "lo", "mtu", "1400").rc != 0  # no CAP_NET_ADMIN by default
    imgctl.ok("restart", "-t", "0", "cc")
    assert "1 packets received" in imgctl.ok("exec", "cc", "ping", "-c1", "-W5", gateway)
    imgctl.ok("rm", "-f", "cc")


def test_volumes(imgctl, busybox):
    folder = imgctl.folder / "bind"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    imgctl.ok("run", "--rm", *MAP, "-v", f"{folder}:/b", "-v", "vol:/v", busybox, "sh", "-c",
              "touch /b/f /v/f; chown 7:8 /b/f; stat -c %u:%g /b/f /v/f")
    assert (os.stat(folder / "f").st_uid, os.stat(folder / "f").st_gid) == (300007, 300008)
    # another container with the same map finds them as its own
    assert imgctl.ok("run", "--rm", *MAP, "-v", "vol:/v", busybox, "stat", "-c", "%u", "/v/f").strip() == "0"


def test_idmapped_volume(imgctl, busybox):
    folder = imgctl.folder / "bind"
    folder.mkdir(mode=0o755)
    imgctl.ok("run", "--rm", *MAP, "-v", f"{folder}:/b:idmap", busybox, "sh", "-c", "touch /b/f; chown 7:8 /b/f")
    assert (os.stat(folder / "f").st_uid, os.stat(folder / "f").st_gid) == (7, 8)


def test_give_a_volume_to_the_user(imgctl, busybox):
    folder = imgctl.folder / "bind"
    folder.mkdir()
    imgctl.ok("run", "--rm", *MAP, "--user", "5:6", "-v", f"{folder}:/b:U", busybox, "touch", "/b/f")
    assert (os.stat(folder).st_uid, os.stat(folder / "f").st_gid) == (300005, 300006)


def test_inspect_and_isolation(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "cc", "--uidmap", "0:300000:1000", "--uidmap", "1000:0:1", "--gidmap", "0:310000:2000",
              busybox, "sleep", "60")
    config = imgctl.json("inspect", "cc")[0]["HostConfig"]
    assert config["UsernsMode"] == "private"
    assert config["IDMappings"] == {"UidMap": ["0:300000:1000", "1000:0:1"], "GidMap": ["0:310000:2000"]}
    assert "300000" in imgctl.ok("isolation", "cc")
    assert host_map(imgctl, "cc") == [[0, 300000, 1000], [1000, 0, 1]]
    imgctl.ok("rm", "-f", "cc")


def test_terminal_streams_and_working_directory(imgctl, busybox):
    run = imgctl.ok("run", "--rm", *MAP, "-w", "/made/here", busybox, "sh", "-c", "stat -c %u .; echo again > /dev/stdout; pwd")
    assert run.split() == ["0", "again", "/made/here"]
    assert imgctl.ok("run", "--rm", *MAP, "--user", "1000", busybox, "sh", "-c", "echo out > /dev/stdout").strip() == "out"
    child = imgctl.pty("run", "--rm", "-it", *MAP, busybox, "sh", "-c", "tty; stat -c %u:%g $(tty)")
    child.expect("/dev/pts/0\r\n0:5")
    child.expect(pexpect.EOF)


def test_privileged_is_privileged_inside_only(imgctl, busybox):
    shown = imgctl.ok("run", "--rm", "--privileged", *MAP, busybox, "sh", "-c",
                      "grep CapEff /proc/self/status; mount -t tmpfs x /mnt && echo mounted; echo 1 > /proc/sys/vm/drop_caches || echo no; "
                      "mknod /tmp/n b 8 0 || echo none")
    assert "mounted" in shown and "no\n" in shown and "none" in shown


def test_host_is_no_namespace_of_its_own(imgctl, busybox):
    assert imgctl.ok("run", "--rm", "--userns=host", busybox, "readlink", "/proc/self/ns/user").strip() == os.readlink("/proc/self/ns/user")


def test_keep_id_of_root(imgctl, busybox):
    shown = imgctl.ok("run", "--rm", "--userns=keep-id", busybox, "sh", "-c", "id -u; cat /proc/self/uid_map; readlink /proc/self/ns/user")
    lines = shown.splitlines()
    assert lines[0] == "0" and lines[-1] != os.readlink("/proc/self/ns/user")


def test_containers_that_share_one(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "first", *MAP, busybox, "sleep", "60")
    shown = imgctl.ok("run", "--rm", "--userns=container:first", "--pid=container:first", "--network=container:first",
                      "--ipc=container:first", busybox, "sh", "-c", "readlink /proc/self/ns/user; id -u; touch /x; stat -c %u /x; ps | grep -c sleep")
    own = imgctl.ok("exec", "first", "readlink", "/proc/self/ns/user").strip()
    assert shown.split()[:3] == [own, "0", "0"] and int(shown.split()[3]) >= 1
    pid = imgctl.json("inspect", "first")[0]["State"]["Pid"]
    shown = imgctl.ok("run", "--rm", f"--userns=ns:/proc/{pid}/ns/user", busybox, "sh", "-c", "readlink /proc/self/ns/user; stat -c %u /bin")
    assert shown.split() == [own, "0"]
    imgctl.ok("rm", "-f", "first")


def test_auto_never_overlaps(ranged):
    names = [f"c{number}" for number in range(4)]
    children = [ranged.popen("run", "-d", "--name", name, "--userns=auto:size=4096", "busybox", "sleep", "60",
                             stdin=subprocess.DEVNULL) for name in names]
    for child in children:
        assert child.wait(60) == 0
    starts = sorted(host_map(ranged, name)[0][1] for name in names)
    assert starts == [FIRST + 4096 * number for number in range(4)]
    ranged.ok("rm", "-f", names[0], names[1], names[2], names[3])
    ranged.ok("run", "-d", "--name", "again", "--userns=auto", "busybox", "sleep", "60")
    assert host_map(ranged, "again") == [[0, FIRST, 1024]]  # what nobody has any more is free again
    assert ranged.ok("exec", "again", "id", "-u").strip() == "0"
    ranged.ok("restart", "-t0", "again")
    assert host_map(ranged, "again") == [[0, FIRST, 1024]]
    ranged.ok("rm", "-f", "again")


def test_auto_has_what_the_image_needs(ranged):
    ranged.ok("run", "--name", "cc", "busybox", "sh", "-c", "echo big:x:5000:5001:::/ >> /etc/passwd; echo nobody:x:65534:65534:::/ >> /etc/passwd")
    ranged.ok("commit", "cc", "big")
    ranged.ok("run", "-d", "--name", "dd", "--userns=auto:uidmapping=10:0:1", "big", "sleep", "60")
    assert host_map(ranged, "dd") == [[10, 0, 1], [0, FIRST, 10], [11, FIRST + 10, 5002 - 11]]
    ranged.ok("rm", "-f", "dd", "cc")


def test_auto_without_room_left(ranged):
    result = ranged("run", "--userns=auto:size=300000", "busybox", "true")
    assert result.rc == 125 and "no 300000 ids are free for another container" in result.err
    assert ranged.ok("ps", "-aq") == ""


def test_flags_of_maps(imgctl, busybox):
    """podman's: "+" changes what was said before, "u" and "g" say what one option for both is meant for."""
    show = (busybox, "cat", "/proc/self/uid_map", "/proc/self/gid_map")
    shown = imgctl.ok("run", "--rm", "--gidmap", "0:300000:65000", "--gidmap", "+100000:300001:1", "--gidmap", "g70000:5", *show)
    whole = [["0", "300000", "1"], ["2", "300002", "64998"], ["100000", "300001", "1"]]
    assert [line.split() for line in shown.splitlines()] == [*whole, *whole, ["70000", "5", "1"]]
    shown = imgctl.ok("run", "--rm", "--uidmap", "u0:300000:1000", "--gidmap", "0:310000:1000", "--gidmap", "u+5:7", *show)
    assert [line.split() for line in shown.splitlines()] == [["0", "300000", "1000"], ["0", "310000", "1000"]]


def test_subuidname(ranged):
    shown = ranged.ok("run", "--rm", "--subuidname", "alice", "busybox", "cat", "/proc/self/uid_map", "/proc/self/gid_map")
    assert [line.split() for line in shown.splitlines()] == [["0", "400000", "1000"], ["1000", "500000", "2000"]] * 2


@pytest.mark.parametrize("options, message", [
    (["--userns=auto"], "no subuid ranges found for user \"containers\" in /etc/subuid"),
    (["--userns=other"], "invalid USER mode"),
    (["--userns=nomap"], "only for ordinary users"),
    (["--userns=auto:sise=1"], "auto has no option \"sise\""),
    (["--userns=auto:size=x"], "\"x\" is no id"),
    (["--userns=container:nobody"], "No such container: nobody"),
    (["--userns=ns:/proc/self/ns/net"], "is not a user namespace"),
    (["--userns=host", *MAP], "does not go with --uidmap"),
    (["--uidmap", "0:1"], None),
    (["--uidmap", "a:1:2"], "\"a:1:2\" is no range of ids"),
    (["--uidmap", "0:1:10", "--uidmap", "5:100:10"], "0:1:10 and 5:100:10 overlap inside the container"),
    (["--uidmap", "0:1:10", "--uidmap", "20:5:10"], "overlap outside of the container"),
    (["--uidmap", "1:1:10"], "the container's id 0 has to be mapped"),
    (["--uidmap", "0:4294967295:10"], "goes beyond the last id"),
    (["--uidmap", "u0:1:10"], "--uidmap: no range is for groups"),
    (["--uidmap", "-0:1:10"], "\"-0:1:10\" is no range of ids"),
    (["--userns=keep-id:size=5"], "only for ordinary users"),
    (["--subuidname", "nobodyhere"], "no subuid ranges found for user \"nobodyhere\""),
])
def test_what_cannot_be(imgctl, busybox, options, message):
    result = imgctl("run", "--rm", *options, busybox, "true")
    if not message:
        assert result.rc == 0, result
        return
    assert result.rc == 125 and message in result.err, result
    assert imgctl.ok("ps", "-aq") == ""


def test_own_root(imgctl, busybox):
    """--rootfs, as it is and under an overlay."""
    root = imgctl.folder / "tree"
    root.mkdir()
    imgctl.ok("create", "--name", "cc", busybox)
    imgctl.ok("cp", "cc:/bin", root / "bin")
    for form in (str(root), f"{root}:O"):
        assert imgctl.ok("run", "--rm", *MAP, "--rootfs", form, "/bin/sh", "-c", "touch /x; stat -c %u /x /bin").split() == ["0", "0"]
    assert stat.S_ISREG(os.stat(root / "x").st_mode) and os.stat(root / "x").st_uid == 0
    assert json.loads(imgctl.ok("inspect", "cc"))


def test_mapped_root_beside_the_store(imgctl, busybox):
    """CVE-2021-21284: who is a container's root outside of it can change nothing that the host's root relies on."""
    imgctl.ok("run", "-d", "--name", "cc", *MAP, "-v", "vol:/v", busybox, "sleep", "60")
    pid = imgctl.json("inspect", "cc")[0]["State"]["Pid"]
    # prepared: a process of the host with the ids of the container's root
    prefix = ["setpriv", "--reuid=300000", "--regid=300000", "--clear-groups", "--"]
    assert "Uid:\t300000\t" in pathlib.Path(f"/proc/{pid}/status").read_text()
    # what failed: it finds no folder to change, and none is its own but the volume's content
    found = subprocess.run([*prefix, "find", str(imgctl.root), str(imgctl.runroot), "-writable"], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, check=False, text=True).stdout
    assert found == ""
    for top in (imgctl.root, imgctl.runroot):
        for folder, names, files in os.walk(top):
            for name in names:
                info = os.lstat(os.path.join(folder, name))
                assert info.st_uid != 300000 or os.path.join(folder, name).startswith(str(imgctl.root / "volumes")), name
            assert not [f for f in files if os.lstat(os.path.join(folder, f)).st_uid == 300000 and f not in ("hosts", "hostname", "resolv.conf")]
    for path in (imgctl.root, imgctl.root / "containers", imgctl.root / "volumes", imgctl.runroot):
        assert os.stat(path).st_uid == 0
        assert subprocess.run([*prefix, "touch", str(path / "x")], stderr=subprocess.DEVNULL, check=False).returncode != 0
    imgctl.ok("rm", "-f", "cc")
