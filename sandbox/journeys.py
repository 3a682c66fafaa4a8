"""Journeys and automations as they are listed, and journeys that are invoked or canceled."""

from __future__ import annotations

import json
import sqlite3

from . import automations, bodies, runs
from .paging import page
from .protocol import ACCEPTED, OK, ApiError, Call, JsonObject, Response, bad_request, not_found, unprocessable
from .route import on
from .rows import found, one
from .timestamps import iso

_CONTACTS = ("email", "phone_number")
_IDS = ("user_id", "userId", "anonymousId")


def save(db: sqlite3.Connection, kind: str, template_id: str, template: JsonObject, now: int) -> None:
    """Write a stored automation or journey."""
    db.execute(
        "INSERT INTO automations (id, alias, steps, kind, name, version, state, trigger, created, updated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            template_id,
            template["alias"],
            json.dumps(template["steps"]),
            kind,
            template["name"],
            template.get("version", "published"),
            template.get("state", "enabled"),
            json.dumps(template.get("trigger") or {}),
            now,
            now,
        ),
    )


@on("GET /automations")
def get_automations(call: Call) -> Response:
    """The automations in one version. Its errors have no type."""
    try:
        return _listed(call, automations.AUTOMATION)
    except ApiError as error:
        return Response(error.status, {"message": error.message})


@on("GET /journeys")
def get_journeys(call: Call) -> Response:
    """The journeys in one version."""
    return _listed(call, automations.JOURNEY)


def _listed(call: Call, kind: str) -> Response:
    version = call.one("version") or "published"
    if version not in ("published", "draft"):
        raise bad_request(
            f'Invalid version parameter "{version}". Accepted values are: published (for published templates)'
            " or draft (for draft templates)"
        )
    sql = (
        "SELECT * FROM automations WHERE id > :after AND kind = :kind AND version = :version AND state != 'archived'"
        " ORDER BY id LIMIT :limit"
    )
    rows, paging = page(call, sql, {"kind": kind, "version": version})
    found: JsonObject = {"templates": [_view(row) for row in rows]}
    return Response(OK, found | ({"cursor": paging["cursor"]} if paging["more"] else {}))


def _view(row: sqlite3.Row) -> JsonObject:
    dates = {"createdAt": iso(row["created"]), "updatedAt": iso(row["updated"])}
    return {"id": row["id"], "name": row["name"], "version": row["version"], **dates}


@on("POST /journeys/{templateId}/invoke", bodies.JOURNEY_INVOCATION, audit_as="journey/invoked")
def invoke(call: Call) -> Response:
    """Run a journey for one user."""
    name = call.ids["templateId"]
    row = automations.load(call.db, name, automations.JOURNEY)
    if row is None or row["version"] == "draft":
        raise not_found(f"Automation template {name} not found")
    if row["state"] != "enabled":
        raise unprocessable(f"Cannot invoke {row['state']} automation template {name}")
    profile, data = call.body.get("profile") or {}, call.body.get("data") or {}
    named = [call.body.get("user_id"), *(bag.get(key) for bag in (profile, data) for key in _IDS)]
    user_id = next((str(found) for found in named if found), None)
    if user_id is None and not any(profile.get(key) for key in _CONTACTS):
        raise bad_request(
            "User identifier or profile required. Provide user_id, user_id/userId/anonymousId in profile/data,"
            " or profile with contact info."
        )
    condition = json.loads(row["trigger"])
    if condition and data.get(condition["path"]) != condition["value"]:
        raise unprocessable("Trigger conditions not met")
    context = {**call.body, "recipient": user_id}
    return Response(ACCEPTED, {"runId": automations.start_stored(call.db, row, context, call.now)})


@on("POST /journeys/cancel", bodies.CANCELLATION, audit_as="journey/canceled")
def cancel(call: Call) -> Response:
    """Cancel the runs of a token, or one run."""
    token, run_id = call.body.get("cancelation_token"), call.body.get("run_id")
    if token:
        rows = call.db.execute("SELECT * FROM runs WHERE kind = 'journey' AND cancelation_token = ?", (token,))
        for row in rows.fetchall():
            automations.cancel(call.db, row, call.now)
        return Response(OK, {"cancelation_token": token})
    sql = "SELECT * FROM runs WHERE kind = 'journey' AND id = ?"
    automations.cancel(call.db, found(one(call.db, sql, run_id), f"Journey run {run_id}"), call.now)
    state = runs.status(call.db.execute(sql, (run_id,)).fetchone(), call.now)
    return Response(OK, {"run_id": run_id, "status": state})
