# SPDX-License-Identifier: Apache-2.0
"""imgctl build: what comes from elsewhere than the context's folder."""
import hashlib
import io
import subprocess
import tarfile

import pytest

from harness.context import Context


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def packed(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


@pytest.fixture
def context(tmp_path_of_test):
    def make(dockerfile, files=None):
        return Context(tmp_path_of_test / f"c{digest(dockerfile.encode())[7:15]}", {"Dockerfile": dockerfile, **(files or {})})
    return make


def cat(imgctl, path):
    return imgctl.ok("run", "--rm", "--network", "none", "it", "cat", path)


def test_named_contexts(imgctl, busybox, context, tmp_path_of_test):
    """A folder, an image, and a name that hides a stage's or an image's; a folder's ignore file counts."""
    other = tmp_path_of_test / "other"
    (other / "in").mkdir(parents=True)
    (other / "in" / "f").write_text("theirs")
    (other / "secret").write_text("no")
    (other / ".dockerignore").write_text("secret\n")
    it = context("FROM base\nCOPY --from=other in/f /f\nCOPY --from=image /etc/passwd /p\n"
                 "RUN --mount=type=bind,from=other,target=/m ls /m > /seen\n")
    imgctl.ok("build", "-t", "it", "--build-context", f"other={other}", "--build-context", f"base=docker-image://{busybox}",
              "--build-context", f"image=docker-image://{busybox}", it)
    assert cat(imgctl, "/f") == "theirs" and "alice" in cat(imgctl, "/p")
    assert cat(imgctl, "/seen") == "in\n"
    (other / "in" / "f").write_text("changed")
    imgctl.ok("build", "-t", "it", "--build-context", f"other={other}", "--build-context", f"base=docker-image://{busybox}",
              "--build-context", f"image=docker-image://{busybox}", it)
    assert cat(imgctl, "/f") == "changed"
    imgctl.fails("build", "--build-context", "other", it, err="other")
    imgctl.fails("build", "--build-context", f"other={other}/none", "--build-context", f"base=docker-image://{busybox}",
                 "--build-context", f"image=docker-image://{busybox}", it, err="none")


def test_a_context_at_an_address(imgctl, busybox, web):
    """An archive is the context; a single text is the Dockerfile."""
    address, folder, _ = web
    (folder / "c.tar.gz").write_bytes(packed({"Dockerfile": "FROM busybox\nCOPY f /f\n", "f": "by http"}))
    (folder / "Dockerfile").write_text("FROM busybox\nRUN echo alone > /f\n")
    imgctl.ok("build", "-t", "it", f"{address}/c.tar.gz")
    assert cat(imgctl, "/f") == "by http"
    imgctl.ok("build", "-t", "it", f"{address}/Dockerfile")
    assert cat(imgctl, "/f") == "alone\n"
    imgctl.fails("build", f"{address}/missing.tar", err="404")


def test_add_with_a_checksum(imgctl, busybox, context, web):
    address, folder, _ = web
    (folder / "f").write_text("data")
    right, wrong = digest(b"data"), digest(b"other")
    imgctl.ok("build", "-t", "it", context(f"FROM busybox\nADD --checksum={right} {address}/f /f\n"))
    assert cat(imgctl, "/f") == "data"
    imgctl.fails("build", "-t", "bad", context(f"FROM busybox\nADD --checksum={wrong} {address}/f /f\n"), err=wrong)
    imgctl.fails("build", "-t", "bad", context(f"FROM busybox\nADD --checksum=sha256:12 {address}/f /f\n"), err="sha256:12")
    assert "bad" not in imgctl.ok("images")


def test_git_trees_with_their_history(imgctl, busybox, context, web):
    """`.git` stays with --keep-git-dir only."""
    address, folder, _ = web
    work = folder / "work"
    for command in (f"git init -q -b main {work}", f"sh -c 'echo tree > {work}/f'", f"git -C {work} add f",
                    f"git -C {work} -c user.name=n -c user.email=e commit -q -m m",
                    f"git clone -q --bare {work} {folder}/tree.git", f"git -C {folder}/tree.git update-server-info"):
        subprocess.run(command, shell=True, check=True)
    for flag, left in (("", "f\n"), ("--keep-git-dir=true ", ".git\nf\n")):
        imgctl.ok("build", "-t", "it", context(f"FROM busybox\nADD {flag}{address}/tree.git#main /t\nRUN ls -A /t > /seen\n"))
        assert cat(imgctl, "/seen") == left
