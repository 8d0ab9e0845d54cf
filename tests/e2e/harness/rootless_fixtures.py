# SPDX-License-Identifier: Apache-2.0
"""Ordinary users with subordinate ids and without, imgctl as they call it, and a host that has a way out."""
import pathlib
import stat
import subprocess

import pytest

from conftest import program
from harness.rootless import User, UserTool

SUBORDINATE = 65536


def users(name, subordinate):
    it = User(f"imgctl-{name}-", subordinate)
    yield it
    it.close()


@pytest.fixture(scope="module")
def ranged_user():
    """Has ids of its own to give to containers."""
    yield from users("ranged", SUBORDINATE)


@pytest.fixture(scope="module")
def single_user():
    """Has no id but its own."""
    yield from users("single", 0)


def tools(user, no_leaks, hub, name):
    it = UserTool(program(), user, user.folder / name)
    conf = it.give("registries.conf", '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n'
                                      f'[[registry.mirror]]\nlocation = "{hub.host}"\n')
    it.env["CONTAINERS_REGISTRIES_CONF"] = str(conf)
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    yield it
    it.close()


@pytest.fixture(params=["ranged", "single"])
def user_imgctl(request, no_leaks, hub):
    """imgctl of either user, with an empty store."""
    user = request.getfixturevalue(f"{request.param}_user")
    yield from tools(user, no_leaks, hub, request.node.name.split("[")[0])


@pytest.fixture
def ranged(ranged_user, no_leaks, hub, request):
    yield from tools(ranged_user, no_leaks, hub, request.node.name)


@pytest.fixture
def single(single_user, no_leaks, hub, request):
    yield from tools(single_user, no_leaks, hub, request.node.name)


@pytest.fixture
def user_busybox(user_imgctl):
    user_imgctl.ok("pull", "-q", "busybox")
    return "busybox"


@pytest.fixture
def routed(world):
    """This host has a default route, by the host beyond it."""
    subprocess.run(["ip", "route", "add", "default", "via", "192.0.2.2"], check=True)
    tunnel = pathlib.Path("/dev/net/tun")
    mode = stat.S_IMODE(tunnel.stat().st_mode)
    tunnel.chmod(0o666)  # as udev has it; not every machine
    yield world
    tunnel.chmod(mode)
    subprocess.run(["ip", "route", "delete", "default"], check=False, stderr=subprocess.DEVNULL)
