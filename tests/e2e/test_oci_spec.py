# SPDX-License-Identifier: Apache-2.0
"""The fields of runtime-spec 1.3, one by one, as a program in the container sees them."""
import fcntl
import json
import os
import pathlib
import re
import resource
import select
import socket
import struct
import subprocess
import threading

import pytest

from conftest import program
from harness import own_network
from harness.bundle import Bundle, Runtime, until

pytestmark = pytest.mark.vm


@pytest.fixture
def oci(no_leaks, tmp_path_of_test):
    it = Runtime(program(), tmp_path_of_test / "oci")
    no_leaks.marks.append(it.mark)
    yield it
    it.close()


@pytest.fixture
def bundle(oci, tmp_path_of_test):
    return Bundle(oci, tmp_path_of_test / "bundle")


# ---- process

@pytest.mark.parametrize("change, script, expected", [
    (lambda b: b.process.update(cwd="/tmp"), "pwd", "/tmp"),
    (lambda b: b.process.update(cwd="/made/here"), "pwd", "/made/here"),
    (lambda b: b.process.update(env=["PATH=/bin", "A=b c"]), "echo $A", "b c"),
    (lambda b: b.process.update(user={"uid": 12, "gid": 34, "additionalGids": [56, 78], "umask": 0o27}),
     "id -u; id -g; id -G; umask", "12\n34\n34 56 78\n0027"),
    (lambda b: b.capabilities("CAP_KILL", "CAP_NET_RAW"), "grep CapBnd /proc/self/status", "CapBnd:\t0000000000002020"),
    (lambda b: b.process["capabilities"].update(inheritable=["CAP_KILL"], ambient=["CAP_KILL"]),
     "grep CapAmb /proc/self/status", "CapAmb:\t0000000000000020"),
    (lambda b: b.process.pop("capabilities"), "grep -E 'Cap(Eff|Bnd)' /proc/self/status | cut -f2",
     "0000000000000000\n0000000000000000"),
    (lambda b: b.process.update(rlimits=[{"type": "RLIMIT_NOFILE", "soft": 50, "hard": 60},
                                         {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]),
     "ulimit -Sn; ulimit -Hn; ulimit -c", "50\n60\n0"),
    (lambda b: b.process.update(noNewPrivileges=True), "grep NoNewPrivs /proc/self/status", "NoNewPrivs:\t1"),
    (lambda b: b.process.update(noNewPrivileges=False), "grep NoNewPrivs /proc/self/status", "NoNewPrivs:\t0"),
    (lambda b: b.process.update(oomScoreAdj=321), "cat /proc/self/oom_score_adj", "321"),
    (lambda b: b.process.update(scheduler={"policy": "SCHED_BATCH", "nice": 4}),
     "awk '{print $19, $41}' /proc/self/stat", "4 3"),
    (lambda b: b.process.update(scheduler={"policy": "SCHED_IDLE"}), "awk '{print $41}' /proc/self/stat", "5"),
    (lambda b: b.process.update(ioPriority={"class": "IOPRIO_CLASS_BE", "priority": 6}), "ionice -p 1",
     "best-effort: prio 6"),
    (lambda b: b.config.update(hostname="there", domainname="example.org"),
     "hostname; cat /proc/sys/kernel/domainname", "there\nexample.org"),
    (lambda b: b.config["root"].update(readonly=True), "touch /x 2>/dev/null || echo refused", "refused"),
    # ---- mounts
    (lambda b: b.mount("/m", "tmpfs", "tmpfs", "size=64k", "mode=1750", "nosuid", "noexec"),
     "stat -c %a /m; grep -o ' /m .*nosuid.*noexec.*size=64k' /proc/mounts | wc -l", "1750\n1"),
    (lambda b: b.mount("/b", "bind", b.rootfs / "tmp", "rbind", "ro", "nodev"),
     "touch /b/x 2>/dev/null || echo refused", "refused"),
    (lambda b: (b.mount("/b", "none", b.rootfs, "rbind"), b.mount("/b/tmp", "tmpfs", "t", "mode=755"),
                b.mount("/c", "bind", b.rootfs, "rbind", "rro")),
     "touch /b/tmp/x && echo written; touch /c/x 2>/dev/null || echo refused", "written\nrefused"),
    (lambda b: b.mount("/bin", "tmpfs", "tmpfs", "tmpcopyup", "mode=755"),
     "ls /bin/busybox; grep -c ' /bin tmpfs' /proc/mounts", "/bin/busybox\n1"),
    (lambda b: b.mount("/etc/file", "bind", b.rootfs / "bin/busybox", "bind", "ro"),
     "test -s /etc/file && echo there", "there"),
    # ---- linux
    (lambda b: b.linux.update(sysctl={"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"}),
     "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced", "1\n1"),
    (lambda b: b.linux.update(maskedPaths=["/proc/version", "/etc", "/not/there"]),
     "cat /proc/version; ls /etc", ""),
    (lambda b: b.linux.update(readonlyPaths=["/tmp", "/not/there"]),
     "touch /tmp/x 2>/dev/null || echo refused", "refused"),
    (lambda b: b.linux.update(personality={"domain": "LINUX32"}), "uname -m", "i686"),
    (lambda b: b.linux.update(rootfsPropagation="shared"), "grep -c ' / / .*shared:' /proc/self/mountinfo; true", None),
    (lambda b: b.linux.update(devices=[{"type": "c", "path": "/dev/my", "major": 1, "minor": 3, "fileMode": 0o666,
                                        "uid": 3, "gid": 4}]),
     "stat -c '%t:%T %a %u %g' /dev/my; echo x > /dev/my && echo written", "1:3 666 3 4\nwritten"),
    (lambda b: b.linux.update(devices=[{"type": "p", "path": "/dev/pipe", "fileMode": 0o600}]),
     "test -p /dev/pipe && echo pipe", "pipe"),
    (lambda b: b.linux["resources"].update(devices=[{"allow": False, "access": "rwm"}]),
     "mknod /tmp/mem c 1 1 2>/dev/null; cat /tmp/mem 2>/dev/null || echo refused", "refused"),
])
def test_field(bundle, change, script, expected):
    change(bundle)
    out = bundle.prints(script)
    assert expected is None or out == expected + ("\n" if expected else ""), out


CAP_SYS_RESOURCE = 24


def test_a_limit_that_cannot_be_raised_stays(oci, bundle):
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    if hard == resource.RLIM_INFINITY:
        pytest.skip("needs a hard limit")
    status = pathlib.Path("/proc/self/status").read_text()
    is_raised = int(re.search(r"CapEff:\t(\w+)", status)[1], 16) >> CAP_SYS_RESOURCE & 1
    bundle.process["rlimits"] = [{"type": "RLIMIT_MEMLOCK", "soft": hard + 1024, "hard": hard + 1024}]
    result = bundle.run("ulimit -l")
    assert result.rc == 0 and int(result.out) == (hard + 1024 * is_raised) // 1024, result
    assert ("RLIMIT_MEMLOCK stays" in result.err) != is_raised


# ---- namespaces

def test_namespaces_of_the_host_and_by_path(oci, bundle):
    def spaces(text):
        return dict(line.split(":[") for line in text.replace("]", "").split())

    kinds = "mnt pid uts ipc net cgroup user"
    script = f"for n in {kinds}; do readlink /proc/self/ns/$n; done"
    host = spaces("\n".join(os.readlink(f"/proc/self/ns/{n}") for n in kinds.split()))
    new = spaces(bundle.prints(script))
    assert {kind for kind in host if new[kind] != host[kind]} == {"mnt", "pid", "uts", "ipc", "net", "cgroup"}
    bundle.start()
    pid = oci.state("c1")["pid"]
    first = spaces(oci.ok("exec", "c1", "sh", "-c", script))
    for kind, name in (("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("pid", "pid")):
        bundle.namespace(kind, f"/proc/{pid}/ns/{name}")
    bundle.config.pop("hostname")
    second = spaces(bundle.prints(script, name="c2"))
    assert {kind for kind in first if first[kind] == second[kind]} == {"net", "ipc", "uts", "pid", "user"}
    for kind in ("network", "ipc"):
        bundle.namespace(kind, False)
    third = spaces(bundle.prints(script, name="c3"))
    assert {kind for kind in host if third[kind] == host[kind]} == {"net", "ipc", "user"}
    bundle.namespace("network", "/proc/self/ns/uts")
    assert bundle.run("true", name="c4").rc == 1  # another kind
    bundle.namespace("network", "/nowhere/ns")
    assert bundle.run("true", name="c4").rc == 1


def test_user_namespace(oci, bundle):
    bundle.namespace("user")
    for kind in ("uidMappings", "gidMappings"):
        bundle.linux[kind] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
    subprocess.run(["chown", "-R", "-h", "100000:100000", bundle.rootfs], check=True)
    bundle.mount("/t", "tmpfs", "tmpfs", "mode=700")
    out = bundle.prints("id -u; cat /proc/self/uid_map | tr -s ' '; touch /tmp/mine; stat -c %u /tmp/mine /t")
    assert out == "0\n 0 100000 65536\n0\n0\n"
    assert (bundle.rootfs / "tmp/mine").stat().st_uid == 100000


def test_time_namespace(bundle):
    bundle.namespace("time")
    bundle.linux["timeOffsets"] = {"boottime": {"secs": 1000000000}, "monotonic": {"secs": 5, "nanosecs": 6}}
    out = bundle.prints("cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets | tr -s ' '")
    lines = out.splitlines()
    assert int(lines[0]) > 1000000000 and lines[1:] == ["monotonic 5 6", "boottime 1000000000 0"]


def test_idmapped_mount(bundle, tmp_path_of_test):
    data = tmp_path_of_test / "data"
    data.mkdir()
    (data / "file").touch()
    bundle.config["mounts"].append({
        "destination": "/data", "type": "bind", "source": str(data), "options": ["rbind", "idmap"],
        "uidMappings": [{"containerID": 0, "hostID": 4000, "size": 1000}],
        "gidMappings": [{"containerID": 0, "hostID": 5000, "size": 1000}]})
    result = bundle.run("stat -c '%u %g' /data/file")
    if "idmap" in result.err and "nvalid argument" in result.err:
        pytest.skip("needs a file system with mapped mounts")
    assert result.rc == 0 and result.out == "4000 5000\n", result


# ---- resources

def test_resources(oci, bundle):
    bundle.linux["cgroupsPath"] = f"/imgctl/test-{oci.mark}"
    bundle.linux["resources"].update({
        "memory": {"limit": 64 << 20, "reservation": 32 << 20, "swap": 64 << 20},
        "cpu": {"shares": 512, "quota": 50000, "period": 100000, "cpus": "0"}, "pids": {"limit": 33}})
    bundle.start()
    groups = {}
    for line in pathlib.Path(f"/proc/{oci.state('c1')['pid']}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            groups[name] = pathlib.Path("/sys/fs/cgroup", controllers) / path.lstrip("/")
    if "memory" not in groups:
        group = pathlib.Path("/sys/fs/cgroup") / f"imgctl/test-{oci.mark}"
        rows = {"memory.max": f"{64 << 20}", "memory.low": f"{32 << 20}", "cpu.max": "50000 100000", "pids.max": "33",
                "cpuset.cpus": "0", "memory.swap.max": "0", "cpu.weight": "59"}
        found = {name: (group / name).read_text().strip() for name in rows}
    else:
        rows = {"memory.limit_in_bytes": f"{64 << 20}", "memory.soft_limit_in_bytes": f"{32 << 20}",
                "cpu.cfs_quota_us": "50000", "cpu.shares": "512", "pids.max": "33", "cpuset.cpus": "0"}
        found = {name: (groups[name.split(".")[0]] / name).read_text().strip() for name in rows}
    assert found == rows


# ---- seccomp

SYSCALL = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}[os.uname().machine]


def profile(*rules, default="SCMP_ACT_ALLOW", **more):
    return {"defaultAction": default, "architectures": [SYSCALL], "syscalls": list(rules), **more}


@pytest.mark.parametrize("rule, script, expected", [
    ({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}, "mkdir /tmp/x 2>&1",
     "Operation not supported"),
    ({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}, "mkdir /tmp/x 2>&1", "Operation not permitted"),
    ({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}, "(mkdir /tmp/x); echo $?", "159"),
    ({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL"}, "(mkdir /tmp/x); echo $?", "159"),
    ({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_TRAP"}, "(mkdir /tmp/x); echo $?", "159"),
    ({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_TRACE"}, "mkdir /tmp/x 2>&1", "Function not"),
    ({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_LOG"}, "mkdir /tmp/x && echo done", "done"),
    ({"names": ["fchmodat", "chmod"], "action": "SCMP_ACT_ERRNO",
      "args": [{"index": 1 if SYSCALL.endswith("X86_64") else 2, "value": 0o777, "op": "SCMP_CMP_EQ"}]},
     "chmod 755 /tmp && echo fine; chmod 777 /tmp 2>/dev/null || echo refused", "fine\nrefused"),
])
def test_seccomp_action(bundle, rule, script, expected):
    bundle.linux["seccomp"] = profile(rule)
    assert expected in bundle.run(script).out


def test_seccomp_flags(bundle):
    bundle.linux["seccomp"] = profile(flags=["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"])
    assert bundle.prints("grep Seccomp: /proc/self/status") == "Seccomp:\t2\n"


RECEIVE, SEND = 0xC0502100, 0xC0182101


def answer(listener, told):
    """Take the notify descriptor and let every call fail with EXDEV."""
    connection, _ = listener.accept()
    with connection:
        data, fds, _, _ = socket.recv_fds(connection, 65536, 1)
    told.append(json.loads(data))
    ready = select.poll()
    ready.register(fds[0], select.POLLIN)
    while ready.poll() == [(fds[0], select.POLLIN)]:  # not: nobody is left who could call
        call = bytearray(80)
        try:
            fcntl.ioctl(fds[0], RECEIVE, call)
            fcntl.ioctl(fds[0], SEND, struct.pack("=QqiI", struct.unpack_from("=Q", call)[0], 0, -18, 0))
        except OSError:
            break  # the container has ended
    os.close(fds[0])


def test_seccomp_notify(bundle, tmp_path_of_test):
    path, told = tmp_path_of_test / "agent.sock", []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(15)
        bundle.linux["seccomp"] = profile({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"},
                                          listenerPath=str(path), listenerMetadata="known")
        agent = threading.Thread(target=answer, args=(listener, told), daemon=True)
        agent.start()
        out = bundle.run("mkdir /tmp/x 2>&1; echo over").out
        agent.join(15)
    assert "ross-device" in out and out.endswith("over\n"), out
    assert told[0]["metadata"] == "known" and told[0]["fds"] == ["seccompFd"]
    assert told[0]["state"]["id"] == "c1" and told[0]["pid"] > 0 and told[0]["ociVersion"].startswith("1.3")


def test_seccomp_notify_needs_a_listener(bundle):
    rule = {"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}
    bundle.linux["seccomp"] = profile(rule)
    assert "listenerPath" in bundle.run("true").err
    bundle.linux["seccomp"] = profile(rule, listenerPath="/nowhere/agent.sock")
    assert bundle.run("true").rc == 1
    bundle.linux["seccomp"] = profile({**rule, "names": ["sendmsg"]}, listenerPath="/nowhere/agent.sock")
    assert "sendmsg" in bundle.run("true").err


# ---- what came with 1.3

def ip(*words):
    subprocess.run(["ip", *words], check=True)


@pytest.fixture
def links():
    """Makes links of the host's with names of this test's own."""
    names = []

    def make(*more):
        names.append(f"imgt{os.getpid() % 100000}{len(names)}")
        ip("link", "add", names[-1], *more, "type", "veth", "peer", "name", f"{names[-1]}p")
        return names[-1]
    yield make
    for name in names:
        subprocess.run(["ip", "link", "delete", name], stderr=subprocess.DEVNULL, check=False)


def shown(text):
    """Addresses of `ip -o addr` as (link, address) in order, those the kernel makes itself left out."""
    return sorted((line.split()[1], line.split()[3]) for line in text.splitlines() if " scope global" in line)


def test_a_link_goes_into_the_container(bundle, links):
    one, other = links("address", "02:00:00:00:12:34", "mtu", "1400"), links()
    for address in ("10.99.1.2/24", "10.99.1.3/24", "fd00:99::2/64"):
        ip("address", "add", address, "dev", one, *(["nodad"] if ":" in address else []))
    ip("address", "add", "10.99.2.2/24", "dev", one, "valid_lft", "1000", "preferred_lft", "1000")
    ip("link", "set", one, "up")
    bundle.linux["netDevices"] = {one: {"name": "eth0"}, other: {}}
    out = bundle.prints("ip -o addr; cat /sys/class/net/eth0/address /sys/class/net/eth0/mtu; ip link show up | grep -c UP; "
                        f"ls /sys/class/net | grep -cx {other}")
    assert shown(out) == [("eth0", "10.99.1.2/24"), ("eth0", "10.99.1.3/24"), ("eth0", "fd00:99::2/64")]
    assert out.splitlines()[-4:] == ["02:00:00:00:12:34", "1400", "3", "1"]
    assert not {one, other} & own_network.links()


def test_links_are_called_as_they_should_be(oci, bundle, links):
    bundle.linux["netDevices"] = {links(): {"name": "eth%d"} for _ in range(3)}
    assert bundle.prints("ls /sys/class/net").split() == ["eth0", "eth1", "eth2", "lo"]
    good, bad = links(), links()
    bundle.linux["netDevices"] = {good: {}, bad: {"name": "lo"}}
    result = bundle.run("true")
    assert result.rc == 1 and f"netDevices: {bad}" in result.err and "lo already" in result.err, result
    bundle.linux["netDevices"] = {good: {}, "nolink0": {}}
    result = bundle.run("true")
    assert result.rc == 1 and "netDevices: nolink0" in result.err and "no such network device" in result.err, result
    assert {good, bad} <= own_network.links()  # nothing is moved unless all can be


def test_a_link_goes_into_a_namespace_by_path(bundle, links):
    child = subprocess.Popen(["unshare", "--net", "sleep", "1000"])
    try:
        here = os.stat("/proc/self/ns/net").st_ino
        until(lambda: os.stat(f"/proc/{child.pid}/ns/net").st_ino != here, "no namespace was made")
        bundle.namespace("network", f"/proc/{child.pid}/ns/net")
        name = links()
        bundle.linux["netDevices"] = {name: {"name": "data0"}}
        assert "data0" in bundle.prints("ls /sys/class/net")
        listed = subprocess.run(["nsenter", "-t", str(child.pid), "-n", "ip", "-o", "link"], capture_output=True, text=True, check=True)
        assert "data0" in listed.stdout  # the namespace goes on, and so does the link in it
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("policy, shows", [
    ({"mode": "MPOL_BIND", "nodes": "0"}, "bind:0"), ({"mode": "MPOL_INTERLEAVE", "nodes": "0"}, "interleave:0"),
    ({"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}, "bind=static:0"),
    ({"mode": "MPOL_PREFERRED", "nodes": "0", "flags": ["MPOL_F_RELATIVE_NODES"]}, "prefer=relative:0"),
    ({"mode": "MPOL_LOCAL"}, "local"), ({"mode": "MPOL_DEFAULT"}, "default")])
def test_memory_policy(oci, bundle, policy, shows):
    bundle.linux["memoryPolicy"] = policy
    script = "cut -d' ' -f2 /proc/self/numa_maps | sort | uniq"
    assert bundle.prints(script) == shows + "\n"
    bundle.start()
    assert oci.ok("exec", "c1", "sh", "-c", script) == shows + "\n"
    oci.ok("delete", "--force", "c1")


def test_members_of_later_specifications_are_passed_over(bundle):
    bundle.linux["tomorrow"] = {"x": [1]}
    bundle.config["vm"] = {"hwConfig": {}}
    bundle.process["tomorrow"] = True
    assert bundle.prints("echo here") == "here\n"
