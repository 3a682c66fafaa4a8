"""Handlers of the automation actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.call import Call, InputView, Outputs, check
from connector.errors import Problem


@dataclass(frozen=True)
class _Kind:
    """What one kind of step takes.

    Attributes:
        takes: Every box it uses, beside Action.
        needs: Those of them that it cannot do without.
    """

    takes: frozenset[str]
    needs: tuple[str, ...] = ()


_KINDS = {
    "delay": _Kind(frozenset({"duration", "until"})),
    "send": _Kind(frozenset({"template", "recipient", "brand", "data", "profile"})),
    "send-list": _Kind(frozenset({"template", "list", "brand", "data"}), ("list",)),
    "update-profile": _Kind(frozenset({"recipient_id", "profile", "merge"}), ("profile",)),
    "cancel": _Kind(frozenset({"cancelation_token"}), ("cancelation_token",)),
    "fetch-data": _Kind(
        frozenset({"webhook_url", "webhook_method", "webhook_headers", "webhook_body", "merge_strategy"}),
        ("webhook_url", "webhook_method"),
    ),
    "invoke": _Kind(frozenset({"template"}), ("template",)),
}
_PERSON = ("recipient", "profile", "data")


def _sound_steps(given: InputView) -> Iterator[Problem]:
    for index, step in enumerate(given.get("steps", [])):
        for name, rule, message in (*_lacking(step), *_idle(step), *_unsendable(step, given)):
            yield Problem(f"steps[{index}].{name}", rule, f"Steps, row {index + 1}: {message}")


def _lacking(step: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Boxes that a step of this kind must have and has not: name, rule, sentence."""
    action = step["action"]
    for name in _KINDS[action].needs:
        if name not in step:
            yield name, "required", f"{_label(name)} is missing; a step with the action “{action}” needs it."
    if action == "delay" and not _KINDS[action].takes & step.keys():
        yield "duration", "required", "Duration or Until is missing; a step with the action “delay” needs one of them."


def _idle(step: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Boxes that are filled in although a step of this kind has no use for them."""
    action = step["action"]
    for name in step:
        if name != "action" and name not in _KINDS[action].takes:
            yield name, "conflict", f"{_label(name)} is filled in, but a step with the action “{action}” ignores it."


def _unsendable(step: Mapping[str, Any], given: InputView) -> Iterator[tuple[str, str, str]]:
    """What a step that sends finds neither in its own boxes nor in those of the whole run."""
    if not step["action"].startswith("send"):
        return
    if "template" not in step and not given.has("template"):
        yield "template", "required", "Template is missing, both in the step and for the whole run."
    # A person may also be named inside profile or data, and data may come from a step that fetches it.
    fetches = any(other["action"] == "fetch-data" for other in given.get("steps"))
    named = fetches or given.has(*_PERSON) or any(name in step for name in _PERSON)
    if step["action"] == "send" and not named:
        yield "recipient", "required", "Recipient is missing, both in the step and for the whole run."


def _label(name: str) -> str:
    return name.replace("_", " ").title().replace("Url", "URL").replace(" Id", " ID")


def _for_somebody(given: InputView) -> Iterator[Problem]:
    if not given.has("recipient"):
        message = "Recipient is missing: fill in the user id of the person the automation runs for."
        yield Problem("recipient", "required", message, "The service starts no stored automation for nobody.")


@check(_sound_steps)
def run_ad_hoc_automation(call: Call) -> Outputs:
    """Start the run; what a step needs depends on its action and was checked before."""
    return call.send()


@check(_for_somebody)
def run_templated_automation(call: Call) -> Outputs:
    """Start the run; the service asks for a recipient although the form does not."""
    return call.send()
