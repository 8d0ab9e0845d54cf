# SPDX-License-Identifier: Apache-2.0
"""The lab: a container in one terminal, looked at from another. Word for word as it is taught."""
import os
import re
import subprocess

import pytest


def other_terminal(script, env):
    return subprocess.run(["bash", "-ec", script], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True, check=True, timeout=30).stdout


def namespaces(listing):
    return dict(re.findall(r"(\w+) -> \w+:\[(\d+)\]", listing))


@pytest.mark.sanitized
def test_the_lab(imgctl, debian):
    shell = imgctl.pty("run", "-it", "--name", "namespace-demo", "--rm", "debian:latest", "bash", timeout=60)
    shell.expect(r"root@[0-9a-f]{12}:/# ")
    env = {**imgctl.env, "PATH": f"{imgctl.program.parent}:{imgctl.env['PATH']}"}
    find = "PID=$(imgctl inspect -f '{{.State.Pid}}' namespace-demo)\n"

    inside = namespaces(other_terminal(find + "ls -l /proc/$PID/ns/", env))
    ours = namespaces(other_terminal("ls -l /proc/$$/ns/", env))
    for kind in ("mnt", "pid", "uts", "ipc", "net", "cgroup"):
        assert inside[kind] != ours[kind], kind

    addresses = other_terminal(find + "nsenter -t $PID -n ip a", env)
    assert "127.0.0.1/8" in addresses and "LOOPBACK,UP" in addresses
    assert os.listdir("/sys/class/net") != ["lo"] or len(re.findall(r"^\d+: ", addresses, re.M)) == 1

    identity = other_terminal("imgctl inspect -f '{{.Id}}' namespace-demo", env).strip()
    assert re.fullmatch(r"[0-9a-f]{64}", identity)
    assert identity in other_terminal(find + "cat /proc/$PID/cgroup", env)

    shell.sendline("exit 7")
    shell.expect_exact("exit")
    shell.wait()
    assert shell.exitstatus == 7
    imgctl.fails("inspect", "namespace-demo", rc=1)
