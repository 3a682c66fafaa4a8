"""The lists of one person: the same subscriptions, seen from the other side."""

from __future__ import annotations

import json
import sqlite3

from . import bodies
from .lists import subscribe, view
from .paging import page
from .protocol import OK, Call, JsonObject, Response
from .route import on

_SUCCESS: JsonObject = {"status": "SUCCESS"}


@on("GET /profiles/{user_id}/lists")
def get_profile_lists(call: Call) -> Response:
    """The lists a person is subscribed to."""
    rows, paging = page(
        call,
        "SELECT lists.*, subscriptions.preferences AS chosen FROM subscriptions JOIN lists ON lists.id = list_id"
        " WHERE user_id = :user_id AND deleted IS NULL AND list_id > :after ORDER BY list_id LIMIT :limit",
        {"user_id": call.ids["user_id"]},
    )
    return Response(OK, {"paging": paging, "results": [_subscribed(row) for row in rows]})


def _subscribed(row: sqlite3.Row) -> JsonObject:
    shown = view(row)
    if row["chosen"] is not None:
        shown["preferences"] = json.loads(row["chosen"])
    return shown


@on("POST /profiles/{user_id}/lists", bodies.PROFILE_LISTS, audit_as="profile/subscribed")
def add_profile_lists(call: Call) -> Response:
    """Subscribe a person to lists, which are made when missing."""
    for entry in call.body["lists"]:
        subscribe(call.db, entry["listId"], call.ids["user_id"], entry.get("preferences"), call.now)
    return Response(OK, _SUCCESS)


@on("DELETE /profiles/{user_id}/lists", audit_as="profile/unsubscribed")
def delete_profile_lists(call: Call) -> Response:
    """End all subscriptions of a person."""
    call.db.execute("DELETE FROM subscriptions WHERE user_id = ?", (call.ids["user_id"],))
    return Response(OK, _SUCCESS)
