# SPDX-License-Identifier: Apache-2.0
"""What is on the machine that a container tool can leave behind."""
import os
import pathlib
import time

from harness import own_network

CGROUPS = pathlib.Path("/sys/fs/cgroup")
GRACE = 10  # seconds: the child that syncs a store may outlive its command


def mounts(folder):
    """Mount points in FOLDER, or of overlays whose layers lie there."""
    lines = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return {line.split()[4] for line in lines if str(folder) in line}


def cgroups(folder):
    """Groups of containers: any group below one that is named after imgctl, but those of others' containers."""
    found = set()
    for top, folders, _ in os.walk(CGROUPS):
        if "imgctl" in os.path.basename(top):
            found.update(os.path.join(top, f) for f in folders if not is_foreign(os.path.join(top, f), folder))
        if top.count("/") > 9:
            folders[:] = []
    return found


def is_foreign(group, folder):
    """Whether a process runs in GROUP that sees nothing of FOLDER: another imgctl is at work beside the tests."""
    try:
        for pid in pathlib.Path(group, "cgroup.procs").read_text().split():
            seen = pathlib.Path("/proc", pid, "mountinfo").read_text()
            if seen and str(folder) not in seen:
                return True
    except OSError:
        pass  # it is going
    return False


def processes(mark):
    """Processes that carry MARK in their environment, as `pid name`."""
    found = set()
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry.name}/environ", "rb") as file:
                if f"IMGCTL_TEST_MARK={mark}".encode() not in file.read().split(b"\0"):
                    continue
            with open(f"/proc/{entry.name}/cmdline", "rb") as file:
                found.add(f"{entry.name} {file.read().replace(bytes(1), b' ').decode(errors='replace')}")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


class Watch:
    """Notes the state now; left() says what is new, after a time of grace."""

    def __init__(self, folder):
        self.folder = folder
        self.marks = []
        self.before = self.state()

    def state(self):
        out = {"mount": mounts(self.folder), "cgroup": cgroups(self.folder), "link": own_network.links(), "process": set()}
        for mark in self.marks:
            out["process"] |= processes(mark)
        return out

    def left(self, grace=GRACE):
        end = time.monotonic() + grace
        while True:
            now = self.state()
            new = [f"{kind}: {name}" for kind in now for name in sorted(now[kind] - self.before[kind])]
            if not new or time.monotonic() > end:
                return new
            time.sleep(0.05)  # a poll, not a guess: it ends as soon as all is gone
