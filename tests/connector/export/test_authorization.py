"""Every way to authenticate, in every format: expressed as the format says it, or refused with the name of the word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.loader import Bundle
from connector.export import EXPORT_FORMATS, ExportError, export
from connector.export.n8n.expressions import authenticate, base_url, statements
from tests.connector.export.test_n8n import PUBLICATION
from tests.connector.export.whole import ROOT, parcels
from tests.connector.parcels import GET, LIST, Json, connector_definition, field, manifest


def secret(title: str) -> Json:
    return field(title=title, writeOnly=True)


KEY: Json = {"properties": {"key": secret("Key")}, "required": ["key"]}
LOGIN: Json = {"properties": {"user": field(title="User"), "word": secret("Word")}, "required": ["user", "word"]}
BASIC = {"basic": {"username": "{connection.user}", "password": "{connection.word}"}}
KINDS: Json = {
    "properties": {**KEY["properties"], **LOGIN["properties"], "region": field(title="Region")},
    "kinds": [
        {"key": "key", "title": "API key", "fields": ["key", "region"], "required": ["key"],
         "authorization": {"query": {"k": "{connection.key}"}}},
        {"key": "login", "title": "Log in", "fields": ["user", "word", "region"], "required": ["user", "word"],
         "authorization": BASIC},
    ],
}  # fmt: skip
SHAPES: dict[str, Json] = {
    "query": {"connection": KEY, "authorization": {"query": {"k": "{connection.key}"}}},
    "query-prefix": {"connection": KEY, "authorization": {"query": {"k": "v1:{connection.key}"}}},
    "header": {"connection": KEY, "authorization": {"headers": {"X-Key": "{connection.key}"}}},
    "basic": {"connection": LOGIN, "authorization": BASIC},
    "two-headers": {
        "connection": LOGIN,
        "authorization": {"headers": {"X-User": "{connection.user}", "X-Word": "{connection.word}"}},
    },
    "none": {"connection": {}, "authorization": {}},
    "host": {
        "connection": {
            "properties": {**KEY["properties"], "region": field(title="Region")},
            "required": ["key", "region"],
        },
        "authorization": {"headers": {"X-Key": "{connection.key}"}},
        "baseUrl": "https://{connection.region}.parcels.example/v1",
        "headers": {"X-Region": "{connection.region}", "X-Version": "2"},
        "query": {"expand": "{connection.region}"},
    },
    "kinds": {"connection": KINDS, "authorization": {}},
}


def folder(place: Path, document: Json, *actions: Json) -> Bundle:
    made = parcels(place, *actions, connector=document)
    (made.folder / "icons/connector.png").write_bytes((ROOT / "icons/connector.png").read_bytes())
    return made


def exported(shape: str, place: Path, format_name: str, *actions: Json) -> dict[str, bytes]:
    connection = {**SHAPES[shape]["connection"], "test": "list_parcels"}
    document = manifest(publication=PUBLICATION, **{**SHAPES[shape], "connection": connection})
    return export(folder(place, document, *(actions or (GET, LIST))), format_name)


@pytest.mark.parametrize("format_name", EXPORT_FORMATS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_exported_or_refused_by_the_name_of_the_word(
    shape: str, format_name: str, tmp_path: Path
) -> None:
    if (shape, format_name) == ("kinds", "power-platform"):
        with pytest.raises(ExportError, match=r"“connection\.kinds”"):
            exported(shape, tmp_path, format_name)
    else:
        assert exported(shape, tmp_path, format_name)


def power_platform(shape: str, place: Path, *actions: Json) -> tuple[Json, Json]:
    files = exported(shape, place, "power-platform", *actions)
    return json.loads(files["apiDefinition.swagger.json"]), json.loads(files["apiProperties.json"])["properties"]


def set_by_policies(properties: Json) -> Any:
    found = {}
    for policy in properties["policyTemplateInstances"]:
        values = {name.rpartition(".")[2]: value for name, value in policy["parameters"].items()}
        name = values.get("name", "")
        found[policy["templateId"], name] = values.get("value") or values.get("urlTemplate") or values["newPath"]
    return found


def test_n8n_has_the_letters_of_a_base_url_as_they_are_written() -> None:
    address = '"https://bücher.example/" + $credentials.region.trim()'
    expected = f'={{{{ ($credentials.baseUrl || {address}).replace(/\\/+$/, "") }}}}'
    assert base_url("https://bücher.example/{connection.region}") == expected


@pytest.mark.parametrize(
    ("shape", "definitions", "policies"),
    [
        ("query", {"key": {"type": "apiKey", "in": "query", "name": "k"}}, {}),
        ("query-prefix", None, {("setqueryparameter", "k"): "v1:@connectionParameters('key')"}),
        (
            "header",
            {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            {("setheader", "X-Key"): "@connectionParameters('key')"},
        ),
        ("basic", {"basic": {"type": "basic"}}, {}),
        (
            "two-headers",
            {"word": {"type": "apiKey", "in": "header", "name": "X-Word"}},
            {
                ("setheader", "X-User"): "@connectionParameters('user')",
                ("setheader", "X-Word"): "@connectionParameters('word')",
            },
        ),
        ("none", None, {}),
        (
            "host",
            {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            {
                ("dynamichosturl", ""): "https://@connectionParameters('region').parcels.example/v1",
                ("setheader", "X-Region"): "@connectionParameters('region')",
                ("setheader", "X-Version"): "2",
                ("setqueryparameter", "expand"): "@connectionParameters('region')",
                ("setheader", "X-Key"): "@connectionParameters('key')",
            },
        ),
    ],
)
def test_the_power_platform_signs_in_as_its_own_packages_do(
    shape: str, definitions: Json | None, policies: Json, tmp_path: Path
) -> None:
    swagger, properties = power_platform(shape, tmp_path)
    assert swagger.get("securityDefinitions") == definitions
    assert set_by_policies(properties) == policies
    if shape == "basic":
        kinds = {name: each["type"] for name, each in properties["connectionParameters"].items()}
        assert kinds == {"username": "string", "password": "securestring"}
    if shape == "none":
        assert "connectionParameters" not in properties


def elsewhere(**request: Any) -> Json:
    found: Json = json.loads(json.dumps(GET))
    found["request"] |= request
    found["inputs"]["properties"]["lang"] = field(title="Language", x_in="template")
    return found


def test_templates_of_an_action_become_policies_of_its_operation(tmp_path: Path) -> None:
    action = elsewhere(
        path="/r/{connection.region}/parcels/{parcel_id}", baseUrl="https://files.example", headers={"X-Lang": "{lang}"}
    )
    swagger, properties = power_platform("host", tmp_path, action, LIST)
    (operation,) = swagger["paths"]["/r/region/parcels/{parcel_id}"].values()
    assert {"name": "X-Lang", "in": "header"}.items() <= operation["parameters"][1].items()
    own = [
        policy
        for policy in properties["policyTemplateInstances"]
        if policy["parameters"]["x-ms-apimTemplate-operationName"] == [operation["operationId"]]
    ]
    assert [policy["templateId"] for policy in own] == ["dynamichosturl", "routerequesttoendpoint"]
    route = own[1]["parameters"]["x-ms-apimTemplateParameter.newPath"]
    assert route == "/r/@connectionParameters('region')/parcels/{parcel_id}"


@pytest.mark.parametrize(
    ("request_words", "word"),
    [
        ({"headers": {"X-Lang": "{lang}-x"}}, "request.headers"),
        ({"query": {"lang": "{lang}-x"}}, "request.query"),
        ({"baseUrl": "https://{lang}.example"}, "request.baseUrl"),
    ],
)
def test_an_input_that_no_policy_can_read_is_refused_by_action_and_word(
    request_words: Json, word: str, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=rf"“get_parcel”.*“{word}”.*“lang”"):
        power_platform("header", tmp_path, elsewhere(**request_words), LIST)


@pytest.mark.parametrize(
    ("shape", "schemes"),
    [
        ("query", {"connection": {"type": "apiKey", "in": "query", "name": "k"}}),
        ("basic", {"connection": {"type": "http", "scheme": "basic"}}),
        (
            "two-headers",
            {
                "connection_x_user": {"type": "apiKey", "in": "header", "name": "X-User"},
                "connection_x_word": {"type": "apiKey", "in": "header", "name": "X-Word"},
            },
        ),
        (
            "kinds",
            {
                "key": {"type": "apiKey", "in": "query", "name": "k"},
                "login": {"type": "http", "scheme": "basic"},
            },
        ),
    ],
)
def test_openapi_names_each_place_of_a_secret(shape: str, schemes: Json, tmp_path: Path) -> None:
    found = json.loads(exported(shape, tmp_path, "openapi")["openapi.json"])
    described = found["components"]["securitySchemes"]
    assert {name: {k: v for k, v in one.items() if k != "description"} for name, one in described.items()} == schemes
    together: list[Json] = [{name: [] for name in schemes}]
    assert found["security"] == ([{name: []} for name in schemes] if shape == "kinds" else together)


@pytest.mark.parametrize(
    ("shape", "properties"),
    [
        ("query", {"qs": {"k": "={{ $credentials.key.trim() }}"}}),
        (
            "basic",
            {"auth": {"username": "={{ $credentials.user.trim() }}", "password": "={{ $credentials.word.trim() }}"}},
        ),
        ("none", {}),
    ],
)
def test_n8n_adds_the_secrets_by_expressions(shape: str, properties: Json) -> None:
    assert authenticate(connector_definition(**SHAPES[shape])) == properties


def test_n8n_sends_only_what_belongs_to_the_kind_of_the_credentials(tmp_path: Path) -> None:
    files = exported("kinds", tmp_path, "n8n")
    (credentials,) = (content.decode() for name, content in files.items() if name.endswith(".credentials.ts"))
    assert (
        """
		switch (field('kind')) {
			case 'key':
				qs['k'] = field('key');
				break;
			case 'login':
				request.auth = { username: field('user'), password: field('word') };
				break;
		}
"""
        in credentials
    )


def test_n8n_leaves_out_a_header_whose_optional_field_is_empty() -> None:
    connection = {"properties": {**KEY["properties"], "zone": field(title="Zone")}, "required": ["key"]}
    headers = {"X-Key": "v1:{connection.key}", "X-Zone": "{connection.zone}"}
    definition = connector_definition(connection=connection, authorization={"headers": headers, "strip": ["v1:"]})
    assert authenticate(definition) is None
    assert list(statements(definition.kinds[0])) == [
        "headers['X-Key'] = 'v1:' + field('key').replace(/^(?:v1:)\\s+/i, \"\");",
        "if (field('zone')) headers['X-Zone'] = field('zone').replace(/^(?:v1:)\\s+/i, \"\");",
    ]


def test_n8n_makes_the_base_url_of_the_fields_unless_one_is_given() -> None:
    fields = '$credentials.baseUrl || "https://" + $credentials.region.trim() + ".x.example/v1"'
    assert base_url("https://{connection.region}.x.example/v1") == f'={{{{ ({fields}).replace(/\\/+$/, "") }}}}'


def test_hosts_offer_the_kinds_of_connection(tmp_path: Path) -> None:
    node_red = exported("kinds", tmp_path / "a", "node-red")
    page = next(content.decode() for name, content in node_red.items() if name.endswith("connection.html"))
    assert '<option value="login">Log in</option>' in page
    assert 'data-kinds="login"' in page
    n8n = exported("kinds", tmp_path / "b", "n8n")
    (credentials,) = (content.decode() for name, content in n8n.items() if name.endswith(".credentials.ts"))
    assert "displayOptions" in credentials
    catalogue = json.loads(exported("kinds", tmp_path / "c", "catalogue")["catalogue.json"])
    assert [kind["key"] for kind in catalogue["connection"]["kinds"]] == ["key", "login"]
    docs = b"".join(exported("kinds", tmp_path / "d", "docs").values()).decode()
    assert "Fill in the fields of one kind of connection." in docs


def test_a_basic_user_that_is_made_of_several_parts_is_refused_by_its_word(tmp_path: Path) -> None:
    basic = {"username": "{connection.user}/token", "password": "{connection.word}"}
    document = manifest(
        publication=PUBLICATION, connection={**LOGIN, "test": "list_parcels"}, authorization={"basic": basic}
    )
    with pytest.raises(ExportError, match=r"“authorization\.basic\.username”"):
        export(parcels(tmp_path, GET, LIST, connector=document), "power-platform")


@pytest.mark.parametrize("format_name", ["n8n", "node-red"])
def test_a_field_with_the_name_of_the_hosts_own_is_refused_by_it(format_name: str, tmp_path: Path) -> None:
    connection = {"properties": {"baseUrl": secret("Address")}, "required": ["baseUrl"], "test": "list_parcels"}
    authorization = {"headers": {"X-Key": "{connection.baseUrl}"}}
    document = manifest(publication=PUBLICATION, connection=connection, authorization=authorization)
    with pytest.raises(ExportError, match="“baseUrl”"):
        export(folder(tmp_path, document, GET, LIST), format_name)
