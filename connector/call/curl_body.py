"""The body of a request as options of curl."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

from connector.definition.action import Encoding
from connector.definition.file_value import CONTENT_TYPE, FILENAME
from connector.http.body import form_fields, is_shown_file
from connector.http.value_text import text_of


def body_options(encoding: Encoding, body: Any) -> Iterator[str]:
    """The options of curl for a body, quoted for the shell.

    Args:
        encoding: How it is written.
        body: The body as a preview shows it; a file is read from its path, or else from its name in the current folder.
    """
    if encoding in {"form", "multipart"}:
        for name, value in form_fields(body):
            yield from _form_field(encoding, name, value)
    elif is_shown_file(body):
        yield from ("--data-binary", shlex.quote(f"@{_path(body)}"))
    else:
        is_text = encoding in {"text", "binary"} and isinstance(body, str)
        yield "--data-raw"
        yield shlex.quote(body if is_text else json.dumps(body, ensure_ascii=False))


def _form_field(encoding: str, name: str, value: Any) -> Iterator[str]:
    if encoding == "form":
        yield from ("--data-urlencode", shlex.quote(f"{quote_plus(name)}={text_of(value)}"))
    elif is_shown_file(value):
        named = f';filename="{_escaped(value.get(FILENAME) or "file")}"'
        text = f'{_escaped(name)}=@"{_escaped(_path(value))}";type={value[CONTENT_TYPE]}{named}'
        yield from ("-F", shlex.quote(text))
    elif isinstance(value, dict | list):
        # As a field with a type; quotes keep what would end the value.
        yield from ("-F", shlex.quote(f'{_escaped(name)}="{_escaped(text_of(value))}";type=application/json'))
    else:
        yield from ("--form-string", shlex.quote(f"{name}={text_of(value)}"))


def _path(file: dict[str, Any]) -> str:
    return str(file.get("$path") or file.get(FILENAME) or "file")


def _escaped(text: str) -> str:
    """A text between quotes in a form field of curl."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
