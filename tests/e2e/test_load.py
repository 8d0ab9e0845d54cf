# SPDX-License-Identifier: Apache-2.0
"""imgctl load: archives and layouts of every make, and what is refused."""
import os
import subprocess

import pytest
from harness import images, peers, podman
from harness.archives import Archive, layout_tar, old_docker, pack, sha256

pytestmark = pytest.mark.threads


@pytest.fixture
def small(busybox_image):
    """busybox with a second layer."""
    top = images.Layer().file("etc/second", "layer\n").whiteout("etc/group")
    return images.Image(*busybox_image.layers, top)


def saved_id(imgctl, name):
    config = Archive(imgctl.ok("save", name, text=False)).json("manifest.json")[0]["Config"]
    return "sha256:" + config.split("/")[-1]


def check_runs(imgctl, name):
    assert imgctl.ok("run", "--rm", "--network", "none", name, "sh", "-c",
                     "cat /etc/second; ls /etc/group 2>/dev/null; true") == "layer\n"


@pytest.mark.parametrize("outer", ["none", "gzip", "zstd"])
@pytest.mark.parametrize("inner", ["none", "gzip", "zstd"])
def test_docker_archive(imgctl, small, tmp_path, outer, inner):
    path = tmp_path / "i.tar"
    path.write_bytes(images.compress(old_docker({"x/small:1": small}, inner), outer))
    assert imgctl.ok("load", "-i", path) == "Loaded image: x/small:1\n"
    assert saved_id(imgctl, "x/small:1") == small.id
    check_runs(imgctl, "x/small:1")


def test_from_a_pipe(imgctl, small):
    data = old_docker({"x/small:1": small})
    assert imgctl.ok("load", stdin=data) == "Loaded image: x/small:1\n"
    assert imgctl.ok("load", "-q", stdin=data) == "Loaded image: x/small:1\n"


def test_several_images_that_share_layers(imgctl, small, busybox_image):
    out = imgctl.ok("load", stdin=old_docker({"a:1": small, "b:1": busybox_image, None: small.variation(User="1")}))
    assert out.splitlines() == ["Loaded image: a:1", "Loaded image: b:1",
                                "Loaded image ID: " + small.variation(User="1").id]


def test_a_name_that_moves_is_told(imgctl, small, busybox_image):
    imgctl.ok("load", stdin=old_docker({"a:1": busybox_image}))
    out = imgctl.ok("load", stdin=old_docker({"a:1": small}))
    assert out.splitlines() == [f"The image a:1 already exists, renaming the old one with ID {busybox_image.id} "
                                "to empty string", "Loaded image: a:1"]


@pytest.mark.parametrize("how", ["folder", "archive", "pipe"])
def test_oci_layout(imgctl, small, tmp_path, how):
    folder = images.write_layout(tmp_path / "layout", {"docker.io/x/small:1": small})
    if how == "folder":
        out = imgctl.ok("load", "-i", folder)
    elif how == "archive":
        (tmp_path / "l.tar").write_bytes(layout_tar(folder))
        out = imgctl.ok("load", "-i", tmp_path / "l.tar")
    else:
        out = imgctl.ok("load", stdin=layout_tar(folder))
    assert out == "Loaded image: x/small:1\n"
    check_runs(imgctl, "x/small:1")
    # the manifest came as it is: it goes out as it is
    index = Archive(imgctl.ok("save", "--format", "oci-archive", "x/small:1", text=False)).json("index.json")
    assert index["manifests"][0]["digest"] == small.digest


def test_a_bare_tag_is_no_name(imgctl, small, tmp_path):
    folder = images.write_layout(tmp_path / "layout", {"latest": small})
    assert imgctl.ok("load", "-i", folder) == f"Loaded image ID: {small.id}\n"


def test_the_platform_is_chosen(imgctl, busybox_image, tmp_path):
    other = images.Image(*busybox_image.layers, platform=("linux", "s390x"))
    attestation = (images.Image(platform=("unknown", "unknown")),
                   {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}})
    index = images.Index(attestation, other, busybox_image)
    folder = images.write_layout(tmp_path / "layout", {})
    for image in (other, busybox_image):
        images.write_layout(folder, {"n": image})
    (folder / "blobs/sha256" / sha256(index.manifest)).write_bytes(index.manifest)
    (folder / "index.json").write_bytes(images.encode({"schemaVersion": 2, "manifests": [
        {"mediaType": index.media_type, "digest": index.digest, "size": len(index.manifest),
         "annotations": {"io.containerd.image.name": "docker.io/library/x:1"}}]}))
    imgctl.ok("load", "-i", folder)
    assert saved_id(imgctl, "x:1") == busybox_image.id
    imgctl.ok("load", "--platform", "linux/s390x", "-i", folder)
    assert saved_id(imgctl, "x:1") == other.id
    imgctl.fails("load", "--platform", "linux/arm64", "-i", folder, err="linux/arm64")


@pytest.mark.parametrize("transport", ["docker-archive", "oci-archive", "oci"])
def test_what_skopeo_writes(imgctl, hub, tmp_path, busybox_image, transport):
    path = tmp_path / "out"
    peers.skopeo_pull(hub, "library/busybox:latest", f"{transport}:{path}:docker.io/x/y:z", tmp_path)
    assert imgctl.ok("load", "-i", path) == "Loaded image: x/y:z\n"
    assert saved_id(imgctl, "x/y:z") == busybox_image.id


def test_what_podman_saves(imgctl, hub, tmp_path):
    peers.skopeo_pull(hub, "library/busybox:latest", f"oci:{tmp_path}/in:x", tmp_path)
    with podman.store() as run:
        run("tag", run("pull", "-q", f"oci:{tmp_path}/in:x").strip(), "localhost/mine:1")
        for kind in ("docker-archive", "oci-archive"):
            run("save", "-q", "--format", kind, "-o", tmp_path / kind, "localhost/mine:1")
            assert imgctl.ok("load", "-i", tmp_path / kind) == "Loaded image: localhost/mine:1\n"
            imgctl.ok("run", "--rm", "--network", "none", "localhost/mine:1", "true")


def blob(layout, digest):
    return layout / "blobs/sha256" / digest.split(":")[1]


@pytest.mark.parametrize("what", ["manifest", "config", "layer", "size", "missing"])
def test_a_damaged_layout(imgctl, small, tmp_path, what):
    layout = images.write_layout(tmp_path / "layout", {"x:1": small})
    layer = small.manifest_document["layers"][1]["digest"]
    if what == "manifest":
        blob(layout, small.digest).write_bytes(small.manifest + b" ")
    elif what == "config":
        path = blob(layout, small.id)
        path.write_bytes(path.read_bytes().replace(b"sh", b"SH"))
    elif what == "layer":
        path = blob(layout, layer)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    elif what == "size":
        path = blob(layout, layer)
        path.write_bytes(path.read_bytes() + b"\0")
    else:
        blob(layout, layer).unlink()
    imgctl.fails("load", "-i", layout, err="^imgctl: .*load: ")
    imgctl.fails("save", "x:1", err="No such image: x:1")
    assert [x for x in imgctl.root.glob("blobs/sha256/*")] == []
    assert list(imgctl.root.glob("layers/*")) + list(imgctl.root.glob("partial/*")) == []


def test_a_diff_id_that_lies(imgctl, busybox_image):
    lying = images.Image(*busybox_image.layers)
    lying.document["rootfs"]["diff_ids"] = ["sha256:" + "0" * 64]
    imgctl.fails("load", stdin=old_docker({"x:1": lying}), err="layer sha256:[0-9a-f]+: ")
    imgctl.fails("save", "x:1", err="No such image")


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "x/../../etc/passwd"])
def test_member_names_stay_in_the_archive(imgctl, small, name):
    config = images.encode(small.document)
    manifest = images.encode([{"Config": "c", "RepoTags": ["x:1"], "Layers": [name, name]}])
    imgctl.fails("load", stdin=pack([("c", config), ("manifest.json", manifest)]), err="is not in the archive")
    link = pack([("c", ("link", name)), ("manifest.json", images.encode([{"Config": "c", "Layers": []}]))])
    imgctl.fails("load", stdin=link, err="is not in the archive")


@pytest.mark.parametrize("data, message", [
    (b"", "no image archive|archive"),
    (b"hello" * 500, "archive"),
    (pack([("README", b"x")]), "neither manifest.json nor index.json"),
    (pack([("repositories", b"{}")]), "before 1.10"),
    (pack([("manifest.json", b"[" * 100000)]), "manifest.json"),
    (pack([("manifest.json", b" " * (1 << 20) + b"[]")]), "larger than 1048576"),
    (b"7z\xbc\xaf\x27\x1c" + bytes(2000), "archive"),
    (b"Rar!\x1a\x07\x01\x00" + bytes(2000), "archive"),
])
def test_what_is_no_image_archive(imgctl, data, message):
    imgctl.fails("load", stdin=data, err=message)


def test_files_that_are_not_there(imgctl, tmp_path):
    imgctl.fails("load", "-i", tmp_path / "no.tar", rc=1, err="no.tar: No such file or directory")
    imgctl.fails("load", "-i", tmp_path, err="neither manifest.json nor index.json")


def test_a_terminal_is_no_archive(imgctl):
    child = imgctl.pty("load")
    child.expect("requested load from stdin, but stdin is empty")
    child.wait()
    assert child.exitstatus == 1


def test_killed_in_the_middle(imgctl, small, tmp_path):
    """What a killed load leaves is in nobody's way."""
    data = old_docker({"x:1": small})
    child = imgctl.popen("load", stdin=subprocess.PIPE)
    child.stdin.write(data[:len(data) // 2])
    child.stdin.flush()
    while not list(imgctl.root.glob("partial/.spool-*/*")):
        assert child.poll() is None
    os.killpg(child.pid, 9)
    child.wait()
    assert imgctl.ok("load", stdin=data) == "Loaded image: x:1\n"
    check_runs(imgctl, "x:1")


def test_several_at_once(imgctl, small):
    data = old_docker({"x:1": small})
    children = [imgctl.popen("load", stdin=subprocess.PIPE) for _ in range(4)]
    for child in children:
        child.stdin.write(data)
        child.stdin.close()
    for child in children:
        assert child.wait() == 0, child.stderr.read()
    assert saved_id(imgctl, "x:1") == small.id


def test_hundred_layers(imgctl, busybox_image):
    layers = [images.Layer().file(f"l/{i}", f"{i}\n") for i in range(120)]
    image = images.Image(*busybox_image.layers, *layers)
    imgctl.ok("load", stdin=old_docker({"x:1": image}))
    out = imgctl.ok("run", "--rm", "--network", "none", "x:1", "sh", "-c", "ls /l | wc -l")
    assert out.strip() == "120"
