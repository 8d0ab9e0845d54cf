#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rules 14, 43 and 44: a header opens with its essay and explains each call."""
import re

import csource
import report

ESSAY_MIN, ESSAY_MAX = 2, 30  # lines of text


def opening(source):
    """Text lines of the comment right below the SPDX line; [] if none."""
    match = re.match(r"/\* SPDX[^\n]*\*/\n(/\*.*?\*/)", source.text, re.S)
    if not match:
        return []
    lines = (line.strip(" \t/*") for line in match.group(1).split("\n"))
    return [line for line in lines if line]


def check_header(source, out):
    lines = opening(source)
    if len(lines) < ESSAY_MIN:
        out.fail(source.name, 2, 43, "no essay: what it is for, its invariants")
    elif len(lines) > ESSAY_MAX:
        out.fail(source.name, 2, 43, f"essay of {len(lines)} lines, at most {ESSAY_MAX}")
    for name, line in source.prototypes():
        above = source.lines[line - 2].rstrip() if line > 1 else ""
        if not above.endswith("*/") or is_trailing(above):
            out.fail(source.name, line, 44, f"{name} has no comment directly above")


def is_trailing(line):
    """Whether the comment that ends LINE explains code on the same line."""
    return bool(re.match(r"\s*[^\s/*].*/\*", line))


def check_body(source, out):
    if not opening(source):
        out.fail(source.name, 2, 14, "no purpose comment below the SPDX line")
    own = source.name[:-2] + ".h"
    includes = list(source.includes())
    if (source.root / own).is_file() and (not includes or includes[0][0] != own):
        line = includes[0][1] if includes else 1
        out.fail(source.name, line, 14, f'"{own}" must be included first')


def check(root, out):
    for source in csource.sources(root, "*.h"):
        check_header(source, out)
    for source in csource.sources(root, "*.c"):
        check_body(source, out)


if __name__ == "__main__":
    report.main(check)
