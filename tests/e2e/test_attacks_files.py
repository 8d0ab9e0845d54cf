# SPDX-License-Identifier: Apache-2.0
"""Attacks on cp, export, commit, diff and on the store itself, each shown to be prepared before it fails."""
import io
import os
import pathlib
import stat
import subprocess
import tarfile

import pytest

from harness import images
from harness.attack import Attack, armed, attacker, attempt, canary, load  # noqa: F401

TURNS = 200


@pytest.fixture
def racing(imgctl, canary, armed):
    """A container in which /a/b, with a file `secret`, and a link to the canary change places all the time."""
    imgctl.ok("run", "-d", "--name", "box", armed, "sleep", "1000")
    # not the layer's own folder, which overlay moves by copying only
    imgctl.ok("exec", "box", "sh", "-c", f"rm -r /a/b; mkdir /a/b; echo inside >/a/b/secret; ln -s {canary} /a/l")
    assert imgctl.ok("exec", "box", "readlink", "/a/l") == f"{canary}\n"
    return Attack(imgctl, "exec", "-i", "box", "/attacker", "swap", "/a/b", "/a/l")


def test_cp_out_of_a_folder_that_is_swapped(imgctl, canary, racing):
    """CVE-2018-15664, GHSA-rg2x-37c3-w2rh: what is copied out is the container's, whatever its names become."""
    kinds, failed = set(), 0
    with racing as racer:
        for turn in racer.turns(TURNS):
            result = attempt(imgctl, "cp", ("box:/a/b", "box:/a/b/secret", "box:/a/b/.")[turn % 3], "-", text=False)
            failed += result.rc != 0
            if result.rc == 0:
                with tarfile.open(fileobj=io.BytesIO(result.out)) as archive:
                    kinds.update(entry.type for entry in archive)
    # prepared: it met the folder, the link itself, and what is behind the link, which is not there in the container
    assert {tarfile.REGTYPE, tarfile.SYMTYPE} <= kinds and failed > 0, (kinds, failed)


def test_cp_into_a_folder_that_is_swapped(imgctl, canary, racing):
    """CVE-2018-15664: nothing copied in lands outside."""
    (canary.folder.parent / "file").write_text("a file\n")
    codes = set()
    with racing as racer:
        for turn in racer.turns(TURNS):
            codes.add(attempt(imgctl, "cp", canary.folder.parent / "file", ("box:/a/b/", "box:/a/b/pwned", "box:/a/b")[turn % 3]).rc == 0)
    assert codes == {True, False}  # prepared: it met the folder and the link that leads nowhere in the container


@pytest.mark.parametrize("verb", ["export", "commit", "diff"])
def test_reading_a_root_that_is_swapped(imgctl, canary, armed, verb):
    """CVE-2023-0778: a file exchanged for a link while all is read gives no file of the host's."""
    imgctl.ok("run", "-d", "--name", "box", armed, "sh", "-c", f"echo mine >/a/mine; ln -s {canary.secret} /a/link; sleep 1000")
    imgctl.ok("exec", "box", "sh", "-c", "while ! [ -L /a/link ]; do :; done")
    out = canary.folder.parent / "out.tar"
    command = {"export": ["export", "-o", out, "box"], "commit": ["commit", "--pause=false", "box", "kept:1"], "diff": ["diff", "box"]}[verb]
    with Attack(imgctl, "exec", "-i", "box", "/attacker", "swap", "/a/mine", "/a/link") as racer:
        for _ in racer.turns(25):
            if attempt(imgctl, *command).rc == 0 and verb == "export":
                assert b"canary-secret" not in out.read_bytes()
    if verb == "commit":
        assert "canary-secret" not in imgctl("run", "--rm", "kept:1", "cat", "/a/mine", "/a/link").out


def test_cp_of_archives_with_links_in_the_way(imgctl, canary, armed):
    """CVE-2021-41089, CVE-2019-10152: an archive that makes a link and writes through it changes nothing outside."""
    buffer = io.BytesIO()
    layer = images.Layer().symlink("x", str(canary)).file("x/pwned", "p").symlink("s", str(canary.secret)).file("s", "p")
    layer.hardlink("h", str(canary.secret)).file("../../../../../../../../tmp/imgctl-pwned", "p").file(f"/..{canary}/pwned", "p")
    buffer.write(layer.bytes())
    names = tarfile.open(fileobj=io.BytesIO(buffer.getvalue())).getnames()
    assert {"x", "x/pwned", "s", "h"} <= set(names)
    imgctl.ok("run", "-d", "--name", "box", armed, "sleep", "1000")
    imgctl.ok("create", "--name", "still", armed)
    for box in ("box", "still"):
        for folder in ("/tmp", "/", "/a/b"):
            attempt(imgctl, "cp", "-", f"{box}:{folder}", stdin=buffer.getvalue())
            attempt(imgctl, "cp", "-a", "-", f"{box}:{folder}", stdin=buffer.getvalue())
    assert not os.path.exists("/tmp/imgctl-pwned")


def test_cp_out_stays_in_its_folder(imgctl, canary, armed):
    """docker-cp-copyout-destination-escape: links and names of the container lead nowhere on the host."""
    imgctl.ok("run", "-d", "--name", "box", armed, "sleep", "1000")
    imgctl.ok("exec", "box", "sh", "-c", f"mkdir -p /t/d /t/e; ln -s {canary} /t/l; ln -s .. /t/up; echo p >/t/d/pwned; echo p >/t/e/secret")
    into = canary.folder.parent / "into"
    with Attack(imgctl, "exec", "-i", "box", "/attacker", "swap", "/t/d", "/t/l") as racer:
        for turn in racer.turns(60):
            attempt(imgctl, "cp", "box:/t", into)  # the second time onto what the first made, links too
            attempt(imgctl, "cp", "box:/t/.", into)
            attempt(imgctl, "cp", "-a", "box:/t/d", into / "t" if turn % 2 else into)
    made = {os.path.join(top, name) for top, folders, files in os.walk(into) for name in folders + files}
    assert any(os.path.islink(x) for x in made) and made, made
    assert not (canary.folder.parent / "pwned").exists()


def test_cp_over_links_of_the_host(imgctl, canary, armed):
    """A link that lies where a file of the container's is to be put is replaced or followed by the caller's wish only."""
    into = canary.folder.parent / "into"
    (into / "t").mkdir(parents=True)
    (into / "t/d").symlink_to(canary.folder)
    (into / "t/secret").symlink_to(canary.secret)
    imgctl.ok("run", "-d", "--name", "box", armed, "sh", "-c", "mkdir -p /t/d; echo p >/t/d/pwned; echo p >/t/secret; sleep 1000")
    imgctl.ok("exec", "box", "sh", "-c", "while ! [ -e /t/secret ]; do :; done")
    attempt(imgctl, "cp", "box:/t", into)
    assert (into / "t").is_dir()


@pytest.mark.parametrize("kind", ["6", "3"], ids=["pipe", "device"])
def test_cp_and_export_of_what_blocks(imgctl, canary, tmp_path_of_test, kind):
    """A pipe or a device where a file is read neither blocks nor is read."""
    layer = images.Layer().dir("t").add("t/x", type=kind.encode(), device=(1, 5))
    image = load(imgctl, tmp_path_of_test, layer)
    imgctl.ok("run", "-d", "--name", "box", image, "sleep", "1000")
    assert imgctl.ok("exec", "box", "sh", "-c", "[ -p /t/x -o -c /t/x ] && echo there") == "there\n"
    for command in (["cp", "box:/t/x", canary.folder.parent / "x"], ["cp", "box:/t", "-"], ["export", "-o", canary.folder.parent / "x.tar", "box"],
                    ["commit", "box", "kept:1"], ["diff", "box"]):
        attempt(imgctl, *command)


def as_nobody(*command):
    return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", *map(str, command)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def test_others_cannot_reach_the_store(imgctl, canary, tmp_path_of_test):
    """CVE-2021-41091, CVE-2021-41103, CVE-2024-25621: another user of the host runs no setuid program of an image's."""
    image = load(imgctl, tmp_path_of_test, images.Layer().file("suid", pathlib.Path("/bin/true").read_bytes(), mode=0o4755))
    imgctl.ok("run", "-d", "--name", "box", "-v", "vol:/v", image, "sh", "-c", "cp -p /suid /v/suid; chmod 4755 /v/suid; sleep 1000")
    imgctl.ok("exec", "box", "sh", "-c", "while ! [ -u /v/suid ]; do :; done")
    found = [pathlib.Path(top) / "suid" for top, _, files in os.walk(imgctl.root) if "suid" in files]
    assert len(found) >= 2 and all(os.stat(x).st_mode & stat.S_ISUID for x in found)
    for folder in (imgctl.root, imgctl.runroot):
        assert stat.S_IMODE(os.stat(folder).st_mode) & 0o066 == 0, folder
        assert as_nobody("ls", folder).returncode != 0
    # by descriptor, for the folders above the store may be closed to others too
    with_it = os.open(imgctl.root, os.O_PATH)
    try:
        inside = os.path.relpath(found[0], imgctl.root)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", "stat", f"/proc/self/fd/{with_it}/{inside}"],
                              pass_fds=[with_it], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode != 0 and "ermission denied" in done.stderr, done
    finally:
        os.close(with_it)


def test_nothing_predictable_in_shared_folders(imgctl, canary, busybox):
    """CVE-2019-19724, CVE-2019-11328, CVE-2015-1331: no file of ours is opened in /tmp, /var/tmp or /dev/shm."""
    trace = canary.folder.parent / "trace"
    for arguments in (["run", "--rm", busybox, "true"], ["create", "--name", "box", busybox], ["export", "-o", canary.folder.parent / "x", "box"],
                      ["commit", "box", "kept:1"], ["save", "-o", canary.folder.parent / "y", busybox]):
        child = imgctl.popen(command=["strace", "-f", "-qq", "-e", "trace=open,openat,openat2,creat,mkdir,mkdirat,symlinkat,mknodat", "-o", trace,
                                      *imgctl.command(*arguments)])
        child.communicate(timeout=60)
        assert child.returncode == 0, arguments
        lines = trace.read_text(errors="replace").splitlines()
        assert len(lines) > 10
        assert not [x for x in lines if '"/tmp/' in x or '"/var/tmp/' in x or '"/dev/shm/' in x], arguments


def test_no_program_of_ours_is_setuid(imgctl, canary):
    """CVE-2017-5985, CVE-2016-8659 and their class."""
    for program in imgctl.program.parent.glob("imgctl*"):
        assert program.stat().st_mode & (stat.S_ISUID | stat.S_ISGID) == 0 and not os.listxattr(program), program
