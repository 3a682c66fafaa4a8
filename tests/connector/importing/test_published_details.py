"""Details that published packages have, each run against the service that it describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector import Connection, File
from connector.errors import AuthorizationError
from connector.http.response import HttpResponse
from connector.importing.package import Package
from connector.importing.report import report_on
from connector.importing.sample import sample_body
from tests.connector.importing.test_authorization import SECRET, policy
from tests.connector.importing.test_published_shapes import TEXT, Bench, body_of, operation

Json = dict[str, Any]

KEY: Json = {"securityDefinitions": {"k": {"type": "apiKey", "in": "header", "name": "Authorization"}}}


def test_a_key_that_is_a_whole_header_can_have_a_blank_inside(tmp_path: Path) -> None:
    bench = Bench(tmp_path, operation(), {"connectionParameters": {"api_key": SECRET}}, **KEY)
    bench.run(Connection(api_key=" Token abc "))
    assert bench.sent.headers["authorization"] == "Token abc"
    with pytest.raises(AuthorizationError, match="invalid characters"):
        bench.run(Connection(api_key="Token\nabc"))


ID: Json = {"name": "the id", "in": "path", "required": True, "type": "string"}
FILE: Json = {"type": "string", "format": "binary"}


@pytest.mark.parametrize(
    "parameters",
    [
        [{"name": "doc", "in": "formData", "required": True, **FILE}, {"name": "note", "in": "formData", **TEXT}],
        [body_of({"type": "object", "required": ["doc"], "properties": {"doc": FILE, "note": TEXT}}, required=True)],
    ],
    ids=["parameters", "body"],
)
def test_a_binary_text_in_a_form_is_a_file(tmp_path: Path, parameters: list[Json]) -> None:
    bench = Bench(tmp_path, operation(*parameters, consumes=["multipart/form-data"]))
    bench.run(doc=File(b"\x89\x00\xff", filename="a.png"), note="n")
    assert b'name="doc"; filename="a.png"' in bench.sent.content
    assert b"\r\n\r\n\x89\x00\xff\r\n" in bench.sent.content


@pytest.mark.parametrize("at_root", [True, False], ids=["schema", "parameter"])
def test_forms_hide_all_of_a_body_that_is_hidden(tmp_path: Path, at_root: bool) -> None:
    internal = {"x-ms-visibility": "internal"}
    schema = {"type": "object", "properties": {"type": TEXT}} | (internal if at_root else {})
    bench = Bench(tmp_path, operation(body_of(schema, **({} if at_root else internal))))
    assert bench.inputs["type"]["x-ms-visibility"] == "internal"


def test_a_list_of_binary_texts_in_a_form_is_a_list_of_files(tmp_path: Path) -> None:
    docs = {"name": "docs", "in": "formData", "required": True, "type": "array", "items": FILE}
    bench = Bench(tmp_path, operation(docs, consumes=["multipart/form-data"]))
    bench.run(docs=[File(b"1", filename="a.png"), File(b"2", filename="b.png")])
    assert bench.sent.content.count(b'name="docs"; filename="') == 2


def test_a_path_is_written_as_a_url_has_it(tmp_path: Path) -> None:
    paths = {"/my things/{the id}": {**operation()["/things"], "parameters": [ID]}}
    bench = Bench(tmp_path, paths, basePath="/<Your App>/v%201")
    assert bench.connector.preview("DoIt", {"the_id": "a b"}).url.endswith("/%3CYour%20App%3E/v%201/my%20things/a%20b")
    bench.run(the_id="a b")
    assert bench.service.served == ["DoIt"]


def test_a_value_of_the_connection_can_be_several_segments_of_a_base_url(tmp_path: Path) -> None:
    url = "https://@connectionParameters('domain')/@connectionParameters('context')/v1"
    properties = {
        "connectionParameters": {"domain": {"type": "string"}, "context": {"type": "string"}},
        "policyTemplateInstances": [policy("dynamichosturl", (), urlTemplate=url)],
    }
    bench = Bench(tmp_path, operation(), properties)
    request = bench.connector.preview("DoIt", {}, Connection(domain="z.example", context="/zip/api/"))
    assert request.url == "https://z.example/zip/api/v1/things"


def test_a_next_link_that_a_policy_makes_is_read_where_the_service_has_it(tmp_path: Path) -> None:
    copies = policy(
        "setproperty", ("DoIt",), newPropertyParentPathTemplate="@body()", newPropertySubPathTemplate="nextLink",
        propertyValuePathTemplate="{@body().paging.next}",
    )  # fmt: skip
    copies["parameters"]["x-ms-apimTemplate-policySection"] = "Response"
    rows = {"type": "array", "items": {"type": "object", "properties": {"id": TEXT}}}
    schema = {"type": "object", "properties": {"data": rows, "nextLink": TEXT}}
    paths = operation(schema=schema, **{"x-ms-pageable": {"nextLinkName": "nextLink"}})
    bench = Bench(tmp_path, paths, {"policyTemplateInstances": [copies]})
    link = "https://api.example.com/things?page=2"
    first: Json = {"data": [{"id": "1"}], "paging": {"next": link}}
    bench.service.responses = {"DoIt": [first, {"data": [{"id": "2"}]}, first]}
    assert [row["id"] for row in bench.connector.run("DoIt", {}, all_pages=True).rows("data")] == ["1", "2"]
    assert bench.run()["nextLink"] == link
    assert report_on(Package(bench.folder)).operations[0].notes == ()


@pytest.mark.parametrize(
    ("content_type", "content", "response"),
    [
        ("application/json", b'[{"a": 1}]', [{"a": 1}]),
        ("application/json; charset=utf-8", b"", None),
        ("text/html", b"Done", "Done"),
        ("image/png", b"\x89PNG\xff", {"$content-type": "image/png", "$content": "iVBOR/8="}),
    ],
)
def test_a_response_without_a_schema_is_the_value_that_comes(
    tmp_path: Path, content_type: str, content: bytes, response: Any
) -> None:
    bench = Bench(tmp_path, operation())
    assert bench.run()["response"] is None
    bench.service.responses = {"DoIt": [HttpResponse(200, {"content-type": content_type}, content)]}
    assert bench.run()["response"] == response


def test_a_response_without_a_schema_is_a_file_where_nothing_else_is_produced(tmp_path: Path) -> None:
    bench = Bench(tmp_path, operation(produces=["application/octet-stream"]))
    assert bench.connector.find("DoIt").outputs["properties"]["response"]["x-from"] == "binary"
    bench.service.responses = {"DoIt": [HttpResponse(200, {"content-type": "text/plain"}, b"\xff")]}
    assert bench.run()["response"] == {"$content-type": "text/plain", "$content": "/w=="}
    assert bench.sent.headers["accept"] == "application/octet-stream"


def test_an_object_that_may_have_more_properties_is_an_output_too(tmp_path: Path) -> None:
    user = {"type": "object", "properties": {"id": TEXT}, "additionalProperties": True}
    schema = {"type": "object", "properties": {"user": user}, "additionalProperties": TEXT}
    bench = Bench(tmp_path, operation(schema=schema))
    body = {"user": {"id": "1", "age": 2}, "more": "x"}
    bench.service.responses = {"DoIt": [body]}
    assert bench.run().fields == {"user.id": "1", "user": body["user"], "response": body}
    assert sample_body(bench.connector.find("DoIt").definition.outputs) == {"user": {"id": "text"}}


@pytest.mark.parametrize("name", ["Tag name", "M1GAxt" * 8])
def test_an_object_named_after_an_example_does_not_hide_the_others(tmp_path: Path, name: str) -> None:
    schema = {"type": "object", "properties": {name: {"type": "object", "properties": {"value": TEXT}}}}
    bench = Bench(tmp_path, operation(schema=schema))
    body = {"Pump 7": {"value": "3"}}
    bench.service.responses = {"DoIt": [body]}
    assert bench.run()["response"] == body
