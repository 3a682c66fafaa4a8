"""The answer to a repeated POST: the one its first attempt got, without a second effect.

The key's row is written in the transaction of the effect itself, so two attempts at the same time, in two threads
or two processes, wait for each other and only one of them acts; and a process killed in between leaves both or
neither.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping

from .moments import DAY, HOUR, parse_moment
from .protocol import BAD_REQUEST, Answer, ApiError, bad_request

KEPT = 25 * HOUR
LONGEST = 365 * DAY


def key_of(method: str, headers: Mapping[str, str]) -> str | None:
    """The request's key; None where there is none or where the method has no use for it."""
    return (headers.get("idempotency-key") or None) if method == "POST" else None


def expiry_of(headers: Mapping[str, str], now: int) -> int:
    """When the key ends, in epoch milliseconds: as the request says, within a year, or after 25 hours.

    Raises:
        ApiError: 400, the header is no moment in the future.
    """
    asked = headers.get("x-idempotency-expiration")
    if not asked:
        return now + KEPT
    moment = parse_moment(asked)
    if moment is None or moment <= now:
        raise bad_request("x-idempotency-expiration: Expected a date in the future")
    return min(moment, now + LONGEST)


def once(
    db: sqlite3.Connection, *, endpoint: str, key: str, now: int, expires: int, act: Callable[[], Answer]
) -> Answer:
    """Act, unless the key has been used on the endpoint; then give the answer of that time.

    A refusal is kept like any answer, except one about the request's own values (400): it has had no effect
    and the client is to mend it.

    Raises:
        ApiError: what ``act`` raises with 400.
    """
    db.execute("DELETE FROM idempotency WHERE expires <= ?", (now,))
    found = db.execute(
        "SELECT status, body FROM idempotency WHERE endpoint = ? AND key = ?", (endpoint, key)
    ).fetchone()
    if found is not None:
        return Answer(found["status"], json.loads(found["body"]))
    db.execute("SAVEPOINT act")
    try:
        answer = act()
    except ApiError as refusal:
        if refusal.status == BAD_REQUEST:
            raise
        db.execute("ROLLBACK TO act")
        answer = refusal.answer()
    db.execute("RELEASE act")
    db.execute(
        "INSERT INTO idempotency (endpoint, key, status, body, expires) VALUES (?, ?, ?, ?, ?)",
        (endpoint, key, answer.status, json.dumps(answer.body), expires),
    )
    return answer
