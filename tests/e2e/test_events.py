# SPDX-License-Identifier: Apache-2.0
"""What happened, and what happens."""
import json
import re
import subprocess
import tarfile
import time

import pytest


def events(imgctl, *options, until="0s"):
    out = imgctl.ok("events", "--since", "1h", "--until", until, "--format", "json", *options)
    return [json.loads(line) for line in out.splitlines()]


def actions(imgctl, *options):
    return [event["Action"] for event in events(imgctl, *options)]


def test_the_life_of_a_container(imgctl, busybox):
    imgctl.ok("run", "--name", "it", "--label", "a=b", busybox, "true")
    assert imgctl("start", "-a", "it").rc == 0
    imgctl.ok("rename", "it", "other")
    imgctl.ok("rm", "other")
    assert actions(imgctl, "-f", "type=container") == ["create", "attach", "start", "die", "attach", "start", "die", "rename",
                                                       "destroy"]
    died = events(imgctl, "-f", "event=die")[0]
    assert (died["status"], died["from"], died["Type"], died["scope"]) == ("die", busybox, "container", "local")
    told = died["Actor"]["Attributes"]
    assert (told["exitCode"], told["name"], told["image"], told["a"]) == ("0", "it", busybox, "b")
    assert told["execDuration"].isdigit()
    assert died["id"] == died["Actor"]["ID"] and len(died["id"]) == 64
    assert died["time"] == died["timeNano"] // 10**9
    renamed = events(imgctl, "-f", "event=rename")[0]["Actor"]["Attributes"]
    assert (renamed["oldName"], renamed["name"]) == ("/it", "other")


def test_what_is_done_to_one_that_runs(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", busybox, "sleep", "1000")
    imgctl.ok("pause", "it")
    imgctl.ok("unpause", "it")
    imgctl.ok("exec", "it", "sh", "-c", "exit 0")
    imgctl.ok("restart", "-t", "0", "it")
    imgctl.ok("kill", "it")
    got = actions(imgctl, "-f", "container=it")
    assert got[:6] == ["create", "start", "pause", "unpause", "exec_create: sh -c exit 0", "exec_start: sh -c exit 0"]
    assert {"exec_die", "restart"} <= set(got)
    for name in ("kill", "die", "stop", "start"):
        assert name in got[6:]
    run = events(imgctl, "-f", "event=exec_start")[0]["Actor"]["Attributes"]["execID"]
    assert run == events(imgctl, "-f", "event=exec_die")[0]["Actor"]["Attributes"]["execID"]
    assert events(imgctl, "-f", "event=kill")[-1]["Actor"]["Attributes"]["signal"] == "9"


def test_health_and_memory(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "it", "--health-cmd", "true", "--health-interval", "50ms", busybox, "sleep", "1000")
    end = time.monotonic() + 30
    while not events(imgctl, "-f", "event=health_status"):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert actions(imgctl, "-f", "event=health_status")[0] == "health_status: healthy"
    assert actions(imgctl, "-f", "event=health_status: unhealthy") == []
    assert imgctl("run", "--name", "big", "--memory", "8m", "--memory-swap", "8m", busybox, "sh", "-c",
                  "x=x; while :; do x=$x$x; done").rc == 137
    assert actions(imgctl, "-f", "container=big") == ["create", "attach", "start", "oom", "die"]


def test_images_and_volumes(imgctl, busybox):
    imgctl.ok("tag", busybox, "mine:1")
    imgctl.ok("rmi", "mine:1")
    imgctl.ok("volume", "create", "data")
    imgctl.ok("volume", "rm", "data")
    told = [(e["Type"], e["Action"], e["Actor"]["Attributes"].get("name")) for e in events(imgctl)]
    image = events(imgctl, "-f", "event=tag")[0]["id"]
    assert re.match(r"sha256:[0-9a-f]{64}$", image)
    assert told[0][:2] == ("image", "pull")
    assert told[1:] == [("image", "tag", "mine:1"), ("image", "untag", image), ("volume", "create", None),
                        ("volume", "destroy", None)]
    assert actions(imgctl, "-f", "image=mine") == ["tag"]
    assert actions(imgctl, "-f", "volume=data") == ["create", "destroy"]


def test_lines_and_templates(imgctl, busybox):
    imgctl.ok("run", "--name", "it", busybox, "true")
    line = imgctl.ok("events", "--since", "1h", "--until", "0s", "-f", "event=create").strip()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[-+]\d\d:\d\d) container create [0-9a-f]{64} "
                    rf"\(image={re.escape(busybox)}, name=it\)$", line)
    assert imgctl.ok("events", "--since", "1h", "--until", "0s", "-f", "event=create", "-f", "event=die", "--format",
                     "{{.Type}} {{.Action}} {{.Actor.Attributes.name}} {{.ID}}").startswith("container create it ")


def test_what_runs_has_its_new_name(imgctl, busybox):
    imgctl.ok("run", "-d", "--rm", "--name", "it", busybox, "sleep", "1000")
    imgctl.ok("rename", "it", "other")
    imgctl.ok("run", "-d", "--rm", "--name", "it", busybox, "sleep", "1000")
    imgctl.ok("rm", "-f", "other", "it")
    done = imgctl.ok("events", "--since", "1h", "--until", "0s", "-f", "event=die", "-f", "event=destroy", "--format",
                     "{{.Action}} {{.Actor.Attributes.name}}").splitlines()
    assert sorted(done) == ["destroy it", "destroy other", "die it", "die other"]


def test_it_follows(imgctl, busybox):
    imgctl.ok("create", "--name", "it", busybox)
    follower = imgctl.popen("events", "--since", "1h", "--format", "{{.Action}}", "-f", "type=container", stdout=subprocess.PIPE,
                            text=True)
    try:
        assert follower.stdout.readline() == "create\n"
        imgctl.ok("rename", "it", "on")
        assert follower.stdout.readline() == "rename\n"
        imgctl.ok("rm", "on")
        assert follower.stdout.readline() == "destroy\n"
    finally:
        follower.terminate()
        follower.wait()


def test_it_ends_by_itself(imgctl, busybox):
    soon = str(time.time() + 1)
    imgctl.ok("create", "--name", "it", busybox)
    assert imgctl.ok("events", "--since", "1h", "--until", soon, "-f", "type=container", "--format", "{{.Action}}") == "create\n"


@pytest.mark.parametrize("words, why", [
    (["--since", "never"], 'invalid value for "since"'),
    (["--filter", "colour=red"], "invalid filter 'colour'"),
    (["--format", "{{.Action"], "template parsing error"),
    (["--since", "1m", "--until", "2m"], "`since` cannot be after `until`"),
])
def test_bad_options(imgctl, words, why):
    imgctl.fails("events", *words, rc=1, err=re.escape(why))


def test_what_was_imported(imgctl, tmp_path):
    archive = tmp_path / "root.tar"
    with tarfile.open(archive, "w"):
        pass
    image = imgctl.ok("import", str(archive), "made:1").strip()
    assert [(e["Action"], e["id"]) for e in events(imgctl)] == [("tag", image), ("import", image)]


def test_what_is_read_and_written(imgctl, busybox, tmp_path):
    imgctl.ok("run", "-d", "--name", "it", busybox, "sleep", "1000")
    imgctl.ok("top", "it")
    imgctl.ok("cp", "it:/etc/passwd", str(tmp_path / "passwd"))
    imgctl.ok("cp", str(tmp_path / "passwd"), "it:/tmp")
    imgctl.ok("export", "-o", str(tmp_path / "it.tar"), "it")
    imgctl.ok("commit", "-p=false", "it", "kept:1")
    got = [e for e in events(imgctl, "-f", "container=it") if e["Action"] not in ("create", "start")]
    assert [e["Action"] for e in got] == ["top", "archive-path", "extract-to-dir", "export", "commit"]
    assert got[-1]["Actor"]["Attributes"]["imageRef"] == "kept:1"
    imgctl.fails("cp", "it:/nowhere", str(tmp_path), rc=1)
    assert len(events(imgctl, "-f", "event=archive-path")) == 1
