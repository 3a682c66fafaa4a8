"""The known errors of an action, and its examples, each of which is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connector import json_pointer
from connector.catalogue.action import Action
from connector.definition.references import unknown_fields
from connector.examples import run_example
from connector.lint.folder_view import ActionView, FolderView
from connector.lint.rule import Violation, action_rule, folder_rule
from connector.lint.sample_folder import ACTION
from connector.validation.messages import did_you_mean
from connector.validation.normalize import accepted_names

_PLACEHOLDER = re.compile(r"{([^}]*)}")

_GONE: dict[str, Any] = {"status": 410, "code": "thing_gone", "sentence": "It is gone.", "pattern": "gone"}
_LOST: dict[str, Any] = {"status": 410, "code": "thing_lost", "sentence": "It is lost."}
_READING: dict[str, Any] = {
    "title": "Read the first one",
    "inputs": {"thing_id": "t-1"},
    "interactions": [{"response": {"body": {"name": "Lamp"}}}],
    "outputs": {"name": "Lamp"},
}
_MISSING: dict[str, Any] = {
    "title": "One that is not there",
    "inputs": {"thing_id": "t-2"},
    "interactions": [{"response": {"status": 404, "body": {"message": "Not found"}}}],
    "error": {"code": "refused"},
}


def _errors(*entries: dict[str, Any]) -> dict[str, Any]:
    return {ACTION: {"errors": list(entries), "examples": [_READING, _MISSING]}}


def _examples(*entries: dict[str, Any]) -> dict[str, Any]:
    return {ACTION: {"errors": None, "examples": list(entries)}}


@action_rule(
    "D501",
    "Use the name of an input of this action.",
    good=_errors({**_GONE, "sentence": "The thing {thing_id} is gone.", "field": "thing_id"}),
    bad=_errors({**_GONE, "sentence": "The thing {id} is gone."}),
)
def errors_name_inputs(action: ActionView) -> Iterator[tuple[str, str]]:
    """The field of an error, and every {placeholder} in its message, is an input.

    The message shows the value of the input in place of the placeholder.
    """
    known = action.definition.inputs.properties
    for index, error in enumerate(action.definition.errors):
        if error.field is not None and error.field not in known:
            yield f"/errors/{index}/field", _unknown(error.field, list(known))
        for name in _PLACEHOLDER.findall(error.sentence):
            if name not in known:
                yield f"/errors/{index}/sentence", _unknown(name, list(known))
        if _PLACEHOLDER.search(error.hint):
            yield f"/errors/{index}/hint", "Placeholders are not replaced in hints."


@action_rule(
    "D503",
    "Move the error with a pattern before the one without, or remove one of them.",
    good=_errors(_GONE, _LOST),
    bad=_errors(_LOST, _GONE),
)
def errors_can_be_reached(action: ActionView) -> Iterator[tuple[str, str]]:
    """No error comes after one that matches every response with the same status.

    The first error that matches is used.
    """
    taken: dict[int, str] = {}
    for index, error in enumerate(action.definition.errors):
        if error.status in taken:
            yield f"/errors/{index}", f"“{taken[error.status]}” already matches every response {error.status}."
        elif not error.pattern:
            taken[error.status] = error.code


@action_rule(
    "D504",
    "Add an example that succeeds and one that the service rejects.",
    good=_examples(_READING, _MISSING),
    bad=_examples(_READING),
)
def examples_show_both_ends(action: ActionView) -> Iterator[tuple[str, str]]:
    """At least one example succeeds, and the service rejects at least one.

    Examples are documentation, tests and sample data in one.
    """
    examples = action.definition.examples
    if not any(example.outputs is not None for example in examples):
        yield "/examples", "No example succeeds."
    if not any(example.error is not None and example.interactions for example in examples):
        yield "/examples", "In no example does the service reject the request."


@action_rule(
    "D505",
    "Give each example a unique title, either “outputs” or “error”, and only inputs of the action.",
    good=_examples(_READING, _MISSING, {**_READING, "title": "Read it again"}),
    bad=_examples(_READING, _MISSING, {**_READING, "title": "Read it again", "inputs": {"thing": "t-1"}}),
)
def examples_are_well_made(action: ActionView) -> Iterator[tuple[str, str]]:
    """An example has a unique title, either outputs or an error, and only inputs of the action.

    People copy examples.
    """
    known = accepted_names(action.definition)
    titles: set[str] = set()
    for index, example in enumerate(action.definition.examples):
        place = f"/examples/{index}"
        if (example.outputs is None) == (example.error is None):
            yield place, "An example must have either “outputs” or “error”."
        if example.title.casefold() in titles:
            yield f"{place}/title", "Another example has the same title."
        titles.add(example.title.casefold())
        # An example may show what happens to a mistyped name.
        if example.error is None or example.interactions:
            for name in example.inputs:
                if name not in known:
                    yield f"{place}/inputs{json_pointer.join([name])}", _unknown(name, list(known))


@folder_rule(
    "D506",
    "Correct the example, or the definition or handler that it disagrees with.",
    good=_examples(_READING, _MISSING),
    bad=_examples({**_READING, "outputs": {"name": "Chair"}}, _MISSING),
)
def examples_hold(view: FolderView) -> Iterator[Violation]:
    """Every example, when run, sends exactly its requests and returns exactly its outputs or error.

    An example that does not hold misleads whoever copies it.
    """
    if view.bundle is None:
        return
    for action in view.sound:
        unrunnable = action.schema_errors or any(unknown_fields(action.definition))
        if unrunnable or isinstance(view.handlers[action.definition.key], str):
            continue
        running = Action(view.bundle, action.definition.key)
        for index, example in enumerate(action.definition.examples):
            if (example.outputs is None) == (example.error is None):
                continue
            try:
                differences = run_example(view.bundle, running, example)
            except (Exception, SystemExit) as error:  # a handler may raise anything
                reason = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
                differences = [f"the example cannot be run: {reason}"]
            for difference in differences:
                text = " ".join(difference[:1000].split()).rstrip(".")
                yield Violation(action.file, f"/examples/{index}", f"“{example.title}”: {text}.")


def _unknown(name: str, names: list[str]) -> str:
    return f"There is no input “{name[:80]}”. {did_you_mean(name, names)}".rstrip()
