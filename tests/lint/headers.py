#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rule 14: each header compiles alone, and its guard is named after it."""
import concurrent.futures
import os
import re
import subprocess

import csource
import report

FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-Wall", "-Wextra",
         "-Werror", "-Wundef", "-fsyntax-only", "-x", "c"]


def guards(name):
    """FOLDER_NAME_H, or the whole path: both are unique, as file names are."""
    parts = re.split(r"\W+", name[:-2].upper())
    bare = parts[-1].removeprefix(parts[0] + "_")
    return {f"{parts[0]}_{bare}_H", f"{parts[0]}_{parts[-1]}_H", "_".join(parts) + "_H"}


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
        want = guards(source.name)
        found = re.search(r"^#ifndef (\w+)\n#define \1\n", source.text, re.M)
        if not found or found.group(1) not in want:
            out.fail(source.name, 1, 14, f"its guard is not {min(want, key=len)}")


if __name__ == "__main__":
    report.main(check)
