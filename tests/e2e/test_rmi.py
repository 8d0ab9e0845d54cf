# SPDX-License-Identifier: Apache-2.0
"""imgctl rmi and image prune: names, images, containers that use them."""
import pytest


def untagged(name):
    return f"Untagged: {name}\n"


@pytest.fixture
def gone(imgctl, busybox_image):
    """Asserts that an image and all that was only its own is gone."""
    def check(image=busybox_image):
        imgctl.fails("image", "inspect", image.id, rc=1)
        assert not [x for x in (imgctl.root / "blobs/sha256").iterdir()]
        assert not [x for x in (imgctl.root / "layers").iterdir()]
    return check


def test_the_only_name(imgctl, busybox, busybox_image, gone):
    layer, = busybox_image.document["rootfs"]["diff_ids"]
    assert imgctl.ok("rmi", busybox) == (
        untagged("busybox:latest") + untagged("busybox@" + busybox_image.digest) +
        f"Deleted: {busybox_image.id}\nDeleted: {layer}\n")
    gone()


def test_one_of_several_names(imgctl, busybox, busybox_image, gone):
    imgctl.ok("tag", busybox, "other:1")
    assert imgctl.ok("rmi", "other:1") == untagged("other:1")
    imgctl.ok("tag", busybox, "other:1")
    assert imgctl.ok("rmi", busybox) == untagged("busybox:latest") + untagged("busybox@" + busybox_image.digest)
    assert imgctl.ok("inspect", "-f", "{{.Id}}", "other:1") == busybox_image.id + "\n"
    assert f"Deleted: {busybox_image.id}" in imgctl.ok("image", "rm", "other:1")
    gone()


def test_by_id(imgctl, busybox, busybox_image, gone):
    short = busybox_image.id[7:19]
    imgctl.ok("tag", busybox, "other:1")
    imgctl.fails("rmi", short, rc=1, err=rf"conflict: unable to delete {short} \(must be forced\) - image is "
                                         "referenced in multiple repositories")
    out = imgctl.ok("rmi", "-f", short)
    assert untagged("other:1") in out and untagged("busybox:latest") in out
    assert f"Deleted: {busybox_image.id}\n" in out
    gone()


def test_by_id_with_one_name(imgctl, busybox, busybox_image, gone):
    out = imgctl.ok("rmi", busybox_image.id)
    assert untagged("busybox:latest") in out and "Deleted: " in out
    gone()


def test_a_stopped_container(imgctl, busybox, busybox_image):
    container = imgctl.ok("create", "--name", "c1", busybox).strip()[:12]
    short = busybox_image.id[7:19]
    imgctl.fails("rmi", busybox, rc=1, err=r'conflict: unable to remove repository reference "busybox" \(must force\)'
                 f" - container {container} is using its referenced image {short}")
    imgctl.fails("rmi", short, rc=1, err=rf"conflict: unable to delete {short} \(must be forced\) - image is being "
                 f"used by stopped container {container}")
    assert untagged("busybox:latest") in imgctl.ok("rmi", "-f", busybox)
    imgctl.fails("image", "inspect", short, rc=1)
    # the layers stay as long as the container stands on them
    assert imgctl.ok("ps", "-a", "--format", "{{.Image}}") == short + "\n"
    assert list((imgctl.root / "layers").iterdir())


def test_a_running_container(imgctl, busybox, busybox_image):
    container = imgctl.ok("run", "-d", "--name", "c1", busybox, "sleep", "1000").strip()[:12]
    short = busybox_image.id[7:19]
    message = (rf"conflict: unable to delete {short} \(cannot be forced\) - image is being used by running "
               f"container {container}")
    imgctl.fails("rmi", short, rc=1, err=message)
    imgctl.fails("rmi", "-f", short, rc=1, err=message)
    # by name and forced, the name goes and the image stays without one
    assert imgctl.ok("rmi", "-f", busybox) == (
        untagged("busybox:latest") + untagged("busybox@" + busybox_image.digest))
    assert imgctl.ok("images", "-q", "-f", "dangling=true") == short + "\n"
    imgctl.ok("rm", "-f", "c1")
    assert f"Deleted: {busybox_image.id}" in imgctl.ok("rmi", short)


def test_several_arguments(imgctl, busybox):
    imgctl.ok("tag", busybox, "other:1")
    result = imgctl.fails("rmi", "nosuch", "other:1", "BAD", rc=1, err="No such image: nosuch:latest")
    assert result.out == untagged("other:1")
    assert "must be lowercase" in result.err


def test_force_forgives_what_is_not_there(imgctl):
    result = imgctl("rmi", "-f", "nosuch")
    assert (result.rc, result.out) == (0, "")
    assert "No such image: nosuch:latest" in result.err


def test_shared_layers_stay(imgctl, hub, busybox, busybox_image, gone):
    hub.push("library/second:1", busybox_image.variation(User="1"))
    imgctl.ok("pull", "-q", "second:1")
    out = imgctl.ok("rmi", "second:1")
    assert out.count("Deleted: ") == 1
    assert imgctl.ok("run", "--rm", busybox, "echo", "works") == "works\n"
    imgctl.ok("rmi", busybox)
    gone()


@pytest.fixture
def dangling(imgctl, hub, busybox_image):
    """second:1 tagged, and an older image without a name; returns the older one's id."""
    for user in ("1", "2"):
        hub.push("library/second:1", busybox_image.variation(User=user, Labels={"user": user}))
        imgctl.ok("pull", "-q", "second:1")
    return busybox_image.variation(User="1", Labels={"user": "1"}).id


def test_prune_dangling(imgctl, dangling):
    assert imgctl.ok("image", "prune", "-f", "--filter", "label=user=2") == "Total reclaimed space: 0B\n"
    assert imgctl.ok("image", "prune", "-f", "--filter", "until=2000-01-01") == "Total reclaimed space: 0B\n"
    lines = imgctl.ok("image", "prune", "-f").splitlines()
    assert lines[0] == "Deleted Images:" and f"deleted: {dangling}" in lines
    assert lines[-2] == "" and lines[-1].startswith("Total reclaimed space: ")
    imgctl.fails("image", "inspect", dangling, rc=1)
    imgctl.ok("image", "inspect", "second:1")
    assert imgctl.ok("image", "prune", "-f") == "Total reclaimed space: 0B\n"


def test_prune_all_spares_what_is_used(imgctl, dangling, busybox):
    imgctl.ok("create", "--name", "c1", busybox)
    out = imgctl.ok("image", "prune", "-af")
    assert "untagged: second:1\n" in out
    imgctl.fails("image", "inspect", "second:1", rc=1)
    imgctl.ok("image", "inspect", busybox)


def test_prune_asks(imgctl, dangling):
    out = imgctl.ok("image", "prune")
    assert out == "WARNING! This will remove all dangling images.\nAre you sure you want to continue? [y/N] "
    imgctl.ok("image", "inspect", dangling)
    assert "without at least one container" in imgctl.ok("image", "prune", "-a", stdin="n\n")
    assert f"deleted: {dangling}" in imgctl.ok("image", "prune", stdin="y\n")
    imgctl.fails("image", "prune", "-f", "--filter", "nonsense=1", rc=1, err="invalid filter 'nonsense'")
