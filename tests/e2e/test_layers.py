# SPDX-License-Identifier: Apache-2.0
"""What layers mean upon each other, seen from inside a container."""
from harness import images


def run(imgctl, hub, *layers, script):
    """The output of SCRIPT in an image of busybox and LAYERS."""
    hub.push("library/stack:1", images.Image(images.busybox_layer(), *layers))
    imgctl.ok("pull", "-q", "stack:1")
    return imgctl.ok("run", "--rm", "stack:1", "sh", "-c", script)


def test_whiteouts_and_opaque_folders(imgctl, hub):
    below = images.Layer().dir("d").file("d/gone", "x").file("d/kept", "x").dir("o").file("o/old", "x")
    above = images.Layer().dir("d").whiteout("d/gone").dir("o").opaque("o").file("o/new", "x").whiteout("never")
    assert run(imgctl, hub, below, above, script="ls /d /o; ls -a / | grep wh; true") == "/d:\nkept\n\n/o:\nnew\n"


def test_a_hard_link_to_a_file_of_a_lower_layer(imgctl, hub):
    below = images.Layer().dir("d").file("d/file", "linked\n")
    above = images.Layer().hardlink("link", "d/file")
    assert run(imgctl, hub, below, above, script="cat /link; [ /link -ef /d/file ] && echo same") == "linked\nsame\n"


def test_a_folder_without_an_entry_keeps_the_lower_ones_mode(imgctl, hub):
    below = images.Layer().dir("secret", mode=0o700, owner=(12, 34))
    above = images.Layer().file("secret/file", "x")
    assert run(imgctl, hub, below, above, script="stat -c '%a %u:%g' /secret; ls /secret") == "700 12:34\nfile\n"


def test_a_path_through_a_link_of_a_lower_layer(imgctl, hub):
    below = images.Layer().dir("usr/lib").symlink("lib", "usr/lib")
    above = images.Layer().file("lib/file", "through\n")
    script = "readlink /lib; cat /usr/lib/file"
    assert run(imgctl, hub, below, above, script=script) == "usr/lib\nthrough\n"


def test_the_root_keeps_its_attributes(imgctl, hub):
    below = images.Layer().dir(".", mode=0o751)
    above = images.Layer().file("file", "x")
    assert run(imgctl, hub, below, above, script="stat -c %a /") == "751\n"


def test_more_than_a_hundred_layers(imgctl, hub):
    layers = [images.Layer().file(f"many/{i:03}", str(i)) for i in range(120)]
    assert run(imgctl, hub, *layers, script="ls /many | wc -l; cat /many/119") == "120\n119"


def test_a_link_out_of_the_image_stays_inside(imgctl, hub, tmp_path_of_test):
    """Inside, the link leads nowhere: docker refuses such a layer, and so do we."""
    target = tmp_path_of_test / "victim"
    target.mkdir()
    layers = images.busybox_layer(), images.Layer().symlink("out", str(target)), images.Layer().file("out/file", "x")
    hub.push("library/out:1", images.Image(*layers))
    imgctl.fails("pull", "-q", "out:1", rc=1, err="entry out/file")
    assert list(target.iterdir()) == []
