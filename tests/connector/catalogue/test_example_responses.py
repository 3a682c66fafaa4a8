"""Which example a request gets the response of, and what is made up where no example is like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.example_responses import ExampleResponses, Received, sample_body
from connector.catalogue.loader import load
from connector.definition.field import ObjectSchema
from connector.secrets import MASK
from tests.connector.parcels import TEXT, Json, action, body, field, manifest, rows, schema, write_folder

FORM = "application/x-www-form-urlencoded"


def example(reply: Json, request: Json | None = None, *, refused: bool = False) -> Json:
    """An example of one call; its outputs do not matter here."""
    call: Json = {"response": reply} | ({"request": request} if request else {})
    end: Json = {"error": {"code": "refused"}} if refused else {"outputs": {}}
    return {"title": "One", "inputs": {"thing_id": "1"}, "interactions": [call], **end}


def replied(name: str, status: int = 200) -> Json:
    return {"status": status, "body": {"is": name}}


CREATE = action(
    "create",
    {"name": body(), "secret": body(writeOnly=True, x_pointer="/a/secret"), "key": field(x_in="query", writeOnly=True)},
    {"is": TEXT},
    path="/things",
    examples=[
        example(replied("empty")),
        example(replied("first"), {"body": {"name": "a", "kind": "x", "size": 1}}),
        example(replied("second"), {"body": {"name": "b", "kind": "y", "size": 1}}),
        example(replied("refused", 400), {"body": {"name": ""}}, refused=True),
        example(replied("refused too", 400), {"body": {"name": "b", "kind": "y", "size": 2}}, refused=True),
    ],
)
LIST = action(
    "list",
    {"page": field(x_in="query"), "own": field(x_in="query", x_name="sort")},
    {"is": TEXT},
    method="GET",
    path="/things",
    examples=[
        example(replied("one"), {"query": [["page", "1"]]}),
        example(replied("two"), {"query": [["page", "2"], ["size", "5"]]}),
    ],
)
GET = action(
    "get",
    {"thing_id": field(x_in="path")},
    {"is": TEXT},
    method="GET",
    path="/things/{thing_id}",
    required=["thing_id"],
    examples=[example(replied("thing")), example(replied("gone", 404), {"path": "/things/0"}, refused=True)],
)
WHOLE = action("whole", {}, {"data": field(["object", "null"], x_from="binary", x_file=True)}, method="GET", path="/f")
MADE = action("made", {}, {"name": TEXT}, method="PUT", path="/made")


@pytest.fixture(scope="module")
def responses(tmp_path_factory: pytest.TempPathFactory) -> ExampleResponses:
    documents = [CREATE, LIST, GET, WHOLE, MADE]
    test = {"connection": {**manifest()["connection"], "test": "list"}}
    return ExampleResponses(
        load(write_folder(tmp_path_factory.mktemp("it") / "things", documents, None, manifest(**test)))
    )


@pytest.mark.parametrize(
    ("method", "target", "content", "name"),
    [
        ("POST", "/things", b"", "empty"),
        ("POST", "/things", b'{"name": "a", "kind": "x", "size": 1}', "first"),
        ("POST", "/things", b'{"name": "b", "kind": "y", "size": 1}', "second"),
        ("POST", "/things", b'{"name": ""}', "refused"),
        ("POST", "/things", b'{"name": "b", "kind": "y", "size": 2}', "refused too"),
        ("POST", "/things?more=1", b'{"name": ""}', "refused"),
        # Not quite like one: the success with the most equal parts, the first of several.
        ("POST", "/things", b'{"name": "", "kind": "z"}', "empty"),
        ("POST", "/things", b'{"size": 1}', "first"),
        ("POST", "/things", b'{"name": "b"}', "second"),
        ("POST", "/things", b'{"name": "b", "kind": "x", "size": 1}', "first"),
        ("POST", "/things", b'{"name": "b", "kind": "y", "size": 3}', "second"),
        ("POST", "/things", b"[1]", "empty"),
        ("POST", "/things", b"not JSON", "empty"),
        ("GET", "/things?page=1", b"", "one"),
        ("GET", "/things?size=5&page=2", b"", "two"),
        ("GET", "/things?size=5", b"", "two"),
        ("GET", "/things?page=1&size=5", b"", "one"),
        ("GET", "/things?page=3", b"", "one"),
        ("GET", "/things", b"", "one"),
        ("GET", "/things?page=", b"", "one"),
        ("GET", "/things/1", b"", "thing"),
        ("GET", "/things/2?x=1", b"", "thing"),
        ("GET", "/things/0", b"", "gone"),
    ],
)
def test_a_request_gets_the_response_of_the_example_it_is_most_like(
    responses: ExampleResponses, method: str, target: str, content: bytes, name: str
) -> None:
    assert responses.response_to(Received.of(method, target, content)).body == {"is": name}


@pytest.mark.parametrize(
    ("method", "target"),
    [("DELETE", "/things"), ("GET", "/other"), ("GET", "/things/1/more"), ("POST", "/things/1"), ("GET", "/things/")],
)
def test_a_request_of_no_action_gets_404(responses: ExampleResponses, method: str, target: str) -> None:
    reply = responses.response_to(Received.of(method, target, b""))
    assert (reply.status, reply.body) == (404, {"message": f"No action sends {method} {target}."})


def test_a_long_path_is_cut_and_the_message_is_where_the_service_has_it(tmp_path: Path) -> None:
    for pointer, wrapped in (("/error/text", lambda text: {"error": {"text": text}}), ("", lambda text: text)):
        place = write_folder(tmp_path / f"f{len(pointer)}", connector=manifest(errorBody={"message": pointer}))
        reply = ExampleResponses(load(place)).response_to(Received.of("GET", "/" + "x" * 300, b""))
        assert reply.body == wrapped(f"No action sends GET /{'x' * 199}.")


def test_an_action_without_examples_gets_what_its_outputs_ask_for(responses: ExampleResponses) -> None:
    made = responses.response_to(Received.of("PUT", "/made", b""))
    assert (made.status, made.body, made.text) == (200, {"name": "text"}, None)
    file = responses.response_to(Received.of("GET", "/f", b""))
    assert (file.status, file.body, file.text) == (200, None, "Example")


@pytest.mark.parametrize(
    ("content", "kind", "found"),
    [
        (b"", "", None),
        (b'{"a": 1}', "application/json", {"a": 1}),
        (b"null", "", None),
        (b"{", "", "{"),
        (b"\xff", "", "\ufffd"),
        (b"[" * 100_000, "", "[" * 100_000),
        (b"a=1&b=x&b=y&c=", FORM, {"a": "1", "b": ["x", "y"], "c": ""}),
        (b"a=1", f"{FORM.upper()}; charset=utf-8", {"a": "1"}),
        (b"a=1", "text/plain", "a=1"),
        (b"", FORM, {}),
    ],
)
def test_a_body_is_json_the_fields_of_a_form_or_text(content: bytes, kind: str, found: Any) -> None:
    received = Received.of("POST", "/a?b=1&b=&c=%20", content, kind)
    assert received == ("POST", "/a", [("b", "1"), ("b", ""), ("c", " ")], found, kind.lower().startswith(FORM))


@pytest.mark.parametrize(
    ("content", "shown", "same"),
    [
        (b"a=1&b=true&b=x", {"a": 1, "b": [True, "x"]}, True),
        (b"a=1", {"a": "1"}, True),
        (b"a=1", {"a": ["1"]}, True),
        (b"a=1", {"a": 2}, False),
        (b"a=1", "a=1", False),
        (b"", {}, True),
    ],
)
def test_a_form_has_the_body_of_an_example_if_it_says_the_same(content: bytes, shown: Any, same: bool) -> None:
    assert Received.of("POST", "/", content, FORM).has_body(shown) is same


def test_json_has_the_body_of_an_example_if_it_is_the_same() -> None:
    received = Received.of("POST", "/", b'{"a": 1}')
    assert received.has_body({"a": 1})
    assert not received.has_body({"a": "1"})


@pytest.mark.parametrize(
    ("method", "target", "content", "path", "shown"),
    [
        ("GET", "/things", b"", "/things", None),
        ("GET", "/things?page=2&size=5&sort=up&own=1", b"", f"/things?page=2&size=5&sort=up&own={MASK}", None),
        ("GET", "/other?page=2&token=t", b"", f"/other?page=2&token={MASK}", None),
        ("POST", "/things?key=k", b'{"name": "a"}', f"/things?key={MASK}", {"name": "a"}),
        ("POST", "/things", b'{"a": {"secret": "s", "b": 1}}', "/things", {"a": {"secret": MASK, "b": 1}}),
        ("POST", "/things", b"[1]", "/things", [1]),
    ],
)
def test_only_what_inputs_and_examples_show_is_shown(
    responses: ExampleResponses, method: str, target: str, content: bytes, path: str, shown: Any
) -> None:
    received = Received.of(method, target, content)
    before = str(received.body)
    assert responses.masked(received) == (path, shown)
    assert str(received.body) == before


def test_a_secret_that_is_the_whole_body_is_left_to_whoever_shows_it(tmp_path: Path) -> None:
    made = action("put", {"it": body(["object", "string"], writeOnly=True, x_pointer="")}, {}, path="/put")
    test = {"connection": {**manifest()["connection"], "test": "put"}}
    whole = ExampleResponses(load(write_folder(tmp_path / "p", [made], connector=manifest(**test))))
    assert whole.masked(Received.of("POST", "/put", b'{"a": 1}')) == ("/put", {"a": 1})


DEEP: Json = {"type": "object", "properties": {"name": TEXT, "inner": {"$ref": "#/$defs/deep"}}}


@pytest.mark.parametrize(
    ("outputs", "made"),
    [
        ({"a": field(), "b": field("integer"), "c": field("number"), "d": field("boolean")}, ["text", 1, 1.5, True]),
        (
            {"a": field(examples=["x", "y"]), "b": field("integer", default=7), "c": field(enum=["e", "f"])},
            ["x", 7, "e"],
        ),
        ({"a": field(examples=[None], default="d"), "b": field(default=None, enum=["e"])}, ["d", "e"]),
        ({"a": field(["null", "integer"]), "b": field(["null"])}, [1, "text"]),
        (
            {"a": field("object", x_file=True), "b": field(x_time="epoch-milliseconds")},
            ["RXhhbXBsZQ==", 1_767_225_600_000],
        ),
        ({"a": field("array", items=field("integer")), "b": field("array"), "c": field("object")}, [[1], [], {}]),
        ({"a": rows({"x": field(), "y.z": field("integer")})}, [[{"x": "text", "y": {"z": 1}}]]),
        ({"a": rows({"x": field()}, x_map_key="x")}, [{}]),
        ({"a": field("object", properties={"x": field(), "all": field(x_pointer="")})}, [{"x": "text"}]),
    ],
)
def test_a_made_up_body_has_a_value_for_every_output(outputs: Json, made: list[Any]) -> None:
    body_ = sample_body(ObjectSchema.model_validate(schema(outputs)))
    assert body_ == dict(zip(outputs, made, strict=True))
    assert [type(value) for value in body_.values()] == [type(value) for value in made]


def test_what_is_read_from_elsewhere_is_not_in_the_body() -> None:
    outputs = {"status": field("integer", x_from="status"), "ok": field("boolean", x_from="success"), "a": field()}
    assert sample_body(ObjectSchema.model_validate(schema(outputs))) == {"a": "text"}


def test_what_is_inside_another_output_changes_it() -> None:
    outputs = {
        "a.b.c": field("integer"),
        "a": field("object", examples=[{"b": {"d": 2}}]),
        "e": field(x_pointer="/f/g"),
    }
    assert sample_body(ObjectSchema.model_validate(schema(outputs))) == {
        "a": {"b": {"d": 2, "c": 1}},
        "f": {"g": "text"},
    }
    assert sample_body(ObjectSchema.model_validate(schema({"all": rows({"x": field()}, x_pointer="")}))) == [
        {"x": "text"}
    ]


def test_rows_of_rows_end() -> None:
    many: Json = {"type": "array", "items": {"$ref": "#/$defs/many"}}
    whole = schema({"one": {"$ref": "#/$defs/deep"}, "many": {"$ref": "#/$defs/many"}})
    made = sample_body(ObjectSchema.model_validate(whole | {"$defs": {"deep": DEEP, "many": many}}))
    assert made["many"] == [[[[[[[]]]]]]]
    depth, inner = 0, made["one"]
    while inner:
        depth, inner = depth + 1, inner.get("inner")
    assert depth == 6
