"""The other files of the Power Platform package, and packages of other selections and of other connectors."""

from __future__ import annotations

import json
import re
import struct
import zlib
from pathlib import Path

import pytest

from connector import Connector
from connector.catalogue.loader import load
from connector.export import ExportError, export
from connector.export.power_platform.api_properties import credential_text
from tests.connector.export.power_platform import properties
from tests.connector.export.power_platform_package import (
    Drawn,
    operations,
    readme,
    swagger,
    table,
)
from tests.connector.export.whole import ROOT, Json, bundle, definitions, exported, parcels
from tests.connector.parcels import ACTIONS, LIST, action, body, field, manifest, rows

PUBLICATION = {
    "publisher": {"name": "Parcels", "url": "https://parcels.example/help", "email": "help@parcels.example"},
    "privacyPolicy": "https://parcels.example/privacy",
    "categories": ["Data"],
    "icon": "icons/connector.svg",
}


def test_the_package_has_its_five_files() -> None:
    names = {"apiDefinition.swagger.json", "apiProperties.json", "icon.png", "readme.md", "settings.json"}
    assert set(exported("power-platform")) == names
    settings = json.loads(exported("power-platform")["settings.json"])
    assert {settings["apiDefinition"], settings["apiProperties"], settings["icon"]} < names


def test_the_user_pastes_the_bare_key_and_a_policy_adds_the_prefix() -> None:
    entry = properties()["connectionParameters"]["api_key"]
    assert entry["type"] == "securestring"
    assert entry["uiDefinition"]["constraints"]["clearText"] is False
    assert (entry["uiDefinition"]["displayName"], entry["uiDefinition"]["tooltip"]) == ("API key", "Provide API key.")
    assert "Enter it without “Bearer”" in entry["uiDefinition"]["description"]
    undescribed = next(iter(bundle().manifest.connection.properties.values())).model_copy(update={"description": None})
    assert credential_text(bundle(), undescribed).startswith("Enter it without")
    (policy,) = properties()["policyTemplateInstances"]
    assert policy["templateId"] == "setheader"
    given = policy["parameters"]
    assert given["x-ms-apimTemplateParameter.name"] == "Authorization"
    assert given["x-ms-apimTemplateParameter.value"] == "Bearer @connectionParameters('api_key')"
    assert given["x-ms-apimTemplateParameter.existsAction"] == "override"
    assert given["x-ms-apimTemplate-operationName"] == []
    assert swagger()["securityDefinitions"] == {"api_key": {"type": "apiKey", "in": "header", "name": "Authorization"}}
    assert swagger()["security"] == [{"api_key": []}]


def test_the_icon_is_a_square_on_the_brand_colour() -> None:
    raw = exported("power-platform")["icon.png"]
    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", raw[16:26])
    assert (width, height, depth, kind) == (230, 230, 8, 2)  # 2: colours without transparency
    data, at = b"", 8
    while at < len(raw):
        length, name = struct.unpack(">I4s", raw[at : at + 8])
        data += raw[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    first_row = zlib.decompress(data)[:4]
    assert first_row[0] in {0, 1, 2, 3, 4}
    assert f"#{first_row[1:].hex()}" == properties()["iconBrandColor"]


def test_the_readme_has_the_sections_and_names_every_operation() -> None:
    for section in (
        "Publisher",
        "Prerequisites",
        "Supported Operations",
        "Obtaining Credentials",
        "Known Issues and Limitations",
        "Import",
    ):
        assert re.search(rf"^## {section}", readme(), re.MULTILINE)
    for definition in definitions().values():
        assert f"**{definition.summary}** (`{definition.operation_id}`)" in readme()


def test_the_readme_says_what_the_cloud_cannot_do() -> None:
    for shown in (
        "Do until",
        "idempotency key",
        "No code of the connector runs in the cloud",
        "code in the connector that does not run in the cloud",
    ):
        assert shown in readme()
    checked = {row[0]: row[1] for row in table("Code of the Connector")}
    assert checked["Send a message"] == "yes"
    assert checked["Get an audience"] == "no"
    assert "Get a list" not in checked
    by_hand = {row[0] for row in table("Values to Fill In by Hand")}
    assert by_hand == {
        each.summary for each in definitions().values() if each.request.body_defaults or each.request.body is not None
    }


def test_nothing_secret_is_in_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURIER_AUTH_TOKEN", "pk_test_do_not_export")
    monkeypatch.setenv("PARCELS_API_KEY", "pk_test_do_not_export")
    made = export(load(ROOT), "power-platform")
    assert all(
        b"pk_test_do_not_export" not in content and str(ROOT).encode() not in content for content in made.values()
    )


def test_the_same_definitions_give_the_same_bytes() -> None:
    assert dict(exported("power-platform")) == export(load(ROOT), "power-platform")


def test_the_documented_connector_alone_has_its_operations_and_no_others() -> None:
    made = json.loads(exported("power-platform", only="documented")["apiDefinition.swagger.json"])
    found = {each["operationId"] for methods in made["paths"].values() for each in methods.values()}
    assert found == {each.operation_id for each in definitions().values() if each.documented}


def test_choices_are_left_to_the_user_where_the_listing_action_is_not_in_the_package() -> None:
    made = exported("power-platform", groups=("messages",))["apiDefinition.swagger.json"].decode()
    assert "x-ms-dynamic" not in made
    assert "ListsGet" not in made


def test_any_connector_folder_can_be_exported(tmp_path: Path) -> None:
    other = parcels(tmp_path, *ACTIONS, connector=manifest(publication=PUBLICATION))
    made = json.loads(export(other, "power-platform")["apiDefinition.swagger.json"])
    assert made["host"] == "api.parcels.example"
    listed = made["paths"]["/parcels"]["get"]["responses"]["200"]["schema"]["properties"]
    assert listed["paging"]["properties"]["more"]["type"] == "boolean"


def test_a_connector_that_says_nothing_of_its_publication_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="publication"):
        export(parcels(tmp_path, *ACTIONS), "power-platform")


@pytest.mark.parametrize(
    ("inputs", "outputs", "shown"),
    [
        ({"size": body(title="Size", format="furlong")}, {}, "“size” has the format “furlong”"),
        ({"size": body("null", "Size")}, {}, "“size” has no type"),
        ({"sizes": body("array", "Sizes", items={"type": "null"})}, {}, "has no type"),
        ({}, {"size": {"type": "null", "title": "Size"}}, "“size” has no type"),
    ],
)
def test_what_swagger_cannot_say_is_an_error_that_names_it(
    tmp_path: Path, inputs: Json, outputs: Json, shown: str
) -> None:
    other = parcels(tmp_path, action("weigh", inputs, outputs), connector=manifest(publication=PUBLICATION))
    with pytest.raises(ExportError, match=re.escape(shown)) as refused:
        export(other, "power-platform")
    assert "weigh" in str(refused.value)


def test_choices_that_cannot_be_found_are_an_error(tmp_path: Path) -> None:
    broken = json.loads(json.dumps(ACTIONS[2]))
    broken["inputs"]["properties"]["parcel_id"]["x-ms-dynamic-values"]["value-path"] = "nowhere"
    other = parcels(tmp_path, broken, ACTIONS[3], connector=manifest(publication=PUBLICATION))
    with pytest.raises(ExportError, match=r"parcel_id.*ListParcelsOp"):
        export(other, "power-platform")


def test_a_connection_field_of_a_type_that_no_connection_has_is_an_error(tmp_path: Path) -> None:
    words = manifest(publication=PUBLICATION)
    words["connection"]["properties"]["tags"] = {"type": "array", "title": "Tags"}
    with pytest.raises(ExportError, match="tags"):
        export(parcels(tmp_path, *ACTIONS, connector=words), "power-platform")


def test_rows_in_rows_of_their_own_kind_are_told_apart_and_end(tmp_path: Path) -> None:
    step = rows({"name": field(title="Name"), "steps": {"$ref": "#/$defs/steps", "title": "Steps"}})
    inputs = {"steps": {"$ref": "#/$defs/steps", "title": "Steps", "x-in": "body"}}
    nested = action("go", inputs, {}, defs={"steps": step})
    other = parcels(tmp_path, nested, connector=manifest(publication=PUBLICATION))
    made = json.loads(export(other, "power-platform")["apiDefinition.swagger.json"])
    schema = made["paths"]["/parcels"]["post"]["parameters"][0]["schema"]
    first = schema["properties"]["steps"]["items"]["properties"]
    second = first["steps"]["items"]["properties"]
    assert [first["name"]["title"], second["name"]["title"]] == ["Name", "Level 2 Step Name"]
    assert second["steps"]["items"] == {"type": "object"}


@pytest.mark.parametrize(
    ("inputs", "required", "schema"),
    [
        ({"all": body("object", "All", x_pointer="")}, [], {"type": "object", "title": "All"}),
        ({"all": body("object", "All", x_pointer="")}, ["all"], {"type": "object", "title": "All"}),
        ({"all": body("integer", "All", x_pointer="")}, [], {"type": "integer", "format": "int64", "title": "All"}),
    ],
)
def test_the_whole_body_may_be_one_input(inputs: Json, required: list[str], schema: Json, tmp_path: Path) -> None:
    document = action("send_parcel", inputs, required=required)
    made = export(parcels(tmp_path, document, LIST, connector=manifest(publication=PUBLICATION)), "power-platform")
    operation = json.loads(made["apiDefinition.swagger.json"])["paths"]["/parcels"]["post"]
    (parameter,) = operation["parameters"]
    assert parameter["schema"].items() >= schema.items()
    assert (parameter["name"], parameter["required"]) == ("body", bool(required))


@pytest.mark.parametrize("required", [[], ["prices"]])
def test_a_required_field_is_never_hidden(required: list[str], tmp_path: Path) -> None:
    keyed = rows({"currency": field(), "cents": field("integer")}, title="Prices", x_in="body", x_map_key="currency")
    document = action("send_parcel", {"prices": keyed}, required=required)
    made = export(parcels(tmp_path, document, LIST, connector=manifest(publication=PUBLICATION)), "power-platform")
    operation = json.loads(made["apiDefinition.swagger.json"])["paths"]["/parcels"]["post"]
    drawn = operation["parameters"][0]["schema"]["properties"]["prices"]
    assert drawn["x-ms-visibility"] == ("important" if required else "internal")


def test_an_action_without_a_body_has_no_parameter_for_it(tmp_path: Path) -> None:
    fixed = action("send_parcel", request_body={"source": "flow"})
    made = export(parcels(tmp_path, fixed, LIST, connector=manifest(publication=PUBLICATION)), "power-platform")
    operation = json.loads(made["apiDefinition.swagger.json"])["paths"]["/parcels"]["post"]
    assert operation["parameters"] == []


def test_the_page_of_warnings_names_what_a_checker_warns_of_and_nothing_else() -> None:
    page = (ROOT / "docs/power-platform-warnings.md").read_text(encoding="utf-8")
    odd = {each.document["summary"] for each in operations().values() if not is_plain(each.document["summary"])}
    assert set(re.findall(r"^- (.+)$", page, re.MULTILINE)) == odd
    raw = {
        (operation_id, "/".join(("body", *place)))
        for operation_id, operation in operations().items()
        for place, each in operation.inputs().items()
        if is_raw(each.schema) and place[-1] not in {"[]", "*"}
        if not any(is_hidden(operation.inputs().get(place[:cut])) for cut in range(1, len(place) + 1))
    }
    assert set(re.findall(r"^\| (\w+) \| `(body/[^`]+)` \|$", page, re.MULTILINE)) == raw
    several = {
        (operation_id, ", ".join(statuses))
        for operation_id, operation in operations().items()
        if len(statuses := [code for code, each in operation.document["responses"].items() if "schema" in each]) > 1
    }
    assert set(re.findall(r"^\| (\w+) \| ([\d, ]+) \|$", page, re.MULTILINE)) == several
    assert len(odd) + len(raw) + len(several) + 2 <= 40


def is_plain(summary: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9() ]+", summary) is not None


def is_raw(schema: Json) -> bool:
    return schema.get("type") == "object" and not schema.get("properties")


def is_hidden(drawn: Drawn | None) -> bool:
    return drawn is not None and drawn.schema.get("x-ms-visibility") == "internal"


def test_choices_may_depend_on_an_input_in_the_body(tmp_path: Path) -> None:
    listing = {"operationId": "ListParcelsOp", "value-collection": "parcels", "value-path": "id", "value-title": "note"}
    depends: Json = {**listing, "parameters": {"state": {"parameter": "state"}}}
    inputs = {
        "state": body(title="State", description="x", x_pointer="/filter/state"),
        "parcel": {**body(title="Parcel", description="x"), "x-ms-dynamic-values": depends},
    }
    connector = manifest(publication=PUBLICATION)
    made = export(parcels(tmp_path, action("send_parcel", inputs), LIST, connector=connector), "power-platform")
    schema = json.loads(made["apiDefinition.swagger.json"])["paths"]["/parcels"]["post"]["parameters"][0]["schema"]
    drawn = schema["properties"]["parcel"]
    assert drawn["x-ms-dynamic-list"]["parameters"] == {"state": {"parameterReference": "body/filter/state"}}
    assert "x-ms-dynamic-values" not in drawn
    for name, content in made.items():
        (tmp_path / "package").mkdir(exist_ok=True)
        (tmp_path / "package" / name).write_bytes(content)
    choices = Connector.load(tmp_path / "package").find("SendParcelOp").definition.input("parcel").x_ms_dynamic_values
    assert choices is not None
    assert choices.depends_on == ("state",)
