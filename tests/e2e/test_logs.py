# SPDX-License-Identifier: Apache-2.0
"""imgctl logs: streams, bytes, which lines, following."""
import gzip
import json
import os
import re
import subprocess
import time

import pytest

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z "


@pytest.fixture
def said(imgctl, busybox):
    """said(SCRIPT) runs a shell script as container `c1` to its end; then logs work on it."""
    def run(script, *options):
        imgctl("run", "--name", "c1", *options, busybox, "sh", "-c", script)
        return imgctl
    return run


def test_streams_apart(said):
    result = said("echo out; echo err >&2; echo more")("logs", "c1")
    assert (result.rc, result.out, result.err) == (0, "out\nmore\n", "err\n")


def test_bytes_come_back(said):
    text = 'quote " back \\\\ tab \\t esc \\033[1m cr \\r {"a":1} <&> \\342\\202\\254'
    tool = said(f"printf '{text}\\n'; printf end")
    assert tool("logs", "c1", text=False).out.decode() == \
        'quote " back \\ tab \t esc \x1b[1m cr \r {"a":1} <&> €\nend'


def test_long_lines_are_whole(said):
    tool = said("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end")
    assert tool.ok("logs", "c1") == "x" * 100000 + "\nend\n"
    assert tool.ok("logs", "-n", "2", "c1") == "x" * 100000 + "\nend\n"
    assert tool.ok("logs", "--tail", "1", "c1") == "end\n"


@pytest.mark.parametrize("tail, expected", [
    ("0", []), ("1", ["5"]), ("2", ["4", "5"]), ("99", list("12345")), ("all", list("12345")), ("-1", list("12345")),
])
def test_tail(said, tail, expected):
    assert said("seq 5").ok("logs", "--tail=" + tail, "c1").split() == expected


def test_timestamps(said):
    lines = said("echo one; head -c 40000 /dev/zero | tr '\\0' x; echo").ok("logs", "-t", "c1").splitlines()
    assert re.fullmatch(STAMP + "one", lines[0])
    assert re.fullmatch(STAMP + "x{40000}", lines[1])


def test_since_and_until(said):
    tool = said("echo one; sleep 0.3; echo two")
    middle = tool.ok("logs", "-t", "c1").splitlines()[1].split()[0]
    assert tool.ok("logs", "--since", middle, "c1") == "two\n"
    assert tool.ok("logs", "--until", middle, "c1").splitlines()[0] == "one"
    assert tool.ok("logs", "--since", "1h", "c1") == "one\ntwo\n"
    assert tool.ok("logs", "--until", "1h", "c1") == ""
    tool.fails("logs", "--since", "x", "c1", rc=1,
               err='invalid value for "since": failed to parse value as time or duration: "x"')


def test_nothing_said_yet(imgctl, busybox):
    imgctl.ok("create", "--name", "c1", busybox, "echo", "run")
    assert imgctl.ok("logs", "c1") == ""


def read_until(stream, wanted, patience=20):
    """Read from a pipe until WANTED is there; returns what was read."""
    text, end = b"", time.monotonic() + patience
    while wanted not in text and time.monotonic() < end:
        text += os.read(stream.fileno(), 4096)
    assert wanted in text
    return text


def test_follow(imgctl, busybox, tmp_path_of_test):
    gate = tmp_path_of_test / "gate"
    gate.mkdir()
    imgctl.ok("run", "-d", "--name", "c1", "-v", f"{gate}:/gate", busybox, "sh", "-c",
              "echo one; while [ ! -e /gate/go ]; do sleep 0.05; done; echo two; echo err >&2; exit 3")
    child = imgctl.popen("logs", "-f", "c1")
    assert read_until(child.stdout, b"one\n") == b"one\n"
    assert child.poll() is None
    (gate / "go").touch()
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (0, b"two\n", b"err\n")
    # what has ended has nothing to follow
    assert imgctl.ok("logs", "-f", "c1") == "one\ntwo\n"
    imgctl.ok("create", "--name", "c2", busybox)
    assert imgctl.ok("logs", "-f", "c2") == ""


def test_follow_ends_with_the_container(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "c1", busybox, "sh", "-c", "echo ready; sleep 1000")
    child = imgctl.popen("logs", "--follow", "--tail", "5", "c1")
    read_until(child.stdout, b"ready\n")
    imgctl.ok("rm", "-f", "c1")
    assert child.wait(timeout=20) == 0


def test_a_reader_that_leaves(said):
    tool = said("seq 100000")
    child = tool.popen("logs", "c1")
    head = subprocess.run(["head", "-n", "1"], stdin=child.stdout, stdout=subprocess.PIPE, check=True, timeout=20)
    child.stdout.close()
    assert head.stdout == b"1\n"
    assert child.wait(timeout=20) == 141
    assert child.stderr.read() == b""


def test_a_terminal(imgctl, busybox):
    child = imgctl.pty("run", "-it", "--name", "c1", busybox, "sh", "-c", "echo out; echo err >&2")
    child.expect("err\r\n")
    child.wait()
    assert imgctl("logs", "c1", text=False).out == b"out\r\nerr\r\n"


def test_errors(said, busybox):
    tool = said("echo hi", "--log-driver", "none")
    tool.fails("logs", "c1", rc=1, err="configured logging driver does not support reading")
    tool.fails("logs", "nosuch", rc=1, err="No such container: nosuch")
    tool.fails("container", "logs", rc=1, err="requires exactly 1 argument")


COMPRESSED = ("--log-opt", "max-size=20k", "--log-opt", "max-file=4", "--log-opt", "compress=true")


def folder_of(imgctl, name):
    ident = imgctl.inspect(name, "{{json .Id}}")
    return imgctl.root / "containers" / ident[:2] / ident


def test_rotated_files_are_compressed(said):
    imgctl = said("seq 1 1000", *COMPRESSED)
    folder = folder_of(imgctl, "c1")
    assert sorted(p.name for p in folder.glob("log.json*")) == [
        "log.json", "log.json.1.gz", "log.json.2.gz", "log.json.3.gz"]
    packed = gzip.decompress((folder / "log.json.1.gz").read_bytes())
    assert 0 < len(packed) <= 20480 and json.loads(packed.splitlines()[0])["stream"] == "stdout"
    lines = imgctl.ok("logs", "c1").split()
    assert lines == [str(n) for n in range(1001 - len(lines), 1001)] and len(lines) > 600
    assert imgctl.ok("logs", "-n", "500", "c1").split() == lines[-500:]
    assert imgctl.ok("logs", "-t", "-n", "501", "c1").splitlines()[0].endswith("Z 500")


def test_following_across_compressed_files(imgctl, busybox, tmp_path_of_test):
    gate = tmp_path_of_test / "gate"
    os.mkfifo(gate)
    imgctl.ok("run", "-d", "--name", "c1", "-v", f"{gate}:/gate", *COMPRESSED[:2], "--log-opt", "max-file=100", *COMPRESSED[4:],
              busybox, "sh", "-c", "echo ready; read x < /gate; seq 1 2000")
    follower = imgctl.popen("logs", "-f", "c1")
    assert read_until(follower.stdout, b"ready") == b"ready\n"
    gate.write_text("go\n")
    out, err = follower.communicate(timeout=60)
    assert out.decode().split() == [str(n) for n in range(1, 2001)], err
    assert len(list(folder_of(imgctl, "c1").glob("log.json.*.gz"))) > 5


def test_the_local_driver_compresses(said):
    imgctl = said("seq 1 1000", "--log-driver", "local", "--log-opt", "max-size=20k")
    assert [p.name for p in folder_of(imgctl, "c1").glob("log.json.?*")][0].endswith(".gz")
    assert imgctl.ok("logs", "c1").split()[-1] == "1000"


def test_a_removed_container_leaves_no_compressor(imgctl, busybox):
    imgctl.ok("run", "--rm", *COMPRESSED, busybox, "seq", "1", "5000")
    end = time.monotonic() + 20  # the files go after the command
    while any(files for _, _, files in os.walk(imgctl.root / "containers")):  # what vanishes under it is no matter
        assert time.monotonic() < end


@pytest.mark.parametrize("options, words", [
    (["compress=true"], "compress cannot be true when max-file is less than 2 or max-size is not set"),
    (["compress=true", "max-size=1m"], "compress cannot be true"), (["compress=what"], "invalid syntax"),
    (["max-file=3"], "max-file cannot be specified without max-size"), (["colour=red"], "unknown log opt 'colour'")])
def test_options_that_are_wrong(imgctl, busybox, options, words):
    given = [word for option in options for word in ("--log-opt", option)]
    imgctl.fails("create", *given, busybox, rc=125, err=words)
    assert imgctl.ok("ps", "-aq") == ""


def test_details(said):
    imgctl = said("echo out; echo err >&2", "--log-opt", "labels=a,none", "--log-opt", "env=E", "-l", "a=x", "-e", "E=1 2")
    result = imgctl("logs", "--details", "c1")
    assert (result.out, result.err) == ("E=1+2,a=x out\n", "E=1+2,a=x err\n")


def test_an_empty_time_is_none(said):
    assert said("echo out")("logs", "--since", "", "--until", "", "c1").out == "out\n"
