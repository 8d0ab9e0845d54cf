# SPDX-License-Identifier: Apache-2.0
"""Each lint must be able to fail: a small good tree passes, one bad line does not."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"

HEADER = SPDX + """/*
 * Counts things, for the lints' own test.
 * A count never goes below zero.
 */
#ifndef BASE_COUNT_H
#define BASE_COUNT_H

struct count {
	int value; /* never negative */
};

/* Add AMOUNT; returns the new value. */
int count_add(struct count *count, int amount);

#endif
"""
BODY = SPDX + """/* Counting. */
#include "base/count.h"

int count_add(struct count *count, int amount)
{
	if (amount > 0)
		count->value += amount;
	return count->value;
}
"""
USER = SPDX + """/* Uses the counter. */
#include "base/count.h"

int main(void)
{
	struct count count = { 0 };

	return count_add(&count, 1);
}
"""


def many(line, count):
    return line * count


def nested(depth):
    return "".join("\t" * (i + 1) + "if (x)\n" for i in range(depth)) + \
        "\t" * (depth + 1) + "x++;\n"


def function(body, parameters="int x"):
    return f"\nint count_more({parameters})\n{{\n{body}\treturn x;\n}}\n"


# (lint, file, text before, text after or None to append, part of the complaint, why)
BAD = [
    ("layers", "base/count.h", "#define BASE_COUNT_H\n",
     '#define BASE_COUNT_H\n#include "cmd/face.h"\n', "rule 1", "base must not see cmd"),
    ("layers", "base/count.h", "#define BASE_COUNT_H\n",
     '#define BASE_COUNT_H\n#include "base/other.h"\n', "rule 3", "two headers need each other"),
    ("layers", "base/count.c", '"base/count.h"', '"count.h"', "rule 4", "not from the root"),
    ("layers", "runtime/run.c", "/* Runs. */\n",
     '/* Runs. */\n#include "registry/name.h"\n', "rule 2", "runtime sees base alone"),
    ("layers", "runtime/run.c", "/* Runs. */\n",
     '/* Runs. */\n#include "runtime/engine/join.h"\n', "rule 2", "the runtime knows no engine"),
    ("size", "base/count.c", None, many("/* line */\n", 800), "rule 9", "file too long"),
    ("size", "base/count.h", None, many("/* line */\n", 200), "rule 9", "header too long"),
    ("size", "base/count.c", None, function(many("\tx++;\n", 80)), "lines: 8", "function too long"),
    ("size", "base/count.c", None, function(many("\tif (x) x++;\n", 15)), "complexity 16", "too many branches"),
    ("size", "base/count.c", None, function("\tx = " + many("x && ", 15) + "x;\n"),
     "complexity 16", "each && is a branch"),
    ("size", "base/count.c", None, function(nested(5)), "nesting 5", "nested without braces"),
    ("size", "base/count.c", None, function("", "int x, int b, int c, int d, int e, int f"),
     "parameters: 6", "too many parameters"),
    ("docs", "base/count.h", "/* Add AMOUNT; returns the new value. */\n", "", "rule 44", "no comment"),
    ("docs", "base/count.h", "/* Add AMOUNT; returns the new value. */\n",
     "/* Add AMOUNT; returns the new value. */\n\n", "rule 44", "not directly above"),
    ("docs", "base/count.h", " * Counts things, for the lints' own test.\n"
     " * A count never goes below zero.\n", " * Counts.\n", "rule 43", "no essay"),
    ("docs", "base/count.c", "/* Counting. */\n", "", "rule 14", "no purpose"),
    ("docs", "base/count.c", "#include", '#include "base/other.h"\n#include', "rule 14", "own header first"),
    ("headers", "base/count.h", "int count_add(struct", "size_t count_add(struct nowhere x, struct",
     "rule 14", "needs an include"),
    ("headers", "base/count.h", "BASE_COUNT_H", "COUNT_H", "rule 14", "guard"),
    ("banned", "base/count.c", "\treturn count", '\tprintf("x");\n\treturn count', "rule 27", "prints"),
    ("banned", "base/count.c", "\treturn count", "\texit(1);\n\treturn count", "rule 27", "exits"),
    ("banned", "base/count.c", "\treturn count", '\tfprintf(stderr, "x");\n\treturn count', "rule 27", "prints"),
    ("banned", "base/count.c", "\treturn count", '\tpopen("x", "r");\n\treturn count', "rule 63", "shell"),
    ("banned", "base/count.c", "\treturn count", '\topen("x", O_RDONLY);\n\treturn count', "rule 35", "leaks"),
    ("banned", "base/count.c", "\treturn count", '\tfopen("x", "r");\n\treturn count', "rule 35", "leaks"),
    ("banned", "base/count.h", "struct count {", "typedef struct count {", "rule 19", "typedef"),
    ("banned", "base/count.c", "Counting", "TO" "DO: count", "rule 48", "unfinished"),
    ("spdx", "base/count.c", SPDX, "", "rule 48", "no licence"),
    ("format", "base/count.c", "\treturn count", "    return count", "rule format", "spaces"),
]


class Tree(unittest.TestCase):
    """A tree without a fault, and how to lint it."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="imgctl lint "))
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copy(HERE.parents[1] / ".clang-format", self.root)
        self.write("base/count.h", HEADER)
        self.write("base/count.c", BODY)
        self.write("cmd/use.c", USER)
        other = HEADER.replace("COUNT_H", "OTHER_H").replace("count", "other")
        self.write("base/other.h", other.replace(
            "#define BASE_OTHER_H\n", '#define BASE_OTHER_H\n\n#include "base/count.h"\n'))
        for path in ("cmd/face.h", "registry/name.h", "runtime/engine/join.h"):
            guard = path.split("/")[0] + "_" + path.split("/")[-1][:-2]
            self.write(path, HEADER.replace("BASE_COUNT", guard.upper()))
        self.write("runtime/run.c", SPDX + "/* Runs. */\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def lint(self, name, *more):
        if name == "format":
            command = ["sh", str(HERE / "format.sh"), str(self.root)]
        else:
            command = [sys.executable, "-B", str(HERE / f"{name}.py"), "--root", str(self.root), *more]
        return subprocess.run(command, text=True, capture_output=True)


class Text(Tree):
    """The lints that read sources."""

    def test_a_good_tree_passes(self):
        for name in ("layers", "size", "docs", "headers", "banned", "spdx", "format"):
            result = self.lint(name)
            self.assertEqual(result.returncode, 0, name + ": " + result.stdout + result.stderr)

    def test_each_bad_line_fails(self):
        for lint, file, before, after, complaint, why in BAD:
            path = self.root / file
            good = path.read_text()
            if before is None:
                path.write_text(good + after)
            else:
                self.assertIn(before, good, why)
                path.write_text(good.replace(before, after))
            result = self.lint(lint)
            path.write_text(good)
            with self.subTest(lint=lint, why=why):
                self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
                self.assertIn(complaint, result.stdout)
                self.assertIn(file, result.stdout)

    def test_same_name_twice_fails(self):
        self.write("cmd/count.c", BODY)
        result = self.lint("spdx")
        self.assertEqual(result.returncode, 1)
        self.assertIn("rule 16", result.stdout)


class Symbols(Tree):
    """The lint that reads object files."""

    def build(self):
        for source in ("base/count.c", "cmd/use.c"):
            target = self.root / f"build/CMakeFiles/all.dir/{source}.o"
            target.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["gcc", "-c", "-I", str(self.root), "-o", str(target),
                            str(self.root / source)], check=True)
        return self.lint("symbols", "--build", str(self.root / "build"))

    def test_used_elsewhere_passes(self):
        result = self.build()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_single_use_fails(self):
        self.write("cmd/use.c", USER.replace("count_add(&count, 1)", "0"))
        result = self.build()
        self.assertEqual(result.returncode, 1)
        self.assertIn("rule 15: count_add", result.stdout)

    def test_mutable_global_fails(self):
        self.write("base/count.c", BODY + "static int calls = 3;\nint *count_add_calls(void);\n"
                   "int *count_add_calls(void)\n{\n\treturn &calls;\n}\n")
        result = self.build()
        self.assertEqual(result.returncode, 1)
        self.assertIn("rule 8: calls", result.stdout)


if __name__ == "__main__":
    unittest.main()
