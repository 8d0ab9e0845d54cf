# SPDX-License-Identifier: Apache-2.0
"""The harness itself: what it promises the other files must be able to fail."""
import os
import subprocess

import pytest
from harness import images, leaks, peers

pytest_plugins = ["pytester"]


def test_an_image_comes_back_as_pushed(hub, busybox_image):
    manifest, media_type, digest = hub.manifest("library/busybox:latest")
    assert (manifest, media_type) == (busybox_image.manifest, images.OCI["manifest"])
    assert digest == busybox_image.digest


def test_images_are_the_same_each_time(busybox_image):
    assert images.busybox().digest == busybox_image.digest


def test_skopeo_and_umoci_read_our_images(hub, tmp_path_of_test, busybox_image):
    layout = tmp_path_of_test / "layout"
    peers.skopeo_pull(hub, "library/busybox:latest", f"oci:{layout}:x", tmp_path_of_test)
    assert peers.skopeo_inspect(f"oci:{layout}:x")["Digest"] == busybox_image.digest
    root = peers.umoci_unpack(layout, "x", tmp_path_of_test / "bundle")
    assert os.stat(root + "/home/alice").st_uid == 1000


def test_layouts_are_read_by_skopeo(tmp_path_of_test, busybox_image):
    layout = images.write_layout(tmp_path_of_test / "layout", {"a": busybox_image})
    assert peers.skopeo_inspect(f"oci:{layout}:a")["Digest"] == busybox_image.digest


def test_passwords_are_asked_for(auth_registry, busybox_image):
    auth_registry.push("private/x:1", busybox_image)
    users, auth_registry.users = auth_registry.users, {}
    try:
        assert auth_registry.request("GET", "private/x/manifests/1")[0] == 401
    finally:
        auth_registry.users = users


def test_a_mount_left_behind_is_seen(tmp_path_of_test):
    watch = leaks.Watch(tmp_path_of_test)
    point = tmp_path_of_test / "point"
    point.mkdir()
    peers.run("mount", "-t", "tmpfs", "none", point)
    try:
        assert watch.left(grace=0) == [f"mount: {point}"]
    finally:
        peers.run("umount", point)
    assert watch.left(grace=0) == []


def test_a_process_left_behind_is_seen(tmp_path_of_test):
    watch = leaks.Watch(tmp_path_of_test)
    watch.marks.append("some-mark")
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, env={"IMGCTL_TEST_MARK": "some-mark"})
    try:
        assert watch.left(grace=0) == [f"process: {child.pid} cat "]
    finally:
        child.stdin.close()
        child.wait()


def test_a_link_left_behind_is_seen(tmp_path_of_test):
    watch = leaks.Watch(tmp_path_of_test)
    peers.run("ip", "link", "add", "imgctltest0", "type", "bridge")
    try:
        assert watch.left(grace=0) == ["link: imgctltest0"]
    finally:
        peers.run("ip", "link", "del", "imgctltest0")


@pytest.mark.parametrize("strict, outcome", [("0", {"skipped": 1}), ("1", {"failed": 1})])
def test_a_skip_fails_when_strict(pytester, monkeypatch, strict, outcome):
    monkeypatch.setenv("IMGCTL_TEST_STRICT", strict)
    pytester.makeconftest(
        f"import sys\nsys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "from harness.strict import pytest_make_collect_report, pytest_runtest_makereport\n")
    pytester.makepyfile("import pytest\ndef test_x():\n    pytest.skip('needs a moon')\n")
    result = pytester.runpytest_subprocess("-rs")
    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines(["*needs a moon*"])
