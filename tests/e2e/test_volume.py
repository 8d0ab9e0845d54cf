# SPDX-License-Identifier: Apache-2.0
"""imgctl volume create, ls, inspect, rm."""
import gzip
import io
import re
import tarfile

import pytest


def names(tool, *args):
    return tool.ok("volume", "ls", "-q", *args).split()


def test_create(imgctl):
    assert imgctl.ok("volume", "create", "data") == "data\n"
    assert imgctl.ok("volume", "create", "data") == "data\n"
    anonymous = imgctl.ok("volume", "create").strip()
    assert re.fullmatch("[0-9a-f]{64}", anonymous)
    assert names(imgctl) == sorted(["data", anonymous])


def test_ls(imgctl, busybox):
    imgctl.ok("volume", "create", "--label", "a=1", "--label", "b", "one")
    imgctl.ok("volume", "create", "two")
    imgctl.ok("create", "--name", "user", "-v", "two:/v", busybox)
    assert [line.split() for line in imgctl.ok("volume", "ls").splitlines()] == [
        ["DRIVER", "VOLUME", "NAME"], ["local", "one"], ["local", "two"]]
    assert imgctl.ok("volume", "list", "--format", '{{.Name}} {{.Labels}} {{.Label "a"}} {{.Scope}}').splitlines() == [
        "one a=1,b= 1 local", "two   local"]
    assert imgctl.ok("volume", "ls", "--format", "{{.Mountpoint}}", "-f", "name=two").strip() == \
        str(imgctl.root / "volumes/two/_data")


@pytest.mark.parametrize("given, wanted", [
    ("name=on", ["one"]), ("label=a", ["one"]), ("label=a=2", []), ("label!=a", ["two"]), ("driver=local", ["one", "two"]),
    ("driver=nfs", []), ("dangling=true", ["one"]), ("dangling=false", ["two"]),
])
def test_filters(imgctl, busybox, given, wanted):
    imgctl.ok("volume", "create", "--label", "a=1", "one")
    imgctl.ok("create", "-v", "two:/v", busybox)
    assert names(imgctl, "--filter", given) == wanted


def test_inspect(imgctl):
    imgctl.ok("volume", "create", "--label", "a=1", "data")
    document, = imgctl.json("volume", "inspect", "data")
    assert document["Labels"] == {"a": "1"} and document["Driver"] == document["Scope"] == "local"
    assert imgctl.ok("volume", "inspect", "-f", "{{.Name}}", "data") == "data\n"
    result = imgctl.fails("volume", "inspect", "data", "none", rc=1, err="(?i)no such volume: none")
    assert '"Name": "data"' in result.out


def test_rm(imgctl, busybox):
    for name in ("free", "used"):
        imgctl.ok("volume", "create", name)
    container = imgctl.ok("create", "-v", "used:/v", busybox).strip()
    result = imgctl.fails("volume", "rm", "used", "free", "none", rc=1)
    assert result.out == "free\n"
    assert f"remove used: volume is in use - [{container}]" in result.err and "get none: no such volume" in result.err
    assert names(imgctl) == ["used"]
    assert imgctl.ok("volume", "rm", "-f", "none") == "none\n"
    imgctl.ok("rm", container)
    assert imgctl.ok("volume", "remove", "used") == "used\n"


@pytest.mark.parametrize("args, left", [
    ([], ["named", "used"]), (["--all"], ["used"]), (["--filter", "all=1", "--filter", "label=x"], ["used", "ANONYMOUS"]),
    (["--filter", "label=x"], ["named", "used", "ANONYMOUS"]),
])
def test_prune(imgctl, busybox, args, left):
    imgctl.ok("volume", "create", "--label", "x", "named")
    imgctl.ok("run", "-v", "used:/v", busybox, "true")
    imgctl.ok("run", "--rm", "-v", "named:/v", busybox, "sh", "-c", "head -c 3000 /dev/zero > /v/f")
    anonymous = imgctl.ok("volume", "create").strip()
    out = imgctl.ok("volume", "prune", "--force", *args)
    assert names(imgctl) == sorted(x.replace("ANONYMOUS", anonymous) for x in left)
    gone = {"named", anonymous} - set(names(imgctl))
    assert set(out.split("\n\n")[0].splitlines()[1:]) == gone
    assert out.endswith(f"Total reclaimed space: {'3kB' if 'named' in gone else '0B'}\n")


def test_prune_asks(imgctl):
    name = imgctl.ok("volume", "create").strip()
    assert "anonymous local volumes not used" in imgctl.ok("volume", "prune", stdin="n\n")
    assert "all local volumes not used" in imgctl.ok("volume", "prune", "-a", stdin="\n")
    assert names(imgctl) == [name]


@pytest.mark.parametrize("args, says", [
    (["create", "a/b"], "includes invalid characters for a local volume name"),
    (["create", "--driver", "nfs", "x1"], "plugin \"nfs\" not found"),
    (["create", "--opt", "type=tmpfs", "x1"], 'create x1: missing required option: "device"'),
    (["create", "--opt", "foo=1", "x1"], 'create x1: invalid option: "foo"'),
    (["create", "--opt", "size=1m", "x1"], "no quota support"),
    (["ls", "--filter", "size=1"], "invalid filter"),
    (["rm"], "requires at least 1 argument"),
    (["rm", "../x"], "no such volume"),
])
def test_bad_input(imgctl, args, says):
    imgctl.fails("volume", *args, rc=1, err=says)
    assert names(imgctl) == []


def members(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {entry.name: entry for entry in tar}


def test_export_and_import(imgctl, busybox, tmp_path):
    imgctl.ok("run", "--rm", "-v", "one:/d", busybox, "sh", "-c",
              "mkdir /d/sub; echo hello >/d/sub/file; ln -s ../../../etc/passwd /d/link; chown 7:8 /d/sub/file; chmod 640 /d/sub/file")
    data = imgctl("volume", "export", "one", text=False).out
    entries = members(data)
    assert sorted(name.rstrip("/") for name in entries) == ["link", "sub", "sub/file"]
    assert (entries["sub/file"].uid, entries["sub/file"].gid, entries["sub/file"].mode) == (7, 8, 0o640)
    archive = tmp_path / "one.tar"
    imgctl.ok("volume", "export", "-o", archive, "one")
    assert archive.read_bytes() == data
    imgctl.ok("volume", "create", "two")
    imgctl.ok("volume", "import", "two", archive)
    imgctl.ok("run", "--rm", "-v", "two:/d", busybox, "sh", "-c", "echo more >/d/more")
    imgctl.ok("volume", "import", "two", "-", stdin=gzip.compress(data))  # what is there stays
    script = "cat /d/sub/file /d/more; stat -c %u:%g:%a /d/sub/file; readlink /d/link"
    assert imgctl.ok("run", "--rm", "-v", "two:/d", busybox, "sh", "-c", script) == "hello\nmore\n7:8:640\n../../../etc/passwd\n"
    imgctl.fails("volume", "export", "nope", rc=1, err="no such volume")
    imgctl.fails("volume", "import", "nope", archive, rc=1, err="no such volume")
    imgctl.fails("volume", "import", "two", tmp_path / "nothing", rc=1, err="nothing")
    imgctl.fails("volume", "export", "../../x", rc=1, err="no such volume")


def test_what_is_imported_stays_in_the_volume(imgctl, busybox, tmp_path):
    imgctl.ok("volume", "create", "one")
    target = tmp_path / "target"
    target.mkdir()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        link = tarfile.TarInfo("out")
        link.type, link.linkname = tarfile.SYMTYPE, str(target)
        tar.addfile(link)
        for name in ("out/evil", "../evil"):
            entry = tarfile.TarInfo(name)
            entry.size = 4
            tar.addfile(entry, io.BytesIO(b"evil"))
    imgctl("volume", "import", "one", stdin=buffer.getvalue())
    assert list(target.iterdir()) == []
    assert not list(imgctl.root.glob("volumes/evil")) and not list(imgctl.root.glob("volumes/one/evil"))


def test_export_of_one_that_has_to_be_mounted(imgctl, busybox, tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source/file").write_text("here")
    imgctl.ok("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", f"device={tmp_path}/source", "one")
    assert sorted(members(imgctl("volume", "export", "one", text=False).out)) == ["file"]


def test_a_name_as_an_option(imgctl):
    assert imgctl.ok("volume", "create", "--name", "old") == "old\n"
    imgctl.fails("volume", "create", "--name", "old", "new", rc=1, err="either specify --name or provide positional arg")
