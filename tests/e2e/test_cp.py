# SPDX-License-Identifier: Apache-2.0
"""imgctl cp: docker's rules for names, both ways, and no way out of the container."""
import io
import os
import stat
import tarfile

import pytest


@pytest.fixture(params=["running", "stopped"])
def box(request, imgctl, busybox):
    """A container that runs, or one that does not."""
    if request.param == "running":
        imgctl.ok("run", "-d", "--name", "box", "-v", "data:/data", busybox, "sleep", "1000")
    else:
        imgctl.ok("create", "--name", "box", "-v", "data:/data", busybox, "sleep", "1000")
    return "box"


def shell(imgctl, box, script):
    """Run SCRIPT in the container, which is started for it if need be."""
    if imgctl.inspect(box, "{{json .State.Running}}"):
        return imgctl.ok("exec", box, "sh", "-c", script)
    imgctl.ok("start", box)
    out = imgctl.ok("exec", box, "sh", "-c", script)
    imgctl.ok("stop", "-t", "0", box)
    return out


@pytest.fixture
def here(tmp_path_of_test):
    folder = tmp_path_of_test / "here"
    (folder / "tree/below").mkdir(parents=True)
    (folder / "file").write_text("a file\n")
    (folder / "tree/one").write_text("1")
    (folder / "tree/below/two").write_text("2")
    os.chmod(folder / "tree/below", 0o750)
    os.symlink("one", folder / "tree/link")
    os.link(folder / "tree/one", folder / "tree/same")
    return folder


def test_a_file_in(imgctl, box, here):
    imgctl.ok("cp", here / "file", f"{box}:/srv")
    imgctl.ok("cp", here / "file", f"{box}:/opt/")
    imgctl.ok("cp", here / "file", f"{box}:/srv/other")
    imgctl.ok("cp", here / "tree/one", f"{box}:srv/other")
    assert shell(imgctl, box, "cat /srv/file /opt/file /srv/other") == "a file\na file\n1"


def test_a_file_out(imgctl, box, here):
    imgctl.ok("cp", f"{box}:/etc/os-release", here / "new")
    imgctl.ok("cp", f"{box}:/etc/os-release", here / "tree")
    imgctl.ok("cp", f"{box}:etc/os-release", here / "file")
    wanted = shell(imgctl, box, "cat /etc/os-release")
    assert [p.read_text() for p in (here / "new", here / "tree/os-release", here / "file")] == [wanted] * 3


def test_a_folder_in(imgctl, box, here):
    """New: it becomes the folder. There: it goes into it, or with /. what is in it does."""
    imgctl.ok("cp", here / "tree", f"{box}:/srv/new")
    imgctl.ok("cp", here / "tree", f"{box}:/srv/new")
    imgctl.ok("cp", f"{here}/tree/.", f"{box}:/opt")
    shown = shell(imgctl, box, "cd /srv && find . | sort; ls /opt; stat -c %a /srv/new/below; readlink /srv/new/link; "
                               "stat -c %h /srv/new/one")
    assert shown.split() == [".", "./new", "./new/below", "./new/below/two", "./new/link", "./new/one", "./new/same",
                             "./new/tree", "./new/tree/below", "./new/tree/below/two", "./new/tree/link", "./new/tree/one",
                             "./new/tree/same", "below", "link", "one", "same", "750", "one", "2"]


def test_a_folder_out(imgctl, box, here):
    imgctl.ok("cp", here / "tree", f"{box}:/srv/tree")
    for target in ("fresh", "fresh"):
        imgctl.ok("cp", f"{box}:/srv/tree", here / target)
    assert (here / "fresh/below/two").read_text() == "2" and (here / "fresh/tree/one").read_text() == "1"
    (here / "flat").mkdir()
    imgctl.ok("cp", f"{box}:/srv/tree/.", here / "flat")
    assert sorted(os.listdir(here / "flat")) == ["below", "link", "one", "same"]
    assert os.readlink(here / "flat/link") == "one"
    assert os.stat(here / "flat/one").st_ino == os.stat(here / "flat/same").st_ino


def test_volumes_are_seen(imgctl, box, here):
    imgctl.ok("cp", here / "file", f"{box}:/data/kept")
    assert shell(imgctl, box, "cat /data/kept") == "a file\n"
    imgctl.ok("cp", f"{box}:/data/kept", here / "back")
    assert imgctl.ok("run", "--rm", "-v", "data:/d", "busybox", "cat", "/d/kept") == "a file\n"
    assert imgctl.ok("diff", box).count("kept") == 0


def test_owners(imgctl, box, here):
    """Root's in the container and the caller's here; -a keeps them."""
    os.chown(here / "file", 1234, 4321)
    os.chmod(here / "file", 0o4751)
    imgctl.ok("cp", here / "file", f"{box}:/srv/plain")
    imgctl.ok("cp", "-a", here / "file", f"{box}:/srv/kept")
    shown = shell(imgctl, box, "stat -c '%u:%g %a' /srv/plain /srv/kept")
    assert shown.splitlines() == ["0:0 4751", "1234:4321 4751"]
    imgctl.ok("cp", f"{box}:/srv/kept", here / "mine")
    imgctl.ok("cp", "-a", f"{box}:/srv/kept", here / "theirs")
    assert (os.stat(here / "mine").st_uid, os.stat(here / "theirs").st_uid) == (os.getuid(), 1234)
    assert stat.S_IMODE(os.stat(here / "mine").st_mode) == 0o4751


def test_links(imgctl, box, here):
    """A link is copied as one, and followed with -L or behind a slash; in the container, to its own root."""
    os.symlink("/etc", here / "escape")
    imgctl.ok("cp", here / "escape", f"{box}:/srv/")
    assert shell(imgctl, box, "readlink /srv/escape") == "/etc\n"
    imgctl.ok("cp", f"{box}:/srv/escape", here / "copied")
    assert os.readlink(here / "copied") == "/etc"
    imgctl.ok("cp", f"{box}:/srv/escape/os-release", here / "theirs")
    assert "busybox" in (here / "theirs").read_text()
    imgctl.ok("cp", "-L", f"{box}:/srv/escape", here / "followed")
    assert "busybox" in (here / "followed/os-release").read_text()
    imgctl.ok("cp", here / "file", f"{box}:/srv/escape/put")
    assert shell(imgctl, box, "cat /etc/put") == "a file\n" and not os.path.exists("/etc/put")


def test_tar_out(imgctl, box, here):
    imgctl.ok("cp", here / "tree", f"{box}:/srv/tree")
    packed = imgctl("cp", f"{box}:/srv/tree", "-", text=False)
    assert packed.rc == 0
    names = tarfile.open(fileobj=io.BytesIO(packed.out)).getnames()
    assert sorted(names) == ["tree", "tree/below", "tree/below/two", "tree/link", "tree/one", "tree/same"]
    one = imgctl("cp", f"{box}:/etc/os-release", "-", text=False)
    assert tarfile.open(fileobj=io.BytesIO(one.out)).getnames() == ["os-release"]


def test_tar_in(imgctl, box, here):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(here / "tree", "put/tree")
        entry = tarfile.TarInfo("put/.wh.name")
        archive.addfile(entry)
    imgctl.ok("cp", "-", f"{box}:/srv", stdin=buffer.getvalue())
    assert shell(imgctl, box, "cat /srv/put/tree/below/two; ls -a /srv/put/.wh.name") == "2/srv/put/.wh.name\n"
    imgctl.fails("cp", "-", f"{box}:/etc/passwd", stdin=buffer.getvalue(), rc=1, err="must be a directory")


def test_bad_input(imgctl, box, here):
    for arguments, words in (
            ((f"{box}:/no/such", here), "Could not find the file /no/such in container box"),
            ((here / "absent", f"{box}:/srv"), "absent: no such file or directory"),
            ((here / "file", f"{box}:/no/such/dir/"), "Could not find the file /no/such in container box|no such directory"),
            ((here / "file", f"{box}:/srv/new/"), "must exist"),
            ((here / "tree", f"{box}:/etc/passwd"), "cannot copy directory"),
            ((here / "file", f"{box}:/etc/passwd/"), "not a directory"),
            ((f"{here}/file/", f"{box}:/srv"), "not a directory"),
            ((f"{box}:/etc", here / "file"), "cannot copy directory"),
            ((here / "file", "nosuch:/srv"), "No such container: nosuch"),
            ((here / "file", here / "other"), "must specify at least one container source"),
            (("box:/a", "box:/b"), "copying between containers is not supported")):
        imgctl.fails("cp", *arguments, rc=1, err=words)
    assert shell(imgctl, box, "ls /srv") == ""


def test_a_read_only_root(imgctl, busybox, here):
    imgctl.ok("create", "--name", "fixed", "--read-only", "-v", "data:/data", busybox, "true")
    imgctl.fails("cp", here / "file", "fixed:/srv/file", rc=1, err="[Rr]ead-only")
    imgctl.ok("cp", here / "file", "fixed:/data/file")


def test_a_container_that_swaps_a_folder_for_a_link(imgctl, busybox, here, tmp_path_of_test):
    """CVE-2018-15664: what was looked at and what is copied are the same thing."""
    canary = tmp_path_of_test / "canary"
    canary.mkdir()
    (canary / "secret").write_text("secret\n")
    # two names change hands as fast as they can, one of them a link to where the canary is on the host
    imgctl.ok("run", "-d", "--name", "racer", busybox, "sh", "-c",
              f"mkdir -p /a/b /a/c; ln -s {canary} /a/l; echo inside >/a/b/secret; "
              "while :; do mv /a/b /a/c/x; mv /a/l /a/b; mv /a/b /a/l; mv /a/c/x /a/b; done")
    for turn in range(60):
        out = here / f"out{turn}"
        imgctl("cp", "racer:/a/b", out)
        imgctl("cp", here / "file", "racer:/a/b/")
        assert not (out / "secret").exists() or out.is_symlink() or (out / "secret").read_text() == "inside\n"
    assert os.listdir(canary) == ["secret"] and (canary / "secret").read_text() == "secret\n"
