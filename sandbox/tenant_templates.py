"""Templates that a tenant has of its own, in versions; for its users they take the place of the workspace's."""

from __future__ import annotations

import json
import re
import sqlite3

from . import elements, template_bodies, tenants
from .paging import listing
from .protocol import CREATED, NO_CONTENT, OK, Call, JsonObject, Response, bad_request, not_found
from .route import on
from .rows import one, parsed
from .timestamps import iso

_VERSION = re.compile(r"v(\d{1,9})(?:\.\d{1,9})*")
_LATEST, _PUBLISHED = "latest", "published"
_ROWS = "SELECT * FROM tenant_templates WHERE tenant_id = ? AND template_id = ?"


def save(db: sqlite3.Connection, tenant_id: str, template_id: str, template: JsonObject, now: int) -> int:
    """Write a new version of a template and return its number."""
    key = (tenant_id, template_id)
    last = db.execute(f"{_ROWS} ORDER BY number DESC", key).fetchone()
    number = last["number"] + 1 if last else 1
    db.execute(
        "INSERT INTO tenant_templates (tenant_id, template_id, number, template, created) VALUES (?, ?, ?, ?, ?)",
        (*key, number, json.dumps({**template, "content": elements.typed(template["content"])}), now),
    )
    return number


def publish(db: sqlite3.Connection, tenant_id: str, template_id: str, number: int, now: int) -> None:
    """Make a version the one that is sent."""
    key = (tenant_id, template_id)
    db.execute("UPDATE tenant_templates SET published = NULL WHERE tenant_id = ? AND template_id = ?", key)
    db.execute(
        "UPDATE tenant_templates SET published = ? WHERE tenant_id = ? AND template_id = ? AND number = ?",
        (now, *key, number),
    )


def published(db: sqlite3.Connection, tenant_id: str | None, template_id: str) -> JsonObject | None:
    """The template that the tenant's users get; None if the tenant has none of its own."""
    row = one(db, f"{_ROWS} AND published IS NOT NULL", tenant_id, template_id)
    return parsed(row["template"]) if row else None


def _version(call: Call, wanted: str) -> sqlite3.Row:
    """A version of the template that the path names.

    Raises:
        ApiError: 400, it is not the form of a version; 404, there is none.
    """
    numbered = _VERSION.fullmatch(wanted)
    if numbered is None and wanted not in (_LATEST, _PUBLISHED):
        raise bad_request('version: Expected "latest", "published" or a version such as "v1"')
    condition = {_LATEST: "", _PUBLISHED: " AND published IS NOT NULL"}.get(wanted, " AND number = ?")
    numbers = (int(numbered[1]),) if numbered else ()
    key = (tenants.existing(call)["id"], call.ids["template_id"], *numbers)
    row = one(call.db, f"{_ROWS}{condition} ORDER BY number DESC", *key)
    if row is None:
        shown = "" if wanted == _LATEST else f" in version {wanted}"
        raise not_found(f"Template {call.ids['template_id']}{shown} not found in tenant {call.ids['tenant_id']}")
    return row


def _summary(row: sqlite3.Row) -> JsonObject:
    return {
        "id": row["template_id"],
        "version": f"v{row['number']}",
        "created_at": iso(row["created"]),
        "updated_at": iso(row["created"]),
        "published_at": iso(row["published"]) if row["published"] else "",
    }


def _listed(row: sqlite3.Row) -> JsonObject:
    return {**_summary(row), "data": {"routing": _routing(row)}}


def _routing(row: sqlite3.Row) -> JsonObject:
    return parsed(row["template"]).get("routing") or {"method": "single", "channels": []}


@on("GET /tenants/{tenant_id}/templates")
def get_templates(call: Call) -> Response:
    """The tenant's templates, each in its published version or else in its latest."""
    sql = (
        "SELECT * FROM tenant_templates AS shown WHERE tenant_id = :tenant AND template_id > :after AND number ="
        " (SELECT number FROM tenant_templates WHERE tenant_id = :tenant AND template_id = shown.template_id"
        " ORDER BY published IS NULL, number DESC LIMIT 1) ORDER BY template_id LIMIT :limit"
    )
    tenant_id = tenants.existing(call)["id"]
    return Response(OK, listing(call, sql, {"tenant": tenant_id}, _listed, key="template_id"))


def _view(row: sqlite3.Row) -> Response:
    content = json.loads(row["template"])["content"]
    return Response(OK, {**_summary(row), "data": {"content": content, "routing": _routing(row)}})


@on("GET /tenants/{tenant_id}/templates/{template_id}")
def get_template(call: Call) -> Response:
    """One template, in its published version or else in its latest."""
    latest = _version(call, _LATEST)
    key = (latest["tenant_id"], latest["template_id"])
    return _view(call.db.execute(f"{_ROWS} AND published IS NOT NULL", key).fetchone() or latest)


@on("GET /tenants/{tenant_id}/templates/{template_id}/versions/{version}")
def get_version(call: Call) -> Response:
    """One version of a template."""
    return _view(_version(call, call.ids["version"]))


@on(
    "PUT /tenants/{tenant_id}/templates/{template_id}",
    template_bodies.TENANT_TEMPLATE,
    audit_as="tenant/template-updated",
)
def put_template(call: Call) -> Response:
    """Write a new version of a template, which is published if the body says so."""
    tenant_id, template_id = tenants.existing(call)["id"], call.ids["template_id"]
    number = save(call.db, tenant_id, template_id, call.body["template"], call.now)
    found: JsonObject = {"id": template_id, "version": f"v{number}"}
    if call.body.get("published"):
        publish(call.db, tenant_id, template_id, number, call.now)
        found["published_at"] = iso(call.now)
    return Response(CREATED if number == 1 else OK, found)


@on(
    "POST /tenants/{tenant_id}/templates/{template_id}/publish",
    template_bodies.TENANT_PUBLICATION,
    audit_as="tenant/template-published",
    optional=True,
)
def publish_template(call: Call) -> Response:
    """Publish a version, the latest by default."""
    row = _version(call, call.body.get("version") or _LATEST)
    publish(call.db, row["tenant_id"], row["template_id"], row["number"], call.now)
    return Response(OK, {"id": row["template_id"], "version": f"v{row['number']}", "published_at": iso(call.now)})


@on("DELETE /tenants/{tenant_id}/templates/{template_id}", audit_as="tenant/template-deleted")
def delete_template(call: Call) -> Response:
    """Delete all versions of a template. The workspace's template of the same id is sent again."""
    key = (call.ids["tenant_id"], call.ids["template_id"])
    call.db.execute("DELETE FROM tenant_templates WHERE tenant_id = ? AND template_id = ?", key)
    return Response(NO_CONTENT)
