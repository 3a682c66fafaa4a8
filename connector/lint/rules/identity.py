"""What an action is called, where it stands, and what it says about itself as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from connector.lint.folder_view import ActionView, FolderView
from connector.lint.rule import Violation, action_rule, folder_rule
from connector.lint.sample_folder import ACTION, CONNECTOR


@action_rule(
    "D101",
    "Rename the file, or mend its “group” and “key”.",
    good={},
    bad={ACTION: {"key": "fetch_thing"}},
)
def file_is_named_like_its_action(action: ActionView) -> Iterator[tuple[str, str]]:
    """A file is definitions/<group>/<key>.json of the action in it."""
    path = PurePosixPath(action.file)
    for word, named in (("group", path.parent.name), ("key", path.stem)):
        value = getattr(action.definition, word)
        if value != named:
            yield f"/{word}", f"“{word}” is {value}, but the file's path says {named[:80]}."


@folder_rule(
    "D102",
    "Add the group to “groups” of definitions/connector.json, or choose one that is there.",
    good={CONNECTOR: {"groups": {"spare": {"title": "Spare", "description": "None yet.", "icon": "icons/things.svg"}}}},
    bad={CONNECTOR: {"groups": {"things": None}}},
)
def group_is_declared(view: FolderView) -> Iterator[Violation]:
    """The group of an action is one of the connector's groups."""
    known = view.manifest.groups if view.manifest is not None else None
    for action in view.sound:
        if known is not None and action.definition.group not in known:
            yield Violation(action.file, "/group", f"There is no group “{action.definition.group}” in the connector.")


@folder_rule(
    "D103",
    "Give each action a key, an operation id and a summary of its own.",
    good={ACTION: {"summary": "Get one thing"}},
    bad={ACTION: {"summary": "list things"}},
)
def names_are_unique(view: FolderView) -> Iterator[Violation]:
    """No two actions share a key, an operation id or a summary, in capitals or not: each finds its action."""
    owners: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for action in view.actions:
        definition = action.definition
        for word, name in (
            ("key", definition.key),
            ("operationId", definition.operation_id),
            ("summary", definition.summary),
        ):
            owners[name.casefold()].append((action.file, word))
    for name, found in owners.items():
        for file, word in found:
            others = sorted({other for other, _ in found if other != file})
            if others:
                yield Violation(file, f"/{word}", f"“{name[:80]}” is a name of {', '.join(others)} as well.")


@action_rule(
    "D104",
    "Say in “effects” what the request really does.",
    good={},
    bad={ACTION: {"effects": {"readOnly": False}}},
)
def effects_fit_the_request(action: ActionView) -> Iterator[tuple[str, str]]:
    """An action that only reads says so and is idempotent; what deletes or replaces does not only read."""
    effects, method = action.definition.effects, action.definition.request.method
    if method == "GET" and not effects.read_only:
        yield "/effects/readOnly", "A GET request reads, but “readOnly” is false."
    if method in {"DELETE", "PUT", "PATCH"} and effects.read_only:
        yield "/effects/readOnly", f"A {method} request changes things, but “readOnly” is true."
    if effects.read_only and (effects.destructive or not effects.idempotent):
        yield "/effects", "What only reads is idempotent and not destructive."


@folder_rule(
    "D105",
    "Leave “throttle” out where the connector's own limit is enough.",
    good={ACTION: {"throttle": {"calls": 20, "renewalPeriod": 60}}},
    bad={ACTION: {"throttle": {"calls": 200, "renewalPeriod": 60}}},
)
def throttle_is_tighter(view: FolderView) -> Iterator[Violation]:
    """An action's own throttle is tighter than the connector's."""
    if view.manifest is None:
        return
    whole = view.manifest.throttle
    for action in view.sound:
        own = action.definition.throttle
        if own is None:
            continue
        if own.calls / own.renewal_period >= whole.calls / whole.renewal_period:
            yield Violation(
                action.file,
                "/throttle",
                f"{own.calls} calls in {own.renewal_period:g} seconds are no less than the connector's "
                f"{whole.calls} in {whole.renewal_period:g}.",
            )
