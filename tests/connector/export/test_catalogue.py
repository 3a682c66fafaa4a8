"""The catalogue has everything a flow builder draws, in the form that is published."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.export import ExportError, export
from connector.export.catalogue.schemas import ANNOTATIONS
from connector.validation.normalize import accepted_names
from tests.connector.export.whole import ROOT, Json, bundle, definitions, document, exported, nodes, parcels, with_word
from tests.connector.parcels import GET, LIST, SEND, manifest
from tests.vectors import files as vectors

FILES = {"catalogue.json": "catalogue", "index.json": "catalogue-index"}
KEYS = sorted(definitions())
by_action = pytest.mark.parametrize("key", KEYS)
SIDES = ("inputs", "outputs")


def published(name: str) -> Json:
    path = ROOT / f"docs/format/{name}.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def catalogue() -> Json:
    return document("catalogue", "catalogue.json")


def action(key: str) -> Json:
    return next(entry for entry in catalogue()["actions"] if entry["key"] == key)


@pytest.mark.parametrize(("file", "schema"), FILES.items())
def test_the_published_form_is_a_json_schema_and_the_export_has_it(file: str, schema: str) -> None:
    Draft202012Validator.check_schema(published(schema))
    errors = Draft202012Validator(published(schema)).iter_errors(document("catalogue", file))
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


@pytest.mark.parametrize(("file", "schema"), FILES.items())
def test_an_export_of_another_connector_has_the_form_too(file: str, schema: str, tmp_path: Path) -> None:
    Draft202012Validator(published(schema)).validate(json.loads(export(vectors.bundle("archive"), "catalogue")[file]))
    content = export(parcels(tmp_path, SEND, GET, LIST), "catalogue")[file]
    assert Draft202012Validator(published(schema)).is_valid(json.loads(content))


@pytest.mark.parametrize("word", ["connector", "throttle", "icons", "actions", "leftOut"])
def test_the_published_form_misses_what_is_missing(word: str) -> None:
    without = {name: value for name, value in catalogue().items() if name != word}
    assert not Draft202012Validator(published("catalogue")).is_valid(without)


def test_every_word_of_the_published_form_is_explained_or_plain_json_schema() -> None:
    properties = published("catalogue")["$defs"]["field"]["properties"]
    ours = {word for word in properties if word.startswith("x-")}
    assert ours == set(ANNOTATIONS)
    assert catalogue()["annotations"] == ANNOTATIONS


def test_every_annotation_in_the_schemas_is_explained_and_every_explanation_is_needed() -> None:
    archive = json.loads(export(vectors.bundle("archive"), "catalogue")["catalogue.json"])
    used = {
        word
        for entry in [*catalogue()["actions"], *archive["actions"]]
        for side in SIDES
        for node in nodes(entry[side])
        for word in node
        if word.startswith("x-")
    }
    assert used == set(ANNOTATIONS)


@by_action
def test_the_schemas_stand_by_themselves_and_judge_as_the_definitions_do(key: str) -> None:
    original = bundle().actions[key].document
    for side in SIDES:
        Draft202012Validator.check_schema(action(key)[side])
        shown = Draft202012Validator(action(key)[side])
        own = Draft202012Validator(original[side])
        for example in action(key)["examples"]:
            if example[side] is not None:
                assert shown.is_valid(example[side]) == own.is_valid(example[side]), example["title"]
            if example["outputs"] is not None:
                assert shown.is_valid(example[side]), example["title"]
        assert shown.is_valid({"no such field": 1}) is own.is_valid({"no such field": 1}) is False


@by_action
def test_the_order_of_the_screen_is_said_for_languages_without_one(key: str) -> None:
    for side in SIDES:
        for node in nodes(action(key)[side]):
            if node.get("properties"):
                assert node["x-order"] == list(node["properties"])


@by_action
def test_an_action_has_its_texts_effects_errors_and_examples(key: str) -> None:
    entry, definition = action(key), definitions()[key]
    own = bundle().actions[key].document
    for word in ("operationId", "summary", "description", "group", "since", "effects"):
        assert entry[word] == own[word]
    reported = [(error["status"], error["code"], error["sentence"], error["field"]) for error in entry["errors"]]
    assert reported == [(error.status, error.code, error.sentence, error.field) for error in definition.errors]
    examples = [(example["title"], example["outputs"]) for example in entry["examples"]]
    assert examples == [(example.title, example.outputs) for example in definition.examples]
    assert {name: field.get("title") for name, field in entry["inputs"]["properties"].items()} == {
        name: field.get("title") for name, field in own["inputs"]["properties"].items()
    }


@by_action
def test_other_names_of_an_input_are_those_a_run_accepts(key: str) -> None:
    names = accepted_names(definitions()[key])
    for name, field in action(key)["inputs"]["properties"].items():
        assert set(field.get("x-aliases", [])) == {other for other, own in names.items() if own == name} - {name}


def test_choices_lead_to_rows_of_an_action_of_the_connector() -> None:
    entries = {entry["key"]: entry for entry in catalogue()["actions"]}
    found = 0
    for entry in entries.values():
        for node in nodes(entry["inputs"]):
            source = node.get("x-ms-dynamic-values")
            if source is not None:
                found += 1
                listing = entries[source["action"]]
                assert listing["operationId"] == source["operationId"]
                row = listing["outputs"]["properties"][source["value-collection"]]["items"]
                assert {source["value-path"], source["value-title"]} <= set(row["properties"])
    assert found > 20


def test_pages_are_told_in_inputs_and_outputs() -> None:
    paged = {entry["key"]: entry for entry in catalogue()["actions"] if entry["paging"]}
    assert set(paged) == {key for key, definition in definitions().items() if definition.pagination}
    for entry in paged.values():
        paging = entry["paging"]
        assert paging["input"] in entry["inputs"]["properties"]
        named = {paging["rows"], paging["next"], paging["more"]} - {None}
        assert named <= set(entry["outputs"]["properties"])


def test_limits_are_those_of_the_connector_and_the_tighter_ones() -> None:
    assert catalogue()["throttle"] == {"calls": 100, "renewalPeriod": 60, "scope": "connection"}
    tighter = {entry["key"]: entry["throttle"]["calls"] for entry in catalogue()["actions"] if entry["throttle"]}
    assert tighter == {key: one.throttle.calls for key, one in definitions().items() if one.throttle}


def test_the_publisher_and_the_publication_are_there_if_the_connector_has_them(tmp_path: Path) -> None:
    declared = bundle().document["publication"]
    connector = catalogue()["connector"]
    assert connector["publisher"] == declared["publisher"]
    assert connector["publication"] == {word: declared[word] for word in ("privacyPolicy", "categories")}
    other = json.loads(export(parcels(tmp_path, SEND), "catalogue")["catalogue.json"])
    assert other["connector"]["publisher"] is None
    assert other["connector"]["publication"] is None


def test_every_icon_is_inside_as_it_is_in_the_folder() -> None:
    everything = catalogue()
    parts = [everything["connector"], *everything["groups"], *everything["actions"]]
    assert {part["icon"] for part in parts} == set(everything["icons"])
    for path, address in everything["icons"].items():
        head, _, data = address.partition(",")
        assert head == "data:image/svg+xml;base64"
        assert base64.b64decode(data) == (ROOT / path).read_bytes()


def test_a_connection_is_described_without_any_value() -> None:
    connection = catalogue()["connection"]
    assert connection["environment"] == {"api_key": ["COURIER_AUTH_TOKEN", "COURIER_API_KEY"]}
    secret = connection["schema"]["properties"]["api_key"]
    assert secret["writeOnly"]
    assert not {"default", "examples", "const", "enum"} & set(secret)


def test_what_goes_over_the_wire_stays_out() -> None:
    text = exported("catalogue")["catalogue.json"].decode()
    assert not re.search(r'"(x-in|x-pointer|x-map-key|interactions)":', text)


def test_an_export_of_a_group_says_what_it_leaves_out() -> None:
    part = json.loads(exported("catalogue", ("lists",))["catalogue.json"])
    chosen = [entry["key"] for entry in part["actions"]]
    assert sorted([*chosen, *part["leftOut"]]) == KEYS
    assert [group["key"] for group in part["groups"]] == ["lists"]
    assert set(part["icons"]) == {"icons/connector.svg", "icons/lists.svg"}
    assert catalogue()["leftOut"] == []


def test_the_index_names_every_action_once_and_is_small() -> None:
    index = document("catalogue", "index.json")
    assert [entry["key"] for entry in index["actions"]] == [entry["key"] for entry in catalogue()["actions"]]
    assert [entry["group"] in index["groups"] for entry in index["actions"]] == [True] * len(KEYS)
    sizes = {name: len(content) for name, content in exported("catalogue").items()}
    assert sizes["index.json"] * 20 < sizes["catalogue.json"]


@by_action
def test_the_index_says_in_one_sentence_what_an_action_does(key: str) -> None:
    about = next(entry["about"] for entry in document("catalogue", "index.json")["actions"] if entry["key"] == key)
    description = definitions()[key].description
    assert description.startswith(about)
    assert about.endswith(".")
    assert len(about) == len(description) or description[len(about)].isspace()


def test_choices_from_nowhere_are_refused_by_name() -> None:
    def change(document: Json) -> None:
        document["inputs"]["properties"]["list_id"]["x-ms-dynamic-values"]["operationId"] = "NoSuchGet"

    with pytest.raises(ExportError, match=r"“get_list”.*“NoSuchGet”"):
        export(with_word("get_list", change), "catalogue")


@pytest.mark.parametrize(
    ("icon", "complaint"),
    [
        ("icons/none.svg", "cannot be read"),
        ("../../etc/passwd", "outside|must be"),
        ("icons/a.gif", "must be an SVG or a PNG file"),
    ],
)
def test_an_icon_that_cannot_be_had_is_refused_by_name(icon: str, complaint: str, tmp_path: Path) -> None:
    words: dict[str, Any] = {"icon": icon}
    with pytest.raises(ExportError, match=f"“{re.escape(icon)}”.*({complaint})"):
        export(parcels(tmp_path, SEND, connector=manifest(**words)), "catalogue")


def test_the_index_has_what_people_call_an_action() -> None:
    entries = {entry["key"]: entry for entry in document("catalogue", "index.json")["actions"]}
    assert "device" in entries["add_push_token"]["aliases"]
