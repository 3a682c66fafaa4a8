"""The connection: its fields, its kinds, and the templates that name its fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from connector import json_pointer
from connector.definition.connection import Authorization
from connector.definition.files import MANIFEST
from connector.definition.service import ConnectorDefinition
from connector.definition.templates import connection_fields
from connector.lint.folder_view import FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import ACTION, CONNECTOR

_FILE = MANIFEST.as_posix()
_REGION = {"title": "Region", "description": "Where the account is."}
_KIND = {"key": "key", "title": "API key", "fields": ["api_key"], "required": ["api_key"]}


@folder_rule(
    "D702",
    "Use the name of a field of the connection.",
    good={CONNECTOR: {"connection": {"environment": {"api_key": ["SAMPLE_TOKEN"]}}}},
    bad={CONNECTOR: {"authorization": {"headers": {"X-Key": "{connection.token}"}}}},
)
def connection_names_its_fields(view: FolderView) -> Iterator[Violation]:
    """“required”, “environment” and the templates of the connector use fields of the connection.

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
    """A password, and what a header or parameter of the authorization consists of, is a secret.

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
    "D707",
    "Use the field in a template, or remove it.",
    good={
        CONNECTOR: {
            "baseUrl": "https://{connection.region}.example.com",
            "connection": {"properties": {"region": _REGION}, "required": ["api_key", "region"]},
        }
    },
    bad={CONNECTOR: {"connection": {"properties": {"region": _REGION}}}},
)
def connection_fields_are_used(view: FolderView) -> Iterator[Violation]:
    """Every field of the connection is in a template.

    Users would fill in a value that is never sent.
    """
    if view.manifest is None or not view.complete:
        return
    used = {name for _, template in _templates(view.manifest) for name in connection_fields(template)}
    for view_of_action in view.actions:
        request = view_of_action.definition.request
        used.update(connection_fields(request.path, *request.templates.values()))
    for name in view.manifest.connection.properties:
        if name not in used:
            place = json_pointer.join(["connection", "properties", name])
            yield Violation(_FILE, place, f"“{name}” is not sent anywhere.")


@folder_rule(
    "D708",
    "Move it to “authorization”.",
    good={CONNECTOR: {"authorization": {"query": {"key": "{connection.api_key}"}}}},
    bad={CONNECTOR: {"query": {"key": "{connection.api_key}"}}},
)
def secrets_of_every_request_are_authorization(view: FolderView) -> Iterator[Violation]:
    """A secret that every request carries in a header or the query is under “authorization”.

    Exports read from there how a host authenticates.
    """
    if view.manifest is None:
        return
    for part, pairs in (("headers", view.manifest.headers), ("query", view.manifest.query)):
        for key, template in pairs.items():
            if view.manifest.connection.secrets.intersection(connection_fields(template)):
                yield Violation(_FILE, json_pointer.join([part, key]), f"“{key}” has a secret.")


@folder_rule(
    "D709",
    "List each required field under “fields”, and give each kind a different key.",
    good={CONNECTOR: {"connection": {"kinds": [_KIND]}}},
    bad={CONNECTOR: {"connection": {"kinds": [{**_KIND, "fields": []}]}}},
)
def kinds_of_connection_are_whole(view: FolderView) -> Iterator[Violation]:
    """A kind of connection has a key of its own, its required fields, and the fields of its authorization.

    Forms show only the fields of the kind that is chosen.
    """
    if view.manifest is None:
        return
    count = Counter(kind.key for kind in view.manifest.connection.kinds)
    for index, kind in enumerate(view.manifest.connection.kinds):
        place = f"/connection/kinds/{index}"
        if count[kind.key] > 1:
            yield Violation(_FILE, f"{place}/key", f"More than one kind has the key “{kind.key}”.")
        for name in dict.fromkeys([*kind.required, *kind.authorization.fields]):
            if name not in kind.fields and name in view.manifest.connection.properties:
                yield Violation(_FILE, f"{place}/fields", f"“{name}” is not one of the fields of “{kind.key}”.")


@folder_rule(
    "D710",
    "Use the name of a field of the connection.",
    good={ACTION: {"request": {"headers": {"X-Version": "2"}}}},
    bad={ACTION: {"request": {"headers": {"X-Region": "{connection.region}"}}}},
)
def actions_name_fields_of_the_connection(view: FolderView) -> Iterator[Violation]:
    """The templates of an action name fields that the connection has.

    No value could be filled in for any other name.
    """
    if view.manifest is None:
        return
    for action in view.actions:
        request = action.definition.request
        for place, template in {"/path": request.path, **request.templates}.items():
            for name in connection_fields(template):
                if name not in view.manifest.connection.properties:
                    file, pointer = action.home(f"/request{place}")
                    yield Violation(file, pointer, f"The connection has no field “{name[:80]}”.")


def _templates(manifest: ConnectorDefinition) -> Iterator[tuple[str, str]]:
    """The templates of the connector as a whole, with their places."""
    yield "/baseUrl", manifest.base_url
    for part, pairs in (("headers", manifest.headers), ("query", manifest.query)):
        yield from ((json_pointer.join([part, key]), template) for key, template in pairs.items())
    for at, authorization in _authorizations(manifest):
        yield from ((f"{at}{place}", template) for place, template in authorization.templates.items())


def _named(manifest: ConnectorDefinition) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(manifest.connection.required):
        yield f"/connection/required/{index}", name
    for name in manifest.connection.environment:
        yield json_pointer.join(["connection", "environment", name]), name
    for place, template in _templates(manifest):
        yield from ((place, name) for name in connection_fields(template))


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
