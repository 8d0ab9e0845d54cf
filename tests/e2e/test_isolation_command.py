# SPDX-License-Identifier: Apache-2.0
"""imgctl isolation: what it says is what the kernel says."""
import os
import pathlib
import re

import pytest

from conftest import program
from harness.rootless import User, UserTool

KINDS = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"]


def inode(pid, kind):
    return int(re.search(r"\d+", os.readlink(f"/proc/{pid}/ns/{kind}")).group())


def shown(tool, name):
    return tool.json("isolation", "--format", "json", name)


def pid_of(tool, name):
    return int(tool.ok("inspect", "-f", "{{.State.Pid}}", name))


def status_of(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def sets_of(pid):
    """The bits of a process's sets, by the names the document has for them."""
    status = status_of(pid)
    return {name: int(status[key], 16) for name, key in (
        ("Effective", "CapEff"), ("Permitted", "CapPrm"), ("Inheritable", "CapInh"), ("Bounding", "CapBnd"),
        ("Ambient", "CapAmb"))}


def test_namespaces(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", "--network", "host", busybox, "sleep", "1000")
    pid = pid_of(imgctl, "one")
    document = shown(imgctl, "one")
    assert document["Pid"] == pid and document["Name"] == "one"
    spaces = {space["Name"]: space for space in document["Namespaces"]}
    for kind in KINDS:
        assert spaces[kind]["Host"] == inode("self", kind)
        assert spaces[kind]["Container"] == inode(pid, kind)
        assert spaces[kind]["IsShared"] == (kind in ("user", "net"))


def test_rights(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", "-u", "alice:7", "--group-add", "77", "--cap-drop", "all", "--cap-add",
              "chown", "--cap-add", "net_raw", "--security-opt", "no-new-privileges", "--ulimit", "nofile=100:200",
              busybox, "sleep", "1000")
    document = shown(imgctl, "one")
    assert document["User"]["Uid"] == 1000 and document["User"]["Gid"] == 7 and 77 in document["User"]["Groups"]
    assert document["NoNewPrivileges"] is True
    assert document["Capabilities"]["Bounding"] == ["CAP_CHOWN", "CAP_NET_RAW"]
    assert {name: len(names) for name, names in document["Capabilities"].items()} == {
        name: bin(bits).count("1") for name, bits in sets_of(pid_of(imgctl, "one")).items()}
    assert {"Name": "open files", "Soft": 100, "Hard": 200} in document["Limits"]
    assert document["UserMap"] == [{"Container": 0, "Host": 0, "Size": 4294967295}]


def test_seccomp(imgctl, busybox, tmp_path_of_test):
    profile = tmp_path_of_test / "profile.json"
    profile.write_text('{"defaultAction":"SCMP_ACT_ALLOW","syscalls":['
                       '{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"},'
                       '{"names":["kill"],"action":"SCMP_ACT_ERRNO","args":[{"index":1,"value":9,"op":"SCMP_CMP_EQ"}]}]}')
    for name, options in (("default", []), ("own", ["--security-opt", f"seccomp={profile}"]),
                          ("none", ["--security-opt", "seccomp=unconfined"])):
        imgctl.ok("run", "-d", "--name", name, *options, busybox, "sleep", "1000")
    own = shown(imgctl, "own")["Seccomp"]
    assert (own["Mode"], own["Filters"], own["Blocked"], own["Conditional"]) == ("filter", 1, 2, 1)
    assert own["Allowed"] == own["Known"] - 3
    default = shown(imgctl, "default")["Seccomp"]
    assert default["Mode"] == "filter" and 30 < default["Blocked"] < 150 < default["Allowed"]
    assert default["Blocked"] + default["Conditional"] + default["Allowed"] == default["Known"]
    none = shown(imgctl, "none")["Seccomp"]
    assert (none["Mode"], none["Filters"], none["Blocked"]) == ("disabled", 0, 0)


def test_mounts_and_paths(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", "--tmpfs", "/scratch:size=1m", "-v", "vol:/data:ro", busybox, "sleep", "1000")
    document = shown(imgctl, "one")
    lines = pathlib.Path(f"/proc/{pid_of(imgctl, 'one')}/mountinfo").read_text().splitlines()
    assert [(m["Target"], m["Options"]) for m in document["Mounts"]] == [
        (line.split()[4], line.split()[5]) for line in lines]
    mounts = {m["Target"]: m for m in document["Mounts"]}
    assert mounts["/scratch"]["Type"] == "tmpfs" and "size=1024k" in mounts["/scratch"]["SuperOptions"]
    assert mounts["/data"]["Options"].startswith("ro") and mounts["/data"]["Root"].endswith("/volumes/vol/_data")
    assert "/proc/kcore" in document["MaskedPaths"] and "/proc/sys" in document["ReadonlyPaths"]


def test_group(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", "-m", "64m", "--pids-limit", "50", busybox, "sleep", "1000")
    group = shown(imgctl, "one")["Cgroup"]
    use = {item["Name"]: item for item in group["Use"]}
    assert use["memory"]["Limit"] == 64 << 20 and 0 < use["memory"]["Now"] < 64 << 20
    assert use["processes"]["Limit"] == 50 and use["processes"]["Now"] == 1
    assert group["Limits"]["pids.max"] == "50"
    membership = pathlib.Path(f"/proc/{pid_of(imgctl, 'one')}/cgroup").read_text()
    assert group["Path"] in membership
    for place in group["Directories"]:
        assert os.path.isdir(place["Path"]), place


def test_text_and_templates(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", busybox, "sleep", "1000")
    text = imgctl.ok("isolation", "one")
    assert re.search(rf"^pid +{inode('self', 'pid')} +{inode(pid_of(imgctl, 'one'), 'pid')} +its own$", text, re.M)
    assert re.search(r"^Seccomp +filter: of \d+ system calls \d+ are blocked", text, re.M)
    assert re.search(r"^/proc/kcore +masked$", text, re.M)
    assert not re.search(r"[ \t]$", text, re.M)
    assert imgctl.ok("container", "isolation", "-f", "{{.Name}} {{len .Namespaces}}", "one").startswith("one ")
    bad = imgctl("isolation", "-f", "{{.Name", "one")
    assert (bad.rc, bad.out) == (64, "") and "template parsing error" in bad.err


@pytest.mark.parametrize("name, message", [("nobody", "No such container: nobody"), ("ended", "is not running"),
                                           ("created", "is not running")])
def test_nothing_to_see(imgctl, busybox, name, message):
    imgctl.ok("run", "--name", "ended", busybox, "true")
    imgctl.ok("create", "--name", "created", busybox, "true")
    result = imgctl("isolation", name)
    assert (result.rc, result.out) == (1, "") and message in result.err and len(result.err.splitlines()) == 1


@pytest.fixture(params=[65536, 0], ids=["ranged", "single"])
def user_imgctl(request, no_leaks, hub):
    user = User("imgctl-see-", request.param)
    it = UserTool(program(), user, user.folder / "see")
    conf = it.give("registries.conf", '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n'
                                      f'[[registry.mirror]]\nlocation = "{hub.host}"\n')
    it.env["CONTAINERS_REGISTRIES_CONF"] = str(conf)
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    yield it
    it.close()
    user.close()


def test_of_an_ordinary_user(user_imgctl):
    """The host is what the user called from, not the user namespace the command entered."""
    user_imgctl.ok("run", "-d", "--name", "one", "busybox", "sleep", "1000")
    document = shown(user_imgctl, "one")
    spaces = {space["Name"]: space for space in document["Namespaces"]}
    pid = document["Pid"]
    for kind in KINDS:
        assert spaces[kind]["Host"] == inode("self", kind)
        assert spaces[kind]["Container"] == inode(pid, kind)
    assert spaces["user"]["IsShared"] is False
    assert document["UserMap"][0] == {"Container": 0, "Host": user_imgctl.user.uid, "Size": 1}
    assert document["Seccomp"]["Blocked"] > 30
