# SPDX-License-Identifier: Apache-2.0
"""imgctl build: what is known is not done again, why something is, failed steps, the same digests again."""
import json
import os
import re
import subprocess

import pytest

from harness.context import Context

pytestmark = pytest.mark.threads

DOCKERFILE = """FROM busybox
ARG VERSION=1.2
ENV KIND=one
WORKDIR /src
COPY main.c lib.c ./
RUN cat /dev/urandom | head -c 9 | md5sum > /random && echo $VERSION > /version
COPY d /d
"""
FILES = {"Dockerfile": DOCKERFILE, "main.c": "int main;\n", "lib.c": "lib\n", "d/x": "x", "d/y": "y"}


@pytest.fixture
def context(tmp_path_of_test):
    return Context(tmp_path_of_test / "context", FILES)


@pytest.fixture
def build(imgctl, busybox, context):
    """Builds the context; gives {step: what became of it} with the words of --why."""
    def run(*options, rc=0, **how):
        result = imgctl("build", "--why", "-t", "it", *options, context, **how)
        assert result.rc == rc, str(result)
        names = dict(re.findall(r"^#(\d+) \[(?:\S+ )?\d+/\d+\] (.*)$", result.err, re.M))
        run.err = result.err
        run.cached = [names[n] for n in re.findall(r"^#(\d+) CACHED$", result.err, re.M)]
        run.why = {names[n].split()[0]: why for n, why in reversed(re.findall(r"^#(\d+) WHY: (.*)$", result.err, re.M))}
        run.first = re.findall(r"^#\d+ WHY: (.*)$", result.err, re.M)[:1]
        return result
    return run


def test_nothing_changed_nothing_done(imgctl, build, context):
    build()
    first = imgctl.inspect("it", "{{json .Id}}", "image")
    for name in ("main.c", "lib.c", "d/x"):
        os.utime(context.folder / name, (1, 1))  # times alone are no change
    os.utime(context.folder / "d", (1, 1))
    build()
    assert not build.why and len(build.cached) == 4
    assert imgctl.inspect("it", "{{json .Id}}", "image") == first


@pytest.mark.parametrize("change, words", [
    (lambda c: c.write("main.c", "int other;\n"), "./main.c changed"),
    (lambda c: c.write("lib.c", "lib\n", mode=0o755), "./lib.c mode 644 → 755"),
    (lambda c: c.write("d/z", "new"), "./d/z is new"),
    (lambda c: c.remove("d/y"), "./d/y is gone"),
    (lambda c: ["--build-arg", "VERSION=1.3"], "ARG VERSION 1.2 → 1.3"),
    (lambda c: c.write("Dockerfile", DOCKERFILE.replace("KIND=one", "KIND=two")), "ENV KIND one → two"),
    (lambda c: c.write("Dockerfile", DOCKERFILE.replace("ENV", "ENV MORE=1 ")), "ENV MORE is new: 1"),
    (lambda c: c.write("Dockerfile", DOCKERFILE.replace("echo $VERSION", "echo v$VERSION")),
     "command .*cat /dev/urandom .* → .*"),
    (lambda c: c.write("Dockerfile", DOCKERFILE.replace("RUN", "USER alice\nRUN", 1).replace("/random", "/tmp/r").replace("/version", "/tmp/v")),
     "user is new: alice|command .*"),
    (lambda c: c.write("Dockerfile", DOCKERFILE.replace("/src", "/source")), "folder /src → /source"),
    (lambda c: c.write("Dockerfile", DOCKERFILE.replace("COPY d", "COPY --chown=1:2 d")), "--chown is new: 1:2"),
    (lambda c: c.write("Dockerfile", DOCKERFILE.replace("COPY d /d", "COPY d /e")), "destination /d → /e"),
    (lambda c: ["--no-cache"], "--no-cache"),
    (lambda c: ["--add-host", "x:1.2.3.4"], "--add-host is new: x:1.2.3.4"),
])
def test_why(build, context, change, words):
    build()
    more = change(context)
    build(*(more if isinstance(more, list) else []))
    assert re.fullmatch(words, build.first[0]), build.err


def test_why_the_base_moved(imgctl, build, context):
    imgctl.ok("tag", "busybox", "base:1")
    context.write("Dockerfile", DOCKERFILE.replace("FROM busybox", "FROM base:1"))
    build()
    imgctl.ok("build", "-t", "base:1", "-", stdin="FROM busybox\nRUN touch /moved\n")
    build()
    assert build.first == ["base base:1 moved"]


def test_steps_are_shared_and_changes_go_no_further(imgctl, build, context, tmp_path_of_test):
    """A step that gives the same files as before changes nothing after it."""
    context.write("Dockerfile", "FROM busybox AS made\nCOPY main.c /\nRUN cut -c1-3 /main.c > /out\n"
                                "FROM busybox\nCOPY --from=made /out /out\nRUN cat /out > /again\n")
    build()
    context.write("main.c", "int changed;\n")
    build()
    assert set(build.why) == {"COPY", "RUN"} and "RUN cat /out > /again" in build.cached
    context.write("Dockerfile", "FROM busybox\nCOPY main.c /\nRUN echo other\n")
    build()
    assert "COPY main.c /" in build.cached


def test_a_failed_step_is_stood_in_and_resumed(imgctl, build, context):
    context.write("Dockerfile", "FROM busybox\nRUN echo before > /before\nRUN echo half > /half && test -e /missing\nRUN touch /end\n")
    build(rc=1)
    shell = imgctl.pty("build", "--shell", "-t", "it", context)
    shell.expect("# ")
    shell.sendline("cat /before /half; touch /missing; exit")
    shell.expect("before\r\nhalf\r\n")
    shell.wait()
    assert imgctl("build", "-t", "it", context).rc == 1  # a usual build begins the step anew
    build(rc=1)
    context.write("Dockerfile", "FROM busybox\nRUN echo before > /before\nRUN grep half /half > /resumed\nRUN touch /end\n")
    build("--resume")
    assert imgctl.ok("run", "--rm", "it", "sh", "-c", "cat /half /resumed; ls /end") == "half\nhalf\n/end\n"
    imgctl.fails("build", "--shell", context, err="no failed step")
    assert imgctl.ok("ps", "-aq") == ""


def test_logs_are_kept(imgctl, build, context):
    context.write("Dockerfile", "FROM busybox\nRUN echo said; seq 3000; echo wrong >&2\n")
    build()
    name, = imgctl.ok("build", "logs").split()
    text = imgctl.ok("build", "logs", name, "2")
    assert text.startswith("said\n1\n2\n") and text.endswith("3000\nwrong\n")
    assert imgctl.ok("build", "logs", name).startswith("==> #2 [2/2] RUN echo said")
    imgctl.fails("build", "logs", "none", err="no build none")


def test_usage_and_prune(imgctl, build, context):
    context.write("Dockerfile", "FROM busybox\nRUN --mount=type=cache,id=mine,target=/c echo kept > /c/f && head -c 100000 /dev/zero > /big\n")
    build()
    shown = imgctl.ok("builder", "du")
    assert "mine" in shown and "exec.cachemount" in shown and "RUN --mount" in shown
    imgctl.ok("rmi", "it")
    assert re.search(r"Total reclaimed space: 100", imgctl.ok("builder", "prune", "-f"))
    assert "mine" in imgctl.ok("builder", "du")
    imgctl.ok("builder", "prune", "-af")
    assert "mine" not in imgctl.ok("builder", "du")
    imgctl.ok("system", "check")
    build()
    assert build.first == ["its files are not here any more"] or build.first == ["it was never done before"]


def test_the_cache_stays_below_its_limit(imgctl, build, context):
    for size in ("200000", "300000", "400000"):
        context.write("Dockerfile", f"FROM busybox\nRUN head -c {size} /dev/zero > /big\n")
        build("--label", f"s={size}", env={"IMGCTL_BUILD_CACHE": "450k"})
        imgctl.ok("rmi", "-f", "it")
    context.write("Dockerfile", "FROM busybox\nRUN head -c 400000 /dev/zero > /big\n")
    build()
    assert build.cached
    context.write("Dockerfile", "FROM busybox\nRUN head -c 200000 /dev/zero > /big\n")
    build()
    assert build.why


@pytest.mark.parametrize("epoch", [None, "1700000000"])
def test_the_same_digests_again(imgctl, busybox, tmp_path_of_test, epoch):
    """In other folders, at another time, by another store: the same manifest."""
    dockerfile = ("FROM busybox AS a\nCOPY d /d\nWORKDIR /made/here\nCOPY <<F /inline\ntext\nF\nENV A=1\nLABEL l=1\n"
                  + ("RUN mkdir /run-made && echo x > /run-made/x && rm /etc/group && date > /dev/null\n" if epoch else "RUN true\n")
                  + "FROM scratch\nCOPY --from=a / /\nCMD [\"x\"]\n")
    env = {"SOURCE_DATE_EPOCH": epoch}
    digests = []
    for name, time in (("first", 1750000000), ("second", 1750000000 if not epoch else 1790000000)):
        tool = imgctl if name == "first" else imgctl.another()
        tool.ok("pull", "-q", "busybox")
        context = Context(tmp_path_of_test / name, {"Dockerfile": dockerfile, "d/f": "f", "d/e/g": "g"})
        for path in [context.folder / "d", *(context.folder / "d").rglob("*")]:
            os.utime(path, (time, time))
        metadata = tmp_path_of_test / f"{name}.json"
        tool.ok("build", "-t", "it", "--metadata-file", metadata, context, env=env)
        digests.append(json.loads(metadata.read_text())["containerimage.digest"])
    assert digests[0] == digests[1]


def test_what_was_built_is_pushed_compressed(imgctl, build, context, plain_registry, tmp_path_of_test):
    build()
    name = f"{plain_registry.host}/built/it:1"
    imgctl.ok("tag", "it", name)
    ident = imgctl.inspect("it", "{{json .Id}}", "image")
    imgctl.ok("push", name)
    raw = subprocess.run(["skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{name}"], stdout=subprocess.PIPE, check=True)
    manifest = json.loads(raw.stdout)
    assert {layer["mediaType"] for layer in manifest["layers"]} == {"application/vnd.oci.image.layer.v1.tar+gzip"}
    assert manifest["config"]["digest"] == ident
    imgctl.ok("system", "check", "--deep")
    other = imgctl.another()
    other.ok("pull", "-q", name)
    assert other.ok("run", "--rm", name, "cat", "/src/main.c", "/version") == "int main;\n1.2\n"
    build()
    assert not build.why
    imgctl.ok("push", name)
    imgctl.ok("save", "-o", tmp_path_of_test / "saved.tar", "it")


def test_offline_it_opens_no_socket(imgctl, build, context):
    build()
    result = imgctl("--offline", "build", "-t", "it", context)
    assert result.rc == 0, str(result)
    context.write("Dockerfile", "FROM not-here:1\n")
    imgctl.fails("--offline", "build", context, err="not-here")


@pytest.mark.parametrize("kind", ["registry", "local"])
def test_a_cache_travels(imgctl, build, context, plain_registry, tmp_path_of_test, kind):
    where = (f"type=registry,ref={plain_registry.host}/cache/of:it", ) * 2 if kind == "registry" else (
        f"type=local,dest={tmp_path_of_test}/cache", f"type=local,src={tmp_path_of_test}/cache")
    build("--cache-to", where[0])
    random = imgctl.ok("run", "--rm", "it", "cat", "/random")
    ident = imgctl.inspect("it", "{{json .Id}}", "image")
    other = imgctl.another()
    other.ok("pull", "-q", "busybox")
    result = other("build", "-t", "it", "--cache-from", where[1], context)
    assert result.rc == 0 and result.err.count("CACHED") == 4, str(result)
    assert other.ok("run", "--rm", "it", "cat", "/random") == random and other.inspect("it", "{{json .Id}}", "image") == ident
    assert len(other.ok("images", "-q").split()) == 2
    other.ok("system", "check")
    missing = imgctl("build", "--cache-from", "127.0.0.1:9/none:1", context)
    assert missing.rc == 0 and "WARNING: --cache-from" in missing.err


def test_a_cache_by_an_images_name(imgctl, build, context, plain_registry):
    """A name of the user's means what it did, wherever the cache goes and whatever comes from there."""
    name = f"{plain_registry.host}/mine/app:it"
    ident = lambda: imgctl.inspect(name, "{{json .Id}}", "image")  # noqa: E731
    imgctl.ok("tag", "busybox", name)
    imgctl.ok("push", "-q", name)
    before = ident()
    known = set(imgctl.ok("images", "-aq", "--no-trunc").split())
    result = build("--cache-from", name)  # no cache: an image that is here already
    assert "is no build cache" in result.err and ident() == before
    imgctl.ok("tag", "it", name)
    before = ident()
    assert "is no build cache" in build("--cache-from", name).err  # the registry's is another one
    assert ident() == before
    build("--cache-to", f"type=registry,ref={name}")
    assert ident() == before
    assert "WARNING" not in build("--cache-from", name).err
    assert ident() == before
    assert set(imgctl.ok("images", "-aq", "--no-trunc").split()) == {*known, before}
    imgctl.ok("system", "check")


def test_other_machines_platforms(imgctl, busybox, tmp_path_of_test):
    """What runs nothing is built; what runs something names both platforms."""
    context = Context(tmp_path_of_test / "cross", {"Dockerfile": "FROM scratch\nARG TARGETARCH\nCOPY f /f\nLABEL arch=$TARGETARCH\n", "f": "f"})
    imgctl.ok("build", "-t", "cross", "--platform", "linux/s390x", context)
    assert imgctl.inspect("cross", "[{{json .Architecture}}, {{json .Config.Labels.arch}}]", "image") == ["s390x", "s390x"]
    context.write("Dockerfile", "FROM cross\nRUN true\n")
    imgctl.fails("build", "--platform", "linux/s390x", context, err="linux/s390x.*linux/amd64.*binfmt_misc")
