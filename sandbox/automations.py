"""Automations: steps that run one after the other, from the call or stored under an id.

All steps run when the automation is invoked. A delay step delays the messages of the steps after it; other steps
after a delay take effect at once. Webhooks of fetch-data steps are never called.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace

from . import messages, profiles
from .protocol import OK, Call, JsonObject, Response, not_found
from .sending import send_to
from .timestamps import iso, new_id, parse_duration, parse_timestamp

_MAX_DEPTH = 10


@dataclass
class _Run:
    db: sqlite3.Connection
    id: str
    now: int
    context: JsonObject
    start: int
    depth: int = 0

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
            if action := actions.get(step["action"]):
                action(step)

    def _delay(self, step: JsonObject) -> None:
        self.start += parse_duration(step.get("duration") or "") or 0
        self.start = max(self.start, parse_timestamp(step.get("until") or "") or 0)

    def _recipient(self, step: JsonObject) -> str | None:
        bags = (step.get("profile"), self.context.get("profile"), self.context.get("data"))
        names = [step.get("recipient"), self.context.get("recipient")]
        names += [(bag or {}).get(key) for bag in bags for key in ("user_id", "userId", "anonymousId")]
        return next((str(name) for name in names if name), None)

    def _send_to(self, step: JsonObject, to: JsonObject) -> None:
        template = step.get("template") or self.context.get("template")
        if not template:
            return
        message: JsonObject = {
            "to": to,
            "template": template,
            "brand_id": step.get("brand") or self.context.get("brand"),
            "data": {**(self.context.get("data") or {}), **(step.get("data") or {})},
        }
        if self.start > self.now:
            message["delay"] = {"until": iso(self.start)}
        send_to(self.db, message, self.now, self.id)

    def _send(self, step: JsonObject) -> None:
        if step.get("message"):
            send_to(self.db, step["message"], self.now, self.id)
            return
        profile = {**(self.context.get("profile") or {}), **(step.get("profile") or {})}
        name = self._recipient(step)
        if name or profile:
            self._send_to(step, {**profile, **({"user_id": name} if name else {})})

    def _send_list(self, step: JsonObject) -> None:
        self._send_to(step, {"list_id": step["list"]})

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
            "SELECT messages.* FROM messages JOIN runs ON runs.id = run_id"
            " WHERE cancelation_token = ? AND runs.id != ?",
            (step["cancelation_token"], self.id),
        ).fetchall()
        for row in rows:
            messages.cancel_row(self.db, row, self.now)

    def _invoke(self, step: JsonObject) -> None:
        steps = find(self.db, step["template"])
        if steps is not None and self.depth < _MAX_DEPTH:
            replace(self, depth=self.depth + 1).carry_out(steps)


def find(db: sqlite3.Connection, name: str) -> list[JsonObject] | None:
    """The steps of the automation with the id or alias; None if there is none."""
    row = db.execute("SELECT steps FROM automations WHERE id = :name OR alias = :name", {"name": name}).fetchone()
    if row is None:
        return None
    steps: list[JsonObject] = json.loads(row["steps"])
    return steps


def invoke_ad_hoc(call: Call) -> Response:
    """Run the steps in the body."""
    automation = call.body["automation"]
    return _start(call, automation["steps"], None, automation.get("cancelation_token"))


def invoke_template(call: Call) -> Response:
    """Run a stored automation for one recipient."""
    name = call.ids["template_id"]
    steps = find(call.db, name)
    if steps is None:
        raise not_found(f"Automation template {name} not found")
    return _start(call, steps, name, None)


def _start(call: Call, steps: list[JsonObject], automation_id: str | None, token: str | None) -> Response:
    run = _Run(call.db, new_id(call.now), call.now, call.body, start=call.now)
    call.db.execute(
        "INSERT INTO runs (id, automation_id, cancelation_token, started) VALUES (?, ?, ?, ?)",
        (run.id, automation_id, token, call.now),
    )
    run.carry_out(steps)
    return Response(OK, {"runId": run.id})
