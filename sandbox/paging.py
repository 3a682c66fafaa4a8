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
from urllib.parse import quote, urlencode

from .protocol import Call, JsonObject, bad_request

FIRST_KEY = ""
NEWEST = 2**62
_BATCH = 64
_MAX_DIGITS = 9
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


def _limit(call: Call, most: int) -> int:
    limit = call.one("limit") if most else None
    if limit is None:
        return call.page_size
    if not (limit.isascii() and limit.isdigit() and len(limit) <= _MAX_DIGITS):
        raise bad_request("limit: Expected a number")
    return min(max(int(limit), 1), most)


def page(
    call: Call,
    sql: str,
    params: Mapping[str, Any],
    *,
    key: str = "id",
    start: str | int = FIRST_KEY,
    keep: Callable[[sqlite3.Row], bool] = _everything,
    most: int = 0,
    size: int = 0,
) -> tuple[list[sqlite3.Row], JsonObject]:
    """The rows of the requested page, and its ``paging`` object.

    Args:
        call: has the cursor and the page size.
        sql: a query with ``:after`` and ``:limit``, ordered by the key.
        params: the query's other parameters.
        key: the column that pages are ordered by.
        start: what ``:after`` is on the first page; its type is the key's.
        keep: drops rows that SQL cannot filter.
        most: the largest ``limit`` that the collection takes; 0 where it takes none.
        size: how many rows a page has, where that is not said by the limit.

    Raises:
        ApiError: 400, the cursor does not belong to this collection.
    """
    cursor = call.one("cursor")
    after = start if cursor is None else _decode(cursor, call.scope, type(start))
    size = size or _limit(call, most)
    kept: list[sqlite3.Row] = []
    batch = max(_BATCH, size + 1)
    while True:
        rows = call.db.execute(sql, {**params, "after": after, "limit": batch}).fetchall()
        kept.extend(row for row in rows if keep(row))
        if len(kept) > size or len(rows) < batch:
            break
        after = rows[-1][key]
    shown = kept[:size]
    if len(kept) == len(shown):
        return shown, {"more": False}
    return shown, {"more": True, "cursor": _encode(call.scope, shown[-1][key])}


def sliced(call: Call, items: list[JsonObject], *, most: int) -> tuple[list[JsonObject], JsonObject]:
    """The items of the requested page of a list that is at hand, and its ``paging`` object.

    Raises:
        ApiError: 400, the cursor does not belong to this collection, or the limit is not a number.
    """
    cursor = call.one("cursor")
    start = 0 if cursor is None else int(_decode(cursor, call.scope, int))
    end = start + min(_limit(call, most), most)
    if end >= len(items):
        return items[start:], {"more": False}
    return items[start:end], {"more": True, "cursor": _encode(call.scope, end)}


def listing(
    call: Call, sql: str, params: Mapping[str, Any], view: Callable[[sqlite3.Row], JsonObject], *, key: str = "id"
) -> JsonObject:
    """A page as tenants have them: at most 100 ``items``, ``has_more``, a cursor and the addresses of the pages."""
    rows, paging = page(call, sql, params, key=key, most=100)
    kept = {name: values[-1] for name, values in call.query.items() if name != "cursor"}
    found: JsonObject = {"type": "list", "items": [view(row) for row in rows], "has_more": paging["more"]}
    found["url"] = _address(call, {**kept, **({"cursor": cursor} if (cursor := call.one("cursor")) else {})})
    if paging["more"]:
        found["cursor"] = paging["cursor"]
        found["next_url"] = _address(call, {**kept, "cursor": paging["cursor"]})
    return found


def _address(call: Call, query: Mapping[str, str]) -> str:
    path = "/" + "/".join(quote(segment, safe="") for segment in json.loads(call.scope))
    return f"{path}?{urlencode(query)}" if query else path
