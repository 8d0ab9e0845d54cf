# SPDX-License-Identifier: Apache-2.0
"""What a container can see and do, by a program that tries it all (tests/e2e/probe).

isolation_expected.json holds what the probe must say in a plain container (`default`) and, for every other way to run
it, only what differs. A run with IMGCTL_ISOLATION_WRITE=1 writes it anew: read the difference line by line then.
"""
import json
import os
import pathlib
import re
import resource
import subprocess

import pytest

from harness import images, own_network

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE / "isolation_expected.json"
WRITE = os.environ.get("IMGCTL_ISOLATION_WRITE")

SCENARIOS = {
    "default": [],
    "user": ["-u", "1000"],
    "privileged": ["--privileged"],
    "drop-all": ["--cap-drop", "ALL"],
    "sys-admin": ["--cap-add", "SYS_ADMIN"],
    "no-new-privileges": ["--security-opt", "no-new-privileges"],
    "unconfined": ["--security-opt", "seccomp=unconfined"],
    "open-paths": ["--security-opt", "systempaths=unconfined"],
    "terminal": ["-t"],
    "read-only": ["--read-only"],
    "network-none": ["--network", "none"],
    "network-host": ["--network", "host"],
    "all-of-the-host": ["--pid", "host", "--ipc", "host", "--uts", "host", "--cgroupns", "host"],
}
EXECS = {
    "exec": [],
    "exec-user": ["-u", "1000"],
    "exec-privileged": ["--privileged"],
    "exec-terminal": ["-t"],
}


@pytest.fixture(scope="session")
def probe(session_dir):
    """The probe, compiled."""
    program = session_dir / "probe"
    sources = sorted((HERE / "probe").glob("*.c"))
    subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-O1", "-static", "-Wall", "-Wextra", "-Werror", "-o", program,
                    *sources], check=True)
    return program


@pytest.fixture
def prober(imgctl, hub, probe):
    """An image with the probe in it."""
    layer = images.Layer().file("probe", probe.read_bytes(), mode=0o755)
    hub.push("library/probe:1", images.Image(images.busybox_layer(), layer))
    imgctl.ok("pull", "-q", "probe:1")
    return "probe:1"


def read(text):
    """The probe's lines as {key: [values]}."""
    lines = [x.rstrip("\r").split("\t", 1) for x in text.splitlines()]
    out = {}
    for key, value in (x for x in lines if len(x) == 2):
        out.setdefault(key, []).append(value)
    return out


def mounts(lines):
    """{mount point: file system and options}, those of the root and its files left to other tests."""
    out = {}
    for line in lines:
        left, right = line.split(" - ")
        point, options = left.split()[4:6]
        kind, _, superblock = right.split()
        if point.startswith("/sys/fs/cgroup/"):
            kind = "cgroup"
        elif kind == "overlay" or point.startswith("/etc/"):
            kind, superblock = "file" if point.startswith("/etc/") else kind, ""
        kept = [x for x in superblock.split(",") if re.match(r"(ro|size|mode|ptmxmode|gid|nr_inodes)(=|$)", x)]
        out[f"mount {point}"] = f"{kind} {options} {','.join(kept)}".strip()
    return out


def normal(said):
    """What of the probe's lines is the same on every machine: {key: value}."""
    out = {}
    for key, values in said.items():
        kind = key.split(" ")[0].split(".")[0]
        if key.startswith("ns."):
            ours = os.readlink(f"/proc/self/{key.replace('.', '/')}")
            out[key] = "host's" if values[0] == ours else "own"
        elif kind == "mountinfo":
            out.update(mounts(values))
        elif kind in ("cgroup", "limit", "hostname", "hosts", "NSpid", "oom_score_adj", "SigPnd"):
            continue  # of this machine or this container: looked at by tests of their own
        elif kind in ("call", "i386", "x32", "socket", "personality", "unshare", "clone"):
            out[key] = values[0] if values[0] in ("EPERM", "ENOSYS", "killed") else "in"
        elif kind == "fd":
            out[key] = re.sub(r"[:/]?\[?\d+\]?$", "", values[0])
        elif kind == "keyring":
            out[key] = re.sub(r"[0-9a-f]{64}", "ID", values[0])
        else:
            out[key] = " | ".join(sorted(values))
    return out


def shrink(said, base):
    """What SAID has differently from BASE; what it does not have is None."""
    keys = set(said) | set(base)
    return {k: said.get(k) for k in sorted(keys) if said.get(k) != base.get(k)}


# What the kernel of this machine or this host decides, looked at by other tests.
OWN_TO_MACHINE = {
    "privileged": ("dev ", "mknod ", "path /dev/"),
    "network-host": ("interface", "sysctl.", "abstract-sockets"),
    "all-of-the-host": ("path /dev/shm", "mount /dev/shm"),
}


def is_compared(name, key):
    return not key.startswith(("path /sys/fs/cgroup", "mount /sys/fs/cgroup", *OWN_TO_MACHINE.get(name, ())))


def is_fine(key, want, got, reference):
    """Whether GOT will do for WANT: a kernel may lack a call or a file."""
    if want == got or (key.startswith("path ") and got == "absent"):
        return True
    if re.match(r"mount /(proc|sys)/.", key) and got is None:
        return not os.path.exists(key.split(" ")[1])
    return want == "in" and got in ("ENOSYS", "killed") and reference.get(key) == got


def compare(name, said, reference):
    expected = json.loads(EXPECTED.read_text())
    want = {**expected["default"], **expected[name]}
    wrong = [f"{key}: {said.get(key)!r}, want {want.get(key)!r}" for key in sorted(set(want) | set(said))
             if is_compared(name, key) and not is_fine(key, want.get(key), said.get(key), reference)]
    assert not wrong, name + ":\n" + "\n".join(wrong)


def let_in(name, said):
    """SAID with what only this kernel lacks as let in: no filter answers ENOSYS but to these."""
    filtered = ["call unknown", "call x32 unknown", "i386 unknown"]
    if said["Seccomp"] == "2":
        filtered += ["call open_tree_attr"]
        if name.startswith("exec") or not int(said["CapBnd"], 16) & 1 << 21:
            filtered += ["call clone3", "i386 clone3"]
    return {k: "in" if v == "ENOSYS" and k not in filtered else v for k, v in said.items()}


def write(all_said):
    all_said = {name: let_in(name, {k: v for k, v in said.items() if is_compared(name, k)})
                for name, said in all_said.items()}
    base = all_said["default"]
    document = {k: shrink(v, base) for k, v in all_said.items() if k != "default"}
    for name, keys in document.items():
        document[name] = {k: v for k, v in keys.items() if is_compared(name, k)}
    EXPECTED.write_text(json.dumps({"default": base, **document}, indent=1, sort_keys=True) + "\n")


def test_every_default_is_as_it_is_written(imgctl, prober):
    said = {name: normal(read(imgctl.ok("run", "--rm", *options, prober, "/probe")))
            for name, options in SCENARIOS.items()}
    imgctl.ok("run", "-d", "--name", "running", prober, "sleep", "1000")
    for name, options in EXECS.items():
        said[name] = normal(read(imgctl.ok("exec", *options, "running", "/probe")))
    if WRITE:
        write(said)
    for name, lines in said.items():
        compare(name, lines, said["unconfined"])


def test_control_groups_are_read_only(imgctl, prober):
    """No group of the host's can be joined, changed or given a release agent (CVE-2022-0492, CVE-2023-25809)."""
    for options, mode in (([], "ro"), (["--memory", "64m"], "ro"), (["--cgroupns", "host"], "ro"), (["--privileged"], "rw")):
        out = read(imgctl.ok("run", "--rm", *options, prober, "/probe"))
        mine = [x.split()[5] for x in out["mountinfo"] if "/sys/fs/cgroup" in x.split()[4]]
        assert mine and all(x.startswith(f"{mode},nosuid,nodev,noexec") for x in mine), (options, mine)
    out = imgctl("run", "--rm", "--memory", "64m", prober, "sh", "-c",
                 "for f in $(find /sys/fs/cgroup -name cgroup.procs -o -name release_agent -o -name notify_on_release "
                 "-o -name devices.allow -o -name memory.max -o -name memory.limit_in_bytes); do "
                 "echo $$ > $f && echo WRITTEN $f; done; true").out
    assert out == "", out


def test_limits_and_score_are_the_callers(imgctl, prober):
    said = read(imgctl.ok("run", "--rm", prober, "/probe"))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert said["limit.nofile"] == [f"{soft} {hard}"]
    assert said.get("limit.raise", ["EPERM"])[0] == "EPERM"
    assert said["oom_score_adj"] == [pathlib.Path("/proc/self/oom_score_adj").read_text().strip()]


def test_the_hosts_network_is_the_hosts(imgctl, prober):
    said = read(imgctl.ok("run", "--rm", "--network", "host", prober, "/probe"))
    assert {x.split()[0] for x in said["interface"]} == own_network.links()
    assert said["sysctl.port_start"] == [pathlib.Path(
        "/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip()]


def test_a_profile_is_what_its_file_says_now(imgctl, busybox, tmp_path_of_test):
    """Built filters are kept in the run folder; another text is another filter, and a damaged file is none."""
    profile = tmp_path_of_test / "profile.json"
    options = ["--rm", "--security-opt", f"seccomp={profile}", busybox]
    for denied in ("mkdir", "rmdir", "mkdir"):
        profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
            {"names": [denied], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}))
        for _ in range(2):
            out = imgctl("run", *options, "sh", "-c", "mkdir /x && rmdir /x && echo both; true")
            assert out.err.startswith(denied) and "not supported" in out.err, out
    for kept in (imgctl.runroot / "seccomp").iterdir():
        kept.write_bytes(kept.read_bytes()[:-8] + bytes(8))
    assert "not supported" in imgctl("run", *options, "mkdir", "/x").err
    assert imgctl.ok("run", "--rm", busybox, "grep", "Seccomp:", "/proc/self/status").split() == ["Seccomp:", "2"]
