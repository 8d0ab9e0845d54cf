#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rules 8 and 15, seen in the object files of a build (--build DIR).

A global that no other object asks for must be static; what lies in .data or
.bss is a mutable global. Tests count as users: a module may exist for the
next one that is being written, but not without a test.
"""
import pathlib
import re
import subprocess

import csource
import report

# Called from outside our objects.
ENTRY = {"main", "LLVMFuzzerTestOneInput"}
# Mutable state that rule 8 allows, by the file that owns it; and what a pthread_once fills.
STATE = {
    "base/log.c": "the log level",
    "base/strbuf.c": "the empty text: handed out as char *, never written",
}


def objects(root, build):
    """Object files of sources that still exist, with the source's name."""
    for path in sorted(pathlib.Path(build).rglob("*.c.o")):
        match = re.search(r"CMakeFiles/[^/]+\.dir/(.+)\.o$", str(path))
        if match and (root / match.group(1)).is_file():
            yield path, match.group(1)


def tables(paths):
    """(path, [(name, class letter, section)]) of each object: one nm for all of them."""
    text = subprocess.run(["nm", "--format=sysv", *paths], check=True, text=True, capture_output=True).stdout
    for part in text.split("\n\nSymbols from ")[1:]:
        name, _, rest = part.partition(":\n")
        rows = (line.split("|") for line in rest.split("\n"))
        yield name, [(r[0].rstrip(), r[2].strip(), r[6].strip()) for r in rows if len(r) == 7]


def is_ours(name):
    return not re.match(r"__|_GLOBAL_|\.L|\*", name)


def is_allowed(root, source):
    return source in STATE or "PTHREAD_ONCE_INIT" in (root / source).read_text()


def line_of(root, source, name):
    for number, line in enumerate((root / source).read_text().split("\n"), 1):
        if re.search(rf"\b{re.escape(name.split('.')[0])}\b", line) and line[:1] not in "/ *":
            return number
    return 1


def check(root, out, build):
    defined, wanted = {}, {}
    source_of = {str(path): source for path, source in objects(root, build)}
    for path, symbols in tables(sorted(source_of)):
        source = source_of[path]
        for name, kind, section in symbols:
            if not is_ours(name):
                continue
            if kind == "U":
                wanted.setdefault(name, set()).add(source)
            elif kind.isupper():
                defined.setdefault(name, set()).add(source)
            mutable = re.match(r"\.(data|bss)(?!\.rel\.ro)", section)
            if mutable and library(source) and kind in "dDbBC" and not is_allowed(root, source):
                out.fail(source, line_of(root, source, name), 8,
                         f"{name} is a mutable global")
    for name, sources in sorted(defined.items()):
        users = wanted.get(name, set()) - sources
        for source in sorted(sources):
            if library(source) and not users and name not in ENTRY:
                out.fail(source, line_of(root, source, name), 15,
                         f"{name} is used by no other file: make it static")


def library(source):
    return source.split("/")[0] in csource.FOLDERS


if __name__ == "__main__":
    report.main(check, build=pathlib.Path("build/dev"))
