"""A folder may be as broken as it likes: each fault is a finding, and the check always comes back."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from connector.lint import Finding, check_folder
from connector.lint.sample_folder import ACTION, CONNECTOR, HANDLERS, write

DEEP = 1_000_000

TEXTS = {
    "empty": "",
    "no JSON": "{",
    "two documents": "{}{}",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "NaN": '{"key": NaN}',
    "an endless number": '{"key": 1e999}',
    "a number of ten thousand digits": '{"key": ' + "9" * 10_000 + "}",
    "a key twice": '{"key": "a", "key": "b"}',
    "half a character": '{"key": "\\ud800"}',
    "half a character in a key": '{"\\udfff": 1}',
    "a byte order mark": "\ufeff{}",
    "lists a million deep": "[" * DEEP,
    "objects a million deep": '{"a":' * DEEP + "1" + "}" * DEEP,
    "objects five hundred deep": '{"a":' * 500 + "1" + "}" * 500,
}

VALUES: list[Any] = [None, True, 0, -1, 1.5, "", "x", "\u0000", [], [[]], {}, {"$ref": "#"}, {"": {}}, "../../etc"]

REFERENCES: dict[str, dict[str, Any]] = {
    "itself": {"a": {"$ref": "#/$defs/a"}},
    "a circle": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
    "nothing": {"a": {"$ref": "#/$defs/none"}},
    "another file": {"a": {"$ref": "file:///etc/passwd"}},
    "a web address": {"a": {"$ref": "http://127.0.0.1:9/schema"}},
    "a long chain": {"a": {"$ref": "#/$defs/0"}} | {str(n): {"$ref": f"#/$defs/{n + 1}"} for n in range(2_000)},
    "the whole": {"a": {"$ref": "#"}},
}


def codes(found: list[Finding]) -> set[str]:
    return {finding.rule for finding in found}


@pytest.mark.parametrize("file", [ACTION, CONNECTOR, "definitions/common.json"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_file_that_is_no_definition_is_a_finding(file: str, text: str, tmp_path: Path) -> None:
    found = check_folder(write(tmp_path, {file: text}))
    assert file in {finding.file for finding in found}
    for finding in found:
        finding.message.encode()


def test_bytes_that_are_no_text_are_a_finding(tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / ACTION).write_bytes(b"\xff\xfe{}")
    assert "D001" in codes(check_folder(tmp_path))


FIELD_WORDS = [
    *("$ref", "type", "items", "properties", "required", "enum", "pattern", "format", "default", "examples"),
    *("minLength", "additionalProperties", "x-in", "x-pointer", "x-map-key", "x-spread", "x-ms-dynamic-values"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_any_value_in_place_of_any_word_of_an_action_never_ends_the_check(value: Any, tmp_path: Path) -> None:
    document = json.loads((write(tmp_path, {}) / ACTION).read_text(encoding="utf-8"))
    for word in document:
        changed = {**document, word: value}
        (tmp_path / ACTION).with_stem(f"with_{word}").write_text(json.dumps(changed), encoding="utf-8")
    assert len({finding.file for finding in check_folder(tmp_path)}) >= len(document)


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("part", ["inputs", "outputs"])
def test_any_value_in_place_of_any_word_of_a_field_never_ends_the_check(part: str, value: Any, tmp_path: Path) -> None:
    document = json.loads((write(tmp_path, {}) / ACTION).read_text(encoding="utf-8"))
    ((name, field),) = document[part]["properties"].items()
    for word in FIELD_WORDS:
        document[part]["properties"][name] = {**field, word: value}
        path = (tmp_path / ACTION).with_stem("with_" + word.replace("$", "").replace("-", "_").lower())
        path.write_text(json.dumps(document), encoding="utf-8")
    assert len({finding.file for finding in check_folder(tmp_path)}) >= len(FIELD_WORDS)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_any_value_in_place_of_any_word_of_the_connector_never_ends_the_check(value: Any, tmp_path: Path) -> None:
    folder = write(tmp_path, {ACTION: None, "definitions/things/list_things.json": None, HANDLERS: None})
    document = json.loads((folder / CONNECTOR).read_text(encoding="utf-8"))
    for word in document:
        (tmp_path / CONNECTOR).write_text(json.dumps({**document, word: value}), encoding="utf-8")
        assert check_folder(tmp_path)


@pytest.mark.parametrize("definitions", REFERENCES.values(), ids=REFERENCES.keys())
def test_a_reference_that_leads_nowhere_is_a_finding(definitions: dict[str, Any], tmp_path: Path) -> None:
    outputs = {"properties": {"name": {"$ref": "#/$defs/a", "title": "Name"}}, "$defs": definitions}
    assert "D401" in codes(check_folder(write(tmp_path, {ACTION: {"outputs": outputs}})))


def test_rows_inside_rows_of_their_own_kind_are_allowed(tmp_path: Path) -> None:
    text = {"title": "Text", "description": "What it says."}
    rows = {
        "title": "Parts",
        "description": "What it is made of.",
        "items": {"properties": {"text": text, "parts": {"$ref": "#/$defs/rows"}}},
    }
    outputs = {"properties": {"name": {"$ref": "#/$defs/rows"}}, "$defs": {"rows": rows}}
    assert codes(check_folder(write(tmp_path, {ACTION: {"outputs": outputs}}))) == {"D506"}


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_any_value_in_place_of_anything_shared_never_ends_the_check(value: Any, tmp_path: Path) -> None:
    action = {"inputs": {"properties": {"...things": {}}}, "errors": ["thing_gone"]}
    row: dict[str, Any] = {"properties": {"...things": {}}}
    documents: list[dict[str, Any]] = [
        {"fieldsets": value},
        {"fieldsets": {"things": value}},
        {"fieldsets": {"things": {"thing_id": value}}},
        {"fieldsets": {"things": {"...things": value}}},
        {"fieldsets": {"things": {"rows": {"items": value}}}, "$defs": {"row": row}},
        {"errors": value},
        {"errors": {"thing_gone": value}},
        {"errors": {"thing_gone": {"status": value}}},
        {"$defs": {"row": value}},
    ]
    for shared in documents:
        assert check_folder(write(tmp_path, {ACTION: action, "definitions/common.json": shared}))


@pytest.mark.parametrize("value", [[], "rows", {"rows": 7}, None])
def test_shared_definitions_of_the_wrong_form_are_a_finding(value: Any, tmp_path: Path) -> None:
    document = json.dumps({"$defs": value})
    assert codes(check_folder(write(tmp_path, {"definitions/common.json": document}))) & {"D010", "D011", "D012"}


ICON, COMMON = "icons/things.svg", "definitions/common.json"
IN_PLACE_OF = pytest.mark.parametrize("file", [ACTION, CONNECTOR, COMMON, HANDLERS, ICON])


def said(file: str, why: str, of_handlers: str) -> list[tuple[str, str, str]]:
    """The one finding of a file that cannot be used."""
    if file == ICON:
        return [("D701", CONNECTOR, f"The file “{ICON}” does not exist in the connector folder.")]
    if file == HANDLERS:
        return [("D601", HANDLERS, f"{HANDLERS} is {of_handlers}.")]
    return [("D001", file, f"The file cannot be read: {why}.")]


def place(folder: Path, file: str) -> Path:
    """A file of the sample folder, taken away."""
    path = write(folder, {COMMON: {"$defs": {}}}) / file
    path.unlink()
    return path


def check(folder: Path) -> list[tuple[str, str, str]]:
    return [(finding.rule, finding.file, finding.message) for finding in check_folder(folder)]


@IN_PLACE_OF
def test_a_link_out_of_the_folder_is_not_followed(file: str, tmp_path: Path) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    path = place(folder, file)
    outside.write_bytes((write(tmp_path / "other", {COMMON: {"$defs": {}}}) / file).read_bytes())
    path.symlink_to(outside)
    why = "the file is a link that leads out of the connector folder"
    assert check(folder) == said(file, why, "a link to a file outside the connector folder")


@IN_PLACE_OF
def test_a_link_inside_the_folder_is_followed(file: str, tmp_path: Path) -> None:
    path = write(tmp_path, {COMMON: {"$defs": {}}}) / file
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert check(tmp_path) == []


@IN_PLACE_OF
def test_a_link_to_itself_is_a_finding(file: str, tmp_path: Path) -> None:
    path = place(tmp_path, file)
    path.symlink_to(path)
    ((rule, where, _),) = check(tmp_path)
    assert (rule, where) == said(file, "", "")[0][:2]


@IN_PLACE_OF
def test_a_folder_in_place_of_a_file_is_a_finding(file: str, tmp_path: Path) -> None:
    place(tmp_path, file).mkdir()
    assert check(tmp_path) == said(file, "it is not a regular file", "not a regular file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@IN_PLACE_OF
def test_a_pipe_in_place_of_a_file_is_not_waited_for(file: str, tmp_path: Path) -> None:
    os.mkfifo(place(tmp_path, file))
    assert check(tmp_path) == said(file, "it is not a regular file", "not a regular file")


@pytest.mark.parametrize("name", ["..", "../..", "a/b", ".", "\u202e", "con"])
def test_a_name_that_is_a_path_is_a_finding(name: str, tmp_path: Path) -> None:
    for word in ("key", "group"):
        found = check_folder(write(tmp_path / word, {ACTION: {word: name}}))
        assert codes(found) & {"D013", "D101"}


def test_an_icon_outside_the_folder_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "icon.svg").write_text("<svg/>", encoding="utf-8")
    found = check_folder(write(tmp_path / "folder", {CONNECTOR: {"icon": "../icon.svg"}}))
    assert codes(found) == {"D701"}


@pytest.mark.parametrize(
    "text",
    [
        "get_thing = ",
        "raise ValueError('no')",
        "raise SystemExit(0)",
        "import nothing_of_that_name",
        "\x00",
        "get_thing = 7\n",
        "(" * 5_000,
        "def get_thing(call):\n    raise SystemExit(0)\n",
        "def get_thing(call):\n    return get_thing(call)\n",
        "def get_thing():\n    return 7\n",
    ],
)
def test_handlers_that_do_not_run_are_findings(text: str, tmp_path: Path) -> None:
    assert codes(check_folder(write(tmp_path, {HANDLERS: text}))) & {"D506", "D601"}


def test_a_folder_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    assert codes(check_folder(tmp_path / "nowhere")) == {"D001"}


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    found = check_folder(
        write(
            tmp_path,
            {
                CONNECTOR: {"icon": "none.svg", "version": "one"},
                ACTION: {"since": "one", "summary": ""},
                "definitions/things/list_things.json": {"outputs": {"required": []}, "description": "List things"},
                "definitions/things/broken.json": "{",
            },
        )
    )
    assert {(finding.rule, Path(finding.file).name) for finding in found} >= {
        ("D013", "connector.json"),
        ("D013", "get_thing.json"),
        ("D206", "list_things.json"),
        ("D304", "list_things.json"),
        ("D305", "list_things.json"),
        ("D001", "broken.json"),
    }
    assert len([finding for finding in found if finding.file == ACTION]) == 2
