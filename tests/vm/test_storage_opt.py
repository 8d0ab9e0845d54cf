# SPDX-License-Identifier: Apache-2.0
"""`--storage-opt size=`: a limit of the file system that the store is on. This machine's kernel has project quotas."""
import json
import subprocess

import pytest

from conftest import program
from harness import tool
from harness.bundle import until

MIB = 1 << 20


class Disk:
    """A file system of its own, in a file."""

    def __init__(self, folder, options, *mkfs):
        self.image, self.folder = folder / "disk", folder / "mounted"
        self.folder.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(300 * MIB)
        subprocess.run(["mkfs.ext4", "-q", "-F", *mkfs, self.image], check=True)
        subprocess.run(["mount", "-o", f"loop,{options}", self.image, self.folder], check=True)

    def close(self):
        # who flushes a container's files is let finish
        until(lambda: subprocess.run(["umount", self.folder], stderr=subprocess.DEVNULL).returncode == 0, "the disk is busy", timeout=60)


@pytest.fixture
def disk(tmp_path_of_test):
    (tmp_path_of_test / "disk").mkdir()
    it = Disk(tmp_path_of_test / "disk", "prjquota", "-O", "quota,project", "-E", "quotatype=prjquota")
    yield it
    it.close()


@pytest.fixture
def limited(no_leaks, disk, registries_conf, hub):
    it = tool.Tool(program(), disk.folder / "imgctl", {"CONTAINERS_REGISTRIES_CONF": str(registries_conf)})
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    it.ok("pull", "-q", "busybox")
    yield it
    it.close()


def write(name="/file"):
    """As much as goes into 6 MiB, of 10."""
    return f"dd if=/dev/zero of={name} bs=1M count=10 2>/dev/null; stat -c %s {name}"


def folder(it, name):
    return next(it.root.glob(f"containers/*/{it.inspect(name, '{{json .Id}}')}"))


def project(it, name):
    return json.loads((folder(it, name) / "container.json").read_text())["project"]


def leases(it):
    return sorted(path.name for path in (it.root / "projects").iterdir() if not path.name.startswith("."))


def test_layers_of_limited_size(limited):
    it = limited

    def is_full(size):
        return 4 * MIB < int(size) <= 6 * MIB

    # what was there is changed within the limit; the file system is as large as that; each container has its own
    script = f"mv /home /home2; rm -r /etc/passwd; ls -d /home2; df -k / | tail -1; {write()}"
    for name in ("aa", "bb"):
        it.ok("create", "--network=none", "--name", name, "--storage-opt", "size=6m", "busybox", "sh", "-c", script)
    assert it.inspect("aa", "{{json .HostConfig.StorageOpt}}") == {"size": "6m"}
    for name in ("aa", "bb"):
        moved, df, size = it.ok("start", "-a", name).splitlines()
        assert moved == "/home2" and int(df.split()[1]) == 6 * 1024 and is_full(size), (moved, df, size)
    assert project(it, "aa") != project(it, "bb") and len(leases(it)) == 2
    # privileged or with other ids, the limit holds; volumes have none
    limited_run = ("run", "--rm", "--network=none", "--storage-opt", "size=6m")
    sizes = it.ok(*limited_run, "--privileged", "-v", "vol:/vol", "busybox", "sh", "-c", f"{write()}; {write('/vol/file')}").split()
    assert is_full(sizes[0]) and int(sizes[1]) == 10 * MIB
    assert is_full(it.ok(*limited_run, "--uidmap", "0:300000:65536", "busybox", "sh", "-c", write()))
    # one whose rm was killed is given back by the next
    gone = folder(it, "aa").name
    subprocess.run(["rm", "-rf", folder(it, "aa")], check=True)
    it.ok("create", "--name", "cc", "--storage-opt", "size=6m", "busybox", "true")
    assert gone not in leases(it) and len(leases(it)) == 2
    it.ok("rm", "-f", "bb", "cc")
    it.ok("volume", "rm", "vol")
    assert leases(it) == []
