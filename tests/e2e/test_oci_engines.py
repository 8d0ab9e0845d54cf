# SPDX-License-Identifier: Apache-2.0
"""imgctl-oci as the runtime of podman, docker and containerd: each engine on a store of its own, ended by the test."""
import shutil
import subprocess

import pytest

import conftest
from harness import peers
from harness.engine import Engine, daemon, engine_folder


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    link = tmp_path_factory.mktemp("runtime") / "imgctl-oci"
    link.symlink_to(conftest.program().resolve())
    return link


@pytest.fixture(scope="module")
def rootfs(tmp_path_factory):
    """busybox with all its names, a user and the folders that engines mount on."""
    folder = tmp_path_factory.mktemp("rootfs")
    folder.chmod(0o755)  # it becomes the container's "/"
    for name in ("bin", "etc", "dev", "proc", "sys", "tmp"):
        (folder / name).mkdir()
    shutil.copy(shutil.which("busybox"), folder / "bin/busybox")
    subprocess.run(["chroot", folder, "/bin/busybox", "--install", "-s", "/bin"], check=True)
    (folder / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n")
    (folder / "etc/group").write_text("root:x:0:\nalice:x:1000:\n")
    return folder


@pytest.fixture(scope="module")
def archive(rootfs, tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "rootfs.tar"
    subprocess.run(["tar", "-cf", path, "-C", rootfs, "."], check=True)
    return path


# ---- podman

@pytest.fixture(scope="module")
def podman(runtime, archive):
    peers.need("podman")
    with engine_folder() as folder:
        engine = Engine("podman", "--root", folder / "root", "--runroot", folder / "run", "--tmpdir", folder / "tmp",
                        "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "file",
                        "--runtime", runtime)
        engine.ok("import", archive, "localhost/bb")
        engine.new = lambda *args: ("run", "--network", "none", *args)
        yield engine
        engine("rm", "-fa", "-t", "0")


@pytest.fixture(scope="module")
def docker(runtime, archive):
    peers.need("dockerd", "docker.io")
    peers.need("docker", "docker.io")
    with engine_folder() as folder:
        host = f"unix://{folder}/s"
        engine = Engine("docker", "-H", host)
        with daemon(folder, lambda: engine("info").returncode == 0, "dockerd", "--data-root", folder / "data",
                    "--exec-root", folder / "exec", "-p", folder / "pid", "-H", host, "--iptables=false",
                    "--ip6tables=false", "--bridge=none", "--storage-driver=vfs", f"--add-runtime=imgctl={runtime}"):
            engine.ok("import", archive, "localhost/bb")
            engine.new = lambda *args: ("run", "--runtime", "imgctl", "--network", "none", *args)
            yield engine
            for name in engine.ok("ps", "-aq").split():
                engine("rm", "-f", name)


@pytest.fixture(params=["podman", "docker"])
def engine(request):
    return request.getfixturevalue(request.param)


def test_engine__exit_code_and_streams(engine):
    result = engine(*engine.new("--rm", "localhost/bb", "sh", "-c", "echo out; echo err >&2; exit 5"))
    assert (result.returncode, result.stdout, result.stderr) == (5, "out\n", "err\n")


def test_engine__input(engine):
    assert engine.ok(*engine.new("--rm", "-i", "localhost/bb", "cat"), stdin="given\n") == "given\n"


def test_engine__terminal(engine):
    said, code = engine.on_terminal(*engine.new("--rm", "-t", "localhost/bb", "tty"))
    assert "/dev/pts/0" in said and code == 0, said


@pytest.mark.parametrize("program, code, words", [
    ("nosuch", 127, "executable file not found in $PATH"),
    ("/no/such", 127, "no such file or directory"),
    ("/etc/passwd", 126, "permission denied"),
])
def test_engine__a_program_that_does_not_run(engine, program, code, words):
    result = engine(*engine.new("--rm", "localhost/bb", program))
    assert result.returncode == code, result.stderr
    assert words in result.stderr


def test_engine__what_a_container_may(engine):
    said = engine.ok(*engine.new("--rm", "--user", "1000", "--cap-drop", "ALL", "--read-only", "--security-opt",
                                 "no-new-privileges", "localhost/bb", "sh", "-c",
                                 "id -u; grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; touch /x 2>&1; true"))
    assert said.split("\n")[0] == "1000"
    assert "CapBnd:\t0000000000000000" in said and "NoNewPrivs:\t1" in said and "Seccomp:\t2" in said
    assert "Read-only file system" in said


def test_engine__mounts(engine, tmp_path):
    (tmp_path / "file").write_text("from outside\n")
    said = engine.ok(*engine.new("--rm", "-v", f"{tmp_path}:/in:ro", "--tmpfs", "/scratch", "localhost/bb", "sh", "-c",
                                 "cat /in/file; touch /in/x 2>&1; touch /scratch/x && ls /scratch"))
    assert "from outside" in said and "Read-only file system" in said and said.endswith("x\n")


@pytest.fixture
def running(engine):
    engine.ok(*engine.new("-d", "--name", "life", "--memory", "64m", "localhost/bb", "sleep", "1000"))
    yield "life"
    engine("rm", "-f", "life")


def memory_limit(engine, name):
    command = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null"
    return int(engine("exec", name, "sh", "-c", command).stdout.split()[0])


def test_engine__exec(engine, running):
    assert engine.ok("exec", running, "cat", "/proc/1/comm") == "sleep\n"
    assert engine("exec", running, "sh", "-c", "exit 9").returncode == 9
    assert engine.ok("exec", "-i", running, "cat", stdin="given\n") == "given\n"
    missing = engine("exec", running, "nosuch")
    assert missing.returncode in (126, 127) and "executable file not found" in missing.stderr + missing.stdout
    said, code = engine.on_terminal("exec", "-t", running, "tty")
    assert "/dev/pts/" in said and code == 0, said


def test_engine__life(engine, running):
    assert "sleep 1000" in engine.ok("top", running)
    engine.ok("pause", running)
    assert engine.ok("inspect", "-f", "{{.State.Status}}", running) == "paused\n"
    engine.ok("unpause", running)
    assert engine.ok("inspect", "-f", "{{.State.Status}}", running) == "running\n"
    engine.ok("stop", "-t", "0", running)
    assert engine.ok("inspect", "-f", "{{.State.ExitCode}}", running) == "137\n"
    engine.ok("start", running)
    engine.ok("kill", running)
    engine.ok("rm", "-f", running)


def test_engine__limits_and_stats(engine, running):
    assert memory_limit(engine, running) == 64 << 20
    said = engine.ok("stats", "--no-stream", running)
    assert "64MiB" in said or "67.11MB" in said, said


def test_docker__update(docker):
    docker.ok(*docker.new("-d", "--name", "limits", "--memory", "64m", "localhost/bb", "sleep", "1000"))
    docker.ok("update", "--memory", "128m", "--memory-swap", "256m", "limits")
    assert memory_limit(docker, "limits") == 128 << 20
    # device rules are as they were
    refused = docker("exec", "limits", "sh", "-c", "mknod /tmp/d b 7 0 && cat /tmp/d")
    assert "Operation not permitted" in refused.stderr
    docker.ok("rm", "-f", "limits")


def test_docker__privileged(docker):
    assert docker.ok(*docker.new("--rm", "--privileged", "localhost/bb", "sh", "-c",
                                 "mkdir /m && mount -t tmpfs t /m && echo mounted")) == "mounted\n"


# ---- containerd

@pytest.fixture(scope="module")
def ctr(runtime):
    peers.need("containerd")
    peers.need("ctr", "containerd")
    with engine_folder() as folder:
        (folder / "config.toml").write_text(
            f'version = 2\nroot = "{folder}/root"\nstate = "{folder}/state"\n'
            f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "{folder}/s"\n')
        engine = Engine("ctr", "-a", folder / "s")
        with daemon(folder, lambda: engine("version").returncode == 0, "containerd", "-c", folder / "config.toml"):
            engine.new = lambda *args: ("run", "--runtime", "io.containerd.runc.v2", "--runc-binary", runtime, *args)
            yield engine


def test_containerd__run(ctr, rootfs):
    result = ctr(*ctr.new("--rm", "--rootfs", rootfs, "once", "/bin/sh", "-c", "echo out; exit 4"))
    assert (result.returncode, result.stdout) == (4, "out\n"), result.stderr


def test_containerd__a_program_that_does_not_run(ctr, rootfs):
    result = ctr(*ctr.new("--rm", "--rootfs", rootfs, "none", "nosuch"))
    assert result.returncode and "executable file not found in $PATH" in result.stderr


def test_containerd__life(ctr, rootfs):
    ctr.ok(*ctr.new("-d", "--rootfs", rootfs, "life", "/bin/sleep", "1000"))
    assert ctr.ok("tasks", "exec", "--exec-id", "one", "life", "/bin/cat", "/proc/1/comm") == "sleep\n"
    assert len(ctr.ok("tasks", "ps", "life").strip().split("\n")) == 2
    ctr.ok("tasks", "pause", "life")
    assert "PAUSED" in ctr.ok("tasks", "ls")
    ctr.ok("tasks", "resume", "life")
    assert "RUNNING" in ctr.ok("tasks", "ls")
    assert "memory.usage_in_bytes" in ctr.ok("tasks", "metrics", "life")
    ctr.ok("tasks", "kill", "-s", "KILL", "life")
    ctr("tasks", "delete", "life")
    ctr.ok("containers", "delete", "life")
    assert "life" not in ctr.ok("tasks", "ls")
