# SPDX-License-Identifier: Apache-2.0
"""What is here is used without the network, and --offline opens no socket at all."""
import re

import pytest

import fakereg
from harness import peers

NAME = "team/app"


@pytest.fixture
def fake(busybox_image):
    with fakereg.Registry() as registry:
        registry.push(NAME, busybox_image)
        yield registry


@pytest.fixture
def newer(busybox_image):
    """Another image, to take the tag."""
    return busybox_image.variation(Labels={"newer": "yes"})


@pytest.fixture
def traced(imgctl, tmp_path_of_test):
    """traced(...) runs imgctl under strace: the Result, and the calls that have to do with the network."""
    peers.need("strace")

    def traced(*args):
        log = tmp_path_of_test / "trace"
        command = ["strace", "-f", "-qq", "-o", log, "-e", "trace=socket,connect,sendto,sendmsg", *imgctl.command(*args)]
        child = imgctl.popen(command=[str(x) for x in command])
        out, err = (x.decode() for x in child.communicate(timeout=60))
        calls = [line for line in log.read_text().splitlines() if re.search(r"AF_INET6?|sin6?_addr", line)]
        return child.returncode, out, err, calls

    return traced


def test_the_trace_sees_connections(imgctl, fake, traced):
    """Else the others prove nothing."""
    rc, _, err, calls = traced("pull", "-q", fake.ref(NAME))
    assert rc == 0, err
    assert any(f"htons({fake.port})" in call for call in calls)


# --offline


@pytest.mark.parametrize("args, what", [
    (["pull", "REF"], r"manifest for .*team/app:latest"), (["pull", "-a", "REF"], "tags|team/app"),
    (["create", "REF"], "team/app"), (["run", "--rm", "--pull=always", "REF"], "team/app"),
    (["login", "-u", "u", "-p", "p", "HOST"], "login")], ids=lambda v: v[0] if isinstance(v, list) else "")
def test_no_socket_is_opened(imgctl, fake, traced, args, what):
    args = [a.replace("REF", fake.ref(NAME)).replace("HOST", fake.host) for a in args]
    rc, out, err, calls = traced("--offline", *args)
    assert rc in (1, 125) and not calls and not fake.requests
    assert re.search(f"offline: .*{what}", err) and fake.host in err, err


def test_names_are_not_resolved(imgctl, traced):
    rc, _, err, calls = traced("--offline", "pull", "registry.example.test/x:1")
    assert rc == 1 and "registry.example.test" in err and not calls


def test_what_is_here_is_used(imgctl, fake):
    imgctl.ok("pull", "-q", fake.ref(NAME))
    fake.clear()
    imgctl.options = ["--offline"]
    assert imgctl.ok("run", "--rm", "--network", "none", fake.ref(NAME), "echo", "here") == "here\n"
    assert imgctl.ok("images", "-q") and imgctl.inspect(fake.ref(NAME))
    assert not fake.requests


@pytest.mark.parametrize("missing", ["layer", "nothing"])
def test_an_interrupted_pull_is_not_an_image(imgctl, fake, busybox_image, missing):
    if missing == "layer":
        fake.fault(path=busybox_image.manifest_document["layers"][0]["digest"], status=404)
        imgctl.fails("pull", fake.ref(NAME))
    imgctl.fails("--offline", "run", "--rm", fake.ref(NAME), "true", rc=125, err=f"offline: .*{fake.ref(NAME)}")


# cached images


@pytest.mark.parametrize("more", [[], ["--pull=missing"], ["--pull=never"]], ids=lambda m: "".join(m) or "default")
def test_a_run_of_a_cached_image_connects_to_nobody(imgctl, fake, traced, more):
    imgctl.ok("pull", "-q", fake.ref(NAME))
    fake.clear()
    rc, out, err, calls = traced("run", "--rm", *more, "--network", "none", fake.ref(NAME), "echo", "here")
    assert (rc, out) == (0, "here\n"), err
    assert not [call for call in calls if "connect(" in call or "send" in call] and not fake.requests


def test_missing(imgctl, fake):
    result = imgctl("create", "--pull=missing", fake.ref(NAME))
    assert result.rc == 0 and result.err.splitlines()[:2] == [
        f"Unable to find image '{fake.ref(NAME)}:latest' locally", f"latest: Pulling from {NAME}"], result
    assert re.fullmatch(r"[0-9a-f]{64}\n", result.out)
    fake.clear()
    imgctl.ok("create", "--pull=missing", fake.ref(NAME))
    imgctl.ok("create", fake.ref(NAME))
    assert not fake.requests


def test_never(imgctl, fake):
    imgctl.fails("create", "--pull=never", fake.ref(NAME), err=f"(?i)no such image: {fake.ref(NAME)}")
    assert not fake.requests


def test_always(imgctl, fake, newer):
    imgctl.ok("pull", "-q", fake.ref(NAME))
    fake.clear()
    imgctl.ok("create", "--pull=always", fake.ref(NAME))
    assert [r.method for r in fake.seen(path="/manifests/")] == ["HEAD"]
    fake.push(NAME, newer)
    name = imgctl.ok("create", "--pull", "always", fake.ref(NAME)).strip()
    assert imgctl.inspect(name, "{{json .Image}}") == newer.id


def test_newer(imgctl, fake, newer, busybox_image):
    """The registry is asked; where it does not answer, what is here is good enough."""
    imgctl.ok("create", "--pull=newer", fake.ref(NAME))
    fake.push(NAME, newer)
    name = imgctl.ok("create", "--pull=newer", fake.ref(NAME)).strip()
    assert imgctl.inspect(name, "{{json .Image}}") == newer.id
    fake.stop()
    name = imgctl.ok("create", "--pull=newer", fake.ref(NAME)).strip()
    assert imgctl.inspect(name, "{{json .Image}}") == newer.id


def test_another_policy(imgctl, fake):
    imgctl.fails("create", "--pull=sometimes", fake.ref(NAME), rc=125, err="sometimes")
    assert not fake.requests
