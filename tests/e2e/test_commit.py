# SPDX-License-Identifier: Apache-2.0
"""imgctl commit: an image of what a container changed."""
import json
import subprocess

import pytest


@pytest.fixture
def changed(imgctl, busybox):
    imgctl.ok("run", "--name", "changed", "-e", "KEPT=yes", "-w", "/opt", busybox, "sh", "-c",
              "echo new >/new; rm /etc/passwd; rm -r /home; mkdir /home; touch /home/bob; chmod 700 /srv")
    return "changed"


def test_its_files_are_the_images(imgctl, changed):
    ident = imgctl.ok("commit", changed, "mine:1").strip()
    assert ident.startswith("sha256:") and imgctl.inspect("mine:1", "{{json .Id}}") == ident
    shown = imgctl.ok("run", "--rm", "mine:1", "sh", "-c", "cat /new; ls /etc/passwd /home 2>/dev/null; stat -c %a /srv; pwd; echo $KEPT")
    assert shown.splitlines() == ["new", "/home:", "bob", "700", "/opt", "yes"]
    assert imgctl.ok("diff", changed) != ""
    imgctl.ok("rm", changed)
    imgctl.ok("system", "check")


def test_configuration_and_history(imgctl, changed):
    imgctl.ok("commit", "-a", "Ann <ann@example.org>", "-m", "because", "--change", 'CMD ["cat", "/new"]',
              "-c", "ENV ADDED=$KEPT", "--change", "EXPOSE 80", changed, "mine")
    image = imgctl.json("inspect", "mine:latest")[0]
    assert image["Author"] == "Ann <ann@example.org>" and image["Comment"] == "because"
    assert image["Config"]["Cmd"] == ["cat", "/new"] and "ADDED=yes" in image["Config"]["Env"]
    assert image["Config"]["ExposedPorts"] == {"80/tcp": {}}
    assert imgctl.ok("run", "--rm", "mine") == "new\n"
    newest = json.loads(imgctl.ok("history", "--format", "json", "--no-trunc", "mine").splitlines()[0])
    assert newest["Comment"] == "because" and newest["CreatedBy"].startswith("sh -c echo new")


def test_an_unchanged_container_adds_no_layer(imgctl, busybox):
    imgctl.ok("run", "--name", "same", busybox, "true")
    imgctl.ok("commit", "same", "same")
    layers = '{{json .RootFS.Layers}}'
    assert imgctl.inspect("same", layers, "image") == imgctl.inspect(busybox, layers)


def test_a_running_one_is_frozen_and_goes_on(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "runs", busybox, "sh", "-c", "touch /made; sleep 1000")
    imgctl.ok("commit", "runs", "of-running")
    assert imgctl.inspect("runs", "{{json .State.Status}}") == "running"
    assert imgctl.ok("exec", "runs", "echo", "on") == "on\n"
    imgctl.ok("commit", "--pause=false", "runs")
    imgctl.ok("run", "--rm", "of-running", "ls", "/made")


def test_the_same_again(imgctl, changed):
    """The same container at the same time gives the same image."""
    first = imgctl.ok("commit", changed, env={"SOURCE_DATE_EPOCH": "1700000000"})
    assert imgctl.ok("commit", changed, env={"SOURCE_DATE_EPOCH": "1700000000"}) == first


def test_others_read_it(imgctl, changed, hub, tmp_path_of_test):
    imgctl.ok("commit", changed, f"{hub.host}/mine:1")
    imgctl.ok("push", "-q", f"{hub.host}/mine:1")
    layout = tmp_path_of_test / "layout"
    imgctl.ok("save", "-o", tmp_path_of_test / "mine.tar", f"{hub.host}/mine:1")
    subprocess.run(["skopeo", "copy", "-q", f"docker-archive:{tmp_path_of_test}/mine.tar", f"oci:{layout}:1"], check=True)
    subprocess.run(["umoci", "unpack", "--image", f"{layout}:1", tmp_path_of_test / "bundle"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    root = tmp_path_of_test / "bundle/rootfs"
    assert (root / "new").read_text() == "new\n" and not (root / "etc/passwd").exists()
    assert [p.name for p in (root / "home").iterdir()] == ["bob"]


def test_bad_input(imgctl, changed):
    imgctl.fails("commit", "nosuch", rc=1, err="No such container: nosuch")
    imgctl.fails("commit", "--change", "RUN true", changed, rc=1, err="RUN")
    imgctl.fails("commit", changed, "BAD", rc=1, err="lowercase|invalid")
    assert imgctl.ok("images", "-qa").split() == imgctl.ok("images", "-q").split()
    assert imgctl.ok("system", "check").count("0 leftovers")
