# SPDX-License-Identifier: Apache-2.0
"""The same scenarios through docker, in a network of its own, and through imgctl: what is reached, shown and refused."""
import contextlib
import os
import re
import shutil

import pytest
from harness import peers
from harness.engine import Engine, daemon, engine_folder
from harness.hosts import ANSWER, Host, ask, at, poll

class Side:
    """One of the two: its commands, and where its host is."""

    def __init__(self, name, call, pid):
        self.name, self.call, self.pid = name, call, pid

    def __call__(self, *args):
        """(exit code, standard output) of a command."""
        result = self.call(*args)
        return (result.rc, result.out) if hasattr(result, "rc") else (result.returncode, result.stdout)

    def ok(self, *args):
        code, out = self(*args)
        assert code == 0, (self.name, args, out)
        return out

    def pid_of(self, name):
        return int(self.ok("inspect", "-f", "{{.State.Pid}}", name))

    def address(self, name, network="bridge"):
        return self.ok("inspect", "-f", f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}', name).strip()


@contextlib.contextmanager
def docker_side(archive):
    peers.need("dockerd", "docker.io")
    peers.need("docker", "docker.io")
    host = Host()
    try:
        with engine_folder() as folder:
            socket = f"unix://{folder}/s"
            engine = Engine(shutil.which("docker", path="/usr/bin:/bin"), "-H", socket)
            with daemon(folder, lambda: engine("info").returncode == 0, "nsenter", f"--net=/proc/{host.pid}/ns/net", "--",
                        "dockerd", "--data-root", folder / "data", "--exec-root", folder / "x", "-p", folder / "p", "-H", socket):
                engine.ok("import", archive, "busybox")
                yield Side("docker", engine, host.pid)
                ids = engine.ok("ps", "-aq").split()
                if ids:
                    engine.ok("rm", "-f", *ids)
    finally:
        host.close()


@pytest.fixture
def sides(imgctl, busybox, tmp_path):
    """Both, with an image named busybox."""
    archive = tmp_path / "busybox.tar"
    imgctl.ok("create", "--name", "export", busybox, "true")
    imgctl.ok("export", "-o", archive, "export")
    imgctl.ok("rm", "export")
    with docker_side(archive) as docker:
        yield [Side("imgctl", imgctl, os.getpid()), docker]


def shape(text):
    """TEXT with addresses and ids as placeholders: both have others."""
    text = re.sub(r"\b[0-9a-f]{12}\b", "ID", text)
    text = re.sub(r"\b\d+\.\d+\.\d+\.\d+\b(/\d+)?", lambda m: m[0] if m[0].startswith(("0.", "127.")) else "ADDRESS" + (m[1] or ""), text)
    # as docker's later versions write them
    return re.sub(r"\b(f[ef]0\d::)0\b", r"\1", text.replace(":::", "[::]:"))


def same(sides, function):
    """What FUNCTION gives for both, which has to be the same."""
    ours, theirs = (function(side) for side in sides)
    assert ours == theirs
    return ours


def test_what_a_container_sees(sides):
    for options in ((), ("--hostname", "me"), ("--add-host", "other:192.0.2.7"), ("--network", "none"),
                    ("--dns", "192.0.2.53", "--dns-search", "example.org", "--dns-option", "ndots:3")):
        def seen(side, options=options):
            out = side.ok("run", "--rm", *options, "busybox", "sh", "-c",
                          "cat /etc/hosts; ip route; ls /sys/class/net; cat /sys/class/net/*/mtu; grep -v '^#' /etc/resolv.conf | sort")  # docker 28 has another order
            return [line.split() for line in shape(out).splitlines() if line.strip()]
        same(sides, seen)


def test_ports_as_they_are_shown(sides):
    wanted = {"one": ("-p", "8001:80"), "local": ("-p", "127.0.0.1:8002:80/udp"), "own": ("-p", "8003-8005:8003-8005"),
              "other": ("-p", "8006-8007:90-91"), "mixed": ("-p", "8008:80", "--expose", "90-92", "--expose", "53/udp"),
              "two": ("-p", "8009:80", "-p", "127.0.0.1:8010:80")}

    def shown(side):
        out = []
        for name, options in wanted.items():
            side.ok("run", "-d", "--name", name, *options, "busybox", "sleep", "1000")
            out += [shape(side.ok("ps", "--filter", f"name=^/?{name}$", "--format", "{{.Ports}}")), sorted(
                shape(side.ok("port", name)).splitlines())]
        return out
    same(sides, shown)


def test_what_is_reached(sides):
    def reached(side):
        side.ok("network", "create", "blue")
        side.ok("network", "create", "--internal", "inner")
        side.ok("run", "-d", "--name", "web", "-p", "8001:80", "busybox", *ANSWER)
        side.ok("run", "-d", "--name", "near", "busybox", "sleep", "1000")
        side.ok("run", "-d", "--name", "far", "--network", "blue", "busybox", "sleep", "1000")
        side.ok("run", "-d", "--name", "inside", "--network", "inner", "busybox", "sleep", "1000")
        own, gateway = side.address("web"), re.search(r"via (\S+)", side.ok("exec", "web", "ip", "route"))[1]
        poll(lambda: at(side.pid, lambda: ask(own, 80)), "hello\n")
        out = {}
        for place, pid in (("host", side.pid), *((name, side.pid_of(name)) for name in ("web", "near", "far", "inside"))):
            for target, address, port in (("container", own, 80), ("published", gateway, 8001), ("loopback", "127.0.0.1", 8001)):
                out[place, target] = bool(at(pid, lambda a=address, p=port: ask(a, p, 4)))
        return out
    assert same(sides, reached)["near", "published"]


def test_what_is_refused(sides):
    def codes(side):
        side.ok("network", "create", "--subnet", "10.77.0.0/24", "blue")
        side.ok("run", "-d", "--name", "one", "--network", "blue", "--ip", "10.77.0.9", "-p", "8001:80", "busybox", "sleep", "1000")
        return [side(*words)[0] for words in (
            ("run", "--rm", "-p", "8001:80", "busybox", "true"), ("run", "--rm", "--network", "nope", "busybox", "true"),
            ("run", "--rm", "--network", "blue", "--ip", "10.77.0.9", "busybox", "true"),
            ("run", "--rm", "--network", "blue", "--ip", "10.78.0.9", "busybox", "true"),
            ("run", "--rm", "-p", "99999:80", "busybox", "true"), ("run", "--rm", "-p", "1-3:1-2", "busybox", "true"),
            ("network", "create", "blue"), ("network", "create", "--subnet", "10.77.0.0/25", "red"),
            ("network", "create", "--subnet", "nonsense", "red"), ("network", "rm", "blue"), ("network", "rm", "nope"),
            ("network", "rm", "bridge"), ("network", "connect", "blue", "one"), ("network", "disconnect", "nope", "one"),
            ("network", "inspect", "nope"), ("port", "one", "81"), ("port", "nope"))]
    assert 0 not in same(sides, codes)
