# SPDX-License-Identifier: Apache-2.0
"""macvlan and ipvlan networks, and IPv6 on bridges, with a second host at the end of a wire."""
import re
import socket

import pytest
from harness import own_network
from harness.hosts import ANSWER, Wire, address_of, ask, at, has_link_type, pid_of, poll, sh


@pytest.fixture
def wire():
    it = Wire(["198.51.100.1/24", "2001:db8:1::1/64"], ["198.51.100.2/24", "2001:db8:1::2/64"])
    yield it.host
    it.close()


def listener(address):
    """A server on HOST that tells who asks, by `answer`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.create_server((address, 0), family=family)
    server.settimeout(30)
    return server


def who_asks(imgctl, host, address, *run):
    """The address that a container's connection to a server at ADDRESS of HOST comes from."""
    with host.call(lambda: listener(address)) as server:
        child = imgctl.popen("run", "--rm", *run, "sh", "-c", f"nc {address} {server.getsockname()[1]}")
        connection, peer = server.accept()
        connection.close()
        assert child.wait(30) == 0
        return peer[0]


def create(imgctl, driver, name, *options):
    imgctl.ok("network", "create", "-d", driver, "--subnet", "198.51.100.0/24", "--gateway", "198.51.100.2",
              "--ip-range", "198.51.100.64/26", "-o", "parent=wire0", *options, name)


def create_on(imgctl, parent, subnet, name):
    imgctl.ok("network", "create", "-d", "macvlan", "--subnet", subnet, "-o", f"parent={parent}", name)


def test_macvlan(imgctl, busybox, wire):
    create(imgctl, "macvlan", "mv")
    imgctl.ok("run", "-d", "--name", "one", "--network", "mv", "--mac-address", "02:00:00:00:00:77", busybox, *ANSWER)
    own = address_of(imgctl, "one")
    assert own == "198.51.100.64"
    poll(lambda: wire.call(lambda: ask(own, 80)), "hello\n")
    assert who_asks(imgctl, wire, "198.51.100.2", "--network", "mv", busybox) == "198.51.100.65"
    assert "02:00:00:00:00:77" in imgctl.ok("exec", "one", "cat", "/sys/class/net/eth0/address")
    assert imgctl.ok("exec", "one", "ip", "route").startswith("default via 198.51.100.2 dev eth0")
    # containers of one network reach one another and know their names
    imgctl.ok("run", "-d", "--name", "two", "--network", "mv", busybox, "sleep", "1000")
    assert at(pid_of(imgctl, "two"), lambda: ask(own, 80)) == "hello\n"
    assert re.search(rf"^{own}\tone ", imgctl.ok("exec", "two", "cat", "/etc/hosts"), re.M)
    imgctl.fails("network", "rm", "mv", rc=1, err="has active endpoints")
    imgctl.ok("rm", "-f", "one", "two")
    imgctl.ok("network", "rm", "mv")


def test_the_address_of_the_last_life_is_waited_for(imgctl, busybox, wire):
    """A namespace is taken down a while after its processes, and with it the link that has the same address."""
    create(imgctl, "macvlan", "mv")
    for _ in range(20):
        assert imgctl.ok("run", "--rm", "--network", "mv", "--mac-address", "02:00:00:00:00:77", busybox, "echo", "up") == "up\n"


@pytest.mark.vm
def test_a_parent_of_one_vlan_is_made(imgctl, busybox, wire):
    """LINK.VLAN is made for the first container and goes with the last network on it; one that was there stays."""
    if not has_link_type("vlan id 3"):
        create_on(imgctl, "wire0.30", "198.51.30.0/24", "mv")
        imgctl.fails("run", "--rm", "--network", "mv", busybox, "true", rc=125, err="make the link wire0.30: ")
        return
    sh("ip", "link", "add", "link", "wire0", "name", "wire0.31", "type", "vlan", "id", "31")
    for vlan in (30, 31):
        create_on(imgctl, f"wire0.{vlan}", f"198.51.{vlan}.0/24", f"mv{vlan}")
    create_on(imgctl, "wire0.30", "198.51.99.0/24", "more")
    assert "wire0.30" not in own_network.links()
    for vlan in (30, 31):
        imgctl.ok("run", "-d", "--name", f"one{vlan}", "--network", f"mv{vlan}", busybox, *ANSWER)
    wire.do("ip", "link", "add", "link", "far0", "name", "far0.30", "type", "vlan", "id", "30")
    wire.do("ip", "addr", "add", "198.51.30.99/24", "dev", "far0.30")
    wire.do("ip", "link", "set", "far0.30", "up")
    own = address_of(imgctl, "one30")
    poll(lambda: wire.call(lambda: ask(own, 80)), "hello\n")
    imgctl.ok("rm", "-f", "one30", "one31")
    imgctl.ok("network", "rm", "mv30", "mv31")
    assert {"wire0.30", "wire0.31"} <= own_network.links()
    imgctl.ok("network", "rm", "more")
    assert "wire0.30" not in own_network.links() and "wire0.31" in own_network.links()
    create_on(imgctl, "nosuch.5", "198.51.98.0/24", "lost")
    imgctl.fails("run", "--rm", "--network", "lost", busybox, "true", rc=125, err="network link nosuch is not there")
    imgctl.ok("network", "rm", "lost")


def test_macvlan_without_a_parent_leads_nowhere(imgctl, busybox):
    imgctl.ok("network", "create", "-d", "macvlan", "mv")
    imgctl.ok("run", "-d", "--name", "one", "--network", "mv", busybox, *ANSWER)
    imgctl.ok("run", "-d", "--name", "two", "--network", "mv", busybox, "sleep", "1000")
    own = address_of(imgctl, "one")
    poll(lambda: at(pid_of(imgctl, "two"), lambda: ask(own, 80)), "hello\n")
    assert ask(own, 80, 1) is None
    imgctl.ok("rm", "-f", "one", "two")
    imgctl.ok("network", "rm", "mv")
    assert not {link for link in own_network.links() if link.startswith("dm-")}


def test_macvlan_of_what_is_not_there(imgctl, busybox):
    imgctl.ok("network", "create", "-d", "macvlan", "-o", "parent=nothere0", "mv")
    imgctl.fails("run", "--name", "one", "--network", "mv", busybox, "true", rc=125, err="nothere0")
    imgctl.ok("network", "rm", "mv")
    imgctl.fails("network", "create", "-d", "macvlan", "-o", "macvlan_mode=nope", "mv", rc=1, err="nope")
    imgctl.fails("network", "create", "-d", "ipvlan", "-o", "ipvlan_mode=bridge", "iv", rc=1, err="bridge")


@pytest.mark.parametrize("mode", ["l2", "l3", "l3s"])
def test_ipvlan(imgctl, busybox, wire, mode):
    create(imgctl, "ipvlan", "iv", "-o", f"ipvlan_mode={mode}")
    if not has_link_type("ipvlan"):
        before = own_network.links()
        imgctl.fails("run", "--name", "one", "--network", "iv", busybox, "true", rc=125, err="make a link of wire0")
        assert own_network.links() == before
        return
    imgctl.ok("run", "-d", "--name", "one", "--network", "iv", busybox, *ANSWER)
    own = address_of(imgctl, "one")
    if mode != "l2":
        wire.do("ip", "route", "replace", f"{own}/32", "dev", "far0")
    poll(lambda: wire.call(lambda: ask(own, 80)), "hello\n")
    assert who_asks(imgctl, wire, "198.51.100.2", "--network", "iv", busybox) == "198.51.100.65"


def test_ipv6_of_a_bridge(imgctl, busybox, wire):
    imgctl.ok("network", "create", "--ipv6", "--subnet", "fd00:77::/64", "six")
    imgctl.ok("run", "-d", "--name", "one", "--network", "six", "-p", "8086:80", "--ip6", "fd00:77::abcd", busybox, *ANSWER)
    document = imgctl.json("network", "inspect", "six")[0]
    assert document["EnableIPv6"] and {"Subnet": "fd00:77::/64", "Gateway": "fd00:77::1"} in document["IPAM"]["Config"]
    assert address_of(imgctl, "one", key="GlobalIPv6Address") == "fd00:77::abcd"
    assert address_of(imgctl, "one", key="IPv6Gateway") == "fd00:77::1"
    out = imgctl.ok("exec", "one", "sh", "-c", "ip -6 addr show eth0; ip -6 route; cat /etc/hosts")
    assert "inet6 fd00:77::abcd/64" in out and "default via fd00:77::1 dev eth0" in out
    imgctl.ok("run", "-d", "--name", "two", "--network", "six", busybox, "sleep", "1000")
    poll(lambda: at(pid_of(imgctl, "two"), lambda: ask(address_of(imgctl, "one"), 80)), "hello\n")
    assert re.search(r"^fd00:77::abcd\tone ", imgctl.ok("exec", "two", "cat", "/etc/hosts"), re.M)
    # usable at once: nobody waits for duplicate address detection
    one6 = "fd00:77::abcd"
    inside = at(pid_of(imgctl, "one"), lambda: socket.create_server((one6, 90), family=socket.AF_INET6))
    with inside:
        assert at(pid_of(imgctl, "two"), lambda: ask_quietly(one6, 90))
    # busybox's nc listens on IPv6, too
    poll(lambda: wire.call(lambda: ask("2001:db8:1::1", 8086)), "hello\n")
    poll(lambda: wire.call(lambda: ask("198.51.100.1", 8086)), "hello\n")
    # what leaves has the host's address, and the container's own one is not reached from outside
    assert who_asks(imgctl, wire, "2001:db8:1::2", "--network", "six", busybox) == "2001:db8:1::1"
    wire.do("ip", "route", "add", "fd00:77::/64", "via", "2001:db8:1::1")
    assert wire.call(lambda: ask(one6, 80, 1)) is None


def ask_quietly(address, port):
    socket.create_connection((address, port), 5).close()
    return True


def test_ipv6_routed(imgctl, busybox, wire):
    """Without masquerade the container's own address is seen outside."""
    imgctl.ok("network", "create", "--ipv6", "--subnet", "2001:db8:77::/64", "-o",
              "com.docker.network.bridge.enable_ip_masquerade=false", "six")
    wire.do("ip", "route", "add", "2001:db8:77::/64", "via", "2001:db8:1::1")
    own = who_asks(imgctl, wire, "2001:db8:1::2", "--network", "six", "--ip6", "2001:db8:77::5", busybox)
    assert own == "2001:db8:77::5"


def test_ipv6_only(imgctl, busybox):
    imgctl.ok("network", "create", "--ipv6", "--ipv4=false", "--subnet", "fd00:78::/64", "six")
    out = imgctl.ok("run", "--rm", "--network", "six", busybox, "ip", "addr", "show", "eth0")
    assert "inet6 fd00:78::2/64" in out and "inet " not in out
    imgctl.fails("run", "--rm", "--network", "six", "--ip", "10.1.1.1", busybox, "true", rc=125, err="no IPv4 subnet")


def test_two_gateways_of_two_networks(imgctl, busybox, wire):
    """The first network's gateway is the way out; the second has none."""
    create(imgctl, "macvlan", "mv")
    out = imgctl.ok("run", "--rm", "--network", "bridge", "--network", "mv", busybox, "ip", "route")
    assert len(re.findall("^default", out, re.M)) == 1 and re.search("^default .* dev eth0", out, re.M)
