# SPDX-License-Identifier: Apache-2.0
"""imgctl system doctor: what this machine allows, to root and to a user, and the fix for what it does not."""
import os
import subprocess

import pytest

from conftest import program
from harness.rootless import User, UserTool

EVERYBODY = {"kernel", "user namespaces", "overlay", "fuse-overlayfs", "control groups", "seccomp", "/dev/net/tun", "binfmt_misc", "store"}
ROOT = EVERYBODY | {"idmapped mounts", "capabilities", "nftables"}
USER = EVERYBODY | {"subordinate ids", "newuidmap, newgidmap", "delegation", "pasta, slirp4netns"}


def checks(document):
    return {check["Name"]: check for check in document["Checks"]}


@pytest.fixture(params=[65536, 0], ids=["ranged", "single"])
def user(request, no_leaks):
    """imgctl as an ordinary user, with subordinate ids or without."""
    person = User("imgctl-doctor-", request.param)
    it = UserTool(program(), person, person.folder / "doctor")
    no_leaks.marks.append(it.mark)
    it.ids = request.param
    yield it
    it.close()
    person.close()


def test_as_root(imgctl):
    document = imgctl.json("system", "doctor", "--format", "json")
    found = checks(document)
    assert set(found) == ROOT and document["OK"] is True
    assert {check["Level"] for check in found.values()} <= {"ok", "warning"}
    for name in ("kernel", "overlay", "seccomp"):
        assert found[name]["Level"] == "ok" and found[name]["Fix"] == ""
    assert str(imgctl.root) in found["store"]["Text"]
    assert os.uname().release in found["kernel"]["Text"]


def test_as_text(imgctl):
    lines = imgctl.ok("system", "doctor").splitlines()
    rows = [line for line in lines if not line.startswith(" ")]
    assert len(rows) == len(ROOT) and rows[0].startswith("OK       kernel                Linux ")
    assert all(line.split()[0] in ("OK", "WARNING") for line in rows)
    assert all(line.split()[0] == "fix:" for line in lines if line.startswith(" "))
    assert imgctl.ok("system", "doctor", "-f", "{{.OK}} {{len .Checks}}") == f"true {len(ROOT)}\n"
    imgctl.fails("system", "doctor", "-f", "{{", rc=64, err="template parsing error")


def test_nothing_is_left(imgctl):
    imgctl.ok("images", "-q")
    before = sorted(imgctl.root.rglob("*"))
    imgctl.ok("system", "doctor")
    assert sorted(imgctl.root.rglob("*")) == before


def test_root_that_may_not_mount(imgctl):
    """As in a container of another engine: it says what is missing, and fails."""
    command = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", "--", *imgctl.command("system", "doctor")]
    result = subprocess.run(command, env=imgctl.environment({}), capture_output=True, text=True, timeout=60)
    assert result.returncode == 1, result
    lines = {line.split()[1]: line for line in result.stdout.splitlines() if not line.startswith(" ")}
    assert lines["capabilities"].startswith("PROBLEM ") and "CAP_SYS_ADMIN" in lines["capabilities"]
    assert lines["overlay"].startswith("PROBLEM ") and "not permitted" in lines["overlay"]


def test_a_store_that_is_no_folder(imgctl, tmp_path_of_test):
    (tmp_path_of_test / "file").write_text("")
    result = imgctl.fails("--root", tmp_path_of_test / "file", "system", "doctor", "--format", "json", rc=1)
    document = result.json()
    assert document["OK"] is False and checks(document)["store"]["Level"] == "problem"
    assert "IMGCTL_ROOT" in checks(document)["store"]["Fix"]


def test_as_a_user(user):
    result = user("system", "doctor", "--format", "json")
    found = checks(result.json())
    assert set(found) == USER
    assert result.rc == (0 if result.json()["OK"] else 1)
    assert found["user namespaces"]["Level"] == found["overlay"]["Level"] == "ok", found
    assert not list(user.root.glob(".doctor*"))
    ids = found["subordinate ids"]
    if user.ids:
        assert ids["Level"] == "ok" and ids["Text"] == "65536 user ids, 65536 group ids"
    else:
        assert ids["Level"] == "warning" and ids["Fix"].startswith("sudo usermod --add-subuids ")
        assert ids["Fix"].split()[-1].startswith("imgctl-doctor-")


def test_a_store_of_another_user(user, imgctl):
    imgctl.ok("images")
    result = user.fails("--root", imgctl.root, "system", "doctor", rc=1)
    assert any(line.startswith("PROBLEM  store") for line in result.out.splitlines()), result
