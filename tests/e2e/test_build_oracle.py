# SPDX-License-Identifier: Apache-2.0
"""The Dockerfiles of tests/e2e/dockerfiles, built by imgctl and by buildah: the same files, the same configuration."""
import json
import pathlib
import shutil
import tarfile
import tempfile

import pytest

from harness import peers

FOLDERS = sorted(path.parent for path in pathlib.Path(__file__).with_name("dockerfiles").glob("*/Dockerfile"))
# what an engine puts into a container to mount over, and what its start touches
OWN = {"dev", "proc", "sys", "etc/hosts", "etc/hostname", "etc/resolv.conf", "run", "run/.containerenv", "etc/mtab", "run/secrets"}


@pytest.fixture(scope="module")
def buildah(hub, session_dir):
    """buildah on a store of its own that has busybox."""
    peers.need("buildah")
    folder = tempfile.mkdtemp(prefix="ba", dir="/tmp")
    archive = session_dir / "busybox.tar"
    peers.skopeo_pull(hub, "library/busybox:latest", f"docker-archive:{archive}:busybox:latest", folder)

    def run(*args):
        return peers.run("buildah", f"--root={folder}/b", f"--runroot={folder}/r", "--storage-driver=vfs", *args)

    run("pull", "-q", f"docker-archive:{archive}")
    yield run
    archive.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def listing(path):
    """{name: (kind, mode, owner, link, contents)} of a root file system's tar."""
    found = {}
    with tarfile.open(path) as tar:
        for entry in tar:
            name = entry.name.strip("/").removeprefix("./")
            if not name or name == "." or name in OWN:
                continue
            data = tar.extractfile(entry).read() if entry.isreg() else None
            if entry.islnk():  # which of its names comes first is the packer's affair
                data = tar.extractfile(entry).read()
            found[name] = ("file" if entry.islnk() else entry.type, entry.mode, entry.uid, entry.gid,
                           entry.linkname if entry.issym() else "", data)
            if entry.isreg():
                found[name] = ("file", *found[name][1:])
    return found


def config_of(document):
    keep = ("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "Healthcheck", "OnBuild",
            "Shell")
    config = {key: document.get(key) or None for key in keep}
    config["Env"] = sorted(config["Env"] or [])
    config["Labels"] = {k: v for k, v in (config["Labels"] or {}).items() if not k.startswith("io.buildah")}
    config["WorkingDir"] = config["WorkingDir"] or "/"
    return config


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_as_buildah_builds_it(imgctl, busybox, buildah, tmp_path_of_test, folder):
    ours, theirs = tmp_path_of_test / "ours.tar", tmp_path_of_test / "theirs.tar"
    imgctl.ok("build", "-q", "-t", "it", "-o", f"type=tar,dest={ours}", folder)
    buildah("build", "-q", "--format=docker", "--isolation=chroot", "--pull-never", "-t", "it", "-o", f"type=tar,dest={theirs}", folder)
    a, b = listing(ours), listing(theirs)
    assert sorted(a) == sorted(b)
    assert {name: (a[name], b[name]) for name in a if a[name] != b[name]} == {}
    # the image once more, without the output that replaces it there
    buildah("build", "-q", "--format=docker", "--isolation=chroot", "--pull-never", "--layers", "-t", "it", folder)
    document = json.loads(buildah("inspect", "--type", "image", "it"))["Docker"]
    assert config_of(imgctl.inspect("it", "{{json .Config}}", "image")) == config_of(document["config"])
    made = [row for row in document["history"] if row.get("created_by")]
    assert len(made) >= 1 and imgctl.ok("history", "-q", "it")


def test_every_folder_is_there():
    assert len(FOLDERS) >= 16

