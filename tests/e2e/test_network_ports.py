# SPDX-License-Identifier: Apache-2.0
"""Published ports of every kind: ranges, udp, sctp, host addresses, and a container that calls itself."""
import pathlib
import socket
import subprocess
import time

import pytest
from harness import leaks
from harness.hosts import Wire, address_of, ask, at, pid_of, poll

HERE, THERE = "198.51.100.1", "198.51.100.2"
BRIDGED = pathlib.Path("/proc/sys/net/bridge/bridge-nf-call-iptables")


@pytest.fixture
def beyond():
    wire = Wire([f"{HERE}/24", "198.51.100.77/24"], [f"{THERE}/24"])
    yield wire.host
    wire.close()


def serve(imgctl, name, *ports):
    """Container NAME answers at each of PORTS with the port and who asks."""
    loops = " ".join(f"nc -ll -p {port} -e sh -c 'netstat -tn 2>/dev/null | grep :{port}.*ESTAB; echo {port}' &"
                     for port in ports)
    return ("sh", "-c", f"{loops} exec sleep 1000")


def said(address, port):
    """All that is said there."""
    try:
        with socket.create_connection((address, port), 3) as connection:
            return connection.makefile().read()
    except OSError:
        return ""


def heard(address, port):
    """The same, once somebody answers."""
    end = time.monotonic() + 15
    while not (out := said(address, port)) and time.monotonic() < end:
        time.sleep(0.05)
    return out


def test_a_range(imgctl, busybox, beyond):
    imgctl.ok("run", "-d", "--name", "web", "-p", "8100-8102:90-92", busybox, *serve(imgctl, "web", 90, 91, 92))
    for offset in range(3):
        assert beyond.call(lambda: heard(HERE, 8100 + offset)).endswith(f"{90 + offset}\n")
    assert imgctl.ok("port", "web") == "".join(f"{90 + n}/tcp -> {host}:{8100 + n}\n" for n in range(3)
                                               for host in ("0.0.0.0", "[::]"))
    imgctl.fails("run", "-p", "8102-8104:1-3", busybox, "true", rc=125, err="8102 failed: port is already allocated")
    imgctl.fails("run", "-p", "8102-8104:1-2", busybox, "true", rc=125, err="(?i)invalid ranges")


def test_a_range_that_is_its_own(imgctl, busybox):
    imgctl.ok("run", "-d", "-p", "8105-8107:8105-8107/udp", busybox, "sleep", "1000")
    assert "0.0.0.0:8105-8107->8105-8107/udp, [::]:8105-8107->8105-8107/udp" in imgctl.ok("ps")


def test_one_of_a_range(imgctl, busybox):
    """A range for one port: the first that is free."""
    for name, want in (("one", 8110), ("two", 8111)):
        imgctl.ok("run", "-d", "--name", name, "-p", "8110-8111:80", busybox, "sleep", "1000")
        assert imgctl.ok("port", name, "80/tcp").splitlines()[0] == f"0.0.0.0:{want}"
    imgctl.fails("run", "-p", "8110-8111:80", busybox, "true", rc=125, err="port is already allocated")


def test_all_that_is_exposed(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "web", "-P", "--expose", "90-91", "--expose", "53/udp", busybox, *serve(imgctl, "web", 90))
    ports = imgctl.inspect("web", "{{json .NetworkSettings.Ports}}")
    assert sorted(ports) == ["53/udp", "90/tcp", "91/tcp"]
    assert heard("127.0.0.1", int(ports["90/tcp"][0]["HostPort"])).endswith("90\n")


def test_a_host_address(imgctl, busybox, beyond):
    imgctl.ok("run", "-d", "--name", "web", "-p", "198.51.100.77:8120:90", "-p", "127.0.0.1:8121:90", busybox,
              *serve(imgctl, "web", 90))
    assert beyond.call(lambda: heard("198.51.100.77", 8120)).endswith("90\n")
    assert heard("127.0.0.1", 8121).endswith("90\n")
    # nowhere else
    assert beyond.call(lambda: ask(HERE, 8120, 1)) is None
    assert beyond.call(lambda: ask(HERE, 8121, 1)) is None
    assert ask("127.0.0.1", 8120, 1) is None
    # what routes to the host's loopback by way of it gets nothing either
    beyond.do("sh", "-c", f"echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet; ip addr del 127.0.0.1/8 dev lo; "
              f"ip route add 127.0.0.1/32 via {HERE} src {THERE}")
    assert beyond.call(lambda: ask("127.0.0.1", 8121, 1)) is None
    assert imgctl.ok("port", "web") == "90/tcp -> 127.0.0.1:8121\n90/tcp -> 198.51.100.77:8120\n"
    imgctl.fails("run", "-p", "192.0.2.200:8122:90", busybox, "true", rc=125, err="192.0.2.200:8122")
    # another address of the same port is another port
    imgctl.ok("run", "-d", "--name", "two", "-p", f"{HERE}:8120:90", busybox, *serve(imgctl, "two", 90))
    assert beyond.call(lambda: heard(HERE, 8120)).endswith("90\n")


def udp(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
        it.settimeout(2)
        try:
            it.sendto(b"ping", (address, port))
            return it.recvfrom(100)
        except OSError:
            return None


def test_udp(imgctl, busybox, beyond):
    imgctl.ok("run", "-d", "--name", "echo", "-p", "8130:53/udp", busybox, "sleep", "1000")
    server = at(pid_of(imgctl, "echo"), lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    with server:
        server.bind(("", 53))
        server.settimeout(10)

        def turn(ask_from):
            """One question; who the container thinks asks, and who is seen to answer."""
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) if ask_from is None else ask_from.call(
                    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
                client.settimeout(10)
                client.sendto(b"ping", ("127.0.0.1" if ask_from is None else HERE, 8130))
                _, asker = server.recvfrom(100)
                server.sendto(b"pong", asker)
                return asker[0], client.recvfrom(100)
        assert turn(beyond) == (THERE, (b"pong", (HERE, 8130)))
        assert turn(None)[1] == (b"pong", ("127.0.0.1", 8130))
    assert imgctl.ok("port", "echo") == "53/udp -> 0.0.0.0:8130\n53/udp -> [::]:8130\n"
    # tcp of the same number is free
    imgctl.ok("run", "--rm", "-p", "8130:53", busybox, "true")
    imgctl.fails("run", "--rm", "-p", "8130:53/udp", busybox, "true", rc=125, err="port is already allocated")
    imgctl.ok("rm", "-f", "echo")
    assert udp("127.0.0.1", 8130) is None


def has_sctp():
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP).close()
        return True
    except OSError:
        return False


def test_sctp(imgctl, busybox, beyond):
    """A kernel without sctp refuses the socket that would hold the port: one sentence, nothing started."""
    if not has_sctp():
        imgctl.fails("run", "--name", "echo", "-p", "8140:7/sctp", busybox, "true", rc=125, err="sctp")
        return
    imgctl.ok("run", "-d", "--name", "echo", "-p", "8140:7/sctp", busybox, "sleep", "1000")
    assert imgctl.ok("port", "echo").startswith("7/sctp -> 0.0.0.0:8140\n")

    def make():
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
    with at(pid_of(imgctl, "echo"), make) as server, beyond.call(make) as client:
        server.bind(("", 7))
        server.listen()
        client.settimeout(10)
        client.connect((HERE, 8140))
        assert server.accept()[1][0] == THERE


def without_bridged(on):
    if BRIDGED.exists():
        BRIDGED.write_text("1\n" if on else "0\n")


@pytest.fixture(params=["bridged packets pass the firewall", "they do not"])
def bridged(request):
    """Whether the firewall sees what one bridge alone carries (br_netfilter); in the tests' own namespace."""
    on = request.param.startswith("bridged")
    if on and not BRIDGED.exists():
        subprocess.run(["modprobe", "br_netfilter"], check=False, stderr=subprocess.DEVNULL)
        if not BRIDGED.exists():
            pytest.skip("needs br_netfilter")
    without_bridged(on)
    yield on
    without_bridged(True)


@pytest.mark.parametrize("network", ["bridge", "blue"])
def test_by_the_published_port(imgctl, busybox, beyond, bridged, network):
    """A container reaches itself, and another on its network; who calls from outside is seen as who he is."""
    if network != "bridge":
        imgctl.ok("network", "create", network)
    imgctl.ok("run", "-d", "--name", "web", "--network", network, "-p", "8150:90", busybox, *serve(imgctl, "web", 90))
    imgctl.ok("run", "-d", "--name", "two", "--network", network, busybox, "sleep", "1000")
    assert heard("127.0.0.1", 8150).endswith("90\n")
    gateway = address_of(imgctl, "web", key="Gateway")
    for address in (HERE, gateway):
        assert at(pid_of(imgctl, "web"), lambda a=address: heard(a, 8150)).endswith("90\n"), address
        out = at(pid_of(imgctl, "two"), lambda a=address: heard(a, 8150))
        assert out.endswith("90\n"), address
        if bridged:  # the answer passes the firewall as well, so that nothing has to be hidden
            assert f"{address_of(imgctl, 'two')}:" in out
    assert f"{THERE}:" in beyond.call(lambda: heard(HERE, 8150))


def test_from_another_network(imgctl, busybox):
    """By the host's port, not by the container's address."""
    imgctl.ok("network", "create", "blue")
    imgctl.ok("run", "-d", "--name", "web", "-p", "8160:90", busybox, *serve(imgctl, "web", 90, 91))
    imgctl.ok("run", "-d", "--name", "two", "--network", "blue", busybox, "sleep", "1000")
    assert heard("127.0.0.1", 8160).endswith("90\n")
    gateway = address_of(imgctl, "two", key="Gateway")
    assert at(pid_of(imgctl, "two"), lambda: heard(gateway, 8160)).endswith("90\n")
    for port in (90, 91):
        assert at(pid_of(imgctl, "two"), lambda p=port: ask(address_of(imgctl, "web"), p, 1)) is None


def relays(imgctl):
    """Ids of its processes that carry ports."""
    return [pid for pid in (int(line.split()[0]) for line in leaks.processes(imgctl.mark)) if name_of(pid) == "imgctl-relay"]


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def test_ipv6_clients_of_a_container_without(imgctl, busybox):
    """As docker's proxy has it, but no process is there before somebody calls."""
    imgctl.ok("run", "-d", "--name", "web", "-p", "8150:90", "-p", "8151:53/udp", "-p", "[::1]:8152:90", busybox, *serve(imgctl, "web", 90))
    poll(lambda: (heard("127.0.0.1", 8150) or "").endswith("90\n"), True)
    assert relays(imgctl) == []
    assert heard("::1", 8150).endswith("90\n") and heard("::1", 8152).endswith("90\n")
    relay, = relays(imgctl)
    with open(f"/proc/{relay}/status", encoding="ascii") as file:
        assert "CapEff:\t0000000000000000\n" in file.read()
    server = at(pid_of(imgctl, "web"), lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    with server, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
        server.bind(("", 53))
        for it in (server, client):
            it.settimeout(10)
        client.connect(("::1", 8151))
        for word in (b"one", b"two"):
            client.send(word)
            got, peer = server.recvfrom(100)
            server.sendto(got + b" back", peer)
            assert client.recv(100) == word + b" back"
    imgctl.ok("rm", "-f", "web")
    poll(lambda: relays(imgctl), [])
    # the host's own loopback, of a container that has IPv6, too
    imgctl.ok("network", "create", "--ipv6", "both")
    imgctl.ok("run", "-d", "--name", "web", "--network", "both", "-p", "8150:90", busybox, *serve(imgctl, "web", 90))
    poll(lambda: (heard("::1", 8150) or "").endswith("90\n"), True)
    imgctl.ok("rm", "-f", "web")
