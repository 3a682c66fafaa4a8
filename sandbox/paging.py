"""Pages and their cursors.

A page starts after the last key of the page before it, not at an offset, so rows added in between neither shift nor
repeat others. A cursor is opaque to the client and is valid only in the collection that returned it.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from .protocol import Call, JsonObject, bad_request

FIRST_KEY = ""
NEWEST = 2**62
_BATCH = 64
# The cursors in the service's documentation: a timestamp in epoch milliseconds, then the last key that was shown.
_DOCUMENTED = re.compile(r"[0-9]{13},(.+)")


def _encode(scope: str, key: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps([scope, key]).encode()).decode().rstrip("=")


def _decode(cursor: str, scope: str, kind: type[str] | type[int]) -> str | int:
    """The key after which the page of a cursor starts.

    A cursor in the form of the service's documentation does not name a collection and is valid in all of them, so that
    the examples in the documentation work.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode()
        if documented := _DOCUMENTED.fullmatch(text):
            found_scope, key = scope, kind(documented[1])
        else:
            found_scope, key = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise bad_request("Invalid cursor format") from None
    if found_scope != scope or type(key) is not kind or (isinstance(key, int) and not 0 <= key <= NEWEST):
        raise bad_request("Invalid cursor format")
    return key


def _everything(_row: sqlite3.Row) -> bool:
    return True


def page(
    call: Call,
    sql: str,
    params: Mapping[str, Any],
    *,
    key: str = "id",
    start: str | int = FIRST_KEY,
    keep: Callable[[sqlite3.Row], bool] = _everything,
) -> tuple[list[sqlite3.Row], JsonObject]:
    """The rows of the requested page, and its ``paging`` object.

    Args:
        call: has the cursor and the page size.
        sql: a query with ``:after`` and ``:limit``, ordered by the key.
        params: the query's other parameters.
        key: the column that pages are ordered by.
        start: what ``:after`` is on the first page; its type is the key's.
        keep: drops rows that SQL cannot filter.

    Raises:
        ApiError: 400, the cursor does not belong to this collection.
    """
    cursor = call.one("cursor")
    after = start if cursor is None else _decode(cursor, call.scope, type(start))
    kept: list[sqlite3.Row] = []
    batch = max(_BATCH, call.page_size + 1)
    while True:
        rows = call.db.execute(sql, {**params, "after": after, "limit": batch}).fetchall()
        kept.extend(row for row in rows if keep(row))
        if len(kept) > call.page_size or len(rows) < batch:
            break
        after = rows[-1][key]
    shown = kept[: call.page_size]
    if len(kept) == len(shown):
        return shown, {"more": False}
    return shown, {"more": True, "cursor": _encode(call.scope, shown[-1][key])}
