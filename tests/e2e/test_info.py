# SPDX-License-Identifier: Apache-2.0
"""imgctl info: docker's words for what this machine is and what is kept."""
import json
import os


def test_text(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", busybox, "sleep", "1000")
    imgctl.ok("run", "-d", "--name", "two", busybox, "sleep", "1000")
    imgctl.ok("pause", "two")
    imgctl.ok("create", busybox, "true")
    lines = imgctl.ok("info").splitlines()
    for line in (" Containers: 3", "  Running: 1", "  Paused: 1", "  Stopped: 1", " Images: 1", " Storage Driver: overlay2",
                 f" Kernel Version: {os.uname().release}", f" CPUs: {os.cpu_count()}", f" Docker Root Dir: {imgctl.root}"):
        assert line in lines


def test_formats(imgctl):
    info = json.loads(imgctl.ok("system", "info", "--format", "json"))
    assert (info["Containers"], info["Images"], info["OSType"]) == (0, 0, "linux")
    assert info["CgroupVersion"] in ("1", "2") and info["MemTotal"] > 1 << 20
    assert imgctl.ok("info", "-f", "{{.Driver}} {{.NCPU}}") == f"overlay2 {os.cpu_count()}\n"
    imgctl.fails("info", "-f", "{{", rc=64, err="template parsing error")


def test_what_scripts_ask_of_docker(imgctl):
    template = "{{.Swarm.LocalNodeState}} {{.LiveRestoreEnabled}} {{.Plugins.Volume}} {{json .Plugins.Log}} {{json .Warnings}}"
    assert imgctl.ok("info", "-f", template) == 'inactive true [local] ["json-file","local","none"] []\n'
