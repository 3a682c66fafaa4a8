"""Every export says how a file, a form or another body is sent there, or that it cannot be."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from connector import Connector, File
from connector.export import EXPORT_FORMATS, export
from connector.export.code_samples import code_samples
from tests.vectors.files import actions, bundle

Json = dict[str, Any]
PICTURE = {"$content-type": "image/png", "$content": "iVBORw0KGgo=", "$filename": "cat.png"}


@cache
def exported(name: str) -> dict[str, bytes]:
    return export(bundle("archive"), name)


@cache
def swagger() -> Json:
    document: Json = json.loads(exported("power-platform")["apiDefinition.swagger.json"])
    return document


def operation(method: str, path: str) -> Json:
    found: Json = swagger()["paths"][path][method]
    return found


def parameters(method: str, path: str) -> dict[str, Json]:
    shared = swagger()["parameters"]
    every = operation(method, path)["parameters"]
    listed = [shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in every]
    return {each["name"]: each for each in listed}


@pytest.mark.parametrize("name", list(EXPORT_FORMATS))
def test_every_export_takes_files_and_forms(name: str) -> None:
    assert exported(name)


def test_a_package_of_the_power_platform_is_valid_swagger() -> None:
    validate(swagger())


def test_a_form_has_its_fields_and_its_files_in_the_power_platform() -> None:
    assert operation("post", "/documents")["consumes"] == ["multipart/form-data"]
    found = parameters("post", "/documents")
    assert {name: (each["in"], each["type"], each["required"]) for name, each in found.items()} == {
        "document": ("formData", "file", True),
        "title": ("formData", "string", False),
        "pages": ("formData", "integer", False),
        "tags": ("formData", "string", False),
        "labels": ("formData", "array", False),
        "previews": ("formData", "file", False),
        "owner": ("formData", "string", False),
        "meta": ("formData", "string", False),
    }
    assert found["labels"]["collectionFormat"] == "csv"
    assert "Enter it as JSON." in found["owner"]["description"]
    assert "Not available here: " not in operation("post", "/shares")["description"]
    readme = exported("power-platform")["readme.md"].decode()
    assert "| Upload document | Tags | input | `tags[]` | it takes only one value here |" in readme


@pytest.mark.parametrize(
    ("method", "path", "consumes", "schema"),
    [
        ("put", "/documents/{id}/content", "application/octet-stream", ("string", "binary")),
        ("put", "/documents/{id}/picture", "image/png", ("string", "binary")),
        ("put", "/documents/{id}/note", "text/plain", ("string", None)),
        ("put", "/documents/{id}/drawing", "image/svg+xml", ("string", None)),
    ],
)
def test_other_bodies_have_their_type_in_the_power_platform(
    method: str, path: str, consumes: str, schema: tuple[str, str | None]
) -> None:
    assert operation(method, path)["consumes"] == [consumes]
    found = parameters(method, path)["body"]["schema"]
    assert (found["type"], found.get("format")) == schema


def test_files_in_json_and_in_responses_have_their_format_in_the_power_platform() -> None:
    body = parameters("post", "/documents/{id}/attachments")["body"]["schema"]
    assert body["properties"]["attachment"]["properties"]["data"]["format"] == "byte"
    content = operation("get", "/documents/{id}/content")
    assert content["produces"] == ["application/octet-stream"]
    assert content["responses"]["200"]["schema"]["format"] == "binary"
    assert operation("get", "/documents/{id}/summary")["produces"] == ["text/markdown"]


def test_lists_and_encodings_of_a_url_are_those_of_the_power_platform() -> None:
    found = parameters("get", "/search/{folders}")
    assert [found[name].get("collectionFormat") for name in ("folders", "commas", "X-Fields")] == ["csv"] * 3
    assert [found[name]["type"] for name in ("any", "pipes", "spaces")] == ["string"] * 3
    assert found["twice"]["x-ms-url-encoding"] == "double"
    assert {"head", "options"} <= set(swagger()["paths"]["/documents/{id}"])


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (PICTURE, True),
        ({"$content": ""}, True),
        ({"$content-type": "a/b"}, False),
        ("aGk=", False),
        ({**PICTURE, "x": 1}, False),
    ],
)
def test_a_file_has_a_schema_in_openapi_and_the_catalogue(value: Any, fits: bool) -> None:
    document = json.loads(exported("openapi")["openapi.json"])
    validate(document)
    catalogue = json.loads(exported("catalogue")["catalogue.json"])
    entry = next(each for each in catalogue["actions"] if each["key"] == "put_content")
    for schema in (
        document["components"]["schemas"]["PutContentInputs"]["properties"]["content"],
        entry["inputs"]["properties"]["content"],
    ):
        assert jsonschema.Draft202012Validator(schema).is_valid(value) is fits
        assert schema["x-file"] is True


def test_a_tool_describes_a_file_to_every_host() -> None:
    tools = json.loads(exported("mcp")["tools.json"])["tools"]
    tool = next(each for each in tools if "upload_document" in each["name"])
    found = tool["inputSchema"]["properties"]["document"]
    assert found["type"] == "object"
    assert '{"$content-type": "image/png", "$content": "<base64>", "$filename": "cat.png"}' in found["description"]


def test_n8n_takes_a_file_from_the_binary_data_of_an_item() -> None:
    text = exported("n8n")["nodes/Archive/resources/documents.ts"].decode()
    assert "hint: 'The name of the input binary field with the file'" in text
    assert (
        "withFiles(context, action, readInputs(context, action, index), index)"
        in exported("n8n")["nodes/Archive/execute.ts"].decode()
    )


def test_samples_read_files_from_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for name in ("photos/cat.png", "a b.txt"):
        Path(name).write_bytes(b"hi")
    inputs = {"document": File("photos/cat.png"), "title": "Hi", "previews": [File("a b.txt")]}
    samples = {
        each.language: each for each in code_samples(bundle("archive"), actions("archive")["upload_document"], inputs)
    }
    assert '"document": File("photos/cat.png")' in samples["python"].code
    assert "from connector import Connection, Connector, File\n" in samples["python"].code
    compile(samples["python"].code, "sample", "exec")
    assert "document@photos/cat.png" in samples["command-line"].code
    assert "'previews@a b.txt'" in samples["command-line"].code
    assert '"$(base64 < photos/cat.png | tr -d' in samples["http"].code
    assert json.loads(samples["n8n"].code)["nodes"][0]["parameters"]["document"] == "data"
    assert samples["power-automate"].reason == "A flow takes a file from another action, such as Get file content."


def test_a_form_in_a_flow_has_its_fields_as_parameters() -> None:
    inputs = {"name": "x", "days": 3, "options": {"a": 1}}
    (sample,) = code_samples(
        bundle("archive"), actions("archive")["create_share"], inputs, languages=["power-automate"]
    )
    assert json.loads(sample.code)["inputs"]["parameters"] == {
        "kind": "link",
        "name": "x",
        "days": 3,
        "options": '{"a":1}',
    }


def test_the_documentation_calls_a_file_a_file() -> None:
    page = exported("docs")["documents.md"].decode()
    assert "| Document | `document` | file | Yes |" in page
    assert "| Previews | `previews` | array of file | No |" in page
    assert "the service says where the next page is" in page


def test_a_package_of_the_power_platform_reads_back_with_the_same_bodies(tmp_path: Path) -> None:
    for name, content in exported("power-platform").items():
        (tmp_path / name).write_bytes(content)
    with Connector.load(tmp_path) as connector:
        found = {action.operation_id: action.definition for action in connector.actions}
    for action in actions("archive").values():
        ours, theirs = action.definition.request, found[action.operation_id].request
        whole_number = action.key == "put_number"  # a text that is a number is JSON, too
        assert theirs.encoding == ("json" if whole_number else ours.encoding)
        assert theirs.method == ours.method
        assert theirs.content_type == ("text/plain" if whole_number else ours.content_type)
    upload = found["UploadDocument"].inputs.properties
    assert [name for name, field in upload.items() if field.x_file] == ["document", "previews"]
    assert upload["labels"].x_array_style == "csv"
    assert found["GetDocument"].input("id").x_ms_url_encoding == "double"
    assert found["GetContent"].outputs.properties["response"].x_from == "binary"
