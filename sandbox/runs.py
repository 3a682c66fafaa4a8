"""Runs of automations and journeys: what started them, and how far their steps are.

All steps of a run are kept when it starts, each with the time it begins and ends; the clock decides how far it is.
"""

from __future__ import annotations

import json
import sqlite3

from .paging import NEWEST, page
from .protocol import OK, Call, JsonObject, Response, bad_request
from .route import on
from .rows import found, one
from .timestamps import DAY, iso, parse_timestamp

RETENTION = 95 * DAY
_MOST, _USUAL = 50, 20
_STEP_TIME = 200  # milliseconds that a step takes


def save(
    db: sqlite3.Connection,
    run_id: str,
    *,
    kind: str,
    automation_id: str | None,
    source: str,
    cancel_with: str | None,
    started: int,
) -> None:
    """Write a run that begins."""
    db.execute(
        "INSERT INTO runs (id, kind, automation_id, source, cancelation_token, started, steps)"
        " VALUES (?, ?, ?, ?, ?, ?, '[]')",
        (run_id, kind, automation_id, source, cancel_with, started),
    )


def finish(db: sqlite3.Connection, run_id: str, steps: list[JsonObject]) -> None:
    """Write the steps of a run."""
    db.execute("UPDATE runs SET steps = ? WHERE id = ?", (json.dumps(steps), run_id))


def note(steps: list[JsonObject], action: str, begins: int, ends: int, message_id: str | None) -> None:
    """Add a step to those of a run, with the time when it begins and the time when it ends."""
    step: JsonObject = {"step_id": f"step_{len(steps) + 1}", "action": action, "begins": begins}
    steps.append({**step, "ends": max(ends, begins + _STEP_TIME), **({"message_id": message_id} if message_id else {})})


def status(run: sqlite3.Row, now: int) -> str:
    """The state of a run."""
    if run["canceled"] is not None and run["canceled"] <= now:
        return "CANCELED"
    left = [step for step in json.loads(run["steps"]) if step["ends"] > now]
    if not left:
        return "PROCESSED"
    return "WAITING" if left[0]["action"] == "delay" else "PROCESSING"


def _view(row: sqlite3.Row, now: int) -> JsonObject:
    shown: JsonObject = {
        "run_id": row["id"],
        "status": status(row, now),
        "source": [row["source"]],
        "created_at": iso(row["started"]),
    }
    return shown | ({"template_id": row["automation_id"]} if row["automation_id"] else {})


@on("GET /automations/runs")
def get_runs(call: Call) -> Response:
    """The runs of automations, newest first, or those in a period, of templates or in some states."""
    limit = call.one("limit") or ""
    size = min(max(int(limit), 1), _MOST) if limit.isascii() and limit.isdigit() and len(limit) < _MOST else 0
    statuses, templates = set(call.listed("status")), set(call.listed("template_id"))

    def keep(row: sqlite3.Row) -> bool:
        wanted = not templates or row["automation_id"] in templates
        return wanted and (not statuses or status(row, call.now) in statuses)

    rows, paging = page(
        call,
        "SELECT * FROM runs WHERE seq < :after AND kind = 'automation' AND started BETWEEN :start AND :end"
        " AND started > :oldest ORDER BY seq DESC LIMIT :limit",
        {"start": _date(call, "start_date", 0), "end": _date(call, "end_date", NEWEST), "oldest": call.now - RETENTION},
        key="seq",
        start=NEWEST,
        keep=keep,
        size=size or min(call.page_size, _USUAL),
    )
    found: JsonObject = {"runs": [_view(row, call.now) for row in rows]}
    return Response(OK, found | ({"next_cursor": paging["cursor"]} if paging["more"] else {}))


def _date(call: Call, name: str, otherwise: int) -> int:
    text = call.one(name)
    if text is None:
        return otherwise
    timestamp = None if text.isdigit() else parse_timestamp(text)
    if timestamp is None:
        raise bad_request(f"{name}: Expected an ISO 8601 date or timestamp")
    only_date = name == "end_date" and "T" not in text
    return timestamp + (DAY - 1 if only_date else 0)


@on("GET /automations/runs/{id}/steps")
def get_steps(call: Call) -> Response:
    """The steps of a run, all at once."""
    sql = "SELECT * FROM runs WHERE id = ? AND kind = 'automation' AND started > ?"
    row = found(one(call.db, sql, call.ids["id"], call.now - RETENTION), f"Automation run {call.ids['id']}")
    return Response(OK, {"steps": [_step(step, row, call.now) for step in json.loads(row["steps"])]})


def _step(step: JsonObject, run: sqlite3.Row, now: int) -> JsonObject:
    end = now if run["canceled"] is None else min(now, run["canceled"])
    if step["ends"] <= end:
        state = "PROCESSED"
    elif end < now:
        state = "CANCELED"
    elif step["begins"] > end:
        state = "NOT PROCESSED"
    else:
        state = "WAITING" if step["action"] == "delay" else "PROCESSING"
    shown = {"step_id": step["step_id"], "action": step["action"], "status": state}
    if step["begins"] <= end:
        shown |= {"created_at": iso(step["begins"]), "updated_at": iso(min(step["ends"], end))}
    return shown | ({"message_id": step["message_id"]} if "message_id" in step else {})
