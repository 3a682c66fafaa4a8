"""Timestamps, durations and identifiers, in the service's formats.

A timestamp is an integer of epoch milliseconds, a duration an integer of milliseconds. Callers pass the clock in.
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
_MAX_DIGITS = 15


def iso(timestamp: int) -> str:
    """A timestamp as an ISO 8601 string in UTC, with milliseconds."""
    clear = datetime.fromtimestamp(min(timestamp, _LATEST) // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{clear}.{timestamp % SECOND:03d}Z"


def parse_timestamp(text: str) -> int | None:
    """A timestamp from an ISO 8601 string or from epoch seconds or milliseconds; None for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS:
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
    if len(text) > 4 * _MAX_DIGITS:
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


def new_id(timestamp: int) -> str:
    """An identifier of a request, message, job or run: the time in hex seconds, then 24 random hex digits."""
    return f"1-{timestamp // SECOND:08x}-{secrets.token_hex(12)}"


def new_key() -> str:
    """An identifier of a brand or template: 28 digits and capitals without I, L, O and U."""
    return "".join(secrets.choice(_KEY_ALPHABET) for _ in range(28))
