# SPDX-License-Identifier: Apache-2.0
"""imgctl ps: which containers, which columns."""
import json
import re

import pytest

HEAD = ["CONTAINER", "ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]


@pytest.fixture
def three(imgctl, busybox):
    """ended (exit code 3), running and created, made in this order."""
    imgctl("run", "--name", "ended", "-l", "k=two", busybox, "sh", "-c", "exit 3")
    imgctl.ok("run", "-d", "--name", "running", "-l", "k=one", busybox, "sleep", "1000")
    imgctl.ok("create", "--name", "created", "-v", "vol:/v", busybox, "true")
    return imgctl


def names(tool, *args):
    return tool.ok("ps", "--format", "{{.Names}}", *args).split()


def test_table(three):
    lines = three.ok("ps", "-a").splitlines()
    assert lines[0].split() == HEAD
    assert re.fullmatch(r'[0-9a-f]{12} +busybox +"true" +.* ago +Created +created', lines[1])
    assert re.fullmatch(r'[0-9a-f]{12} +busybox +"sleep 1000" +.* ago +Up .* +running', lines[2])
    assert re.fullmatch(r'[0-9a-f]{12} +busybox +"sh -c \'exit 3\'" +.* ago +Exited \(3\) .* ago +ended', lines[3])


def test_which(three):
    assert names(three) == ["running"]
    assert names(three, "-a") == ["created", "running", "ended"]
    assert names(three, "-l") == ["created"]
    assert names(three, "-n", "2") == ["created", "running"]
    assert names(three, "--last", "9") == ["created", "running", "ended"]
    assert three.ok("container", "ls", "-q") == three.ok("ps", "-q")


def test_none(imgctl):
    assert imgctl.ok("ps", "-a").split() == HEAD
    assert imgctl.ok("ps", "-aq") == ""


def test_ids(three):
    whole = three.ok("inspect", "-f", "{{.Id}}", "running")
    assert three.ok("ps", "-q") == whole[:12] + "\n"
    assert three.ok("ps", "-q", "--no-trunc") == whole
    result = three("ps", "-q", "--format", "{{.Names}}")
    assert result.out == whole[:12] + "\n" and "Ignoring custom format" in result.err


@pytest.mark.parametrize("filters, expected", [
    (["status=exited"], ["ended"]),
    (["status=running", "status=created"], ["created", "running"]),
    (["exited=3"], ["ended"]),
    (["exited=0"], []),
    (["label=k"], ["running", "ended"]),
    (["label=k=two"], ["ended"]),
    (["name=ed$"], ["created", "ended"]),
    (["name=^/running$"], ["running"]),
    (["volume=vol"], ["created"]),
    (["volume=/v"], ["created"]),
    (["before=created"], ["running", "ended"]),
    (["since=running"], ["created"]),
    (["since=ended", "before=created"], ["running"]),
    (["ancestor=busybox"], ["created", "running", "ended"]),
    (["ancestor=nosuch"], []),
    (["network=host"], []),
    (["health=none"], ["created", "running", "ended"]),
    (["label=k", "status=running"], ["running"]),
])
def test_filters(three, filters, expected):
    assert names(three, "-a", *(x for f in filters for x in ("--filter", f))) == expected


def test_filter_id(three):
    whole = three.ok("inspect", "-f", "{{.Id}}", "created").strip()
    assert names(three, "-a", "-f", "id=" + whole) == ["created"]
    assert names(three, "-a", "-f", "id=" + whole[:10]) == ["created"]


@pytest.mark.parametrize("args, message", [
    (("-f", "nonsense=1"), "invalid filter 'nonsense'"),
    (("-f", "nonsense"), "bad format of filter"),
    (("-f", "status=foo"), "invalid filter 'status=foo'"),
    (("-f", "exited=x"), "invalid filter 'exited=x'"),
    (("-f", "before=nosuch"), "No such container: nosuch"),
    (("--format", "{{.Nope}}"), "can't evaluate field Nope"),
    (("stray",), "accepts no arguments"),
])
def test_errors(imgctl, args, message):
    imgctl.fails("ps", *args, err=message)


def test_formats(three):
    one = json.loads(three.ok("ps", "--format", "json"))
    assert one == {"ID": one["ID"], "Names": "running", "Image": "busybox", "Command": '"sleep 1000"',
                   "CreatedAt": one["CreatedAt"], "RunningFor": one["RunningFor"], "Ports": "", "State": "running",
                   "Status": one["Status"], "Size": "0B", "Labels": "k=one", "Mounts": "", "LocalVolumes": "0",
                   "Networks": "bridge", "HealthStatus": "none"}
    assert three.ok("ps", "--format", '{{.Label "k"}}|{{.Label "q"}}') == "one|\n"
    assert three.ok("ps", "--format", r"table {{.Names}}\t{{.Image}}").split() == ["NAMES", "IMAGE", "running", "busybox"]
    assert three.ok("ps", "-q", "--format", "raw").startswith("container_id: ")
    assert three.ok("ps", "-af", "name=created", "--format", "{{.Mounts}} {{.LocalVolumes}}") == "vol 1\n"


def test_size(imgctl, busybox):
    imgctl.ok("run", "--name", "c1", busybox, "sh", "-c", "head -c 2000000 /dev/zero > /f")
    assert imgctl.ok("ps", "-as").splitlines()[0].split() == HEAD + ["SIZE"]
    assert re.fullmatch(r"2MB \(virtual [\d.]+MB\)\n", imgctl.ok("ps", "-as", "--format", "{{.Size}}"))
    assert re.fullmatch(r"2MB \(virtual [\d.]+MB\)\n", imgctl.ok("ps", "-a", "--format", "{{.Size}}"))


def test_long_commands_are_cut(imgctl, busybox):
    imgctl.ok("create", "--name", "c1", busybox, "echo", "0123456789 0123456789")
    assert imgctl.ok("ps", "-a", "--format", "{{.Command}}") == '"echo \'0123456789 01…"\n'
    assert imgctl.ok("ps", "-a", "--no-trunc", "--format", "{{.Command}}") == '"echo \'0123456789 0123456789\'"\n'


def test_an_image_whose_name_moved_is_shown_by_id(imgctl, hub, busybox_image):
    hub.push("library/moving:1", busybox_image.variation(User="1"))
    imgctl.ok("pull", "-q", "moving:1")
    imgctl.ok("create", "--name", "c1", "moving:1")
    assert imgctl.ok("ps", "-a", "--format", "{{.Image}}") == "moving:1\n"
    hub.push("library/moving:1", busybox_image.variation(User="2"))
    imgctl.ok("pull", "-q", "moving:1")
    assert imgctl.ok("ps", "-a", "--format", "{{.Image}}") == busybox_image.variation(User="1").id[7:19] + "\n"


def test_ancestors(imgctl, hub, busybox_image):
    """A container of a child image counts among those of the parent."""
    from harness import images
    child = images.Image(*busybox_image.layers, images.Layer().file("x"), history=[
        *busybox_image.document["history"], {"created": images.CREATED, "created_by": "more"}])
    hub.push("library/child:1", child)
    imgctl.ok("pull", "-q", "busybox")
    imgctl.ok("pull", "-q", "child:1")
    imgctl.ok("create", "--name", "c1", "child:1")
    imgctl.ok("create", "--name", "p1", "busybox")
    assert names(imgctl, "-a", "-f", "ancestor=busybox") == ["p1", "c1"]
    assert names(imgctl, "-a", "-f", "ancestor=child:1") == ["c1"]


def test_the_users_own_format(three):
    """psFormat and imagesFormat of docker's config.json count when nothing else is asked for."""
    folder = three.home / ".docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text('{"psFormat": "table {{.Names}}", "imagesFormat": "{{.Repository}}"}')
    assert three.ok("ps").split() == ["NAMES", "running"]
    assert three.ok("images") == "busybox\n"
    assert three.ok("ps", "--format", "{{.State}}") == "running\n"
    assert len(three.ok("ps", "-q").strip()) == 12 and len(three.ok("images", "-q").strip()) == 12
    assert three.ok("--config", "/nonexistent", "ps").split()[0] == "CONTAINER"
    (folder / "config.json").write_text("{broken")
    assert three.ok("ps").split()[0] == "CONTAINER"


def test_by_a_volume_on_either_side(imgctl, busybox, tmp_path):
    imgctl.ok("create", "--name", "one", "-v", f"{tmp_path}:/inside", busybox)
    for value in (str(tmp_path), "/inside"):
        assert imgctl.ok("ps", "-a", "-f", f"volume={value}", "--format", "{{.Names}}") == "one\n"
