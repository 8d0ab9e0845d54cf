# SPDX-License-Identifier: Apache-2.0
"""Every option of build: what it does to one small image, and which values are refused.

Those with more to say have tests of their own: --cache-from, --cache-to, --resume, --shell, --why (test_build_cache), --build-context
(test_build_contexts), --locked (test_lock), --secret and outputs (test_build).
"""
import json
import re
import socket
import subprocess

import pytest

from harness.context import Context

# where the limit is depends on the machine's cgroups
LIMIT = "cat /sys/fs/cgroup/{0}/{1} 2>/dev/null || cat /sys/fs/cgroup/{2}"

# option: rows of (options, Dockerfile after FROM, command in the image or key of its configuration, what it is)
GOOD = {
    "--add-host": [
        (["--add-host", "one:192.0.2.1", "--add-host=two=192.0.2.2"], "RUN grep -c '^192.0.2.[12].*\\(one\\|two\\)' /etc/hosts > /1", "cat /1; grep -c 192.0.2 /etc/hosts || true", "2\n0\n"),
    ],
    "--allow": [
        (["--allow", "network.host"], "RUN --network=host test -d /sys/class/net/lo && echo 1 > /1", "cat /1", "1\n"),
        (["--allow", "security.insecure"], "RUN --security=insecure grep CapBnd /proc/self/status | grep -c 0000000000000000 > /1 || true", "cat /1", "0\n"),
    ],
    "--build-arg": [
        (["--build-arg", "A=1", "--build-arg=B=x=y"], "ARG A=0\nARG B\nARG C=3\nRUN echo $A $B $C > /1", "cat /1", "1 x=y 3\n"),
        (["--build-arg", "OF_ENVIRONMENT"], "ARG OF_ENVIRONMENT\nRUN echo $OF_ENVIRONMENT > /1", "cat /1", "here\n"),
        (["--build-arg", "HTTP_PROXY=http://127.0.0.1:9"], "RUN echo $HTTP_PROXY > /1", "cat /1", "http://127.0.0.1:9\n"),
    ],
    "--build-context": [
        (["--build-context", "other={folder}/d"], "COPY --from=other a /", "cat /a", "a"),
        (["--build-context", "busybox=docker-image://busybox:latest"], "RUN echo 1 > /1", "cat /1", "1\n"),
    ],
    "--call": [(["--call=build"], "RUN echo 1 > /1", "cat /1", "1\n")],
    "--cgroup-parent": [(["--cgroup-parent", "of-build"], "RUN cat /proc/self/cgroup > /dev/null && echo 1 > /1", "cat /1", "1\n")],
    "accepted for docker's sake": [
        (["--compress", "--force-rm", "--rm=false", "--layers=false", "--disable-content-trust", "--load", "--sync"], "RUN echo 1 > /1", "cat /1", "1\n"),
        (["--security-opt", "no-new-privileges"], "RUN echo 1 > /1", "cat /1", "1\n"),
    ],
    "--cpu-shares": [(["-c", "512"], "RUN (" + LIMIT.format("cpu", "cpu.shares", "cpu.weight") + ") > /1", "grep -c '^\\(512\\|20\\|59\\)$' /1", "1\n")],
    "--cpu-period and --cpu-quota": [(["--cpu-period", "50000", "--cpu-quota=25000"],
                                      "RUN (" + LIMIT.format("cpu", "cpu.cfs_quota_us", "cpu.max") + ") > /1", "grep -c ^25000 /1", "1\n")],
    "--cpuset-cpus and --cpuset-mems": [(["--cpuset-cpus", "0", "--cpuset-mems", "0"], "RUN grep '^Cpus_allowed_list' /proc/self/status | cut -f 2 > /1", "cat /1", "0\n")],
    "--file": [
        (["-f", "{folder}/Other"], "RUN false", "cat /other", "1\n"),
        (["--file={folder}/sub/Dockerfile.x"], "RUN false", "cat /sub", "1\n"),
    ],
    "--label": [(["--label", "a=1", "--label=b=x=y", "--label", "c"], "LABEL a=0 d=1", "Labels", {"a": "1", "b": "x=y", "c": "", "d": "1"})],
    "--memory": [(["-m", "32m", "--memory-swap", "64m"], "RUN (" + LIMIT.format("memory", "memory.limit_in_bytes", "memory.max") + ") > /1", "cat /1", "33554432\n")],
    "--network": [
        (["--network", "none"], "RUN ls /sys/class/net > /1", "cat /1", "lo\n"),
        (["--network=none"], "RUN --network=default ls /sys/class/net > /1", "cat /1", "lo\n"),
        (["--network=host"], "RUN test -d /sys/class/net/lo && echo 1 > /1", "cat /1", "1\n"),
    ],
    "--no-cache": [(["--no-cache"], "RUN echo 1 > /1", "cat /1", "1\n")],
    "--output": [
        (["-o", "type=image,name=other"], "RUN echo 1 > /1", "cat /1", "1\n"),
        (["--output=type=oci,dest={folder}/../out.oci"], "RUN echo 1 > /1", "test -e {folder}/../out.oci", None),
        (["--output=type=docker,dest={folder}/../out.docker"], "RUN echo 1 > /1", "test -e {folder}/../out.docker", None),
        (["--output=type=tar,dest={folder}/../out.tar"], "RUN echo 1 > /1", "tar -xOf {folder}/../out.tar 1", None),
        (["--output=type=local,dest={folder}/../out"], "RUN echo 1 > /1", "test -e {folder}/../out/1", None),
        (["-o", "{folder}/../bare"], "RUN echo 1 > /1", "test -e {folder}/../bare/1", None),
    ],
    "--platform": [
        (["--platform", "linux/amd64"], "ARG TARGETPLATFORM\nRUN echo $TARGETPLATFORM > /1", "cat /1", "linux/amd64\n"),
        (["--platform=linux"], "RUN echo 1 > /1", "cat /1", "1\n"),
    ],
    "--pull": [(["--pull"], "RUN echo 1 > /1", "cat /1", "1\n")],
    "--secret": [
        (["--secret", "id=s,src={folder}/f"], "RUN --mount=type=secret,id=s cat /run/secrets/s > /1", "cat /1", "f\n"),
        (["--secret", "type=file,id=s,source={folder}/f"], "RUN --mount=type=secret,id=s cat /run/secrets/s > /1", "cat /1", "f\n"),
        (["--secret", "id=OF_ENVIRONMENT"], "RUN --mount=type=secret,id=OF_ENVIRONMENT cat /run/secrets/OF_ENVIRONMENT > /1", "cat /1", "here"),
        (["--no-cache", "--secret", "id=s,env=OF_ENVIRONMENT"], "RUN --mount=type=secret,id=s cat /run/secrets/s > /1", "cat /1", "here"),
        (["--no-cache", "--secret", "type=env,id=s,env=OF_ENVIRONMENT"], "RUN --mount=type=secret,id=s cat /run/secrets/s > /1", "cat /1", "here"),
    ],
    "--shm-size": [(["--shm-size", "2m"], "RUN df -k /dev/shm | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2 > /1", "cat /1", "2048\n")],
    "--squash": [(["--squash"], "RUN echo 1 > /1\nRUN rm /1 && echo 2 > /2", "cat /2; ls /1 2>/dev/null || true", "2\n")],
    "--squash-all": [(["--squash-all"], "RUN echo 1 > /1\nRUN rm /etc/os-release", "cat /1; ls /etc/os-release 2>/dev/null || true", "1\n")],
    "--tag": [(["-t", "second", "--tag", "host.example:5000/a/b:c"], "RUN echo 1 > /1", "cat /1", "1\n")],
    "--target": [(["--target", "one"], "RUN exit 1\nFROM busybox AS One\nRUN echo 1 > /1\nFROM one\nRUN exit 1", "cat /1", "1\n")],
    "--ulimit": [(["--ulimit", "nofile=100:200", "--ulimit=core=0"], "RUN ulimit -n > /1; ulimit -Hn >> /1; ulimit -c >> /1", "cat /1", "100\n200\n0\n")],
    "--why": [(["--why"], "RUN echo 1 > /1", "cat /1", "1\n")],
    "--progress": [([f"--progress={how}"], "RUN echo 1 > /1", "cat /1", "1\n") for how in ("auto", "plain", "quiet", "json", "tty")],
    "--locked": [],
}

# options, exit code, words of the error
BAD = [
    (["--add-host", "one"], "one"),
    (["--add-host", "one:nowhere"], "nowhere"),
    (["--allow", "all"], "all"),
    (["--build-arg", "=1"], "=1|name"),
    (["--build-context", "other"], "other"),
    (["--build-context", "other=/not/here"], "/not/here"),
    (["--cache-from", "type=nope"], "nope"),
    (["--cache-to", "type=nope"], "nope"),
    (["--cache-to", "type=local"], "dest"),
    (["--call", "nope"], "nope"),
    (["--cpu-period", "x"], "x"),
    (["--cpu-quota", "x"], "x"),
    (["--cpu-shares", "x"], "x"),
    (["--cpuset-cpus", "x"], "x"),
    (["--cpuset-cpus", "4095"], "4095"),
    (["-f", "/not/here"], "/not/here"),
    (["--iidfile", "/not/here/iid"], "/not/here"),
    (["--metadata-file", "/not/here/metadata"], "/not/here"),
    (["--locked"], "Dockerfile.lock"),
    (["--memory", "x"], "x"),
    (["--memory", "1k"], "[Mm]inimum|6 ?[Mm]"),
    (["--memory", "32m", "--memory-swap", "16m"], "swap"),
    (["--memory-swap", "x"], "x"),
    (["--network", "not-here"], "not-here"),
    (["--network", "container:not-here"], "not-here|container"),
    (["--no-cache=maybe"], "maybe"),
    (["--output", "type=nope,dest=x"], "nope"),
    (["--output", "type=tar,dest=/not/here/x"], "/not/here"),
    (["--output", "type=local"], "dest"),
    (["--platform", "a/b/c/d"], "a/b/c/d"),
    (["--progress", "nope"], "nope"),
    (["--secret", "src=/etc/hostname"], "id"),
    (["--secret", "id=s,src=/not/here"], "/not/here"),
    (["--secret", "id=s,nope=1"], "nope"),
    (["--shm-size", "x"], "x"),
    (["--ssh", "default=/not/here"], "/not/here"),
    (["--tag", "UPPER"], "UPPER"),
    (["--tag", "a:b:c"], "a:b:c"),
    (["--target", "nope"], "nope"),
    (["--ulimit", "nope=1"], "nope"),
    (["--ulimit", "nofile=2:1"], "2 > 1"),
    (["--nope"], "nope"),
]


@pytest.fixture
def context(tmp_path_of_test):
    return Context(tmp_path_of_test / "context", {
        "Dockerfile": "FROM busybox\nRUN echo 1 > /1\n", "f": "f\n", "d/a": "a", "Other": "FROM busybox\nRUN echo 1 > /other\n",
        "sub/Dockerfile.x": "FROM busybox\nCOPY f /\nRUN echo 1 > /sub\n"})


def filled(words, context):
    return [word.replace("{folder}", str(context)) for word in words]


@pytest.mark.parametrize("option", [option for option in GOOD if GOOD[option]])
def test_what_it_does(imgctl, busybox, context, option):
    for options, dockerfile, look, want in GOOD[option]:
        context.write("Dockerfile", f"FROM busybox\n{dockerfile}\n")
        imgctl("rmi", "-f", "it")
        result = imgctl("build", "-t", "it", *filled(options, context), context, env={"OF_ENVIRONMENT": "here"})
        assert result.rc == 0, f"{options}\n{result}"
        if want is None:
            subprocess.run(["sh", "-c", *filled([look], context)], check=True, stdout=subprocess.DEVNULL)
        elif look[0].isupper():
            assert imgctl.inspect("it", "{{json .Config." + look + "}}", "image") == want, options
        else:
            assert imgctl.ok("run", "--rm", "--network", "none", "it", "sh", "-c", look) == want, options


def test_what_is_refused(imgctl, busybox, context):
    for options, words in BAD:
        result = imgctl("build", "--no-cache", *options, context)
        last = result.err[max(result.err.rfind("imgctl: "), 0):]
        assert result.rc in (1, 125) and re.search(words, last) and "\n\n\n" not in last, f"{options}\n{result}"
    assert imgctl.ok("ps", "-aq") == "" and imgctl.ok("images", "-q", "-f", "dangling=true") == ""


def test_every_option_has_a_row(imgctl):
    """Those that the help tells of, but for those with tests of their own."""
    own = {"--annotation", "--attest", "--provenance", "--sbom", "--cache-from", "--cache-to", "--check", "--iidfile", "--metadata-file", "--push", "--quiet",
           "--no-cache-filter", "--resume", "--shell", "--ssh", "--locked"}
    told = set(re.findall(r"^\s+(?:-\w, )?(--[\w-]+)", imgctl.ok("build", "--help"), re.M)) - {"--help"}
    rows = {word for key in GOOD for word in re.findall(r"--[\w-]+", key)} | {word.split("=")[0] for row in GOOD["accepted for docker's sake"] for word in row[0]}
    assert told - own - rows - {"--memory-swap"} == set()


def test_ids_and_metadata(imgctl, busybox, context):
    iid, metadata = context.folder / "iid", context.folder / "metadata"
    out = imgctl.ok("build", "-q", "-t", "it", "--iidfile", iid, "--metadata-file", metadata, context)
    assert out.strip() == iid.read_text() == imgctl.inspect("it", "{{json .Id}}", "image")
    said = json.loads(metadata.read_text())
    assert said["containerimage.config.digest"] == out.strip() and said["image.name"] == "docker.io/library/it:latest"


def test_what_is_quiet_and_what_is_not(imgctl, busybox, context):
    context.write("Dockerfile", "FROM busybox\nRUN echo s''aid\n")
    plain = imgctl("build", "--progress=plain", "--no-cache", context)
    assert re.search(r"^#\d+ \[2/2\] RUN echo", plain.err, re.M) and re.search(r"^#\d+ .*said$", plain.err, re.M) and plain.out == ""
    for options in (["-q"], ["--progress=quiet"]):
        quiet = imgctl("build", "--no-cache", *options, context)
        assert quiet.err == "" and re.fullmatch(r"sha256:[0-9a-f]{64}\n", quiet.out)
    for line in imgctl("build", "--no-cache", "--progress=json", context).err.splitlines():
        json.loads(line)
    context.write("Dockerfile", "FROM busybox\nRUN echo s''aid && false\n")
    assert "said" in imgctl.fails("build", "-q", context, rc=1).err


def test_no_cache_of_some_stages(imgctl, busybox, context):
    context.write("Dockerfile", "FROM busybox AS a\nRUN echo a > /a\nFROM busybox AS b\nRUN echo b > /b\nFROM busybox\nCOPY --from=a /a /\nCOPY --from=b /b /\n")
    imgctl.ok("build", context)
    again = imgctl("build", "--progress=plain", "--no-cache-filter", "a", context).err
    cached = {number for number in re.findall(r"^#(\d+) CACHED", again, re.M)}
    names = dict(re.findall(r"^#(\d+) (\[.*)", again, re.M))
    assert {name for number, name in names.items() if number in cached and "RUN" in name} == {"[b 2/2] RUN echo b > /b"}


def test_pulled_again(imgctl, busybox, context, hub, busybox_image):
    """--pull sees that a name has moved; without it nobody is asked."""
    assert imgctl.ok("--offline", "build", "-q", context)
    imgctl.fails("--offline", "build", "-q", "--pull", context, err="offline")


def test_pushed(imgctl, busybox, context, plain_registry, tmp_path_of_test):
    name = f"{plain_registry.host}/built:1"
    imgctl.ok("build", "-q", "-t", name, "--push", context)
    assert imgctl.ok("pull", "-q", name)
    imgctl.fails("build", "-q", "-t", "127.0.0.1:1/x:1", "--push", context, rc=1, err="127.0.0.1:1")


def test_agents(imgctl, busybox, context, tmp_path_of_test):
    context.write("Dockerfile", "FROM busybox\nRUN --mount=type=ssh,id=own,target=/a.sock,mode=0640,uid=7,required stat -c '%F %a %u' /a.sock > /1\n")
    with socket.socket(socket.AF_UNIX) as listener:
        path = f"/tmp/{tmp_path_of_test.name}"
        listener.bind(path)
        listener.listen()
        try:
            imgctl.ok("build", "-t", "it", "--ssh", f"own={path}", context)
        finally:
            (tmp_path_of_test / path).unlink()
    assert imgctl.ok("run", "--rm", "it", "cat", "/1") == "socket 640 7\n"


def test_checks_and_outlines(imgctl, busybox, context):
    context.write("Dockerfile", "# what it is\nARG VERSION=1\nFROM busybox AS base\nFROM base AS last\nARG LEVEL\nRUN --mount=type=secret,id=s true\n")
    assert imgctl.ok("build", "--check", context) is not None
    assert "base" in imgctl.ok("build", "--call=targets", context)
    outline = imgctl.ok("build", "--call=outline", context)
    assert "VERSION" in outline and "LEVEL" in outline
    context.write("Dockerfile", "from busybox\nENV a b\n")
    found = imgctl.fails("build", "--check", context, rc=1)
    assert "LegacyKeyValueFormat" in found.out + found.err
    assert imgctl.ok("images", "-q", "-f", "dangling=true") == ""
