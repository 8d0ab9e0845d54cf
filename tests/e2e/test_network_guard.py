# SPDX-License-Identifier: Apache-2.0
"""What a container may not do to its network: speak for others, or be a router. Frames are sent from its place, as root of it."""
import select
import socket
import struct
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
        sender.send(icmp6(mac, 136, marks[0]))  # such a message is let through: it is the kind that matters
        sender.send(arp(mac, own, marks[1]))
        assert marks[0] in arrivals(receiver, marks[:2])


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
