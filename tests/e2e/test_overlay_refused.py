# SPDX-License-Identifier: Apache-2.0
"""A store where the kernel refuses an overlay (it lies on one, as in a container): fuse-overlayfs serves, and nothing differs."""
import contextlib
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tarfile

import pytest
from conftest import program
from harness import images, peers
from harness.rootless import User, UserTool
from harness.tool import Tool

SUBORDINATE = 65536
CHANGES = ("mkdir -p /new/deep && echo 1 >/new/deep/f && rm /data/gone && rm -r /data/tree && mkdir /data/tree && echo 2 >/data/tree/other "
           "&& echo 3 >>/data/kept && ln -s kept /data/link && chmod 600 /data/mode && rm -r /lost "
           "&& mv /data/moved /data/there && chmod u+s /data/there")


def changes(tool):
    """A user without subordinate ids has no others to give."""
    return CHANGES + (" && chown 7:8 /data/owner" if not isinstance(tool, UserTool) or tool.user.has_others else "")


def mixed():
    """Layers that hide what is below them."""
    first = images.busybox().layers[0]
    second = images.Layer()
    for name in ("gone", "kept", "mode", "owner", "moved", "tree/a", "tree/b", "hidden", "full/x"):
        second.file(f"data/{name}", name)
    second.file("lost/file", "x")
    third = images.Layer().whiteout("data/hidden").opaque("data/full").file("data/full/y", "y")
    return images.Image(first, second, third)


@contextlib.contextmanager
def overlay(folder):
    """FOLDER/over: an overlay that can be no upper directory of another."""
    for name in ("lower", "upper", "work", "over"):
        (folder / name).mkdir()
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                    f"lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work", folder / "over"], check=True)
    try:
        yield folder / "over"
    finally:
        subprocess.run(["umount", "-l", folder / "over"], check=True)


@contextlib.contextmanager
def fuse_for_all():
    """As udev has it."""
    before = stat.S_IMODE(os.stat("/dev/fuse").st_mode)
    os.chmod("/dev/fuse", 0o666)
    try:
        yield
    finally:
        os.chmod("/dev/fuse", before)


def as_root(folder, hub, no_leaks, conf):
    it = Tool(program(), folder / "imgctl", {"CONTAINERS_REGISTRIES_CONF": str(conf)})
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    return it


def as_user(user, folder, hub, no_leaks, conf):
    it = UserTool(program(), user, folder / "imgctl")
    it.env["CONTAINERS_REGISTRIES_CONF"] = str(it.give("registries.conf", conf.read_text()))
    hub.trust(it.home)
    no_leaks.marks.append(it.mark)
    return it


@pytest.fixture(params=["root", "ranged", "single"])
def refused(request, tmp_path_of_test, hub, no_leaks, registries_conf):
    """imgctl of root, of a user with subordinate ids and of one without, with such a store."""
    peers.need("fuse-overlayfs", "fuse-overlayfs")
    hub.push("library/mixed:1", mixed())
    with contextlib.ExitStack() as stack:
        if request.param == "root":
            folder = stack.enter_context(overlay(tmp_path_of_test))
            it = as_root(folder, hub, no_leaks, registries_conf)
        else:
            user = User(f"imgctl-o{request.param[0]}-", SUBORDINATE if request.param == "ranged" else 0)
            stack.callback(user.close)
            place = user.folder / "place"
            place.mkdir()
            folder = stack.enter_context(overlay(place))
            user.own(folder)
            stack.enter_context(fuse_for_all())
            it = as_user(user, folder, hub, no_leaks, registries_conf)
        stack.callback(it.close)
        yield it


def names_of(archive, tmp_path):
    """name: (type, mode, owners, size, target) of the entries of an exported root."""
    with tarfile.open(archive) as tar:
        return {m.name: (m.type, oct(m.mode), m.uid, m.gid, m.size, m.linkname) for m in tar}


def life(tool, folder, refused):
    """What is to be seen of one life of a container that changes much."""
    tool.ok("pull", "-q", "mixed:1")
    seen = {"start": tool.ok("run", "--rm", "--network", "none", "mixed:1", "sh", "-c", "find /data /lost | sort; cat /data/full/y")}
    tool.ok("run", "-d", "--name", "box", "--network", "none", "mixed:1", "sh", "-c", f"{changes(refused)} && touch /ready && exec sleep 1000")
    tool.ok("exec", "box", "sh", "-c", "for i in $(seq 200); do test -e /ready && exit 0; sleep 0.05; done; exit 1")
    seen["diff"] = sorted(tool.ok("diff", "box").splitlines())
    tool.ok("cp", "box:/data/tree/other", folder / "copied")
    seen["copied"] = (folder / "copied").read_text()
    (folder / "copied").chmod(0o644)
    tool.ok("cp", folder / "copied", "box:/new/copied")
    seen["exec"] = tool.ok("exec", "box", "sh", "-c", "find /data /new -exec stat -c '%n %a %u %g %s' {} + | sort")
    tool.ok("commit", "box", "committed:1")
    seen["committed"] = tool.ok("run", "--rm", "--network", "none", "committed:1", "sh", "-c",
                                "find /data /new -exec stat -c '%n %a %u %g' {} + | sort; ls /lost 2>&1 || true")
    tool.ok("export", "-o", folder / "box.tar", "box")
    seen["export"] = {k: v for k, v in names_of(folder / "box.tar", folder).items() if re.match(r"\.?/?(data|new|lost)", k)}
    tool.ok("rm", "-f", "box")
    tool.ok("save", "-o", folder / "saved.tar", "committed:1")
    seen["check"] = tool("system", "check", "--deep").rc
    return seen


def test_the_life_of_a_container_is_the_same(refused, imgctl, tmp_path_of_test):
    if isinstance(refused, UserTool):
        mine = refused.folder / "files"
        mine.mkdir()
        refused.user.own(mine)
    else:
        mine = tmp_path_of_test / "mine"
        mine.mkdir()
    theirs = tmp_path_of_test / "theirs"
    theirs.mkdir()
    assert life(refused, mine, refused) == life(imgctl, theirs, refused)
    # what was made there is read where the kernel's own overlay is had
    shutil.copy(mine / "saved.tar", theirs / "moved.tar")
    imgctl.ok("rmi", "committed:1")
    imgctl.ok("load", "-q", "-i", theirs / "moved.tar")
    out = imgctl.ok("run", "--rm", "--network", "none", "committed:1", "sh", "-c", "ls -a /data /data/tree /data/full; ls /lost 2>&1 || true")
    assert "gone" not in out and ".wh." not in out and "other" in out and "No such file" in out


def test_a_build_is_the_same(refused, imgctl, tmp_path_of_test):
    text = f"FROM mixed:1\nRUN {changes(refused)}\nRUN rm /new/deep/f /data/kept && rm -r /data/tree\nCOPY Dockerfile /data/kept\nRUN echo x >>/data/kept\n"
    found = []
    for tool in (refused, imgctl):
        if isinstance(tool, UserTool):
            context = tool.folder / "context"
            context.mkdir()
            tool.user.own(context)
            tool.give("context/Dockerfile", text)
        else:
            context = tmp_path_of_test / f"context{len(found)}"
            context.mkdir()
            (context / "Dockerfile").write_text(text)
        (context / "Dockerfile").chmod(0o644)
        tool.ok("build", "-q", "-t", "built", "--network", "none", context, env={"SOURCE_DATE_EPOCH": "1700000000"})
        found.append((tool.ok("run", "--rm", "--network", "none", "built", "sh", "-c",
                              "find /data /new -exec stat -c '%n %a %u %g' {} + | sort; cat /data/kept; ls /lost 2>&1 || true"),
                      tool.inspect("built", "{{json .RootFS.Layers}}", "image")))
    assert found[0] == found[1]


def test_without_the_program_both_reasons_are_told(refused):
    refused.ok("pull", "-q", "mixed:1")
    empty = refused.folder / "bin"
    empty.mkdir()
    path = {"PATH": str(empty)} if not isinstance(refused, UserTool) else None
    if path is None:  # newuidmap is looked up, too
        for name in ("newuidmap", "newgidmap"):
            (empty / name).symlink_to(f"/usr/bin/{name}")
        path = {"PATH": str(empty)}
        command = ["/usr/bin/setpriv", *refused.user.prefix[1:]]
        result = subprocess.run([*command, str(refused.program), "run", "--rm", "--network", "none", "mixed:1", "true"],
                                env=refused.environment(path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        code, err = result.returncode, result.stderr
    else:
        result = refused("run", "--rm", "--network", "none", "mixed:1", "true", env=path)
        code, err = result.rc, result.err
    assert code == 125 and "overlay" in err and "fuse-overlayfs" in err, err
    assert pathlib.Path("/usr/bin/fuse-overlayfs").exists()
