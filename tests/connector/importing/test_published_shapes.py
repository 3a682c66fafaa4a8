"""Shapes that published packages have, each run against the service that it describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector import Connection, Connector, Result
from connector.errors import InputError
from connector.examples import FakeClock
from connector.http.response import HttpResponse
from connector.importing.names import key_of
from connector.importing.package import Package
from connector.importing.report import report_on
from connector.importing.sample import sample_inputs
from tests.connector.importing.described_service import DescribedService, Sent
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_authorization import policy
from tests.connector.importing.test_reading import swagger

Json = dict[str, Any]

TEXT: Json = {"type": "string"}


def operation(*parameters: Json, schema: Json | None = None, **words: Any) -> Json:
    """The paths of a description with one POST."""
    said = {"200": {"description": "OK"} | ({"schema": schema} if schema else {})}
    return {"/things": {"post": {"operationId": "DoIt", "responses": said, "parameters": list(parameters), **words}}}


def body_of(schema: Json, **words: Any) -> Json:
    """A parameter that is the body."""
    return {"name": "body", "in": "body", "schema": schema, **words}


class Bench:
    """A package with its service."""

    def __init__(self, folder: Path, paths: Json, properties: Json | None = None, **more: Any) -> None:
        self.folder = write_package(folder, swagger(paths, **more), properties or {})
        self.service = DescribedService(swagger(paths, **more))
        self.connector = Connector.load(self.folder, transport=self.service, clock=FakeClock())
        self.inputs: Json = dict(self.connector.find("DoIt").inputs["properties"])

    def run(self, connection: Connection | None = None, **inputs: Any) -> Result:
        return self.connector.run("DoIt", inputs, connection)

    @property
    def sent(self) -> Sent:
        """The last request."""
        return self.service.sent[-1]


REQUIRED: Json = {"type": "object", "required": ["a"], "properties": {"a": TEXT, "b": TEXT}}


@pytest.mark.parametrize("words", [{"required": True}, {}], ids=["required", "unsaid"])
def test_the_required_fields_of_a_body_are_required_unless_the_body_is_not(tmp_path: Path, words: Json) -> None:
    bench = Bench(tmp_path, operation(body_of(REQUIRED, **words)))
    with pytest.raises(InputError, match="A is required"):
        bench.run(b="x")
    bench.run(a="x")
    assert bench.sent.json == {"a": "x"}


def test_a_body_that_is_not_required_and_of_which_nothing_is_filled_in_is_not_sent(tmp_path: Path) -> None:
    bench = Bench(tmp_path, operation(body_of(REQUIRED, required=False)))
    bench.run()
    assert (bench.sent.content, "content-type" in bench.sent.headers) == (b"", False)
    bench.run(a="x")
    assert bench.sent.json == {"a": "x"}


def test_a_body_that_is_one_value_has_the_name_and_the_texts_of_its_parameter(tmp_path: Path) -> None:
    data = {"name": "data", "in": "body", "x-ms-summary": "Data", "description": "What to fill in."}
    bench = Bench(tmp_path, operation({**data, "required": True, "schema": {"type": "object"}}))
    assert bench.inputs["data"]["title"] == "Data"
    assert bench.inputs["data"]["description"] == "What to fill in."
    bench.run(data={"x": 1})
    assert bench.sent.json == {"x": 1}


@pytest.mark.parametrize(
    ("consumes", "sent"), [([], b"a,b"), (["application/json"], b'"a,b"')], ids=["nothing said", "JSON"]
)
def test_a_text_is_sent_as_it_is_where_nothing_says_that_it_is_json(
    tmp_path: Path, consumes: list[str], sent: bytes
) -> None:
    bench = Bench(tmp_path, operation(body_of(TEXT, required=True), consumes=consumes))
    bench.run(body="a,b")
    assert bench.sent.content == sent


def test_fields_are_shown_where_what_is_around_them_is(tmp_path: Path) -> None:
    options = {"type": "object", "x-ms-visibility": "advanced", "properties": {"culture": TEXT, "b": {**TEXT}}}
    rows = {"type": "array", "items": {"type": "object", "properties": {"options": options}}}
    schema = {"type": "object", "properties": {"options": options, "rows": rows}}
    bench = Bench(tmp_path, operation(body_of(schema), schema={"type": "object", "properties": {"options": options}}))
    assert bench.inputs["culture"]["x-ms-visibility"] == "advanced"
    assert bench.inputs["rows"]["items"]["properties"]["culture"]["x-ms-visibility"] == "advanced"
    outputs = bench.connector.find("DoIt").outputs["properties"]
    assert outputs["options.culture"]["x-ms-visibility"] == "advanced"


def test_a_field_of_the_body_is_called_by_its_title_and_a_parameter_by_its_summary(tmp_path: Path) -> None:
    texts = {"type": "string", "title": "Title", "x-ms-summary": "Summary"}
    body = body_of({"type": "object", "properties": {"a": texts}})
    bench = Bench(tmp_path, operation({"name": "q", "in": "query", **texts}, body))
    assert {name: field["title"] for name, field in bench.inputs.items()} == {"a": "Title", "q": "Summary"}


RECORD: Json = {"type": "object", "properties": {"id": TEXT}}


@pytest.mark.parametrize("schema", [RECORD, {"type": "array", "items": RECORD}], ids=["object", "list"])
def test_a_response_that_is_not_json_is_a_text_beside_fields_that_are_empty(tmp_path: Path, schema: Json) -> None:
    bench = Bench(tmp_path, operation(schema=schema, produces=["application/xml"]))
    result = bench.run()
    assert "plain text" in result.fields.values()
    assert set(result.fields.values()) == {None, "plain text"}
    assert "application/xml" in report_on(Package(bench.folder)).lines()[-1]


CONTENT_TYPE = {
    "name": "Content-Type", "in": "header", "required": True, "x-ms-visibility": "internal", **TEXT, "default": "a/b",
}  # fmt: skip


@pytest.mark.parametrize(
    "parameters", [[CONTENT_TYPE], [CONTENT_TYPE, body_of(RECORD, required=False)]], ids=["no body", "empty body"]
)
def test_a_content_type_that_is_always_sent_needs_no_body(tmp_path: Path, parameters: list[Json]) -> None:
    bench = Bench(tmp_path, operation(*parameters))
    bench.run()
    assert bench.sent.headers["content-type"] == "a/b"


def test_a_policy_sets_the_content_type_of_requests_without_a_body(tmp_path: Path) -> None:
    sets = policy("setheader", (), name="content-type", value="a/b")
    bench = Bench(tmp_path, operation(), {"policyTemplateInstances": [sets]})
    bench.run()
    assert bench.sent.headers["content-type"] == "a/b"


@pytest.mark.parametrize("template", ["setheader", "setqueryparameter", "dynamichosturl", "routerequesttoendpoint"])
def test_a_policy_that_lacks_what_it_needs_does_nothing_and_is_a_note(tmp_path: Path, template: str) -> None:
    bench = Bench(tmp_path, operation(), {"policyTemplateInstances": [policy(template, ("DoIt",), nmae="x")]})
    bench.run()
    (only,) = report_on(Package(bench.folder)).operations
    assert (only.gaps, len(only.notes)) == ((), 1)
    assert "does nothing" in only.notes[0]


KEY = {"securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}


@pytest.mark.parametrize(
    ("parameters", "more", "fields"),
    [
        ([], KEY, []),
        ([{"name": "X-Key", "in": "header", **TEXT}], {**KEY, "security": [{"key": []}]}, []),
        ([], {**KEY, "security": [{"key": []}]}, ["api_key"]),
    ],
    ids=["not required", "asked for by the operation", "required"],
)
def test_a_connection_that_has_no_parameters_has_none(
    tmp_path: Path, parameters: list[Json], more: Json, fields: list[str]
) -> None:
    bench = Bench(tmp_path, operation(*parameters), {"connectionParameters": {}}, **more)
    assert len(bench.connector.definition.connection.properties) == len(fields)
    if parameters:
        values: Json = {"X-Key": "mine"}
        bench.run(**values)
        assert bench.sent.headers["x-key"] == "mine"


def test_what_is_said_of_a_package_is_said_once(tmp_path: Path) -> None:
    gateway = {"connectionParameters": {"gateway": {"type": "gatewaySetting"}}}
    one = {"responses": {"200": {"description": "OK"}}}
    folder = write_package(tmp_path, swagger({"/a": {"get": one, "post": one}}), gateway)
    assert len(report_on(Package(folder)).lines()) == 2


def test_a_default_that_a_flow_evaluates_is_not_sent(tmp_path: Path) -> None:
    note = {**TEXT, "default": "Run @{workflow().run.name}"}
    schema = {"type": "object", "required": ["note"], "properties": {"note": note}}
    bench = Bench(tmp_path, operation(body_of(schema, required=True)))
    with pytest.raises(InputError, match="Note is required"):
        bench.run()


def test_the_sample_of_an_input_in_the_base_url_can_be_sent(tmp_path: Path) -> None:
    moved = [policy("dynamichosturl", ("DoIt",), urlTemplate="@queryParameters('site')")]
    site = {"name": "site", "in": "query", "required": True, **TEXT}
    bench = Bench(tmp_path, operation(site), {"policyTemplateInstances": moved})
    inputs = sample_inputs(bench.connector.find("DoIt"))
    assert bench.connector.preview("DoIt", inputs).url.startswith("https://api.example.com")


def test_choices_that_cannot_be_listed_are_noted(tmp_path: Path) -> None:
    tree = {"x-ms-dynamic-values": {"operationId": "Nowhere", "value-path": "id"}}
    bench = Bench(tmp_path, operation({"name": "folder", "in": "query", **TEXT, **tree}))
    assert "“Folder”" in report_on(Package(bench.folder)).lines()[-1]


@pytest.mark.parametrize(
    ("text", "key"),
    [("AppendIDsToList", "append_ids_to_list"), ("GetURLs", "get_urls"), ("AnHTTPSite", "an_http_site")],
)
def test_the_plural_of_an_initialism_is_one_word(text: str, key: str) -> None:
    assert key_of(text) == key


@pytest.mark.parametrize("statuses", [("202",), ("200", "202")], ids=" and ".join)
def test_an_operation_that_declares_202_is_polled_until_it_is_done(tmp_path: Path, statuses: tuple[str, ...]) -> None:
    paths = operation(body_of(RECORD))
    paths["/things"]["post"]["responses"] = {status: {"description": "OK", "schema": RECORD} for status in statuses}
    bench = Bench(tmp_path, paths)
    result = bench.run(id="7")
    assert [(each.method, each.content != b"") for each in bench.service.sent] == [("POST", True), ("GET", False)]
    assert (result["id"], result.meta.status) == ("text", 200)


LISTING: Json = {"operationId": "List", "value-path": "id", "value-title": "more/name"}


@pytest.mark.parametrize(
    ("response", "words", "body"),
    [
        ({}, {}, [{"id": 7, "more": {"name": "Seven"}}]),
        ({}, {"value-collection": "data/rows"}, {"data": {"rows": [{"id": 7, "more": {"name": "Seven"}}]}}),
        (
            {"schema": {"type": "object", "properties": {"value": {"type": "array", "items": {}}, "next": TEXT}}},
            {"value-collection": "value"},
            {"value": [{"id": 7, "more": {"name": "Seven"}}], "next": None},
        ),
        ({"schema": {"type": "array", "items": TEXT}}, {"value-path": "", "value-title": None}, ["7"]),
    ],
    ids=["no schema", "no schema of a place", "rows without columns", "texts"],
)
def test_choices_are_read_from_rows_that_the_response_does_not_declare(
    tmp_path: Path, response: Json, words: Json, body: Any
) -> None:
    said = {word: value for word, value in {**LISTING, **words}.items() if value is not None}
    item = {**TEXT, "x-ms-dynamic-values": said}
    paths = operation(
        {"name": "folder", "in": "query", **item}, {"name": "tags", "in": "query", "type": "array", "items": item}
    )
    paths["/list"] = {"get": {"operationId": "List", "responses": {"200": {"description": "OK", **response}}}}
    bench = Bench(tmp_path, paths)
    for field in ("folder", "tags"):
        bench.service.responses = {"List": [body]}
        (choice,) = bench.connector.choices("DoIt", field)
        assert (choice.value, choice.label) == ("7", "7" if body == ["7"] else "Seven")
    assert report_on(Package(bench.folder)).operations[0].notes == ()
    bench.service.responses = {}
    assert bench.connector.run("List").fields  # also where the service responds as it describes


def test_fields_that_read_other_columns_of_the_same_rows_each_have_their_choices(tmp_path: Path) -> None:
    fields: list[Json] = [
        {"name": name, "in": "query", **TEXT, "x-ms-dynamic-values": {"operationId": "List", "value-path": name}}
        for name in ("id", "path")
    ]
    paths = operation(*fields)
    paths["/list"] = {"get": {"operationId": "List", "responses": {"200": {"description": "OK"}}}}
    bench = Bench(tmp_path, paths)
    for name in ("id", "path"):
        bench.service.responses = {"List": [[{"id": "i-1", "path": "/a"}]]}
        (choice,) = bench.connector.choices("DoIt", name)
        assert choice.value == {"id": "i-1", "path": "/a"}[name]


def test_a_place_that_cannot_have_rows_gets_none(tmp_path: Path) -> None:
    said = {"x-ms-dynamic-values": {**LISTING, "value-collection": "id"}}
    paths = operation({"name": "folder", "in": "query", **TEXT, **said})
    paths["/list"] = {"get": {"operationId": "List", "responses": {"200": {"description": "OK", "schema": RECORD}}}}
    bench = Bench(tmp_path, paths)
    assert list(bench.connector.find("List").outputs["properties"]) == ["id"]


@pytest.mark.parametrize(
    ("schema", "kind", "value"),
    [(TEXT, "text/html", "plain"), ({"type": "object"}, "application/pdf", {"$content-type": "application/pdf"})],
    ids=["text", "file"],
)
def test_a_response_that_is_all_of_the_body_may_be_a_text_or_a_file(
    tmp_path: Path, schema: Json, kind: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path, operation(schema=schema))
    monkeypatch.setattr(bench.service, "_respond", lambda _: HttpResponse(200, {"content-type": kind}, b"plain"))
    found = bench.run()["response"]
    assert found == value if isinstance(value, str) else found | value == found


def test_the_default_response_is_an_error_where_a_success_is_declared(tmp_path: Path) -> None:
    paths = operation()
    paths["/things"]["post"]["responses"]["default"] = {"description": "Error", "schema": RECORD}
    bench = Bench(tmp_path, paths)
    assert "id" not in bench.connector.find("DoIt").outputs["properties"]


def test_values_to_choose_from_have_no_other_bounds(tmp_path: Path) -> None:
    size = {"name": "size", "in": "query", "type": "integer", "enum": [1, 2], "minimum": 5}
    bench = Bench(tmp_path, operation(size))
    bench.run(size=2)
    assert bench.sent.query == [("size", "2")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"type": "integer", "minimum": 2, "default": 1}, {}),
        ({"type": "integer", "minimum": 2, "default": 2}, {"default": 2}),
        ({"type": "string", "enum": ["a"], "format": "email"}, {"enum": ["a"]}),
    ],
    ids=["default out of bounds", "default", "sample of a format"],
)
def test_a_default_or_sample_that_the_field_refuses_is_left_out(tmp_path: Path, words: Json, expected: Json) -> None:
    bench = Bench(tmp_path, operation({"name": "size", "in": "query", "required": True, **words}))
    found = {word: bench.inputs["size"].get(word) for word in ("default", "enum", "examples")}
    assert {word: value for word, value in found.items() if value is not None} == expected


def test_the_words_of_a_policy_are_read_without_regard_to_case(tmp_path: Path) -> None:
    words = {"NAME": "X-A", "Value": "1", "existsaction": "override"}
    parameters: Json = {f"x-ms-apimtemplateparameter.{word}": value for word, value in words.items()}
    parameters |= {"x-ms-apimTemplate-OperationName": ["doit"], "X-MS-APIMTemplate-PolicySection": "request"}
    sets = {"templateId": "SetHeader", "parameters": parameters}
    bench = Bench(tmp_path, operation(), {"policyTemplateInstances": [sets]})
    bench.run()
    assert bench.sent.headers["x-a"] == "1"


def test_a_policy_that_names_every_operation_is_part_of_the_authentication(tmp_path: Path) -> None:
    sign = policy("setheader", ("DOIT",), name="Authorization", value="Token @connectionParameters('code')")
    secret = {"type": "securestring", "uiDefinition": {"constraints": {"required": "true"}}}
    basic = {"securityDefinitions": {"basic": {"type": "basic"}}}
    properties = {"connectionParameters": {"code": secret}, "policyTemplateInstances": [sign]}
    bench = Bench(tmp_path, operation(), properties, **basic)
    bench.run(Connection(code="t-1234"))
    assert bench.sent.headers["authorization"] == "Token t-1234"


@pytest.mark.parametrize("is_list", [False, True], ids=["object", "rows"])
def test_an_object_that_is_required_inside_one_that_is_not_is_sent_empty(tmp_path: Path, is_list: bool) -> None:
    inner = {"type": "object", "required": ["more"], "properties": {"a": TEXT, "more": RECORD}}
    outer: Json = {"type": "array", "items": inner} if is_list else inner
    bench = Bench(tmp_path, operation(body_of({"type": "object", "properties": {"outer": outer, "b": TEXT}})))
    bench.run(**({"outer": [{"a": "x"}]} if is_list else {"a": "x"}))
    assert bench.sent.json == {"outer": [{"a": "x", "more": {}}] if is_list else {"a": "x", "more": {}}}
    bench.run(b="x")
    assert bench.sent.json == {"b": "x"}
