# SPDX-License-Identifier: Apache-2.0
"""imgctl import: a tarball becomes an image of one layer."""
import bz2
import json
import lzma
import re

import pytest
from harness import images
from harness.archives import Archive


@pytest.fixture
def tarball(busybox_image):
    return busybox_image.layers[0].bytes()


def config_of(imgctl, name):
    archive = Archive(imgctl.ok("save", name, text=False))
    [entry] = archive.json("manifest.json")
    return archive.json(entry["Config"])


def test_changes_and_message(imgctl, tarball):
    out = imgctl.ok("import", "-c", 'CMD ["cat","/etc/os-release"]', "--change", "ENV PATH=/bin", "-c", "USER 1000:50",
                    "-c", "WORKDIR /srv", "-c", "LABEL a=b", "-c", "EXPOSE 80", "-m", "imported", "-", "mine:1",
                    stdin=tarball)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", out)
    config = config_of(imgctl, "mine:1")
    assert config["config"] == {"Cmd": ["cat", "/etc/os-release"], "Env": ["PATH=/bin"], "User": "1000:50",
                                "WorkingDir": "/srv", "Labels": {"a": "b"}, "ExposedPorts": {"80/tcp": {}}}
    assert config["history"][0]["comment"] == "imported"
    assert config["rootfs"]["diff_ids"] == [images.digest(tarball)]
    assert "ID=busybox" in imgctl.ok("run", "--rm", "--network", "none", "mine:1")
    assert imgctl.ok("run", "--rm", "--network", "none", "mine:1", "sh", "-c", "id -u; pwd").split() == ["1000", "/srv"]


@pytest.mark.parametrize("how", ["none", "gzip", "zstd", "xz", "bzip2"])
def test_compressions(imgctl, tarball, tmp_path, how):
    data = {"xz": lzma.compress, "bzip2": bz2.compress}.get(how, lambda x: images.compress(x, how))(tarball)
    (tmp_path / "t").write_bytes(data)
    imgctl.ok("import", tmp_path / "t", "mine")
    assert config_of(imgctl, "mine:latest")["rootfs"]["diff_ids"] == [images.digest(tarball)]
    # what a layer may be stays as it came
    manifest = Archive(imgctl.ok("save", "--format", "oci-archive", "mine:latest", text=False))
    blob = manifest.json("blobs/sha256/" + manifest.json("index.json")["manifests"][0]["digest"][7:])["layers"][0]
    assert blob["digest"] == images.digest(data if how in ("none", "gzip", "zstd") else tarball)


def test_owners_and_modes(imgctl, tarball):
    layer = images.Layer()
    layer.file("exported", "x\n", mode=0o4711, owner=(1000, 50)).dir("bin").file(
        "bin/busybox", open("/bin/busybox", "rb").read(), mode=0o755)
    imgctl.ok("import", "-", "mine:1", stdin=layer.bytes())
    assert imgctl.ok("run", "--rm", "--network", "none", "mine:1", "/bin/busybox", "stat", "-c", "%a %u:%g",
                     "/exported") == "4711 1000:50\n"


def test_without_a_name(imgctl, tarball):
    image = imgctl.ok("import", "-", stdin=tarball).strip()
    assert Archive(imgctl.ok("save", image, text=False)).json("manifest.json")[0]["RepoTags"] is None


def test_the_same_input_gives_the_same_image(imgctl, tarball):
    env = {"SOURCE_DATE_EPOCH": "1577836800"}
    one = imgctl.ok("import", "-", stdin=tarball, env=env)
    assert imgctl.ok("import", "-", stdin=tarball, env=env) == one
    assert config_of(imgctl, one.strip())["created"] == "2020-01-01T00:00:00Z"
    imgctl.fails("import", "-", stdin=tarball, env={"SOURCE_DATE_EPOCH": "soon"}, err="SOURCE_DATE_EPOCH")


def test_platform(imgctl, tarball):
    image = imgctl.ok("import", "--platform", "linux/arm64/v8", "-", stdin=tarball).strip()
    config = config_of(imgctl, image)
    assert (config["os"], config["architecture"]) == ("linux", "arm64")


@pytest.mark.parametrize("arguments, message", [
    (["-c", "RUN true", "-"], "RUN is not a valid change command"),
    (["-c", "EXPOSE x", "-"], "EXPOSE: invalid containerPort: x"),
    (["-", "UPPER:1"], "invalid reference format"),
    (["-", "x@sha256:" + "0" * 64], "cannot import digest reference"),
    (["/no/such/file"], "No such file or directory"),
    (["/tmp"], "is a folder"),
    (["http://127.0.0.1/x.tar"], "download"),
    ([], "requires at least 1 and at most 2 arguments"),
])
def test_errors(imgctl, tarball, arguments, message):
    imgctl.fails("import", *arguments, stdin=tarball, err=message)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x1f\x8b\x08" + bytes(100), lzma.compress(b"x" * 5000)[:-20]])
def test_what_is_no_tarball(imgctl, data):
    result = imgctl("import", "-", "mine:1", stdin=data)
    if data:
        assert result.rc == 1 and "import: " in result.err, result
        assert list(imgctl.root.glob("blobs/sha256/*")) == []


def test_json_in_the_message(imgctl, tarball):
    message = 'a "quoted" \\ message \u00e4\n'
    image = imgctl.ok("import", "-m", message, "-", stdin=tarball).strip()
    assert json.loads(json.dumps(config_of(imgctl, image)))["history"][0]["comment"] == message
