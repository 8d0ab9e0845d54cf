# SPDX-License-Identifier: Apache-2.0
"""pull from registries and over links that fail: what is told, what is kept, what is asked for again."""
import os
import signal
import time

import pytest

import fakereg
from harness import images

NOISE = os.urandom(1 << 20)  # does not compress


@pytest.fixture
def fake():
    with fakereg.Registry() as registry:
        yield registry


@pytest.fixture
def image():
    return images.Image(images.Layer().file("noise", NOISE))


def blob(image):
    return image.manifest_document["layers"][0]


def left_over(imgctl):
    """Layers and downloads in the store."""
    return [str(p) for name in ("layers", "partial") for p in (imgctl.root / name).glob("*")]


def test_kill_9_and_resume(imgctl, fake, image):
    ref, size = fake.push("a/b:1", image), blob(image)["size"]
    fake.fault("GET", path=blob(image)["digest"], stall=30, stall_after=600000, times=1)
    child = imgctl.popen("pull", ref)
    partial = imgctl.root / "partial" / blob(image)["digest"].replace(":", "-")
    end = time.monotonic() + 20
    while not (partial.exists() and partial.stat().st_size >= 500000):
        assert time.monotonic() < end and child.poll() is None
        time.sleep(0.01)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    have = partial.stat().st_size
    assert imgctl.ok("images", "-q") == ""
    imgctl.ok("pull", "-q", ref)
    last = fake.seen("GET", blob(image)["digest"])[-1]
    assert last.header("Range") == f"bytes={have}-" and last.sent == size - have
    assert not partial.exists()


def test_broken_connections_are_resumed(imgctl, fake, image):
    ref = fake.push("a/b:1", image)
    fake.fault("GET", path=blob(image)["digest"], cut=400000, times=2)
    imgctl.ok("pull", "-q", ref)
    asked = fake.seen("GET", blob(image)["digest"])
    assert sum(r.sent for r in asked) == blob(image)["size"] and len(asked) == 3


def test_a_server_without_ranges(imgctl, fake, image):
    ref = fake.push("a/b:1", image)
    fake.fault("GET", path=blob(image)["digest"], cut=400000, times=1)
    fake.fault("GET", path=blob(image)["digest"], no_range=True)
    imgctl.ok("pull", "-q", ref)
    assert imgctl.ok("images", "-q") != ""


@pytest.mark.parametrize("fault, words", [
    (dict(flip=500000), "sha256|digest|corrupt|crc|check"), (dict(content=b"x" * 10), "bytes|size|length")])
def test_wrong_bytes_are_told_and_gone(imgctl, fake, image, fault, words):
    ref = fake.push("a/b:1", image)
    fake.fault("GET", path=blob(image)["digest"], **fault)
    result = imgctl.fails("pull", ref, rc=1, err=words, timeout=120)
    assert blob(image)["digest"] in result.err and fake.host in result.err
    assert imgctl.ok("images", "-q") == "" and left_over(imgctl) == []


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_busy_registry_is_asked_again(imgctl, fake, image, status):
    ref = fake.push("a/b:1", image)
    fake.fault("GET", path=blob(image)["digest"], status=status, headers={"Retry-After": "0"}, times=1)
    imgctl.ok("pull", "-q", ref)
    assert [r.status for r in fake.seen("GET", blob(image)["digest"])] == [status, 200]


def test_an_up_to_date_pull_is_one_head(imgctl, fake, image):
    ref = fake.push("a/b:1", image)
    imgctl.ok("pull", ref)
    fake.clear()
    assert f"Status: Image is up to date for {ref}" in imgctl.ok("pull", ref)
    assert [r.method for r in fake.seen(path="/manifests/")] == ["HEAD"]
    assert not fake.seen("GET", "/blobs/")


def test_pulls_at_once_share_one_download(imgctl, fake, image):
    ref = fake.push("a/b:1", image)
    fake.fault("GET", path=blob(image)["digest"], rate=2000000)
    children = [imgctl.popen("pull", "-q", ref) for _ in range(4)]
    assert [c.wait(60) for c in children] == [0] * 4
    assert sum(r.sent for r in fake.seen("GET", blob(image)["digest"])) == blob(image)["size"]
