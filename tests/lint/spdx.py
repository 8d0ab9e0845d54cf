#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rules 16 and 48: the licence line first, and no two files of one name."""
import csource
import report

C_LINE = "/* SPDX-License-Identifier: Apache-2.0 */"
SCRIPT_LINE = "# SPDX-License-Identifier: Apache-2.0"
# Each program has its own main and its own table.
TWICE = {"main.c", "commands.c", "commands.h"}


def check_licence(root, path, out):
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [file.readline().rstrip("\n") for _ in range(2)]
    if path.suffix in (".c", ".h", ".S"):
        right = lines[0] == C_LINE
    else:
        right = SCRIPT_LINE in lines
    if not right:
        out.fail(path.relative_to(root), 1, 48, "no SPDX line at the top")


def check(root, out):
    folders = csource.FOLDERS + ("tests", "cmake")
    for path in csource.files(root, "*.c", "*.h", "*.S", "*.py", "*.sh", "*.cmake", folders=folders):
        check_licence(root, path, out)
    for path in (root / n for n in ("dev", "CMakeLists.txt", ".ci/run")):
        if path.is_file():
            check_licence(root, path, out)
    seen = {}
    for path in csource.files(root, "*.c", "*.h"):
        first = seen.setdefault(path.name, path)
        if first != path and path.name not in TWICE:
            out.fail(path.relative_to(root), 1, 16,
                     f"{first.relative_to(root)} has the same name")


if __name__ == "__main__":
    report.main(check)
