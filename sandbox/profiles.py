"""Profiles: a user's addresses and attributes."""

from __future__ import annotations

import json
import sqlite3

from . import bodies, json_patch
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response
from .route import on
from .rows import found, one, parsed

_SUCCESS: JsonObject = {"status": "SUCCESS"}


def load(db: sqlite3.Connection, user_id: str) -> JsonObject | None:
    """The stored profile; None if there is none."""
    row = one(db, "SELECT profile FROM profiles WHERE id = ?", user_id)
    return None if row is None else parsed(row["profile"])


def load_preferences(db: sqlite3.Connection, user_id: str) -> JsonObject:
    """The user's preferences; empty if there are none."""
    row = one(db, "SELECT preferences FROM profiles WHERE id = ?", user_id)
    return parsed(row["preferences"] if row else None)


def save(db: sqlite3.Connection, user_id: str, profile: JsonObject, now: int) -> None:
    """Write a whole profile, replacing an old one. Preferences stay."""
    db.execute(
        "INSERT INTO profiles (id, profile, created, updated) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET profile = excluded.profile, updated = excluded.updated",
        (user_id, json.dumps(profile), now, now),
    )


def merged(old: JsonObject, new: JsonObject) -> JsonObject:
    """The old values updated with the new ones, nested objects too. Arrays are replaced."""
    result = dict(old)
    for key, value in new.items():
        known = result.get(key)
        nested = isinstance(known, dict) and isinstance(value, dict)
        result[key] = merged(known, value) if nested and isinstance(known, dict) else value
    return result


def _existing(call: Call) -> JsonObject:
    return found(load(call.db, call.ids["user_id"]), f"Profile {call.ids['user_id']}")


@on("GET /profiles/{user_id}")
def get_profile(call: Call) -> Response:
    """One profile and its preferences."""
    profile = _existing(call)
    return Response(OK, {"profile": profile, "preferences": load_preferences(call.db, call.ids["user_id"])})


@on("POST /profiles/{user_id}", bodies.PROFILE, audit_as="profile/merged")
def create_profile(call: Call) -> Response:
    """Merge the values into the profile. Creates it if it is missing."""
    old = load(call.db, call.ids["user_id"]) or {}
    save(call.db, call.ids["user_id"], merged(old, call.body["profile"]), call.now)
    return Response(OK, _SUCCESS)


@on("PUT /profiles/{user_id}", bodies.PROFILE, audit_as="profile/replaced")
def replace_profile(call: Call) -> Response:
    """Replace the whole profile."""
    save(call.db, call.ids["user_id"], call.body["profile"], call.now)
    return Response(OK, _SUCCESS)


@on("PATCH /profiles/{user_id}", bodies.PATCH, audit_as="profile/updated")
def patch_profile(call: Call) -> Response:
    """Apply all operations of a JSON Patch, or none. Creates the profile if it is missing."""
    old = load(call.db, call.ids["user_id"]) or {}
    save(call.db, call.ids["user_id"], json_patch.apply(old, call.body["patch"]), call.now)
    return Response(NO_CONTENT)


@on("DELETE /profiles/{user_id}", audit_as="profile/deleted")
def delete_profile(call: Call) -> Response:
    """Delete the profile. List subscriptions stay."""
    call.db.execute("DELETE FROM profiles WHERE id = ?", (call.ids["user_id"],))
    return Response(NO_CONTENT)
