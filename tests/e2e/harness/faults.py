# SPDX-License-Identifier: Apache-2.0
"""Killing a command at a system call, by strace: counting the calls, choosing points, seeing that they hit."""
import collections
import re

# Calls that change something others can see, or begin and end what does.
EFFECTS = ("mkdirat,openat,renameat,renameat2,unlinkat,linkat,symlinkat,write,pwrite64,ftruncate,fsync,flock,socketpair,"
           "clone3,clone,fork,vfork,execve,execveat,unshare,setns,mount,umount2,fsopen,fsconfig,fsmount,open_tree,"
           "move_mount,mount_setattr,pivot_root,mkdir,rmdir,sendmsg,recvmsg,bpf,seccomp,setsid,connect,bind,listen,"
           "pidfd_open,pidfd_send_signal,wait4,waitid,sendto,capset,setresuid,kill,exit_group")
LINE = re.compile(r"^(\d+) +(\w+)\(")
KILLED = re.compile(r"\+\+\+ killed by SIGKILL")


def prefix(log, *options):
    """The words before a command that is to be traced, its children too."""
    return ["strace", "-f", "-qq", "-o", str(log), *options]


def counting(log):
    return prefix(log, "-e", f"trace={EFFECTS}")


def killing(log, call, number):
    """The first process that makes CALL for the NUMBERth time dies before it has an effect."""
    return prefix(log, "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}")


def points(log, most):
    """(call, number) to kill at: for each call up to MOST numbers, spread over how often one process made it."""
    by_process = collections.defaultdict(collections.Counter)
    for line in log.read_text(errors="replace").splitlines():
        match = LINE.match(line)
        if match:
            by_process[match.group(2)][match.group(1)] += 1
    for call, processes in sorted(by_process.items()):
        count = max(processes.values())
        numbers = range(1, count + 1)
        if count > most:
            numbers = sorted({1 + round(i * (count - 1) / (most - 1)) for i in range(most)})
        for number in numbers:
            yield call, number


def has_hit(log):
    return bool(KILLED.search(log.read_text(errors="replace")))
