# SPDX-License-Identifier: Apache-2.0
"""Global options, before the verb: where the store is, how much is said, no network."""
import os

import pytest


@pytest.mark.sanitized
def test_stores_lie_side_by_side(imgctl, busybox):
    other = imgctl.another()
    assert imgctl.ok("images", "-q") and other.ok("images", "-q") == ""
    other.ok("pull", "-q", busybox)
    imgctl.ok("rmi", busybox)
    assert other.ok("run", "--rm", busybox, "echo", "here") == "here\n"


def test_root_option_beats_environment(imgctl, busybox, tmp_path_of_test):
    options = ("--root", tmp_path_of_test / "a", "--runroot", tmp_path_of_test / "b")
    assert imgctl.ok(*options, "images", "-q") == ""
    assert (tmp_path_of_test / "a").is_dir()
    assert imgctl.ok("images", "-q") != ""


@pytest.mark.parametrize("spelling", [lambda r: ("--root", r), lambda r: (f"--root={r}",)])
def test_options_may_be_spelled_both_ways(imgctl, tmp_path_of_test, spelling):
    imgctl.env["IMGCTL_ROOT"] = None
    imgctl.ok(*spelling(tmp_path_of_test / "a"), "images")
    assert (tmp_path_of_test / "a").is_dir()


def test_the_store_is_nobody_elses(imgctl, busybox):
    assert os.stat(imgctl.root).st_mode & 0o777 == 0o700
    assert os.stat(imgctl.runroot).st_mode & 0o777 == 0o700


def test_debug_says_more_and_only_on_stderr(imgctl, busybox):
    plain, debug = imgctl("images"), imgctl("--debug", "images")
    assert debug.rc == 0 and debug.out == plain.out


def test_log_level_is_checked(imgctl):
    imgctl.fails("--log-level", "loud", "images", err="loud")


@pytest.mark.parametrize("level", ["debug", "info", "warn", "error"])
def test_log_levels(imgctl, level):
    imgctl.ok("--log-level", level, "images")


def test_offline_names_what_is_missing(imgctl):
    result = imgctl.fails("--offline", "pull", "busybox", err="busybox")
    assert "offline" in result.err


@pytest.mark.sanitized
def test_offline_runs_what_is_here(imgctl, busybox):
    assert imgctl.ok("--offline", "run", "--rm", busybox, "echo", "x") == "x\n"


def test_unknown_flag_and_verb(imgctl):
    imgctl.fails("--frobnicate", "images", err="unknown flag: --frobnicate")
    imgctl.fails("frobnicate", err="frobnicate")


@pytest.mark.sanitized
def test_config_names_the_folder_of_credentials(imgctl, auth_registry, busybox_image, tmp_path_of_test):
    auth_registry.push("private/global:1", busybox_image)
    auth_registry.trust(imgctl.home)
    folder = tmp_path_of_test / "config"
    folder.mkdir()
    reference = auth_registry.ref("private/global:1")
    imgctl.fails("--config", folder, "pull", reference)
    imgctl.ok("--config", folder, "login", "-u", "alice", "--password-stdin", auth_registry.host,
              stdin="se:cret word")
    assert (folder / "config.json").exists()
    imgctl.ok("--config", folder, "pull", "-q", reference)
    imgctl.another().fails("pull", "-q", reference)
