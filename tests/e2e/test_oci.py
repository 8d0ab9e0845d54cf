# SPDX-License-Identifier: Apache-2.0
"""imgctl-oci as an engine sees it: the life of a container out of a bundle."""
import json
import os
import pathlib
import re
import signal
import socket

import pytest

from conftest import program
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


def create(oci, bundle, script, *options, name="c1"):
    """create; returns the file of what the container writes."""
    return oci.leave("create", "--bundle", bundle.script(script), *options, name)


# ---- life cycle

def test_life_from_create_to_delete(oci, bundle):
    out = create(oci, bundle, "echo begun; exec sleep 1000")
    state = oci.state("c1")
    assert state["status"] == "created" and state["ociVersion"].startswith("1.3")
    assert state["bundle"] == str(bundle.folder) and state["id"] == "c1"
    assert pathlib.Path(f"/proc/{state['pid']}").exists()
    assert out.read_text() == ""
    oci.ok("start", "c1")
    until(lambda: out.read_text() == "begun\n", "the program did not begin")
    assert oci.state("c1")["pid"] == state["pid"] and oci.status("c1") == "running"
    oci.ok("kill", "c1", "KILL")
    oci.wait("c1", "stopped")
    assert oci.state("c1")["pid"] == 0
    oci.ok("delete", "c1")
    oci.fails("state", "c1", rc=1, err="does not exist")


def test_the_same_as_a_command_of_imgctl(oci, bundle):
    bundle.script("echo as a command")
    root, oci.options = oci.state_root, []
    result = oci("oci", "--root", root, "run", "-b", bundle.folder, "c1", program=program())
    oci.options = ["--root", root]
    assert result.rc == 0 and result.out == "as a command\n", result


def test_run_gives_the_programs_exit_code(oci, bundle):
    assert bundle.run("exit 7").rc == 7
    bundle.namespace("pid", False)
    assert bundle.run("kill -9 $$").rc == 128 + 9
    assert oci.ok("list", "-q") == ""


def test_run_keep(oci, bundle):
    assert bundle.run("true", "--keep").rc == 0
    assert oci.status("c1") == "stopped"
    oci.ok("delete", "c1")


def test_run_passes_signals_on(oci, bundle):
    bundle.script("trap 'exit 9' TERM; echo up; while :; do sleep 0.1; done")
    child = oci.popen("run", "-b", bundle.folder, "c1")
    assert child.stdout.readline() == b"up\n"
    child.send_signal(signal.SIGTERM)
    assert child.wait(15) == 9


def test_run_detached(oci, bundle):
    bundle.start()
    assert oci.status("c1") == "running"
    oci.fails("delete", "c1", rc=1, err="not stopped")
    oci.ok("delete", "--force", "c1")
    oci.ok("delete", "--force", "c1")  # there is none: fine
    oci.fails("delete", "c1", rc=1, err="does not exist")


def test_start_only_what_waits(oci, bundle):
    bundle.start()
    oci.fails("start", "c1", rc=1, err="running state")
    oci.ok("kill", "c1", "9")
    oci.wait("c1", "stopped")
    oci.fails("start", "c1", rc=1, err="stopped")
    oci.fails("kill", "c1", rc=1, err="container not running")


def test_delete_of_a_created_one(oci, bundle):
    create(oci, bundle, "true")
    oci.ok("delete", "c1")
    assert oci.ok("list", "-q") == ""


def test_ids(oci, bundle):
    bundle.start()
    oci.fails("run", "-b", bundle.folder, "c1", rc=1, err="already exists")
    assert oci.status("c1") == "running"
    for name in ("", "..", "a/b", "a b"):
        oci.fails("run", "-b", bundle.folder, name, rc=1)


def test_kill_names_and_all(oci, bundle):
    bundle.start("trap 'echo got; exit 0' USR1; sleep 1000 & wait")
    oci.fails("kill", "c1", "NOPE", rc=1, err="(?i)signal")
    oci.ok("kill", "--all", "c1", "SIGKILL")
    oci.wait("c1", "stopped")


def test_list(oci, bundle):
    assert oci.ok("list", "--format", "json") == "null\n"
    bundle.start()
    rows = oci.json("list", "--format", "json")
    assert [row["id"] for row in rows] == ["c1"] and rows[0]["status"] == "running"
    assert rows[0]["owner"] == "root" and re.match(r"\d{4}-\d\d-\d\dT", rows[0]["created"])
    table = oci.ok("list").splitlines()
    assert table[0].split() == ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]
    oci.fails("list", "--format", "yaml", rc=1)


# ---- processes

def test_exec(oci, bundle):
    bundle.start()
    assert oci.ok("exec", "--env", "A=b", "--cwd", "/tmp", "c1", "sh", "-c", "echo $A; pwd") == "b\n/tmp\n"
    assert oci("exec", "c1", "sh", "-c", "exit 5").rc == 5
    assert oci.ok("exec", "--user", "12:34", "-g", "56", "c1", "id").startswith("uid=12 gid=34 groups=")
    lines = oci.ok("exec", "--cap", "CAP_SYS_ADMIN", "c1", "cat", "/proc/self/status")
    assert "CapEff:\t0000000020200420\n" in lines  # audit_write, kill, net_bind_service, sys_admin
    oci.fails("exec", "c1", "nope", rc=255, err="executable file not found in")


def test_exec_joins_every_namespace(oci, bundle):
    bundle.start()
    for kind in ("mnt", "pid", "uts", "ipc", "net", "cgroup"):
        first = oci.ok("exec", "c1", "readlink", f"/proc/1/ns/{kind}")
        assert oci.ok("exec", "c1", "readlink", f"/proc/self/ns/{kind}") == first
        assert first != os.readlink(f"/proc/self/ns/{kind}") + "\n"


def test_exec_process_file(oci, bundle):
    bundle.start()
    process = {**bundle.process, "args": ["sh", "-c", "id -u; echo $X; ulimit -n; umask"],
               "env": ["PATH=/bin", "X=y"], "user": {"uid": 3, "gid": 4, "umask": 0o77},
               "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 77, "hard": 88}]}
    path = bundle.folder / "process.json"
    path.write_text(json.dumps(process))
    assert oci.ok("exec", "--process", path, "c1") == "3\ny\n77\n0077\n"
    path.write_text("{]")
    oci.fails("exec", "--process", path, "c1", rc=255)


def test_exec_detached(oci, bundle):
    bundle.start()
    pid_file = bundle.folder / "pid"
    oci.leave("exec", "--detach", "--pid-file", pid_file, "c1", "sleep", "1000")
    pid = int(pid_file.read_text())
    assert b"sleep\0" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    assert str(pid) in oci.ok("ps", "c1")


def test_exec_needs_a_running_container(oci, bundle):
    bundle.start()
    oci.ok("pause", "c1")
    oci.fails("exec", "c1", "true", rc=255, err="paused")
    oci.ok("resume", "c1")
    oci.ok("kill", "c1", "KILL")
    oci.wait("c1", "stopped")
    oci.fails("exec", "c1", "true", rc=255, err="stopped container")


def test_exec_cpu_affinity(oci, bundle):
    cpu = max(os.sched_getaffinity(0))
    bundle.process["execCPUAffinity"] = {"initial": str(cpu), "final": str(cpu)}
    bundle.start()
    line = oci.ok("exec", "c1", "grep", "Cpus_allowed_list", "/proc/self/status")
    assert line.split() == ["Cpus_allowed_list:", str(cpu)]


def test_ps(oci, bundle):
    bundle.start()
    pids = oci.json("ps", "--format", "json", "c1")
    assert pids == [oci.state("c1")["pid"]]
    lines = oci.ok("ps", "c1").splitlines()
    assert lines[0].split()[1] == "PID" and "sleep 1000" in lines[1] and len(lines) == 2
    assert oci.ok("ps", "c1", "-o", "pid,comm").splitlines()[1].split() == [str(pids[0]), "sleep"]


def test_pause_and_resume(oci, bundle):
    bundle.start()
    oci.fails("resume", "c1", rc=1, err="not paused")
    oci.ok("pause", "c1")
    assert oci.status("c1") == "paused"
    oci.fails("pause", "c1", rc=1)
    oci.ok("resume", "c1")
    assert oci.status("c1") == "running"
    oci.ok("pause", "c1")
    oci.ok("delete", "--force", "c1")  # a frozen one ends too


# ---- resources

def limit_file(oci, name, v1, v2):
    """The file of the group that holds a limit of container NAME."""
    for line in pathlib.Path(f"/proc/{oci.state(name)['pid']}/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        if v1.split(".")[0] in controllers.split(","):
            return pathlib.Path("/sys/fs/cgroup", controllers) / path.lstrip("/") / v1
        if number == "0":
            unified = path
    return pathlib.Path("/sys/fs/cgroup") / unified.lstrip("/") / v2


def test_resources_and_update(oci, bundle):
    bundle.linux["resources"].update({"pids": {"limit": 50}, "memory": {"limit": 64 << 20}})
    bundle.start()
    memory = limit_file(oci, "c1", "memory.limit_in_bytes", "memory.max")
    pids = limit_file(oci, "c1", "pids.max", "pids.max")
    assert (memory.read_text(), pids.read_text()) == (f"{64 << 20}\n", "50\n")
    oci.ok("update", "--pids-limit", "20", "c1")
    assert (memory.read_text(), pids.read_text()) == (f"{64 << 20}\n", "20\n")
    oci.ok("update", "--memory", "32m", "c1")
    assert memory.read_text() == f"{32 << 20}\n"
    path = bundle.folder / "resources.json"
    path.write_text(json.dumps({"pids": {"limit": 30}}))
    oci.ok("update", "--resources", path, "c1")
    oci.ok("update", "--resources", "-", "c1", stdin='{"memory":{"limit":67108864}}')
    assert (memory.read_text(), pids.read_text()) == (f"{64 << 20}\n", "30\n")
    path.write_text('{"pids":[]}')
    oci.fails("update", "--resources", path, "c1", rc=1)


def test_cgroups_path(oci, bundle):
    bundle.linux["cgroupsPath"] = f"/imgctl/test-{oci.mark}"
    bundle.start()
    assert f"/imgctl/test-{oci.mark}" in pathlib.Path(f"/proc/{oci.state('c1')['pid']}/cgroup").read_text()


def test_events(oci, bundle):
    bundle.linux["cgroupsPath"] = f"/imgctl/test-{oci.mark}"  # then everything is counted
    bundle.linux["resources"]["memory"] = {"limit": 64 << 20}
    bundle.start()
    event = oci.json("events", "--stats", "c1")
    assert event["type"] == "stats" and event["id"] == "c1"
    assert event["data"]["memory"]["usage"]["limit"] == 64 << 20
    assert event["data"]["cpu"]["usage"]["total"] > 0 and event["data"]["pids"]["current"] == 1


def test_events_tells_of_memory_that_ran_out(oci, bundle):
    bundle.linux["resources"]["memory"] = {"limit": 16 << 20, "swap": 16 << 20}
    bundle.start()
    child = oci.popen("events", "--interval", "60s", "c1")
    oci("exec", "c1", "sh", "-c", "tail /dev/zero")
    line = json.loads(child.stdout.readline())
    assert (line["type"], line["id"]) == ("oom", "c1")
    oci.ok("kill", "c1", "KILL")
    assert child.wait(15) == 0


# ---- what engines rely on

def receive_terminal(listener):
    connection, _ = listener.accept()
    with connection:
        data, fds, _, _ = socket.recv_fds(connection, 4096, 1)
    assert data == b"/dev/ptmx" and len(fds) == 1
    return fds[0]


@pytest.fixture
def console(tmp_path_of_test):
    with socket.socket(socket.AF_UNIX) as listener:
        path = tmp_path_of_test / "console.sock"
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(15)
        yield listener, path


def read_all(fd):
    got = b""
    try:
        while data := os.read(fd, 4096):
            got += data
    except OSError:  # the other side is closed
        pass
    os.close(fd)
    return got


def test_console_socket(oci, bundle, console):
    listener, path = console
    bundle.process["terminal"] = True
    bundle.process["consoleSize"] = {"height": 33, "width": 77}
    create(oci, bundle, "stty size; tty; test -t 0 && test -t 1 && echo terminal", "--console-socket", path)
    fd = receive_terminal(listener)
    oci.ok("start", "c1")
    assert read_all(fd).split(b"\r\n") == [b"33 77", b"/dev/pts/0", b"terminal", b""]


def test_exec_on_a_terminal(oci, bundle, console):
    listener, path = console
    bundle.start()
    oci.leave("exec", "--tty", "--detach", "--console-socket", path, "c1", "sh", "-c", "test -t 0 && echo yes")
    assert read_all(receive_terminal(listener)) == b"yes\r\n"


def test_a_terminal_needs_somebody(oci, bundle, console):
    bundle.process["terminal"] = True
    oci.fails("create", "-b", bundle.script("true"), "c1", rc=1, err="console socket")
    oci.fails("create", "-b", bundle.folder, "--console-socket", bundle.folder / "none", "c1", rc=1,
              err="console socket")
    bundle.process["terminal"] = False
    oci.fails("create", "-b", bundle.script("true"), "--console-socket", console[1], "c1", rc=1)
    assert oci.ok("list", "-q") == ""


def test_run_on_a_terminal(oci, bundle):
    bundle.process["terminal"] = True
    # the harness gives its terminal the size while the runtime already starts
    bundle.script("until stty size 2>&1 | grep '[1-9]'; do :; done; read line; echo got $line; exit 4")
    child = oci.pty("run", "-b", bundle.folder, "c1", size=(20, 70))
    child.expect("20 70")
    child.sendline("a word")
    child.expect("got a word")
    child.expect_exact("\r\n")
    child.wait()
    assert child.exitstatus == 4


def test_pid_file(oci, bundle):
    path = bundle.folder / "pid"
    create(oci, bundle, "exec sleep 1000", "--pid-file", path)
    assert int(path.read_text()) == oci.state("c1")["pid"]
    oci.fails("run", "-d", "-b", bundle.folder, "--pid-file", "/nowhere/pid", "c2", rc=1, err="pid file")
    assert oci.ok("list", "-q") == "c1\n"


def test_preserved_descriptors(oci, bundle, tmp_path_of_test):
    files = []
    for name in ("three", "four"):
        (tmp_path_of_test / name).write_text(name)
        files.append(os.open(tmp_path_of_test / name, os.O_RDONLY))
    script = "cat <&3; cat <&4; ls /proc/self/fd | wc -l"

    bundle.script(script)
    child = oci.popen("run", "--preserve-fds", "2", "-b", bundle.folder, "c1",
                      preexec_fn=lambda: (os.dup2(files[0], 103), os.dup2(files[1], 104),
                                          os.dup2(103, 3), os.dup2(104, 4)), close_fds=False)
    out, err = child.communicate(timeout=20)
    assert child.returncode == 0 and out == b"threefour6\n", err
    oci.fails("run", "--preserve-fds", "200", "-b", bundle.folder, "c1", rc=1, err="preserved")
    for fd in files:
        os.close(fd)


def test_no_other_descriptor_gets_in(oci, bundle):
    reader, writer = os.pipe()
    os.set_inheritable(reader, True)
    bundle.script("ls /proc/self/fd")
    child = oci.popen("run", "-b", bundle.folder, "c1", pass_fds=(reader,))
    out, _ = child.communicate(timeout=20)
    assert out.split() == [b"0", b"1", b"2", b"3"]  # 3 is ls's own
    os.close(reader)
    os.close(writer)


def test_log_for_engines(oci, bundle, tmp_path_of_test):
    log = tmp_path_of_test / "log.json"
    bundle.process["args"] = ["nope"]
    bundle.save()
    # the options before the verb
    result = oci("--log", log, "--log-format", "json", "create", "-b", bundle.folder, "c1")
    assert result.rc == 1
    line = json.loads(log.read_text().splitlines()[-1])
    assert line["level"] == "error" and re.match(r"\d{4}-.*Z$", line["time"])
    assert 'exec: "nope": executable file not found in $PATH' in line["msg"]
    assert oci.ok("list", "-q") == ""
    log.unlink()
    oci("--log", log, "--log-format", "text", "start", "nobody")
    assert re.match(r'time="[^"]+" level=error msg="', log.read_text())
    assert oci("--log-format", "xml", "list").rc == 1
    assert oci("--log", "/nowhere/x", "list").rc == 1


def test_options_that_engines_give(oci, bundle):
    bundle.script("echo fine")
    assert oci.ok("--debug=false", "--criu", "x", "--rootless", "auto", "run", "--no-pivot", "--no-new-keyring",
                  "--no-subreaper", "--bundle", bundle.folder, "c1") == "fine\n"
    if not pathlib.Path("/run/systemd/system").exists():
        assert re.search("systemd does not run", oci("--systemd-cgroup", "run", "-b", bundle.folder, "c1").err)
        assert oci.ok("list", "-q") == ""


def test_version_and_help(oci):
    lines = oci.ok("--version").splitlines()
    assert lines[0].startswith("imgctl-oci version ") and lines[1].startswith("spec: 1.3")
    assert "create" in oci.ok("--help")
    assert "--bundle" in oci.ok("create", "--help")
    oci.fails("nope", rc=1)
    oci.fails("state", rc=1)


def test_spec(oci, tmp_path_of_test):
    folder = tmp_path_of_test / "new"
    folder.mkdir()
    oci.ok("spec", cwd=folder)
    config = json.loads((folder / "config.json").read_text())
    assert config["ociVersion"].startswith("1.3") and config["process"]["args"] == ["sh"]
    oci.fails("spec", cwd=folder, rc=1, err="exists")
    (folder / "config.json").unlink()
    oci.ok("spec", "--rootless", "-b", folder)
    config = json.loads((folder / "config.json").read_text())
    assert {"type": "user"} in config["linux"]["namespaces"] and config["linux"]["uidMappings"][0]["size"] == 1


def test_features(oci):
    features = oci.json("features")
    assert features["ociVersionMin"] == "1.0.0" and features["ociVersionMax"].startswith("1.3")
    assert set(features["hooks"]) == {"prestart", "createRuntime", "createContainer", "startContainer",
                                      "poststart", "poststop"}
    assert {"rro", "ro", "rbind", "idmap", "tmpcopyup"} <= set(features["mountOptions"])
    linux = features["linux"]
    assert set(linux["namespaces"]) == {"mount", "pid", "uts", "ipc", "network", "user", "cgroup", "time"}
    assert "SCMP_ACT_NOTIFY" in linux["seccomp"]["actions"] and linux["intelRdt"] == {"enabled": False}
    assert linux["cgroup"]["v1"] and linux["cgroup"]["v2"] and linux["netDevices"] == {"enabled": True}
    assert "MPOL_INTERLEAVE" in linux["memoryPolicy"]["modes"] and "MPOL_F_STATIC_NODES" in linux["memoryPolicy"]["flags"]


# ---- hooks

HOOKS = ("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop")


def hook(script, *more, timeout=None):
    return {"path": "/bin/sh", "args": ["sh", "-c", script, *more], "env": ["PATH=/usr/bin:/bin", "X=set"],
            **({"timeout": timeout} if timeout else {})}


def test_hooks_of_all_kinds(oci, bundle):
    log = bundle.folder / "hooks"
    (bundle.rootfs / "log").touch()
    for kind in HOOKS:
        inside = kind == "startContainer"
        target = "/log" if inside else str(log)
        bundle.config.setdefault("hooks", {})[kind] = [
            hook(f'echo {kind} $X "$1" "$(cat)" >> {target}', "sh", "arg")]
    bundle.config["annotations"] = {"k": "v"}
    create(oci, bundle, "exec sleep 1000")
    lines = [line.split(" ", 3) for line in log.read_text().splitlines()]
    assert [line[0] for line in lines] == ["prestart", "createRuntime", "createContainer"]
    for line in lines:
        state = json.loads(line[3])
        assert line[1:3] == ["set", "arg"] and state["status"] == "creating" and state["id"] == "c1"
        assert state["bundle"] == str(bundle.folder) and state["annotations"] == {"k": "v"}
        assert state["ociVersion"].startswith("1.3") and state["pid"] == oci.state("c1")["pid"]
    assert (bundle.rootfs / "log").read_text() == ""
    oci.ok("start", "c1")
    kind, _, _, text = (bundle.rootfs / "log").read_text().split(" ", 3)
    assert kind == "startContainer" and json.loads(text)["status"] == "created"
    kind, _, _, text = log.read_text().splitlines()[-1].split(" ", 3)
    assert kind == "poststart" and json.loads(text)["status"] == "running"
    oci.ok("delete", "--force", "c1")
    kind, _, _, text = log.read_text().splitlines()[-1].split(" ", 3)
    assert kind == "poststop" and json.loads(text)["status"] == "stopped"


@pytest.mark.parametrize("kind", HOOKS[:4])
def test_a_hook_that_fails_ends_it(oci, bundle, kind):
    bundle.config["hooks"] = {kind: [hook("echo said >&2; exit 3")]}
    result = bundle.run("echo never")
    assert result.rc == 1 and result.out == "" and kind in result.err, result
    assert oci.ok("list", "-q") == ""


def test_a_hook_has_its_time(oci, bundle):
    bundle.config["hooks"] = {"createRuntime": [hook("exec sleep 600", timeout=1)]}
    result = bundle.run("echo never", timeout=20)
    assert result.rc == 1 and result.out == "" and "time" in result.err, result


def test_a_failing_poststop_only_warns(oci, bundle):
    bundle.config["hooks"] = {"poststop": [hook("exit 3")]}
    result = bundle.run("true")
    assert result.rc == 0 and "poststop" in result.err, result
    assert oci.ok("list", "-q") == ""


# ---- bad input

@pytest.mark.parametrize("change, words", [
    (lambda c: c.pop("ociVersion"), "ociVersion"),
    (lambda c: c.update(ociVersion="9.0.0"), "ociVersion"),
    (lambda c: c.pop("root"), "root"),
    (lambda c: c["root"].update(path="nope"), "nope"),
    (lambda c: c.pop("process"), "process"),
    (lambda c: c["process"].update(args=[]), "args"),
    (lambda c: c["process"].update(cwd="relative"), "cwd"),
    (lambda c: c["process"].update(rlimits=[{"type": "RLIMIT_X", "soft": 1, "hard": 1}]), "RLIMIT_X"),
    (lambda c: c["mounts"].append({"destination": "/x", "type": "bind", "source": "/nowhere/x",
                                   "options": ["bind"]}), "/nowhere/x"),
    (lambda c: c["linux"]["namespaces"].append({"type": "pid"}), "pid"),
    (lambda c: c["linux"]["namespaces"].append({"type": "what"}), "what"),
    (lambda c: c["linux"].update(intelRdt={"closID": "x"}), "intelRdt"),
    (lambda c: c["linux"].update(sysctl={"kernel.nope": "1"}), "kernel.nope"),
    (lambda c: c["linux"].update(sysctl={"vm.swappiness": "1"}), "vm.swappiness"),
    (lambda c: c["linux"].update(seccomp={"defaultAction": "SCMP_ACT_WHAT"}), "SCMP_ACT_WHAT"),
    (lambda c: c["linux"]["resources"].update(unified={"../x": "1"}), "unified"),
    (lambda c: c["linux"].update(mountLabel="a:b"), "mountLabel"),
    (lambda c: c["linux"].update(netDevices={"nolink0": {}}), "nolink0"),
    (lambda c: c["linux"].update(netDevices={"lo": {"name": "lo"}}), "lo"),
    (lambda c: c["linux"].update(memoryPolicy={"mode": "MPOL_BIND", "nodes": "1000"}), "memory policy"),
])
def test_a_bad_configuration(oci, bundle, change, words):
    bundle.script("echo never")
    change(bundle.config)
    bundle.save()
    result = oci("run", "-b", bundle.folder, "c1")
    assert result.rc == 1 and result.out == "" and words in result.err, result
    assert len(result.err.splitlines()) == 1, result
    assert oci.ok("list", "-q") == ""


def test_no_bundle(oci, bundle, tmp_path_of_test):
    oci.fails("run", "-b", tmp_path_of_test / "none", "c1", rc=1)
    (bundle.folder / "config.json").unlink()
    oci.fails("run", "-b", bundle.folder, "c1", rc=1, err="config.json")
    (bundle.folder / "config.json").write_text("{")
    oci.fails("run", "-b", bundle.folder, "c1", rc=1)
    assert oci.ok("list", "-q") == ""


def test_killed_anywhere_it_can_be_deleted(oci, bundle):
    """A create that is killed at some moment leaves what `delete --force` removes."""
    bundle.config["hooks"] = {"createRuntime": [hook(f"touch {bundle.folder}/here; exec sleep 600")]}
    child = oci.popen("create", "-b", bundle.script("true"), "c1")
    until((bundle.folder / "here").exists, "the hook did not run")
    assert oci.status("c1") == "creating"
    hooks = [pid for pid in pathlib.Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
             if b"sleep" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
    child.kill()
    child.wait(10)
    for pid in hooks:
        os.kill(int(pid), signal.SIGKILL)
    oci.wait("c1", "stopped")
    oci.ok("delete", "--force", "c1")
    assert oci.ok("list", "-q") == ""
