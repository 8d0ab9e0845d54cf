# SPDX-License-Identifier: Apache-2.0
"""imgctl build --ssh id=KEY: keys in an agent that ends with the build."""
import base64
import pathlib
import signal
import subprocess
import time

import pytest

from harness import peers
from harness.context import Context

# asks the agent for its identities, as ssh-add -L does
ASK = """FROM debian
RUN --mount=type=ssh,id=own,required perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Peer => $ENV{SSH_AUTH_SOCK}) or die $!; \\
 print $s pack("NC", 1, 11); read($s, $h, 4); read($s, $b, unpack("N", $h)); print unpack("H*", $b)' > /said
"""


@pytest.fixture
def key(tmp_path_of_test):
    """key(name, passphrase) makes a key; gives its file and its public part."""
    peers.need("ssh-keygen", "openssh-client")
    peers.need("ssh-agent", "openssh-client")

    def make(name, passphrase="", kind="ed25519", mode=0o644):
        path = tmp_path_of_test / name
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", name, "-f", path], check=True)
        path.chmod(mode)
        return path, base64.b64decode(pathlib.Path(f"{path}.pub").read_text().split()[1])
    return make


@pytest.fixture
def context(tmp_path_of_test):
    return Context(tmp_path_of_test / "context", {"Dockerfile": ASK})


def agents_of(pid):
    """Agents that belong to the build PID."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if words.startswith(b"ssh-agent\0") and f"/proc/{pid}/fd/".encode() in words:
            found.append(int(folder.name))
    return found


def test_keys_are_there_and_nothing_stays(imgctl, debian, key, context):
    (first, first_blob), (second, second_blob) = key("one"), key("two", kind="rsa", mode=0o600)
    imgctl.ok("pull", "-q", "debian")
    imgctl.ok("build", "-t", "it", "--ssh", f"own={first},{second}", context)
    said = bytes.fromhex(imgctl.ok("run", "--rm", "--network", "none", "it", "cat", "/said"))
    assert said[0] == 12 and int.from_bytes(said[1:5], "big") == 2
    assert first_blob in said and second_blob in said
    image = imgctl.ok("save", "it", text=False)
    assert first.read_bytes() not in image and b"OPENSSH PRIVATE KEY" not in image
    assert not list((imgctl.runroot / "builds").glob("*"))


@pytest.mark.parametrize("spoil, words", [
    (lambda key, folder: f"own={key('locked', 'secret')[0]}", "locked is no key for an agent"),
    (lambda key, folder: f"own={folder}", "is no file"),
    (lambda key, folder: f"own={folder}/none", "none"),
    (lambda key, folder: f"own={write(folder / 'text', 'no key')}", "text is no key for an agent"),
    (lambda key, folder: "own", "invalid empty ssh agent socket"),
])
def test_what_is_no_key(imgctl, busybox, key, context, tmp_path_of_test, spoil, words):
    imgctl.fails("build", "--ssh", spoil(key, tmp_path_of_test), context, err=words, env={"SSH_AUTH_SOCK": ""})


def write(path, text):
    path.write_text(text)
    return path


def test_a_killed_build_takes_its_agent_along(imgctl, busybox, key, context):
    path, _ = key("one")
    context.write("Dockerfile", "FROM busybox\nRUN --mount=type=ssh,id=own echo running; sleep 600\n")
    build = imgctl.popen("build", "--progress", "plain", "--ssh", f"own={path}", context, stderr=subprocess.PIPE)
    try:
        while b"running" not in (line := build.stderr.readline()) or b"RUN" in line:
            assert line, "the build ended"
        assert len(agents_of(build.pid)) == 1
    finally:
        build.send_signal(signal.SIGKILL)
        build.wait()
    deadline = time.monotonic() + 30
    while agents_of(build.pid):
        assert time.monotonic() < deadline, "the agent lives on"
        time.sleep(0.05)
    # the next build clears away what the killed one left
    context.write("Dockerfile", "FROM busybox\n")
    imgctl.ok("build", context)
    assert not list((imgctl.runroot / "builds").glob("*"))
