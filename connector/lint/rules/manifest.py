"""The connector's own file: its icons, its connection, its groups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connector import json_pointer
from connector.definition.files import MANIFEST
from connector.definition.service import ConnectorDefinition
from connector.lint.folder_view import FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import CONNECTOR

_FILE = MANIFEST.as_posix()


@folder_rule(
    "D701",
    "Put the icon there, or mend its path; it is relative to the connector folder.",
    good={CONNECTOR: {"icon": "icons/things.svg"}},
    bad={CONNECTOR: {"icon": "icons/none.svg"}},
)
def icons_exist(view: FolderView) -> Iterator[Violation]:
    """The connector's icon and every group's is a file of the folder."""
    if view.manifest is None:
        return
    icons = {"/icon": view.manifest.icon}
    icons |= {json_pointer.join(["groups", key, "icon"]): group.icon for key, group in view.manifest.groups.items()}
    for place, name in icons.items():
        try:
            path = (view.folder / name).resolve()
            there = path.is_file() and path.is_relative_to(view.folder.resolve())
        except (OSError, ValueError, RuntimeError):
            there = False
        if not there:
            yield Violation(_FILE, place, f"There is no file “{name[:120]}” in the connector folder.")


@folder_rule(
    "D702",
    "Name a field of the connection.",
    good={CONNECTOR: {"connection": {"environment": {"api_key": ["SAMPLE_TOKEN"]}}}},
    bad={CONNECTOR: {"authorization": {"template": "Bearer {token}"}}},
)
def connection_names_its_fields(view: FolderView) -> Iterator[Violation]:
    """What is required, comes from the environment, or goes into the header is a field of the connection."""
    if view.manifest is None:
        return
    for place, name in _named(view.manifest):
        if name not in view.manifest.connection.properties:
            yield Violation(_FILE, place, f"The connection has no field “{name[:80]}”.")


@folder_rule(
    "D703",
    "Set “writeOnly” on the field that travels in the header.",
    good={CONNECTOR: {"connection": {"properties": {"api_key": {"writeOnly": True}}}}},
    bad={CONNECTOR: {"connection": {"properties": {"api_key": {"writeOnly": False}}}}},
)
def secrets_are_write_only(view: FolderView) -> Iterator[Violation]:
    """What authorises a call is marked as a secret."""
    if view.manifest is None:
        return
    for name in re.findall(r"{([^}]*)}", view.manifest.authorization.template):
        field = view.manifest.connection.properties.get(name)
        if field is not None and not field.write_only:
            yield Violation(
                _FILE, json_pointer.join(["connection", "properties", name]), "It is a secret, but not “writeOnly”."
            )


@folder_rule(
    "D704",
    "Name an action that only reads and needs no inputs.",
    good={CONNECTOR: {"connection": {"test": "list_things"}}},
    bad={CONNECTOR: {"connection": {"test": "get_thing"}}},
)
def connection_can_be_tested(view: FolderView) -> Iterator[Violation]:
    """The action that tests a connection is there, changes nothing, and needs no inputs."""
    if view.manifest is None:
        return
    key = view.manifest.connection.test
    action = next((found.definition for found in view.actions if found.definition.key == key), None)
    place = "/connection/test"
    if action is None and view.complete:
        yield Violation(_FILE, place, f"There is no action “{key}”.")
    elif action is not None and (not action.effects.read_only or action.inputs.required):
        yield Violation(_FILE, place, f"“{action.summary}” changes something, or needs inputs.")


@folder_rule(
    "D705",
    "Add the folder, or take “sandbox” out.",
    good={CONNECTOR: {"sandbox": "sandbox"}, "sandbox/__init__.py": ""},
    bad={CONNECTOR: {"sandbox": "sandbox"}},
)
def sandbox_exists(view: FolderView) -> Iterator[Violation]:
    """The local service that the connector promises is a package of the folder."""
    if view.manifest is None or view.manifest.sandbox is None:
        return
    if not (view.folder / view.manifest.sandbox / "__init__.py").is_file():
        yield Violation(_FILE, "/sandbox", f"There is no package “{view.manifest.sandbox}” in the connector folder.")


def _named(manifest: ConnectorDefinition) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(manifest.connection.required):
        yield f"/connection/required/{index}", name
    for name in manifest.connection.environment:
        yield json_pointer.join(["connection", "environment", name]), name
    for name in re.findall(r"{([^}]*)}", manifest.authorization.template):
        yield "/authorization/template", name
