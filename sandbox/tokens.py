"""Device tokens: where push notifications to a user's devices go, until they expire."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from . import bodies, json_patch, user_bodies
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response, bad_request, not_found
from .route import on
from .timestamps import DAY, iso, parse_timestamp

LIFETIME = 60 * DAY


def save(db: sqlite3.Connection, user_id: str, token: str, body: JsonObject, now: int) -> None:
    """Write a token, replacing one with the same text. Without an expiry date it lasts 60 days, with false for ever.

    Raises:
        ApiError: 400, the expiry date is not a date.
    """
    expiry = body.get("expiry_date")
    expires = None if expiry is False else now + LIFETIME
    if isinstance(expiry, str):
        expires = parse_timestamp(expiry)
        if expires is None:
            raise bad_request("expiry_date: Expected a date, or false")
    kept = {key: value for key, value in body.items() if value is not None and key != "token"}
    stored = {**kept, "expiry_date": iso(expires) if expires is not None else False}
    db.execute(
        "INSERT OR REPLACE INTO device_tokens VALUES (?, ?, ?, ?)", (user_id, token, json.dumps(stored), expires)
    )


def active(db: sqlite3.Connection, user_id: str, now: int) -> Iterator[JsonObject]:
    """The user's tokens that have not expired, as the API returns them."""
    rows = db.execute(
        "SELECT * FROM device_tokens WHERE user_id = ? AND (expires IS NULL OR expires > ?) ORDER BY token",
        (user_id, now),
    )
    for row in rows:
        yield {"token": row["token"], **json.loads(row["body"])}


def _existing(call: Call) -> JsonObject:
    for token in active(call.db, call.ids["user_id"], call.now):
        if token["token"] == call.ids["token"]:
            return token
    raise not_found(f"Token {call.ids['token']} not found")


@on("GET /users/{user_id}/tokens")
def get_tokens(call: Call) -> Response:
    """The user's tokens that have not expired."""
    return Response(OK, {"tokens": list(active(call.db, call.ids["user_id"], call.now))})


@on("GET /users/{user_id}/tokens/{token}")
def get_token(call: Call) -> Response:
    """One token, and whether it works."""
    return Response(OK, {**_existing(call), "status": "active", "status_reason": None})


@on("PUT /users/{user_id}/tokens", user_bodies.TOKENS, audit_as="user/tokens-added", optional=True)
def put_tokens(call: Call) -> Response:
    """Add several tokens, replacing those with the same text."""
    for entry in call.body.get("tokens") or ():
        save(call.db, call.ids["user_id"], entry["token"], entry, call.now)
    return Response(NO_CONTENT)


@on("PUT /users/{user_id}/tokens/{token}", user_bodies.TOKEN, audit_as="user/token-added")
def put_token(call: Call) -> Response:
    """Add one token, replacing one with the same text."""
    save(call.db, call.ids["user_id"], call.ids["token"], call.body, call.now)
    return Response(NO_CONTENT)


@on("PATCH /users/{user_id}/tokens/{token}", bodies.TOKEN_PATCH, audit_as="user/token-updated")
def patch_token(call: Call) -> Response:
    """Change single values of a token. An operation without a value, or with null, removes one."""
    changed = json_patch.apply(_existing(call), [{"value": None, **each} for each in call.body["patch"]])
    patched = {key: value for key, value in changed.items() if value is not None}
    problems = list(user_bodies.TOKEN(patched, ""))
    if problems:
        raise bad_request("; ".join(problems))
    save(call.db, call.ids["user_id"], call.ids["token"], patched, call.now)
    return Response(NO_CONTENT)


@on("DELETE /users/{user_id}/tokens/{token}", audit_as="user/token-deleted")
def delete_token(call: Call) -> Response:
    """Delete a token."""
    key = (call.ids["user_id"], call.ids["token"])
    call.db.execute("DELETE FROM device_tokens WHERE user_id = ? AND token = ?", key)
    return Response(NO_CONTENT)
