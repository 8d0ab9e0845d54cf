# SPDX-License-Identifier: Apache-2.0
"""imgctl build: instructions, contexts, results."""
import gzip
import io
import json
import os
import re
import signal
import subprocess
import tarfile

import pytest

from harness.context import Context

pytestmark = pytest.mark.threads


@pytest.fixture
def build(imgctl, busybox, tmp_path_of_test):
    """build(dockerfile, files, *options) builds image "it"; it says what the last build's errors were."""
    count = iter(range(1000))

    def run(dockerfile, files=None, *options, rc=0, err=None, **how):
        context = Context(tmp_path_of_test / f"context{next(count)}", {"Dockerfile": dockerfile, **(files or {})})
        run.context = context
        if rc:
            return imgctl.fails("build", "-t", "it", *options, context, rc=rc, err=err, **how)
        result = imgctl("build", "-t", "it", *options, context, **how)
        assert result.rc == 0, str(result)
        return result
    return run


@pytest.fixture
def sh(imgctl):
    """What a shell in image "it" prints."""
    return lambda script, *options: imgctl.ok("run", "--rm", "--network", "none", *options, "it", "sh", "-c", script)


def test_run_makes_a_layer_and_settings_do_not(imgctl, build, sh):
    build("FROM busybox\nENV A=1\nRUN echo $A > /one\nLABEL l=x\nCOPY f /f\nCMD [\"cat\", \"/one\"]\n", {"f": "file"})
    assert imgctl.ok("run", "--rm", "it") == "1\n"
    before = len(imgctl.inspect("busybox", "{{json .RootFS.Layers}}"))
    assert len(imgctl.inspect("it", "{{json .RootFS.Layers}}", "image")) == before + 2
    rows = [json.loads(row) for row in imgctl.ok("history", "--no-trunc", "--format", "json", "it").splitlines()]
    assert [row["CreatedBy"] for row in rows[:5]] == ['CMD ["cat" "/one"]', "COPY f /f", "LABEL l=x",
                                                      "RUN /bin/sh -c echo $A > /one", "ENV A=1"]


def test_environment_of_run_is_the_images(build, sh):
    build("FROM busybox\nARG V=arg\nARG W\nENV E=env\nRUN env | sort > /env\n", None, "--build-arg", "W=given",
          env={"SECRET_OF_HOST": "x"})
    lines = dict(line.split("=", 1) for line in sh("cat /env").splitlines())
    assert (lines["V"], lines["W"], lines["E"]) == ("arg", "given", "env")
    assert "SECRET_OF_HOST" not in lines and set(lines) <= {"V", "W", "E", "PATH", "HOME", "HOSTNAME", "PWD", "SHLVL"}
    assert "arg" not in sh("env")


def test_heredocs_scripts_and_shells(build, sh):
    build("FROM busybox\nRUN <<EOF\necho one > /1\necho two > /2\nEOF\n"
          "RUN <<X\n#!/bin/sh -e\necho $0 > /3\nX\nSHELL [\"/bin/sh\", \"-uc\"]\nRUN echo $- > /4\n"
          "RUN [\"sh\", \"-c\", \"echo exec > /5\"]\n")
    one, two, script, flags, form = sh("cat /1 /2 /3 /4 /5").split()
    assert (one, two, form) == ("one", "two", "exec") and script.startswith("/dev/pipes/") and "u" in flags


def test_workdir_and_user(imgctl, build, sh):
    build("FROM busybox\nWORKDIR /a\nWORKDIR b/../c\nRUN pwd > /where\nUSER alice\nWORKDIR /made\nRUN id -u > /tmp/uid\n")
    assert sh("cat /where /tmp/uid; pwd; stat -c '%a %u' /a /made") == "/a/c\n1000\n/made\n755 0\n755 1000\n"
    assert imgctl.inspect("it", "{{json .Config.User}}", "image") == "alice"


def test_copy_to_files_and_folders(build, sh):
    files = {"a": "a", "b": "b", "d/x": "x", "d/e/y": ("y", 0o750)}
    build("FROM busybox\nRUN mkdir /there && ln -s there /link\nCOPY a /there\nCOPY a b /link/\nCOPY d /new\nCOPY d/ /there/\n"
          "COPY [\"a\", \"/sp ace\"]\nWORKDIR /w\nCOPY a .\nCOPY a ./q/\n", files)
    assert sh("cd /there; find . -type f | sort; find /new -type f | sort; cat '/sp ace'; ls -R /w; stat -c %a /new/e/y") == (
        "./a\n./b\n./e/y\n./x\n/new/e/y\n/new/x\na/w:\na\nq\n\n/w/q:\na\n750\n")


def test_copy_patterns_excludes_and_parents(build, sh):
    files = {"a.txt": "", "b.txt": "", "c.md": "", "s/one/x.c": "", "s/two/y.c": "", "s/two/z.h": ""}
    build("FROM busybox\nCOPY *.txt /t/\nCOPY --exclude=b.* *.txt /e/\nCOPY --exclude=**/*.h s /s/\nCOPY --parents s/*/*.c /p/\n"
          "COPY --parents ./s/./two/y.c /q/\n", files)
    assert sh("ls /t /e; find /s /p /q -type f | sort") == (
        "/e:\na.txt\n\n/t:\na.txt\nb.txt\n" "/p/s/one/x.c\n/p/s/two/y.c\n/q/two/y.c\n/s/one/x.c\n/s/two/y.c\n")


@pytest.mark.parametrize("line, words", [
    ("COPY absent /", 'absent": not found'),
    ("COPY a b /x", "must be a directory and end with a /"),
    ("COPY d /f", "cannot copy folder|Not a directory|not a directory"),
    ("COPY --chown=nobody-here a /", "nobody-here"),
    ("COPY --chmod=9 a /", "invalid mode"),
    ("COPY --from=nowhere/at/all:none a /", "nowhere/at/all"),
    ("COPY ../outside /", "not found"),
])
def test_copies_that_cannot_be(build, line, words):
    build(f"FROM busybox\nRUN touch /f\n{line}\n", {"a": "", "b": "", "d/x": ""}, rc=1, err=r"Dockerfile:3: .*(" + words + ")")


def test_a_link_in_the_context_leads_nowhere_else(imgctl, build, sh, tmp_path_of_test):
    (tmp_path_of_test / "secret").write_text("of the host")
    build("FROM busybox\n", {"inner": "in"})
    folder = build.context.folder
    (folder / "out").symlink_to(tmp_path_of_test / "secret")
    (folder / "in").symlink_to("inner")
    (folder / "up").symlink_to("../../../../../../../../../etc/hostname")
    (folder / "Dockerfile").write_text("FROM busybox\nCOPY in /in\nCOPY . /all\n")
    imgctl.ok("build", "-t", "it", folder)
    assert sh("cat /in; readlink /all/out") == f"in{tmp_path_of_test}/secret\n"
    for name in ("out", "up"):
        (folder / "Dockerfile").write_text(f"FROM busybox\nCOPY {name} /x\n")
        imgctl.fails("build", folder, err="not found")


def test_output_of_a_failing_step(imgctl, build):
    result = build("FROM busybox\nRUN echo fine > /kept\nRUN echo said && echo wrong >&2 && exit 7\n", rc=1)
    assert re.search(r"Dockerfile:3: process \"/bin/sh -c echo said .*exit code: 7", result.err)
    assert "said" in result.err and "wrong" in result.err
    assert imgctl.fails("inspect", "it").rc
    again = build("FROM busybox\nRUN echo fine > /kept\nRUN true\n")
    assert "#2 CACHED" in again.err


def test_contexts_from_standard_input(imgctl, busybox, sh):
    imgctl.ok("build", "-t", "it", "-", stdin="FROM busybox\nRUN echo only > /x\n")
    assert sh("cat /x") == "only\n"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, data in (("Dockerfile", b"FROM busybox\nCOPY s /s\n"), ("s/f", b"in tar")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    for data in (packed.getvalue(), gzip.compress(packed.getvalue()),
                 subprocess.run(["xz", "-c"], input=packed.getvalue(), stdout=subprocess.PIPE, check=True).stdout,
                 subprocess.run(["zstd", "-c"], input=packed.getvalue(), stdout=subprocess.PIPE, check=True).stdout):
        imgctl.ok("rmi", "-f", "it")
        imgctl.ok("build", "-t", "it", "-", stdin=data)
        assert sh("cat /s/f") == "in tar"


def test_mounts_leave_nothing(imgctl, build, sh, tmp_path_of_test):
    secret = tmp_path_of_test / "token"
    secret.write_text("s3cret-token")
    build("FROM busybox AS other\nRUN mkdir /o && echo o > /o/f\nFROM busybox\n"
          "RUN --mount=type=secret,id=t,target=/run/secrets/t cat /run/secrets/t | wc -c > /n\n"
          "RUN --mount=type=secret,id=t,env=TOKEN test ${#TOKEN} = 12\n"
          "RUN --mount=type=bind,target=/ctx cat /ctx/f > /seen\n"
          "RUN --mount=type=bind,from=other,source=/o,target=/deep/er/o,rw touch /deep/er/o/new && cat /deep/er/o/f >> /seen\n"
          "RUN --mount=type=tmpfs,target=/scratch touch /scratch/x\n"
          "RUN --mount=type=cache,target=/cache,id=c echo kept > /cache/k\n", {"f": "context\n"}, "--secret", f"id=t,src={secret}")
    assert sh("cat /n /seen; ls -d /ctx /deep /scratch /cache /run/secrets 2>/dev/null; true") == "12\ncontext\no\n"
    build("FROM busybox\nRUN --mount=type=cache,target=/elsewhere,id=c cat /elsewhere/k > /k\n")
    assert sh("cat /k") == "kept\n"
    found = subprocess.run(["grep", "-rl", "s3cret-token", str(imgctl.root), str(imgctl.runroot)], stdout=subprocess.PIPE, text=True,
                           check=False)
    assert found.stdout == ""


def test_an_ignore_file_holds_for_mounts_too(build, sh):
    files = {".dockerignore": "secret\nd/*\n!d/keep\n", "secret": "", "d/keep": "", "d/drop": "", "f": ""}
    build("FROM busybox\nRUN --mount=type=bind,target=/c cd /c && find . -type f | sort > /seen\n", files)
    assert sh("cat /seen").split() == ["./.dockerignore", "./Dockerfile", "./d/keep", "./f"]


def test_stages_run_only_when_needed(imgctl, build, sh):
    result = build("FROM busybox AS unused\nRUN exit 1\nFROM busybox AS a\nRUN echo a > /a\nFROM busybox AS b\nRUN echo b > /b\n"
                   "FROM scratch\nCOPY --from=a /a /\nCOPY --from=b /b /\nCOPY --from=busybox /bin /bin\n")
    assert "unused" not in result.err
    assert sh("cat /a /b") == "a\nb\n"


def test_add_unpacks_and_copy_does_not(build, sh, tmp_path_of_test):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        info = tarfile.TarInfo("in/side")
        info.size, info.uid, info.gid, info.mode = 4, 7, 8, 0o640
        tar.addfile(info, io.BytesIO(b"tar!"))
    build("FROM busybox\nADD a.tgz /add/\nCOPY a.tgz /copy/\nADD --unpack=false a.tgz /plain/\nADD --chown=1:2 a.tgz /own/\n",
          {"a.tgz": packed.getvalue()})
    assert sh("stat -c '%n %u:%g %a' /add/in/side /own/in/side; ls /copy /plain") == (
        "/add/in/side 7:8 640\n/own/in/side 1:2 640\n/copy:\na.tgz\n\n/plain:\na.tgz\n")


def test_labels_target_and_files(imgctl, build, tmp_path_of_test):
    iid, metadata = tmp_path_of_test / "iid", tmp_path_of_test / "metadata"
    out = build("FROM busybox AS one\nLABEL a=1\nFROM one\nRUN exit 1\n", None, "--target", "one", "--label", "b=2", "-q",
                "--iidfile", iid, "--metadata-file", metadata).out.strip()
    assert imgctl.inspect("it", "{{json .Config.Labels}}", "image") == {"a": "1", "b": "2"}
    assert out == iid.read_text() == imgctl.inspect("it", "{{json .Id}}", "image")
    assert json.loads(metadata.read_text())["containerimage.config.digest"] == out


def test_outputs(imgctl, build, tmp_path_of_test):
    build("FROM scratch\nCOPY f /d/f\n", {"f": "out"}, "-o", tmp_path_of_test / "local", "-o",
          f"type=tar,dest={tmp_path_of_test}/t.tar", "-o", f"type=oci,dest={tmp_path_of_test}/o.tar", "-o",
          f"type=docker,dest={tmp_path_of_test}/d.tar")
    assert (tmp_path_of_test / "local/d/f").read_text() == "out"
    assert tarfile.open(tmp_path_of_test / "t.tar").extractfile("d/f").read() == b"out"
    for kind, name in (("oci-archive", "o.tar"), ("docker-archive", "d.tar")):
        subprocess.run(["skopeo", "inspect", "--raw", f"{kind}:{tmp_path_of_test}/{name}"], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("option, layers", [("--squash", 1), ("--squash-all", 0)])
def test_squashed(imgctl, build, sh, option, layers):
    dockerfile = ("FROM busybox\nRUN mkdir /d && echo 1 > /d/1 && echo 2 > /d/2 && rm /etc/os-release\n"
                  "RUN rm /d/1 && mkdir /d/e && chmod 700 /d\nRUN rm -r /home && mkdir /home && touch /home/h\nCOPY f /d/f\n"
                  # a folder where a layer before it took one away, or had a file
                  "RUN rm -r /usr && echo > /var/log/x && rm -r /var && echo > /var\nRUN mkdir /usr && rm /var\nRUN mkdir /var && touch /usr/own /var/own\n")
    build(dockerfile, {"f": ("f", 0o600)})
    look = "cd / && find bin d etc home srv usr var | sort | xargs stat -c '%n %F %a %u:%g %s' | grep -v '^etc/host\\|^etc/resolv'"
    plain = sh(look)
    build(dockerfile, {"f": ("f", 0o600)}, option)
    assert sh(look) == plain
    base = len(imgctl.inspect("busybox", "{{json .RootFS.Layers}}"))
    assert len(imgctl.inspect("it", "{{json .RootFS.Layers}}", "image")) == layers * base + 1
    imgctl.ok("system", "check")
    imgctl.ok("save", "-o", "/dev/null", "it")


@pytest.mark.parametrize("dockerfile, words", [
    ("", "no build stage|empty|no instructions|FROM"),
    ("FROM busybox\nNONSENSE\n", "Dockerfile:2: .*NONSENSE"),
    ("FROM busybox\nRUN --mount=type=bind,target=/ true\n", "Dockerfile:2: .*at \"/\""),
    ("FROM busybox\nRUN --mount=type=secret,id=x,required=true true\n", "Dockerfile:2: .*secret x: not found"),
    ("FROM busybox\nRUN --security=insecure true\n", "Dockerfile:2: .*security.insecure is not allowed"),
    ("FROM busybox\nSTOPSIGNAL NONE\n", "Dockerfile:2: .*NONE"),
    ("FROM busybox\nEXPOSE 70000\n", "Dockerfile:2: .*70000"),
    ("FROM ${X}\n", "should not be blank"),
])
def test_dockerfiles_that_cannot_be(build, dockerfile, words):
    build(dockerfile, rc=1, err=words)


def test_a_signal_ends_it_and_nothing_stays(imgctl, build, busybox, tmp_path_of_test):
    context = Context(tmp_path_of_test / "slow", {"Dockerfile": "FROM busybox\nRUN echo began; sleep 1000\n"})
    child = imgctl.popen("build", context)
    for line in child.stderr:
        if b"began" in line and b"RUN" not in line:
            break
    os.kill(child.pid, signal.SIGINT)
    assert child.wait(30) == 1
    assert imgctl.ok("ps", "-aq") == ""


def test_a_killed_build_is_swept_by_the_next(imgctl, build, busybox, tmp_path_of_test):
    context = Context(tmp_path_of_test / "slow", {"Dockerfile": "FROM busybox\nRUN echo began; sleep 1000\n"})
    child = imgctl.popen("build", context)
    for line in child.stderr:
        if b"began" in line and b"RUN" not in line:
            break
    child.kill()
    child.wait()
    build("FROM busybox\n")
    assert imgctl.ok("ps", "-aq") == ""
    assert list((imgctl.root / "cache" / "work").iterdir()) == []


def test_times_that_do_not_fit(imgctl, build, sh):
    """Files of a context and of a step may be younger than any time an image can tell."""
    build("FROM busybox\nRUN touch -d @12000000000 /f\nCOPY c /\n", {"c": "c"})
    os.utime(build.context.folder / "c", (12000000000, 12000000000))
    imgctl.ok("build", "-t", "it", build.context)
    assert imgctl.inspect("it", "{{json .Created}}", "image") < "2100"
    assert sh("stat -c %Y /f") == "12000000000\n"
    for epoch in ("x", "", "-1", "9223372036854775807"):
        imgctl.fails("build", "--build-arg", f"SOURCE_DATE_EPOCH={epoch}", build.context, err="SOURCE_DATE_EPOCH is no time")
