# SPDX-License-Identifier: Apache-2.0
"""Containers whose groups are systemd's, and ordinary users whom systemd gave some."""
import os
import pathlib
import pwd
import subprocess

import pytest

from conftest import program
from harness.bundle import Bundle, Runtime, until
from harness.rootless import User, UserTool


@pytest.fixture
def oci(no_leaks, tmp_path_of_test):
    it = Runtime(program(), tmp_path_of_test / "oci")
    no_leaks.marks.append(it.mark)
    it.options.insert(0, "--systemd-cgroup")
    yield it
    it.close()


@pytest.fixture
def bundle(oci, tmp_path_of_test):
    return Bundle(oci, tmp_path_of_test / "bundle")


def show(unit, *names):
    """systemd's properties of UNIT."""
    lines = subprocess.run(["systemctl", "show", "-p", ",".join(names), unit], check=True, stdout=subprocess.PIPE, text=True)
    return dict(line.split("=", 1) for line in lines.stdout.splitlines())


GONE = {"LoadState": "not-found", "ActiveState": "inactive", "SubState": "dead", "Result": "success"}


def must_go(unit):
    """Wait until systemd does not know UNIT any more."""
    until(lambda: show(unit, *GONE) == GONE, lambda: f"{unit} is still there: {show(unit, *GONE)}")


def group_of(pid):
    return pathlib.Path(f"/proc/{pid}/cgroup").read_text().strip().split("::", 1)[1]


def test_a_scope_while_it_runs(oci, bundle):
    bundle.linux["resources"].update({"memory": {"limit": 64 << 20, "reservation": 16 << 20}, "pids": {"limit": 33},
                                      "cpu": {"shares": 512, "quota": 25000, "period": 100000}})
    bundle.start()
    unit = "imgctl-c1.scope"
    found = show(unit, "ActiveState", "Slice", "Delegate", "MemoryMax", "MemoryLow", "TasksMax", "CPUWeight",
                 "CPUQuotaPerSecUSec")
    assert found == {"ActiveState": "active", "Slice": "system.slice", "Delegate": "yes", "MemoryMax": f"{64 << 20}",
                     "MemoryLow": f"{16 << 20}", "TasksMax": "33", "CPUWeight": "59", "CPUQuotaPerSecUSec": "250ms"}
    group = group_of(oci.state("c1")["pid"])
    assert group == f"/system.slice/{unit}"
    limits = {name: pathlib.Path(f"/sys/fs/cgroup{group}/{name}").read_text().strip()
              for name in ("memory.max", "memory.low", "pids.max", "cpu.weight", "cpu.max")}
    assert limits == {"memory.max": f"{64 << 20}", "memory.low": f"{16 << 20}", "pids.max": "33", "cpu.weight": "59",
                      "cpu.max": "25000 100000"}
    oci.ok("delete", "--force", "c1")
    must_go(unit)
    assert not os.path.exists(f"/sys/fs/cgroup{group}")


def test_gone_when_the_program_ends(oci, bundle):
    assert bundle.prints("cat /proc/self/cgroup") == "0::/\n"
    must_go("imgctl-c1.scope")


def test_a_slice_of_ones_own(oci, bundle):
    bundle.linux["cgroupsPath"] = "imgctltest-one.slice:pre:name"
    bundle.start()
    unit = "pre-name.scope"
    assert show(unit, "Slice")["Slice"] == "imgctltest-one.slice"
    assert group_of(oci.state("c1")["pid"]) == f"/imgctltest.slice/imgctltest-one.slice/{unit}"
    oci.ok("kill", "c1", "KILL")
    oci.wait("c1", "stopped")
    oci.ok("delete", "c1")
    must_go(unit)
    subprocess.run(["systemctl", "stop", "imgctltest.slice"], check=True)  # systemd keeps slices


def test_limits_outlive_a_reload(oci, bundle):
    """systemd sets what it knows again: an update has to tell it."""
    bundle.linux["resources"].update({"memory": {"limit": 64 << 20}, "pids": {"limit": 33}})
    bundle.start()
    oci.ok("update", "--memory", str(96 << 20), "--pids-limit", "44", "c1")
    subprocess.run(["systemctl", "daemon-reload"], check=True)
    group = pathlib.Path("/sys/fs/cgroup" + group_of(oci.state("c1")["pid"]))
    assert (group / "memory.max").read_text() == f"{96 << 20}\n" and (group / "pids.max").read_text() == "44\n"
    assert show("imgctl-c1.scope", "MemoryMax", "TasksMax") == {"MemoryMax": f"{96 << 20}", "TasksMax": "44"}


def test_exec_pause_and_stats(oci, bundle):
    bundle.start()
    assert oci.ok("exec", "c1", "cat", "/proc/self/cgroup") == "0::/\n"
    pid_file = bundle.folder / "pid"
    oci.leave("exec", "--detach", "--pid-file", pid_file, "c1", "sleep", "1000")
    assert group_of(int(pid_file.read_text())) == "/system.slice/imgctl-c1.scope"
    oci.ok("pause", "c1")
    assert oci.status("c1") == "paused"
    oci.ok("resume", "c1")
    assert oci.json("events", "--stats", "c1")["data"]["pids"]["current"] == 2
    assert len(oci.json("ps", "--format", "json", "c1")) == 2


def test_devices_stay_filtered(oci, bundle):
    bundle.capabilities("CAP_MKNOD")
    script = "mknod /tmp/tun c 10 200; head -c1 /tmp/tun 2>/dev/null || echo refused; echo x >/dev/null && echo null"
    bundle.linux["resources"]["devices"] = [{"allow": False, "access": "rwm"}, {"allow": True, "type": "c", "access": "m"}]
    assert bundle.prints(script) == "refused\nnull\n"
    bundle.start(name="c2")
    subprocess.run(["systemctl", "daemon-reload"], check=True)
    assert oci.ok("exec", "--cap", "CAP_MKNOD", "c2", "sh", "-c", script) == "refused\nnull\n"


def test_what_is_wrong_leaves_no_scope(oci, bundle):
    bundle.linux["cgroupsPath"] = "/imgctl/path"
    assert "slice:prefix:name" in bundle.run("true").err
    bundle.linux["cgroupsPath"] = "system.slice:pre:wrong"
    bundle.process["args"] = ["nope"]
    bundle.save()
    oci.fails("run", "-b", bundle.folder, "c1", rc=1, err="executable file not found")
    must_go("pre-wrong.scope")
    assert oci.ok("list", "-q") == ""


# ---- an ordinary user

class Session(User):
    """A user with a systemd of its own, whose commands run in a scope that is delegated to it."""

    def __init__(self):
        super().__init__("imgctl-session-", 65536)
        subprocess.run(["loginctl", "enable-linger", self.name], check=True)
        until(lambda: os.path.exists(f"/run/user/{self.uid}/bus"), "the user's systemd did not start", 60)

    @property
    def prefix(self):
        bus = f"unix:path=/run/user/{self.uid}/bus"
        return [*super().prefix, "env", f"XDG_RUNTIME_DIR=/run/user/{self.uid}", f"DBUS_SESSION_BUS_ADDRESS={bus}",
                "systemd-run", "--user", "--scope", "--quiet", "-p", "Delegate=yes", "--"]

    def close(self):
        subprocess.run(["loginctl", "disable-linger", self.name], check=False)
        subprocess.run(["systemctl", "stop", f"user@{self.uid}.service"], check=False)
        super().close()


@pytest.fixture(scope="module")
def session():
    it = Session()
    yield it
    it.close()
    with pytest.raises(KeyError):
        pwd.getpwnam(it.name)


@pytest.fixture
def user_imgctl(session, no_leaks, hub, request):
    it = UserTool(program(), session, session.folder / request.node.name)
    conf = it.give("registries.conf", '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n'
                                      f'[[registry.mirror]]\nlocation = "{hub.host}"\n')
    it.env["CONTAINERS_REGISTRIES_CONF"] = str(conf)
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    it.ok("pull", "-q", "busybox")
    yield it
    it.close()


def test_a_users_limits_hold(user_imgctl):
    result = user_imgctl("run", "--rm", "-m", "64m", "--cpus", "0.5", "--pids-limit", "44", "busybox", "sh", "-c",
                         "cd /sys/fs/cgroup; cat memory.max cpu.max pids.max; cat /proc/self/cgroup")
    assert (result.rc, result.err) == (0, "")
    assert result.out == f"{64 << 20}\n50000 100000\n44\n0::/\n"


def test_a_users_container_lives_in_its_own_groups(user_imgctl, session):
    user_imgctl.ok("run", "-d", "--name", "one", "-m", "64m", "busybox", "sleep", "1000")
    pid, ident = user_imgctl.inspect("one", '[{{.State.Pid}}, "{{.Id}}"]')
    group = group_of(pid)
    assert group.startswith(f"/user.slice/user-{session.uid}.slice/user@{session.uid}.service/") and group.endswith(ident)
    assert "64MiB" in user_imgctl.ok("stats", "--no-stream", "one")
    user_imgctl.ok("pause", "one")
    user_imgctl.ok("unpause", "one")
    user_imgctl.ok("update", "-m", "96m", "one")
    assert pathlib.Path(f"/sys/fs/cgroup{group}/memory.max").read_text() == f"{96 << 20}\n"
    assert user_imgctl.ok("exec", "one", "cat", "/proc/self/cgroup") == "0::/\n"
    user_imgctl.ok("rm", "-f", "one")
    assert not os.path.exists(f"/sys/fs/cgroup{group}")
