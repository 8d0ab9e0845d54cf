# SPDX-License-Identifier: Apache-2.0
"""Networks between an ordinary user's containers."""
import json
import os
import signal
import socket
import subprocess

import pytest
from harness import own_network, peers
from harness.hosts import address_of, at, pid_of, poll
from harness.leaks import processes
from harness.rootless_fixtures import (ranged, ranged_user, routed, single, single_user, user_busybox,  # noqa: F401
                                       user_imgctl)

SERVER = "mkdir -p /www && echo here >/www/index.html && exec httpd -f -p 80 -h /www"


def serve(tool, image, name, *options, command=SERVER):
    tool.ok("run", "-d", "--name", name, *options, image, "sh", "-c", command)


def fetch(tool, client, target):
    """What CLIENT gets from TARGET; "" when nothing."""
    return tool("exec", client, "wget", "-q", "-O-", f"http://{target}/").out


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def get(address, port):
    """What is served there, line by line; "" when nobody answers."""
    try:
        with socket.create_connection((address, port), 5) as it:
            it.sendall(b"GET / HTTP/1.0\n\n")
            it.shutdown(socket.SHUT_WR)
            return it.makefile().read().splitlines()[-1]
    except (OSError, IndexError):
        return ""


def keepers(tool):
    """Ids of processes that keep a network and of those that are its way out."""
    found = []
    for line in processes(tool.mark):
        pid = int(line.split()[0])
        try:
            with open(f"/proc/{pid}/comm", encoding="ascii") as file:
                name = file.read().strip()
        except OSError:
            continue
        if name == "imgctl-net" or name.startswith(("pasta", "passt")):
            found.append((name if name == "imgctl-net" else "pasta", pid))
    return sorted(found)


def test_containers_find_each_other(user_imgctl, user_busybox):
    tool = user_imgctl
    tool.ok("network", "create", "--subnet", "10.88.7.0/24", "blue")
    assert "blue" in tool.ok("network", "ls", "--format", "{{.Name}}").split()
    serve(tool, user_busybox, "web", "--network", "blue", "--network-alias", "site", "--ip", "10.88.7.9")
    tool.ok("run", "-d", "--name", "asks", "--network", "blue", user_busybox, "sleep", "1000")
    assert address_of(tool, "web") == "10.88.7.9"
    poll(lambda: fetch(tool, "asks", "web"), "here\n")
    assert fetch(tool, "asks", "site") == fetch(tool, "asks", "10.88.7.9") == "here\n"
    shown = tool.json("network", "inspect", "blue")[0]
    assert {it["Name"] for it in shown["Containers"].values()} == {"web", "asks"}
    # another network is another network, until one is on both
    tool.ok("network", "create", "green")
    tool.ok("run", "-d", "--name", "apart", "--network", "green", user_busybox, "sleep", "1000")
    assert tool("exec", "apart", "ping", "-c", "1", "-w", "1", "10.88.7.9").rc != 0
    tool.ok("network", "connect", "blue", "apart")
    assert fetch(tool, "apart", "web") == "here\n"
    tool.ok("network", "disconnect", "blue", "apart")
    assert tool("exec", "apart", "ping", "-c", "1", "-w", "1", "10.88.7.9").rc != 0
    tool.fails("network", "rm", "blue", rc=1, err="has active endpoints")
    tool.ok("rm", "-f", "web", "asks")
    assert tool.ok("network", "rm", "blue") == "blue\n"
    tool.ok("rm", "-f", "apart")
    assert tool.ok("network", "prune", "-f").splitlines()[1:2] == ["green"]
    poll(lambda: keepers(tool), [])


def test_of_one_user_and_store_only(ranged, single):
    """The network is the user's: neither the host nor another user sees a link of it."""
    before = own_network.links()
    for tool in (ranged, single):
        tool.ok("pull", "-q", "busybox")
        tool.ok("run", "-d", "--name", "one", "--network", "bridge", "busybox", "sleep", "1000")
    assert own_network.links() == before
    assert address_of(ranged, "one") == address_of(single, "one")
    own = [os.readlink(f"/proc/{tool.inspect('one', '{{.State.Pid}}')}/ns/net") for tool in (ranged, single)]
    assert own[0] != own[1]
    for tool in (ranged, single):
        tool.ok("rm", "-f", "one")


def test_what_a_user_may_not(user_imgctl, user_busybox):
    tool = user_imgctl
    tool.fails("network", "create", "-d", "macvlan", "-o", "parent=lo", "outside", rc=1, err="not an ordinary user's")
    tool.fails("run", "--rm", "--network", "bridge", "-p", "9:9/sctp", user_busybox, "true", rc=125)
    tool.ok("network", "create", "--internal", "inside")
    port = free_port()
    serve(tool, user_busybox, "web", "--network", "inside", "-p", f"{port}:80")
    tool.ok("run", "-d", "--name", "asks", "--network", "inside", user_busybox, "sleep", "1000")
    poll(lambda: fetch(tool, "asks", "web"), "here\n")
    assert get("127.0.0.1", port) == ""
    assert "default" not in tool.ok("exec", "asks", "ip", "route")
    # addresses are given once
    tool.fails("run", "--rm", "--network", "inside", "--ip", address_of(tool, "web"), user_busybox, "true", rc=125)
    tool.ok("rm", "-f", "web", "asks")


def test_the_world_and_published_ports(user_imgctl, user_busybox, routed):
    peers.need("pasta", "passt")
    tool = user_imgctl
    tool.ok("network", "create", "blue")
    port, other = free_port(), free_port(socket.SOCK_DGRAM)
    serve(tool, user_busybox, "web", "--network", "blue", "-p", f"{port}:80", "-p", f"{other}:53/udp",
          command="mkdir /www; echo here >/www/index.html; printf 'D:192.0.2.2\nA:*\n' >/conf; "
                  "exec httpd -f -p 80 -h /www -c /conf")
    poll(lambda: get("127.0.0.1", port), "here")
    assert get("192.0.2.1", port) == "here"
    # who calls from outside is seen: the container refuses exactly that one
    assert "403" in at(routed, lambda: get_first("192.0.2.1", port))
    assert tool.ok("port", "web", "80") == f"0.0.0.0:{port}\n[::]:{port}\n"
    tool.fails("run", "--rm", "--network", "blue", "-p", f"{port}:80", user_busybox, "true", rc=125,
               err="port is already allocated")
    # packets: a socket of ours in the container's place answers with what it was asked, and tells by whom
    inside = at(pid_of(tool, "web"), lambda: bound(53))
    with inside, socket.socket(type=socket.SOCK_DGRAM) as here, at(routed, lambda: bound(0)) as far:
        here.settimeout(10)
        for asks, host in ((here, "127.0.0.1"), (far, "192.0.2.1")):
            asks.connect((host, other))
            for word in (b"one", b"two"):
                asks.send(word)
                got, client = inside.recvfrom(100)
                inside.sendto(got + b" back", client)
                assert asks.recv(100) == word + b" back"
        assert client == ("192.0.2.2", far.getsockname()[1])
    # the other way: out by the one pasta, with the host's address
    tool.ok("run", "-d", "--name", "asks", "--network", "blue", user_busybox, "sleep", "1000")
    assert tool.ok("exec", "asks", "sh", "-c", "nc 192.0.2.2 80 </dev/null >/said & "
                   "until [ -s /said ]; do usleep 10000; done; head -c 9 /said") == "192.0.2.1"
    assert [name for name, _ in keepers(tool)] == ["imgctl-net", "pasta"]
    # an address that is somebody else's by now is not led to
    tool.ok("network", "disconnect", "blue", "web")
    assert get("127.0.0.1", port) == ""
    tool.ok("rm", "-f", "web", "asks")
    poll(lambda: keepers(tool), [])
    # the port is free again, though connections to it ended a moment ago
    serve(tool, user_busybox, "next", "--network", "blue", "-p", f"{port}:80")
    poll(lambda: get("127.0.0.1", port), "here")
    tool.ok("rm", "-f", "next")


def bound(port):
    """A socket for packets, at PORT of wherever this runs."""
    it = socket.socket(type=socket.SOCK_DGRAM)
    it.settimeout(10)
    it.bind(("0.0.0.0", port))
    return it


def get_first(address, port):
    """The first line of the answer there."""
    with socket.create_connection((address, port), 10) as it:
        it.sendall(b"GET / HTTP/1.0\n\n")
        return it.makefile().readline()


def test_an_ipv6_client_of_a_container_without(user_imgctl, user_busybox):
    port = free_port()
    serve(user_imgctl, user_busybox, "web", "--network", "bridge", "-p", f"{port}:80")
    poll(lambda: get("::1", port), "here")
    user_imgctl.ok("rm", "-f", "web")


def test_much_passes_both_ways(ranged, ranged_user):
    """More than any buffer holds, at once, and each side ends on its own."""
    tool, port = ranged, free_port()
    tool.ok("pull", "-q", "busybox")
    serve(tool, "busybox", "echo", "--network", "bridge", "-p", f"{port}:7", command="exec nc -ll -p 7 -e cat")
    poll(lambda: echoed(port, b"up"), b"up")
    data = os.urandom(3_000_000)
    assert echoed(port, data) == data
    tool.ok("rm", "-f", "echo")


def echoed(port, data):
    script = ("import socket, sys, threading\ndata = sys.stdin.buffer.read()\n"
              f"s = socket.create_connection(('127.0.0.1', {port}), 60)\n"
              "t = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)))\nt.start()\n"
              "while (got := s.recv(65536)):\n sys.stdout.buffer.write(got)\nt.join()\n")
    return subprocess.run(["/usr/bin/python3", "-c", script], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


@pytest.mark.parametrize("victim", ["imgctl-net", "pasta"])
def test_what_was_killed_is_taken_up(ranged, ranged_user, routed, victim):
    peers.need("pasta", "passt")
    tool = ranged
    tool.ok("pull", "-q", "busybox")
    tool.ok("network", "create", "blue")
    serve(tool, "busybox", "web", "--network", "blue")
    before = keepers(tool)
    os.kill(next(pid for name, pid in before if name == victim), signal.SIGKILL)
    # whoever is on it sees to it: what keeps it is another, and so is the way out
    poll(lambda: [name for name, pid in keepers(tool) if (name, pid) not in before], ["imgctl-net", "pasta"])
    reaches_the_world(tool, "web")
    # the next container is on the same network
    serve(tool, "busybox", "asks", "--network", "blue", command="sleep 1000")
    poll(lambda: fetch(tool, "asks", "web"), "here\n")
    reaches_the_world(tool, "asks")
    assert len(keepers(tool)) == 2
    tool.ok("rm", "-f", "asks")
    reaches_the_world(tool, "web")
    tool.ok("rm", "-f", "web")
    poll(lambda: keepers(tool), [])


def reaches_the_world(tool, name):
    assert tool.ok("exec", name, "sh", "-c", "rm -f /said; nc 192.0.2.2 80 </dev/null >/said & "
                   "until [ -s /said ]; do usleep 10000; done; head -c 9 /said") == "192.0.2.1"


def test_a_killed_monitor_leaves_nothing(ranged, ranged_user):
    tool = ranged
    tool.ok("pull", "-q", "busybox")
    port = free_port()
    serve(tool, "busybox", "web", "--network", "bridge", "-p", f"{port}:80")
    address = address_of(tool, "web")
    path = tool.runroot / "containers" / tool.ok("inspect", "-f", "{{.Id}}", "web").strip() / "state.json"
    os.kill(json.loads(path.read_text())["monitor"], signal.SIGKILL)
    poll(lambda: keepers(tool), [])
    serve(tool, "busybox", "again", "--network", "bridge", "-p", f"{port}:80")
    assert address_of(tool, "again") == address
    poll(lambda: get("127.0.0.1", port), "here")
    tool.ok("restart", "-t", "0", "again")
    poll(lambda: get("127.0.0.1", port), "here")
    tool.ok("rm", "-f", "again", "web")


def test_ids_of_its_own(ranged, ranged_user):
    """A container in a user namespace of its own is on the same network."""
    tool = ranged
    tool.ok("pull", "-q", "busybox")
    tool.ok("network", "create", "blue")
    serve(tool, "busybox", "web", "--network", "blue", "--userns", "keep-id", "--user", "0")
    tool.ok("run", "-d", "--name", "asks", "--network", "blue", "busybox", "sleep", "1000")
    poll(lambda: fetch(tool, "asks", "web"), "here\n")
    assert tool.ok("run", "--rm", "--network", "container:web", "busybox", "wget", "-q", "-O-", "http://127.0.0.1/") == "here\n"
    tool.ok("rm", "-f", "web", "asks")


def test_many_at_once(ranged, ranged_user):
    tool = ranged
    tool.ok("pull", "-q", "busybox")
    tool.ok("network", "create", "blue")
    started = [tool.popen("run", "--rm", "--network", "blue", "busybox", "ip", "-4", "-o", "addr", "show", "eth0") for _ in range(12)]
    seen = set()
    for process in started:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        seen.add(out.split()[3])
    assert all(it for it in seen)
    poll(lambda: keepers(tool), [])
