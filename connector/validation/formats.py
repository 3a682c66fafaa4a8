"""The JSON Schema formats that are checked here. A definition may use no other: one unchecked is a false promise."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from urllib.parse import urlsplit

# ISO 8601: P1DT4H; at least one part, and at least one after a T.
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@.,;<>\"]+(\.[^\s@.,;<>\"]+)+")
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


def _is_date_time(text: str) -> bool:
    try:
        return (
            bool(_DATE.match(text)) and "T" in text.upper() and datetime.fromisoformat(text.upper()).tzinfo is not None
        )
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DATE.fullmatch(text))


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"\s", text)


FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    "date-time": (_is_date_time, "a date and time with a time zone, such as 2026-01-31T09:30:00Z"),
    "date": (_is_date, "a date, such as 2026-01-31"),
    "duration": (lambda text: bool(_DURATION.fullmatch(text)), "an ISO 8601 duration, such as P1DT4H"),
    "email": (lambda text: bool(_EMAIL.fullmatch(text)), "an email address, such as ada@example.com"),
    "uri": (_is_uri, "a URL, such as https://example.com/page"),
    "color": (lambda text: bool(_COLOR.fullmatch(text)), "a color, such as #9d3789"),
}
"""Format name: its check, and how it is described to a person."""

UNCHECKED = frozenset({"int32", "int64", "double", "password"})
"""Formats that only say how a host stores or shows a value."""


def fits(format_name: str, value: object) -> bool:
    """Whether the value has the format; values that are not text, and unchecked formats, always fit."""
    if not isinstance(value, str) or format_name not in FORMATS:
        return True
    return FORMATS[format_name][0](value)
