# SPDX-License-Identifier: Apache-2.0
"""imgctl tag."""
import pytest


def test_a_further_name(imgctl, busybox, busybox_image):
    assert imgctl.ok("tag", busybox, "other") == ""
    imgctl.ok("image", "tag", busybox_image.id[7:19], "127.0.0.1:5000/a/b:1")
    assert imgctl.inspect(busybox, "{{json .RepoTags}}") == ["127.0.0.1:5000/a/b:1", "busybox:latest", "other:latest"]
    assert imgctl.ok("inspect", "-f", "{{.Id}}", "other") == busybox_image.id + "\n"
    assert imgctl.inspect(busybox, "{{json .Metadata.LastTagTime}}") > "2020"


def test_a_name_moves(imgctl, hub, busybox, busybox_image):
    hub.push("library/second:1", busybox_image.variation(User="1"))
    imgctl.ok("pull", "-q", "second:1")
    imgctl.ok("tag", "busybox", "name:1")
    imgctl.ok("tag", "second:1", "name:1")
    assert imgctl.ok("inspect", "-f", "{{.Config.User}}", "name:1") == "1\n"
    assert imgctl.inspect("busybox", "{{json .RepoTags}}") == ["busybox:latest"]
    imgctl.ok("tag", "name:1", "name:1")
    assert imgctl.ok("inspect", "-f", "{{.Config.User}}", "name:1") == "1\n"


@pytest.mark.parametrize("arguments, message", [
    (("nosuch", "x"), "No such image: nosuch:latest"),
    (("busybox", "BAD"), 'Error parsing reference: "BAD" is not a valid repository/tag: invalid reference format: '
                         r"repository name \(library/BAD\) must be lowercase"),
    (("busybox", "x@sha256:" + "0" * 64), "refusing to create a tag with a digest reference"),
    (("busybox", "sha256:abc"), "refusing to create an ambiguous tag using digest algorithm as name"),
    (("busybox",), "requires exactly 2 arguments"),
    (("busybox", "x:" + "a" * 129), "invalid reference format"),
])
def test_errors(imgctl, busybox, arguments, message):
    imgctl.fails("tag", *arguments, rc=1, err=message)
