# SPDX-License-Identifier: Apache-2.0
"""imgctl save: archives that docker, podman, skopeo and umoci read."""
import hashlib
import os
import subprocess
import tarfile

import pytest
from harness import images, peers, podman
from harness.archives import Archive, old_docker, sha256


@pytest.fixture
def two(imgctl, busybox_image):
    """busybox:latest (pulled) and mine/two:1, which has a layer more."""
    imgctl.ok("pull", "-q", "busybox")
    more = images.Image(*busybox_image.layers, images.Layer(compression="zstd").file("etc/second", "layer\n"))
    imgctl.ok("load", stdin=old_docker({"mine/two:1": more}, "zstd"))
    return busybox_image, more


def test_docker_archive(imgctl, two):
    image = two[0]
    archive = Archive(imgctl.ok("save", "busybox", text=False))
    archive.check_blobs()
    [entry] = archive.json("manifest.json")
    assert entry["RepoTags"] == ["busybox:latest"]
    config = archive.read(entry["Config"])
    assert "sha256:" + sha256(config) == image.id
    assert ["sha256:" + sha256(archive.read(x)) for x in entry["Layers"]] == image.document["rootfs"]["diff_ids"]
    [described] = archive.json("index.json")["manifests"]
    assert described["annotations"] == {"io.containerd.image.name": "docker.io/library/busybox:latest",
                                        "org.opencontainers.image.ref.name": "latest"}
    manifest = archive.json("blobs/sha256/" + described["digest"].split(":")[1])
    assert manifest["config"]["digest"] == image.id
    assert archive.json("oci-layout") == {"imageLayoutVersion": "1.0.0"}


def test_oci_archive_keeps_the_bytes(imgctl, two):
    image = two[0]
    archive = Archive(imgctl.ok("save", "--format", "oci-archive", "busybox", text=False))
    archive.check_blobs()
    [described] = archive.json("index.json")["manifests"]
    assert described["digest"] == image.digest
    assert archive.read("blobs/sha256/" + image.digest.split(":")[1]) == image.manifest
    for layer in image.manifest_document["layers"]:
        assert "blobs/sha256/" + layer["digest"].split(":")[1] in archive.names
    assert "manifest.json" not in archive.names


def test_several_share_their_layers(imgctl, two, tmp_path):
    imgctl.ok("save", "-o", tmp_path / "t.tar", "busybox", "mine/two:1", "busybox:latest")
    archive = Archive((tmp_path / "t.tar").read_bytes())
    first, second = archive.json("manifest.json")
    assert first["RepoTags"] == ["busybox:latest"] and second["RepoTags"] == ["mine/two:1"]
    assert first["Layers"][0] == second["Layers"][0]
    assert len(archive.names) == len(set(archive.names))


def test_by_id_there_is_no_tag(imgctl, two):
    image = two[0]
    for name in (image.id, image.id[7:], image.id[7:19]):
        assert Archive(imgctl.ok("save", name, text=False)).json("manifest.json")[0]["RepoTags"] is None


def test_the_same_bytes_each_time(imgctl, two, tmp_path):
    for kind in ("docker-archive", "oci-archive"):
        outs = {hashlib.sha256(imgctl.ok("save", "--format", kind, "busybox", "mine/two:1", text=False)).hexdigest()
                for _ in range(3)}
        imgctl.ok("save", "--format", kind, "-o", tmp_path / kind, "busybox", "mine/two:1")
        assert outs == {sha256((tmp_path / kind).read_bytes())}


@pytest.mark.parametrize("kind", ["docker-archive", "oci-archive", "oci"])
def test_comes_back_in_another_store(imgctl, two, tmp_path, kind):
    imgctl.ok("save", "--format", kind, "-o", tmp_path / "s", "busybox", "mine/two:1")
    other = imgctl.another()
    assert sorted(other.ok("load", "-i", tmp_path / "s").splitlines()) == [
        "Loaded image: busybox:latest", "Loaded image: mine/two:1"]
    assert other.ok("run", "--rm", "--network", "none", "mine/two:1", "cat", "/etc/second") == "layer\n"
    # saved again it is the same archive, as far as the manifest came along
    if kind != "oci":
        assert other.ok("save", "--format", kind, "busybox", text=False) == \
            imgctl.ok("save", "--format", kind, "busybox", text=False)


@pytest.mark.parametrize("kind", ["docker-archive", "oci-archive", "oci"])
def test_skopeo_reads_it(imgctl, two, tmp_path, kind):
    peers.need("skopeo")
    imgctl.ok("save", "--format", kind, "-o", tmp_path / "s", "mine/two:1")
    found = peers.skopeo_inspect(f"{kind}:{tmp_path}/s", "--config")
    assert found["rootfs"]["diff_ids"] == two[1].document["rootfs"]["diff_ids"]
    # copying makes skopeo verify every digest
    peers.run("skopeo", "--insecure-policy", "copy", "-q", f"{kind}:{tmp_path}/s", f"oci:{tmp_path}/copy:x")
    assert peers.skopeo_inspect(f"oci:{tmp_path}/copy:x", "--config")["rootfs"] == found["rootfs"]


def test_umoci_reads_it(imgctl, two, tmp_path):
    peers.need("umoci")
    imgctl.ok("save", "--format", "oci", "-o", tmp_path / "s", "busybox")
    name = "docker.io/library/busybox:latest"
    assert peers.run("umoci", "ls", "--layout", tmp_path / "s").split() == [name]
    root = peers.umoci_unpack(tmp_path / "s", name, tmp_path / "bundle")
    assert os.path.exists(os.path.join(root, "bin/busybox"))


def test_the_store_itself_is_a_layout(imgctl, two, tmp_path):
    peers.need("skopeo")
    peers.need("umoci")
    assert sorted(peers.run("umoci", "ls", "--layout", imgctl.root).split()) == [
        "docker.io/library/busybox:latest", "docker.io/mine/two:1"]
    name = "docker.io/library/busybox:latest"
    assert peers.skopeo_inspect(f"oci:{imgctl.root}:{name}", "--config")["rootfs"]["diff_ids"] == \
        two[0].document["rootfs"]["diff_ids"]
    root = peers.umoci_unpack(imgctl.root, name, tmp_path / "bundle")
    assert os.path.exists(os.path.join(root, "bin/busybox"))


def test_podman_reads_it(imgctl, two, tmp_path):
    for kind in ("docker-archive", "oci-archive"):
        imgctl.ok("save", "--format", kind, "-o", tmp_path / kind, "mine/two:1")
        with podman.store() as run:
            assert "docker.io/mine/two:1" in run("load", "-i", tmp_path / kind)
            assert two[1].id[7:] in run("images", "--no-trunc", "-q")


@pytest.mark.parametrize("kind", ["docker-archive", "oci-archive"])
def test_tar_lists_it(imgctl, two, tmp_path, kind):
    imgctl.ok("save", "--format", kind, "-o", tmp_path / "s", "busybox")
    assert "oci-layout" in peers.run("tar", "-tf", tmp_path / "s").split()
    with tarfile.open(tmp_path / "s") as tar:
        assert all(x.mtime == 0 and x.uid == x.gid == 0 for x in tar)


def test_errors(imgctl, two, tmp_path):
    imgctl.fails("save", "no-such-image-xyz", rc=1, err="No such image: no-such-image-xyz:latest")
    imgctl.fails("save", "busybox", "no-such", "-o", tmp_path / "x", err="No such image")
    assert not (tmp_path / "x").exists()
    imgctl.fails("save", "-o", tmp_path / "no/x", "busybox", err='directory ".*" does not exist')
    imgctl.fails("save", "-o", tmp_path, "busybox", err="directory")
    imgctl.fails("save", "--format", "zip", "busybox", err="zip")
    imgctl.fails("save", "--format", "oci", "busybox", err="-o")
    imgctl.fails("save", err='requires at least 1 argument')


def test_a_terminal_is_refused(imgctl, two):
    child = imgctl.pty("save", "busybox")
    child.expect("cowardly refusing to save to a terminal. Use the -o flag or redirect")
    child.wait()
    assert child.exitstatus == 1


def test_a_full_disk_is_told(imgctl, two):
    with open("/dev/full", "wb") as full:
        child = imgctl.popen("save", "busybox", stdout=full)
        err = child.communicate()[1].decode()
    assert child.returncode == 1 and "No space left on device" in err


def test_devices_stay_devices(imgctl, two):
    imgctl.fails("save", "-o", "/dev/full", "busybox", err="No space left on device")
    imgctl.ok("save", "-o", "/dev/null", "busybox")
    assert os.path.exists("/dev/full") and not os.path.isfile("/dev/null")


def test_a_reader_that_goes_away(imgctl, two):
    child = imgctl.popen("save", "busybox")
    child.stdout.read(100)
    child.stdout.close()
    child.wait(timeout=60)
    assert child.returncode != 0


def test_damage_is_no_archive(imgctl, two, tmp_path):
    layer = two[0].manifest_document["layers"][0]["digest"].split(":")[1]
    path = imgctl.root / "blobs/sha256" / layer
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    for kind in ("docker-archive", "oci-archive"):
        imgctl.fails("save", "--format", kind, "-o", tmp_path / "x", "busybox", err="sha256:")
        assert not (tmp_path / "x").exists() and not list(tmp_path.glob(".tmp-*"))


def test_an_existing_file_is_replaced_as_a_whole(imgctl, two, tmp_path):
    (tmp_path / "x").write_text("old")
    imgctl.fails("save", "-o", tmp_path / "x", "none")
    assert (tmp_path / "x").read_text() == "old"
    imgctl.ok("save", "-o", tmp_path / "x", "busybox")
    Archive((tmp_path / "x").read_bytes()).check_blobs()


def test_by_stick(imgctl, two, tmp_path):
    """save into a pipe, load out of it, nothing in between."""
    other = imgctl.another()
    save = imgctl.popen("save", "mine/two:1")
    load = other.popen("load", stdin=save.stdout)
    save.stdout.close()
    out = load.communicate(timeout=60)[0]
    assert out == b"Loaded image: mine/two:1\n" and save.wait() == 0


def test_offline(imgctl, two, tmp_path):
    imgctl.ok("--offline", "save", "-o", tmp_path / "x", "busybox")
    imgctl.another().ok("--offline", "load", "-i", tmp_path / "x")


def test_with_a_missing_blob_it_is_repacked_or_refused(imgctl, two, tmp_path):
    layer = two[0].manifest_document["layers"][0]["digest"].split(":")[1]
    (imgctl.root / "blobs/sha256" / layer).unlink()
    result = imgctl("save", "-o", tmp_path / "x", "busybox")
    if result.rc == 0:
        Archive((tmp_path / "x").read_bytes()).check_blobs()
    else:
        assert "layer sha256:" in result.err and not (tmp_path / "x").exists()


def test_help(imgctl):
    assert subprocess.run([imgctl.program, "save", "--help"], capture_output=True, env=imgctl.env).returncode == 0
