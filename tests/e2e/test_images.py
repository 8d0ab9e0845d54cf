# SPDX-License-Identifier: Apache-2.0
"""imgctl images: rows, columns, filters, formats."""
import json
import re

import pytest
from harness import images

HEAD = ["REPOSITORY", "TAG", "IMAGE", "ID", "CREATED", "SIZE"]


@pytest.fixture
def two(imgctl, hub, busybox_image):
    """busybox:latest, labelled:1 (label a=b) in the store."""
    hub.push("library/labelled:1", busybox_image.variation(Labels={"a": "b", "c": ""}))
    for name in ("busybox", "labelled:1"):
        imgctl.ok("pull", "-q", name)
    return imgctl


def names(tool, *args):
    return tool.ok("images", "--format", "{{.Repository}}:{{.Tag}}", *args).split()


def test_table(two, busybox_image):
    lines = two.ok("images").splitlines()
    assert lines[0].split() == HEAD
    row = next(x for x in lines if x.startswith("busybox "))
    assert re.fullmatch(rf"busybox +latest +{busybox_image.id[7:19]} +\d+ years ago +[\d.]+MB", row)
    assert [x.index(busybox_image.id[7:19]) for x in lines if busybox_image.id[7:19] in x] == [lines[0].index("IMAGE ID")]


def test_empty_store(imgctl):
    assert imgctl.ok("images").split() == HEAD
    assert imgctl.ok("images", "-q") == ""


def test_quiet_and_whole(two, busybox_image):
    assert two.ok("images", "-q", "busybox") == busybox_image.id[7:19] + "\n"
    assert two.ok("images", "-q", "--no-trunc", "busybox") == busybox_image.id + "\n"
    assert two.ok("image", "ls", "-aq", "busybox") == busybox_image.id[7:19] + "\n"


def test_digests(two, busybox_image):
    lines = two.ok("images", "--digests", "busybox").splitlines()
    assert lines[0].split()[:3] == ["REPOSITORY", "TAG", "DIGEST"]
    assert lines[1].split()[:3] == ["busybox", "latest", busybox_image.digest]


def test_by_digest_alone(imgctl, hub, busybox_image):
    imgctl.ok("pull", "-q", f"busybox@{busybox_image.digest}")
    assert imgctl.ok("images").splitlines()[1].split()[:3] == ["busybox", "<none>", busybox_image.id[7:19]]
    assert imgctl.ok("images", "--digests").splitlines()[1].split()[:3] == ["busybox", "<none>", busybox_image.digest]


def test_repository_argument(two):
    assert names(two, "busybox") == ["busybox:latest"]
    assert names(two, "labelled:1") == ["labelled:1"]
    assert names(two, "labelled:2") == []
    assert names(two, "b*") == ["busybox:latest"]
    two.fails("images", "busybox", "labelled", rc=1, err="at most 1 argument")


def test_filters(two):
    assert names(two, "-f", "label=a") == ["labelled:1"]
    assert names(two, "-f", "label=a=b", "-f", "label=c=") == ["labelled:1"]
    assert names(two, "-f", "label=a=x") == []
    assert names(two, "-f", "reference=bus*") == ["busybox:latest"]
    assert names(two, "-f", "dangling=true") == []
    assert len(names(two, "-f", "dangling=false")) == 2
    assert len(names(two, "-f", "until=1h")) == 2
    assert names(two, "-f", "until=2000-01-01") == []


def test_several_tags_are_several_rows(two, busybox_image):
    two.ok("tag", "busybox", "other/name:x")
    rows = two.ok("images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").splitlines()
    assert f"busybox:latest {busybox_image.id[7:19]}" in rows
    assert f"other/name:x {busybox_image.id[7:19]}" in rows
    two.ok("rmi", "other/name:x")
    assert "other/name:x" not in names(two)


def test_a_moved_tag_leaves_a_dangling_image(imgctl, hub, busybox_image):
    hub.push("library/moved:1", busybox_image.variation(User="1"))
    imgctl.ok("pull", "-q", "moved:1")
    hub.push("library/moved:1", busybox_image.variation(User="2"))
    imgctl.ok("pull", "-q", "moved:1")
    old = busybox_image.variation(User="1").id[7:19]
    rows = imgctl.ok("images", "--format", "{{.ID}} {{.Tag}}").splitlines()
    assert len(rows) == 2 and f"{old} <none>" in rows
    assert imgctl.ok("images", "-q", "-f", "dangling=true").split() == [old]


def test_formats(two, busybox_image):
    one = json.loads(two.ok("images", "--format", "json", "busybox"))
    assert one == {"Repository": "busybox", "Tag": "latest", "ID": busybox_image.id[7:19], "Digest": "<none>",
                   "Containers": "N/A", "SharedSize": "N/A", "UniqueSize": "N/A", "Size": one["Size"],
                   "VirtualSize": one["Size"], "CreatedAt": "2020-01-01 00:00:00 +0000 UTC",
                   "CreatedSince": one["CreatedSince"]}
    assert two.ok("images", "--format", r"table {{.Tag}}\t{{.ID}}", "busybox").split() == [
        "TAG", "IMAGE", "ID", "latest", busybox_image.id[7:19]]
    assert two.ok("images", "-q", "--format", "raw", "busybox") == f"image_id: {busybox_image.id[7:19]}\n"
    assert two.ok("images", "--format", "raw", "busybox").splitlines()[:3] == [
        "repository: busybox", "tag: latest", f"image_id: {busybox_image.id[7:19]}"]
    assert two.ok("images", "--format", "{{.Digest}}", "busybox") == busybox_image.digest + "\n"


@pytest.mark.parametrize("args, message", [
    (("-f", "nonsense=1"), "invalid filter 'nonsense'"),
    (("-f", "nonsense"), "bad format of filter"),
    (("-f", "dangling=x"), r"invalid filter 'dangling=\[x\]'"),
    (("-f", "before=nosuch"), "No such image: nosuch:latest"),
    (("--format", "{{.Nope}}", "busybox"), "can't evaluate field Nope"),
    (("--format", "{{.ID"), "template parsing error"),
    (("--foo",), "unknown flag: --foo"),
])
def test_errors(two, args, message):
    two.fails("images", *args, err=message)


def test_hostile_values_are_harmless_in_tables(imgctl, hub, busybox_image):
    image = images.Image(*busybox_image.layers, config={"Labels": {"x": "\x1b[31m"}})
    hub.push("library/hostile:1", image)
    imgctl.ok("pull", "-q", "hostile:1")
    assert "\x1b" not in imgctl.ok("images")
