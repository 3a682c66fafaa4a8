"""The connector's own Power Platform package, imported again: it sends what the connector sends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from connector import Connection, Connector, json_pointer
from connector.catalogue.action import Action
from connector.definition.field import DynamicValues, FieldSchema
from connector.export import export
from connector.importing.package import Package
from connector.importing.report import report_on

Json = dict[str, Any]

DIFFERENT = [
    "update_profile",  # an empty text in a row is a value
    "restore_list",  # an empty object is sent
    "create_brand",  # colors under names of one's own
    "create_template",  # tags that are left empty are sent as null or an empty list
    "replace_template",
]
"""What the connector sends and its package cannot say, which `readme.md` of the package lists."""

KEY = Connection(api_key="test-key")


@pytest.fixture(scope="module")
def own() -> Connector:
    """The connector."""
    return Connector.load("courier")


@pytest.fixture(scope="module")
def imported(own: Connector, tmp_path_factory: pytest.TempPathFactory) -> Connector:
    """Its package, imported."""
    folder = tmp_path_factory.mktemp("package")
    for name, content in export(own._bundle, "power-platform").items():
        (folder / name).write_bytes(content)
    return Connector.load(folder)


def test_every_operation_of_the_package_can_run(imported: Connector) -> None:
    report = report_on(Package(imported._bundle.folder))
    assert [line for operation in report.operations for line in operation.gaps] == []


def placed(action: Action, inputs: Json) -> dict[tuple[str | None, str], Any]:
    """The inputs outside the body, by place and name on the wire."""
    fields = {name: action.definition.input(name) for name in inputs if name in action.definition.inputs.properties}
    return {(field.x_in, field.x_name or name): inputs[name] for name, field in fields.items() if field.x_in != "body"}


def inputs_that_send(action: Action, outside: dict[tuple[str | None, str], Any], body: Any) -> Json:
    """The inputs that make an imported action send these values and this body."""
    found: Json = {}
    for name in action.definition.inputs.properties:
        field = action.definition.input(name)
        inside = json_pointer.get(body, field.pointers(name)[0])
        value = (
            inside if field.x_in == "body" else outside.get((field.x_in, field.x_name or name), json_pointer.MISSING)
        )
        if value is not json_pointer.MISSING:
            # A parameter of the package takes one value where the connector takes several.
            found[name] = value[0] if isinstance(value, list) and "array" not in field.types else value
    return found


def pairs(url: str) -> set[str]:
    """The pairs in the query of a URL."""
    return set(url.partition("?")[2].split("&"))


def test_what_is_sent_is_the_same(own: Connector, imported: Connector) -> None:
    different: list[str] = []
    for action in own.actions:
        example = next(each for each in action.definition.examples if each.error is None)
        mine = own.preview(action, example.inputs, KEY, idempotency_key="k")
        theirs = imported.find(action.operation_id)
        sent = imported.preview(theirs, inputs_that_send(theirs, placed(action, example.inputs), mine.body), KEY)
        places = [(each.method, each.url.partition("?")[0], each.body) for each in (sent, mine)]
        if places[0] != places[1] or not pairs(sent.url) <= pairs(mine.url):
            different.append(action.key)
    assert different == DIFFERENT


def test_choices_are_those_of_the_connector(own: Connector, imported: Connector) -> None:
    def choices(connector: Connector) -> set[tuple[str, str]]:
        return {
            (action.operation_id, source.operation_id)
            for action in connector.actions
            for source in dynamic_values(action.definition.inputs.properties.values())
        }

    assert len(choices(own)) > 50
    assert choices(imported) >= choices(own)


def dynamic_values(fields: Iterable[FieldSchema]) -> Iterator[DynamicValues]:
    """What fields say of their choices, those in rows included."""
    for field in fields:
        if field.x_ms_dynamic_values is not None:
            yield field.x_ms_dynamic_values
        yield from dynamic_values(field.properties.values())
        yield from dynamic_values([field.items] if field.items is not None else [])
