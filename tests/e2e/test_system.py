# SPDX-License-Identifier: Apache-2.0
"""imgctl system df and system prune: what is kept, and what of it nobody needs."""
import json
import re

import pytest


@pytest.fixture
def filled(imgctl, busybox):
    """A running and a stopped container, a used volume, an unused one of either kind, a second name."""
    imgctl.ok("run", "-d", "--name", "runs", "-v", "used:/used", busybox, "sleep", "1000")
    imgctl.ok("run", "--name", "ended", "-v", "/anonymous", busybox, "sh", "-c", "echo 12345 >/file")
    imgctl.ok("volume", "create", "named")
    imgctl.ok("tag", busybox, "other:1")
    return busybox


def rows(imgctl):
    return {row["Type"]: row for row in map(json.loads, imgctl.ok("system", "df", "--format", "json").splitlines())}


def test_df(imgctl, filled):
    head, *lines = imgctl.ok("system", "df").splitlines()
    assert re.split(r"\s{2,}", head.strip()) == ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"]
    assert [re.split(r"\s{2,}", line)[0] for line in lines] == ["Images", "Containers", "Local Volumes", "Build Cache"]
    found = rows(imgctl)
    assert [(r["TotalCount"], r["Active"]) for r in found.values()] == [("1", "1"), ("2", "1"), ("3", "2"), ("0", "0")]
    assert found["Containers"]["Size"] == "6B" and found["Containers"]["Reclaimable"] == "6B (100%)"
    assert found["Images"]["Reclaimable"] == "0B (0%)" and found["Build Cache"]["Reclaimable"] == "0B"


HEADS = ("REPOSITORY TAG IMAGE_ID CREATED SIZE SHARED_SIZE UNIQUE_SIZE CONTAINERS",
         "CONTAINER_ID IMAGE COMMAND LOCAL_VOLUMES SIZE CREATED STATUS NAMES", "VOLUME_NAME LINKS SIZE",
         "CACHE_ID CACHE_TYPE SIZE CREATED LAST_USED USAGE SHARED")


def test_df_verbose(imgctl, filled):
    parts = imgctl.ok("system", "df", "-v").split("\n\n")
    assert [part.strip() for part in parts[0::2]] == [
        "Images space usage:", "Containers space usage:", "Local Volumes space usage:", "Build cache usage: 0B"]
    tables = [part.splitlines() for part in parts[1::2]]
    heads = [[h.replace(" ", "_") for h in re.split(r"\s{2,}", table[0].strip())] for table in tables]
    assert heads == [head.split() for head in HEADS]


def test_df_verbose_json(imgctl, filled):
    imgctl.ok("commit", "ended", "more:1")
    found = json.loads(imgctl.ok("system", "df", "-v", "--format", "json"))
    images = {row["Repository"]: row for row in found["Images"]}
    assert images["other"]["SharedSize"] == images["more"]["SharedSize"] == images["other"]["Size"]
    assert [(images[name]["UniqueSize"], images[name]["Containers"]) for name in ("other", "more")] == [
        ("0B", "2"), ("6B", "0")]
    assert {row["Names"]: (row["Size"], row["LocalVolumes"]) for row in found["Containers"]} == {
        "runs": ("0B", "1"), "ended": ("6B", "1")}
    assert sorted((row["Links"], row["Size"]) for row in found["Volumes"]) == [("0", "0B"), ("1", "0B"), ("1", "0B")]
    assert found["BuildCache"] == []
    imgctl.fails("system", "df", "-v", "--format", "{{.Images}}", rc=1, err="table and json")


def test_df_of_nothing(imgctl):
    assert [r["TotalCount"] for r in rows(imgctl).values()] == ["0"] * 4


def test_prune(imgctl, filled):
    ended = imgctl.inspect("ended", "{{json .Id}}")
    out = imgctl.ok("system", "prune", "-f")
    assert f"Deleted Containers:\n{ended}\n" in out and "Deleted Volumes" not in out and "Deleted Images" not in out
    assert out.splitlines()[-1] == "Total reclaimed space: 6B"
    assert len(imgctl.ok("volume", "ls", "-q").split()) == 3


def test_prune_volumes_and_images(imgctl, filled):
    out = imgctl.ok("system", "prune", "-af", "--volumes")
    assert "Deleted Volumes:" in out
    assert sorted(imgctl.ok("volume", "ls", "-q").split()) == ["named", "used"]
    assert imgctl.ok("images", "-q") != ""  # a container runs on it
    imgctl.ok("rm", "-f", "runs")
    out = imgctl.ok("system", "prune", "-af")
    assert "Deleted Images:" in out and "deleted: sha256:" in out
    assert imgctl.ok("images", "-q") == ""


def test_prune_asks(imgctl, filled):
    out = imgctl.ok("system", "prune", "--volumes", "-a", stdin="n\n")
    for line in ("WARNING! This will remove:", "  - all stopped containers",
                 "  - all anonymous volumes not used by at least one container",
                 "  - all images without at least one container associated to them"):
        assert line in out.splitlines()
    assert len(imgctl.ok("ps", "-aq").split()) == 2
    assert "Total reclaimed space" in imgctl.ok("system", "prune", stdin="y\n")
    assert len(imgctl.ok("ps", "-aq").split()) == 1


def test_prune_filters(imgctl, filled):
    imgctl.ok("create", "--name", "labelled", "--label", "gone=yes", filled, "true")
    imgctl.ok("system", "prune", "-f", "--filter", "label=gone")
    assert sorted(imgctl.ok("ps", "-a", "--format", "{{.Names}}").split()) == ["ended", "runs"]
    imgctl.fails("system", "prune", "-f", "--filter", "nosuch=1", rc=1, err="nosuch")
    imgctl.fails("system", "prune", "-f", "--volumes", "--filter", "until=1h", rc=1, err="not supported")
