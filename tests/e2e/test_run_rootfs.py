# SPDX-License-Identifier: Apache-2.0
"""run --rootfs: a folder of the host in place of an image; run --replace."""
import subprocess

import pytest


@pytest.fixture
def folder(imgctl, busybox, tmp_path_of_test):
    """The files of busybox in a folder."""
    imgctl.ok("create", "--name", "source", busybox)
    root = tmp_path_of_test / "rootfs"
    root.mkdir()
    imgctl.ok("export", "-o", f"{root}.tar", "source")
    subprocess.run(["tar", "-C", root, "-xf", f"{root}.tar"], check=True)
    imgctl.ok("rm", "source")
    return root


def test_the_folder_is_the_root(imgctl, folder):
    out = imgctl.ok("run", "--name", "c1", "--rootfs", folder, "sh", "-c", "echo new > /file; pwd; hostname; ls -d /proc/1")
    assert out.split()[0] == "/" and out.split()[2] == "/proc/1"
    assert (folder / "file").read_text() == "new\n"
    assert imgctl.ok("ps", "-a", "--format", "{{.Image}} {{.Names}}") == f"{folder} c1\n"
    assert imgctl.inspect("c1", "[{{json .Image}}, {{json .Rootfs}}, {{json .Config.Image}}]") == ["", str(folder), str(folder)]
    assert imgctl.ok("start", "-a", "c1").split()[0] == "/"
    imgctl.ok("rm", "c1")
    assert (folder / "file").read_text() == "new\n" and (folder / "bin").exists()


def test_other_commands_see_the_folder(imgctl, folder, tmp_path_of_test):
    imgctl.ok("run", "-d", "--name", "c1", "--rootfs", folder, "sleep", "1000")
    assert imgctl.ok("exec", "c1", "cat", "/proc/self/mountinfo").count(" / / ") <= 1
    (tmp_path_of_test / "in").write_text("copied")
    imgctl.ok("cp", tmp_path_of_test / "in", "c1:/etc/in")
    assert (folder / "etc/in").read_text() == "copied"
    imgctl.ok("rm", "-f", "c1")
    imgctl.ok("create", "--name", "c1", "--rootfs", folder, "true")
    imgctl.ok("cp", "c1:/etc/in", tmp_path_of_test / "out")
    assert (tmp_path_of_test / "out").read_text() == "copied"
    imgctl.ok("export", "-o", tmp_path_of_test / "again.tar", "c1")
    listed = subprocess.run(["tar", "-tf", tmp_path_of_test / "again.tar"], check=True, capture_output=True, text=True)
    assert "etc/in" in listed.stdout.split()
    imgctl.fails("commit", "c1", err="exploded rootfs")
    imgctl.fails("diff", "c1", err="exploded rootfs")
    assert imgctl.ok("system", "df", "--format", "{{.Type}} {{.TotalCount}}").splitlines()[1] == "Containers 1"
    imgctl.ok("rmi", "busybox")


def test_an_overlay_leaves_the_folder_alone(imgctl, folder):
    imgctl.ok("run", "--name", "c1", "--rootfs", f"{folder}:O", "sh", "-c", "echo new > /etc/file; rm /bin/sh; echo")
    assert not (folder / "etc/file").exists() and (folder / "bin/sh").exists()
    assert sorted(imgctl.ok("diff", "c1").splitlines()) == ["A /etc/file", "C /bin", "C /etc", "D /bin/sh"]
    listed = subprocess.run(["tar", "-t"], input=imgctl("export", "c1", text=False).out, check=True, capture_output=True)
    names = listed.stdout.decode().split()
    assert "etc/file" in names and "bin/sh" not in names and "bin/busybox" in names
    imgctl.fails("commit", "c1", err="exploded rootfs")


@pytest.mark.parametrize("option", ["", ":O"])
def test_read_only(imgctl, folder, option):
    imgctl.fails("run", "--rm", "--read-only", "--rootfs", f"{folder}{option}", "touch", "/file", rc=1, err="Read-only")
    assert not (folder / "file").exists()


def test_mounts_inside_do_not_reach_the_host(imgctl, folder):
    """Nor those that starting makes, where the folder is on a shared mount."""
    def mounts():
        return [line for line in open("/proc/self/mountinfo") if str(folder) in line]
    subprocess.run(["mount", "--bind", "--make-shared", folder, folder], check=True)
    try:
        before = mounts()
        imgctl.ok("run", "-d", "--name", "c1", "--privileged", "--rootfs", folder, "sh", "-c",
                  "mount -t tmpfs none /home; echo > /ready; sleep 1000")
        imgctl.ok("exec", "c1", "sh", "-c", "until [ -e /ready ]; do :; done")
        assert len(before) == 1 and mounts() == before
        imgctl.ok("rm", "-f", "c1")
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("what, words", [("missing", "No such file"), ("file", "not a folder")])
def test_a_folder_that_is_none(imgctl, tmp_path_of_test, what, words):
    (tmp_path_of_test / "file").write_text("")
    imgctl.fails("run", "--rootfs", tmp_path_of_test / what, "true", rc=125, err=words)
    imgctl.fails("run", "--rootfs", tmp_path_of_test, rc=125, err="no command specified")
    assert imgctl.ok("ps", "-aq") == ""


def test_replace(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "one", "-v", "/x", busybox, "sleep", "1000")
    first = imgctl.inspect("one", "{{json .Id}}")
    imgctl.ok("run", "-d", "--replace", "--name", "one", busybox, "sleep", "1000")
    assert imgctl.inspect("one", "{{json .Id}}") != first
    assert len(imgctl.ok("ps", "-aq").split()) == 1
    imgctl.ok("create", "--replace", "--name", "one", busybox)
    imgctl.ok("create", "--replace", "--name", "two", busybox)
    assert sorted(imgctl.ok("ps", "-a", "--format", "{{.Names}} {{.State}}").splitlines()) == ["one created", "two created"]


def test_replace_takes_nothing_away_too_early(imgctl, busybox):
    imgctl.ok("create", "--name", "one", busybox)
    first = imgctl.inspect("one", "{{json .Id}}")
    imgctl.fails("run", "--replace", busybox, "true", rc=125, err="without --name being set")
    imgctl.fails("run", "--replace", "--name", "one", "-v", "/a:/b:what", busybox, "true", rc=125, err="invalid mode")
    # the beginning of an id is no name
    imgctl.ok("create", "--replace", "--name", first[:12], busybox)
    assert imgctl.inspect("one", "{{json .Id}}") == first
