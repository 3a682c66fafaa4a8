"""Writing vectors: those that follow from the definitions' examples, and what Python says in the others.

    python -m tests.vectors.make            the files named `examples.json`
    python -m tests.vectors.make --record   also `expect` in the files written by hand, as the Python runtime has it now

The second is for a change of sentences: look at what it changed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from connector.call import page, send
from connector.catalogue.action import Action
from connector.definition.example import Example, SampleResponse
from connector.errors import ConnectorError
from tests.vectors import python_runtime
from tests.vectors.files import HERE, KINDS, Json, actions, bundle, paths, text_of

CONNECTOR = "courier"
EXPECTED = {
    "normalize": ("inputs", "problems"),
    "retry": ("error", "fields", "attempts", "calls"),
    "paginate": ("error", "fields", "rows", "warnings", "pages", "calls"),
    "run": ("error", "fields", "warnings", "requests", "idempotency_key"),
    "choices": ("error", "choices", "requests"),
}
"""Per kind what a recorded case expects; everything in the other kinds."""


def example_files() -> dict[str, str]:
    """The text of each file that follows from the examples, by its path among the vectors."""
    made = {
        "normalize": ("The path-style keys of a Power Automate flow mean the inputs of the same names.", _normalize()),
        "validate": ("Examples with everything filled in are valid.", _validate()),
        "request": ("Requests of the definitions' examples.", _request()),
        "response": ("Outputs of the definitions' examples.", _response()),
        "service_error": ("Errors of the definitions' examples, and every other known error.", _service_error()),
        "run": ("The definitions' examples, whole.", _run()),
    }
    return {
        f"{kind}/examples.json": text_of(
            {"description": text, "connector": CONNECTOR, "cases": [_recorded(kind, CONNECTOR, case) for case in cases]}
        )
        for kind, (text, cases) in made.items()
    }


def _recorded(kind: str, connector: str, case: Json) -> Json:
    """The case with what Python makes of it; a case of its own that expects something keeps to those names."""
    made = python_runtime.RUNTIME[kind](connector, case)
    if "expect" in case:
        return {**case, "expect": {name: python_runtime.found(made, name) for name in case["expect"]}}
    names = EXPECTED.get(kind) or made
    return {**case, "expect": {name: made[name] for name in names if name in made}}


def _each() -> Iterator[tuple[Action, Example, str]]:
    """Every example with the id of its case."""
    for key, action in actions(CONNECTOR).items():
        for place, example in enumerate(action.definition.examples, 1):
            yield action, example, f"{key}-{place}"


def _valid(action: Action, example: Example) -> bool:
    return not action.validate_inputs(example.inputs)[1]


def _normalize() -> Iterator[Json]:
    for key, action in actions(CONNECTOR).items():
        example = action.definition.examples[0]
        others = {name: other for other, name in reversed(action.accepted_names.items()) if other != name}
        given = {others.get(name, name): value for name, value in example.inputs.items()}
        yield {"id": key, "action": key, "inputs": given}


def _validate() -> Iterator[Json]:
    for key, action in actions(CONNECTOR).items():
        fullest = max(action.definition.examples, key=lambda example: _valid(action, example) * len(example.inputs))
        yield {"id": key, "action": key, "inputs": fullest.inputs}


def _request() -> Iterator[Json]:
    for action, example, name in _each():
        if _valid(action, example):
            yield {"id": name, "title": example.title, "action": action.key, "inputs": example.inputs}


def _response() -> Iterator[Json]:
    for action, example, name in _each():
        if example.error is None:
            sample = _sample(example.interactions[-1].response)
            yield {"id": name, "title": example.title, "action": action.key, "response": sample}


def _service_error() -> Iterator[Json]:
    shown = set()
    for action, example, name in _each():
        sample = example.interactions[-1].response if example.interactions else None
        if example.error is None or sample is None or sample.status < 300:
            continue
        shown.add((action.key, example.error.code))
        case = {"id": name, "title": example.title, "action": action.key}
        yield {**case, "inputs": example.inputs, "response": _sample(sample)}
    first = next(iter(actions(CONNECTOR)))
    known = [(first, error) for error in bundle(CONNECTOR).manifest.errors]
    known += [(key, error) for key, action in actions(CONNECTOR).items() for error in action.definition.errors]
    for key, error in known:
        if (key, error.code) in shown or error.pattern:
            continue
        body = {"type": "invalid_request_error", "message": "Not like this"}
        yield {
            "id": f"{key}-{error.code}",
            "action": key,
            "inputs": actions(CONNECTOR)[key].definition.examples[0].inputs,
            "response": {"status": error.status, "body": body},
        }


def _run() -> Iterator[Json]:
    for action, example, name in _each():
        case: Json = {"id": name, "title": example.title, "action": action.key, "inputs": example.inputs}
        if example.all_pages:
            case["options"] = {"all_pages": True}
        case["interactions"] = [{"response": _sample(one.response)} for one in example.interactions]
        if _is_data(action, case):
            yield case


def _is_data(action: Action, case: Json) -> bool:
    """Whether the action's handler changes nothing about this example that its definition does not say."""
    if action.handler in (send, page):
        return True
    whole = python_runtime.run(CONNECTOR, case)
    plain = actions(CONNECTOR)[action.key]
    handler = plain.__dict__["handler"]
    plain.__dict__["handler"] = page if action.definition.pagination else send
    try:
        return bool(python_runtime.run(CONNECTOR, case) == whole)
    except (ConnectorError, AssertionError):
        return False
    finally:
        plain.__dict__["handler"] = handler


def _sample(sample: SampleResponse) -> Json:
    made: dict[str, Any] = {"status": sample.status}
    if sample.headers:
        made["headers"] = sample.headers
    if sample.body is not None:
        made["body"] = sample.body
    if sample.text is not None:
        made["text"] = sample.text
    return made


def record() -> None:
    """Write into the files made by hand what the Python runtime says now."""
    for kind in KINDS:
        for path in paths(kind):
            if kind not in python_runtime.RUNTIME or path.stem == "examples":
                continue
            content = json.loads(path.read_text(encoding="utf-8"))
            content["cases"] = [_recorded(kind, content["connector"], case) for case in content["cases"]]
            path.write_text(text_of(content), encoding="utf-8")


if __name__ == "__main__":
    for name, text in example_files().items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_text(text, encoding="utf-8")
    if "--record" in sys.argv:
        record()
