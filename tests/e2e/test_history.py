# SPDX-License-Identifier: Apache-2.0
"""imgctl history."""
import json

import pytest
from harness import images


@pytest.fixture
def image(imgctl, hub, busybox_image):
    """A name whose image has two layers and a step without one."""
    made = images.Image(*busybox_image.layers, images.Layer().file("x", "y" * 1000), history=[
        {"created": images.CREATED, "created_by": "base"},
        {"created": images.CREATED, "created_by": "a\tb " + "c" * 60},
        {"created": images.CREATED, "created_by": "ENV X", "empty_layer": True, "comment": "why"}])
    hub.push("library/steps:1", made)
    imgctl.ok("pull", "-q", "steps:1")
    return made


def test_table(imgctl, image):
    lines = imgctl.ok("history", "steps:1").splitlines()
    assert lines[0].split() == ["IMAGE", "CREATED", "CREATED", "BY", "SIZE", "COMMENT"]
    assert lines[1].startswith(image.id[7:19]) and lines[1].endswith("0B        why")
    assert lines[2].startswith("<missing>") and "a b " + "c" * 40 + "…" in lines[2] and "1kB" in lines[2]
    assert lines[3].startswith("<missing>") and "base" in lines[3]
    assert len(lines) == 4


def test_options(imgctl, image):
    lines = imgctl.ok("history", "--human=false", "--no-trunc", "steps:1").splitlines()
    assert lines[0].split()[:3] == ["IMAGE", "CREATED", "AT"]
    assert lines[1].split()[:2] == [image.id, "2020-01-01T00:00:00Z"]
    assert "c" * 60 in lines[2] and lines[2].split()[-1] == "1000"
    assert imgctl.ok("history", "-q", "steps:1").split() == [image.id[7:19], "<missing>", "<missing>"]
    assert imgctl.ok("image", "history", "-qH=false", image.id[:20]).split()[0] == image.id[7:19]


def test_formats(imgctl, image):
    rows = [json.loads(x) for x in imgctl.ok("history", "--format", "json", "steps:1").splitlines()]
    assert list(rows[0]) == ["Comment", "CreatedAt", "CreatedBy", "CreatedSince", "ID", "Size"]
    assert (rows[0]["Comment"], rows[0]["CreatedBy"], rows[2]["ID"]) == ("why", "ENV X", "<missing>")
    assert imgctl.ok("history", "--format", "{{.CreatedBy}}|{{.Size}}", "steps:1").splitlines()[0] == "ENV X|0B"


def test_errors(imgctl):
    imgctl.fails("history", "nosuch", rc=1, err="No such image: nosuch:latest")
    imgctl.fails("history", rc=1, err="requires exactly 1 argument")
