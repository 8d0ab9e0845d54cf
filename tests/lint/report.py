# SPDX-License-Identifier: Apache-2.0
"""How every lint speaks: `file:line: rule N: what is wrong`, exit 1 if any.

The rules are the numbered ones of CONTRIBUTING.md. A lint is a function
check(root, report); main() gives it the tree (or --root DIR, for its own test).
"""
import argparse
import pathlib
import sys


class Report:
    def __init__(self):
        self.failures = []
        self.warnings = []

    def fail(self, name, line, rule, text):
        self.failures.append(f"{name}:{line}: rule {rule}: {text}")

    def warn(self, name, line, rule, text):
        self.warnings.append(f"{name}:{line}: rule {rule}: warning: {text}")


def main(check, **extra):
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parents[2])
    for option, default in extra.items():
        parser.add_argument("--" + option, type=pathlib.Path, default=default)
    arguments = vars(parser.parse_args())
    report = Report()
    check(arguments.pop("root").resolve(), report, **arguments)
    for line in report.warnings + report.failures:
        print(line)
    sys.exit(1 if report.failures else 0)
