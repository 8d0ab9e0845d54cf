# SPDX-License-Identifier: Apache-2.0
"""Whole runs give a failing test a second try (--reruns); why the first one failed is shown, it is a defect too."""

SHOWN = 6000  # characters of a failure


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"failed at first: {report.nodeid}", "_")
        terminalreporter.line(report.longreprtext[-SHOWN:])
