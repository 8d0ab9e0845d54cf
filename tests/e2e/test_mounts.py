# SPDX-License-Identifier: Apache-2.0
"""run -v, --mount and --tmpfs: what is mounted, how, and what is refused."""
import os
import subprocess
import threading

import pytest

from harness import images


@pytest.fixture
def folder(tmp_path_of_test):
    path = tmp_path_of_test / "folder"
    path.mkdir()
    (path / "f").write_text("from the host\n")
    return path


@pytest.fixture
def nested(folder):
    """A folder with another file system mounted in it."""
    (folder / "sub").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", folder / "sub"], check=True)
    yield folder
    subprocess.run(["umount", folder / "sub"], check=True)


def options_of(imgctl, busybox, *args, at="/m"):
    """What the kernel says of the mount at AT, and of whom it hears."""
    shown = imgctl.ok("run", "--rm", *args, busybox, "grep", f" {at} ", "/proc/self/mountinfo").split(" - ")[0].split()
    return shown[5].split(","), [word.split(":")[0] for word in shown[6:]]


@pytest.mark.parametrize("how, main, below", [
    ("-v {}:/m", "rw", "rw"), ("-v {}:/m:ro", "ro", "ro"), ("-v {}:/m:rro", "ro", "ro"),
    ("--mount type=bind,src={},dst=/m,readonly", "ro", "ro"),
    ("--mount type=bind,src={},dst=/m,readonly,bind-recursive=writable", "ro", "rw"),
    ("--mount type=bind,src={},dst=/m,readonly,bind-recursive=readonly", "ro", "ro"),
])
def test_read_only_goes_down(imgctl, busybox, nested, how, main, below):
    args = how.format(nested).split()
    assert options_of(imgctl, busybox, *args)[0][0] == main
    assert options_of(imgctl, busybox, *args, at="/m/sub")[0][0] == below


@pytest.mark.parametrize("how", ["-v {}:/m:bind", "--mount type=bind,src={},dst=/m,bind-nonrecursive",
                                 "--mount type=bind,src={},dst=/m,bind-recursive=disabled"])
def test_without_what_is_mounted_below(imgctl, busybox, nested, how):
    shown = imgctl.ok("run", "--rm", *how.format(nested).split(), busybox, "sh", "-c", "grep -c ' /m' /proc/self/mountinfo")
    assert shown == "1\n"


@pytest.fixture
def shared(folder):
    """A mount point that tells others of what is mounted in it."""
    subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    subprocess.run(["mount", "--make-shared", folder], check=True)
    (folder / "sub").mkdir()
    yield folder
    subprocess.run(["umount", "-R", folder], check=True)


@pytest.mark.parametrize("word, peers", [("private", []), ("rprivate", []), ("shared", ["shared"]), ("rshared", ["shared"]),
                                         ("slave", ["master"]), ("rslave", ["master"])])
def test_propagation(imgctl, busybox, shared, word, peers):
    assert options_of(imgctl, busybox, "-v", f"{shared}:/m:{word}")[1] == peers
    assert options_of(imgctl, busybox, "--mount", f"type=bind,src={shared},dst=/m,bind-propagation={word}")[1] == peers
    imgctl.ok("create", "--name", "one", "-v", f"{shared}:/m:{word}", busybox)
    assert imgctl.ok("inspect", "-f", "{{(index .Mounts 0).Propagation}}", "one") == f"{word}\n"


@pytest.mark.parametrize("word, seen", [("rslave", True), ("rshared", True), ("rprivate", False)])
def test_mounts_of_the_host_come_through(imgctl, busybox, shared, word, seen):
    imgctl.ok("run", "-d", "--name", "one", "-v", f"{shared}:/m:{word}", busybox, "sleep", "1000")
    subprocess.run(["mount", "-t", "tmpfs", "none", shared / "sub"], check=True)
    assert ("/m/sub" in imgctl.ok("exec", "one", "cat", "/proc/self/mountinfo")) == seen
    imgctl.ok("rm", "-f", "one")


def test_mount_of_a_container_comes_out(imgctl, busybox, shared):
    imgctl.ok("run", "-d", "--name", "one", "--cap-add", "SYS_ADMIN", "--security-opt", "apparmor=unconfined",
              "-v", f"{shared}:/m:rshared", busybox, "sleep", "1000")
    imgctl.ok("exec", "one", "mount", "-t", "tmpfs", "none", "/m/sub")
    assert os.path.ismount(shared / "sub")
    imgctl.ok("exec", "one", "umount", "/m/sub")
    assert not os.path.ismount(shared / "sub")
    imgctl.ok("rm", "-f", "one")


def test_labels_are_told_to_be_ignored(imgctl, busybox, folder):
    said = imgctl("run", "--rm", "-v", f"{folder}:/m:ro,z", busybox, "cat", "/m/f")
    assert said.out == "from the host\n" and "WARNING: The mount options z and Z are ignored" in said.err
    said = imgctl("run", "--rm", "--mount", f"type=bind,src={folder},dst=/m,relabel=private", busybox, "true")
    assert said.rc == 0 and "z and Z are ignored" in said.err
    assert imgctl("run", "--rm", "-v", f"{folder}:/m:cached", busybox, "true").err == ""


def test_given_to_the_user(imgctl, busybox, folder):
    os.symlink("/etc/passwd", folder / "link")
    (folder / "sub").mkdir()
    (folder / "sub/deep").touch()
    before = os.stat("/etc/passwd").st_uid
    imgctl.ok("run", "--rm", "--user", "1234:55", "-v", f"{folder}:/m:U", busybox, "touch", "/m/sub/mine")
    owners = {name: (os.lstat(folder / name).st_uid, os.lstat(folder / name).st_gid) for name in (".", "f", "link", "sub/deep")}
    assert set(owners.values()) == {(1234, 55)} and os.stat("/etc/passwd").st_uid == before
    imgctl.ok("run", "--rm", "--user", "77", "--mount", "src=vol,dst=/v,U=true", busybox, "touch", "/v/mine")
    imgctl.ok("run", "--rm", "--user", "78", "--mount", f"type=bind,src={folder}/f,dst=/f,chown", busybox, "sh", "-c", "echo a > /f")
    assert (folder / "f").read_text() == "a\n"
    imgctl.fails("run", "--rm", "--user", "1234", "-v", "/etc:/m:U", busybox, "true", err="owner of /etc is not permitted")
    assert os.stat("/etc").st_uid == 0


# --- sources

def test_missing_sources(imgctl, busybox, folder):
    imgctl.ok("run", "--rm", "-v", f"{folder}/a/b:/m", busybox, "touch", "/m/x")
    assert (folder / "a/b/x").is_file()
    imgctl.fails("run", "--rm", "--mount", f"type=bind,src={folder}/none,dst=/m", busybox, "true", rc=125,
                 err=f'invalid mount config for type "bind": bind source path does not exist: {folder}/none')
    assert not (folder / "none").exists()
    imgctl.ok("run", "--rm", "--mount", f"type=bind,src={folder}/none,dst=/m,bind-create-src", busybox, "true")
    assert (folder / "none").is_dir()


def test_files_sockets_pipes(imgctl, busybox, folder):
    os.mkfifo(folder / "pipe")
    writer = threading.Thread(target=lambda: (folder / "pipe").write_text("through\n"))
    writer.start()
    assert imgctl.ok("run", "--rm", "-v", f"{folder}/pipe:/p", busybox, "cat", "/p") == "through\n"
    writer.join()
    assert imgctl.ok("run", "--rm", "-v", f"{folder}/f:/new/place/f:ro", busybox, "cat", "/new/place/f") == "from the host\n"
    imgctl.fails("run", "--rm", "-v", f"{folder}/f:/etc", busybox, "true", err="(?i)not a directory|etc")


# --- hostile targets

def test_links_of_an_image_do_not_lead_out(imgctl, hub, folder):
    layer = images.Layer().dir("real").symlink("abs", "/real").symlink("up", "../../../../../../../../tmp") \
        .symlink("loop", "/loop").symlink("proc2", "/proc").file("real/file", "the image's\n")
    hub.push("library/hostile:1", images.Image(images.busybox_layer(), layer))
    assert imgctl.ok("run", "--rm", "-v", f"{folder}:/abs", "-v", f"{folder}:/up/new/place", "hostile:1",
                     "cat", "/real/f", "/tmp/new/place/f") == "from the host\n" * 2
    assert not os.path.exists("/tmp/new/place")
    assert imgctl.ok("run", "--rm", "-v", "vol:/abs", "hostile:1", "cat", "/real/file") == "the image's\n", "filled from there"
    for target in ("/loop", "/loop/x", "/proc2/x", "/proc2/sys", "/proc"):
        imgctl.fails("run", "--rm", "-v", f"{folder}:{target}", "hostile:1", "true", err="(?i)proc|symbolic")


def test_targets_of_an_image_that_are_none(imgctl, hub):
    for number, target in enumerate(("/", "/..", "", "/x/..")):
        hub.push(f"library/hostile:t{number}", images.Image(images.busybox_layer(), config={"Volumes": {target: {}}}))
        imgctl.fails("run", "--rm", f"hostile:t{number}", "true", rc=125, err="volume of the image: invalid")
    assert imgctl.ok("volume", "ls", "-q") == "" and imgctl.ok("ps", "-aq") == ""
    # as docker has it, this one is below the root
    hub.push("library/hostile:t9", images.Image(images.busybox_layer(), config={"Volumes": {"../relative": {}}}))
    assert imgctl.ok("run", "--rm", "hostile:t9", "sh", "-c", "grep -o ' /relative ' /proc/self/mounts").strip() == "/relative"


# --- parts of volumes

def test_part_of_a_volume(imgctl, busybox):
    imgctl.ok("run", "--rm", "-v", "vol:/v", busybox, "sh", "-c", "mkdir -p /v/a/b; echo deep > /v/a/b/f; ln -s a /v/in; ln -s / /v/out; "
              "ln -s ../../../../etc /v/up")
    for part in ("a/b", "in/b", "a/../a/b"):
        assert imgctl.ok("run", "--rm", "--mount", f"src=vol,dst=/m,volume-subpath={part}", busybox, "cat", "/m/f") == "deep\n"
    assert imgctl.ok("run", "--rm", "--mount", "src=vol,dst=/m,volume-subpath=a/b/f", busybox, "cat", "/m") == "deep\n"
    for part in ("out", "out/etc", "up", "..", "a/../../x", "none"):
        result = imgctl.fails("run", "--rm", "--mount", f"src=vol,dst=/m,volume-subpath={part}", busybox, "true",
                              err="cannot access path")
        assert result.rc in (125, 127)
    imgctl.fails("run", "--rm", "--mount", "dst=/m,volume-subpath=a", busybox, "true", rc=125, err="anonymous volumes")


# --- images

@pytest.fixture
def data_image(imgctl, busybox, tmp_path_of_test):
    imgctl.ok("run", "--name", "maker", busybox, "sh", "-c", "mkdir -p /data/sub; echo one > /data/sub/f; ln -s /data/sub /data/link; "
              "ln -s / /data/root")
    imgctl.ok("commit", "maker", "data:1")
    imgctl.ok("rm", "maker")
    return "data:1"


def test_image(imgctl, busybox, data_image):
    mount = f"type=image,source={data_image},target=/i"
    assert imgctl.ok("run", "--rm", "--mount", mount, busybox, "cat", "/i/data/sub/f") == "one\n"
    imgctl.fails("run", "--rm", "--mount", mount, busybox, "touch", "/i/x", rc=1, err="Read-only file system")
    for part in ("data/sub", "data/link", "data/root/data/sub"):
        assert imgctl.ok("run", "--rm", "--mount", f"{mount},image-subpath={part}", busybox, "cat", "/i/f") == "one\n"
    assert imgctl.ok("run", "--rm", "--mount", f"{mount},image-subpath=data/sub/f", busybox, "cat", "/i") == "one\n"
    imgctl.fails("run", "--rm", "--mount", f"{mount},image-subpath=none", busybox, "true", err="No such file")
    imgctl.fails("run", "--rm", "--mount", "type=image,source=missing,target=/i", busybox, "true", rc=125, err="(?i)no such image")
    imgctl.fails("run", "--rm", "--mount", f"{mount},rw", busybox, "true", rc=125, err="read-only")
    imgctl.ok("create", "--name", "one", "--mount", mount, busybox, "cat", "/i/data/sub/f")
    shown, = imgctl.inspect("one", "{{json .Mounts}}")
    assert (shown["Type"], shown["Source"], shown["Destination"], shown["RW"]) == ("image", data_image, "/i", False)
    imgctl.ok("rmi", "-f", data_image)
    imgctl.ok("image", "prune", "-af")
    assert imgctl.ok("start", "-a", "one") == "one\n", "the container keeps what it mounts"


# --- tmpfs

@pytest.mark.parametrize("args, wanted", [
    (["--tmpfs", "/t"], "1777 rw,nosuid,nodev,noexec"),
    (["--tmpfs", "/t:exec,suid,size=1m,mode=700"], "700 rw,nodev"),
    (["--tmpfs", "/t:ro,uid=5,gid=6,nr_inodes=9"], "1777 ro,nosuid,nodev,noexec"),
    (["--mount", "type=tmpfs,dst=/t,tmpfs-mode=1750,tmpfs-size=1m,readonly"], "1750 ro,nosuid,nodev,noexec"),
])
def test_tmpfs(imgctl, busybox, args, wanted):
    shown = imgctl.ok("run", "--rm", *args, busybox, "sh", "-c", "stat -c %a /t; grep ' /t ' /proc/self/mountinfo").split()
    options = ",".join(word for word in shown[6].split(",") if word != "relatime")
    assert f"{shown[0]} {options}" == wanted


@pytest.mark.parametrize("options", ["bogus", "size=1m,bogus=1", "rbind", "rshared", "remount"])
def test_tmpfs_options_that_there_are_not(imgctl, busybox, options):
    imgctl.fails("run", "--rm", "--tmpfs", f"/t:{options}", busybox, "true", rc=125, err="invalid tmpfs option")


# --- volumes

def test_copy_up_on_first_use(imgctl, busybox):
    imgctl.ok("volume", "create", "early")
    for name in ("early", "late"):
        imgctl.ok("run", "--rm", "-v", f"{name}:/etc", busybox, "sh", "-c", "test -e /etc/passwd && rm /etc/passwd && touch /etc/own")
        imgctl.ok("run", "--rm", "-v", f"{name}:/etc", busybox, "sh", "-c", "! test -e /etc/passwd && test -e /etc/own")
    for args in (["-v", "none:/etc:nocopy"], ["--mount", "src=none,dst=/etc,volume-nocopy"]):
        imgctl.fails("run", "--rm", *args, busybox, "test", "-e", "/etc/passwd", rc=1)


def test_an_emptied_volume_stays_empty(imgctl, busybox, hub):
    hub.push("library/full:1", images.Image(images.busybox_layer(), images.Layer().dir("full", mode=0o751).file("full/f", "x")))
    imgctl.ok("run", "--name", "again", "-v", "one:/full", "full:1", "sh", "-c", "ls /full; stat -c %a /full; rm -f /full/f")
    assert imgctl.ok("logs", "again") == "f\n751\n"
    assert imgctl.ok("start", "-a", "again") == "751\n"
    assert imgctl.ok("run", "--rm", "--volumes-from", "again", "full:1", "ls", "/full") == ""
    assert imgctl.ok("run", "--rm", "-v", "one:/full", "full:1", "ls", "/full") == "f\n", "docker fills an empty one"


def test_a_volume_is_held_until_its_container_is_there(imgctl, busybox):
    """What the command has to say, of the z, nobody reads: it waits between the making of the two."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    child = imgctl.popen("run", "--rm", "-v", "fresh:/v:z", "-v", "/w", busybox, "touch", "/v/f", "/w/f", stderr=writer)
    os.close(writer)
    while imgctl.ok("volume", "ls", "-q").count("\n") < 2:
        assert child.poll() is None
    assert imgctl.ok("ps", "-aq") == ""
    imgctl.fails("volume", "rm", "fresh", rc=1, err="volume is in use")
    imgctl.ok("volume", "prune", "-af")
    assert imgctl.ok("volume", "ls", "-q").count("\n") == 2
    while os.read(reader, 65536):
        pass
    os.close(reader)
    assert child.wait(60) == 0
    assert imgctl.ok("volume", "ls", "-q") == "fresh\n"
    assert imgctl.ok("run", "--rm", "-v", "fresh:/v", busybox, "ls", "/v") == "f\n"
    imgctl.ok("volume", "rm", "fresh")


def test_many_use_one_volume(imgctl, busybox):
    children = [imgctl.popen("run", "--rm", "-v", "one:/v", busybox, "touch", f"/v/{i}") for i in range(8)]
    assert [child.wait(60) for child in children] == [0] * 8
    assert len(imgctl.ok("run", "--rm", "-v", "one:/v", busybox, "ls", "/v").split()) == 8


def test_rm_with_volumes(imgctl, busybox, hub):
    hub.push("library/greedy:1", images.Image(images.busybox_layer(), config={"Volumes": {"/data": {}, "/d/../e": {}}}))
    imgctl.ok("run", "--name", "one", "-v", "/anonymous", "-v", "named:/named", "greedy:1", "true")
    assert {mount["Destination"] for mount in imgctl.inspect("one", "{{json .Mounts}}")} == {"/data", "/e", "/anonymous", "/named"}
    assert imgctl.ok("volume", "ls", "-q").count("\n") == 4
    imgctl.ok("rm", "-v", "one")
    assert imgctl.ok("volume", "ls", "-q") == "named\n"
