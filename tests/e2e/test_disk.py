# SPDX-License-Identifier: Apache-2.0
"""A full disk: told before the first byte where it can be known, and nothing is left of what did not fit."""
import os
import subprocess

import pytest

from harness import images


@pytest.fixture
def tiny(imgctl, tmp_path_of_test):
    """imgctl with its store on a file system of 8 MiB."""
    folder = tmp_path_of_test / "tiny"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=True)
    imgctl.env["IMGCTL_ROOT"] = str(folder / "root")
    yield imgctl, folder
    subprocess.run(["umount", "-l", folder], check=True)


def used(folder):
    st = os.statvfs(folder)
    return (st.f_blocks - st.f_bfree) * st.f_frsize


def test_what_the_manifest_says_does_not_fit(tiny, hub):
    imgctl, folder = tiny
    hub.push("library/large:1", images.Image(images.Layer().file("f", os.urandom(9 << 20))))
    imgctl.fails("pull", "-q", "large:1", rc=1, err="large:1: not enough space in .*: [0-9]+ bytes are needed")
    assert used(folder) < 1 << 20
    assert imgctl.ok("images", "-q") == ""


def test_what_only_unpacking_tells(tiny, hub):
    imgctl, folder = tiny
    hub.push("library/zeros:1", images.Image(images.Layer().file("f", b"\1" * (40 << 20))))
    imgctl.fails("pull", "-q", "zeros:1", rc=1, err="layer sha256:.*No space left on device")
    assert used(folder) < 1 << 20
    assert imgctl.ok("images", "-q") == ""
    hub.push("library/little:1", images.Image(images.Layer().file("f", "x")))
    imgctl.ok("pull", "-q", "little:1")
    assert imgctl.ok("images", "--format", "{{.Repository}}") == "little\n"
