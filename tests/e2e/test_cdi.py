# SPDX-License-Identifier: Apache-2.0
"""Devices that others describe: `--device VENDOR/CLASS=NAME` and `--gpus`, by specifications of the Container Device Interface."""
import json
import os

import pytest

from conftest import program
from harness import tool

SPEC = """\
cdiVersion: 0.7.0
kind: vendor.test/device
containerEdits:
  env: [VENDOR_ALL=yes]
devices:
- name: one
  containerEdits:
    env:
    - VENDOR_ONE=1
    - PATH=/vendor:/bin
    deviceNodes:
    - path: /dev/vendor0
      hostPath: /dev/zero
      permissions: rw
    - {path: /dev/made, type: c, major: 1, minor: 3, fileMode: 0640, uid: 7, gid: 8}
    mounts:
    - hostPath: %(data)s
      containerPath: /vendor/data
      options: [ro, nosuid, nodev, bind]
    additionalGids: [4242]
    hooks:
    - hookName: createRuntime
      path: %(hook)s
      args: [hook, created]
      env: [OUT=%(folder)s]
    - hookName: createContainer
      path: %(hook)s
      args: [hook, inside]
      env: [OUT=%(folder)s]
    - hookName: poststop
      path: %(hook)s
      args: [hook, stopped]
      env: [OUT=%(folder)s]
- name: two
  containerEdits:
    env: [VENDOR_TWO=2]
"""

# What each hook gets is kept; the one in the container writes where its bundle says that the root is.
HOOK = """#!/bin/sh
cat > "$OUT/$1.json"
bundle=$(sed 's/.*"bundle":"\\([^"]*\\)".*/\\1/' "$OUT/$1.json")
test "$1" != inside || { test -e "$bundle/config.json" && echo hooked > "$bundle/rootfs/hooked"; }
"""

GPUS = {"cdiVersion": "0.5.0", "kind": "nvidia.com/gpu", "devices": [
    {"name": name, "containerEdits": {"env": [f"GPU_{name.upper()}=here"]}} for name in ("0", "1", "all")]}


class CdiTool(tool.Tool):
    """imgctl on a machine with specifications in /etc/cdi; in a mount namespace of each command's own."""

    def __init__(self, folder, environment):
        super().__init__(program(), folder, environment)

    def specs(self):
        path = self.folder / "etc/cdi"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def command(self, *args):
        script = 'mount -t overlay overlay -o "lowerdir=$0:/etc" /etc || exit; exec "$@"'
        return ["unshare", "-m", "sh", "-c", script, str(self.folder / "etc"), *super().command(*args)]


@pytest.fixture
def cdi(no_leaks, tmp_path_of_test, registries_conf, hub):
    it = CdiTool(tmp_path_of_test / "imgctl", {"CONTAINERS_REGISTRIES_CONF": str(registries_conf)})
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    it.specs()
    it.ok("pull", "-q", "busybox")
    yield it
    it.close()


def describe(it):
    data, hook = it.folder / "data", it.folder / "hook"
    data.mkdir()
    (data / "file").write_text("vendor's\n")
    hook.write_text(HOOK)
    hook.chmod(0o755)
    (it.specs() / "vendor.yaml").write_text(SPEC % {"data": data, "hook": hook, "folder": it.folder})


def test_a_device_brings_nodes_mounts_variables_groups_and_hooks(cdi):
    describe(cdi)
    script = ("stat -c '%F %t:%T' /dev/vendor0; stat -c '%a %u:%g %t:%T' /dev/made; cat /vendor/data/file; head -c 2 /dev/vendor0 | wc -c; "
              "touch /vendor/data/x 2>&1 | grep -o Read-only; echo $VENDOR_ALL $VENDOR_ONE $PATH; cat /hooked; grep ^Groups /proc/self/status")
    cdi.ok("create", "--name", "cc", "--device", "vendor.test/device=one", "busybox", "/bin/sh", "-c", script)
    assert cdi.inspect("cc", "{{json .HostConfig.DeviceRequests}}") == [
        {"Driver": "cdi", "Count": 0, "DeviceIDs": ["vendor.test/device=one"], "Capabilities": None, "Options": None}]
    lines = cdi.ok("start", "-a", "cc").splitlines()
    assert lines[:7] == ["character special file 1:5", "640 7:8 1:3", "vendor's", "2", "Read-only", "yes 1 /vendor:/bin", "hooked"]
    assert "4242" in lines[7].split()
    for name, status in (("created", "creating"), ("inside", "creating")):
        state = json.loads((cdi.folder / f"{name}.json").read_text())
        assert state["id"] == cdi.inspect("cc", "{{json .Id}}") and state["status"] == status and state["pid"] > 0
    cdi.ok("wait", "cc")
    assert json.loads((cdi.folder / "stopped.json").read_text())["status"] == "stopped"
    cdi.ok("rm", "cc")


def test_several_devices_share_what_their_specification_says(cdi):
    describe(cdi)
    shown = cdi.ok("run", "--rm", "--device", "vendor.test/device=one", "--device", "/dev/full:/dev/own", "--device",
                   "vendor.test/device=two", "busybox", "/bin/sh", "-c", "echo $VENDOR_ALL $VENDOR_ONE $VENDOR_TWO; test -c /dev/own")
    assert shown == "yes 1 2\n"


def test_only_what_is_given_can_be_opened(cdi):
    describe(cdi)
    (cdi.specs() / "narrow.json").write_text(json.dumps({"cdiVersion": "0.6.0", "kind": "narrow.test/x", "devices": [
        {"name": "a", "containerEdits": {"deviceNodes": [
            {"path": "/dev/loopback", "type": "c", "major": 10, "minor": 237, "permissions": "m"}]}}]}))
    if os.path.exists("/dev/loop-control"):
        result = cdi("run", "--rm", "--device", "narrow.test/x=a", "busybox", "sh", "-c", "test -c /dev/loopback && cat < /dev/loopback")
        assert result.rc == 1 and "not permitted" in result.err, result


def test_a_device_that_is_not_known(cdi):
    describe(cdi)
    words = "CDI device injection failed: unresolvable CDI devices vendor.test/device=three, other.test/x=y"
    result = cdi.fails("run", "--name", "cc", "--device", "vendor.test/device=three", "--device", "vendor.test/device=one", "--device",
                       "other.test/x=y", "busybox", "true", rc=125, err=words)
    assert "Traceback" not in result.err and cdi.inspect("cc", "{{json .State.Status}}") == "created"
    cdi.ok("rm", "cc")
    cdi.fails("run", "--rm", "--device", "vendor.test/device=three", "busybox", "true", rc=125, err="unresolvable CDI devices")
    assert cdi.ok("ps", "-aq") == ""


@pytest.mark.parametrize("text, why", [
    ("cdiVersion: [", r"bad\.yaml: line \d+: "),
    ("cdiVersion: 0.7.0\nkind: bad.test/x\ndevices: [{name: a, containerEdits: {env: [A=b], surprise: 1}}]", 'unknown field "surprise"'),
    ("cdiVersion: 0.3.0\nkind: bad.test/x\ndevices: [{name: a, containerEdits: {additionalGids: [1]}}]", r"needs cdiVersion 0\.7\.0"),
    ("a: &a [x, x]\nb: &b [*a, *a]\n", "unresolvable"),
])
def test_a_file_that_means_nothing_is_told_of(cdi, text, why):
    (cdi.specs() / "bad.yaml").write_text(text)
    cdi.fails("run", "--rm", "--device", "bad.test/x=a", "busybox", "true", rc=125, err=f"unresolvable CDI devices bad.test/x=a.*{why}"
              if why != "unresolvable" else "unresolvable CDI devices bad.test/x=a")
    assert cdi.ok("run", "--rm", "busybox", "echo", "fine") == "fine\n"


def test_a_node_that_the_host_lacks(cdi):
    (cdi.specs() / "lost.json").write_text(json.dumps({"cdiVersion": "0.5.0", "kind": "lost.test/x", "devices": [
        {"name": "a", "containerEdits": {"deviceNodes": [{"path": "/dev/lost-of-imgctl"}]}}]}))
    cdi.fails("run", "--rm", "--device", "lost.test/x=a", "busybox", "true", rc=125,
              err='CDI device injection failed: failed to stat CDI host device "/dev/lost-of-imgctl"')


def test_a_hook_that_fails(cdi):
    (cdi.specs() / "hook.json").write_text(json.dumps({"cdiVersion": "0.5.0", "kind": "hook.test/x", "devices": [
        {"name": "a", "containerEdits": {"hooks": [{"hookName": "createContainer", "path": "/bin/false"}]}}]}))
    cdi.fails("run", "--rm", "--device", "hook.test/x=a", "busybox", "true", rc=125, err="/bin/false")
    assert cdi.ok("ps", "-aq") == ""


def test_mapped_ids_get_devices_too(cdi):
    describe(cdi)
    (cdi.specs() / "mapped.json").write_text(json.dumps({"cdiVersion": "0.5.0", "kind": "mapped.test/x", "devices": [
        {"name": "a", "containerEdits": {"env": ["MAPPED=yes"], "deviceNodes": [{"path": "/dev/vendor0", "hostPath": "/dev/zero"}],
                                         "hooks": [{"hookName": "createRuntime", "path": "/bin/true"}]}}]}))
    assert cdi.ok("run", "--rm", "--uidmap", "0:300000:65536", "--device", "mapped.test/x=a", "busybox", "sh", "-c",
                  "head -c 3 /dev/vendor0 | wc -c; echo $MAPPED") == "3\nyes\n"


def test_mapped_ids_get_devices_under_other_names(imgctl, busybox):
    assert imgctl.ok("run", "--rm", "--uidmap", "0:300000:65536", "--device", "/dev/zero:/dev/other", busybox, "sh", "-c",
                     "head -c 3 /dev/other | wc -c") == "3\n"


def test_gpus(cdi):
    no_driver = r'could not select device driver "" with capabilities: \[\[gpu\]\]'
    cdi.ok("create", "--name", "early", "--gpus", "all", "busybox", "true")  # who looks is the start
    assert cdi.inspect("early", "{{json .HostConfig.DeviceRequests}}") == [
        {"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}]
    cdi.fails("start", "early", rc=1, err=no_driver)
    cdi.fails("run", "--rm", "--gpus", "all", "busybox", "true", rc=125, err=no_driver)
    (cdi.specs() / "nvidia.json").write_text(json.dumps(GPUS))
    show = ("busybox", "sh", "-c", "env | grep ^GPU_ | sort")
    for wish, found in (("all", ["ALL"]), ("1", ["0"]), ("2", ["0", "1"]), ("count=2", ["0", "1"]), ("device=1", ["1"]),
                        ('"device=0,1"', ["0", "1"]), ('driver=nvidia,"capabilities=compute,utility"', ["0"])):
        assert cdi.ok("run", "--rm", "--gpus", wish, *show).split() == [f"GPU_{name}=here" for name in found], wish
    cdi.ok("start", "early")
    cdi.fails("run", "--rm", "--gpus", "3", *show, rc=125, err="unresolvable CDI devices nvidia.com/gpu=2")
    cdi.fails("run", "--rm", "--gpus", "driver=amd", *show, rc=125, err='device driver "amd" with capabilities')
    cdi.fails("run", "--rm", "--gpus", '"capabilities=tea,compute"', *show, rc=125, err=r"capabilities: \[\[tea compute gpu\]\]")
    cdi.fails("run", "--rm", "--gpus", "device=0,1", *show, rc=125, err="cannot set both Count and DeviceIDs")
    cdi.ok("rm", "-f", "early")


@pytest.mark.parametrize("wish, why", [
    ("many", r'invalid count \(many\): value must be either "all" or an integer: invalid syntax'),
    ("all,all", "gpu request key 'all' can be specified only once"),
    ("size=1", "unexpected key 'size' in 'size=1'"),
])
def test_gpus_that_make_no_sense(imgctl, busybox, wish, why):
    imgctl.fails("run", "--rm", "--gpus", wish, busybox, "true", rc=125, err=f'invalid argument "{wish}" for "--gpus" flag: {why}')


def test_explained(cdi):
    describe(cdi)
    shown = cdi.ok("run", "--explain", "--device", "vendor.test/device=two", "busybox", "true")
    assert "VENDOR_TWO=2" in shown
    cdi.fails("run", "--explain", "--device", "vendor.test/device=one", "busybox", "true", rc=125, err="a hook cannot be explained")
    assert not list(cdi.folder.glob("*.json"))
