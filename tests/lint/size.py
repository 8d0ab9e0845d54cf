#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rules 9 to 11: size of files and functions. There are no exceptions."""
import csource
import report

FILE_MAX = 800
HEADER_AIM, HEADER_MAX = 150, 200
FUNCTION_MAX = 80
COMPLEXITY_MAX = 15
NESTING_MAX = 4
PARAMETERS_MAX = 5


def check_file(source, out):
    lines = source.text.count("\n")
    if source.name.endswith(".h"):
        if lines > HEADER_MAX:
            out.fail(source.name, lines, 9, f"{lines} lines, at most {HEADER_MAX}")
        elif lines > HEADER_AIM:
            out.warn(source.name, lines, 9, f"{lines} lines, aim at {HEADER_AIM}")
    elif lines > FILE_MAX:
        out.fail(source.name, lines, 9, f"{lines} lines, at most {FILE_MAX}")


def check_function(source, function, out):
    def limit(rule, value, most, what):
        if value > most:
            out.fail(source.name, function.line, rule,
                     f"{function.name} has {what} {value}, at most {most}")

    limit(10, function.end - function.line + 1, FUNCTION_MAX, "lines:")
    limit(10, csource.complexity(function.body), COMPLEXITY_MAX, "complexity")
    limit(10, csource.nesting(function.body), NESTING_MAX, "nesting")
    limit(11, function.parameters, PARAMETERS_MAX, "parameters:")


def check(root, out):
    folders = csource.FOLDERS + ("tests",)
    for source in csource.sources(root, "*.c", "*.h", folders=folders):
        check_file(source, out)
        for function in source.functions():
            check_function(source, function, out)
    for path in csource.files(root, "*.py", folders=("tests",)):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > FILE_MAX:
            out.fail(path.relative_to(root), lines, 9,
                     f"{lines} lines, at most {FILE_MAX}")


if __name__ == "__main__":
    report.main(check)
