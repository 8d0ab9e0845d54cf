# SPDX-License-Identifier: Apache-2.0
"""Names by aardvark-dns, where a network was made with it."""
import os
import pathlib
import re
import signal

import pytest
from harness.hosts import poll

PROGRAM = "/usr/lib/podman/aardvark-dns"


@pytest.fixture
def aardvark():
    if not os.access(PROGRAM, os.X_OK):
        pytest.skip("needs aardvark-dns (Debian package aardvark-dns)")


def server(imgctl):
    """The process that answers, or None."""
    try:
        pid = int(pathlib.Path(imgctl.runroot, "networks/aardvark/aardvark.pid").read_text())
        return pid if b"aardvark" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() else None
    except (OSError, ValueError):
        return None


def look_up(imgctl, where, name):
    """The address that NAME has there by DNS alone (nslookup reads no hosts file)."""
    out = imgctl("exec", where, "nslookup", name).out
    found = re.findall(r"^Address(?: \d)?: *(\d+\.\d+\.\d+\.\d+)$", out, re.M)
    return found[-1] if found else None


def address(imgctl, name, network):
    return imgctl.ok("inspect", "-f", f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}', name).strip()


def test_members_find_one_another(imgctl, busybox, aardvark):
    imgctl.ok("network", "create", "--opt", "dns=aardvark", "blue")
    imgctl.ok("network", "create", "red")
    imgctl.ok("run", "-d", "--name", "one", "--network", "blue", busybox, "sleep", "1000")
    imgctl.ok("run", "-d", "--name", "two", "--network", "blue", "--network-alias", "other", busybox, "sleep", "1000")
    imgctl.ok("run", "-d", "--name", "three", "--network", "red", busybox, "sleep", "1000")
    gateway = imgctl.ok("exec", "one", "sh", "-c", "ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p'").strip()
    assert re.search(rf"^nameserver {re.escape(gateway)}$", imgctl.ok("exec", "one", "cat", "/etc/resolv.conf"), re.M)
    assert "nameserver" not in imgctl.ok("exec", "three", "sed", "-n", f"/{gateway}/p", "/etc/resolv.conf")
    two = address(imgctl, "two", "blue")
    for name in ("two", "other", imgctl.inspect("two")["Id"][:12]):
        poll(lambda name=name: look_up(imgctl, "one", name), two)
    # hosts files are kept as ever, and strangers are not known
    assert two in imgctl.ok("exec", "one", "cat", "/etc/hosts")
    assert look_up(imgctl, "one", "three") is None
    imgctl.ok("network", "connect", "--alias", "third", "blue", "three")
    poll(lambda: look_up(imgctl, "one", "third"), address(imgctl, "three", "blue"))
    imgctl.ok("network", "disconnect", "blue", "three")
    poll(lambda: look_up(imgctl, "one", "third"), None)
    imgctl.ok("rm", "-f", "two")
    poll(lambda: look_up(imgctl, "one", "two"), None)
    # one that was killed is started again by the next container
    os.kill(server(imgctl), signal.SIGKILL)
    poll(lambda: server(imgctl), None)
    imgctl.ok("run", "-d", "--name", "four", "--network", "blue", busybox, "sleep", "1000")
    poll(lambda: look_up(imgctl, "one", "four"), address(imgctl, "four", "blue"))
    imgctl.ok("rm", "-f", "one", "three", "four")
    poll(lambda: server(imgctl), None)
    assert not list(pathlib.Path(imgctl.runroot, "networks/aardvark").glob("[0-9a-f]*[0-9a-f]"))


def test_only_aardvark(imgctl):
    imgctl.fails("network", "create", "--opt", "dns=other", "blue", rc=1, err="invalid dns: other")
    assert "blue" not in imgctl.ok("network", "ls")
