# SPDX-License-Identifier: Apache-2.0
"""The little of C that the lints need to see: tokens, functions, prototypes.

It reads text, not a compiler's tree, so that a lint runs in milliseconds on a
tree that does not build yet. Comments, literals and preprocessor lines are
blanked, never removed: every offset keeps its line number.
"""
import dataclasses
import pathlib
import re

FOLDERS = ("base", "registry", "layers", "runtime", "builder", "cmd")

TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|&&|\|\||->|[{}()\[\];,:?=*]|\S")
CONTROL = {"if", "for", "while", "switch"}


@dataclasses.dataclass
class Token:
    text: str
    line: int


@dataclasses.dataclass
class Function:
    name: str
    line: int  # of the name
    end: int  # of the closing brace
    parameters: int
    body: list  # tokens between the outer braces


class Source:
    """One file: TEXT as it is, and `code` with everything but code blanked."""

    def __init__(self, root, path):
        self.root = pathlib.Path(root)
        self.path = pathlib.Path(path)
        self.name = str(self.path.relative_to(self.root))
        self.text = self.path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.split("\n")
        self.bare = blank_comments(self.text, literals=False)
        self.code = blank_preprocessor(blank_comments(self.text))

    @property
    def folder(self):
        return self.name.split("/")[0]

    def tokens(self):
        out = []
        for number, line in enumerate(self.code.split("\n"), 1):
            out += [Token(m.group(), number) for m in TOKEN.finditer(line)]
        return out

    def functions(self):
        return [f for f, _ in declarations(self.tokens()) if f]

    def prototypes(self):
        """(name, line of the declaration's first token) of each prototype."""
        return [p for _, p in declarations(self.tokens()) if p]

    def includes(self):
        """(path, line) of each include in quotes."""
        for number, line in enumerate(self.bare.split("\n"), 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if match:
                yield match.group(1), number


def files(root, *patterns, folders=FOLDERS):
    """The tree's files that match, sorted; build output never counts."""
    root = pathlib.Path(root)
    found = set()
    for folder in folders:
        for pattern in patterns:
            found.update((root / folder).rglob(pattern))
    return sorted(p for p in found if p.is_file() and "__pycache__" not in p.parts)


def sources(root, *patterns, folders=FOLDERS):
    return [Source(root, p) for p in files(root, *patterns, folders=folders)]


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def blank_comments(text, literals=True):
    pattern = re.compile(
        r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def replace(match):
        token = match.group()
        if token[0] in "\"'":
            return token[0] + _blank(token[1:-1]) + token[0] if literals else token
        return _blank(token)

    return pattern.sub(replace, text)


def blank_preprocessor(text):
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: _blank(m.group()),
                  text, flags=re.M)
    # A macro that stands alone on its line declares, and ends without a `;`.
    return re.sub(r"^[A-Z][A-Z0-9_]+\([^;{}]*?\)[ \t]*$", lambda m: _blank(m.group()),
                  text, flags=re.M)


def declarations(tokens):
    """Yield (Function, None) or (None, (name, line)) at file scope."""
    pending, index = [], 0
    while index < len(tokens):
        token = tokens[index]
        if token.text == "{":
            end = matching(tokens, index, "{", "}")
            head = signature(pending)
            if head:
                yield Function(head[0], head[1], tokens[end].line, head[2],
                               tokens[index + 1:end]), None
                pending = []
            else:  # struct, enum or initialiser: goes on until its `;`
                pending.append(Token("{}", token.line))
            index = end + 1
            continue
        if token.text == ";":
            head = signature(pending)
            if head and pending[0].text not in ("typedef", "static"):
                yield None, (head[0], pending[0].line)
            pending = []
        else:
            pending.append(token)
        index += 1


def matching(tokens, start, opening, closing):
    depth = 0
    for index in range(start, len(tokens)):
        if tokens[index].text == opening:
            depth += 1
        elif tokens[index].text == closing:
            depth -= 1
            if depth == 0:
                return index
    return len(tokens) - 1


def signature(pending):
    """(name, line, parameters) when PENDING declares a function, else None."""
    texts = [t.text for t in pending]
    if "=" in texts or "{}" in texts:
        return None
    index = 0
    while index < len(pending):
        if pending[index].text != "(":
            index += 1
            continue
        end = matching(pending, index, "(", ")")
        name = pending[index - 1] if index else None
        if name is None or not re.match(r"[A-Za-z_]", name.text):
            return None  # a pointer to a function
        if name.text.startswith("__") or name.text == "autoclean":
            index = end + 1  # an attribute
            continue
        if index < 2:
            return None
        return name.text, name.line, count_parameters(pending[index + 1:end])
    return None


def count_parameters(tokens):
    """Parameters that bring something in: results (out, x_out, err) are free."""
    groups, depth = [[]], 0
    for token in tokens:
        depth += (token.text in "([") - (token.text in ")]")
        if token.text == "," and depth == 0:
            groups.append([])
        else:
            groups[-1].append(token.text)
    return sum(1 for group in groups if is_counted(group))


def is_counted(group):
    words = [text for text in group if re.match(r"[A-Za-z_]", text)]
    if not words or words == ["void"]:  # nothing, or the dots of printf's kind
        return False
    return not re.fullmatch(r"out|\w+_out|err", words[-1])


def complexity(body):
    """McCabe's number. A case that only returns is a row of a table: free."""
    count = 1
    for index, token in enumerate(body):
        if token.text in ("if", "for", "while", "&&", "||", "?"):
            count += 1
        elif token.text == "case" and not _is_row(body, index):
            count += 1
    return count


def _is_row(body, index):
    while index < len(body) and body[index].text != ":":
        index += 1
    after = body[index + 1].text if index + 1 < len(body) else "}"
    return after in ("case", "default", "return", "break")


def nesting(body):
    """The deepest control statement inside control statements."""
    deepest = 0

    def statement(index, depth):
        nonlocal deepest
        deepest = max(deepest, depth)
        if index >= len(body):
            return index
        text = body[index].text
        if text == "{":
            end = matching(body, index, "{", "}")
            index += 1
            while index < end:
                index = statement(index, depth)
            return end + 1
        if text in CONTROL:
            index = parenthesised(index + 1)
            index = statement(index, depth + 1)
            while index < len(body) and body[index].text == "else":
                index = else_branch(index + 1, depth)
            return index
        if text == "do":
            index = statement(index + 1, depth + 1)
            return expression(index)
        if text in ("case", "default"):
            while index < len(body) and body[index].text != ":":
                index += 1
            return index + 1
        return expression(index)

    def else_branch(index, depth):
        if index < len(body) and body[index].text == "if":
            return statement(parenthesised(index + 1), depth + 1)
        return statement(index, depth + 1)

    def parenthesised(index):
        if index < len(body) and body[index].text == "(":
            return matching(body, index, "(", ")") + 1
        return index

    def expression(index):
        while index < len(body) and body[index].text != ";":
            if body[index].text == "{":
                index = matching(body, index, "{", "}")
            elif body[index].text == "(":
                index = matching(body, index, "(", ")")
            index += 1
        return index + 1

    index = 0
    while index < len(body):
        index = statement(index, 0)
    return deepest
