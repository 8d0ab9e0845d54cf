#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Words and calls that have no place: rules 19, 27, 35, 48 and 63.

base/banned.h stops the calls that are never right; here are those that depend
on the folder or on their arguments.
"""
import re

import csource
import report

# Only cmd/ speaks and ends the process; the two of base/ say so in their essay.
SPEAKERS = ("base/log.c", "base/alloc.c")
SPEECH = re.compile(r"\b(exit|abort|quick_exit|printf|vprintf|puts|putchar|perror|warnx?|errx?)\s*\(")
STREAM = re.compile(r"\bv?f(?:printf|puts|putc)\s*\((?:[^;]*,)?\s*(?:stdout|stderr)\b")
NEVER = {
    "popen": "runs a shell: use base/proc", "vfork": "use base/proc or clone3",
    "localtime": "shared buffer: localtime_r", "gmtime": "shared buffer: gmtime_r",
    "ctime": "shared buffer", "asctime": "shared buffer",
    "scanf": "no limits", "fscanf": "no limits", "readdir_r": "deprecated",
    "usleep": "wait for the event", "tmpfile": "use base/atomicfile",
    "pipe": "pipe2 with O_CLOEXEC", "dup": "fcntl F_DUPFD_CLOEXEC",
    "accept": "accept4 with SOCK_CLOEXEC", "epoll_create": "epoll_create1",
    "inotify_init": "inotify_init1",
}
CLOEXEC = re.compile(
    r"\b(open|openat|socket|socketpair|accept4|memfd_create|eventfd|timerfd_create|"
    r"signalfd|epoll_create1|pipe2|dup3|inotify_init1)\s*\(")
FOPEN = re.compile(r'\bf(?:d?open)\s*\([^;]*?"([^"]*)"\s*\)')
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))|\bnot implemented\b", re.I)
MACHINE = re.compile(r"/work/(?:main|shared)\b|/tmp/(?:wt|helpers)\b|/home/\w+/(?:src|git)\b")
TEXT = ("*.c", "*.h", "*.py", "*.sh", "*.cmake", "*.md", "*.json", "*.toml", "*.S")


def arguments(code, start):
    depth = 0
    for index in range(start, min(len(code), start + 2000)):
        depth += (code[index] == "(") - (code[index] == ")")
        if depth == 0:
            return code[start:index]
    return code[start:start + 2000]


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def check_calls(source, out):
    code = source.code
    if source.folder != "cmd" and source.name not in SPEAKERS:
        for pattern in (SPEECH, STREAM):
            for match in pattern.finditer(code):
                out.fail(source.name, line_at(code, match.start()), 27,
                         f"only cmd/ prints and exits: {match.group().split('(')[0]}")
    for name, why in NEVER.items():
        for match in re.finditer(rf"(?<![\w.>]){name}\s*\(", code):
            out.fail(source.name, line_at(code, match.start()), 63, f"{name}: {why}")
    for match in CLOEXEC.finditer(code):
        if code[match.start() - 1] in ".>":
            continue  # a member of ours with that name
        given = arguments(code, match.end() - 1)
        if "CLOEXEC" not in given and "flags" not in given:
            out.fail(source.name, line_at(code, match.start()), 35,
                     f"{match.group(1)} without CLOEXEC")
    for match in FOPEN.finditer(source.bare):
        if "e" not in match.group(1) and "fdopen" not in match.group():
            out.fail(source.name, line_at(source.bare, match.start()), 35,
                     'fopen without "e"')
    for match in re.finditer(r"\btypedef\s+(struct|union|enum)\b", code):
        out.fail(source.name, line_at(code, match.start()), 19,
                 f"no typedef of a {match.group(1)}")


def check_words(root, path, out):
    name = str(path.relative_to(root))
    if name.startswith("tests/lint/") or name == "CONTRIBUTING.md":
        return  # they name what they forbid
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1):
        match = UNFINISHED.search(line)
        if match:
            out.fail(name, number, 48, f"{match.group()} without an issue: TODO(#n)")
        match = MACHINE.search(line)
        if match:
            out.fail(name, number, 48, f"a path of one machine: {match.group()}")


def check(root, out):
    for source in csource.sources(root, "*.c", "*.h"):
        check_calls(source, out)
    everywhere = csource.files(root, *TEXT, folders=csource.FOLDERS + ("tests", "cmake", "docs"))
    top = [p for p in (root / n for n in ("dev", "CMakeLists.txt", "README.md", ".ci/run")) if p.is_file()]
    for path in everywhere + top:
        check_words(root, path, out)


if __name__ == "__main__":
    report.main(check)
