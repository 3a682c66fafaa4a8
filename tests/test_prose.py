"""Prose speaks the field's language too: docstrings, comments, pages, and the texts of the definitions."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("connector", "actions", "sandbox", "benchmarks")
TEXTS = ("*.md", "docs/**/*.md", "definitions/**/*.json", "docs/format/*.json", "connector/**/*.md")

PRIVATE = re.compile(
    r"""
    \bbox(?:es)?\b                                  # a field
    | \btell(?:s|ing)?\b | \btold\b                 # to report, to show, to notify
    | \banswer(?:s|ed|ing)?\b                       # a response, to respond
    | \bstands?\b(?!-)                              # is
    | (?<!there\ )\b(?:is|are)\ no\ (?!longer|more) # is not a
    | \bjudg\w+                                     # to validate
    | \bmend(?:s|ed|ing)?\b                         # to fix
    | \brefusals?\b                                 # a service error
    | \bmisfits?\b | \bpatience\b | \bfloors?\b | \bhas\ never\ seen\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
ALLOWED = ("Tells the time", "check box")
"""Phrases in which such a word has its usual meaning."""


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences of a file with their lines: all lines of a text, docstrings and comments of Python code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from enumerate(node.value.value.splitlines(), node.lineno)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def private(line: str) -> str | None:
    """The first private word of a line."""
    for phrase in ALLOWED:
        line = line.replace(phrase, "")
    found = PRIVATE.search(line)
    return found[0] if found else None


def files(place: str) -> list[Path]:
    return sorted((ROOT / place).rglob("*.py") if "*" not in place else ROOT.glob(place))


@pytest.mark.parametrize("place", [*CODE, *TEXTS])
def test_no_sentence_is_of_the_private_language(place: str) -> None:
    assert files(place)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {word}: {line.strip()}"
        for path in files(place)
        for number, line in prose(path)
        if (word := private(line))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["It is told who gets it.", "The box stands empty.", "An answer of the service.", "The URL is no web address."],
)
def test_such_a_sentence_is_seen(line: str, tmp_path: Path) -> None:
    code, page = tmp_path / "bad.py", tmp_path / "bad.md"
    code.write_text(f'"""{line}"""\n')
    page.write_text(line)
    assert all(any(private(each) for _, each in prose(path)) for path in (code, page))


@pytest.mark.parametrize("line", ["There is no such action.", "It is no longer used.", "A stand-in for the service."])
def test_plain_english_is_not(line: str) -> None:
    assert private(line) is None
