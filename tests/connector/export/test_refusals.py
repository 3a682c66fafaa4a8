"""What a format cannot express is refused, in a sentence that names the place in the definitions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.export import EXPORT_FORMATS, ExportError, export
from tests.connector.export.test_power_platform_files import PUBLICATION
from tests.connector.export.whole import Json, parcels
from tests.connector.parcels import GET, LIST, TEXT, action, body, field, manifest

PUBLISHED: Json = {"publication": PUBLICATION}
SECRET: Json = {"api_key": {"type": "string", "title": "API key", "writeOnly": True}}
CHOICES = {"operationId": "ListParcelsOp", "value-collection": "parcels", "value-path": "id", "value-title": "note"}


def connection(**fields: Json) -> Json:
    return {"connection": {"properties": {**SECRET, **fields}, "required": ["api_key"], "test": "list_parcels"}}


def inputs(**fields: Json) -> Json:
    return action(inputs=fields)


def choosing(**words: Any) -> Json:
    return inputs(size=body(title="Size", x_ms_dynamic_values={**CHOICES, **words}))


def choice(key: str, *names: str) -> Json:
    """An action with a choice of that key between fields of these names."""
    made = inputs(**{name: body(title=name, x_ms_visibility="important") for name in names})
    options = [{"key": f"o{number}", "title": name, "fields": [name]} for number, name in enumerate(names)]
    made["inputs"]["x-rules"] = [{"kind": "choice", "key": key, "title": "Kind", "options": options}]
    return made


def tree(**words: Any) -> Json:
    """An action whose lists are nested in themselves."""
    nested = {"type": "array", "items": {"$ref": "#/$defs/list"}, **words}
    return action(inputs={"list": {"$ref": "#/$defs/list", "title": "List", "x-in": "body"}}, defs={"list": nested})


_SEND = "The action “send_parcel” cannot be exported: "
CASES: list[tuple[str, list[Json], Json, str]] = [
    (
        "n8n",
        [inputs(operation=body(title="A"), operation_=body(title="B"))],
        {},
        _SEND + "two of its fields would be “operation_” in n8n.",
    ),
    (
        "n8n",
        [inputs(a_empty=body(title="A"), a=body(title="B", x_keep_empty=True))],
        {},
        _SEND + "n8n reserves the name “a_empty” of its field “a_empty”.",
    ),
    (
        "n8n",
        [inputs(**{"a.b": body(title="A"), "a-b": body(title="B")})],
        {},
        _SEND + "two of its fields would be “a_b” in n8n.",
    ),
    ("n8n", [choice("limit", "a", "b")], {}, _SEND + "n8n reserves the name “limit” of its choice."),
    ("n8n", [choice("a", "a", "b")], {}, _SEND + "n8n reserves the name “a” of its field “a”."),
    ("n8n", [choosing(operationId="NoneOp")], {}, _SEND + "choices come from NoneOp, which is not an action."),
    (
        "n8n",
        [choosing(operationId="GetParcelOp"), GET],
        {},
        _SEND + "choices come from GetParcelOp, which requires “parcel_id”.",
    ),
    (
        "n8n",
        [action(outputs={"error": TEXT, "error_message": TEXT})],
        {},
        _SEND + "n8n reserves the output “error”, and “error_message” is taken too.",
    ),
    (
        "n8n",
        [],
        connection(base_url_2={"type": "integer", "title": "Port"}),
        "The connection field “base_url_2” must be a string for n8n.",
    ),
    (
        "n8n",
        [],
        connection(constructor={"type": "string"}),
        "n8n cannot have a field of the name “constructor” in its credentials.",
    ),
    ("n8n", [choice("constructor", "a", "b")], {}, _SEND + "n8n reserves the name “constructor” of its choice."),
    (
        "n8n",
        [],
        connection(callsPerMinute={"type": "string"}),
        "Two fields of the n8n credentials would have the name “callsPerMinute”.",
    ),
    (
        "n8n",
        [GET],
        {"connection": {**connection()["connection"], "test": "get_parcel"}},
        "n8n tests credentials with a GET without inputs, which the action “get_parcel” is not.",
    ),
    (
        "n8n",
        [],
        {"publication": None},
        "This format needs a publisher: set publication.publisher in connector.json, or use --publisher,"
        " --publisher-email and --publisher-url.",
    ),
    (
        "node-red",
        [inputs(toString=body(title="Text"))],
        {},
        _SEND + "Node-RED starts no flow with a field called “toString”.",
    ),
    (
        "node-red",
        [],
        connection(baseUrl={"type": "string"}),
        "The connection field “baseUrl” cannot be exported: the Node-RED node has one of this name.",
    ),
    (
        "node-red",
        [],
        connection(**{"client.id": {"type": "string"}}),
        "The connection field “client.id” cannot be exported: Node-RED takes letters, digits, _ and - in names.",
    ),
    (
        "node-red",
        [inputs(size=field("object", "Size", x_in="query"))],
        {},
        _SEND + "the input “size” is not a plain value, which the query requires.",
    ),
    ("node-red", [inputs(size=body("null", "Size"))], {}, _SEND + "the input “size” can only be null."),
    (
        "mcp",
        [inputs(size=body("array", "Sizes"))],
        {},
        _SEND + "items of “size” have no type, which not every host accepts.",
    ),
    ("mcp", [tree()], {}, _SEND + "“list[][]” is nested without end, which not every host accepts."),
    (
        "mcp",
        [inputs(size=body("object", "Size", additionalProperties={"type": "array"}))],
        {},
        _SEND + "values of “size” are not plain, which not every host accepts.",
    ),
    (
        "mcp",
        [action("describe_action")],
        {},
        "The action “describe_action” cannot be exported: “describe_action” is a tool of every server.",
    ),
    (
        "mcp",
        [inputs(other_inputs=body(title="A"), more=body(title="B", x_ms_visibility="advanced"))],
        {},
        _SEND + "“other_inputs” is an input of its tool already.",
    ),
    (
        "mcp",
        [inputs(**{"a b": body(title="A")})],
        {},
        _SEND + "common hosts reject the tool, because inputSchema at its root: the property “a b” must have 1"
        " to 64 letters, digits, _, . and - (Anthropic).",
    ),
    (
        "power-platform",
        [inputs(size={"title": "Size", "x-in": "body", "type": []})],
        {},
        _SEND + "input “size” has no type.",
    ),
    (
        "power-platform",
        [inputs(size=body("array", "Sizes", items={"type": []}))],
        {},
        _SEND + "input “size[]” has no type.",
    ),
    (
        "power-platform",
        [inputs(size=body(title="Size", format="isbn"))],
        {},
        _SEND + "input “size” has the format “isbn”, which the platform does not know.",
    ),
    (
        "power-platform",
        [choosing(**{"value-collection": "none"})],
        {},
        _SEND + "the choices of “size” are not among the outputs of ListParcelsOp.",
    ),
    (
        "power-platform",
        [choosing(**{"value-path": "none"})],
        {},
        _SEND + "the choices of “size” are not among the outputs of ListParcelsOp.",
    ),
    (
        "power-platform",
        [choosing(**{"value-title": "none"})],
        {},
        _SEND + "the choices of “size” are not among the outputs of ListParcelsOp.",
    ),
    (
        "power-platform",
        [],
        connection(port={"type": "number"}),
        "The connection field “port” must be a string, an integer or a boolean for the Power Platform.",
    ),
    (
        "power-platform",
        [],
        connection(port={"type": ["string", "integer"]}),
        "The connection field “port” must be a string, an integer or a boolean for the Power Platform.",
    ),
    (
        "power-platform",
        [],
        {"publication": {"publisher": PUBLICATION["publisher"]}},
        "This format needs under “publication” in connector.json: privacyPolicy, categories.",
    ),
    (
        "power-platform",
        [],
        {"publication": {"categories": ["Data"]}},
        "This format needs under “publication” in connector.json: publisher, privacyPolicy. --publisher,"
        " --publisher-email and --publisher-url name the publisher.",
    ),
    (
        "catalogue",
        [choosing(operationId="NoneOp")],
        {},
        _SEND + "choices come from “NoneOp”, which is not an action of the connector.",
    ),
    (
        "openapi",
        [action(inputs={"a": body()}, defs={"Error": {"type": "string"}})],
        {},
        "The shared definition “Error” cannot be exported: the document uses this name for errors.",
    ),
    (
        "docs",
        [{**action(), "group": "index"}],
        {"groups": manifest()["groups"] | {"index": {"title": "Index", "description": "All."}}},
        "The group “index” cannot be exported: its page would overwrite the index.",
    ),
    (
        "node-red",
        [{**action(), "group": "connection"}],
        {"groups": manifest()["groups"] | {"connection": {"title": "C", "description": "C."}}},
        "The group “connection” cannot be exported: the config node has the same name.",
    ),
    ("catalogue", [], {"icon": "icons/none.txt"}, "The icon “icons/none.txt” must be an SVG or a PNG file."),
    (
        "catalogue",
        [],
        {"icon": "icons/none.svg"},
        "The icon “icons/none.svg” cannot be read: No such file or directory.",
    ),
    ("catalogue", [], {"icon": "../icon.svg"}, "The icon “../icon.svg” is outside the connector folder."),
    ("catalogue", [], {"icon": "icons/folder.svg"}, "The icon “icons/folder.svg” is not a regular file."),
]


@pytest.mark.parametrize(("name", "actions", "connector", "message"), CASES)
def test_what_a_format_cannot_express_is_refused(
    name: str, actions: list[Json], connector: Json, message: str, tmp_path: Path
) -> None:
    folder = parcels(tmp_path, *actions, LIST, connector=manifest(**PUBLISHED) | connector)
    (folder.folder / "icons/folder.svg").mkdir()
    with pytest.raises(ExportError) as raised:
        export(folder, name)
    assert raised.value.message == message


@pytest.mark.parametrize("format_name", EXPORT_FORMATS)
def test_an_action_of_a_group_that_does_not_exist_is_left_out_of_no_export_in_silence(
    format_name: str, tmp_path: Path
) -> None:
    made = parcels(tmp_path, GET, LIST, connector=manifest(**PUBLISHED))
    bundle = replace(made, manifest=made.manifest.model_copy(update={"groups": {}}))
    with pytest.raises(ExportError, match="cannot be exported: the group “parcels” does not exist"):
        export(bundle, format_name)
