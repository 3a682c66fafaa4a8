"""Bulk jobs: create a job with a message, add users, run it.

A run writes all messages at once. The job is PROCESSING for a second of the clock, then COMPLETED or ERROR.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from . import bodies, recipients
from .paging import page
from .protocol import NO_CONTENT, OK, Call, JsonObject, Response, conflict
from .recipients import Person
from .route import on
from .rows import found, one
from .sending import Sender
from .timestamps import SECOND, new_id

PROCESSING = 1 * SECOND


def _existing(call: Call) -> sqlite3.Row:
    job_id = call.ids["job_id"]
    return found(one(call.db, "SELECT * FROM bulk_jobs WHERE id = ?", job_id), f"Bulk job {job_id}")


def _message(definition: JsonObject) -> JsonObject:
    """The message to send: the flat generation of a definition merged with the nested one, if any."""
    nested = definition.get("message") or {}
    flat = {key: value for key, value in definition.items() if key != "message"}
    return {**flat, **{key: value for key, value in nested.items() if value is not None}}


def _users(db: sqlite3.Connection, job_id: str) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM bulk_users WHERE job_id = ? ORDER BY seq", (job_id,)).fetchall()


@on("POST /bulk", bodies.BULK_JOB, audit_as="bulk-job/created", target="jobId")
def create_job(call: Call) -> Response:
    """Create a job without users."""
    job_id = new_id(call.now)
    create(call.db, job_id, call.body["message"])
    return Response(OK, {"jobId": job_id})


def create(db: sqlite3.Connection, job_id: str, definition: JsonObject) -> None:
    """Write a job under the id."""
    db.execute("INSERT INTO bulk_jobs (id, message) VALUES (?, ?)", (job_id, json.dumps(definition)))


@on("POST /bulk/{job_id}", bodies.BULK_USERS, audit_as="bulk-job/users-added")
def add_users(call: Call) -> Response:
    """Add users to a job that has not been run."""
    job = _existing(call)
    if job["started"] is not None:
        raise conflict(f"Bulk job {job['id']} has already been run")
    add(call.db, job["id"], call.body["users"])
    return Response(NO_CONTENT)


def add(db: sqlite3.Connection, job_id: str, users: list[JsonObject]) -> None:
    """Write a job's users."""
    db.executemany(
        "INSERT INTO bulk_users (job_id, user) VALUES (?, ?)", [(job_id, json.dumps(user)) for user in users]
    )


@on("POST /bulk/{job_id}/run", audit_as="bulk-job/run")
def run_job(call: Call) -> Response:
    """Send the job's message to each of its users."""
    job = _existing(call)
    if job["started"] is not None:
        raise conflict(f"Bulk job {job['id']} has already been run")
    run(call.db, job["id"], call.now)
    return Response(NO_CONTENT)


def run(db: sqlite3.Connection, job_id: str, now: int, message_ids: Iterable[str] = ()) -> None:
    """Send to every user of a job, under these ids first. Users without a user id and profile are marked as failed."""
    ids = iter(message_ids)
    row = db.execute("SELECT message FROM bulk_jobs WHERE id = ?", (job_id,)).fetchone()
    message = _message(json.loads(row["message"]))
    sender = Sender(db, now, request_id=job_id)
    for entry in _users(db, job_id):
        person = _person(db, json.loads(entry["user"]))
        if person is None:
            db.execute("UPDATE bulk_users SET failed = 1 WHERE seq = ?", (entry["seq"],))
        else:
            message_id = sender.send(message, person, message_id=next(ids, None))
            db.execute("UPDATE bulk_users SET message_id = ? WHERE seq = ?", (message_id, entry["seq"]))
    db.execute("UPDATE bulk_jobs SET started = ? WHERE id = ?", (now, job_id))


def _person(db: sqlite3.Connection, user: JsonObject) -> Person | None:
    to = user.get("to") or {}
    profile = user.get("profile") or {}
    name = user.get("recipient") or to.get("user_id") or profile.get("user_id")
    preferences = (user.get("preferences") or {}, to.get("preferences") or {})
    own = {**to, "data": {**(to.get("data") or {}), **(user.get("data") or {})}}
    if name:
        return recipients.user(db, name, own, received=profile, preferences=preferences)
    if not profile:
        return None  # an address under `to` alone does not route a bulk message
    address = str(profile.get("email") or profile.get("phone_number") or "anonymous")
    return Person(recipient=address, user_id=None, received=profile, data=own["data"], preferences=preferences)


@on("GET /bulk/{job_id}")
def get_job(call: Call) -> Response:
    """One job, its status, and how many of its users were received, enqueued and failed."""
    job = _existing(call)
    users = _users(call.db, job["id"])
    failures = sum(user["failed"] for user in users)
    definition = json.loads(job["message"])
    message = _message(definition)
    definition["event"] = definition.get("event") or message.get("event") or message.get("template")
    shown = {
        "definition": definition,
        "enqueued": sum(user["message_id"] is not None for user in users),
        "failures": failures,
        "received": len(users),
        "status": _status(job, call.now, everything_failed=0 < failures == len(users)),
    }
    return Response(OK, {"job": shown})


def _status(job: sqlite3.Row, now: int, *, everything_failed: bool) -> str:
    if job["started"] is None:
        return "CREATED"
    if now < job["started"] + PROCESSING:
        return "PROCESSING"
    return "ERROR" if everything_failed else "COMPLETED"


@on("GET /bulk/{job_id}/users")
def get_users(call: Call) -> Response:
    """A job's users, with their messages once it has been run."""
    job = _existing(call)
    rows, paging = page(
        call,
        "SELECT * FROM bulk_users WHERE job_id = :job_id AND seq > :after ORDER BY seq LIMIT :limit",
        {"job_id": job["id"]},
        key="seq",
        start=0,
    )
    return Response(OK, {"paging": paging, "items": [_user(row) for row in rows]})


def _user(row: sqlite3.Row) -> JsonObject:
    shown: JsonObject = json.loads(row["user"])
    if row["message_id"] is not None:
        return {**shown, "status": "ENQUEUED", "messageId": row["message_id"]}
    return {**shown, "status": "ERROR" if row["failed"] else "PENDING"}
