# SPDX-License-Identifier: Apache-2.0
"""imgctl lock: names pinned in Dockerfile.lock, builds by it, and seeing what has moved."""
import hashlib
import json
import subprocess

import pytest

from harness import images
from harness.context import Context


@pytest.fixture
def context(tmp_path_of_test, plain_registry, busybox_image, web):
    plain_registry.push("locked/base:1", busybox_image)
    (web[1] / "tool").write_text("one")
    return Context(tmp_path_of_test / "context", {
        "Dockerfile": f"ARG TAG=1\nFROM {plain_registry.host}/locked/base:$TAG AS a\nADD {web[0]}/tool /tool\nFROM a\nRUN cat /tool\n"})


def test_lock_build_and_check(imgctl, context, plain_registry, web):
    address, folder, asked = web
    imgctl.ok("lock", context)
    lock = json.loads((context.folder / "Dockerfile.lock").read_text())
    name = f"{plain_registry.host}/locked/base:1"
    assert lock["images"][name]["digest"].startswith("sha256:")
    assert lock["urls"] == {f"{address}/tool": {"digest": "sha256:" + hashlib.sha256(b"one").hexdigest(),
                                                "etag": f'"{hashlib.md5(b"one").hexdigest()}"'}}
    imgctl.ok("build", "--locked", "-t", "it", context)
    asked.clear()
    assert imgctl.ok("lock", "--check", context) == ""
    assert {method for method, _ in asked} == {"HEAD"}

    # the file moves: seen by a HEAD, and refused by a locked build
    (folder / "tool").write_text("two")
    moved = imgctl("lock", "--check", context)
    assert moved.rc == 1 and f"{address}/tool moved" in moved.out
    imgctl.fails("build", "--locked", "--no-cache", context, err="digest mismatch")
    (folder / "tool").write_text("one")

    # the image moves: a locked build takes the old one
    plain_registry.push("locked/base:1", images.busybox(config={"Labels": {"moved": "yes"}}))
    moved = imgctl("lock", "--check", context)
    assert moved.rc == 1 and f"{name} moved" in moved.out
    imgctl.ok("build", "--locked", "--no-cache", "-t", "it", context)


@pytest.mark.parametrize("line, words", [
    ("COPY --from=busybox:musl /bin/sh /x", "busybox:musl is not in Dockerfile.lock"),
    ("ADD http://127.0.0.1:9/x /x", "it is not in Dockerfile.lock"),
])
def test_what_is_not_locked_is_refused(imgctl, context, line, words):
    imgctl.ok("lock", context)
    context.write("Dockerfile", (context.folder / "Dockerfile").read_text() + line + "\n")
    imgctl.fails("build", "--locked", context, rc=1, err=words)
    assert "is not locked" in imgctl("lock", "--check", context).out or "127.0.0.1:9" in line


def test_without_a_lock(imgctl, context):
    imgctl.fails("build", "--locked", context, err="Dockerfile.lock")
    imgctl.fails("build", "--locked", "-", stdin="FROM busybox\n", err="--locked needs a Dockerfile")
    imgctl.fails("lock", "-", err="standard input")


def test_git_trees(imgctl, context, tmp_path_of_test, web):
    """Over plain http; the commit is what is locked."""
    git = tmp_path_of_test / "repository"
    for command in ("git init -q -b main repository", "git -C repository config user.email a@b", "git -C repository config user.name a",
                    "sh -c 'mkdir repository/sub; echo tree >repository/sub/f'", "git -C repository add .",
                    "git -C repository commit -qm first", "git clone -q --bare repository web/tree.git",
                    "git -C web/tree.git update-server-info"):
        subprocess.run(command, shell=True, check=True, cwd=tmp_path_of_test)
    commit = subprocess.run(["git", "-C", str(git), "rev-parse", "HEAD"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    url = f"{web[0]}/tree.git#main:sub"
    context.write("Dockerfile", f"FROM scratch\nADD {url} /sub\n")
    imgctl.ok("lock", context)
    assert json.loads((context.folder / "Dockerfile.lock").read_text())["git"] == {url: {"commit": commit}}
    imgctl.ok("build", "--locked", "-o", tmp_path_of_test / "out", context)
    assert (tmp_path_of_test / "out/sub/f").read_text() == "tree\n"
    imgctl.ok("build", "-o", tmp_path_of_test / "out2", f"{web[0]}/tree.git#main", "-f", "-", stdin="FROM scratch\nCOPY sub /s\n")
    assert (tmp_path_of_test / "out2/s/f").read_text() == "tree\n"
