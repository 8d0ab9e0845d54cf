# SPDX-License-Identifier: Apache-2.0
"""imgctl version."""
import json
import os
import re


def test_text(imgctl):
    out = imgctl.ok("version")
    assert re.search(r"^ Version: +\d+\.\d+\.\d+$", out, re.M)
    assert re.search(r"^ OS/Arch: +linux/(amd64|arm64|\w+)$", out, re.M)
    assert os.uname().release in out


def test_formats(imgctl):
    number = imgctl.ok("version", "--format", "{{.Client.Version}}").strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+", number)
    assert imgctl.ok("version", "-f", "{{.Server.Version}}/{{.Server.Os}}") == number + "/linux\n"
    both = json.loads(imgctl.ok("version", "--format", "json"))
    assert both["Client"] == both["Server"] and both["Client"]["KernelVersion"] == os.uname().release


def test_errors(imgctl):
    imgctl.fails("version", "-f", "{{.Client", rc=64, err="template parsing error: .*unclosed action")
    imgctl.fails("version", "-f", "{{.Nope}}", rc=1, err="can't evaluate field Nope in type system.versionInfo")
    imgctl.fails("version", "stray", rc=1, err="accepts no arguments")


def test_no_store_is_made(imgctl):
    imgctl.ok("version")
    assert not imgctl.root.exists()
