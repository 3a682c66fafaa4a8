"""Every one-place change of a source file that `tests/mutate.py` may make, in Python, JavaScript and TypeScript."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.javascript.node import TYPESCRIPT, find_node

SUFFIXES = (".py", ".js", ".ts")
_OPERATORS = {
    **{"===": "!==", "!==": "===", "==": "!=", "!=": "==", "<=": "<", ">=": ">", "<": "<=", ">": ">="},
    **{"&&": "||", "||": "&&", "??": "&&", "+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "**": "*"},
    **{"+=": "-=", "-=": "+=", "!": ""},
}
_WORDS = {
    **{"and": "or", "or": "and", "not": "", "True": "False", "False": "True", "true": "false", "false": "true"},
    **{"min": "max", "max": "min", "some": "every", "every": "some", "any": "all", "all": "any"},
    **{"break": "continue", "continue": "break", "shift": "pop", "null": "undefined"},
}
_JAVASCRIPT = re.compile(
    r"""(?P<skip>//[^\n]*|/\*[\s\S]*?\*/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`"""
    r"""|(?<=[(,=:!&|?\[]\s)/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/[a-z]*"""
    r"""|(?<=[(,=:!&|?\[])/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+/[a-z]*"""
    r"""|=>|\.\.\.|\+\+|--)"""
    r"""|(?P<token>\d[\d_]*(?:\.\d+)?|[A-Za-z_$][\w$]*|===|!==|[<>=!]=|&&|\|\||\?\?|\*\*|[+\-]=|[-+*/%<>!])""",
)
_TOKENS_OF_PYTHON = {tokenize.NAME, tokenize.NUMBER, tokenize.OP}


@dataclass(frozen=True)
class Change:
    """Another text in one place of a file."""

    path: Path
    start: int
    before: str
    after: str

    def applied(self, content: str) -> str:
        """The file's content with it."""
        return content[: self.start] + self.after + content[self.start + len(self.before) :]

    def described(self, content: str) -> str:
        """Where it is, and what it does to its line."""
        number = content.count("\n", 0, self.start) + 1
        begins = content.rfind("\n", 0, self.start) + 1
        line = content[begins:].partition("\n")[0]
        place = self.start - begins
        changed = line[:place] + self.after + line[place + len(self.before) :]
        return f"{self.path}:{number}\n    - {line.strip()}\n    + {changed.strip()}"


def changes(path: Path, content: str) -> Iterator[Change]:
    """Every change of a file that this program knows."""
    elsewhere = _of_another_system(content) if path.suffix == ".py" else range(0)
    code = _javascript_of(content) or "" if path.suffix == ".ts" else content
    tokens = _python(code) if path.suffix == ".py" else _javascript(code)
    found = [Change(path, start, token, after) for start, token in tokens for after in _instead(token)]
    for change in (*found, *_without_a_line(path, content, code)):
        if content.count("\n", 0, change.start) not in elsewhere:
            yield change


def _of_another_system(content: str) -> range:
    """The lines that only run on Windows, or none of them there."""
    found = re.search(r'^if sys\.platform == "win32":\n((?: .*)?\n)+', content, re.MULTILINE)
    if found is None or sys.platform == "win32":
        return range(0)
    return range(content.count("\n", 0, found.start()), content.count("\n", 0, found.end()))


def _instead(token: str) -> Iterator[str]:
    if re.fullmatch(r"\d[\d_]*(\.\d+)?", token):
        yield str(float(token) + 1 if "." in token else int(token.replace("_", "")) + 1)
    elif token in _OPERATORS:
        yield _OPERATORS[token]
    elif token in _WORDS:
        yield _WORDS[token]


def _javascript(content: str) -> Iterator[tuple[int, str]]:
    for found in _JAVASCRIPT.finditer(content):
        if found["token"]:
            yield found.start(), found["token"]


def _python(content: str) -> Iterator[tuple[int, str]]:
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tokens = list(tokenize.generate_tokens(io.StringIO(content).readline))
    for token, following in itertools.pairwise(tokens):
        is_mark = token.string == "*" and following.string == ","  # of parameters that have to be named
        before = token.line[: token.start[1]]
        is_assertion = before.endswith("(frozen=") or (before.endswith("strict=") and "zip(" in token.line)
        if token.type in _TOKENS_OF_PYTHON and not is_mark and not is_assertion:
            yield starts[token.start[0] - 1] + token.start[1], token.string


def _texts(content: str) -> list[tuple[int, int]]:
    """Where the texts of more than one line begin and end."""
    found = re.finditer(r'"""[\s\S]*?"""', content)
    return [(text.start(), text.end()) for text in found]


def _without_a_line(path: Path, content: str, code: str) -> Iterator[Change]:
    """Leave out a statement that is a line by itself."""
    whole = r"^[ \t]+(?!return|const|let|import|from|module)[\w.]+(?:\(.*\)| \+?= .*);$" if path.suffix != ".py" else (
        r"^[ ]+(?!return|raise|import|from|yield|assert|pass)[\w.]+(?:\(.*\)| \+?= [^(\[{\n]*)$"
    )  # fmt: skip
    in_texts = _texts(content) if path.suffix == ".py" else []
    for found in re.finditer(whole, code, re.MULTILINE):
        indent = len(found[0]) - len(found[0].lstrip())
        if any(start < found.start() + indent < end for start, end in in_texts):
            continue
        line = content[found.start() + indent : found.end()]
        yield Change(path, found.start() + indent, line, "pass" if path.suffix == ".py" else ";")


def readable(change: Change, content: str) -> bool:
    """Whether the language can read the file with the change; if not, any test notices, and shows nothing by it."""
    changed = change.applied(content)
    if change.path.suffix == ".py":
        with contextlib.suppress(SyntaxError):
            compile(changed, str(change.path), "exec")
            return True
        return False
    node, _ = find_node()
    code = _javascript_of(changed) if change.path.suffix == ".ts" else changed
    if node is None or code is None:
        return code is not None
    kind = ".mjs" if change.path.suffix == ".ts" else ".js"
    with tempfile.NamedTemporaryFile("w", suffix=kind, encoding="utf-8") as file:
        file.write(code)
        file.flush()
        return subprocess.run([node, "--check", file.name], capture_output=True, check=False).returncode == 0


def _javascript_of(content: str) -> str | None:
    """TypeScript without its types, everything else in its place; None where it cannot be read."""
    node, why_not = find_node(TYPESCRIPT)
    if node is None:
        sys.exit(why_not)
    program = "process.stdout.write(require('module').stripTypeScriptTypes(require('fs').readFileSync(0, 'utf8')))"
    command = [node, "--no-warnings", "-e", program]
    done = subprocess.run(command, input=content, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.stdout if done.returncode == 0 and len(done.stdout) == len(content) else None
