"""What became of the messages of a template, as a series over time."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from . import messages, timeline
from .protocol import OK, Call, JsonObject, Response, bad_request
from .route import on
from .timestamps import DAY, HOUR, parse_duration, parse_timestamp

_LONGEST = {"HOUR": 7 * DAY, "DAY": 90 * DAY}
_USUAL = 30 * DAY
_MOST = 1_000
_COUNTS = {"sent": "sent", "delivered": "delivered", "opened": "opened", "clicked": "clicked", "errors": "error"}


@on("GET /notifications/{id}/metrics")
def get_metrics(call: Call) -> Response:
    """How many messages of a template were sent, delivered, opened and clicked, per period, channel and provider.

    A template that does not exist has no messages, which is not an error.
    """
    template_id = call.ids["id"]
    granularity = (call.one("granularity") or "DAY").upper()
    if granularity not in ("HOUR", "DAY", "WEEK", "MONTH"):
        raise bad_request("granularity: Expected one of HOUR, DAY, WEEK, MONTH")
    start, end = _window(call)
    if end - start > _LONGEST.get(granularity, end - start):
        raise bad_request(f"granularity: {granularity} spans at most {_LONGEST[granularity] // DAY} days")
    starts = _periods(start, end, granularity)
    if len(starts) - 1 > _MOST:
        raise bad_request(f"granularity: More than {_MOST} buckets")
    rows = call.db.execute(
        "SELECT * FROM messages WHERE notification = ? AND enqueued >= ? AND enqueued < ?",
        (template_id, starts[0], starts[-1]),
    ).fetchall()
    series = [
        {"period": _iso(first), "data": _data([row for row in rows if first <= row["enqueued"] < last], call.now)}
        for first, last in pairwise(starts)
    ]
    shown = {"notificationId": template_id, "granularity": granularity, "start": _iso(starts[0])}
    return Response(OK, {**shown, "end": _iso(starts[-1]), "series": series})


def _window(call: Call) -> tuple[int, int]:
    start, end = (_time(call, name) for name in ("start", "end"))
    if start is not None and end is not None:
        if start >= end:
            raise bad_request("start: Must be earlier than end")
        return start, end
    if start is not None or end is not None:
        raise bad_request("start: Must be supplied together with end")
    lookback = call.one("lookback")
    length = _USUAL if lookback is None else parse_duration(lookback) if lookback.startswith("P") else None
    if not length:
        raise bad_request("lookback: Expected a positive ISO 8601 duration")
    return call.now - length, call.now


def _time(call: Call, name: str) -> int | None:
    text = call.one(name)
    timestamp = None if text is None or text.isdigit() else parse_timestamp(text)
    if text is not None and timestamp is None:
        raise bad_request(f"{name}: Expected an ISO 8601 timestamp")
    return timestamp


def _periods(start: int, end: int, granularity: str) -> list[int]:
    """The starts of the periods from the one that has the start, and the end of the last one."""
    first = datetime.fromtimestamp(start // 1000, UTC).replace(minute=0, second=0)
    if granularity != "HOUR":
        first = first.replace(hour=0)
    if granularity == "WEEK":
        first -= timedelta(days=(first.weekday() + 1) % 7)
    if granularity == "MONTH":
        first = first.replace(day=1)
    found = [_milliseconds(first)]
    while found[-1] < end and len(found) <= _MOST + 1:
        found.append(_next(found[-1], granularity))
    return found


def _next(start: int, granularity: str) -> int:
    if granularity == "MONTH":
        first = datetime.fromtimestamp(start // 1000, UTC)
        return _milliseconds((first.replace(day=1) + timedelta(days=32)).replace(day=1))
    return start + {"HOUR": HOUR, "DAY": DAY, "WEEK": 7 * DAY}[granularity]


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000


def _iso(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _data(rows: list[sqlite3.Row], now: int) -> list[JsonObject]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        for entry in timeline.providers(messages.past_of(row, now)):
            counts = found.setdefault((entry["provider"], entry["channel"]["name"]), Counter())
            counts.update(name for name, key in _COUNTS.items() if key in entry)
            counts["undeliverable"] += entry["status"] == "UNDELIVERABLE"
    names = (*_COUNTS, "undeliverable")
    return [
        {"provider": provider, "channel": channel, **{name: counts[name] for name in names}}
        for (provider, channel), counts in sorted(found.items())
    ]
