"""Handlers of the automation actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.call import Call, InputView, Outputs, check, page, send
from connector.errors import Problem

run_templated_automation = send

_PERSON = ("recipient", "profile", "data")


def _sendable_steps(inputs: InputView) -> Iterator[Problem]:
    """A step that sends finds a template and a recipient in its own fields or in those of the whole run."""
    steps: list[Mapping[str, Any]] = inputs.get("steps", [])
    # A step that fetches data may fetch who the recipient is.
    named = inputs.has(*_PERSON) or any(step["action"] == "fetch-data" for step in steps)
    for index, step in enumerate(steps):
        place, row, action = f"steps[{index}]", f"Steps, row {index + 1}", step["action"]
        if action in {"send", "send-list"} and "template" not in step and not inputs.has("template"):
            message = f"{row}: Template is required, in the step or for the whole automation."
            yield Problem(f"{place}.template", "required", message)
        if action == "send" and not named and not any(name in step for name in _PERSON):
            message = f"{row}: Recipient is required, in the step or for the whole automation."
            yield Problem(f"{place}.recipient", "required", message)


@check(_sendable_steps)
async def run_ad_hoc_automation(call: Call) -> Outputs:
    """Start the automation with its steps."""
    return await call.send()


list_automations = page
list_automation_runs = page
list_automation_run_steps = send
