# SPDX-License-Identifier: Apache-2.0
"""What a container may not do to its network: speak for others, or be a router. Frames are sent from its place, as root of it."""
import select
import socket
import struct
import subprocess
import time

import pytest
from harness.hosts import address_of, at, pid_of

ALL, ARP, IP6 = b"\xff" * 6, 0x0806, 0x86dd
LINK_LOCAL, ALL_NODES = (socket.inet_pton(socket.AF_INET6, a) for a in ("fe80::66", "ff02::1"))


def raw(pid):
    """A socket that sends and receives whole frames at eth0 of process PID."""
    def make():
        it = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        it.bind(("eth0", 3))
        return it
    return at(pid, make)


def mac_of(imgctl, name):
    return bytes.fromhex(address_of(imgctl, name, key="MacAddress").replace(":", ""))


def arp(mac, claimed, mark):
    """An announcement that CLAIMED is at MAC; MARK tells it from others."""
    own = socket.inet_aton(claimed)
    return ALL + mac + struct.pack("!HHHBBH", ARP, 1, 0x0800, 6, 4, 2) + mac + own + ALL + own + mark


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def icmp6(mac, kind, mark, extension=False):
    """An ICMPv6 message of KIND for all nodes, behind an empty hop-by-hop header if asked."""
    body = struct.pack("!BBHBBHII", kind, 0, 0, 64, 0, 1800, 0, 0) + mark
    pseudo = LINK_LOCAL + ALL_NODES + struct.pack("!II", len(body), 58)
    body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
    if extension:
        body = struct.pack("!BB6x", 58, 0)[:2] + b"\1\4\0\0\0\0" + body
    header = struct.pack("!IHBB", 6 << 28, len(body), 0 if extension else 58, 255)
    return b"\x33\x33\0\0\0\1" + mac + struct.pack("!H", IP6) + header + LINK_LOCAL + ALL_NODES + body


def tagged(frame, count=1):
    """The same with priority tags (VLAN 0), which a receiver takes for none."""
    return frame[:12] + struct.pack("!HH", 0x8100, 0) * count + frame[12:]


def arrivals(receiver, marks):
    """Which of MARKS arrive, until the last one did."""
    seen, end = [], time.monotonic() + 10
    while marks[-1] not in seen:
        left = end - time.monotonic()
        if left <= 0 or not select.select([receiver], [], [], left)[0]:
            break
        frame = receiver.recv(2000)
        seen += [mark for mark in marks if mark in frame and mark not in seen]
    return seen


@pytest.mark.parametrize("network", ["bridge", "blue"])
def test_it_speaks_for_itself_alone(imgctl, busybox, network):
    if network != "bridge":
        imgctl.ok("network", "create", "--ipv6", network)
    for name in ("bad", "good", "victim"):
        imgctl.ok("run", "-d", "--name", name, "--network", network, "--cap-add", "NET_ADMIN", busybox, "sleep", "1000")
    mac = mac_of(imgctl, "bad")
    victim, gateway, own = address_of(imgctl, "victim"), address_of(imgctl, "bad", key="Gateway"), address_of(imgctl, "bad")
    marks = [f"mark {n:02}".encode() + b"\0" for n in range(9)]
    frames = [arp(mac, victim, marks[0]), arp(mac, gateway, marks[1]), arp(mac_of(imgctl, "victim"), victim, marks[2]),
              tagged(arp(mac, victim, marks[3])), tagged(arp(mac, victim, marks[4]), 2), icmp6(mac, 134, marks[5]),
              icmp6(mac, 134, marks[6], True), tagged(icmp6(mac, 134, marks[7])),
              arp(mac, own, marks[8])]  # the last one may, and tells that all before it are through
    with raw(pid_of(imgctl, "bad")) as sender, raw(pid_of(imgctl, "good")) as receiver:
        for frame in frames:
            sender.send(frame)
        assert arrivals(receiver, marks) == [marks[8]]
        sender.send(icmp6(mac, 128, marks[0]))  # such a message is let through: it is the kind that matters
        sender.send(arp(mac, own, marks[1]))
        assert marks[0] in arrivals(receiver, marks[:2])


def ipv4(mac, source, mark):
    """A packet from SOURCE for anyone, of no protocol that anybody has."""
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(mark), 1, 0, 64, 253, 0) + socket.inet_aton(source) + ALL[:4]
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return ALL + mac + struct.pack("!H", 0x0800) + header + mark


def ipv6(mac, source, mark, kind=None, target=None):
    """The same of IPv6; or a neighbour's message of KIND about TARGET."""
    own = socket.inet_pton(socket.AF_INET6, source)
    body = mark if kind is None else struct.pack("!BBHI", kind, 0, 0, 0x60000000) + socket.inet_pton(
        socket.AF_INET6, target) + b"\2\1" + mac + b"\xfd\1" + mark[:6] + b"\xfd\1" + mark[:6]
    if kind is not None:
        pseudo = own + ALL_NODES + struct.pack("!II", len(body), 58)
        body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
    header = struct.pack("!IHBB", 6 << 28, len(body), 253 if kind is None else 58, 255)
    return b"\x33\x33\0\0\0\1" + mac + struct.pack("!H", IP6) + header + own + ALL_NODES + body


def link_local(mac):
    return socket.inet_ntop(socket.AF_INET6, b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:])


@pytest.fixture
def four(imgctl, busybox):
    """Containers bad, router, victim and good on one network; what a name's address of a kind is."""
    imgctl.ok("network", "create", "--ipv6", "--subnet", "10.209.0.0/24", "blue")
    for name, more in (("bad", ()), ("router", ("--cap-add", "net_admin")), ("victim", ()), ("good", ())):
        imgctl.ok("run", "-d", "--name", name, "--network", "blue", *more, busybox, "sleep", "1000")
    return lambda name, key="IPAddress": address_of(imgctl, name, key=key)


def through(imgctl, sender, frames):
    """Which of FRAMES of SENDER, made of a mark each, come to good; the last one has to."""
    marks = [f"mrk{n:02}.".encode() for n in range(len(frames))]
    with raw(pid_of(imgctl, sender)) as out, raw(pid_of(imgctl, "good")) as receiver:
        for frame, mark in zip(frames, marks):
            out.send(frame(mark))
        seen = arrivals(receiver, marks)
    assert marks[-1] in seen
    return [marks.index(mark) for mark in seen]


V6 = "GlobalIPv6Address"


def test_ipv4_addresses_of_others(imgctl, four):
    """A container says of no packet that another sent it, and of no frame; who may set up its network may route."""
    for name in ("bad", "router"):
        mac, own = mac_of(imgctl, name), four(name)
        sources = [four("victim"), four(name, "Gateway"), "192.0.2.9", "0.0.0.0"]
        frames = [lambda mark, it=it, mac=mac: ipv4(mac, it, mark) for it in sources]
        frames += [lambda mark, own=own: ipv4(mac_of(imgctl, "victim"), own, mark), lambda mark, mac=mac, own=own: ipv4(mac, own, mark)]
        assert through(imgctl, name, frames) == ([5] if name == "bad" else list(range(6)))


def test_ipv6_addresses_of_others(imgctl, four):
    for name in ("bad", "router"):
        mac, own = mac_of(imgctl, name), four(name, V6)
        local, victim = link_local(mac), four("victim", V6)
        frames = [lambda mark, it=it, mac=mac: ipv6(mac, it, mark) for it in (victim, "2001:db8::9", link_local(mac_of(imgctl, "victim")), own, local)]
        assert through(imgctl, name, frames) == ([3, 4] if name == "bad" else list(range(5)))


def test_neighbours_are_not_lied_to(imgctl, four):
    """Advertisements of others' addresses and questions in their name: refused, whoever sends them."""
    for name in ("bad", "router"):
        mac, own, victim = mac_of(imgctl, name), four(name, V6), four("victim", V6)
        gateway, local = four(name, "IPv6Gateway"), link_local(mac)

        def message(source, kind, target, mac=mac):
            return lambda mark: ipv6(mac, source, mark, kind, target)
        frames = [message(own, 136, victim), message(own, 136, gateway), message(local, 136, victim), message(victim, 135, own),
                  message(own, 136, link_local(mac_of(imgctl, "victim"))),
                  message(own, 135, victim), message(local, 136, local), message(own, 136, own)]
        assert through(imgctl, name, frames) == [5, 6, 7]


def test_real_neighbours_meet(imgctl, four):
    """What the kernel says itself passes: both families, at once and after its neighbours are forgotten."""
    for _ in range(2):
        assert imgctl.ok("exec", "bad", "ping", "-c", "1", "-w", "20", four("victim"))
        assert imgctl.ok("exec", "bad", "ping6", "-c", "1", "-w", "20", four("victim", V6))
        assert imgctl.ok("exec", "bad", "ping6", "-c", "1", "-w", "20", "-I", "eth0", link_local(mac_of(imgctl, "victim")))
        at(pid_of(imgctl, "bad"), lambda: subprocess.run(["ip", "neigh", "flush", "all"], check=True))


def test_nobody_listens_to_routers(imgctl, busybox):
    imgctl.ok("network", "create", "--ipv6", "blue")
    imgctl.ok("run", "-d", "--name", "one", "--network", "blue", busybox, "sleep", "1000")
    # the image's /proc/sys is that of its network
    assert imgctl.ok("exec", "one", "cat", "/proc/sys/net/ipv6/conf/eth0/accept_ra", "/proc/sys/net/ipv6/conf/eth0/autoconf") == "0\n0\n"
    link = imgctl.ok("network", "inspect", "-f", '{{index .Options "com.docker.network.bridge.name"}}', "blue").strip()
    links = [link] if link else [name for _, name in socket.if_nameindex() if name.startswith("imgctl")]
    assert links
    for name in links:
        with open(f"/proc/sys/net/ipv6/conf/{name}/accept_ra", encoding="ascii") as file:
            assert file.read() == "0\n"
