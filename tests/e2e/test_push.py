# SPDX-License-Identifier: Apache-2.0
"""imgctl push to a real registry: what skopeo finds there is what was pulled, byte for byte."""
import json
import pathlib
import platform

import pytest
from harness import images, peers

pytestmark = pytest.mark.threads


@pytest.fixture(scope="module")
def image():
    return images.Image(images.Layer().dir("etc").file("etc/one", "1"), images.Layer().file("two", "2" * 5000))


def at_skopeos(registry, name, home, folder, *options):
    """(manifest, {digest: blob}) of NAME as skopeo gets it from REGISTRY."""
    peers.skopeo_pull(registry, name, f"dir:{folder}", home, *options)
    files = {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}
    manifest = files.pop("manifest.json")
    files.pop("version")
    return manifest, {images.digest(data): data for data in files.values()}


def pulled(imgctl, hub, name, image):
    """IMAGE under a name of the hub, in imgctl's store."""
    imgctl.ok("pull", "-q", hub.push(name, image))
    return hub.ref(name)


@pytest.mark.parametrize("flavour", [images.OCI, images.DOCKER], ids=["oci", "docker"])
@pytest.mark.parametrize("compression", ["gzip", "zstd", "none"])
def test_byte_for_byte(imgctl, hub, plain_registry, tmp_path_of_test, flavour, compression):
    if (flavour, compression) == (images.DOCKER, "zstd"):
        compression = "gzip"  # skopeo knows no such type
    layer = images.Layer(compression=compression).file("hello", f"{compression} {flavour['manifest']}")
    image = images.Image(layer, flavour=flavour, annotations={"a": "b"} if flavour is images.OCI else None)
    name = f"bytes/{compression}:1"
    imgctl.ok("tag", pulled(imgctl, hub, name, image), plain_registry.ref(name))
    lines = imgctl.ok("push", plain_registry.ref(name)).splitlines()
    assert lines[0] == f"The push refers to repository [{plain_registry.ref(f'bytes/{compression}')}]"
    assert lines[-1] == f"1: digest: {image.digest} size: {len(image.manifest)}"
    assert plain_registry.manifest(name) == (image.manifest, image.media_type, image.digest)
    assert at_skopeos(plain_registry, name, imgctl.home, tmp_path_of_test / "copy") == (image.manifest, image.blobs)


def test_output(imgctl, hub, plain_registry, image):
    """One line for each step of a layer, by its short digest; what is there is said to be there."""
    source = pulled(imgctl, hub, "output/app", image)
    target = plain_registry.ref("output/app")
    imgctl.ok("tag", source, target)
    first = imgctl.ok("push", target).splitlines()
    short = [layer["digest"][7:19] for layer in image.manifest_document["layers"]]
    assert first[:2] == [f"The push refers to repository [{target}]", "Using default tag: latest"] or \
        first[:2] == ["Using default tag: latest", f"The push refers to repository [{target}]"]
    for name in short:
        assert f"{name}: Preparing" in first and f"{name}: Pushed" in first
    imgctl.ok("tag", source, target + ":2")
    second = imgctl.ok("push", target + ":2").splitlines()
    assert all(f"{name}: Layer already exists" in second for name in short)
    assert second[-1] == f"2: digest: {image.digest} size: {len(image.manifest)}"
    assert "Using default tag: latest" not in second


def test_mounted_from_another_repository(imgctl, hub, plain_registry, image):
    source = pulled(imgctl, hub, "mount/app", image)
    for name in ("mount/one", "mount/two"):
        imgctl.ok("tag", source, plain_registry.ref(name))
    imgctl.ok("push", plain_registry.ref("mount/one"))
    out = imgctl.ok("push", plain_registry.ref("mount/two"))
    assert out.count("Mounted from mount/one") == 2
    assert plain_registry.manifest("mount/two:latest")[0] == image.manifest
    for name, data in image.blobs.items():
        assert plain_registry.blob("mount/two", name) == data


def test_all_tags(imgctl, hub, plain_registry, image):
    other = image.variation(Cmd=["other"])
    target = plain_registry.ref("tags/app")
    for tag, content in (("one", image), ("two", other)):
        imgctl.ok("tag", pulled(imgctl, hub, f"tags/app:{tag}", content), f"{target}:{tag}")
    imgctl.ok("tag", f"{target}:one", plain_registry.ref("tags/app2:three"))
    lines = imgctl.ok("push", "-a", target).splitlines()
    assert lines[0] == f"The push refers to repository [{target}]"
    assert {line for line in lines if "digest:" in line} == {
        f"one: digest: {image.digest} size: {len(image.manifest)}",
        f"two: digest: {other.digest} size: {len(other.manifest)}"}
    status, _, body = plain_registry.request("GET", "tags/app/tags/list")
    assert sorted(json.loads(body)["tags"]) == ["one", "two"]
    assert plain_registry.request("GET", "tags/app2/tags/list")[0] == 404
    assert plain_registry.manifest("tags/app:two")[0] == other.manifest


def test_quiet(imgctl, hub, plain_registry, image):
    source, target = pulled(imgctl, hub, "quiet/app", image), plain_registry.ref("quiet/app")
    imgctl.ok("tag", source, target)
    imgctl.ok("tag", source, target + ":two")
    assert imgctl.ok("push", "-q", target) == target + ":latest\n"
    assert imgctl.ok("push", "--quiet", target + ":two") == target + ":two\n"
    assert imgctl.ok("push", "-qa", target) == target + "\n"


def test_one_platform_of_an_index(imgctl, hub, plain_registry, image):
    """What is here goes up: the image of this platform, under its own digest."""
    foreign = images.Image(images.Layer().file("x", "s390x"), platform=("linux", "s390x"))
    host = images.Image(images.Layer().file("x", "host"), platform=host_platform())
    source = pulled(imgctl, hub, "index/app", images.Index(foreign, host))
    imgctl.ok("tag", source, plain_registry.ref("index/app"))
    out = imgctl.ok("push", plain_registry.ref("index/app"))
    assert out.splitlines()[-1] == f"latest: digest: {host.digest} size: {len(host.manifest)}"
    assert plain_registry.manifest("index/app:latest")[0] == host.manifest


def host_platform():
    return ("linux", {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()))


def test_pulled_again_it_is_up_to_date(imgctl, hub, plain_registry, image):
    source, target = pulled(imgctl, hub, "again/app", image), plain_registry.ref("again/app")
    imgctl.ok("tag", source, target)
    imgctl.ok("push", target)
    assert "Image is up to date" in imgctl.ok("pull", target)
    other = imgctl.another()
    other.ok("pull", "-q", target)
    assert other.ok("images", "-q", "--no-trunc").split() == [image.id]


def test_after_save_and_load(imgctl, hub, plain_registry, tmp_path_of_test, image):
    """A docker archive has plain layers: the image is the same, and whole at the registry."""
    source, archive = pulled(imgctl, hub, "load/app", image), tmp_path_of_test / "archive.tar"
    imgctl.ok("tag", source, plain_registry.ref("load/app"))
    imgctl.ok("save", "-o", archive, plain_registry.ref("load/app"))
    other = imgctl.another()
    other.ok("load", "-i", archive)
    other.ok("push", plain_registry.ref("load/app"))
    manifest, blobs = at_skopeos(plain_registry, "load/app", imgctl.home, tmp_path_of_test / "copy")
    assert json.loads(manifest)["config"]["digest"] == image.id and image.id in blobs


def test_through_tls_with_a_password(imgctl, hub, auth_registry, image, tmp_path_of_test):
    source, target = pulled(imgctl, hub, "secret/app", image), auth_registry.ref("secret/app")
    imgctl.ok("tag", source, target)
    auth_registry.trust(imgctl.home)
    imgctl.fails("push", target, rc=1, err=f"access denied .*imgctl login {auth_registry.host}")
    imgctl.ok("login", "-u", "alice", "--password-stdin", auth_registry.host, stdin="se:cret word")
    imgctl.ok("push", target)
    assert auth_registry.manifest("secret/app:latest")[0] == image.manifest


@pytest.mark.parametrize("args, error", [
    (["no/such/image"], "An image does not exist locally with the tag: .*no/such/image"),
    (["-a", "no/such/image"], "An image does not exist locally with the tag: .*no/such/image"),
    (["x@sha256:" + "0" * 64], "cannot push a digest reference"), (["-a", "x:1"], "tag can't be used with --all-tags/-a"),
    (["UPPER"], "repository name .*must be lowercase")])
def test_what_cannot_be_pushed(imgctl, args, error):
    result = imgctl.fails("push", *args, rc=1, err=error)
    assert "digest:" not in result.out


def test_offline(imgctl, hub, plain_registry, image):
    imgctl.ok("tag", pulled(imgctl, hub, "offline/app", image), plain_registry.ref("offline/app"))
    imgctl.options = ["--offline"]
    imgctl.fails("push", plain_registry.ref("offline/app"), rc=1, err=f"offline: .*{plain_registry.host}")
    assert plain_registry.request("GET", "offline/app/tags/list")[0] == 404


def test_a_damaged_blob_is_never_completed(imgctl, hub, plain_registry, image):
    imgctl.ok("tag", pulled(imgctl, hub, "damaged/app", image), plain_registry.ref("damaged/app"))
    layer = image.manifest_document["layers"][1]["digest"]
    path = next(p for p in imgctl.root.rglob(layer[7:]) if p.is_file())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    path.write_bytes(data)
    imgctl.fails("push", plain_registry.ref("damaged/app"), rc=1, err=f"(?s)damaged/app.*{layer}.*damaged")
    assert plain_registry.request("HEAD", f"damaged/app/blobs/{layer}")[0] == 404
    assert plain_registry.request("GET", "damaged/app/manifests/latest")[0] == 404
