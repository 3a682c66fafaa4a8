"""A user's preferences for subscription topics, in general or in the context of one tenant.

What counts for a message is the user's choice in the tenant, else their general one, else the tenant's default or that
of its parent, else the topic's. A topic that is required is sent regardless of what the user chose.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from . import tenants, topics, user_bodies
from .protocol import NO_CONTENT, OK, ApiError, Call, JsonObject, Response, bad_request
from .route import on
from .rows import one, parsed

_REQUIRED = "REQUIRED"
_GENERAL = ""


def effective(db: sqlite3.Connection, user_id: str | None, tenant_id: str | None, topic: sqlite3.Row) -> JsonObject:
    """What counts for a user, a tenant and a topic, as the API returns it."""
    default = _default(db, tenant_id, topic)
    chosen = _chosen(db, user_id, tenant_id, topic["id"]) if user_id else {}
    counts = default if default["status"] == _REQUIRED else {**default, **chosen}
    routed = bool(counts.get("has_custom_routing"))
    return {
        "topic_id": topic["id"],
        "topic_name": topic["name"],
        "section_id": topic["section_id"],
        "section_name": topic["section_name"],
        "status": counts["status"],
        "default_status": default["status"],
        "has_custom_routing": routed,
        "custom_routing": (counts.get("custom_routing") or []) if routed else [],
        **({"digest_schedule_id": chosen["digest_schedule_id"]} if chosen.get("digest_schedule_id") else {}),
    }


def _default(db: sqlite3.Connection, tenant_id: str | None, topic: sqlite3.Row) -> JsonObject:
    for tenant in tenants.lineage(db, tenant_id):
        for item in tenant["default_preferences"]["items"]:
            if item["id"] == topic["id"]:
                return dict(item)
    return {"status": topic["default_status"]}


def _chosen(db: sqlite3.Connection, user_id: str, tenant_id: str | None, topic_id: str) -> JsonObject:
    sql = (
        "SELECT preference FROM user_topics WHERE user_id = ? AND topic_id = ? AND tenant_id IN (?, ?)"
        " ORDER BY tenant_id DESC LIMIT 1"
    )
    row = one(db, sql, user_id, topic_id, tenant_id or _GENERAL, _GENERAL)
    return parsed(row["preference"] if row else None)


def save(db: sqlite3.Connection, user_id: str, tenant_id: str | None, topic_id: str, chosen: JsonObject) -> None:
    """Write what a user chose for a topic, over what they chose before.

    Raises:
        ApiError: 404, there is no such topic; 400, the topic is required.
    """
    topic = topics.existing(db, topic_id)
    if chosen["status"] == "OPTED_OUT" and _default(db, tenant_id, topic)["status"] == _REQUIRED:
        raise bad_request(f"Subscription topic {topic_id} is required; users cannot opt out")
    key = (user_id, tenant_id or _GENERAL, topic_id)
    db.execute("INSERT OR REPLACE INTO user_topics VALUES (?, ?, ?, ?)", (*key, json.dumps(chosen)))


def _tenant(call: Call) -> str | None:
    return call.one("tenant_id")


@on("GET /users/{user_id}/preferences")
def get_preferences(call: Call) -> Response:
    """The user's preference for every topic. There is only one page."""
    items = [effective(call.db, call.ids["user_id"], _tenant(call), topic) for topic in topics.every(call.db)]
    return Response(OK, {"paging": {"more": False}, "items": items})


@on("GET /users/{user_id}/preferences/{topic_id}")
def get_preference(call: Call) -> Response:
    """The user's preference for one topic."""
    topic = topics.existing(call.db, call.ids["topic_id"])
    return Response(OK, {"topic": effective(call.db, call.ids["user_id"], _tenant(call), topic)})


@on("PUT /users/{user_id}/preferences/{topic_id}", user_bodies.PREFERENCE, audit_as="user/preference-updated")
def put_preference(call: Call) -> Response:
    """Set the user's preference for one topic. A digest schedule that is left out stays."""
    user_id, topic_id, chosen = call.ids["user_id"], call.ids["topic_id"], dict(call.body["topic"])
    if "digest_schedule_id" not in chosen:
        kept = _chosen(call.db, user_id, _tenant(call), topic_id).get("digest_schedule_id")
        chosen |= {"digest_schedule_id": kept} if kept else {}
    save(call.db, user_id, _tenant(call), topic_id, chosen)
    return Response(OK, {"message": "success"})


@on("DELETE /users/{user_id}/preferences/{topic_id}", audit_as="user/preference-reset")
def delete_preference(call: Call) -> Response:
    """Reset one topic to its default."""
    _reset(call, [topics.existing(call.db, call.ids["topic_id"])["id"]])
    return Response(NO_CONTENT)


@on("PUT /users/{user_id}/preferences", user_bodies.PREFERENCES_REPLACEMENT, audit_as="user/preferences-replaced")
def replace_preferences(call: Call) -> Response:
    """Make these the user's only preferences; every other topic goes back to its default."""
    _require_distinct(call.body["topics"])
    named = {entry["topic_id"] for entry in call.body["topics"]}
    rows = call.db.execute(
        "SELECT topic_id FROM user_topics WHERE user_id = ? AND tenant_id = ? ORDER BY topic_id",
        (call.ids["user_id"], _tenant(call) or _GENERAL),
    )
    dropped = [row["topic_id"] for row in rows if row["topic_id"] not in named]
    for entry in call.body["topics"]:
        save(call.db, call.ids["user_id"], _tenant(call), entry["topic_id"], entry)
    _reset(call, dropped)
    return Response(OK, {"items": list(_applied(call.body["topics"])), "deleted": dropped})


@on("POST /users/{user_id}/preferences", user_bodies.PREFERENCES_UPDATE, audit_as="user/preferences-updated")
def update_preferences(call: Call) -> Response:
    """Set the preferences for these topics. A topic that cannot be set is reported; the others are set."""
    _require_distinct(call.body["topics"])
    applied, errors = [], []
    for entry in call.body["topics"]:
        try:
            save(call.db, call.ids["user_id"], _tenant(call), entry["topic_id"], entry)
        except ApiError as error:
            errors.append({"topic_id": entry["topic_id"], "reason": error.message})
        else:
            applied.append(entry)
    return Response(OK, {"items": list(_applied(applied)), "errors": errors})


def _applied(entries: list[JsonObject]) -> Iterator[JsonObject]:
    for entry in entries:
        routing = entry.get("custom_routing") or []
        yield {
            "topic_id": entry["topic_id"],
            "status": entry["status"],
            "has_custom_routing": bool(entry.get("has_custom_routing")),
            "custom_routing": routing,
        }


def _require_distinct(entries: list[JsonObject]) -> None:
    names = [entry["topic_id"] for entry in entries]
    if len(set(names)) < len(names):
        raise bad_request("topics: Expected each topic once")


def _reset(call: Call, names: list[str]) -> None:
    for name in names:
        key = (call.ids["user_id"], _tenant(call) or _GENERAL, name)
        call.db.execute("DELETE FROM user_topics WHERE user_id = ? AND tenant_id = ? AND topic_id = ?", key)
