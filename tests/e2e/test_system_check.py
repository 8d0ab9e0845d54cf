# SPDX-License-Identifier: Apache-2.0
"""imgctl system check: damage is found, and mended from here or from the registry."""
import os
import signal

import pytest
from harness.archives import Archive


@pytest.fixture
def busybox(imgctl):
    """Pulled and flushed: no child of the pull writes to the store any more."""
    imgctl.ok("pull", "-q", "--sync", "busybox")
    return "busybox"


def blob(imgctl, digest):
    return imgctl.root / "blobs/sha256" / digest.split(":")[1]


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def clean(imgctl, *options):
    out = imgctl.ok("system", "check", "--deep", *options)
    assert "0 problems, 0 leftovers" in out, out


def test_clean(imgctl, busybox):
    clean(imgctl)
    assert imgctl.ok("system", "check", "-q") == ""
    assert "Checked 1 images, 1 layers, 3 blobs, 2 names" in imgctl.ok("system", "check")


@pytest.mark.parametrize("what", ["layer", "config", "manifest"])
def test_a_damaged_blob_is_fetched_again(imgctl, busybox, busybox_image, what):
    digest = {"layer": busybox_image.manifest_document["layers"][0]["digest"], "config": busybox_image.id,
              "manifest": busybox_image.digest}[what]
    before = blob(imgctl, digest).read_bytes()
    flip(blob(imgctl, digest))
    result = imgctl("system", "check")
    assert result.rc == 1 and f"problem: blob {digest}: its bytes have digest" in result.out, result
    assert "problems found; try --repair" in result.err
    imgctl.ok("system", "check", "--repair")
    clean(imgctl)
    assert blob(imgctl, digest).read_bytes() == before
    assert imgctl.ok("run", "--rm", "--network", "none", busybox, "echo", "x") == "x\n"


def test_offline_the_layer_stays_usable(imgctl, busybox, busybox_image):
    digest = busybox_image.manifest_document["layers"][0]["digest"]
    flip(blob(imgctl, digest))
    imgctl.fails("--offline", "system", "check", "--repair", rc=1, err="1 problems found that cannot be repaired")
    assert not blob(imgctl, digest).exists()
    assert imgctl.ok("run", "--rm", "--network", "none", busybox, "echo", "x") == "x\n"
    imgctl.ok("system", "check", "--repair")
    clean(imgctl)


@pytest.mark.parametrize("what", ["whole", "record"])
def test_a_lost_layer_is_extracted_again(imgctl, busybox, busybox_image, what):
    folder = imgctl.root / "layers" / busybox_image.document["rootfs"]["diff_ids"][0].split(":")[1]
    if what == "record":
        (folder / "layer.json").write_text("")
    else:
        folder.rename(imgctl.folder / "gone")
    imgctl.fails("system", "check") if what == "whole" else imgctl("system", "check")
    imgctl.ok("--offline", "system", "check", "--repair")
    clean(imgctl)
    assert imgctl.ok("run", "--rm", "--network", "none", busybox, "echo", "x") == "x\n"


def test_a_lost_record_is_written_anew(imgctl, busybox, busybox_image):
    digits = busybox_image.id.split(":")[1]
    (imgctl.root / "images" / digits[:2] / digits / "record.json").write_text("{")
    imgctl.fails("system", "check", rc=1)
    imgctl.ok("--offline", "system", "check", "--repair")
    clean(imgctl)
    assert Archive(imgctl.ok("save", busybox, text=False)).json("manifest.json")[0]["RepoTags"] == ["busybox:latest"]


def test_after_kill(imgctl, hub, busybox_image):
    """Whenever a pull is killed: the store is clean, and the next pull works."""
    for wait in range(8):
        child = imgctl.popen("pull", "busybox")
        for _ in range(wait):
            if child.poll() is not None:
                break
            child.stdout.readline()
        os.killpg(child.pid, signal.SIGKILL) if child.poll() is None else None
        child.wait()
        assert "0 problems" in imgctl.ok("system", "check")
    imgctl.ok("pull", "-q", "busybox")
    imgctl.ok("system", "check", "--repair")
    clean(imgctl)


def test_one_broken_thing_does_not_hide_the_others(imgctl, busybox, busybox_image):
    imgctl.ok("load", stdin=imgctl.ok("save", busybox, text=False))
    (imgctl.root / "refs/docker.io/library/other").mkdir()
    (imgctl.root / "refs/docker.io/library/other/:1").write_text("rubbish \x1b[31m")
    flip(blob(imgctl, busybox_image.id))
    out = imgctl("system", "check").out
    assert "name other:1" in out and busybox_image.id in out and "\x1b" not in out
