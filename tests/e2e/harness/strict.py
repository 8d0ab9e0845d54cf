# SPDX-License-Identifier: Apache-2.0
"""Under IMGCTL_TEST_STRICT=1 a skip (and an expected failure) is a failure."""
import os

import pytest

STRICT = os.environ.get("IMGCTL_TEST_STRICT") == "1"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    report = (yield).get_result()
    if STRICT and report.skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "skipped")
        report.outcome = "failed"
        report.longrepr = f"skipped under IMGCTL_TEST_STRICT=1: {why}"
        if hasattr(report, "wasxfail"):
            del report.wasxfail


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report():
    report = (yield).get_result()
    if STRICT and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped under IMGCTL_TEST_STRICT=1: {report.longrepr}"
