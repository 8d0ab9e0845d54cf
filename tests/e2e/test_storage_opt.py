# SPDX-License-Identifier: Apache-2.0
"""`--storage-opt`: what is refused. That limits hold is shown where the kernel has project quotas: tests/vm/test_storage_opt.py."""
import subprocess

import pytest

from conftest import program
from harness import tool

NOT_HERE = r"--storage-opt is supported only for overlay over xfs with 'pquota' or ext4 with 'prjquota' mount option"


@pytest.fixture
def in_memory(no_leaks, tmp_path_of_test, registries_conf, hub):
    """imgctl with a store on a tmpfs, which has no project quotas under any kernel."""
    folder = tmp_path_of_test / "memory"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    it = tool.Tool(program(), folder / "imgctl", {"CONTAINERS_REGISTRIES_CONF": str(registries_conf)})
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    it.ok("pull", "-q", "busybox")
    yield it
    it.close()
    subprocess.run(["umount", folder], check=True)


def test_a_file_system_without_project_quotas(in_memory):
    it = in_memory
    for verb, code in (("create", 1), ("run", 125)):
        it.fails(verb, "--name", "aa", "--storage-opt", "size=8m", "-v", "/anonymous", "busybox", "true", rc=code, err=NOT_HERE)
    assert it.ok("ps", "-aq") == "" and it.ok("volume", "ls", "-q") == "" and not (it.root / "projects").exists()
    assert it.ok("run", "--rm", "--name", "aa", "--storage-opt", "size=0", "busybox", "echo", "free") == "free\n"


@pytest.mark.parametrize("option, why", [
    ("size", "invalid storage option"),
    ("inodes=4", "unknown option: inodes"),
    ("size=much", "invalid size: 'much'"),
    ("size=-1", "invalid size: '-1'"),
    ("size=", "invalid size: ''"),
])
def test_bad_options(imgctl, busybox, option, why):
    imgctl.fails("run", "--storage-opt", option, busybox, "true", rc=125, err=why)
    assert imgctl.ok("ps", "-aq") == ""


def test_nothing_to_limit(imgctl, busybox):
    (imgctl.folder / "rootfs").mkdir()
    imgctl.fails("create", "--storage-opt", "size=8m", "--rootfs", imgctl.folder / "rootfs", "true", rc=1, err="no layer of the container's own")
    imgctl.fails("run", "--explain", "--storage-opt", "size=8m", busybox, "true", rc=125, err="cannot be explained")
    assert imgctl.ok("ps", "-aq") == ""
