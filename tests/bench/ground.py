# SPDX-License-Identifier: Apache-2.0
"""The ground of the benchmarks: a disk, a registry, the peers, a stop-watch.

The disk is an ext4 with a journal in a file, mounted by loop: the same for all,
whatever the machine's own file system is.
"""
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/e2e"))

from harness import debian, images, registry  # noqa: E402

DISK_GIB = 16
DOCKER = "/usr/bin/docker"  # Debian's, whatever else the machine has


def call(*command, **how):
    """Run something that is not measured; it must succeed."""
    result = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, **how)
    if result.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: {result.stdout[-1500:]}")
    return result.stdout


@dataclasses.dataclass
class Cost:
    wall: list = dataclasses.field(default_factory=list)
    cpu: list = dataclasses.field(default_factory=list)
    peak: list = dataclasses.field(default_factory=list)  # KiB

    def median(self, what="wall"):
        return statistics.median(getattr(self, what))


class Contender:
    """One command to be measured. prepare() runs before each turn, untimed, and so does what `before` executes it by."""

    def __init__(self, name, *command, prepare=None, env=None, before=()):
        self.name, self.command, self.before = name, [str(c) for c in command], before
        self.prepare, self.env = prepare or (lambda: None), env


class Ground:
    def __init__(self):
        self.folder = TOP / "build/bench"
        self.disk, self.log = self.folder / "disk", self.folder / "log"
        self.run = self.folder / "run"  # in memory, as /run is
        self.children = []
        self.docker_host = None
        # an authority's file that the caller names is read by whoever is measured, at 25 ms
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("SSL_CERT_")}

    def build(self):
        """Compile the small programs, make the disk, start the registry with the images."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.write_text("")
        for name in ("floor_run", "floor_exec", "measure"):
            call("gcc", "-O2", "-static", "-D_GNU_SOURCE", "-o", self.folder / name, TOP / f"tests/bench/{name}.c")
        image = self.folder / "disk.img"
        image.unlink(missing_ok=True)
        call("truncate", "-s", f"{DISK_GIB}G", image)
        call("mkfs.ext4", "-q", "-F", "-O", "has_journal", image)
        self.disk.mkdir(exist_ok=True)
        call("mount", "-o", "loop", image, self.disk)
        self.run.mkdir(exist_ok=True)
        call("mount", "-t", "tmpfs", "tmpfs", self.run)
        self.registry = registry.Registry(self.folder / "registry").start()
        image = debian.make_image(TOP / "build/cache")
        self.registry.push("debian:latest", image)
        self.debian = self.registry.ref("debian:latest")
        root = self.disk / "floor/lower"
        root.mkdir(parents=True)
        call("tar", "-C", root, "-xf", TOP / "build/cache" / debian.NAME)
        call("sync", "-f", self.disk)

    def close(self):
        for child in reversed(self.children):
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if hasattr(self, "registry"):
            self.registry.stop()
        mounts = [line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
        for point in sorted((m for m in mounts if m.startswith((str(self.disk), str(self.run)))), reverse=True):
            subprocess.run(["umount", "-l", point], check=False)
        shutil.rmtree(self.folder / "registry", ignore_errors=True)
        (self.folder / "disk.img").unlink(missing_ok=True)

    def once(self, contender):
        """(wall, cpu, peak) of one run."""
        out = self.folder / "cost"
        subprocess.run([*contender.before, self.folder / "measure", out, self.log, *contender.command], check=True,
                       stdin=subprocess.DEVNULL, env={**self.environment, **(contender.env or {})})
        wall, cpu, peak, code = out.read_text().split()
        if code != "0":
            raise RuntimeError(f"{contender.name} exited with {code}: {self.log.read_text()[-1500:]}")
        return float(wall), float(cpu), int(peak)

    def race(self, contenders, rounds, pause=0.0, before=None):
        """Turns in the order A B B A, so that a drift hits all alike. The first turn warms up and is not counted."""
        costs = {c.name: Cost() for c in contenders}
        for turn in range(rounds + 1):
            for contender in contenders if turn % 2 else list(reversed(contenders)):
                contender.prepare()
                if before:
                    before()
                time.sleep(pause)
                wall, cpu, peak = self.once(contender)
                if turn:
                    cost = costs[contender.name]
                    cost.wall.append(wall)
                    cost.cpu.append(cpu)
                    cost.peak.append(peak)
        return costs

    def start_docker(self, name="docker", before=(), network=("--iptables=false", "--bridge=none")):
        """A dockerd of its own on the disk, without a network unless told otherwise."""
        run = tempfile.mkdtemp(prefix="imgctl-bench-")  # a socket's path must be short
        host = f"unix://{run}/docker.sock"
        with open(self.folder / "dockerd.log", "wb") as log:
            child = subprocess.Popen(
                [*before, "dockerd", "--data-root", self.disk / name, "--exec-root", f"{run}/exec", "-p", f"{run}/pid",
                 "-H", host, *network],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.children.append(child)
        env = {"DOCKER_HOST": host, "HOME": run}
        for _ in range(300):
            if subprocess.run([DOCKER, "info"], env={**os.environ, **env}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return env
            if child.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError("dockerd did not start: " + (self.folder / "dockerd.log").read_text()[-800:])

    def runc_bundle(self):
        """A bundle for `runc run` with the Debian root, `true` and no terminal."""
        bundle = self.disk / "bundle"
        shutil.rmtree(bundle, ignore_errors=True)
        bundle.mkdir()
        call("runc", "spec", "--bundle", bundle)
        config = json.loads((bundle / "config.json").read_text())
        config["process"].update(terminal=False, args=["true"])
        config["root"] = {"path": str(self.disk / "floor/lower"), "readonly": False}
        (bundle / "config.json").write_text(json.dumps(config))
        return bundle

    def dirty(self, mib=400):
        """Leave that many MiB of unwritten pages on the disk, as a pull does."""
        path = self.disk / "dirty"
        path.unlink(missing_ok=True)
        block = os.urandom(1 << 20)
        with open(path, "wb") as file:
            for _ in range(mib):
                file.write(block)

    def push_many(self, repository, count):
        """COUNT small images, each its own."""
        for number in range(count):
            layer = images.Layer().file("number", str(number))
            self.registry.push(f"{repository}:{number}", images.Image(layer))

    def push_big(self, repository, gib):
        """An image with one layer of GIB GiB; its bytes repeat, so that it is quick to make."""
        script = ("import sys, tarfile, io\n"
                  "class Bytes(io.RawIOBase):\n"
                  "    def read(self, size=-1):\n"
                  "        return (BLOCK * (size // len(BLOCK) + 1))[:size]\n"
                  "BLOCK = bytes(range(256)) * 4096\n"
                  "tar = tarfile.open(fileobj=sys.stdout.buffer, mode='w|')\n"
                  f"entry = tarfile.TarInfo('big'); entry.size = {gib} << 30\n"
                  "tar.addfile(entry, Bytes()); tar.close()\n")
        stored = subprocess.run(f"/usr/bin/python3 -c \"$SCRIPT\" | tee >(sha256sum >{self.folder}/diff) | gzip -1 -n",
                                shell=True, executable="/bin/bash", env={**os.environ, "SCRIPT": script},
                                stdout=subprocess.PIPE, check=True).stdout
        for _ in range(100):  # the checksum's process may end after the pipe
            text = (self.folder / "diff").read_text()
            if text:
                break
            time.sleep(0.05)
        image = images.Image(images.RawLayer(b"", stored=stored))
        image.document["rootfs"]["diff_ids"] = ["sha256:" + text.split()[0]]
        config = images.encode(image.document)
        image.blobs[images.digest(config)] = config
        image.manifest_document["config"] = image.descriptor(config, "config")
        self.registry.push(f"{repository}:latest", image)

    def end_of_signals(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
