# SPDX-License-Identifier: Apache-2.0
"""imgctl inspect, image inspect, container inspect."""
import json

import pytest


@pytest.fixture
def made(imgctl, busybox):
    """A created container named c1 with mounts, limits and labels."""
    imgctl.ok("create", "--name", "c1", "-l", "a.b=c", "-e", "K=<v>", "-v", "/tmp:/one:ro", "-v", "/two",
              "-m", "64m", "--network", "none", busybox, "sh", "-c", "sleep 1000")
    return imgctl


def test_container_document(made, busybox_image):
    one, = made.json("inspect", "c1")
    assert list(one) == [
        "Id", "Created", "Path", "Args", "State", "Image", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath",
        "Name", "RestartCount", "Driver", "Platform", "MountLabel", "ProcessLabel", "AppArmorProfile", "ExecIDs",
        "HostConfig", "GraphDriver", "Mounts", "Config", "NetworkSettings"]
    assert (one["Path"], one["Args"], one["Name"]) == ("sh", ["-c", "sleep 1000"], "/c1")
    assert one["Image"] == busybox_image.id
    assert one["State"] == {
        "Status": "created", "Running": False, "Paused": False, "Restarting": False, "OOMKilled": False,
        "Dead": False, "Pid": 0, "ExitCode": 0, "Error": "", "StartedAt": "0001-01-01T00:00:00Z",
        "FinishedAt": "0001-01-01T00:00:00Z"}
    assert one["Config"]["Labels"] == {"a.b": "c"}
    assert "K=<v>" in one["Config"]["Env"]
    assert one["Config"]["Hostname"] == one["Id"][:12]
    assert one["HostConfig"]["Memory"] == 64 << 20
    assert one["HostConfig"]["Binds"] == ["/tmp:/one:ro"]
    assert one["HostConfig"]["ConsoleSize"] == [0, 0]
    assert "/proc/kcore" in one["HostConfig"]["MaskedPaths"] and "/proc/sys" in one["HostConfig"]["ReadonlyPaths"]
    assert list(one["NetworkSettings"]["Networks"]) == ["none"]
    bind, volume = one["Mounts"]
    assert bind == {"Type": "bind", "Source": "/tmp", "Destination": "/one", "Mode": "ro", "RW": False,
                    "Propagation": "rprivate"}
    assert (volume["Type"], volume["Driver"], volume["Destination"]) == ("volume", "local", "/two")
    assert volume["Source"].endswith(volume["Name"] + "/_data")


def test_running_container(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "c1", busybox, "sleep", "1000")
    state = imgctl.inspect("c1", "{{json .State}}")
    assert (state["Status"], state["Running"]) == ("running", True)
    assert state["Pid"] > 0 and state["StartedAt"] > "2020" and state["FinishedAt"].startswith("0001")
    paths = imgctl.ok("inspect", "-f", "{{.ResolvConfPath}} {{.HostsPath}} {{.HostnamePath}} {{.LogPath}}", "c1").split()
    assert len(paths) == 4
    for path in paths:
        assert open(path, encoding="utf-8") is not None
    assert imgctl.ok("inspect", "-f", "{{.NetworkSettings.SandboxKey}}", "c1").strip() == f"/proc/{state['Pid']}/ns/net"
    imgctl.ok("rm", "-f", "c1")


def test_size(imgctl, busybox):
    imgctl.ok("run", "--name", "c1", busybox, "sh", "-c", "head -c 5000 /dev/zero > /f; ln /f /g; ln -s /f /h")
    one, = imgctl.json("inspect", "--size", "c1")
    assert one["SizeRw"] == 5002
    assert one["SizeRootFs"] > one["SizeRw"]
    assert imgctl.ok("inspect", "-f", "{{.SizeRw}}", "c1") == "<nil>\n"


def test_image_document(imgctl, busybox, busybox_image, hub):
    one, = imgctl.json("image", "inspect", busybox)
    assert list(one) == ["Id", "RepoTags", "RepoDigests", "Parent", "Comment", "Created", "DockerVersion", "Author",
                         "Config", "Architecture", "Os", "Size", "GraphDriver", "RootFS", "Metadata"]
    assert (one["Id"], one["RepoTags"]) == (busybox_image.id, ["busybox:latest"])
    assert one["RepoDigests"] == ["busybox@" + busybox_image.digest]
    assert one["Config"]["Cmd"] == ["sh"]
    assert one["RootFS"] == {"Type": "layers", "Layers": busybox_image.document["rootfs"]["diff_ids"]}
    assert imgctl.ok("inspect", "-f", "{{slice .Id 7 19}}", busybox_image.id[7:15]) == busybox_image.id[7:19] + "\n"


def test_several_objects_and_the_order_of_kinds(made, busybox_image):
    out = made.ok("inspect", "-f", "{{.Id}}", "c1", "busybox").splitlines()
    assert len(out[0]) == 64 and out[1] == busybox_image.id
    assert len(json.loads(made.ok("inspect", "-f", "json", "c1", "busybox"))) == 2
    made.ok("create", "--name", "busybox", "busybox")
    assert made.ok("inspect", "-f", "{{.Name}}", "busybox") == "/busybox\n"
    assert made.ok("inspect", "--type", "image", "-f", "{{.Os}}", "busybox") == "linux\n"


def test_missing_objects(made):
    result = made.fails("inspect", "no-such-object", rc=1, err="^Error: No such object: no-such-object$")
    assert result.out == "[]\n"
    result = made.fails("inspect", "-f", "{{.Name}}", "nosuch", "c1", rc=1, err="No such object: nosuch")
    assert result.out == "/c1\n"
    made.fails("image", "inspect", "c1", rc=1, err="No such image: c1:latest")
    made.fails("container", "inspect", "busybox", rc=1, err="No such container: busybox")
    made.fails("inspect", "--type", "image", "c1", rc=1)
    made.fails("inspect", "--type", "volume", "c1", rc=1, err="No such volume: c1")
    made.fails("inspect", "--type", "foo", "c1", rc=1, err='"foo" is not a valid value for --type')


def test_volume(made):
    name = made.ok("inspect", "-f", '{{(index .Mounts 1).Name}}', "c1").strip()
    one, = made.json("inspect", "--type", "volume", name)
    assert (one["Driver"], one["Name"], one["Scope"]) == ("local", name, "local")
    assert made.ok("inspect", "-f", "{{.Mountpoint}}", name).strip().endswith(name + "/_data")


@pytest.mark.parametrize("template, expected", [
    ('{{index .Config.Labels "a.b"}}', "c"),
    ("{{json .Args}}", '["-c","sleep 1000"]'),
    ("{{len .Mounts}}", "2"),
    ("{{if .State.Running}}up{{else}}down{{end}}", "down"),
    ("{{.HostConfig.NanoCpus}} {{.HostConfig.NanoCPUs}}", "0 0"),
    ("{{range .Mounts}}{{.Type}} {{end}}", "bind volume "),
    ("{{.Config.Labels.nosuch}}", "<no value>"),
])
def test_templates(made, template, expected):
    assert made.ok("inspect", "-f", template, "c1") == expected + "\n"


@pytest.mark.parametrize("template, status, message", [
    ("{{.NoSuchField}}", 1, 'template parsing error: .*map has no entry for key "NoSuchField"'),
    ("{{.State", 64, "template parsing error: template: :1: unclosed action"),
    ("{{nofunc .}}", 64, 'function "nofunc" not defined'),
])
def test_template_errors(made, template, status, message):
    made.fails("inspect", "-f", template, "c1", rc=status, err=message)


def show(imgctl, name, template):
    return imgctl.ok("inspect", "-f", template, name).rstrip("\n")


def test_mounts_as_they_were_asked_for(imgctl, busybox):
    imgctl.ok("create", "--name", "box", "-v", "named:/n", "-v", "/anonymous", "-v", "/tmp:/b:ro",
              "--mount", "type=volume,src=other,dst=/o,volume-nocopy,volume-label=a=b",
              "--mount", "type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=0700",
              "--mount", "type=bind,src=/tmp,dst=/c,ro,bind-propagation=rslave", busybox)
    assert json.loads(show(imgctl, "box", "{{json .HostConfig.Mounts}}")) == [
        {"Type": "volume", "Source": "other", "Target": "/o", "VolumeOptions": {"NoCopy": True, "Labels": {"a": "b"}}},
        {"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 1 << 20, "Mode": 0o700}},
        {"Type": "bind", "Source": "/tmp", "Target": "/c", "ReadOnly": True, "BindOptions": {"Propagation": "rslave"}}]
    assert show(imgctl, "box", "{{json .HostConfig.Binds}} {{json .Config.Volumes}}") == '["named:/n","/tmp:/b:ro"] {"/anonymous":{}}'
    rows = show(imgctl, "box", "{{range .Mounts}}{{.Destination}}:{{.Driver}}:{{.Mode}} {{end}}").split()
    assert rows == ["/n:local:z", "/anonymous:local:", "/b::ro", "/o:local:z", "/t::", "/c::"]


def test_privileged_shows_devices_that_were_asked_for(imgctl, busybox):
    imgctl.ok("create", "--name", "box", "--privileged", "--device", "/dev/null:/dev/x:r", busybox)
    assert json.loads(show(imgctl, "box", "{{json .HostConfig.Devices}}")) == [
        {"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "r"}]


def test_durations_and_what_is_left_out(imgctl, busybox):
    imgctl.ok("create", "--name", "box", "--health-cmd", "true", "--health-interval", "90s", busybox)
    fields = "{{with .Config.Healthcheck}}{{.Interval}} {{.Timeout}} {{.Retries}} {{json .Interval}}{{end}} {{.HostConfig.CgroupnsMode}}"
    assert show(imgctl, "box", fields) == "1m30s 0s 0 90000000000 private"
