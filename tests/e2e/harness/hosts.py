# SPDX-License-Identifier: Apache-2.0
"""Other hosts, and what a test does from their place or from a container's: network namespaces."""
import concurrent.futures
import ctypes
import os
import socket
import subprocess
import time

from harness import own_network


ANSWER = ("nc", "-ll", "-p", "80", "-e", "echo", "hello")  # a server that stays between two connections


def sh(*words):
    subprocess.run([str(word) for word in words], check=True)


def at(pid, function):
    """What FUNCTION returns when a thread runs it that is in the network of process PID."""
    def work():
        library = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{pid}/ns/net", encoding="ascii") as namespace:
            if library.setns(namespace.fileno(), own_network.CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        return function()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


class Host:
    """Another host: a network namespace, held by a process of ours."""

    def __init__(self):
        self.process = subprocess.Popen(["unshare", "-n", "sh", "-c", "ip link set lo up; echo ready; exec cat"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"ready\n"
        self.pid = self.process.pid

    def do(self, *words):
        sh("nsenter", "-n", "-t", self.pid, *words)

    def call(self, function):
        """What FUNCTION returns when a thread runs it that is on this host."""
        return at(self.pid, function)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def ask(address, port, timeout=5):
    """What is said there; None when nobody answers."""
    try:
        with socket.create_connection((address, port), timeout) as connection:
            return connection.makefile().readline()
    except OSError:
        return None


def poll(function, wanted):
    """Call FUNCTION until it gives what is WANTED; fails after a while."""
    end = time.monotonic() + 15
    while (got := function()) != wanted and time.monotonic() < end:
        time.sleep(0.05)
    assert got == wanted


class Wire:
    """A host at the other end of a link: wire0 here, far0 there."""

    def __init__(self, here, there):
        self.host = Host()
        sh("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "far0", "netns", self.host.pid)
        for address in here:
            sh("ip", "addr", "add", address, "dev", "wire0", *no_dad(address))
        sh("ip", "link", "set", "wire0", "up")
        for address in there:
            self.host.do("ip", "addr", "add", address, "dev", "far0", *no_dad(address))
        self.host.do("ip", "link", "set", "far0", "up")

    def close(self):
        subprocess.run(["ip", "link", "delete", "wire0"], check=False, stderr=subprocess.DEVNULL)
        self.host.close()


def no_dad(address):
    """An IPv6 address is to be had at once, without asking others whether they have it."""
    return ["nodad"] if ":" in address else []


def pid_of(imgctl, name):
    return imgctl.inspect(name, "{{.State.Pid}}")


def address_of(imgctl, name, network=None, key="IPAddress"):
    networks = imgctl.inspect(name, "{{json .NetworkSettings.Networks}}")
    return (networks[network] if network else next(iter(networks.values())))[key]


def has_link_type(kind):
    """Whether the kernel makes links of that KIND."""
    name = f"try{os.getpid() % 10000}"
    made = subprocess.run(f"ip link add {name} type veth && ip link add link {name} name {name}c type {kind}", shell=True,
                          check=False, stderr=subprocess.DEVNULL).returncode == 0
    subprocess.run(["ip", "link", "delete", name], check=False, stderr=subprocess.DEVNULL)
    return made
