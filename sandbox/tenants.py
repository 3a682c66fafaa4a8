"""Tenants: the customers, branches or teams that users belong to, with defaults for what is sent in their context."""

from __future__ import annotations

import json
import sqlite3

from . import topics, user_bodies
from .paging import listing
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response, bad_request
from .route import on
from .rows import found, one

_MAX_DEPTH = 20


def load(db: sqlite3.Connection, tenant_id: str) -> JsonObject | None:
    """The tenant, as the API returns it; None if there is none."""
    row = one(db, "SELECT * FROM tenants WHERE id = ?", tenant_id)
    return None if row is None else view(row)


def lineage(db: sqlite3.Connection, tenant_id: str | None) -> list[JsonObject]:
    """The tenant and its ancestors, the tenant first; empty if there is none."""
    found: list[JsonObject] = []
    while tenant_id and len(found) < _MAX_DEPTH and (tenant := load(db, tenant_id)):
        found.append(tenant)
        tenant_id = tenant["parent_tenant_id"]
    return found


def save(db: sqlite3.Connection, tenant_id: str, tenant: JsonObject) -> None:
    """Write a whole tenant, replacing an old one. Its users stay."""
    db.execute(
        "INSERT OR REPLACE INTO tenants (id, name, parent_id, brand_id, properties, user_profile, defaults)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            tenant_id,
            tenant["name"],
            tenant.get("parent_tenant_id"),
            tenant.get("brand_id"),
            json.dumps(tenant.get("properties") or {}),
            json.dumps(tenant.get("user_profile") or {}),
            json.dumps((tenant.get("default_preferences") or {}).get("items") or []),
        ),
    )


def view(row: sqlite3.Row) -> JsonObject:
    """A tenant, as the API returns it."""
    return {
        "id": row["id"],
        "name": row["name"],
        "parent_tenant_id": row["parent_id"],
        "brand_id": row["brand_id"],
        "properties": json.loads(row["properties"]),
        "user_profile": json.loads(row["user_profile"]),
        "default_preferences": {"items": json.loads(row["defaults"])},
    }


def existing(call: Call) -> JsonObject:
    """The tenant that the path names.

    Raises:
        ApiError: 404, there is none.
    """
    return found(load(call.db, call.ids["tenant_id"]), f"Tenant {call.ids['tenant_id']}")


@on("GET /tenants")
def get_tenants(call: Call) -> Response:
    """All tenants, or the children of one."""
    sql = (
        "SELECT * FROM tenants WHERE id > :after AND (:parent IS NULL OR parent_id = :parent) ORDER BY id LIMIT :limit"
    )
    return Response(OK, listing(call, sql, {"parent": call.one("parent_tenant_id")}, view))


@on("GET /tenants/{tenant_id}")
def get_tenant(call: Call) -> Response:
    """One tenant."""
    return Response(OK, existing(call))


@on("PUT /tenants/{tenant_id}", user_bodies.TENANT, audit_as="tenant/updated")
def put_tenant(call: Call) -> Response:
    """Create the tenant or replace it."""
    tenant_id, parent = call.ids["tenant_id"], call.body.get("parent_tenant_id")
    ancestors = lineage(call.db, parent)
    if parent and not ancestors:
        raise bad_request(f"parent_tenant_id: Tenant {parent} not found")
    if tenant_id in {parent, *(ancestor["id"] for ancestor in ancestors)}:
        raise bad_request("parent_tenant_id: A tenant cannot be its own ancestor")
    for item in (call.body.get("default_preferences") or {}).get("items") or ():
        topics.existing(call.db, item["id"])
    save(call.db, tenant_id, call.body)
    return Response(OK, existing(call))


@on("DELETE /tenants/{tenant_id}", audit_as="tenant/deleted")
def delete_tenant(call: Call) -> Response:
    """Delete the tenant with its memberships. Its children stay, without a parent."""
    tenant_id = call.ids["tenant_id"]
    call.db.execute("DELETE FROM tenants WHERE id = ?", (tenant_id,))
    call.db.execute("DELETE FROM tenant_users WHERE tenant_id = ?", (tenant_id,))
    call.db.execute("DELETE FROM tenant_templates WHERE tenant_id = ?", (tenant_id,))
    call.db.execute("DELETE FROM user_topics WHERE tenant_id = ?", (tenant_id,))
    call.db.execute("UPDATE tenants SET parent_id = NULL WHERE parent_id = ?", (tenant_id,))
    return Response(NO_CONTENT)


@on(
    "PUT /tenants/{tenant_id}/default_preferences/items/{topic_id}",
    user_bodies.DEFAULT_PREFERENCE,
    audit_as="tenant/default-preference-updated",
)
def put_default_preference(call: Call) -> Response:
    """Set the tenant's default for one subscription topic."""
    tenant = existing(call)
    topic_id: str = topics.existing(call.db, call.ids["topic_id"])["id"]
    items = [item for item in tenant["default_preferences"]["items"] if item["id"] != topic_id]
    known = ("status", "has_custom_routing", "custom_routing")
    items.append({"id": topic_id, **{name: call.body[name] for name in known if call.body.get(name) is not None}})
    save(call.db, tenant["id"], {**tenant, "default_preferences": {"items": items}})
    return Response(NO_CONTENT)


@on("DELETE /tenants/{tenant_id}/default_preferences/items/{topic_id}", audit_as="tenant/default-preference-removed")
def delete_default_preference(call: Call) -> Response:
    """Remove the tenant's default for one subscription topic."""
    tenant = existing(call)
    items = [item for item in tenant["default_preferences"]["items"] if item["id"] != call.ids["topic_id"]]
    save(call.db, tenant["id"], {**tenant, "default_preferences": {"items": items}})
    return Response(NO_CONTENT)
