# SPDX-License-Identifier: Apache-2.0
"""Many containers on one network, and addresses of those that are no more."""
import json
import os
import pathlib
import re
import signal
import subprocess
import time

from harness import own_network
from harness.hosts import address_of, pid_of

MANY = 250


def rules():
    return subprocess.run(["nft", "list", "ruleset"], stdout=subprocess.PIPE, text=True, check=True).stdout


def monitor_of(imgctl, name):
    return int(re.search(r"PPid:\s+(\d+)", pathlib.Path(f"/proc/{pid_of(imgctl, name)}/status").read_text())[1])


def test_250_at_once(imgctl, busybox):
    imgctl.ok("network", "create", "--subnet", "10.213.0.0/24", "many")
    # made before, so that the starts alone meet
    names = [f"c{n}" for n in range(MANY)]
    for name in names:
        imgctl.ok("create", "--name", name, "--network", "many", busybox, "sleep", "1000")
    children = [imgctl.popen("start", name) for name in names]
    for child in children:
        out, err = child.communicate(timeout=300)
        assert child.returncode == 0, (out, err)
    members = imgctl.json("network", "inspect", "many")[0]["Containers"].values()
    addresses = {member["IPv4Address"] for member in members}
    assert len(members) == MANY and len(addresses) == MANY
    # what they really have is what was written down, and each knows every other by name
    out = imgctl.ok("exec", "c249", "sh", "-c", "ip -4 addr show eth0; cat /etc/hosts")
    assert address_of(imgctl, "c249") in out
    known = dict(reversed(line.split()[:2]) for line in out.splitlines() if re.match(r"10\.213\.0\.\d+\t", line))
    assert {name: address_of(imgctl, name) for name in ("c0", "c100", "c200")}.items() <= known.items()
    assert set(names) - {"c249"} <= set(known)
    # three more fit into the subnet
    for n in range(3):
        imgctl.ok("run", "-d", "--name", f"more{n}", "--network", "many", busybox, "sleep", "1000")
    imgctl.fails("run", "--network", "many", busybox, "true", rc=125, err="no available IPv4 addresses")
    imgctl.ok("rm", "-f", *names, *[f"more{n}" for n in range(3)], timeout=300)
    assert imgctl.json("network", "inspect", "many")[0]["Containers"] == {}


def test_what_killed_monitors_had_comes_back(imgctl, busybox):
    imgctl.ok("network", "create", "--subnet", "10.213.0.0/29", "small")  # five addresses for containers
    for n in range(5):
        imgctl.ok("run", "-d", "--name", f"c{n}", "--network", "small", "-p", f"{8300 + n}:80", busybox, "sleep", "1000")
    imgctl.fails("run", "--network", "small", busybox, "true", rc=125, err="no available IPv4 addresses")
    gone = {f"c{n}": address_of(imgctl, f"c{n}") for n in (1, 3)}
    for name in gone:
        init, monitor = pid_of(imgctl, name), monitor_of(imgctl, name)
        os.kill(monitor, signal.SIGKILL)
        os.kill(init, signal.SIGKILL)
        for pid in (init, monitor):
            wait_for_end(pid)
    assert "c1 " in imgctl.ok("exec", "c0", "cat", "/etc/hosts")  # nobody came by yet
    imgctl.ok("run", "-d", "--name", "new", "--network", "small", "-p", "8301:80", busybox, "sleep", "1000")
    assert address_of(imgctl, "new") == min(gone.values())
    hosts = imgctl.ok("exec", "c0", "cat", "/etc/hosts")
    assert "c1 " not in hosts and "c3 " not in hosts and "new " in hosts
    text = rules()
    assert gone["c3"] not in text and "8303" not in text and "8301" in text
    leases = [json.loads(path.read_text()) for path in pathlib.Path(imgctl.runroot, "networks").glob("*.json")]
    assert sorted(len(lease) for lease in leases if lease) == [4]
    imgctl.ok("start", "c3")
    assert address_of(imgctl, "c3") == gone["c3"]


def wait_for_end(pid):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if re.search(r"State:\s+Z", pathlib.Path(f"/proc/{pid}/status").read_text()):
                return
        except OSError:
            return
        time.sleep(0.02)
    raise AssertionError(f"{pid} does not end")


def test_a_network_goes_though_its_member_was_killed(imgctl, busybox):
    imgctl.ok("network", "create", "blue")
    imgctl.ok("run", "-d", "--name", "one", "--network", "blue", busybox, "sleep", "1000")
    init, monitor = pid_of(imgctl, "one"), monitor_of(imgctl, "one")
    imgctl.fails("network", "rm", "blue", rc=1, err="active endpoints")
    for pid in (monitor, init):
        os.kill(pid, signal.SIGKILL)
        wait_for_end(pid)
    before = own_network.links()
    imgctl.ok("network", "rm", "blue")
    assert len(own_network.links()) < len(before)
    imgctl.ok("rm", "-f", "one")
