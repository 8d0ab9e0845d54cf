# SPDX-License-Identifier: Apache-2.0
"""The harness itself: what it promises the other files must be able to fail."""
import os
import subprocess

import pytest
from harness import images, leaks, peers, tool

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


@pytest.fixture
def shell(tmp_path_of_test):
    """A Tool around a program that runs its second argument as a script."""
    program = tmp_path_of_test / "program"
    program.write_text('#!/bin/sh\n[ "$1" = sh ] || exit 0\nshift\nexec sh -c "$@"\n')
    program.chmod(0o755)
    it = tool.Tool(program, tmp_path_of_test / "tool")
    yield it
    it.close()


def test_results_hold_what_came_out(shell):
    result = shell("sh", "cat; echo oops >&2; exit 3", stdin="in")
    assert (result.rc, result.out, result.err) == (3, "in", "oops\n")
    shell.fails("sh", "echo why >&2; exit 4", rc=4, err="^why$")
    with pytest.raises(AssertionError, match="exit code 3"):
        shell.ok("sh", "exit 3")
    with pytest.raises(AssertionError):
        shell.fails("sh", "kill -9 $$")  # a signal is never an expected failure


def test_a_command_that_hangs_is_killed_with_its_children(shell, tmp_path_of_test):
    watch = leaks.Watch(tmp_path_of_test)
    watch.marks.append(shell.mark)
    with pytest.raises(AssertionError, match="no end after"):
        shell("sh", "cat /dev/zero >/dev/null & wait", timeout=0.2)
    assert watch.left() == []


def test_a_sanitizer_report_fails_any_command(shell):
    with pytest.raises(AssertionError, match="AddressSanitizer"):
        shell("sh", "echo ==1==ERROR: AddressSanitizer: heap-use-after-free >&2")


def test_a_terminal_is_one(shell):
    child = shell.pty("sh", "tty -s && stty size && read x && echo got $x", size=(30, 100))
    child.expect_exact("30 100")
    child.sendline("word")
    child.expect_exact("got word")
    child.wait()
    assert child.exitstatus == 0
