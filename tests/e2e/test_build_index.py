# SPDX-License-Identifier: Apache-2.0
"""imgctl build --platform a,b: an index, in the store, in archives, in registries."""
import json
import shutil
import subprocess
import tarfile

import pytest

from harness.context import Context

PLATFORMS = ["linux/amd64", "linux/arm64", "linux/arm/v7"]
DOCKERFILE = """FROM --platform=$BUILDPLATFORM busybox AS made
RUN cat /proc/sys/kernel/random/uuid > /once
FROM scratch
ARG TARGETARCH
ARG TARGETVARIANT
COPY --from=made /once /once
COPY f-$TARGETARCH$TARGETVARIANT /f
LABEL arch=$TARGETARCH
"""


@pytest.fixture
def context(tmp_path_of_test):
    return Context(tmp_path_of_test / "context", {"Dockerfile": DOCKERFILE, "f-amd64": "amd64", "f-arm64": "arm64", "f-armv7": "armv7"})


@pytest.fixture
def build(imgctl, busybox, context):
    def run(*options, rc=0, platforms=PLATFORMS):
        result = imgctl("build", "--platform", ",".join(platforms), *options, context)
        assert result.rc == rc, str(result)
        return result
    return run


def skopeo(*words, **how):
    return subprocess.run(["skopeo", *words], check=True, stdout=subprocess.PIPE, **how).stdout


def platform_text(entry):
    return "/".join(filter(None, (entry["platform"].get(key) for key in ("os", "architecture", "variant"))))


def test_an_index_under_the_tag(imgctl, build, context, tmp_path_of_test):
    ids, meta = tmp_path_of_test / "iid", tmp_path_of_test / "meta.json"
    build("-t", "multi:1", "--iidfile", ids, "--metadata-file", meta)
    digest = ids.read_text()
    described = json.loads(meta.read_text())
    assert described["containerimage.digest"] == digest and "containerimage.config.digest" not in described
    assert described["containerimage.descriptor"]["mediaType"] == "application/vnd.oci.image.index.v1+json"
    rows = [json.loads(row) for row in imgctl.ok("images", "-a", "--format", "json").splitlines()]
    assert [(row["Repository"], row["Tag"]) for row in rows if row["Repository"] != "busybox"] == [("multi", "1")]
    assert imgctl.inspect("multi:1", "{{json .Architecture}}", "image") == "amd64"
    imgctl.ok("system", "check", "--deep")
    assert imgctl.inspect(digest, "{{json .Id}}", "image") == imgctl.inspect("multi:1", "{{json .Id}}", "image")
    # the same again is the same, and nothing is pruned of it
    used = imgctl.ok("create", "multi:1", "/x").strip()
    imgctl.ok("image", "prune", "-af")
    imgctl.ok("save", "--format", "oci-archive", "-o", "/dev/null", "multi:1")
    imgctl.ok("create", "--pull", "never", "--platform", "linux/arm64", "--name", "arm", "multi:1", "/x")
    imgctl.ok("rm", used, "arm")
    imgctl.ok("pull", "-q", "busybox")
    build("-t", "multi:1", "--iidfile", ids)
    assert ids.read_text() == digest


def test_stages_of_the_builder_are_built_once(imgctl, build, tmp_path_of_test):
    for options in ((), ("--no-cache",)):
        build("-o", tmp_path_of_test / f"out{len(options)}", *options)
    seen = set()
    for out in ("out0", "out1"):
        folders = sorted(path.name for path in (tmp_path_of_test / out).iterdir())
        assert folders == ["linux_amd64", "linux_arm64", "linux_arm_v7"]
        once = {(tmp_path_of_test / out / folder / "once").read_text() for folder in folders}
        assert len(once) == 1
        seen |= once
        assert (tmp_path_of_test / out / "linux_arm_v7" / "f").read_text() == "armv7"
    assert len(seen) == 2


def test_a_tar_of_all(build, tmp_path_of_test):
    build("-o", f"type=tar,dest={tmp_path_of_test}/out.tar")
    with tarfile.open(tmp_path_of_test / "out.tar") as tar:
        assert tar.extractfile("linux_arm64/f").read() == b"arm64" and tar.getmember("linux_arm_v7/once").uid == 0


def test_each_platform_can_be_had(imgctl, build, context, tmp_path_of_test):
    build("-t", "multi")
    context.write("Dockerfile", "FROM multi\nCOPY f-arm64 /g\n")
    imgctl.ok("--offline", "build", "-t", "upon", "--platform", "linux/arm64", context)
    assert imgctl.inspect("upon", "{{json .Config.Labels.arch}}", "image") == "arm64"
    # a container of it stands on the machine's image, or on the one that is asked for
    ident = imgctl.ok("create", "--pull", "never", "--platform", "linux/arm/v7", "multi", "/x").strip()
    imgctl.ok("cp", f"{ident}:/f", tmp_path_of_test / "f")
    assert (tmp_path_of_test / "f").read_text() == "armv7"
    imgctl.ok("rm", ident)
    ident = imgctl.ok("create", "multi", "/x").strip()
    imgctl.ok("cp", f"{ident}:/f", tmp_path_of_test / "f")
    assert (tmp_path_of_test / "f").read_text() == "amd64"
    imgctl.fails("create", "--pull", "never", "--platform", "linux/s390x", "multi", "/x", err="not for platform linux/s390x")
    imgctl.ok("rm", ident)


def test_it_is_pushed_as_an_index(imgctl, build, plain_registry, tmp_path_of_test):
    name = f"{plain_registry.host}/multi/it:1"
    ids = tmp_path_of_test / "iid"
    build("-t", "it", "--iidfile", ids)
    imgctl.ok("tag", "it", name)
    assert ids.read_text() in imgctl.ok("push", name)
    pushed = f"{plain_registry.host}/multi/pushed:1"
    build("-t", pushed, "--push")
    assert skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{pushed}") == skopeo(
        "inspect", "--raw", "--tls-verify=false", f"docker://{name}")
    index = json.loads(skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}"))
    assert [platform_text(entry) for entry in index["manifests"]] == PLATFORMS
    for arch, variant, text in (("amd64", "", "amd64"), ("arm64", "", "arm64"), ("arm", "v7", "armv7")):
        layout = tmp_path_of_test / f"layout-{arch}"
        skopeo("--override-arch", arch, *(("--override-variant", variant) if variant else ()), "copy", "-q", "--src-tls-verify=false",
               f"docker://{name}", f"oci:{layout}:x")
        subprocess.run(["umoci", "unpack", "--image", f"{layout}:x", tmp_path_of_test / f"bundle-{arch}"], check=True, stdout=subprocess.DEVNULL)
        assert (tmp_path_of_test / f"bundle-{arch}" / "rootfs/f").read_text() == text
    other = imgctl.another()
    other.ok("pull", "-q", name)
    assert other.inspect(name, "{{json .Id}}", "image") == imgctl.inspect("it", "{{json .Id}}", "image")
    shutil.rmtree(imgctl.folder / "other", ignore_errors=True)


@pytest.mark.parametrize("tag", [True, False])
def test_archives_have_all_of_it(imgctl, build, tmp_path_of_test, tag):
    archive, ids = tmp_path_of_test / "it.tar", tmp_path_of_test / "iid"
    build(*(("-t", "it") if tag else ()), "--iidfile", ids, "-o", f"type=oci,dest={archive}")
    archives = [archive]
    if tag:
        archives.append(tmp_path_of_test / "saved.tar")
        imgctl.ok("save", "--format", "oci-archive", "-o", archives[1], "it")
    for path in archives:
        layout = tmp_path_of_test / f"all-{path.name}"
        skopeo("copy", "-q", "--all", f"oci-archive:{path}", f"oci:{layout}")
        entry, = json.loads((layout / "index.json").read_text())["manifests"]
        assert entry["digest"] == ids.read_text()
    if tag:  # docker's form has this machine's image by its name, and all of it in the layout beside that
        plain = tmp_path_of_test / "docker.tar"
        imgctl.ok("save", "-o", plain, "it")
        skopeo("copy", "-q", f"docker-archive:{plain}:it:latest", f"oci:{tmp_path_of_test}/plain:x")
        subprocess.run(["umoci", "unpack", "--image", f"{tmp_path_of_test}/plain:x", tmp_path_of_test / "plain-bundle"], check=True,
                       stdout=subprocess.DEVNULL)
        assert (tmp_path_of_test / "plain-bundle/rootfs/f").read_text() == "amd64"
        with tarfile.open(plain) as archived:
            entry, = json.load(archived.extractfile("index.json"))["manifests"]
        assert entry["digest"] == ids.read_text()
    assert "untagged.imgctl" not in imgctl.ok("images", "-a") and b"untagged.imgctl" not in archive.read_bytes()
    assert not (imgctl.root / "refs/untagged.imgctl.invalid").exists()
    other = imgctl.another()
    other.ok("load", "-i", archive)
    shutil.rmtree(imgctl.folder / "other", ignore_errors=True)
    build("-t", "it", "-o", "type=docker,dest=/dev/null", rc=1)


def test_it_goes_as_a_whole(imgctl, build):
    blobs = lambda: set(path.name for path in (imgctl.root / "blobs/sha256").iterdir())  # noqa: E731
    before = blobs()
    build("-t", "it")
    imgctl.ok("tag", "it", "also")
    imgctl.ok("rmi", "it")
    assert imgctl.inspect("also", "{{json .Architecture}}", "image") == "amd64"
    imgctl.ok("save", "--format", "oci-archive", "-o", "/dev/null", "also")
    out = imgctl.ok("rmi", "also")
    assert out.count("Deleted: sha256:") >= 3
    imgctl.ok("builder", "prune", "-af")
    imgctl.ok("image", "prune", "-af")
    assert blobs() <= before
    imgctl.ok("system", "check", "--deep")


def test_platforms_that_cannot_be(imgctl, build, busybox, context):
    imgctl.fails("build", "--platform", "linux/amd64,nonsense", context, err="--platform nonsense")
    imgctl.fails("build", "--platform", "linux/amd64,linux/arm64", "--shell", context, err="--shell needs one platform")
    context.write("Dockerfile", "FROM scratch AS other\nCOPY f-amd64 /f\nFROM other\nRUN true\n")
    imgctl.fails("build", "--platform", "linux/s390x,linux/amd64", context, err="platform linux/s390x.*linux/s390x.*linux/amd64.*binfmt_misc")
