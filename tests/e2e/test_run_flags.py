# SPDX-License-Identifier: Apache-2.0
"""run: what options mean inside the container, as docker has it."""
import json
import os

import pytest

from harness import images


def sh(imgctl, script, *options):
    return imgctl.ok("run", "--rm", *options, "busybox", "sh", "-c", script).rstrip("\n")


def test_mounts_nest_in_any_order(imgctl, busybox, tmp_path_of_test):
    for name in ("outer", "inner"):
        (tmp_path_of_test / name).mkdir()
        (tmp_path_of_test / name / name).write_text("")
    assert sh(imgctl, "ls /x /x/y", "-v", f"{tmp_path_of_test}/inner:/x/y",
              "-v", f"{tmp_path_of_test}/outer:/x").split() == ["/x:", "outer", "y", "/x/y:", "inner"]


def test_read_only_reaches_mounts_below(imgctl, busybox, tmp_path_of_test):
    below = tmp_path_of_test / "below"
    below.mkdir()
    script = "(echo x > /x/a; echo x > /x/below/b) 2>&1 | grep -c Read-only"
    assert sh(imgctl, script, "-v", f"{tmp_path_of_test}:/x:ro") == "2"


def test_a_volume_of_an_image_is_only_a_destination(imgctl, hub, tmp_path_of_test):
    """An image cannot ask for a folder of the host by the look of a volume's name."""
    (tmp_path_of_test / "secret").write_text("")
    hub.push("library/greedy:1", images.Image(images.busybox_layer(), config={
        "Volumes": {f"{tmp_path_of_test}:/x": {}}}))
    result = imgctl("run", "--rm", "greedy:1", "sh", "-c", "ls /x 2>&1; true")
    assert "secret" not in result.out, result


def test_variables_are_in_dockers_order(imgctl, busybox):
    out = imgctl.ok("run", "--rm", "--hostname", "h", "-e", "Z=1", "-e", "PATH=/bin", "-e", "NOT_OURS", "busybox", "env")
    assert out.splitlines() == ["PATH=/bin", "HOSTNAME=h", "Z=1", "HOME=/root"]


def test_shared_memory_of_another_container(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "first", "--ipc", "shareable", "busybox", "sh", "-c",
              "echo shared > /dev/shm/file; sleep 1000")
    assert sh(imgctl, "until [ -s /dev/shm/file ]; do :; done; cat /dev/shm/file", "--ipc", "container:first") == "shared"


@pytest.mark.parametrize("options, words", [
    (["-u", "nobody-here"], "unable to find user"), (["-v", "/a:/x/.."], "destination can't be"),
    (["-v", "/a:/b:ro,rw"], "invalid mode"), (["--mount", "type=bind,dst=/b"], "Source must not be empty"),
    (["--ipc", "container:nobody"], "No such container"), (["-e", b"A=\xff"], "UTF-8")])
def test_what_is_wrong_exits_with_125(imgctl, busybox, options, words):
    options = [os.fsdecode(x) for x in options]
    imgctl.fails("run", "--rm", *options, "busybox", "true", rc=125, err=words)
    assert imgctl.ok("ps", "-aq") == ""


def test_an_argument_that_is_no_text_is_not_lost(imgctl, busybox):
    imgctl.fails("run", "--rm", "busybox", "echo", os.fsdecode(b"\xff"), "x", rc=125, err="argument 1 of the command")


def test_a_run_that_fails_leaves_no_volume(imgctl, busybox):
    imgctl.ok("create", "--name", "taken", "busybox")
    imgctl.fails("run", "--name", "taken", "-v", "/anonymous", "busybox", "true", rc=125, err="already in use")
    assert not list((imgctl.root / "volumes").glob("*"))


def test_capabilities(imgctl, busybox):
    def effective(*options):
        return int(sh(imgctl, "grep CapEff /proc/self/status", *options).split()[1], 16)
    assert effective() == 0xa80425fb & effective("--privileged")
    assert effective("--cap-drop", "all", "--cap-add", "chown") == 1
    assert effective("--cap-add", "ALL", "--cap-drop", "ALL") == effective("--privileged")


def test_labels_and_inspect(imgctl, busybox):
    imgctl.ok("create", "--name", "labelled", "-l", "a=1", "-l", "b", "busybox")
    assert json.loads(imgctl.ok("inspect", "-f", "{{json .Config.Labels}}", "labelled")) == {"a": "1", "b": ""}


def test_a_profile_that_nobody_listens_to_is_refused(imgctl, busybox, tmp_path):
    profile = tmp_path / "profile.json"
    profile.write_text('{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}')
    imgctl.fails("run", "--rm", "--security-opt", f"seccomp={profile}", busybox, "true", rc=125, err="SCMP_ACT_NOTIFY needs")
    assert imgctl.ok("ps", "-aq") == ""


def test_devices_are_filtered(imgctl, busybox):
    # both nodes can be made, but only the one on docker's list can be opened
    script = "mknod /allowed c 1 3 && mknod /denied c 10 237 && echo x > /allowed && : < /denied"
    imgctl.fails("run", "--rm", busybox, "sh", "-c", script, err="/denied: Operation not permitted")
    rule = ("--device-cgroup-rule", "c 10:237 r")
    assert "not permitted" not in imgctl("run", "--rm", *rule, busybox, "sh", "-c", script).err


def test_proxies_of_the_users_configuration(imgctl, busybox):
    """Variables of every container, in both cases; what an option says of one counts more."""
    (imgctl.home / ".docker").mkdir(exist_ok=True)
    (imgctl.home / ".docker/config.json").write_text(json.dumps({"proxies": {"default": {"httpProxy": "http://a", "noProxy": "b"}}}))
    imgctl.ok("create", "--name", "one", "-e", "no_proxy=own", busybox)
    assert imgctl.inspect("one", "{{json .Config.Env}}")[:4] == ["HTTP_PROXY=http://a", "http_proxy=http://a", "NO_PROXY=b", "no_proxy=own"]
    seen = imgctl.ok("run", "--rm", "--network", "none", "-e", "HTTP_PROXY=", busybox, "env").splitlines()
    assert {"HTTP_PROXY=", "http_proxy=http://a", "NO_PROXY=b", "no_proxy=b"} <= set(seen)
    imgctl.ok("run", "-d", "--name", "two", "--network", "none", busybox, "sleep", "1000")
    assert "NO_PROXY=b" in imgctl.ok("exec", "two", "env").splitlines()
