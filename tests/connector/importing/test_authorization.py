"""What a package says of its connection, in whatever way it says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector import Connection, Connector
from connector.errors import DefinitionError
from connector.importing.authorization import access_of
from connector.importing.package import Package
from connector.importing.report import report_on
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_reading import OPERATION, swagger

Json = dict[str, Any]

SECRET: Json = {"type": "securestring", "uiDefinition": {"constraints": {"required": "true"}}}
TEXT: Json = {"type": "string", "uiDefinition": {"constraints": {"required": "true"}}}


def described(*schemes: Json, **parameters: Json) -> Any:
    """The connection of a package with these ways to sign in and these parameters."""
    definitions = {f"s{index}": scheme for index, scheme in enumerate(schemes)}
    return access_of({"securityDefinitions": definitions}, {"connectionParameters": parameters} if parameters else {})


def key(name: str) -> Json:
    """A key in a header."""
    return {"type": "apiKey", "in": "header", "name": name}


def policy(template: str, operations: tuple[str, ...] = (), **values: str) -> Json:
    """A policy."""
    parameters: Json = {f"x-ms-apimTemplateParameter.{name}": value for name, value in values.items()}
    return {"templateId": template, "parameters": {**parameters, "x-ms-apimTemplate-operationName": [*operations]}}


def test_the_only_secret_is_the_key() -> None:
    access = described(key("X-Key"), region=TEXT, token=SECRET)
    assert access.kinds[0].headers == {"X-Key": "{connection.token}"}
    assert access.kinds[0].required == ("region", "token")
    assert access.notes == []


def test_a_key_that_nothing_names_is_asked_for_and_said() -> None:
    access = described(key("X-Key"), alpha=SECRET, beta=SECRET)
    assert access.kinds[0].headers == {"X-Key": "{connection.s0}"}
    assert access.kinds[0].required == ("alpha", "beta", "s0")
    assert access.properties["s0"]["writeOnly"] is True
    assert access.notes == ["The package does not say which connection parameter is sent as X-Key."]


def test_basic_credentials_without_parameters_are_asked_for() -> None:
    access = described({"type": "basic"})
    assert access.kinds[0].basic == {"username": "{connection.username}", "password": "{connection.password}"}
    assert access.properties["password"]["writeOnly"] is True


def test_a_single_secret_of_basic_credentials_is_the_user_name() -> None:
    assert described({"type": "basic"}, api_key=SECRET).kinds[0].basic == {"username": "{connection.api_key}"}


def test_the_password_is_told_by_its_name() -> None:
    access = described({"type": "basic"}, secret=SECRET, email=TEXT, site=TEXT)
    assert access.kinds[0].basic == {"username": "{connection.email}", "password": "{connection.secret}"}


def test_a_token_is_asked_for_where_only_the_description_has_oauth() -> None:
    access = described({"type": "oauth2", "flow": "accessCode"})
    assert access.kinds[0].headers == {"Authorization": "Bearer {connection.token}"}
    assert access.kinds[0].authorization["strip"] == ["Bearer "]


def test_a_hidden_parameter_with_a_value_is_that_value() -> None:
    hidden = {"type": "string", "uiDefinition": {"constraints": {"hidden": "true", "default": "eu"}}}
    access = described(region=hidden)
    assert access.template("region") == "eu"
    assert access.properties == {}


def test_values_inside_an_oauth_setting_are_constants() -> None:
    setting = {"type": "oauthSetting", "oAuthSettings": {"customParameters": {"site": {"value": "https://a.example"}}}}
    access = described(token=setting)
    assert access.template("token/oAuthSettings/customParameters/site/value") == "https://a.example"
    assert access.template("token:site") == "https://a.example"


def test_a_gateway_is_left_out_and_said() -> None:
    access = described(gateway={"type": "gatewaySetting"})
    assert access.properties == {}
    assert access.notes == ["The connection parameter “gateway” is for the cloud only and is left out."]


def test_a_value_to_fall_back_on_is_sent(tmp_path: Path) -> None:
    header = policy("setheader", name="X-Region", value="@connectionParameters('region','eu')")
    properties = {"connectionParameters": {"region": {"type": "string"}}, "policyTemplateInstances": [header]}
    connector = Connector.load(write_package(tmp_path, swagger(), properties))
    assert connector.preview("GetThing").headers["X-Region"] == "eu"
    assert connector.preview("GetThing", {}, Connection(region="us")).headers["X-Region"] == "us"


@pytest.mark.parametrize(("action", "sent"), [("skip", "Key k"), ("append", "Key k, v"), ("override", "v")])
def test_a_policy_meets_a_header_that_is_there(tmp_path: Path, action: str, sent: str) -> None:
    first = policy("setheader", ("GetThing",), name="X-Key", value="Key @connectionParameters('k')")
    second = policy("setheader", ("GetThing",), name="x-key", value="v", existsAction=action)
    properties = {"connectionParameters": {"k": TEXT}, "policyTemplateInstances": [first, second]}
    connector = Connector.load(write_package(tmp_path, swagger(), properties))
    assert connector.preview("GetThing", {}, Connection(k="k")).headers["X-Key"].replace("••••••", "k") == sent


def test_a_policy_that_signs_in_one_operation_otherwise_is_a_gap_where_there_are_kinds(tmp_path: Path) -> None:
    sets = {"values": [{"name": name, "parameters": {name: SECRET}} for name in ("one", "two")]}
    change = policy("setheader", ("GetThing",), name="X-Key", value="constant")
    paths = {"/things": {"get": OPERATION, "post": {**OPERATION, "operationId": "PutThing"}}}
    document = swagger(paths, securityDefinitions={"one": key("X-Key"), "two": key("X-Key")})
    properties = {"connectionParameterSets": sets, "policyTemplateInstances": [change]}
    report = report_on(Package(write_package(tmp_path, document, properties)))
    assert report.operations[0].gaps == ("The policy setheader changes how one operation signs in.",)


def test_a_connection_without_its_host_says_what_is_missing(tmp_path: Path) -> None:
    host = policy("dynamichosturl", urlTemplate="https://@connectionParameters('host')/api")
    properties = {"connectionParameters": {"host": TEXT}, "policyTemplateInstances": [host]}
    connector = Connector.load(write_package(tmp_path, swagger(), properties))
    assert connector.preview("GetThing", {}, Connection(host="a.example.com")).url == "https://a.example.com/api/things"
    assert connector.definition.connection.required == ["host"]


def test_a_base_path_with_placeholders_is_part_of_every_path(tmp_path: Path) -> None:
    document = swagger({"/things": {"get": {**OPERATION, "parameters": [
        {"name": "tenant", "in": "path", "required": True, "type": "string"}]}}}, basePath="/{tenant}/api")  # fmt: skip
    connector = Connector.load(write_package(tmp_path, document))
    assert connector.preview("GetThing", {"tenant": "acme"}).url == "https://api.example.com/acme/api/things"


def test_an_action_that_cannot_run_says_so_in_its_description(tmp_path: Path) -> None:
    properties = {"policyTemplateInstances": [policy("nosuchpolicy")]}
    connector = Connector.load(write_package(tmp_path, swagger(), properties))
    assert "Cannot run here: The policy nosuchpolicy is unknown." in connector.find("GetThing").definition.description
    with pytest.raises(DefinitionError, match="is unknown"):
        connector.preview("GetThing")


def test_a_new_path_may_be_made_of_a_parameter_of_the_query(tmp_path: Path) -> None:
    route = policy("routerequesttoendpoint", ("GetThing",), newPath="/@queryParameters('kind')/all?x=1")
    operation = {**OPERATION, "parameters": [{"name": "kind", "in": "query", "type": "string"}]}
    document = swagger({"/things": {"get": operation}})
    connector = Connector.load(write_package(tmp_path, document, {"policyTemplateInstances": [route]}))
    assert connector.preview("GetThing", {"kind": "a b"}).url == "https://api.example.com/a%20b/all?kind=a%20b&x=1"
    assert connector.find("GetThing").definition.inputs.required == ["kind"]


def test_a_value_that_a_policy_sets_where_there_is_none_is_a_default_that_is_always_sent(tmp_path: Path) -> None:
    names = {"name": "size", "value": "7", "existsAction": "skip"}
    properties = {"policyTemplateInstances": [policy("setqueryparameter", ("GetThing",), **names)]}
    operation = {**OPERATION, "parameters": [{"name": "size", "in": "query", "type": "integer"}]}
    connector = Connector.load(write_package(tmp_path, swagger({"/things": {"get": operation}}), properties))
    inputs = connector.find("GetThing").definition.inputs
    assert (inputs.properties["size"].default, inputs.required) == (7, ["size"])
    assert connector.preview("GetThing").url == "https://api.example.com/things?size=7"
    assert connector.preview("GetThing", {"size": 8}).url == "https://api.example.com/things?size=8"


def test_a_policy_of_the_response_that_is_unknown_is_said(tmp_path: Path) -> None:
    change = policy("nosuchpolicy")
    change["parameters"]["x-ms-apimTemplate-policySection"] = "Response"
    report = report_on(Package(write_package(tmp_path, swagger(), {"policyTemplateInstances": [change]})))
    assert report.operations[0].gaps == ()
    assert report.operations[0].notes == (
        "The response is returned as the service sends it, without the policy nosuchpolicy.",
    )


def test_a_list_without_a_place_for_a_link_has_no_pages(tmp_path: Path) -> None:
    rows = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
    responses = {"200": {"description": "OK", "schema": rows}}
    operation = {**OPERATION, "responses": responses, "x-ms-pageable": {"nextLinkName": "nextLink"}}
    connector = Connector.load(write_package(tmp_path, swagger({"/things": {"get": operation}})))
    assert connector.find("GetThing").definition.pagination is None


def test_a_field_of_two_kinds_allows_what_either_does() -> None:
    def server(text: str, *allowed: str) -> Json:
        values = [{"value": f"https://{name}.example", "text": name.upper()} for name in allowed]
        constraints = {"required": "true", **({"allowedValues": values} if values else {})}
        return {"type": "string", "uiDefinition": {"description": text, "constraints": constraints}}

    def field(*servers: Json) -> Json:
        kinds = [{"name": f"kind{at}", "parameters": {"server": each}} for at, each in enumerate(servers)]
        access = access_of({}, {"connectionParameterSets": {"values": kinds}})
        return access.properties["server"]

    assert field(server("Ours.", "eu", "us"))["description"] == "Ours. https://eu.example: EU; https://us.example: US."
    assert "enum" not in field(server("Ours.", "eu", "us"), server("Yours."))
    assert field(server("Ours."), server("Yours."))["description"] == "Ours. Yours."
    both = field(server("", "eu", "us"), server("", "us", "asia"))
    assert both["enum"] == ["https://eu.example", "https://us.example", "https://asia.example"]


def test_a_base_url_gets_a_field_for_what_the_package_does_not_declare(tmp_path: Path) -> None:
    moved = policy("dynamichosturl", (), urlTemplate="https://@connectionParameters('my Account').example.com")
    folder = write_package(tmp_path, swagger(), {"connectionParameters": {}, "policyTemplateInstances": [moved]})
    connector = Connector.load(folder)
    request = connector.preview("GetThing", {}, Connection(my_Account="acme"))
    assert request.url == "https://acme.example.com/things"
    assert "“my Account”" in report_on(Package(folder)).lines()[1]
