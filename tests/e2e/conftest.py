# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the end-to-end tests; harness/__init__.py says what lies where."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
for folder in (HERE, TOP / "tests/registry"):
    sys.path.insert(0, str(folder))

from harness import debian as debian_root  # noqa: E402
from harness import images, leaks, own_network, registry, tool, web as web_server  # noqa: E402
from harness.strict import (STRICT, pytest_make_collect_report,  # noqa: E402, F401
                            pytest_runtest_makereport)

CACHE = TOP / "build/cache"


def program():
    """The imgctl under test: $IMGCTL, else the release build, else the sanitized one."""
    candidates = [os.environ.get("IMGCTL"), TOP / "build/release/imgctl", TOP / "build/dev/imgctl"]
    return next((pathlib.Path(c) for c in candidates if c and os.access(c, os.X_OK)), None)


def unignore_signals():
    """Programs start with the usual signals, even when nohup or a job in the background had us ignore some.

    A signal that we catch is at its default again in the program we execute.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def pytest_configure(config):
    unignore_signals()
    if program() is None:
        raise pytest.UsageError("no imgctl: run ./dev build release first, or set IMGCTL")
    if os.getuid() != 0:
        raise pytest.UsageError("the end-to-end tests make containers: run them as root")
    own_network.enter()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if TOP / "tests/vm" in item.path.parents:
            item.add_marker(pytest.mark.vm)


def pytest_report_header():
    return f"imgctl: {program()}" + (", strict: a skip is a failure" if STRICT else "")


@pytest.fixture(scope="session")
def session_dir():
    """A folder of this run, on a file system that can hold overlay layers."""
    base = CACHE.parent / "e2e"
    base.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=base))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def no_leaks(tmp_path_of_test):
    """Fails the test that leaves a mount, a cgroup, a process or a network link."""
    watch = leaks.Watch(tmp_path_of_test)
    yield watch
    left = watch.left()
    assert not left, "left behind:\n" + "\n".join(left)


@pytest.fixture
def tmp_path_of_test(session_dir, request):
    """An empty folder of this test alone, beside the stores."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="t-", dir=session_dir))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def authority(session_dir):
    return registry.Authority(session_dir / "ca")


@pytest.fixture(scope="session")
def busybox_image():
    """The small image that most tests run (all of busybox, users root and alice)."""
    return images.busybox()


def serve(folder, **how):
    server = registry.Registry(folder, **how).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def hub(session_dir, authority, busybox_image):
    """TLS; stands for Docker Hub: `busybox` resolves to it by the mirror configuration of `imgctl`."""
    for server in serve(session_dir / "hub", authority=authority):
        server.push("library/busybox:latest", busybox_image)
        yield server


@pytest.fixture(scope="session")
def plain_registry(session_dir):
    """Plain HTTP on loopback, empty at first."""
    yield from serve(session_dir / "plain")


@pytest.fixture(scope="session")
def auth_registry(session_dir, authority):
    """TLS and htpasswd: user `alice`, password `se:cret word`."""
    yield from serve(session_dir / "auth", authority=authority, users={"alice": "se:cret word"})


@pytest.fixture(scope="session")
def debian(hub):
    """A real Debian minbase as debian:latest and debian:12 on the hub; returns its Image."""
    image = debian_root.make_image(CACHE)
    for tag in ("latest", "12"):
        hub.push(f"library/debian:{tag}", image)
    return image


@pytest.fixture
def registries_conf(tmp_path_of_test, hub):
    """registries.conf of the test: docker.io is to be had from the hub. Tests may append to it."""
    path = tmp_path_of_test / "registries.conf"
    path.write_text('unqualified-search-registries = ["docker.io"]\n\n'
                    '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n'
                    f'[[registry.mirror]]\nlocation = "{hub.host}"\n')
    return path


@pytest.fixture
def imgctl(no_leaks, tmp_path_of_test, registries_conf, hub):
    """imgctl with an empty store; see harness.tool.Tool."""
    it = tool.Tool(program(), tmp_path_of_test / "imgctl",
                   {"CONTAINERS_REGISTRIES_CONF": str(registries_conf)})
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    yield it
    it.close()


@pytest.fixture
def busybox(imgctl):
    """The name of an image that is in imgctl's store."""
    imgctl.ok("pull", "-q", "busybox")
    return "busybox"


@pytest.fixture
def web(tmp_path_of_test):
    """A web server of a folder; (its address, the folder, what was asked)."""
    with web_server.serve(tmp_path_of_test / "web") as it:
        yield it


@pytest.fixture
def world():
    """A host beyond this one, at 192.0.2.2, with a server that tells who asks; its namespace's process."""
    script = ("import socket\ns = socket.socket()\ns.bind(('192.0.2.2', 80))\ns.listen()\nprint('up', flush=True)\n"
              "while True:\n c, a = s.accept()\n c.sendall(a[0].encode())\n c.close()\n")
    subprocess.run(["ip", "link", "add", "up0", "type", "veth", "peer", "name", "out0"], check=True)
    child = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo here; read go; ip link set lo up; ip addr add 192.0.2.2/24 dev out0; "
                              "ip link set out0 up; exec /usr/bin/python3 -c \"$SCRIPT\""], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SCRIPT": script}, text=True)
    assert child.stdout.readline() == "here\n"
    subprocess.run(["ip", "link", "set", "out0", "netns", str(child.pid)], check=True)
    subprocess.run("ip addr add 192.0.2.1/24 dev up0; ip link set up0 up", shell=True, check=True)
    child.stdin.write("go\n")
    child.stdin.flush()
    assert child.stdout.readline() == "up\n"
    yield child.pid
    child.kill()
    child.communicate()
    subprocess.run(["ip", "link", "delete", "up0"], check=False, stderr=subprocess.DEVNULL)
