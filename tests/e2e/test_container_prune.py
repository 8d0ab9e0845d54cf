# SPDX-License-Identifier: Apache-2.0
"""imgctl container prune: what has ended goes, what runs stays."""
import pytest


@pytest.fixture
def three(imgctl, busybox):
    """A created, an ended and a running container; the first two's ids."""
    created = imgctl.ok("create", "--name", "created", "--label", "which=a", busybox).strip()
    imgctl.ok("run", "--name", "ended", "--label", "which=b", busybox, "sh", "-c", "head -c 5000 /dev/zero > /f")
    imgctl.ok("run", "-d", "--name", "running", busybox, "sleep", "1000")
    return created, imgctl.inspect("ended", "{{json .Id}}")


def names(tool):
    return sorted(tool.ok("ps", "-a", "--format", "{{.Names}}").split())


def test_all(imgctl, three):
    out = imgctl.ok("container", "prune", "--force")
    assert out.startswith("Deleted Containers:\n") and out.endswith("\n\nTotal reclaimed space: 5kB\n")
    assert sorted(out.splitlines()[1:3]) == sorted(three)
    assert names(imgctl) == ["running"]
    assert imgctl.ok("container", "prune", "-f") == "Total reclaimed space: 0B\n"


@pytest.mark.parametrize("given, left", [
    (["label=which=a"], ["ended", "running"]),
    (["label!=which=a"], ["created", "running"]),
    (["label=which", "label!=which=b"], ["ended", "running"]),
    (["until=2000-01-01"], ["created", "ended", "running"]),
    (["until=2100-01-01"], ["running"]),
])
def test_filters(imgctl, three, given, left):
    imgctl.ok("container", "prune", "-f", *(word for one in given for word in ("--filter", one)))
    assert names(imgctl) == left


def test_asks(imgctl, three):
    question = "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] "
    assert question in imgctl.ok("container", "prune", stdin="n\n")
    assert names(imgctl) == ["created", "ended", "running"]
    imgctl.ok("container", "prune", stdin="y\n")
    assert names(imgctl) == ["running"]


def test_bad_input(imgctl):
    imgctl.fails("container", "prune", "-f", "--filter", "status=exited", err="(?i)invalid filter")
    imgctl.fails("container", "prune", "-f", "--filter", "until=soon", err="soon")
    imgctl.fails("container", "prune", "x", err="(?i)accepts no arguments")
