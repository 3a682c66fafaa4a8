"""Which users belong to which tenants, and what of their profile applies only there."""

from __future__ import annotations

import json
import sqlite3

from . import tenants, user_bodies
from .paging import listing
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response
from .route import on
from .rows import found, one, parsed


def members(db: sqlite3.Connection, tenant_id: str) -> list[str]:
    """The ids of the tenant's users."""
    rows = db.execute("SELECT user_id FROM tenant_users WHERE tenant_id = ? ORDER BY user_id", (tenant_id,))
    return [row["user_id"] for row in rows]


def profile(db: sqlite3.Connection, tenant_id: str, user_id: str) -> JsonObject:
    """What of the user's profile applies only in the tenant; empty if there is nothing."""
    row = one(db, "SELECT profile FROM tenant_users WHERE tenant_id = ? AND user_id = ?", tenant_id, user_id)
    return parsed(row["profile"] if row else None)


def add(db: sqlite3.Connection, tenant_id: str, user_id: str, own: JsonObject | None) -> None:
    """Make the user a member. A member who comes again gets the new profile.

    Raises:
        ApiError: 404, there is no such tenant.
    """
    found(tenants.load(db, tenant_id), f"Tenant {tenant_id}")
    db.execute(
        "INSERT OR REPLACE INTO tenant_users (tenant_id, user_id, profile) VALUES (?, ?, ?)",
        (tenant_id, user_id, json.dumps(own) if own else None),
    )


def _view(row: sqlite3.Row) -> JsonObject:
    own = json.loads(row["profile"]) if row["profile"] else None
    return {"type": "user", "user_id": row["user_id"], "tenant_id": row["tenant_id"], "profile": own}


@on("GET /tenants/{tenant_id}/users")
def get_users(call: Call) -> Response:
    """The users of a tenant."""
    tenants.existing(call)
    sql = "SELECT * FROM tenant_users WHERE tenant_id = :id AND user_id > :after ORDER BY user_id LIMIT :limit"
    return Response(OK, listing(call, sql, {"id": call.ids["tenant_id"]}, _view, key="user_id"))


@on("GET /users/{user_id}/tenants")
def get_tenants(call: Call) -> Response:
    """The tenants of a user."""
    sql = "SELECT * FROM tenant_users WHERE user_id = :id AND tenant_id > :after ORDER BY tenant_id LIMIT :limit"
    return Response(OK, listing(call, sql, {"id": call.ids["user_id"]}, _view, key="tenant_id"))


@on("PUT /users/{user_id}/tenants", user_bodies.MEMBERSHIPS, audit_as="user/tenants-added")
def add_tenants(call: Call) -> Response:
    """Add the user to several tenants, or to none if one of them does not exist."""
    for entry in call.body["tenants"]:
        add(call.db, entry["tenant_id"], call.ids["user_id"], entry.get("profile"))
    return Response(NO_CONTENT)


@on("PUT /users/{user_id}/tenants/{tenant_id}", user_bodies.MEMBERSHIP, audit_as="user/tenant-added", optional=True)
def add_tenant(call: Call) -> Response:
    """Add the user to one tenant."""
    add(call.db, call.ids["tenant_id"], call.ids["user_id"], call.body.get("profile"))
    return Response(NO_CONTENT)


@on("DELETE /users/{user_id}/tenants", audit_as="user/tenants-removed")
def remove_tenants(call: Call) -> Response:
    """Remove the user from all tenants."""
    call.db.execute("DELETE FROM tenant_users WHERE user_id = ?", (call.ids["user_id"],))
    return Response(NO_CONTENT)


@on("DELETE /users/{user_id}/tenants/{tenant_id}", audit_as="user/tenant-removed")
def remove_tenant(call: Call) -> Response:
    """Remove the user from one tenant."""
    ids = (call.ids["tenant_id"], call.ids["user_id"])
    call.db.execute("DELETE FROM tenant_users WHERE tenant_id = ? AND user_id = ?", ids)
    return Response(NO_CONTENT)
