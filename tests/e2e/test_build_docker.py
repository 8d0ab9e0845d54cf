# SPDX-License-Identifier: Apache-2.0
"""imgctl build where docker's builder has ways of its own: each of these was compared with docker 26."""
import gzip
import io
import json
import tarfile

import pytest

from harness.context import Context


@pytest.fixture
def context(tmp_path_of_test):
    return Context(tmp_path_of_test / "context", {"f": "f\n", "g": "g\n", "d/x": "x"})


@pytest.fixture
def build(imgctl, busybox, context):
    """build(dockerfile, *options) builds image "it"; with rc it has to fail."""
    def run(dockerfile, *options, rc=0, err=None, **how):
        context.write("Dockerfile", dockerfile)
        if rc:
            return imgctl.fails("build", "-t", "it", *options, context, rc=rc, err=err, **how)
        return imgctl.ok("build", "-t", "it", *options, context, **how)
    return run


@pytest.fixture
def sh(imgctl):
    return lambda script: imgctl.ok("run", "--rm", "--network", "none", "--entrypoint", "sh", "it", "-c", script)


def history(imgctl):
    """What was done, first to last, without what busybox brought."""
    rows = [json.loads(row) for row in imgctl.ok("history", "--no-trunc", "--format", "json", "it").splitlines()]
    return [row["CreatedBy"] for row in reversed(rows) if row["Comment"] == "imgctl.dockerfile"]


@pytest.mark.parametrize("line, want", [
    ("ENV A=1 B=\"2 $V\" C='$V'", "ENV A=1 B=2 v C=$V"),
    ("Env A  one   $V", "ENV A=one   v"),
    ("LABEL \"a b\"=$V", "LABEL a b=v"),
    ("ARG X=$V Y=$X-y Z", "ARG X=v Y=v-y Z"),
    ("CMD [ \"a\", \"b \\\"c\\\"\\t\" ]", 'CMD ["a" "b \\"c\\"\\t"]'),
    ("cmd echo $V", 'CMD ["/bin/sh" "-c" "echo $V"]'),
    ("CMD []", "CMD []"),
    ("ENTRYPOINT exec top", 'ENTRYPOINT ["/bin/sh" "-c" "exec top"]'),
    ("SHELL [\"/bin/ash\", \"-c\"]", "SHELL [/bin/ash -c]"),
    ("EXPOSE 90 80/udp 90/tcp", "EXPOSE map[80/udp:{} 90/tcp:{}]"),
    ("VOLUME [\"/$V\", \"/w\"]", "VOLUME [/v /w]"),
    ("USER $V", "USER v"),
    ("STOPSIGNAL SIG${S:-INT}", "STOPSIGNAL SIGINT"),
    ("copy f /x", "COPY f /x"),
])
def test_history_in_dockers_words(imgctl, build, line, want):
    build(f"FROM busybox\nENV V=v\n{line}\n")
    assert history(imgctl) == ["ENV V=v", want]


def test_configuration_of_what_begins_with_nothing(imgctl, build):
    build("FROM scratch\nCOPY f /\nCMD [\"/f\"]\n")
    config = imgctl.inspect("it", "{{json .Config}}", "image")
    assert (config["WorkingDir"], config["ArgsEscaped"], config["Cmd"]) == ("/", True, ["/f"])


def test_a_working_folder_is_the_users(build, sh):
    """A number's group is its own; who is unknown leaves it to root; what is there stays whose it is."""
    build("FROM busybox\nUSER alice\nWORKDIR /a/b\nUSER 7:8\nWORKDIR /c\nUSER 9\nWORKDIR /d\nUSER nobody-here\nWORKDIR /e\nUSER alice\nWORKDIR /c\n"
          "USER root\n")
    assert sh("stat -c '%n %u:%g %a' /a /a/b /c /d /e").splitlines() == [
        "/a 1000:50 755", "/a/b 1000:50 755", "/c 7:8 755", "/d 9:9 755", "/e 0:0 755"]


@pytest.mark.parametrize("instruction", ["COPY", "ADD"])
def test_patterns_may_match_nothing(build, sh, instruction):
    """As of "COPY package.json yarn.lock* ./"; a path without a pattern has to be there."""
    build(f"FROM busybox\n{instruction} f *.none /x/\n{instruction} *.none /y/\n")
    assert sh("ls /x; ls -d /y 2>/dev/null || true") == "f\n"
    build(f"FROM busybox\n{instruction} *.none none /x/\n", rc=1, err='"/none": not found')
    build("FROM busybox\nRUN --mount=type=bind,source=n*,target=/m true\n", rc=1, err=r'"/n\*": not found')


def test_a_destination_behind_a_link_to_nothing(build, sh):
    build("FROM busybox\nRUN ln -s /new/place /a && mkdir /r && ln -s ../up/here /r/b && ln -s a /c && ln -s ../../../../out /e\n"
          "COPY f /a/\nCOPY d /r/b\nCOPY f /c/deeper/\nCOPY --chown=7:8 f /e/\nWORKDIR /r/b/w\n")
    assert sh("cat /new/place/f /up/here/x /new/place/deeper/f /out/f; for l in /a /r/b /c; do readlink $l; done; stat -c '%u %a' /new /out; ls -d /up/here/w") == (
        "f\nxf\nf\n/new/place\n../up/here\na\n0 755\n7 755\n/up/here/w\n")
    build("FROM busybox\nRUN ln -s b /a && ln -s a /b\nCOPY f /a/\n", rc=1, err="/a")


def test_half_an_owner(build, sh):
    build("FROM busybox\nCOPY --chown=:staff f /a\nCOPY --chown=7: f /b\nCOPY --chown=alice: f /c\nCOPY --chown=:9 f /d\n")
    assert sh("stat -c %u:%g /a /b /c /d").split() == ["0:50", "7:0", "1000:0", "0:9"]


def test_parents_are_as_they_were(build, sh, context):
    """Modes of the folders that --parents makes; those that are there stay."""
    (context.folder / "p/q").mkdir(parents=True)
    (context.folder / "p/q/f").write_text("q")
    (context.folder / "p").chmod(0o751)
    (context.folder / "p/q").chmod(0o700)
    dockerfile = ("FROM busybox\nRUN mkdir -p -m 711 /old/p\nCOPY --parents p/q/f /new/\nCOPY --parents p/q /whole/\nCOPY --parents p/./q/f /pivot/\n"
                  "COPY --parents p/q/f /old/\nCOPY --parents --chown=7:8 --chmod=u=rwX,go=rX p/q/f /given/\n")
    build(dockerfile)
    assert sh("stat -c '%n %a %u' /new /new/p /new/p/q /whole/p /whole/p/q /pivot/q /old/p /old/p/q /given/p /given/p/q").splitlines() == [
        "/new 755 0", "/new/p 751 0", "/new/p/q 700 0", "/whole/p 751 0", "/whole/p/q 700 0", "/pivot/q 700 0", "/old/p 711 0", "/old/p/q 700 0",
        "/given/p 755 7", "/given/p/q 755 7"]
    (context.folder / "p").chmod(0o755)
    build(dockerfile)
    assert sh("stat -c '%a' /new/p") == "755\n"
    build("FROM busybox AS s\nRUN mkdir -p /a/b && touch /a/b/f && chown 7:8 /a && chmod 705 /a\nFROM busybox\nCOPY --from=s --parents /a/b/f /to/\n")
    assert sh("stat -c '%a %u:%g' /to /to/a /to/a/b").splitlines() == ["755 0:0", "705 7:8", "755 0:0"]


def test_only_archives_are_unpacked(build, sh, context):
    """What is compressed and no tar, or only looks compressed, is copied; a tar that breaks off is an error."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as packed:
        entry = tarfile.TarInfo("inside")
        entry.size = 200000
        packed.addfile(entry, io.BytesIO(bytes(i * i % 251 for i in range(200000))))
    context.write("plain.gz", gzip.compress(b"plain", mtime=0))
    context.write("looks.xz", b"\xfd7zXZ\0nothing of the kind")
    context.write("tar.gz", tar.getvalue())
    context.write("broken.gz", tar.getvalue()[:-300])
    build("FROM busybox\nADD plain.gz /a/\nADD plain.gz /b\nADD looks.xz /c\nADD tar.gz /d\n")
    assert sh("zcat < /a/plain.gz; zcat < /b; wc -c < /c; ls /d") == "plainplain25\ninside\n"
    build("FROM busybox\nADD broken.gz /a/\n", rc=1, err="Dockerfile:2: ")


@pytest.mark.parametrize("dockerfile, words", [
    ("FROM busybox\nCOPY --from=5 /f /\n", "Dockerfile:2: invalid stage index 5"),
    ("FROM busybox AS s\nCOPY --from=s /f /\n", "Dockerfile:2: circular dependency detected on stage: s"),
    ("FROM busybox\nCOPY --from=0 /f /\n", "Dockerfile:2: circular dependency detected on stage: stage-0"),
    ("FROM busybox AS s\nRUN --mount=from=s,target=/s true\n", "Dockerfile:2: circular dependency detected on stage: s"),
    ("FROM busybox AS a\nCOPY --from=b /f /\nFROM busybox AS b\nFROM a\n",
     'Dockerfile:2: cannot copy from stage "b", it needs to be defined before current stage "a"'),
    ("FROM busybox AS a\nCOPY --from=1 /f /\nFROM busybox AS b\nFROM a\n", "Dockerfile:2: cannot copy from stage \"1\""),
])
def test_stages_that_cannot_be_copied_from(build, dockerfile, words):
    build(dockerfile, rc=1, err=words)


def test_ports_of_the_host_mean_nothing(imgctl, build):
    build("FROM busybox\nEXPOSE 8080:80 127.0.0.1:90:91/udp\n")
    assert imgctl.inspect("it", "{{json .Config.ExposedPorts}}", "image") == {"80/tcp": {}, "91/udp": {}}
    build("FROM busybox\nEXPOSE http\n", rc=1, err="Dockerfile:2: invalid containerPort: http")


def test_a_volume_without_a_slash(imgctl, build):
    build("FROM busybox\nVOLUME a/b\n")
    assert imgctl.ok("run", "--rm", "--network", "none", "it", "grep", "-c", " /a/b ", "/proc/mounts") == "1\n"


def test_proxies_are_there_in_both_cases(imgctl, build, sh):
    build("FROM busybox\nARG NO_PROXY\nRUN env | grep -i _proxy= | sort > /seen\n", "--build-arg", "http_proxy=http://a", "--build-arg", "HTTPS_PROXY=http://b",
          "--build-arg", "https_proxy=http://c", "--build-arg", "NO_PROXY=d")
    assert sh("cat /seen").split() == ["HTTPS_PROXY=http://b", "HTTP_PROXY=http://a", "NO_PROXY=d", "http_proxy=http://a", "https_proxy=http://c", "no_proxy=d"]
    assert sh("env | grep -i _proxy= || true") == "" and "http://" not in " ".join(history(imgctl))


def test_proxies_of_the_users_configuration(imgctl, build, sh):
    """They are arguments of every build, where none is given; --build-arg counts more."""
    (imgctl.home / ".docker").mkdir(exist_ok=True)
    (imgctl.home / ".docker/config.json").write_text(json.dumps({"proxies": {"default": {
        "httpProxy": "http://a", "noProxy": "b", "httpsProxy": "", "ftpProxy": 7}}}))
    build("FROM busybox\nRUN env | grep -i _proxy= | sort > /seen\n", "--build-arg", "http_proxy=http://own")
    assert sh("cat /seen").split() == ["HTTP_PROXY=http://a", "NO_PROXY=b", "http_proxy=http://own", "no_proxy=b"]
    assert "_proxy" not in json.dumps(imgctl.inspect("it", "{{json .Config.Env}}", "image")).lower()


def test_no_check_has_no_times(imgctl, build):
    build("FROM busybox\nHEALTHCHECK --interval=5s --retries=2 NONE\n")
    assert imgctl.inspect("it", "{{json .Config.Healthcheck}}", "image") == {"Test": ["NONE"]}


def test_steps_of_a_stage_alone(imgctl, build, context):
    """Their stage is named where there are several."""
    build("FROM busybox\nRUN true\n")
    assert "[2/2] RUN true" in imgctl("build", "--progress=plain", context).err
    build("FROM busybox AS a\nRUN true\nFROM busybox\nRUN --mount=from=a,target=/a echo\n")
    said = imgctl("build", "--progress=plain", context).err
    assert "[a 2/2] RUN true" in said and "[stage-1 2/2] RUN --mount" in said


def test_options_as_docker_reads_them(imgctl, build, sh, context):
    """A variable that is not set is an empty secret; a label has a name; a folder is no Dockerfile."""
    build("FROM busybox\nRUN --mount=type=secret,id=s,required wc -c < /run/secrets/s > /n\n", "--secret", "id=s,env=NOT_SET_ANYWHERE")
    assert sh("cat /n") == "0\n"
    build("FROM busybox\nRUN --mount=type=secret,id=s cat /run/secrets/s > /n\n", "--secret", f"id=s,src={context}/g", "--secret", f'"id=s","src={context}/f"')
    assert sh("cat /n") == "f\n"  # of two the later one; fields may be quoted
    build("FROM busybox\n", "--label", "=x", rc=1, err='invalid argument "=x" for "--label" flag')
    imgctl.fails("build", "-f", context.folder / "d", context, rc=1, err="failed to read dockerfile")
