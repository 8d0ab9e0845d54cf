# SPDX-License-Identifier: Apache-2.0
"""imgctl diff: what a container changed of its image's files."""
from harness import images


def changes(imgctl, name):
    return imgctl.ok("diff", name).splitlines()


def test_untouched_is_empty(imgctl, busybox):
    """What a start needs (/etc/hosts, /proc) is no change of the container's."""
    imgctl.ok("run", "--name", "calm", busybox, "cat", "/etc/passwd")
    assert changes(imgctl, "calm") == []


def test_added_changed_deleted(imgctl, busybox):
    imgctl.ok("run", "--name", "busy", busybox, "sh", "-c",
              "echo x >/new; mkdir -p /folder/below; touch /folder/below/file; rm /etc/passwd; chmod 700 /opt; "
              "echo more >>/etc/group; ln -s nowhere /link; rm -r /home; mkdir /home; touch /home/bob")
    assert changes(imgctl, "busy") == [
        "C /etc", "C /etc/group", "D /etc/passwd", "A /folder", "A /folder/below", "A /folder/below/file",
        "C /home", "D /home/alice", "A /home/bob", "A /link", "A /new", "C /opt"]


def test_a_copy_up_alone_is_no_change(imgctl, busybox):
    imgctl.ok("run", "--name", "same", busybox, "sh", "-c", "chmod 600 /etc/passwd; chmod 644 /etc/passwd")
    assert changes(imgctl, "same") == []


def test_while_it_runs(imgctl, busybox):
    imgctl.ok("run", "-d", "--name", "runs", busybox, "sh", "-c", "touch /made; sleep 1000")
    imgctl.ok("exec", "runs", "rm", "/made")
    imgctl.ok("exec", "runs", "touch", "/other")
    assert changes(imgctl, "runs") == ["A /other"]


def test_an_image_of_no_layers(imgctl, hub):
    hub.push("library/nothing:latest", images.Image())
    imgctl.ok("pull", "-q", "nothing")
    imgctl.ok("create", "--name", "empty", "nothing", "/none")
    assert changes(imgctl, "empty") == []


def test_no_such_container(imgctl):
    imgctl.fails("diff", "nosuch", rc=1, err="No such container: nosuch")
