"""An action as a whole: its names, its group, its effects, its throttle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from connector.lint.folder_view import ActionView, FolderView
from connector.lint.rule import Violation, action_rule, folder_rule
from connector.lint.sample_folder import ACTION, CONNECTOR


@action_rule("D101", "Rename the file, or change “group” and “key”.", good={}, bad={ACTION: {"key": "fetch_thing"}})
def file_is_named_like_its_action(action: ActionView) -> Iterator[tuple[str, str]]:
    """An action's file is definitions/<group>/<key>.json.

    People look for an action by its key.
    """
    path = PurePosixPath(action.file)
    for keyword, named in (("group", path.parent.name), ("key", path.stem)):
        value = getattr(action.definition, keyword)
        if value != named:
            yield f"/{keyword}", f"“{keyword}” is “{value}”, but the path of the file says “{named[:80]}”."


@folder_rule(
    "D102",
    "Add the group to “groups” in definitions/connector.json, or use one that is listed there.",
    good={CONNECTOR: {"groups": {"spare": {"title": "Spare", "description": "None yet.", "icon": "icons/things.svg"}}}},
    bad={CONNECTOR: {"groups": {"things": None}}},
)
def group_is_declared(view: FolderView) -> Iterator[Violation]:
    """An action's group is listed in definitions/connector.json.

    The list gives the group its title, icon and position.
    """
    known = view.manifest.groups if view.manifest is not None else None
    for action in view.sound:
        if known is not None and action.definition.group not in known:
            yield Violation(action.file, "/group", f"The group “{action.definition.group}” does not exist.")


@folder_rule(
    "D103",
    "Give each action its own key, operation ID and summary.",
    good={ACTION: {"summary": "Get one thing"}},
    bad={ACTION: {"summary": "list things"}},
)
def names_are_unique(view: FolderView) -> Iterator[Violation]:
    """Keys, operation IDs and summaries are unique, regardless of case.

    Each of them finds an action.
    """
    owners: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for action in view.actions:
        definition = action.definition
        for keyword, name in (
            ("key", definition.key),
            ("operationId", definition.operation_id),
            ("summary", definition.summary),
        ):
            owners[name.casefold()].append((action.file, keyword))
    for name, found in owners.items():
        for file, keyword in found:
            others = sorted({other for other, _ in found if other != file})
            if others:
                yield Violation(file, f"/{keyword}", f"“{name[:80]}” is also used in {', '.join(others)}.")


@action_rule(
    "D104", "Change “effects” to what the request does.", good={}, bad={ACTION: {"effects": {"readOnly": False}}}
)
def effects_fit_the_request(action: ActionView) -> Iterator[tuple[str, str]]:
    """The effects of an action match its HTTP method.

    Hosts ask before an action that changes data, and run a read-only action without asking.
    """
    effects, method = action.definition.effects, action.definition.request.method
    if method in {"GET", "HEAD", "OPTIONS"} and not effects.read_only:
        yield "/effects/readOnly", f"A {method} request only reads data, but “readOnly” is false."
    if method in {"DELETE", "PUT", "PATCH"} and effects.read_only:
        yield "/effects/readOnly", f"A {method} request changes data, but “readOnly” is true."
    if effects.read_only and (effects.destructive or not effects.idempotent):
        yield "/effects", "A read-only action must be idempotent and must not be destructive."


@folder_rule(
    "D105",
    "Remove “throttle”, or set a lower limit than the connector's.",
    good={ACTION: {"throttle": {"calls": 20, "renewalPeriod": 60}}},
    bad={ACTION: {"throttle": {"calls": 200, "renewalPeriod": 60}}},
)
def throttle_is_tighter(view: FolderView) -> Iterator[Violation]:
    """An action's throttle is lower than the connector's.

    The connector's limit applies to every action, so a higher one has no effect.
    """
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
                f"{own.calls} calls in {own.renewal_period:g} seconds are not less than the connector's limit of "
                f"{whole.calls} in {whole.renewal_period:g} seconds.",
            )
