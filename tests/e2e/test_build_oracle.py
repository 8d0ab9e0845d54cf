# SPDX-License-Identifier: Apache-2.0
"""The Dockerfiles of tests/e2e/dockerfiles, built by imgctl and by buildah: the same files, configuration and history.

Beside a Dockerfile whose language buildah 1.28 does not know lies a Dockerfile.oracle that says the same in the old way.
"""
import concurrent.futures
import io
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tarfile

import pytest

from harness import host_tools, peers, trees, web

FOLDERS = sorted(path.parent for path in pathlib.Path(__file__).with_name("dockerfiles").glob("*/Dockerfile"))
# what an engine puts into a container to mount over, and what its start touches
OWN = {"dev", "proc", "sys", "etc/hosts", "etc/hostname", "etc/resolv.conf", "run", "run/.containerenv", "etc/mtab", "run/secrets",
       "run/buildkit"}
# buildah takes away what a cache is mounted on
CACHES = ("var/cache/apt", "var/lib/apt")
# what a RUN mounts something on: buildah removes it afterwards, and says nothing when that fails because it is still mounted
TARGET = re.compile(r"--mount=\S*\b(?:target|dst|destination)=/([^,\s]+)")
# security.capability: cap_net_raw=ep
CAPABILITY = bytes.fromhex("0100000200200000000000000000000000000000")


def packed(mode, names):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as tar:
        for name, kind, owner, content in names:
            info = tarfile.TarInfo(name)
            info.type, info.uid, info.gid = kind, *owner
            info.mode = 0o750 if kind == tarfile.DIRTYPE else 0o640
            info.linkname = content if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(content.encode()))
    return data.getvalue()


def tree(top):
    return [(top, tarfile.DIRTYPE, (1000, 50), ""), (f"{top}/file", tarfile.REGTYPE, (7, 8), "text"),
            (f"{top}/hard", tarfile.LNKTYPE, (7, 8), f"{top}/file"), (f"{top}/soft", tarfile.SYMTYPE, (0, 0), "file"),
            (f"{top}/in/side", tarfile.REGTYPE, (0, 0), "deep")]


class Setting:
    """What a folder needs besides its files: made in a copy of it, with the options that name it."""

    def __init__(self, folder, request):
        self.folder, self.request, self.options, self.theirs = folder, request, [], []

    def archives(self):
        for ending, mode, top in (("", "w", "a"), (".gz", "w:gz", "b"), (".bz2", "w:bz2", "c"), (".xz", "w:xz", "d")):
            (self.folder / f"tree.tar{ending}").write_bytes(packed(mode, tree(top)))

    def attributes(self):
        for name in ("ping", "marked"):
            (self.folder / name).write_text(name)
        os.setxattr(self.folder / "ping", "security.capability", CAPABILITY)
        os.setxattr(self.folder / "marked", "user.mark", b"a\0b")
        (self.folder / "ping").chmod(0o755)

    def empty(self):
        (self.folder / "tree/empty").mkdir()
        (self.folder / "tree/deep/er").mkdir(parents=True)

    def links(self):
        (self.folder / "linked").mkdir()
        (self.folder / "linked/one").write_text("1")
        os.link(self.folder / "linked/one", self.folder / "linked/two")

    def names(self):
        top = self.folder / "tree"
        top.mkdir()
        (top / ("n" * 255)).write_text("255")
        (top / "a" / ("b" * 120) / ("c" * 120)).mkdir(parents=True)
        (top / "a" / ("b" * 120) / ("c" * 120) / "file").write_text("deep")
        (top / "link").symlink_to("t" * 200)
        pathlib.Path(os.fsdecode(os.fsencode(top) + b"/\xff\xfe")).write_text("bytes")

    def sparse(self):
        with open(self.folder / "image.raw", "wb") as file:
            file.seek(2 << 20)
            file.write(b"end")
            file.truncate(3 << 20)

    def compiler(self):
        self.options = ["--build-context", f"tools={host_tools.compiler(self.folder.with_name('tools'))}"]

    def python(self):
        self.options = ["--build-context", f"tools={host_tools.python(self.folder.with_name('tools'))}"]

    def secret(self):
        (self.folder / "token").write_text("s3cret\n")
        (self.folder / "token").chmod(0o600)
        self.options = ["--secret", f"id=token,src={self.folder}/token"]

    def agent(self):
        """Anything that listens: nobody talks to it."""
        path = f"/tmp/agent-{os.getpid()}"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        self.request.addfinalizer(lambda: (listener.close(), os.unlink(path)))
        self.options = ["--ssh", f"default={path}"]

    def registry(self):
        served = web.serve(self.folder.with_name("registry"))
        address, folder, _ = served.__enter__()
        self.request.addfinalizer(lambda: served.__exit__(None, None, None))
        for name, version in (("left-pad", "1.3.0"), ("is-odd", "3.0.1")):
            path = folder / name / "-" / f"{name}-{version}.tgz"
            path.parent.mkdir(parents=True)
            path.write_bytes(packed("w:gz", [("package/package.json", tarfile.REGTYPE, (0, 0), f'{{"name": "{name}"}}'),
                                             ("package/index.js", tarfile.REGTYPE, (0, 0), "module.exports = 1;")]))
        self.options = ["--build-arg", f"REGISTRY={address}"]

    def target(self):
        self.options = ["--target", "release"]


SETTINGS = {"add-archives": Setting.archives, "capabilities": Setting.attributes, "empty-folders": Setting.empty, "hard-links": Setting.links,
            "long-names": Setting.names, "sparse-files": Setting.sparse, "c-program": Setting.compiler, "python-app": Setting.python,
            "secret-mounts": Setting.secret, "ssh-mount": Setting.agent, "node-modules": Setting.registry, "target-stage": Setting.target}


@pytest.fixture(scope="module")
def buildah(hub, session_dir, tmp_path_factory):
    """buildah on a store of its own that has busybox, and debian once it is asked for."""
    peers.need("buildah")
    folder = session_dir / "ba"

    def run(*args):
        return peers.run("buildah", f"--root={folder}/b", f"--runroot={folder}/r", "--storage-driver=overlay", *args)

    def have(name):
        archive = session_dir / f"{name}.tar"
        peers.skopeo_pull(hub, f"library/{name}:latest", f"docker-archive:{archive}:{name}:latest", folder)
        run("pull", "-q", f"docker-archive:{archive}")
        archive.unlink()
    folder.mkdir()
    have("busybox")
    run.have = have
    yield run
    subprocess.run(["umount", "-R", f"{folder}/b/overlay"], stderr=subprocess.DEVNULL, check=False)
    shutil.rmtree(folder, ignore_errors=True)


def config_of(document):
    keep = ("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "Healthcheck", "OnBuild",
            "Shell")
    config = {key: document.get(key) or None for key in keep}
    config["Env"] = sorted(config["Env"] or [])
    config["Labels"] = {k: v for k, v in (config["Labels"] or {}).items() if not k.startswith("io.buildah")}
    config["WorkingDir"] = config["WorkingDir"] or "/"
    return config


def history_of(document):
    """Of each instruction whether it made a layer; a WORKDIR does here when it makes a folder, and never for buildah."""
    return ["WORKDIR" not in row["created_by"] and not row.get("empty_layer") for row in document["history"]]


def build_theirs(buildah, setting):
    oracle = setting.folder / "Dockerfile.oracle"
    buildah("build", "-q", "--format=docker", "--isolation=chroot", "--pull-never", "--layers", *setting.options, "-t", "it",
            *(["-f", oracle] if oracle.exists() else []), setting.folder)
    document = json.loads(buildah("inspect", "--type", "image", "it"))["Docker"]
    container = buildah("from", "--isolation=chroot", "--pull-never", "it").split()[-1]  # after what its ONBUILD said
    try:
        return document, trees.of_folder(buildah("mount", container).strip())
    finally:
        buildah("rm", container)


def build_ours(imgctl, setting, path):
    imgctl.ok("build", "-q", "-t", "it", "-o", "type=image", "-o", f"type=tar,dest={path}", *setting.options, setting.folder)
    return imgctl.inspect("it", "{{json .}}", "image"), trees.of_tar(path)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_as_buildah_builds_it(request, imgctl, busybox, buildah, tmp_path_of_test, folder):
    setting = Setting(tmp_path_of_test / "context", request)
    shutil.copytree(folder, setting.folder)
    SETTINGS.get(folder.name, lambda _: None)(setting)
    if folder.name.startswith("debian"):
        request.getfixturevalue("debian")
        buildah.have("debian")
        imgctl.ok("pull", "-q", "debian")
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        waiting = other.submit(build_theirs, buildah, setting)
        image, ours = build_ours(imgctl, setting, tmp_path_of_test / "ours.tar")
        document, theirs = waiting.result()
    removed = set(TARGET.findall((folder / "Dockerfile").read_text())) - theirs.keys()
    a, b = ({name: what for name, what in side.items() if name not in OWN | removed and not name.startswith(CACHES)}
            for side in (ours, theirs))
    assert sorted(a) == sorted(b)
    assert {name: (a[name], b[name]) for name in a if a[name] != b[name]} == {}
    assert config_of(image["Config"]) == config_of(document["config"])
    config = json.loads((imgctl.root / "blobs/sha256" / image["Id"].removeprefix("sha256:")).read_text())
    assert history_of(config) == history_of(document)


def test_every_folder_is_there():
    assert len(FOLDERS) >= 40 and set(SETTINGS) <= {folder.name for folder in FOLDERS}
