# SPDX-License-Identifier: Apache-2.0
"""The default bridge between hosts: what leaves, what is published and what stays out, over a router of its own."""
import socket

import pytest
from harness.hosts import ANSWER, Host, ask, poll, sh

# the host's end of the wire, the router in between, the other host beyond it
HERE, ROUTER, BEYOND = "198.51.100.1", "198.51.100.2", "203.0.113.2"


@pytest.fixture
def beyond():
    """A host behind a router: it knows nothing of our bridges, but routes to them all the same."""
    router, host = Host(), Host()
    sh("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "in0", "netns", router.pid)
    sh("ip", "addr", "add", f"{HERE}/24", "dev", "wire0")
    sh("ip", "link", "set", "wire0", "up")
    sh("ip", "route", "add", "203.0.113.0/24", "via", ROUTER)
    router.do("ip", "link", "add", "out0", "type", "veth", "peer", "name", "far0", "netns", host.pid)
    router.do("ip", "addr", "add", f"{ROUTER}/24", "dev", "in0")
    router.do("ip", "addr", "add", "203.0.113.1/24", "dev", "out0")
    router.do("ip", "link", "set", "in0", "up")
    router.do("ip", "link", "set", "out0", "up")
    router.do("ip", "route", "add", "172.16.0.0/12", "via", HERE)
    router.do("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
    host.do("ip", "addr", "add", f"{BEYOND}/24", "dev", "far0")
    host.do("ip", "link", "set", "far0", "up")
    host.do("ip", "route", "add", "default", "via", "203.0.113.1")
    yield host
    sh("ip", "link", "delete", "wire0")
    host.close()
    router.close()


def address_of(imgctl, name):
    return imgctl.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", name).strip()


def test_what_leaves_has_the_hosts_address(imgctl, busybox, beyond):
    def listen():
        server = socket.create_server((BEYOND, 7000))
        server.settimeout(60)
        return server
    server = beyond.call(listen)
    with server:
        run = imgctl.popen("run", "--rm", busybox, "nc", BEYOND, "7000")
        connection, (address, _) = server.accept()
        connection.close()
        assert address == HERE
        assert run.wait(60) == 0


def test_published_port_alone_is_reached(imgctl, busybox, beyond):
    imgctl.ok("run", "-d", "--name", "web", "-p", "8080:80", busybox, "sh", "-c",
              f"nc -ll -p 81 -e echo other & exec {' '.join(ANSWER)}")
    poll(lambda: beyond.call(lambda: ask(HERE, 8080)), "hello\n")
    inside = address_of(imgctl, "web")
    # the host itself may speak to all of them, and through its loopback to the published one
    poll(lambda: ask(inside, 81), "other\n")
    poll(lambda: ask("127.0.0.1", 8080), "hello\n")
    assert beyond.call(lambda: ask(inside, 81, 1)) is None
    assert beyond.call(lambda: ask(inside, 80, 1)) is None
    assert imgctl.ok("port", "web", "80") == "0.0.0.0:8080\n[::]:8080\n"
    imgctl.ok("rm", "-f", "web")
    assert beyond.call(lambda: ask(HERE, 8080, 1)) is None


def test_the_clients_address_is_seen(imgctl, busybox, beyond):
    imgctl.ok("run", "-d", "--name", "web", "-p", "8080:80", busybox, "nc", "-l", "-p", "80", "-e", "sh", "-c",
              "netstat -tn | grep ESTABLISHED")
    said = []
    poll(lambda: said.append(beyond.call(lambda: ask(HERE, 8080))) or bool(said[-1]), True)
    assert f"{BEYOND}:" in said[-1]
    imgctl.ok("rm", "-f", "web")


def test_the_hosts_loopback_is_its_own(imgctl, busybox):
    """A container that may change its routes sends what is for 127.0.0.1 to its gateway."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        imgctl("run", "--rm", "--cap-add", "NET_ADMIN", "--sysctl", "net.ipv4.conf.all.route_localnet=1", busybox,
               "sh", "-c", "gw=$(ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p'); own=$(hostname -i); "
               "ip addr del 127.0.0.1/8 dev lo; ip route add 127.0.0.1/32 via $gw dev eth0 src $own; "
               "ip route get 127.0.0.1 | grep -q eth0 && "
               f"timeout 3 nc -w 2 127.0.0.1 {server.getsockname()[1]} </dev/null")
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_port_in_use_is_an_error_before_anything_starts(imgctl, busybox):
    with socket.create_server(("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        result = imgctl.fails("run", "--name", "web", "-p", f"{port}:80", busybox, "echo", "started", rc=125)
        assert "started" not in result.out
        assert "address already in use" in result.err or "port is already allocated" in result.err
