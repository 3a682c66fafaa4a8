"""Newer notification templates: a draft that is worked on, and the versions that were published.

A message is made of the published version. Older templates can be read, and nothing of them changed.
"""

from __future__ import annotations

import json
import re
import sqlite3

from . import elements, routing_strategies, template_bodies
from .paging import sliced
from .protocol import CREATED, NO_CONTENT, OK, Call, JsonObject, Response, bad_request, conflict
from .route import on
from .rows import found, one, parsed
from .timestamps import new_id

CONTENT_VERSION = "2022-01-01"
_PERSON = "bruno"  # who uses the API key, for fields that name a person
_VERSION = re.compile(r"(?:published:)?v(\d{1,9})")
_MOST_VERSIONS = 10


def row_of(call: Call) -> sqlite3.Row:
    """The template that the path names.

    Raises:
        ApiError: 404, there is none.
    """
    row = one(call.db, "SELECT * FROM templates WHERE id = ? AND archived IS NULL", call.ids["id"])
    return found(row, f"Notification template {call.ids['id']}")


def newer(call: Call) -> sqlite3.Row:
    """The template that the path names, which is of the newer generation.

    Raises:
        ApiError: 404, there is none; 400, it is of the older generation.
    """
    row = row_of(call)
    if row["draft"] is None:
        raise bad_request("Only supported for V2 (elemental) templates")
    return row


def payload(call: Call, row: sqlite3.Row, version: str) -> JsonObject:
    """A version of a newer template: ``draft``, ``published`` or ``v001``.

    Raises:
        ApiError: 400, it is none of these; 404, the template has no such version.
    """
    if version == "draft":
        return parsed(row["draft"])
    numbered = _VERSION.fullmatch(version)
    if numbered is None and version != "published":
        raise bad_request('version: Expected "draft", "published" or a version such as "v001"')
    sql = "SELECT payload FROM template_versions WHERE template_id = ? AND number = ?"
    stored = one(call.db, sql, row["id"], int(numbered[1]) if numbered else row["version"])
    return parsed(found(stored, f"Version {version} of notification template {row['id']}")["payload"])


def save_draft(db: sqlite3.Connection, template_id: str, draft: JsonObject, now: int) -> None:
    """Write the draft of a template, which is made if there is none."""
    content = {"version": CONTENT_VERSION, **elements.with_ids(draft["content"])}
    kept = json.dumps({**draft, "content": content})
    db.execute(
        "INSERT INTO templates (id, summary, content, routing, event_ids, published, draft, changed)"
        ' VALUES (?, ?, \'{"elements": []}\', \'{"method": "single", "channels": []}\', \'[]\', 0, ?, 1)'
        " ON CONFLICT (id) DO UPDATE SET draft = excluded.draft, changed = 1",
        (template_id, json.dumps({"created": now}), kept),
    )
    row = db.execute("SELECT * FROM templates WHERE id = ?", (template_id,)).fetchone()
    if row["published"]:
        summary = json.dumps({**json.loads(row["summary"]), "updated": now})
        db.execute("UPDATE templates SET summary = ? WHERE id = ?", (summary, template_id))
    else:
        _summarize(db, row, json.loads(row["draft"]), now, published=False)


def publish(db: sqlite3.Connection, template_id: str, now: int, number: int | None = None) -> None:
    """Publish the draft as a new version if it has changed, or one of the versions again."""
    row = db.execute("SELECT * FROM templates WHERE id = ?", (template_id,)).fetchone()
    if number is None:
        if row["version"] and not row["changed"]:
            return
        last = db.execute("SELECT max(number) FROM template_versions WHERE template_id = ?", (template_id,)).fetchone()
        number, text = (last[0] or 0) + 1, row["draft"]
        db.execute("INSERT INTO template_versions VALUES (?, ?, ?, ?)", (template_id, number, text, now))
        db.execute("UPDATE templates SET changed = 0 WHERE id = ?", (template_id,))
    else:
        key = (template_id, number)
        found = db.execute("SELECT payload FROM template_versions WHERE template_id = ? AND number = ?", key).fetchone()
        text = found["payload"]
    stored = json.loads(text)
    alias = json.dumps([stored["alias"]] if stored.get("alias") else [])
    db.execute(
        "UPDATE templates SET version = ?, published = 1, content = ?, event_ids = ? WHERE id = ?",
        (number, json.dumps(stored["content"]), alias, template_id),
    )
    _summarize(db, row, stored, now, published=True)


def _summarize(db: sqlite3.Connection, row: sqlite3.Row, stored: JsonObject, now: int, *, published: bool) -> None:
    """Write what a list shows of the template: of its published version if there is one, otherwise of the draft."""
    known = json.loads(row["summary"])
    topic = (stored.get("subscription") or {}).get("topic_id")
    own = {
        "id": row["id"],
        "created": known["created"],
        "creator": _PERSON,
        "name": stored["name"],
        "tags": stored.get("tags") or [],
        "brand_id": (stored.get("brand") or {}).get("id"),
        "strategy_id": (stored.get("routing") or {}).get("strategy_id"),
        **({"topic_id": topic, "subscription_topic_id": topic} if topic else {}),
    }
    state = "PUBLISHED" if published else "DRAFT"
    text = json.dumps({**own, "state": state, "updated": now, "updater": _PERSON})
    db.execute("UPDATE templates SET summary = ? WHERE id = ?", (text, row["id"]))


def _older(row: sqlite3.Row) -> JsonObject:
    """A template of the older generation in the form of a newer one."""
    summary, content = json.loads(row["summary"]), json.loads(row["content"])
    nodes = [{"type": "meta", "title": content["title"]}, {"type": "text", "content": content["body"]}]
    made = {"created": summary["created_at"], "creator": _PERSON}
    return {
        "id": row["id"],
        "name": summary["title"],
        "tags": [tag["name"] for tag in summary["tags"]["data"]],
        "brand": None,
        "subscription": {"topic_id": summary["topic_id"]},
        "routing": None,
        "content": {"version": CONTENT_VERSION, "elements": nodes},
        "alias": summary["event_ids"],
        "state": "PUBLISHED",
        **made,
        "updated": summary["updated_at"],
        "updater": _PERSON,
    }


def view(row: sqlite3.Row, stored: JsonObject) -> JsonObject:
    """A newer template in one of its versions, as the API returns it."""
    summary = json.loads(row["summary"])
    return {
        "id": row["id"],
        **stored,
        "content": elements.without_ids(stored["content"]),
        "state": summary["state"],
        **{key: summary[key] for key in ("created", "creator", "updated", "updater")},
    }


def mutated(call: Call, draft: JsonObject) -> Response:
    """Keep a draft whose content was changed, publish it if the body says so, and return its checksums."""
    template_id = call.ids["id"]
    save_draft(call.db, template_id, draft, call.now)
    if _state(call) == "PUBLISHED":
        publish(call.db, template_id, call.now)
    content = json.loads(newer(call)["draft"])["content"]
    found = {"id": template_id, "version": content["version"], "elements": elements.checksums(content)}
    return Response(OK, {**found, "state": _state(call)})


def _state(call: Call) -> str:
    return str(call.body.get("state") or "DRAFT").upper()


def _checked(call: Call, template_id: str | None, old: JsonObject) -> JsonObject:
    """The template in the body, whose references exist."""
    draft: JsonObject = dict(call.body["notification"])
    strategy_id = (draft.get("routing") or {}).get("strategy_id")
    if strategy_id and routing_strategies.load(call.db, strategy_id) is None:
        raise bad_request(f"Routing strategy {strategy_id} not found")
    if "alias" not in draft and old.get("alias"):
        draft["alias"] = old["alias"]
    alias = draft.get("alias")
    if alias and alias.startswith("tenant/"):
        raise bad_request('notification.alias: Must not begin with "tenant/"')
    taken = call.db.execute(
        "SELECT id FROM templates WHERE id IS NOT ? AND archived IS NULL AND (json_extract(draft, '$.alias') = ?"
        " OR EXISTS (SELECT 1 FROM json_each(event_ids) WHERE value = ?))",
        (template_id, alias, alias),
    ).fetchone()
    if alias and taken:
        raise conflict(f"Alias {alias} is used by notification template {taken['id']}")
    return draft


@on("POST /notifications", template_bodies.TEMPLATE, audit_as="notification/created", target="id")
def create_template(call: Call) -> Response:
    """Create a template, as a draft or published at once."""
    draft = _checked(call, None, {})
    template_id = f"nt_{new_id(call.now).rpartition('-')[2]}"
    save_draft(call.db, template_id, draft, call.now)
    return _kept(call, template_id, CREATED)


@on("PUT /notifications/{id}", template_bodies.TEMPLATE, audit_as="notification/updated")
def replace_template(call: Call) -> Response:
    """Replace the draft of a template, and publish it if the body says so."""
    row = newer(call)
    save_draft(call.db, row["id"], _checked(call, row["id"], json.loads(row["draft"])), call.now)
    return _kept(call, row["id"], OK)


def _kept(call: Call, template_id: str, status: int) -> Response:
    if _state(call) == "PUBLISHED":
        publish(call.db, template_id, call.now)
    row = call.db.execute("SELECT * FROM templates WHERE id = ?", (template_id,)).fetchone()
    return Response(status, {**view(row, json.loads(row["draft"])), "state": _state(call)})


@on("GET /notifications/{id}")
def get_template(call: Call) -> Response:
    """One version of a template, the published one by default. An older template has no other."""
    row = row_of(call)
    if row["draft"] is None:
        return Response(OK, _older(row))
    return Response(OK, view(row, payload(call, row, call.one("version") or "published")))


@on("DELETE /notifications/{id}", audit_as="notification/archived")
def archive_template(call: Call) -> Response:
    """Archive a template: it is not listed any more, and nothing is sent with it."""
    call.db.execute("UPDATE templates SET archived = ? WHERE id = ?", (call.now, row_of(call)["id"]))
    return Response(NO_CONTENT)


@on("POST /notifications/{id}/publish", template_bodies.PUBLICATION, audit_as="notification/published", optional=True)
def publish_template(call: Call) -> Response:
    """Publish the draft, or an earlier version again."""
    row, version = newer(call), call.body.get("version")
    if version is not None:
        payload(call, row, version)
    publish(call.db, row["id"], call.now, int(version[1:]) if version else None)
    return Response(NO_CONTENT)


@on("GET /notifications/{id}/versions")
def get_versions(call: Call) -> Response:
    """The draft, then the published versions, the newest first. An older template has one version."""
    row = row_of(call)
    if row["draft"] is None:
        only = {"version": "published:v001", "created": _older(row)["updated"], "creator": _PERSON}
        return Response(OK, {"versions": [only], "paging": {"more": False}})
    updated = json.loads(row["summary"])["updated"]
    found = [{"version": "draft", "created": updated, "creator": _PERSON, "has_changes": bool(row["changed"])}]
    sql = "SELECT number, created FROM template_versions WHERE template_id = ? ORDER BY number DESC"
    for entry in call.db.execute(sql, (row["id"],)):
        prefix = "published:" if entry["number"] == row["version"] else ""
        found.append({"version": f"{prefix}v{entry['number']:03d}", "created": entry["created"], "creator": _PERSON})
    versions, paging = sliced(call, found, most=_MOST_VERSIONS)
    return Response(OK, {"versions": versions, "paging": paging})
