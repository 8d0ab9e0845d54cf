# SPDX-License-Identifier: Apache-2.0
"""./dev, and the release it makes."""
import os
import re
import shutil
import subprocess

import pytest
from conftest import TOP, program

VERBS = ["demo", "test", "vm", "build", "bench", "fuzz", "lint", "fmt", "analyze", "install", "clean"]


def dev(*args, **how):
    return subprocess.run([str(TOP / "dev"), *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **how)


def test_help_names_every_verb():
    result = dev("help")
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines() if line.startswith("  ")] == VERBS


def test_an_unknown_verb_is_refused():
    result = dev("biuld")
    assert result.returncode == 1
    assert 'unknown verb "biuld"' in result.stderr


def test_it_runs_from_anywhere_and_from_a_folder_with_spaces(tmp_path_of_test):
    copy = tmp_path_of_test / "a folder"
    copy.mkdir()
    shutil.copy(TOP / "dev", copy / "dev")
    (copy / "build").mkdir()
    result = subprocess.run([copy / "dev", "clean"], cwd="/", capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert not (copy / "build").exists()


def test_missing_packages_are_named_to_who_may_not_install(tmp_path_of_test):
    """Without root ./dev installs nothing, and says what to install."""
    tools = tmp_path_of_test / "bin"
    tools.mkdir()
    for name, text in (("dpkg-query", "exit 1"), ("id", "echo 1000")):
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    result = dev("fmt", env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
    assert result.returncode == 1
    assert "apt-get install clang-format" in result.stderr


def release():
    path = TOP / "build/release/imgctl"
    if not os.access(path, os.X_OK):
        pytest.skip("needs build/release/imgctl (./dev build release)")
    return path


def test_a_release_is_one_static_hardened_file():
    headers = subprocess.run(["readelf", "-lWd", release()], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "INTERP" not in headers and "(NEEDED)" not in headers
    assert re.search(r"\bGNU_RELRO\b", headers)
    assert re.search(r"FLAGS.*\bNOW\b|BIND_NOW", headers)
    assert re.search(r"GNU_STACK .* RW ", headers)
    assert "DYN (Position-Independent" in subprocess.run(
        ["readelf", "-hW", release()], stdout=subprocess.PIPE, text=True, check=True).stdout


def test_a_release_runs_alone(imgctl, tmp_path_of_test):
    """Copied away from its build folder it still pulls: the companion is inside."""
    copy = tmp_path_of_test / "alone" / "imgctl"
    copy.parent.mkdir()
    shutil.copy(release(), copy)
    imgctl.program = copy
    imgctl.ok("pull", "-q", "busybox")
    assert imgctl.ok("run", "--rm", "busybox", "echo", "hello") == "hello\n"
    imgctl.program = program()


def test_a_release_knows_no_path_of_its_build():
    assert str(TOP).encode() not in release().read_bytes()
