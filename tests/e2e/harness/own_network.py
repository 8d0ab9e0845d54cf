# SPDX-License-Identifier: Apache-2.0
"""The tests' own network namespace: bridges and firewall rules that they make are not the machine's."""
import ctypes
import json
import os
import subprocess

CLONE_NEWNET = 0x40000000
MACHINE = []  # the descriptor of the machine's own namespace, once this process has left it


def enter():
    """Move this process, and all that it starts, to a new network namespace with its loopback up."""
    library = ctypes.CDLL(None, use_errno=True)
    MACHINE.append(os.open("/proc/self/ns/net", os.O_RDONLY))
    if library.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare a network namespace")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def outside():
    """The words before a command that needs the machine's network."""
    return ["nsenter", f"--net=/proc/{os.getpid()}/fd/{MACHINE[0]}"] if MACHINE else []


def links():
    """The names of all links of this namespace."""
    with open("/proc/self/net/dev", encoding="ascii") as file:
        return {line.split(":")[0].strip() for line in file if ":" in line}


def kept(root):
    """The links of the networks of the store at ROOT, which stay for the next container."""
    documents = [json.loads(path.read_text()) for path in (root / "networks").glob("*.json")]
    return {document.get("Link") or document.get("Parent") for document in documents} - {None, ""}


def remove_bridges(root):
    """Take away those links."""
    if not (root / "networks").exists():
        return
    # not this process's: pytest keeps a test's name there, whatever bytes that has
    how = {"check": False, "stderr": subprocess.DEVNULL, "env": {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}}
    for name in kept(root):  # a listing of links can miss one while others go
        subprocess.run(["ip", "link", "delete", name], **how)
    if os.path.exists("/usr/sbin/nft"):
        subprocess.run("nft delete table inet imgctl; nft delete table bridge imgctl", shell=True, **how)
