# SPDX-License-Identifier: Apache-2.0
"""`./dev demo`, as a newcomer sees it."""
import os
import pathlib
import re
import subprocess

import pytest
from conftest import CACHE, TOP

from harness import debian


@pytest.mark.slow
def test_the_demo_runs_and_leaves_nothing(no_leaks):
    if not os.access(TOP / "build/release/imgctl", os.X_OK):
        pytest.skip("needs build/release/imgctl (./dev build release)")
    debian.make_root(CACHE)  # the demo would make it, for which it has no network here
    before = {p.name for p in (TOP / "build/demo").glob("*")}
    result = subprocess.run(["/usr/bin/python3", "-B", TOP / "tests/demo/demo.py"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"Status: Downloaded newer image for debian:latest", result.stdout)
    assert "ID=debian" in result.stdout
    assert len(re.findall(r" its own$", result.stdout, re.M)) == 6
    assert {p.name for p in pathlib.Path(TOP / "build/demo").glob("*")} == before
