"""Moments, durations and identifiers in the forms the service writes them.

A moment is an integer of epoch milliseconds, a duration an integer of milliseconds. The clock itself is
injected by whoever calls.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_LATEST = 253_402_300_799_999  # the end of the year 9999, the last that ISO 8601 writes with four digits
_SECONDS_BELOW = 100_000_000_000  # as seconds that is the year 5138, as milliseconds 1973
_KEY_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_UNITS = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY}
_ISO_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_WORDED_DURATION = re.compile(r"(\d+) ?(second|minute|hour|day|week)s?")
_LONGEST_NUMBER = 15


def iso(moment: int) -> str:
    """A moment as an ISO 8601 string in UTC, with milliseconds."""
    clear = datetime.fromtimestamp(min(moment, _LATEST) // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{clear}.{moment % SECOND:03d}Z"


def parse_moment(text: str) -> int | None:
    """A moment from an ISO 8601 string or from epoch seconds or milliseconds; None for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        number = int(text)
        return min(number * SECOND if number < _SECONDS_BELOW else number, _LATEST)
    try:
        parsed = datetime.fromisoformat(text)
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return round(aware.timestamp() * SECOND)
    except (ValueError, OverflowError):
        return None


def parse_duration(text: str) -> int | None:
    """A duration from ``P1DT4H``, ``"5 minutes"`` or a plain number of milliseconds; None for anything else."""
    if len(text) > 4 * _LONGEST_NUMBER:
        return None
    if text.isascii() and text.isdigit():
        return min(int(text), _LATEST)
    if worded := _WORDED_DURATION.fullmatch(text.strip().lower()):
        return min(int(worded[1]) * _UNITS[worded[2]], _LATEST)
    written = _ISO_DURATION.fullmatch(text)
    if written is None or not any(written.groups()):
        return None
    parts = zip(written.groups(), (7 * DAY, DAY, HOUR, MINUTE, SECOND), strict=True)
    return min(sum(int(count) * unit for count, unit in parts if count), _LATEST)


def new_id(moment: int) -> str:
    """An identifier of a request, message, job or run: its second in hex, then 24 random hex digits."""
    return f"1-{moment // SECOND:08x}-{secrets.token_hex(12)}"


def new_key() -> str:
    """An identifier of a brand or template: 28 digits and capitals without I, L, O and U."""
    return "".join(secrets.choice(_KEY_ALPHABET) for _ in range(28))
