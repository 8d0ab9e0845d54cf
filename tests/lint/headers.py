#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rule 14: each header compiles alone, and its guard is FOLDER_NAME_H."""
import concurrent.futures
import os
import re
import subprocess

import csource
import report

FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-Wall", "-Wextra",
         "-Werror", "-Wundef", "-fsyntax-only", "-x", "c"]


def guard(name):
    parts = re.split(r"\W+", name[:-2])
    return f"{parts[0]}_{parts[-1]}_H".upper()


def compile_alone(root, source):
    banned = root / "base/banned.h"
    force = ["-include", str(banned)] if banned.is_file() else []
    # Included, not compiled itself: a main file has other warnings.
    return subprocess.run(["gcc", *FLAGS, *force, "-I", str(root), "-"], text=True,
                          input=f'#include "{source.name}"\n', capture_output=True)


def check(root, out):
    headers = csource.sources(root, "*.h")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda s: compile_alone(root, s), headers)
    for source, result in zip(headers, results):
        if result.returncode:
            out.fail(source.name, 1, 14, "does not compile alone:\n" + result.stderr)
        want = guard(source.name)
        if not re.search(rf"^#ifndef {want}\n#define {want}\n", source.text, re.M):
            out.fail(source.name, 1, 14, f"its guard is not {want}")


if __name__ == "__main__":
    report.main(check)
