# SPDX-License-Identifier: Apache-2.0
"""imgctl pull: what may be asked for, and what is told."""
import json

import pexpect
import pytest

from harness import images

pytestmark = pytest.mark.threads


def small(text, **how):
    """An image of one small layer."""
    return images.Image(images.Layer(compression=how.pop("compression", "gzip")).file("text", text), **how)


@pytest.fixture
def reference(hub):
    hub.push("library/small:1", small("one"))
    return "small:1"


def test_output_lines(imgctl, reference):
    out = imgctl.ok("pull", reference).splitlines()
    assert out[0] == "1: Pulling from library/small"
    layer = out[1].split(":")[0]
    assert out[1:5] == [f"{layer}: Pulling fs layer", f"{layer}: Verifying Checksum", f"{layer}: Download complete",
                        f"{layer}: Pull complete"]
    assert out[5].startswith("Digest: sha256:")
    assert out[6:] == ["Status: Downloaded newer image for small:1", "docker.io/library/small:1"]
    assert "Status: Image is up to date for small:1" in imgctl.ok("pull", reference)


def test_quiet(imgctl, reference):
    assert imgctl.ok("pull", "-q", reference) == "docker.io/library/small:1\n"


def test_default_tag(imgctl, hub):
    hub.push("library/small:latest", small("latest"))
    assert imgctl.ok("pull", "small").splitlines()[0] == "Using default tag: latest"


def test_progress_as_json(imgctl, reference):
    events = [json.loads(line) for line in imgctl.ok("pull", "--progress=json", reference).splitlines()]
    states = [event["status"] for event in events if "status" in event and event.get("id")]
    assert states[0] == "Pulling fs layer" and states[-1] == "Pull complete"


def test_bars_on_a_terminal(imgctl, reference):
    terminal = imgctl.pty("pull", reference, size=(24, 120))
    terminal.expect("Pull complete")
    terminal.expect("docker.io/library/small:1")
    terminal.expect(pexpect.EOF)


def test_by_tag_and_digest(imgctl, hub, reference):
    image = small("one")
    both = f"small:1@{image.digest}"
    imgctl.ok("pull", "-q", both)
    assert imgctl.inspect(both, "{{json .RepoDigests}}") == [f"small@{image.digest}"]
    assert imgctl.inspect(both, "{{len .RepoTags}}") == 0
    imgctl.fails("pull", "small@sha256:" + "0" * 64, rc=1, err="manifest for small@sha256:0")


@pytest.mark.parametrize("flavour", [images.OCI, images.DOCKER])
def test_platforms_of_an_index(imgctl, hub, flavour):
    members = [small(arch, platform=("linux", arch), flavour=flavour) for arch in ("arm64", "amd64")]
    hub.push("library/many:1", images.Index(*members, flavour=flavour))
    imgctl.ok("pull", "-q", "many:1")
    assert imgctl.ok("inspect", "-f", "{{.Architecture}}", "many:1") == "amd64\n"
    imgctl.ok("pull", "-q", "--platform", "linux/arm64", "many:1")
    assert imgctl.ok("inspect", "-f", "{{.Architecture}}", "many:1") == "arm64\n"
    imgctl.fails("pull", "--platform", "linux/s390x", "many:1", rc=1, err="no matching manifest for linux/s390x")


@pytest.mark.parametrize("compression", ["gzip", "zstd", "none"])
def test_compressions(imgctl, hub, compression):
    image = small("packed", compression=compression)
    hub.push("library/packed:1", image)
    imgctl.ok("pull", "-q", "packed:1")
    imgctl.ok("create", "--name", "it", "packed:1", "nothing")
    tree = imgctl("export", "it", text=False).out
    assert b"packed" in tree


@pytest.mark.parametrize("text, message", [
    ("Debian", "must be lowercase"),
    ("a b", "invalid reference format"),
    ("debian:" + "t" * 129, "invalid reference format"),
    ("debian@sha256:abc", "invalid checksum digest"),
    ("0" * 64, "invalid repository name"),
    ("a/" + "b" * 300, "invalid reference format|must not be more than"),
])
def test_references_that_are_none(imgctl, text, message):
    imgctl.fails("pull", text, rc=1, err=message)
