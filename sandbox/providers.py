"""Provider configurations, and the catalog of the providers that can be configured."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from . import template_bodies
from .paging import page
from .protocol import CREATED, NO_CONTENT, OK, Call, JsonObject, Response, bad_request, conflict
from .route import on
from .rows import found, one
from .timestamps import new_key

_TITLE = "Default Configuration"
_PERIODS = ("second", "minute", "hour")


CATALOG: dict[str, JsonObject] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def save(db: sqlite3.Connection, provider_id: str, provider: JsonObject, now: int) -> None:
    """Write a whole configuration, replacing an old one."""
    kept = {
        "title": provider.get("title") or _TITLE,
        "provider": provider["provider"],
        "alias": provider.get("alias"),
        "settings": provider.get("settings") or {},
    }
    db.execute(
        "INSERT INTO providers (id, body, created) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body, updated = excluded.created",
        (provider_id, json.dumps(kept), now),
    )


def _view(row: sqlite3.Row) -> JsonObject:
    body: JsonObject = {key: value for key, value in json.loads(row["body"]).items() if value is not None}
    return {"id": row["id"], **body, "created": row["created"], "updated": row["updated"]}


def _existing(call: Call) -> JsonObject:
    row = one(call.db, "SELECT * FROM providers WHERE id = ?", call.ids["id"])
    return _view(found(row, f"Provider {call.ids['id']}"))


def _check(key: str, settings: JsonObject) -> None:
    """Refuse settings that the provider does not have, or without those that it needs."""
    if key not in CATALOG:
        raise bad_request(f"provider: Unknown provider {key}")
    known: dict[str, JsonObject] = CATALOG[key]["settings"]
    problems = [f"settings.{name}: Unknown setting" for name in settings if name not in known and name != "rate_limit"]
    problems += [
        f"settings.{name}: Required" for name, one in known.items() if one["required"] and name not in settings
    ]
    kinds = {"string": str, "boolean": bool, "enum": str}
    for name, value in settings.items():
        if name in known and not isinstance(value, kinds[known[name]["type"]]):
            problems.append(f"settings.{name}: Expected {known[name]['type']}")
        elif name in known and value not in known[name].get("values", [value]):
            problems.append(f"settings.{name}: Expected one of {', '.join(known[name]['values'])}")
    limit = settings.get("rate_limit")
    if (
        limit is not None
        and not (isinstance(limit, dict) and isinstance(limit.get("rate"), int | float) and limit["rate"] > 0)
    ) or (limit is not None and limit.get("period") not in _PERIODS):
        problems.append("settings.rate_limit: InvalidRateLimit")
    if problems:
        raise bad_request("; ".join(problems))


@on("GET /providers")
def get_providers(call: Call) -> Response:
    """All configurations."""
    rows, paging = page(call, "SELECT * FROM providers WHERE id > :after ORDER BY id LIMIT :limit", {})
    return Response(OK, {"paging": paging, "results": [_view(row) for row in rows]})


@on("GET /providers/catalog")
def get_catalog(call: Call) -> Response:
    """The providers that can be configured, or those of some keys, a name or a channel."""
    keys, name, channel = set(call.listed("keys")), call.one("name") or "", call.one("channel")
    results = [
        {"provider": key, **entry}
        for key, entry in CATALOG.items()
        if (not keys or key in keys)
        and name.lower() in entry["name"].lower()
        and (channel is None or channel.lower() == entry["channel"])
    ]
    return Response(OK, {"paging": {"more": False}, "results": results})


@on("GET /providers/{id}")
def get_provider(call: Call) -> Response:
    """One configuration."""
    return Response(OK, _existing(call))


@on("POST /providers", template_bodies.NEW_PROVIDER, audit_as="provider/created", target="id")
def create_provider(call: Call) -> Response:
    """Create a configuration."""
    _check(call.body["provider"], call.body.get("settings") or {})
    provider_id = new_key()
    save(call.db, provider_id, call.body, call.now)
    row = call.db.execute("SELECT * FROM providers WHERE id = ?", (provider_id,)).fetchone()
    return Response(CREATED, _view(row))


@on("PUT /providers/{id}", template_bodies.NEW_PROVIDER, audit_as="provider/updated")
def replace_provider(call: Call) -> Response:
    """Replace a configuration, whose provider stays the same."""
    _same_provider(_existing(call), call.body["provider"])
    _check(call.body["provider"], call.body.get("settings") or {})
    save(call.db, call.ids["id"], call.body, call.now)
    return Response(OK, _existing(call))


@on("PATCH /providers/{id}", template_bodies.PROVIDER_PATCH, audit_as="provider/updated", optional=True)
def patch_provider(call: Call) -> Response:
    """Change what the body has, and keep the rest. A setting that is null is removed."""
    old = _existing(call)
    _same_provider(old, call.body.get("provider") or old["provider"])
    changed = {key: call.body[key] for key in ("title", "alias") if key in call.body}
    merged = {**old["settings"], **(call.body.get("settings") or {})}
    settings = {key: value for key, value in merged.items() if value is not None}
    _check(old["provider"], settings)
    save(call.db, call.ids["id"], {**old, **changed, "settings": settings}, call.now)
    return Response(OK, _existing(call))


def _same_provider(old: JsonObject, key: str) -> None:
    if old["provider"] != key:
        raise bad_request(f"provider: Expected {old['provider']}; the provider of a configuration cannot change")


@on("DELETE /providers/{id}", audit_as="provider/deleted")
def delete_provider(call: Call) -> Response:
    """Delete a configuration that no routing strategy needs."""
    provider = _existing(call)["provider"]
    alike = call.db.execute(
        "SELECT count(*) FROM providers WHERE json_extract(body, '$.provider') = ?", (provider,)
    ).fetchone()[0]
    used = [row["id"] for row in call.db.execute("SELECT id, body FROM routing_strategies") if _uses(row, provider)]
    if used and alike == 1:
        raise conflict(f"Provider {call.ids['id']} is referenced by routing strategy {used[0]}")
    call.db.execute("DELETE FROM providers WHERE id = ?", (call.ids["id"],))
    return Response(NO_CONTENT)


def _uses(strategy: sqlite3.Row, provider: str) -> bool:
    body = json.loads(strategy["body"])
    named = [name for channel in (body["channels"] or {}).values() for name in channel.get("providers") or ()]
    return provider in {*named, *(body["providers"] or {})} or f'"{provider}"' in json.dumps(body["routing"])
