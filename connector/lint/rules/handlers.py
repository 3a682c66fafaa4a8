"""The handlers of actions: each action has one, and it does what the definition leaves to it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connector import json_pointer
from connector.call.handler import Handler, InputView, checks_of, page, send, without_checks
from connector.errors import Problem
from connector.lint.folder_view import ActionView, FolderView, LocatedField
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import ACTION, HANDLERS
from connector.validation.rules import rule_problems

_WALKS = {"page", "walk", "rows", "gather"}
_DUMMIES: Mapping[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}


def _example(status: int, body: Any, ending: dict[str, Any]) -> dict[str, Any]:
    response = {"body": body} if status == 200 else {"status": status}  # noqa: PLR2004
    interaction = {"request": {"body": {"name": "Lamp"}}, "response": response}
    inputs = {"thing_id": "t-1", "short": "Lamp"}
    return {"title": f"Status {status}", "inputs": inputs, "interactions": [interaction], **ending}


_NAME_INPUT = {"description": "What to call it from now on.", "x-pointer": "/name"}
_TWO_NAMES = {
    "request": {"method": "POST"},
    "effects": {"destructive": False},
    "inputs": {"properties": {"short": {**_NAME_INPUT, "title": "Short"}, "long": {**_NAME_INPUT, "title": "Long"}}},
    "examples": [
        _example(200, {"name": "Lamp"}, {"outputs": {"name": "Lamp"}}),
        _example(404, None, {"error": {"code": "thing_not_found", "field": "thing_id"}}),
    ],
}
_WITH_CHECK = '''"""Handlers of the things."""

from connector.errors import Problem
from connector.call import check, page, send


def _one_name(inputs):
    if inputs.has("short") and inputs.has("long"):
        yield Problem("long", "choice", "Use either Short or Long.")


@check(_one_name)
def get_thing(call):
    return call.send()


list_things = page
'''
_PLAIN = '"""Handlers of the things."""\n\nfrom connector.call import page, send\n\n'


@folder_rule(
    "D601",
    "Correct the module: a handler is `send`, `page` or a function, under the key of its action.",
    good={HANDLERS: None},
    bad={HANDLERS: _PLAIN + "get_thing = sned\nlist_things = page\n"},
)
def handlers_can_be_imported(view: FolderView) -> Iterator[Violation]:
    """The handlers of a group can be imported, and each is a function.

    The handler runs the action. Without one, the action sends its request and, if it has pages, reads them.
    """
    if view.bundle is None:
        return
    for action in view.sound:
        found = view.handlers[action.definition.key]
        if isinstance(found, str):
            yield Violation(f"actions/{action.definition.group}.py", "", found)


@folder_rule(
    "D602",
    "Add the definition, delete the handler, or start the name of a helper with an underscore.",
    good={HANDLERS: _PLAIN + "_LIMIT = 3\nget_thing = send\nlist_things = page\n"},
    bad={HANDLERS: _PLAIN + "get_thing = send\nlist_things = page\nmend_thing = send\n"},
)
def handlers_have_definitions(view: FolderView) -> Iterator[Violation]:
    """Every handler belongs to an action of its group.

    A handler without a definition never runs.
    """
    if not view.complete:
        return
    keys = {(action.definition.group, action.definition.key) for action in view.actions}
    for path in sorted((view.folder / "actions").glob("*.py")):
        if path.name.startswith("_") or not path.is_file():
            continue
        file = f"actions/{path.name}"
        for name in _public_names(path):
            if (path.stem, name) not in keys:
                yield Violation(file, "", f"The group “{path.stem}” has no action “{name}”.")


def _public_names(path: Path) -> Iterator[str]:
    """Functions and variables that a module defines; imported names do not count."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in tree.body:
        names: list[str] = []
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [statement.name]
        elif isinstance(statement, ast.Assign):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            names = [statement.target.id]
        yield from (name for name in names if not name.startswith("_"))


@folder_rule(
    "D603",
    "Use `page` as the handler, or read all pages with `walk`.",
    good={HANDLERS: _PLAIN + "get_thing = send\nlist_things = page\n"},
    bad={HANDLERS: _PLAIN + "get_thing = send\nlist_things = send\n"},
)
def paged_actions_walk(view: FolderView) -> Iterator[Violation]:
    """The handler reads all pages if, and only if, the action has pagination.

    “All pages” would otherwise return the first page only.
    """
    for action in view.sound:
        handler = view.handlers[action.definition.key]
        if isinstance(handler, str):
            continue
        if action.definition.pagination is not None and not _walks(handler):
            yield Violation(action.file, "/pagination", "The action has pages, but its handler reads only one.")
        elif action.definition.pagination is None and without_checks(handler) is page:
            yield Violation(action.file, "/key", "The handler reads all pages, but the definition has no “pagination”.")


def _walks(handler: Handler) -> bool:
    handler = without_checks(handler)
    if handler is page:
        return True
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(handler)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return False
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any((func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")) in _WALKS for func in called)


@folder_rule(
    "D604",
    "Use different “x-pointer” values, or add a choice to “x-rules” that allows only one of them.",
    good={ACTION: _TWO_NAMES, HANDLERS: _WITH_CHECK},
    bad={ACTION: _TWO_NAMES},
)
def places_do_not_collide(view: FolderView) -> Iterator[Violation]:
    """No two inputs use the same place in the body, unless a rule rejects both together or the handler combines them.

    One of the two values would be lost.
    """
    for action in view.sound:
        handler = view.handlers[action.definition.key]
        inputs = [node for node in action.top("inputs") if node.field.x_in == "body" and not node.field.x_spread]
        for index, node in enumerate(inputs):
            for other in inputs[:index]:
                if _overlap(node, other) and not _settled(action, handler, node, other):
                    message = f"“{node.name}” and “{other.name}” use the same place in the body."
                    yield Violation(*action.home(node.place), message)


def _overlap(node: LocatedField, other: LocatedField) -> bool:
    one, two = (json_pointer.parse(field.field.pointers(field.name)[0]) for field in (node, other))
    shorter = min(len(one), len(two))
    return one[:shorter] == two[:shorter]


def _settled(action: ActionView, handler: Handler | str, node: LocatedField, other: LocatedField) -> bool:
    """Whether a rule or a check rejects both together, or the action's own handler sends both in an example."""
    if isinstance(handler, str):
        return True
    apart = _problems(action, handler, node) | _problems(action, handler, other)
    if _problems(action, handler, node, other) - apart:
        return True
    together = {node.name, other.name}
    shown = any(together <= example.inputs.keys() and example.outputs for example in action.definition.examples)
    return without_checks(handler) is not send and shown


def _problems(action: ActionView, handler: Handler, *nodes: LocatedField) -> set[Problem]:
    """What rules and the handler's checks report when only these inputs are filled in."""
    values = {node.name: _value(node) for node in nodes}
    inputs = InputView(values, frozenset(values))
    found = set(rule_problems(action.definition.inputs, values))
    for check in checks_of(handler):
        try:
            found |= set(check(inputs))
        except Exception:  # noqa: S112 - a check may fail on made-up values; then it rejects nothing
            continue
    return found


def _value(node: LocatedField) -> Any:
    """A value that the input could have."""
    if node.field.examples:
        return node.field.examples[0]
    if node.field.enum:
        return node.field.enum[0]
    return _DUMMIES.get(node.field.types[0] if node.field.types else "string", "text")
