# SPDX-License-Identifier: Apache-2.0
"""run --volumes-from: the mounts of another container, at the same places."""
import pytest

from harness import images


@pytest.fixture
def donor(imgctl, busybox, tmp_path_of_test):
    """Has one mount of each kind, with a file in each."""
    (tmp_path_of_test / "host").mkdir()
    imgctl.ok("run", "--name", "donor", "-v", "/anonymous", "-v", "named:/named", "-v", f"{tmp_path_of_test}/host:/host",
              "--mount", "type=tmpfs,dst=/memory", "--tmpfs", "/scratch", busybox, "sh", "-c",
              "for d in anonymous named host memory scratch; do echo $d > /$d/file; done")
    return "donor"


def mounts(imgctl, name):
    return {m["Destination"]: m for m in imgctl.inspect(name, "{{json .Mounts}}")}


def test_volumes_and_binds_but_no_tmpfs(imgctl, donor):
    out = imgctl.ok("run", "--name", "heir", "--volumes-from", donor, "busybox", "sh", "-c",
                    "cat /anonymous/file /named/file /host/file; ls -d /memory /scratch 2>&1; true")
    assert out.split()[:3] == ["anonymous", "named", "host"]
    assert out.count("No such file") == 2
    assert imgctl.inspect("heir", "{{json .HostConfig.VolumesFrom}}") == ["donor"]
    theirs, ours = mounts(imgctl, donor), mounts(imgctl, "heir")
    assert set(ours) == {"/anonymous", "/named", "/host"}
    assert all(ours[d]["Source"] == theirs[d]["Source"] for d in ours)


def test_read_only(imgctl, donor):
    script = "cat /named/file; echo x > /named/file || echo x > /host/file || echo x > /anonymous/file"
    result = imgctl.fails("run", "--name", "reader", "--volumes-from", f"{donor}:ro", "busybox", "sh", "-c", script, rc=1)
    assert result.out == "named\n" and result.err.count("Read-only file system") == 3
    assert not any(m["RW"] for m in mounts(imgctl, "reader").values())


def test_what_is_read_only_stays_so(imgctl, busybox):
    imgctl.ok("create", "--name", "first", "-v", "kept:/x:ro", busybox)
    imgctl.fails("run", "--rm", "--volumes-from", "first:rw", busybox, "touch", "/x/file", rc=1, err="Read-only")


def test_own_words_about_a_place_count_more(imgctl, donor, hub):
    hub.push("library/greedy:2", images.Image(images.busybox_layer(), config={"Volumes": {"/named": {}, "/more": {}}}))
    imgctl.ok("create", "--name", "heir", "-v", "other:/named", "--tmpfs", "/host", "--volumes-from", donor, "greedy:2")
    ours = mounts(imgctl, "heir")
    assert ours["/named"]["Name"] == "other" and "/host" not in ours and "/more" in ours
    imgctl.ok("create", "--name", "second", "--volumes-from", donor, "--volumes-from", "heir", "greedy:2")
    ours = mounts(imgctl, "second")
    assert ours["/named"]["Name"] == "other" and ours["/host"]["Type"] == "bind", "of two containers the later counts"
    assert ours["/more"]["Name"] == mounts(imgctl, "heir")["/more"]["Name"]


def test_a_volume_stays_while_somebody_uses_it(imgctl, donor):
    name = mounts(imgctl, donor)["/anonymous"]["Name"]
    imgctl.ok("create", "--name", "heir", "--volumes-from", donor, "busybox", "cat", "/anonymous/file")
    imgctl.ok("rm", "-v", donor)
    imgctl.fails("volume", "rm", name, err="in use")
    imgctl.fails("volume", "rm", "named", err="in use")
    assert imgctl.ok("start", "-a", "heir") == "anonymous\n"
    imgctl.ok("rm", "-v", "heir")
    assert imgctl.ok("volume", "ls", "-q") == "named\n"


def test_a_failure_takes_nothing_away(imgctl, donor):
    before = imgctl.ok("volume", "ls", "-q")
    imgctl.fails("run", "--name", donor, "--volumes-from", donor, "-v", "/own", "busybox", "true", rc=125, err="in use")
    assert imgctl.ok("volume", "ls", "-q") == before
    assert imgctl.ok("run", "--rm", "--volumes-from", donor, "busybox", "cat", "/anonymous/file") == "anonymous\n"


@pytest.mark.parametrize("value, words", [
    ("nobody", "No such container: nobody"), ("", "cannot be an empty string"), (":ro", "cannot be an empty string"),
    ("donor:rx", "invalid mode: rx"), ("donor:rshared", "invalid mode"), ("donor:nocopy", "invalid mode")])
def test_what_is_wrong(imgctl, busybox, value, words):
    imgctl.ok("create", "--name", "donor", busybox)
    imgctl.fails("run", "--name", "heir", "--volumes-from", value, busybox, "true", rc=125, err=words)
    assert imgctl.ok("ps", "-a", "--format", "{{.Names}}") == "donor\n"
