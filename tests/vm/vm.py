# SPDX-License-Identifier: Apache-2.0
"""`./dev vm`: the tests of tests/vm/ and those marked `vm` of tests/e2e/, on a stock Debian kernel under systemd.

    vm.py [PYTEST OPTION...]      run the tests; the exit code is pytest's
    vm.py --bench FILE            measure instead (tests/vm/measure_oci.py); its JSON goes to FILE
    vm.py --shell COMMAND         run a command line of the guest's instead, as root in the unpacked tree

The machine: QEMU's own processor (TCG), as stock kernels do not start under every KVM; Debian's cloud kernel, pure
cgroup v2, AppArmor on, systemd as PID 1. Its disk is made once by mmdebstrap and kept in build/cache, named after
what is in it; a run writes to a throw-away layer on top. imgctl and the tests come in as a tar archive that is the
second disk; what the tests print comes out over the second serial port, line by line; kernel and systemd write to
build/vm/console.log. No network, and nothing outlives the run.
"""
import argparse
import io
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

import disk

TOP = disk.TOP

LIMIT = 585  # seconds from power on to power off, unless --limit says otherwise
END = "imgctl-vm: exit "  # the guest's last line

# Runs in the unpacked tree; the command line that is asked for stands after it.
GUEST = """stty -F /dev/ttyS1 -opost
echo "imgctl-vm: up after $(cut -d' ' -f1 /proc/uptime) s, $(uname -r)"
export PYTHONPATH=/work/tests/e2e:/work/tests/vm IMGCTL_TEST_VM=1 IMGCTL_TEST_STRICT=1
(
{command}
)
echo "%s$?"
sync /dev/ttyS1 2>/dev/null
""" % END
PYTEST = ("/usr/bin/python3 -B -m pytest -p no:cacheprovider --noconftest -p everywhere -c tests/e2e/pytest.ini "
          "--rootdir tests --durations=10 -q --color=no -m vm")


# ---- what goes in

def payload(path, command):
    """What the guest unpacks: the program, the tests and the COMMAND to run."""
    def plain(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return None if "__pycache__" in entry.name else entry

    with tarfile.open(path, "w") as archive:
        for name in ("build/release/imgctl", "tests/e2e", "tests/registry", "tests/vm"):
            archive.add(TOP / name, name, filter=plain)
        script = GUEST.format(command=command).encode()
        entry = tarfile.TarInfo("guest")
        entry.size = len(script)
        archive.addfile(entry, io.BytesIO(script))
    with open(path, "ab") as file:
        file.truncate(-(-file.tell() // 4096) * 4096)


def marked():
    """The files of tests/e2e that have a test for this machine."""
    return [str(path.relative_to(TOP)) for path in sorted((TOP / "tests/e2e").glob("test_*.py"))
            if "mark.vm" in path.read_text()]


# ---- the run

def command_line(base, seed, console):
    return ["qemu-system-x86_64", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-m", "2048", "-smp", "2",
            "-nodefaults", "-display", "none", "-no-reboot", "-nic", "none",
            "-kernel", base / "vmlinuz", "-initrd", base / "initrd",
            "-drive", f"file={base}/disk,if=virtio,format=raw,snapshot=on,cache=unsafe",
            "-drive", f"file={seed},if=virtio,format=raw,readonly=on",
            "-serial", f"file:{console}", "-serial", "stdio",
            "-append", "root=/dev/vda rw console=ttyS0 quiet panic=-1 apparmor=1 security=apparmor mitigations=off "
                       "systemd.show_status=false audit=0"]


class Machine:
    """One run of the virtual machine, from power on to power off."""

    def __init__(self, base, seed, console, limit):
        self.code, self.timed_out = None, False
        self.child = subprocess.Popen([str(word) for word in command_line(base, seed, console)], text=True,
                                      errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, start_new_session=True,
                                      env={**os.environ, "TMPDIR": str(seed.parent)})
        self.timer = threading.Timer(limit, self.expire)
        self.timer.start()

    def expire(self):
        self.timed_out = True
        self.child.kill()

    def lines(self):
        """What the guest prints; its exit code is kept."""
        for line in self.child.stdout:
            if line.startswith(END):
                self.code = int(line[len(END):])
            else:
                yield line

    def close(self):
        self.timer.cancel()
        if self.child.poll() is None:
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
        self.child.wait()


def boot(command, handle, limit):
    """Run COMMAND in the guest for at most LIMIT seconds, HANDLE what it prints; returns its exit code."""
    base = disk.machine()
    folder = TOP / "build/vm"
    folder.mkdir(parents=True, exist_ok=True)
    console = folder / "console.log"
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="run-", dir=folder) as scratch:
        seed = pathlib.Path(scratch, "seed.tar")
        payload(seed, command)
        it = Machine(base, seed, console, limit)
        try:
            for line in it.lines():
                handle(line)
        except BaseException:
            it.child.kill()
            raise
        finally:
            it.close()
    print(f"the machine ran for {time.monotonic() - started:.0f} s", flush=True)
    if it.code is None:
        print(f"the machine ended {'at its time limit' if it.timed_out else 'early'}; its console:\n"
              + console.read_text(errors="replace")[-4000:], flush=True)
        return 3
    return it.code


def show(line):
    sys.stdout.write(line)
    sys.stdout.flush()


def measure(path, limit):
    """Measure, and keep the one line of JSON that comes out of it."""
    def handle(line):
        if line.startswith("{"):
            pathlib.Path(path).write_text(line)
        else:
            show(line)

    return boot("/usr/bin/python3 -B tests/vm/measure_oci.py", handle, limit)


def main():
    parser = argparse.ArgumentParser(usage="vm.py [--limit SECONDS] [--bench FILE | --shell COMMAND | PYTEST OPTION...]")
    parser.add_argument("--bench")
    parser.add_argument("--shell")
    parser.add_argument("--limit", type=int, default=LIMIT)
    options, more = parser.parse_known_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.bench:
        return measure(options.bench, options.limit)
    if options.shell:
        return boot(options.shell, show, options.limit)
    paths = [] if any(word.startswith("tests/") for word in more) else ["tests/vm", *marked()]
    return boot(f"{PYTEST} {' '.join(map(shlex.quote, [*more, *paths]))}", show, options.limit)


if __name__ == "__main__":
    sys.exit(main())
