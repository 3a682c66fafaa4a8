"""The JSON Schema formats that are checked here. A definition may use no other: one unchecked is a false promise."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"T([01]\d|2[0-3])(:?[0-5]\d(:?[0-5]\d([.,]\d+)?)?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d(:?[0-5]\d(\.\d+)?)?)?)",
    re.ASCII | re.IGNORECASE,
)
# ISO 8601: P1DT4H; at least one part, and at least one after a T.
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", re.ASCII)
_BLANK = r"\s\ufeff"
"""White space in Python, and in JavaScript."""
_EMAIL = re.compile(rf"[^{_BLANK}@,;<>\"]+@[^{_BLANK}@.,;<>\"]+(\.[^{_BLANK}@.,;<>\"]+)+")
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
# A scheme, and a host or a path after it.
_URI = re.compile(r"[a-z][a-z0-9+.-]*:(?://(?P<host>[^/?#]*))?(?P<path>[^?#]*)", re.ASCII | re.IGNORECASE)
_NOT_IN_URI = re.compile(rf"[{_BLANK}\x00-\x1f\x7f]")


def _is_date_time(text: str) -> bool:
    return _is_date(text[:10]) and _TIME.fullmatch(text, 10) is not None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DATE.fullmatch(text))


def _is_uri(text: str) -> bool:
    parts = _URI.match(text)
    if parts is None or _NOT_IN_URI.search(text):
        return False
    host = parts["host"] or ""
    return bool(host or parts["path"]) and ("[" in host) == ("]" in host)


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
