"""Idempotency keys: a repeated POST gets the response of the first one and has no second effect.

The key's row is written in the same transaction as the effect. Two attempts at the same time, in two threads or two
processes, therefore wait for each other and only one of them acts, and a process killed in between leaves both or
neither.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping

from .protocol import BAD_REQUEST, ApiError, Response, bad_request
from .timestamps import DAY, HOUR, parse_timestamp

RETENTION = 25 * HOUR
MAX_RETENTION = 365 * DAY


def key_of(method: str, headers: Mapping[str, str]) -> str | None:
    """The request's key. None without one, and for methods other than POST."""
    return (headers.get("idempotency-key") or None) if method == "POST" else None


def expiry_of(headers: Mapping[str, str], now: int) -> int:
    """When the key expires, in epoch milliseconds: as the request says, at most a year from now, or after 25 hours.

    Raises:
        ApiError: 400, the header is not a time in the future.
    """
    asked = headers.get("x-idempotency-expiration")
    if not asked:
        return now + RETENTION
    timestamp = parse_timestamp(asked)
    if timestamp is None or timestamp <= now:
        raise bad_request("x-idempotency-expiration: Expected a date in the future")
    return min(timestamp, now + MAX_RETENTION)


def run_once(
    db: sqlite3.Connection, *, endpoint: str, key: str, now: int, expires: int, act: Callable[[], Response]
) -> Response:
    """Act, unless the key was used on the endpoint before; then return the response of that time.

    Errors are kept like any response, except a 400: it had no effect, and the client has to correct the request.

    Raises:
        ApiError: what ``act`` raises with 400.
    """
    db.execute("DELETE FROM idempotency WHERE expires <= ?", (now,))
    found = db.execute(
        "SELECT status, body FROM idempotency WHERE endpoint = ? AND key = ?", (endpoint, key)
    ).fetchone()
    if found is not None:
        return Response(found["status"], json.loads(found["body"]))
    db.execute("SAVEPOINT act")
    try:
        response = act()
    except ApiError as error:
        if error.status == BAD_REQUEST:
            raise
        db.execute("ROLLBACK TO act")
        response = error.response()
    db.execute("RELEASE act")
    db.execute(
        "INSERT INTO idempotency (endpoint, key, status, body, expires) VALUES (?, ?, ?, ?, ?)",
        (endpoint, key, response.status, json.dumps(response.body), expires),
    )
    return response
