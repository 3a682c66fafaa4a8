from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.call import page, send
from connector.catalogue import loader
from connector.catalogue.loader import load
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.definition.expand import Expanded, expand
from connector.errors import DefinitionError
from connector.testing import FakeClock, ScriptedTransport, response
from tests.connector.parcels import (
    ACTIONS,
    API_KEY,
    GET,
    LIST,
    Json,
    action,
    body,
    field,
    manifest,
    whole,
    write_folder,
)


def problems(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    return [(problem.field, problem.rule) for problem in caught.value.problems]


def test_a_folder_is_read_whole_in_the_order_of_its_groups_and_keys(tmp_path: Path) -> None:
    bundle = load(write_folder(tmp_path / "parcels"))
    assert list(bundle.actions) == ["get_parcel", "list_parcels", "post_once", "send_parcel"]
    assert bundle.manifest.title == "Parcels"
    assert bundle.document == manifest()
    assert bundle.actions["get_parcel"].document == whole(GET)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels", connector=manifest(baseUrl="ftp://x", colour="red"))
    files = folder / "definitions/parcels"
    (files / "a_broken.json").write_text("{")
    (files / "b_empty.json").write_text("{}")
    (files / "c_list.json").write_text("[]")
    (files / "d_wrong.json").write_text(
        json.dumps(action("Wrong Key", {"a": field("text")}) | {"since": "1", "operationId": " "})
    )
    (files / "e_linked.json").symlink_to(write_outside(tmp_path))
    (files / "f_pointer.json").write_text(json.dumps(action("f", {"a": body(x_pointer="no/slash")})))
    wrong, pointer = "d_wrong.json#", "f_pointer.json#/inputs/properties/a/x-pointer"
    kinds = "literal['string','integer','number','boolean','array','object','null']"
    assert problems(folder) == [
        ("definitions/connector.json#/baseUrl", "string_pattern_mismatch"),
        ("definitions/connector.json#/colour", "extra_forbidden"),
        *[
            (f"definitions/parcels/{place}", rule)
            for place, rule in [
                ("a_broken.json", "file"),
                *[(f"b_empty.json#/{name}", "missing") for name in NEEDED],
                ("c_list.json", "file"),
                (f"{wrong}/key", "string_pattern_mismatch"),
                (f"{wrong}/operationId", "string_pattern_mismatch"),
                (f"{wrong}/since", "string_pattern_mismatch"),
                (f"{wrong}/inputs/properties/a/type/{kinds}", "literal_error"),
                (f"{wrong}/inputs/properties/a/type/list[{kinds}]", "list_type"),
                ("e_linked.json", "file"),
                (f"{pointer}/function-after[_pointer(), str]", "value_error"),
                (f"{pointer}/list[function-after[_pointer(), str]]", "list_type"),
            ]
        ],
    ]


NEEDED = ["operationId", "summary", "description", "since", "request", "inputs", "outputs"]


def write_outside(place: Path) -> Path:
    path = place / "outside.json"
    path.write_text(json.dumps(action("outside")))
    return path


@pytest.mark.parametrize("content", ["{}", "{"])
def test_an_empty_connector_file_is_told_with_a_reason(tmp_path: Path, content: str) -> None:
    folder = write_folder(tmp_path / "parcels")
    (folder / "definitions/connector.json").write_text(content)
    assert problems(folder)


@pytest.mark.parametrize(
    ("connector", "pointer"), [({"since": "1.0.0", "baseUrl": "https://[x"}, "/baseUrl"), ({"since": "one"}, "/since")]
)
def test_a_problem_of_the_connector_is_none_of_its_actions(connector: Json, pointer: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels", connector=manifest(**connector))
    for path in (folder / "definitions/parcels").glob("*.json"):
        written = json.loads(path.read_text())
        path.write_text(json.dumps({name: value for name, value in written.items() if name != "since"}))
    assert [place for place, _ in problems(folder)] == [f"definitions/connector.json#{pointer}"]


def test_two_files_may_not_have_one_key(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    (folder / "definitions/parcels/twin.json").write_text(json.dumps(GET))
    assert problems(folder) == [("definitions/parcels/twin.json#/key", "duplicate")]


def test_a_folder_nested_beyond_measure_is_told_and_not_followed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    deep: Json = {}
    for _ in range(300):
        deep = {"type": "array", "items": deep}
    document = action("deep", {"a": body()})
    document["inputs"]["properties"]["a"] |= deep
    (folder / "definitions/parcels/deep.json").write_text(json.dumps(document))
    found = problems(folder)
    assert {place.partition("#")[0] for place, _ in found} == {"definitions/parcels/deep.json"}


def test_shared_definitions_are_copied_with_what_they_need_and_never_over_an_own(tmp_path: Path) -> None:
    inputs = {
        "size": {"$ref": "#/$defs/size", "x-in": "body"},
        "own": {"$ref": "#/$defs/own", "x-in": "body"},
    }
    document = action("sized", inputs, defs={"own": field("boolean")})
    folder = write_folder(tmp_path / "parcels", [document])
    common = {"size": field("array", items={"$ref": "#/$defs/part"}), "part": field("integer"), "own": field(), "x": {}}
    (folder / "definitions/common.json").write_text(json.dumps({"$defs": common}))
    bundle = load(folder)
    loaded = bundle.actions["sized"]
    assert set(loaded.document["inputs"]["$defs"]) == {"size", "part", "own"}
    assert loaded.definition.input("own").types == ("boolean",)
    assert loaded.definition.input("size").types == ("array",)


def test_the_handlers_of_two_connectors_never_meet(tmp_path: Path) -> None:
    source = """
from connector.call import send
from . import helpers

async def get_parcel(call):
    return await call.send() | {"note": helpers.NAME}
"""
    results = []
    for name in ("one", "two"):
        folder = write_folder(tmp_path / name, [GET], source)
        (folder / "actions/helpers.py").write_text(f"NAME = {name!r}\n")
        connector = Connector.load(folder, transport=ScriptedTransport([response(200, {})]), clock=FakeClock())
        results.append(connector.run("get_parcel", {"parcel_id": "p"}, Connection(api_key=API_KEY))["note"])
    assert results == ["one", "two"]
    assert not {"actions.helpers", "helpers", "parcels"} & set(sys.modules)


def test_loading_imports_no_handler(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels", ACTIONS, "raise SystemExit('imported')")
    assert len(Connector.load(folder, clock=FakeClock()).actions) == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize(
    "name", ["definitions/connector.json", "definitions/common.json", "definitions/parcels/get_parcel.json"]
)
def test_a_pipe_in_place_of_a_file_is_a_problem_and_not_waited_for(name: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    assert problems(folder) == [(name, "file")]


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/schema", "file:///etc/passwd", "#", "#/$defs/none", "#/$defs/a", "#/$defs/b"]
)
def test_a_reference_that_cannot_be_followed_is_a_problem(target: str, tmp_path: Path) -> None:
    document = action("get_parcel", outputs={"id": {"$ref": target}}, method="GET")
    document["outputs"]["$defs"] = {"a": {"$ref": "#/$defs/a"}, "b": {"$ref": "#/$defs/a"}}
    folder = write_folder(tmp_path / "parcels")
    (folder / "definitions/parcels/get_parcel.json").write_text(json.dumps(document))
    found = problems(folder)
    assert ("definitions/parcels/get_parcel.json#/outputs/properties/id", "reference") in found
    assert {rule for _, rule in found} == {"reference"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"idempotency": {"input": "none"}}, "/idempotency/input"),
        ({"pagination": {"rows": "id", "input": "none"}}, "/pagination/input"),
        ({"pagination": {"rows": "id", "input": "none"}}, "/pagination/rows"),
        ({"request": {"method": "GET", "path": "/{none}"}}, "/request/path"),
    ],
)
def test_a_field_that_is_not_there_is_a_problem(changes: Json, pointer: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    document = action("get_parcel", outputs={"id": field(["string", "null"])}) | changes
    (folder / "definitions/parcels/get_parcel.json").write_text(json.dumps(document))
    assert (f"definitions/parcels/get_parcel.json#{pointer}", "reference") in problems(folder)


KNOWN_ERROR = {"status": 404, "code": "parcel_not_found", "sentence": "The parcel does not exist."}


@pytest.mark.parametrize(
    ("file", "change", "rule"),
    [
        ("connector", {"throttle": {"calls": 10**9, "renewalPeriod": 60}}, "less_than_equal"),
        ("connector", {"errorBody": {"kinds": "(a+)+"}}, "unsafe_pattern"),
        (
            "parcels/get_parcel",
            {"errors": [{"status": 404, "code": "x", "sentence": "X.", "pattern": "("}]},
            "unsafe_pattern",
        ),
        ("parcels/get_parcel", {"inputs": {"properties": {"a": {"pattern": "(a+)+$"}}}}, "unsafe_pattern"),
        ("parcels/get_parcel", {"inputs": {"properties": {"a": {"type": None}}}}, "value_error"),
        ("parcels/get_parcel", {"inputs": {"properties": {"a": {"type": "string", "x-pointer": []}}}}, "too_short"),
    ],
)
def test_what_would_hang_or_crash_a_run_is_a_problem_when_loading(
    file: str, change: Json, rule: str, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "parcels")
    path = folder / f"definitions/{file}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert rule in {found for _, found in problems(folder)}


def test_an_action_is_validated_when_it_is_first_used_and_the_others_run(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    path = folder / "definitions/parcels/list_parcels.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"colour": "red"}))
    transport = ScriptedTransport([response(200, {})])
    connector = Connector.load(folder, transport=transport, clock=FakeClock())
    assert [action.key for action in connector.actions] == ["get_parcel", "list_parcels", "post_once", "send_parcel"]
    assert connector.run("get_parcel", {"parcel_id": "p"}, Connection(api_key=API_KEY)).meta.status == 200
    with pytest.raises(DefinitionError) as caught:
        connector.run("list_parcels", {}, Connection(api_key=API_KEY))
    assert [problem.field for problem in caught.value.problems] == ["definitions/parcels/list_parcels.json#/colour"]
    assert problems(folder) == [("definitions/parcels/list_parcels.json#/colour", "extra_forbidden")]


def test_an_action_that_names_what_is_not_shared_is_never_used_without_it(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    path = folder / "definitions/parcels/list_parcels.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"errors": ["nowhere"]}))
    connector = Connector.load(folder, clock=FakeClock())
    with pytest.raises(DefinitionError) as caught:
        connector.run("list_parcels", {}, Connection(api_key=API_KEY))
    assert ["There is no shared error “nowhere”." in problem.message for problem in caught.value.problems] == [True]


def test_a_key_that_stands_twice_is_a_problem_when_the_action_is_used(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    path = folder / "definitions/parcels/get_parcel.json"
    path.write_text(path.read_text().replace("{", '{"summary": "Twice",', 1))
    with pytest.raises(DefinitionError) as caught:
        Connector.load(folder, clock=FakeClock()).find("get_parcel").inputs  # noqa: B018 - a property that reads
    assert [problem.rule for problem in caught.value.problems] == ["file"]


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"summary": 7}', "\xff", "[" * 100_000])
def test_a_file_that_cannot_name_its_action_is_a_problem_when_loading(content: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    (folder / "definitions/parcels/odd.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(DefinitionError) as caught:
        Connector.load(folder, clock=FakeClock())
    assert {problem.field.partition("#")[0] for problem in caught.value.problems} == {"definitions/parcels/odd.json"}


def test_loading_a_connector_reads_no_definition_until_it_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read: list[str] = []

    def noted(written: Json, path: Path, *more: Any) -> Expanded:
        read.append(path.stem)
        return expand(written, path, *more)

    monkeypatch.setattr(loader, "expand", noted)
    connector = Connector.load(write_folder(tmp_path / "parcels"), clock=FakeClock())
    assert connector.find("get_parcel").summary
    assert read == []
    assert connector.find("get_parcel").inputs
    assert connector.find("get_parcel").outputs
    assert read == ["get_parcel"]


def test_an_action_without_a_function_is_sent_or_paged(tmp_path: Path) -> None:
    bare = load(write_folder(tmp_path / "bare", handlers=""))
    without = load(write_folder(tmp_path / "without"))
    (without.folder / "actions/parcels.py").unlink()
    for bundle in (bare, without):
        assert (bundle.handler("get_parcel"), bundle.handler("list_parcels")) == (send, page)


def test_a_module_that_is_there_in_any_form_is_never_passed_over(tmp_path: Path) -> None:
    package = load(write_folder(tmp_path / "package"))
    (package.folder / "actions/parcels.py").unlink()
    (package.folder / "actions/parcels").mkdir()
    (package.folder / "actions/parcels/__init__.py").write_text("from connector.call import page as get_parcel")
    assert package.handler("get_parcel") is page
    broken = load(write_folder(tmp_path / "broken"))
    (broken.folder / "actions/parcels.py").unlink()
    (broken.folder / "actions/parcels.py").symlink_to(tmp_path / "nowhere.py")
    with pytest.raises(DefinitionError, match=r"The connector folder has no actions/parcels\.py\."):
        broken.handler("get_parcel")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise ValueError('Boom.')", "actions/parcels.py cannot be imported: Boom."),
        ("raise ValueError", "actions/parcels.py cannot be imported: ValueError."),
        ("import none_such", "actions/parcels.py cannot be imported: No module named 'none_such'."),
        ("from . import none_such", "actions/parcels.py cannot be imported: cannot import name 'none_such'"),
        ("from .none import such", "actions/parcels.py cannot be imported: No module named 'actions.none'."),
        ("get_parcel = 7", "“get_parcel” in actions/parcels.py is not a function."),
    ],
)
def test_a_function_that_cannot_be_had_is_told_why(source: str, message: str, tmp_path: Path) -> None:
    bundle = load(write_folder(tmp_path / "parcels", handlers=source))
    with pytest.raises(DefinitionError) as caught:
        bundle.handler("get_parcel")
    assert caught.value.message.startswith(message)


def test_actions_stand_in_the_order_of_the_groups_and_their_keys(tmp_path: Path) -> None:
    groups: Json = {"zoo": {}, "parcels": {}, "air": {}}
    folder = write_folder(tmp_path / "parcels", [GET, LIST], connector=manifest(groups=groups))
    for group, key in (("air", "fly"), ("zoo", "visit"), ("zoo", "ask"), ("other", "more")):
        (folder / f"definitions/{group}").mkdir(exist_ok=True)
        (folder / f"definitions/{group}/{key}.json").write_text(json.dumps(action(key, group=group)))
    order = ["ask", "visit", "get_parcel", "list_parcels", "fly", "more"]
    assert (list(load(folder).actions), list(loader.read(folder).actions)) == (order, order)


@pytest.mark.parametrize("word", ["$defs", "fieldsets", "rules", "errors"])
def test_what_is_shared_is_an_object_of_each_kind(word: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "parcels")
    (folder / "definitions/common.json").write_text(json.dumps({word: []}))
    assert problems(folder) == [(f"definitions/common.json#/{word}", "type")]
    (folder / "definitions/common.json").write_text(json.dumps({word: {}}))
    assert load(folder)
