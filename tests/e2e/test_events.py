# SPDX-License-Identifier: Apache-2.0
"""imgctl events: what happened, in docker's words, from a journal that nobody has to run for."""
import json
import re
import time

import pexpect


def shown(imgctl, since, *arguments):
    return imgctl.ok("events", "--since", repr(since), "--until", repr(time.time()), *arguments).splitlines()


def actions(imgctl, since, *arguments):
    return shown(imgctl, since, "--format", "{{.Action}}", *arguments)


def test_the_life_of_a_container(imgctl, busybox):
    since = time.time()
    imgctl.ok("run", "-d", "--name", "lives", "--label", "mine=yes", busybox, "sleep", "1000")
    imgctl.ok("exec", "lives", "true")
    imgctl.ok("pause", "lives")
    imgctl.ok("unpause", "lives")
    imgctl.ok("rename", "lives", "renamed")
    imgctl.ok("stop", "-t", "0", "renamed")
    imgctl.ok("rm", "renamed")
    found = [a.split(":")[0] for a in actions(imgctl, since, "--filter", "type=container")]
    assert found[:2] == ["create", "start"] and found[-1] == "destroy"
    assert {"exec_create", "exec_start", "exec_die", "pause", "unpause", "rename", "kill", "die", "stop"} <= set(found)
    assert actions(imgctl, since, "--filter", "label=mine=yes", "--filter", "event=create") == ["create"]
    assert actions(imgctl, since, "--filter", "label=mine=no") == []
    assert actions(imgctl, since, "--filter", "container=renamed", "--filter", "event=destroy") == ["destroy"]


def test_images_and_volumes(imgctl, busybox):
    since = time.time()
    imgctl.ok("pull", "-q", "busybox")
    imgctl.ok("tag", busybox, "mine:1")
    imgctl.ok("rmi", "mine:1")
    imgctl.ok("volume", "create", "data")
    imgctl.ok("volume", "rm", "data")
    assert actions(imgctl, since, "--filter", "type=image") == ["pull", "tag", "untag"]
    assert actions(imgctl, since, "--filter", "type=volume") == ["create", "destroy"]
    assert shown(imgctl, since, "-f", "event=pull")[0].endswith("image pull busybox:latest (name=busybox)")


def test_lines_and_json(imgctl, busybox):
    since = time.time()
    ident = imgctl.ok("create", "--name", "shown", busybox, "true").strip()
    line, = shown(imgctl, since, "-f", "event=create")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d) container create " + ident +
                        r" \(image=busybox, name=shown\)", line)
    event = json.loads(shown(imgctl, since, "--format", "json", "-f", "event=create")[0])
    assert (event["Type"], event["Action"], event["Actor"]["ID"]) == ("container", "create", ident)
    assert event["Actor"]["Attributes"]["name"] == "shown" and event["timeNano"] > since * 1e9


def test_following(imgctl, busybox):
    imgctl.ok("images")
    child = imgctl.pty("events", "--filter", "event=create", "--format", "{{.Actor.Attributes.name}}")
    for number in range(200):  # the follower begins when it begins
        imgctl.ok("create", "--name", f"number{number}", busybox, "true")
        if child.expect([r"number\d+", pexpect.TIMEOUT], timeout=0.2) == 0:
            break
    else:
        raise AssertionError("nothing was told")
    child.close(force=True)


def test_bad_input(imgctl):
    imgctl.fails("events", "--since", "never", err="since")
    imgctl.fails("events", "--filter", "nosuch=1", "--until", "0", err="nosuch")
    imgctl.fails("events", "--format", "{{", "--until", "0", err="template")
