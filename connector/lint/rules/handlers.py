"""Definitions and handlers belong to each other, one to one, and a handler does what its definition leaves to it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connector import json_pointer
from connector.call.handler import Handler, InputView, checks_of, page, send
from connector.errors import Problem
from connector.lint.folder_view import ActionView, FolderView, Node
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import ACTION, HANDLERS
from connector.validation.rules import rule_problems

_WALKS = {"page", "walk", "rows", "gather"}
_DUMMIES: Mapping[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}


def _answered(status: int, body: Any, ending: dict[str, Any]) -> dict[str, Any]:
    response = {"body": body} if status == 200 else {"status": status}  # noqa: PLR2004
    exchange = {"request": {"body": {"name": "Lamp"}}, "response": response}
    inputs = {"thing_id": "t-1", "short": "Lamp"}
    return {"title": f"Answered {status}", "inputs": inputs, "interactions": [exchange], **ending}


_BOX = {"description": "What it shall be called.", "x-pointer": "/name"}
_BOXES = {
    "request": {"method": "POST"},
    "effects": {"destructive": False},
    "inputs": {"properties": {"short": {**_BOX, "title": "Short"}, "long": {**_BOX, "title": "Long"}}},
    "examples": [
        _answered(200, {"name": "Lamp"}, {"outputs": {"name": "Lamp"}}),
        _answered(404, None, {"error": {"code": "thing_not_found", "field": "thing_id"}}),
    ],
}
_CHOOSING = '''"""Handlers of the things."""

from connector.errors import Problem
from connector.call import check, page, send


def _one_name(given):
    if given.has("short") and given.has("long"):
        yield Problem("long", "choice", "Fill in one of the two.")


@check(_one_name)
def get_thing(call):
    return call.send()


list_things = page
'''
_PLAIN = '"""Handlers of the things."""\n\nfrom connector.call import page, send\n\n'


@folder_rule(
    "D601",
    "Write the handler in actions/<group>.py: `key = send`, `key = page`, or a function named like the action.",
    good={HANDLERS: _PLAIN + "get_thing = send\nlist_things = page\n"},
    bad={HANDLERS: _PLAIN + "list_things = page\n"},
)
def definitions_have_handlers(view: FolderView) -> Iterator[Violation]:
    """Every action has a handler that can be imported."""
    for action in view.sound:
        found = view.handlers[action.definition.key]
        if isinstance(found, str):
            yield Violation(action.file, "/key", found)


@folder_rule(
    "D602",
    "Write the definition, delete the handler, or begin the name of a helper with an underscore.",
    good={HANDLERS: _PLAIN + "_LIMIT = 3\nget_thing = send\nlist_things = page\n"},
    bad={HANDLERS: _PLAIN + "get_thing = send\nlist_things = page\nmend_thing = send\n"},
)
def handlers_have_definitions(view: FolderView) -> Iterator[Violation]:
    """Every handler belongs to an action of its group."""
    if not view.complete:
        return
    keys = {(action.definition.group, action.definition.key) for action in view.actions}
    for path in sorted((view.folder / "actions").glob("*.py")):
        if path.name.startswith("_") or not path.is_file():
            continue
        file = f"actions/{path.name}"
        for name in _public_names(path):
            if (path.stem, name) not in keys:
                yield Violation(file, "", f"“{name}” belongs to no action of the group {path.stem}.")


def _public_names(path: Path) -> Iterator[str]:
    """Functions and assigned names of a module, as its text shows them; imported names are not its own."""
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
    "Bind the handler to `page`, or walk the pages with `paginate.walk`, `rows` or `gather`.",
    good={HANDLERS: _PLAIN + "get_thing = send\nlist_things = page\n"},
    bad={HANDLERS: _PLAIN + "get_thing = send\nlist_things = send\n"},
)
def paged_actions_walk(view: FolderView) -> Iterator[Violation]:
    """The handler of a paged action can read all pages; that of another does not try to."""
    for action in view.sound:
        handler = view.handlers[action.definition.key]
        if isinstance(handler, str):
            continue
        if action.definition.pagination is not None and not _walks(handler):
            yield Violation(action.file, "/pagination", "The action has pages, but its handler reads one only.")
        elif action.definition.pagination is None and handler is page:
            yield Violation(action.file, "/key", "The handler reads pages, but the definition has no “pagination”.")


def _walks(handler: Handler) -> bool:
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
    "Give each its own place, or write a choice in “x-rules” that refuses both at once.",
    good={ACTION: _BOXES, HANDLERS: _CHOOSING},
    bad={ACTION: _BOXES},
)
def places_do_not_collide(view: FolderView) -> Iterator[Violation]:
    """No two inputs write to the same place of the body, unless a rule refuses both or the handler joins them."""
    for action in view.sound:
        handler = view.handlers[action.definition.key]
        boxes = [node for node in action.top("inputs") if node.field.x_in == "body" and not node.field.x_spread]
        for index, node in enumerate(boxes):
            for other in boxes[:index]:
                if _overlap(node, other) and not _settled(action, handler, node, other):
                    yield Violation(
                        *action.home(node.place), f"“{node.name}” and “{other.name}” write to the same place."
                    )


def _overlap(node: Node, other: Node) -> bool:
    one, two = (json_pointer.parse(box.field.pointers(box.name)[0]) for box in (node, other))
    shorter = min(len(one), len(two))
    return one[:shorter] == two[:shorter]


def _settled(action: ActionView, handler: Handler | str, node: Node, other: Node) -> bool:
    """Whether a rule or a check refuses both together, or a handler of its own sends both in an example."""
    if isinstance(handler, str):
        return True
    apart = _refusals(action, handler, node) | _refusals(action, handler, other)
    if _refusals(action, handler, node, other) - apart:
        return True
    together = {node.name, other.name}
    shown = any(together <= example.inputs.keys() and example.outputs for example in action.definition.examples)
    return handler is not send and shown


def _refusals(action: ActionView, handler: Handler, *nodes: Node) -> set[Problem]:
    """What rules and the handler's checks say when only these inputs are filled in."""
    values = {node.name: _value(node) for node in nodes}
    given = InputView(values, frozenset(values))
    found = set(rule_problems(action.definition.inputs, values))
    for check in checks_of(handler):
        try:
            found |= set(check(given))
        except Exception:  # noqa: S112 - a check may trip over made-up values; then it settles nothing
            continue
    return found


def _value(node: Node) -> Any:
    """A value the input might have."""
    if node.field.examples:
        return node.field.examples[0]
    if node.field.enum:
        return node.field.enum[0]
    return _DUMMIES.get(node.field.types[0] if node.field.types else "string", "text")
