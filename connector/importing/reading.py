"""The JSON files of a package, read as tolerantly as published packages require.

Packages have been edited by hand and by tools for years: byte order marks, Windows encodings, comments, trailing commas
and control characters inside texts are common, and the cloud accepts them. Marks of merge conflicts are there, too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from connector.definition.files import content_inside
from connector.errors import DefinitionError, Problem

Json = dict[str, Any]

# Whatever is not closed ends with the file, so that no part of it is read twice.
_COMMENT = re.compile(r'"(?:\\.|[^"\\])*(?:"|\\?\Z)|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)', re.DOTALL)
_COMMA = re.compile(r'"(?:\\.|[^"\\])*(?:"|\\?\Z)|,(?=\s*[}\]])', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufeff]")
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?=\s|$)")
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def read_file(folder: Path, name: str, notes: list[str] | None = None) -> Json:
    """The JSON object in a file of a package.

    Args:
        folder: The package.
        name: The file.
        notes: Learns of what was assumed.

    Raises:
        DefinitionError: It cannot be read, or is not JSON even for a tolerant reader.
    """
    try:
        content = content_inside(folder, Path(name))
        document = parse(content)
        if notes is not None and re.search(rb"^<{7}\s", content, re.MULTILINE):
            notes.append(f"{name} has conflicts of a merge in it. Of each, the first side is used.")
        return document
    except FileNotFoundError:
        reason = "the file is missing"
    except OSError as error:
        reason = error.strerror or "the file cannot be read"
    except ValueError as error:
        reason = str(error)
    problem = Problem(name, "file", f"{name}: {reason}.")
    raise DefinitionError(f"The package “{folder.name}” cannot be loaded.", [problem])


def parse(content: bytes) -> Json:
    """The JSON object that a file holds.

    Raises:
        ValueError: It is not JSON even after all that the cloud accepts is taken out, is nested
            too deeply, or is not an object.
    """
    text = _decoded(content)
    try:
        document = _loaded(text)
    except json.JSONDecodeError:
        try:
            document = _loaded(_cleaned(text))
        except json.JSONDecodeError as error:
            raise ValueError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    if not isinstance(document, dict):
        raise ValueError("the file must hold a JSON object")
    return document


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _cleaned(text: str) -> str:
    """The text with blanks in place of what JSON does not allow; every other character keeps its place."""
    text = _first_sides(_CONTROL.sub(" ", text))
    for unwanted in (_COMMENT, _COMMA):
        text = unwanted.sub(lambda found: found[0] if found[0][0] == '"' else _blank(found[0]), text)
    return text


def _first_sides(text: str) -> str:
    """The text with the first side of each merge conflict; blank lines in place of the rest."""
    lines, side = text.split("\n"), ""
    for number, line in enumerate(lines):
        mark = _CONFLICT.match(line)
        if mark is not None and (side or mark[1][0] == "<"):
            side = "" if mark[1][0] == ">" else mark[1]
            lines[number] = ""
        elif side[:1] in {"|", "="}:
            lines[number] = ""
    return "\n".join(lines)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
