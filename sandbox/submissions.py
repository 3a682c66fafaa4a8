"""Submissions of templates for review, and the checks that decide about them."""

from __future__ import annotations

import json
import sqlite3

from . import template_bodies, templates
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response
from .route import on
from .rows import found, one


def save(db: sqlite3.Connection, template_id: str, submission_id: str, checks: list[JsonObject], now: int) -> None:
    """Write a submission with all its checks."""
    stored = json.dumps([{**check, "updated": now} for check in checks])
    db.execute("INSERT OR REPLACE INTO submissions VALUES (?, ?, ?)", (template_id, submission_id, stored))


def _key(call: Call) -> tuple[str, str]:
    return templates.row_of(call)["id"], call.ids["submissionId"]


def _checks(call: Call) -> list[JsonObject]:
    key = _key(call)
    row = one(call.db, "SELECT checks FROM submissions WHERE template_id = ? AND id = ?", *key)
    row = found(row, f"Submission {key[1]} of notification template {key[0]}")
    checks: list[JsonObject] = json.loads(row["checks"])
    return checks


@on("GET /notifications/{id}/{submissionId}/checks")
def get_checks(call: Call) -> Response:
    """The checks of a submission."""
    return Response(OK, {"checks": _checks(call)})


@on("PUT /notifications/{id}/{submissionId}/checks", template_bodies.CHECKS, audit_as="notification/checks-replaced")
def replace_checks(call: Call) -> Response:
    """Replace the checks of a submission."""
    _checks(call)
    save(call.db, *_key(call), call.body["checks"], call.now)
    return Response(OK, {"checks": _checks(call)})


@on("DELETE /notifications/{id}/{submissionId}/checks", audit_as="notification/submission-canceled")
def cancel(call: Call) -> Response:
    """Cancel a submission."""
    _checks(call)
    call.db.execute("DELETE FROM submissions WHERE template_id = ? AND id = ?", _key(call))
    return Response(NO_CONTENT)
