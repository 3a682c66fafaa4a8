"""The connector as a whole: its connection and its sandbox."""

from __future__ import annotations

from collections.abc import Iterator

from connector import json_pointer
from connector.definition.connection import Authorization
from connector.definition.files import MANIFEST
from connector.definition.service import ConnectorDefinition
from connector.definition.templates import connection_fields
from connector.lint.folder_view import FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import CONNECTOR

_FILE = MANIFEST.as_posix()


@folder_rule(
    "D702",
    "Use the name of a field of the connection.",
    good={CONNECTOR: {"connection": {"environment": {"api_key": ["SAMPLE_TOKEN"]}}}},
    bad={CONNECTOR: {"authorization": {"headers": {"X-Key": "{connection.token}"}}}},
)
def connection_names_its_fields(view: FolderView) -> Iterator[Violation]:
    """“required”, “environment” and the authorization template use fields of the connection.

    No value could be filled in for any other name.
    """
    if view.manifest is None:
        return
    for place, name in _named(view.manifest):
        if name not in view.manifest.connection.properties:
            yield Violation(_FILE, place, f"The connection has no field “{name[:80]}”.")


@folder_rule(
    "D703",
    "Set “writeOnly” to true on the field.",
    good={CONNECTOR: {"connection": {"properties": {"api_key": {"writeOnly": True}}}}},
    bad={CONNECTOR: {"connection": {"properties": {"api_key": {"writeOnly": False}}}}},
)
def secrets_are_write_only(view: FolderView) -> Iterator[Violation]:
    """Every field of the authorization template is a secret.

    Secrets are masked in everything that is shown.
    """
    if view.manifest is None:
        return
    for name in _secret_fields(view.manifest):
        field = view.manifest.connection.properties.get(name)
        if field is not None and not field.write_only:
            place = json_pointer.join(["connection", "properties", name])
            yield Violation(_FILE, place, f"“{name}” is a secret, but not “writeOnly”.")


@folder_rule(
    "D704",
    "Use an action that is read-only and has no required inputs.",
    good={CONNECTOR: {"connection": {"test": "list_things"}}},
    bad={CONNECTOR: {"connection": {"test": "get_thing"}}},
)
def connection_can_be_tested(view: FolderView) -> Iterator[Violation]:
    """The action that tests a connection is read-only and has no required inputs.

    It runs as soon as someone saves a connection.
    """
    if view.manifest is None:
        return
    key = view.manifest.connection.test
    action = next((found.definition for found in view.actions if found.definition.key == key), None)
    place = "/connection/test"
    if action is None and view.complete:
        yield Violation(_FILE, place, f"The action “{key}” does not exist.")
    elif action is not None and (not action.effects.read_only or action.inputs.required):
        yield Violation(_FILE, place, f"“{action.summary}” changes data or has required inputs.")


@folder_rule(
    "D705",
    "Add the package, or remove “sandbox”.",
    good={CONNECTOR: {"sandbox": "sandbox"}, "sandbox/__init__.py": ""},
    bad={CONNECTOR: {"sandbox": "sandbox"}},
)
def sandbox_exists(view: FolderView) -> Iterator[Violation]:
    """The sandbox is a Python package in the connector folder.

    It is started when someone runs an action with --sandbox.
    """
    if view.manifest is None or view.manifest.sandbox is None:
        return
    if not (view.folder / view.manifest.sandbox / "__init__.py").is_file():
        yield Violation(
            _FILE, "/sandbox", f"The package “{view.manifest.sandbox}” does not exist in the connector folder."
        )


def _named(manifest: ConnectorDefinition) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(manifest.connection.required):
        yield f"/connection/required/{index}", name
    for name in manifest.connection.environment:
        yield json_pointer.join(["connection", "environment", name]), name
    for at, authorization in _authorizations(manifest):
        for place, template in authorization.templates.items():
            yield from ((f"{at}{place}", name) for name in connection_fields(template))


def _authorizations(manifest: ConnectorDefinition) -> Iterator[tuple[str, Authorization]]:
    yield "/authorization", manifest.authorization
    for index, kind in enumerate(manifest.connection.kinds):
        yield f"/connection/kinds/{index}/authorization", kind.authorization


def _secret_fields(manifest: ConnectorDefinition) -> Iterator[str]:
    """The fields that must be secret: a password, and the only field of a header or parameter."""
    for _, authorization in _authorizations(manifest):
        for place, template in authorization.templates.items():
            fields = connection_fields(template)
            if place != "/basic/username" and len(fields) == 1:
                yield from fields
