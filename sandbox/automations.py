"""Automations: steps that run one after the other, from the call or stored under an id.

All steps run when the automation is invoked. A delay step delays the messages of the steps after it; other steps
after a delay take effect at once. Webhooks of fetch-data steps are never called. What a run does is kept in ``runs``.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field, replace

from . import bodies, messages, profiles, runs
from .protocol import OK, Call, JsonObject, Response
from .route import on
from .rows import found, one
from .sending import send_to
from .timestamps import iso, new_id, parse_duration, parse_timestamp

AUTOMATION, JOURNEY = "automation", "journey"
_MAX_DEPTH = 10


@dataclass
class _Run:
    db: sqlite3.Connection
    id: str
    now: int
    context: JsonObject
    start: int
    depth: int = 0
    steps: list[JsonObject] = field(default_factory=list)

    def carry_out(self, steps: list[JsonObject]) -> None:
        actions = {
            "delay": self._delay,
            "send": self._send,
            "send-list": self._send_list,
            "update-profile": self._update_profile,
            "cancel": self._cancel,
            "invoke": self._invoke,
        }
        for step in steps:
            started = self.start
            action = actions.get(step["action"])
            message_id = action(step) if action else None
            runs.note(self.steps, step["action"], started, self.start, message_id)

    def _delay(self, step: JsonObject) -> None:
        self.start += parse_duration(step.get("duration") or "") or 0
        self.start = max(self.start, parse_timestamp(step.get("until") or "") or 0)

    def _recipient(self, step: JsonObject) -> str | None:
        bags = (step.get("profile"), self.context.get("profile"), self.context.get("data"))
        names = [step.get("recipient"), self.context.get("recipient")]
        names += [(bag or {}).get(key) for bag in bags for key in ("user_id", "userId", "anonymousId")]
        return next((str(name) for name in names if name), None)

    def _send_to(self, step: JsonObject, to: JsonObject) -> str | None:
        template = step.get("template") or self.context.get("template")
        if not template:
            return None
        message: JsonObject = {
            "to": to,
            "template": template,
            "brand_id": step.get("brand") or self.context.get("brand"),
            "data": {**(self.context.get("data") or {}), **(step.get("data") or {})},
        }
        if self.start > self.now:
            message["delay"] = {"until": iso(self.start)}
        return send_to(self.db, message, self.now, self.id)

    def _send(self, step: JsonObject) -> str | None:
        if step.get("message"):
            return send_to(self.db, step["message"], self.now, self.id)
        profile = {**(self.context.get("profile") or {}), **(step.get("profile") or {})}
        name = self._recipient(step)
        if name or profile:
            return self._send_to(step, {**profile, **({"user_id": name} if name else {})})
        return None

    def _send_list(self, step: JsonObject) -> str | None:
        return self._send_to(step, {"list_id": step["list"]})

    def _update_profile(self, step: JsonObject) -> None:
        name = step.get("recipient_id") or self._recipient({})
        if not name:
            return
        old = profiles.load(self.db, name)
        new = step["profile"]
        match step.get("merge"):
            case "none" if old is not None:
                return
            case "replace":
                result = new
            case "soft-merge":
                result = profiles.merged(new, old or {})
            case _:
                result = profiles.merged(old or {}, new)
        profiles.save(self.db, name, result, self.now)

    def _cancel(self, step: JsonObject) -> None:
        rows = self.db.execute(
            "SELECT * FROM runs WHERE cancelation_token = ? AND id != ?", (step["cancelation_token"], self.id)
        ).fetchall()
        for row in rows:
            cancel(self.db, row, self.now)

    def _invoke(self, step: JsonObject) -> None:
        steps = find(self.db, step["template"])
        if steps is not None and self.depth < _MAX_DEPTH:
            replace(self, depth=self.depth + 1).carry_out(steps)


def cancel(db: sqlite3.Connection, run: sqlite3.Row, now: int) -> None:
    """Cancel a run that has not ended, with its messages that have not been sent."""
    for row in db.execute("SELECT * FROM messages WHERE run_id = ?", (run["id"],)).fetchall():
        messages.cancel_row(db, row, now)
    if runs.status(run, now) in ("WAITING", "PROCESSING"):
        db.execute("UPDATE runs SET canceled = ? WHERE id = ?", (now, run["id"]))


def load(db: sqlite3.Connection, name: str, kind: str = AUTOMATION) -> sqlite3.Row | None:
    """The automation or journey with the id or alias; None if there is none."""
    return one(db, "SELECT * FROM automations WHERE kind = ? AND ? IN (id, alias)", kind, name)


def find(db: sqlite3.Connection, name: str) -> list[JsonObject] | None:
    """The steps of the automation with the id or alias; None if there is none."""
    row = load(db, name)
    if row is None:
        return None
    steps: list[JsonObject] = json.loads(row["steps"])
    return steps


@on("POST /automations/invoke", bodies.AD_HOC, audit_as="automation/invoked", target="runId")
def invoke_ad_hoc(call: Call) -> Response:
    """Run the steps in the body."""
    automation = call.body["automation"]
    token = automation.get("cancelation_token")
    run_id = start(call.db, automation["steps"], call.body, call.now, source="invoke/ad-hoc", token=token)
    return Response(OK, {"runId": run_id})


@on("POST /automations/{template_id}/invoke", bodies.INVOCATION, audit_as="automation/invoked")
def invoke_template(call: Call) -> Response:
    """Run a stored automation for one recipient."""
    name = call.ids["template_id"]
    row = found(load(call.db, name), f"Automation template {name}")
    return Response(OK, {"runId": start_stored(call.db, row, call.body, call.now)})


def start_stored(db: sqlite3.Connection, row: sqlite3.Row, context: JsonObject, now: int, source: str = "") -> str:
    """Run a stored automation or journey and return the id of the run."""
    steps = json.loads(row["steps"])
    return start(db, steps, context, now, source=source or f"invoke/{row['id']}", stored=row)


def start(
    db: sqlite3.Connection,
    steps: list[JsonObject],
    context: JsonObject,
    now: int,
    *,
    source: str,
    stored: sqlite3.Row | None = None,
    token: str | None = None,
) -> str:
    """Run steps and return the id of the run; the context has its recipient, profile, data, template and brand."""
    run = _Run(db, new_id(now), now, context, start=now)
    automation_id, kind = (stored["id"], stored["kind"]) if stored else (None, AUTOMATION)
    runs.save(db, run.id, kind=kind, automation_id=automation_id, source=source, cancel_with=token, started=now)
    run.carry_out(steps)
    runs.finish(db, run.id, run.steps)
    return run.id
