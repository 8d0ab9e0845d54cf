# SPDX-License-Identifier: Apache-2.0
"""imgctl builder cache export, import: cache mounts carried away and back."""
import io
import os
import tarfile

import pytest

from harness.context import Context

FILL = """FROM busybox
RUN --mount=type=cache,id=mine,target=/c,uid=7,gid=8,mode=750 echo one > /c/f && chown 1:2 /c/f && chmod 4711 /c/f \
 && mkdir /c/d && ln -s f /c/link && ln /c/f /c/hard
"""
LOOK = """FROM busybox
ARG N
RUN --mount=type=cache,id=mine,target=/c stat -c '%n %a %u %g' /c /c/* > /look; cat /c/f >> /look; readlink /c/link >> /look
"""
SEEN = ("/c 750 7 8\n/c/d 755 0 0\n/c/f 4711 1 2\n/c/hard 4711 1 2\n/c/link 777 0 0\none\nf\n")


@pytest.fixture
def context(tmp_path_of_test):
    return Context(tmp_path_of_test / "context", {"Dockerfile": FILL})


@pytest.fixture
def filled(imgctl, busybox, context):
    imgctl.ok("build", context)
    context.write("Dockerfile", LOOK)
    return context


def look(imgctl, context, number):
    imgctl.ok("build", "-q", "-t", "look", "--build-arg", f"N={number}", context)
    return imgctl.ok("run", "--rm", "--network", "none", "look", "cat", "/look")


def test_there_and_back(imgctl, filled, tmp_path_of_test):
    tar = tmp_path_of_test / "c.tar"
    imgctl.ok("builder", "cache", "export", "mine", tar)
    with tarfile.open(tar) as archive:
        root, names = archive.getmember("."), archive.getnames()
        assert (root.uid, root.gid, root.mode & 0o7777) == (7, 8, 0o750) and {"f", "d", "link", "hard"} <= set(names)
    imgctl.ok("builder", "prune", "-af")
    imgctl.fails("builder", "cache", "export", "mine", "-", err="no such cache: mine")
    imgctl.ok("builder", "cache", "import", "mine", tar)
    row, = [row for row in imgctl.ok("builder", "du").splitlines() if "mine" in row]
    assert look(imgctl, filled, 1) == SEEN
    # what is listed is a name as well, and pipes will do
    data = imgctl.ok("builder", "cache", "export", row.split()[0], "-", text=False)
    assert tarfile.open(fileobj=io.BytesIO(data)).getmember("f").mode == 0o4711
    other = imgctl.another()
    other.ok("pull", "-q", "busybox")
    other.ok("builder", "cache", "import", "mine", "-", stdin=data)
    assert look(other, filled, 1) == SEEN


def test_attributes_travel(imgctl, filled, tmp_path_of_test):
    data, = imgctl.root.glob("cache/mounts/*/data")
    os.setxattr(data / "f", "user.mark", b"here")
    imgctl.ok("builder", "cache", "export", "mine", tmp_path_of_test / "c.tar")
    imgctl.ok("builder", "cache", "import", "mine", tmp_path_of_test / "c.tar")
    data, = imgctl.root.glob("cache/mounts/*/data")
    assert os.getxattr(data / "f", "user.mark") == b"here"


def test_an_import_replaces_or_changes_nothing(imgctl, filled, tmp_path_of_test):
    new = io.BytesIO()
    with tarfile.open(fileobj=new, mode="w:gz") as archive:
        info = tarfile.TarInfo("only")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"new"))
    folder, = imgctl.root.glob("cache/mounts/*")
    imgctl.fails("builder", "cache", "import", "mine", "-", stdin=new.getvalue()[:-20], text=False)
    imgctl.fails("builder", "cache", "import", "mine", tmp_path_of_test, err="is a folder")
    imgctl.fails("builder", "cache", "import", "mine", tmp_path_of_test / "none.tar", err="none.tar")
    assert sorted(path.name for path in (folder / "data").iterdir()) == ["d", "f", "hard", "link"]
    imgctl.ok("builder", "cache", "import", "mine", "-", stdin=new.getvalue(), text=False)
    assert [path.name for path in (folder / "data").iterdir()] == ["only"]
    assert sorted(path.name for path in folder.iterdir()) == ["cache.json", "data", "lock"]


def test_archives_do_not_lead_out(imgctl, filled, tmp_path_of_test):
    evil = io.BytesIO()
    with tarfile.open(fileobj=evil, mode="w") as archive:
        link = tarfile.TarInfo("way")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path_of_test)
        archive.addfile(link)
        info = tarfile.TarInfo("way/out")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"x"))
    imgctl("builder", "cache", "import", "mine", "-", stdin=evil.getvalue(), text=False)
    assert not (tmp_path_of_test / "out").exists()


def test_words(imgctl):
    imgctl.fails("builder", "cache", "export", "mine", err="requires exactly 3 arguments")
    imgctl.fails("builder", "cache", "export", "none", "-", err="no such cache: none")
    imgctl.fails("builder", "cache", "burn", "mine", "-", err="'burn' is not an imgctl builder cache command")
    assert "export|import ID FILE|-" in imgctl.ok("builder", "cache", "--help")
