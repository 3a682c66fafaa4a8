"""The format is one thing, whether pydantic or JSON Schema judges it."""

import json
import runpy
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.definition.action import ActionDefinition
from connector.definition.common import CommonDefinitions
from connector.definition.expand import expand, expand_common
from connector.definition.files import COMMON, definition_files
from connector.definition.formatter import formatted
from connector.definition.json_schema import NAMES, format_schema
from connector.definition.service import ConnectorDefinition
from connector.lint import check_folder
from connector.lint.rules.file_format import validated
from connector.lint.sample_folder import ACTION, write

ROOT = Path(__file__).parent.parent.parent
FILES = Path(__file__).parent / "format"
VALID = sorted((FILES / "valid").glob("*.json"))
INVALID = sorted((FILES / "invalid").glob("*.json"))
MODELS: dict[str, Any] = {"action": ActionDefinition, "connector": ConnectorDefinition, "common": CommonDefinitions}
FIELDSETS = {
    "thing_id": {"thing_id": {"title": "Thing ID"}},
    "thing": {"name": {"title": "Name"}},
}
SHARED = {"fieldsets": FIELDSETS, "errors": {"thing_not_found": {"status": 404, "sentence": "There is none."}}}


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(format_schema(kind))


def by_schema(kind: str, document: Any) -> bool:
    return validator(kind).is_valid(document)


def by_models(kind: str, document: Any) -> bool:
    return validated(MODELS[kind], whole(kind, document))[0] is not None


def whole(kind: str, document: Any) -> Any:
    """What the models are shown: the document with everything that its file leaves out."""
    if kind == "action":
        return expand(document, Path("definitions/things/get_thing.json"), SHARED).document
    return expand_common(document).document if kind == "common" else document


def read(path: Path) -> tuple[str, Any]:
    return path.name.partition("-")[0], json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_both_accept_what_is_valid(path: Path) -> None:
    kind, document = read(path)
    assert (by_models(kind, document), by_schema(kind, document)) == (True, True)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_both_refuse_what_is_not(path: Path) -> None:
    kind, document = read(path)
    assert (by_models(kind, document), by_schema(kind, document)) == (False, False)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_what_is_refused_is_told_once_per_place_in_our_own_words(path: Path) -> None:
    kind, document = read(path)
    flaws = validated(MODELS[kind], whole(kind, document))[1]
    assert len({flaw.pointer for flaw in flaws}) == len(flaws)
    for flaw in flaws:
        assert flaw.message.endswith((".", "?"))
        assert not {"Input should", "Field required", "validation error", "pydantic"} & set(flaw.message.split(":"))


@pytest.mark.parametrize("kind", NAMES)
def test_the_published_schema_is_current(kind: str) -> None:
    published = json.loads((ROOT / f"docs/format/{kind}.schema.json").read_text(encoding="utf-8"))
    assert published == format_schema(kind), "Run: python -m connector.definition.json_schema docs/format"


@pytest.mark.parametrize("kind", NAMES)
def test_the_published_schema_is_json_schema(kind: str) -> None:
    Draft202012Validator.check_schema(format_schema(kind))


def test_the_commands_that_publish_the_format_write_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(module: str, *arguments: Path) -> None:
        monkeypatch.delitem(sys.modules, f"connector.definition.{module}", raising=False)
        monkeypatch.setattr(sys, "argv", [module, *map(str, arguments)])
        runpy.run_module(f"connector.definition.{module}", run_name="__main__")

    command("json_schema", tmp_path)
    command("format_reference", tmp_path / "reference.md")
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "docs/format" / path.name).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"reference.md", *(f"{kind}.schema.json" for kind in NAMES)}
    loose = tmp_path / "definitions"
    loose.mkdir()
    (loose / "connector.json").write_text('{"key": "a",\n"title": "A"}', encoding="utf-8")
    command("formatter", loose)
    assert capsys.readouterr().out == f"{loose / 'connector.json'}\n"


def test_our_own_definitions_have_the_published_form() -> None:
    schema = validator("action")
    for path in definition_files(ROOT):
        document = json.loads((ROOT / path).read_text(encoding="utf-8"))
        assert [error.json_path for error in schema.iter_errors(document)] == [], path


def test_our_own_shared_definitions_have_the_published_form() -> None:
    document = json.loads((ROOT / COMMON).read_text(encoding="utf-8"))
    assert [error.json_path for error in validator("common").iter_errors(document)] == []


def test_every_definition_file_is_laid_out_the_one_way() -> None:
    for path in (ROOT / "definitions").rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert formatted(json.loads(text)) == text, "Run: python -m connector.definition.formatter definitions"


def test_a_misspelt_word_is_answered_with_the_right_one(tmp_path: Path) -> None:
    found = check_folder(write(tmp_path, {ACTION: {"sumary": "Get it", "summary": None}}))
    assert {(finding.pointer, finding.message) for finding in found if finding.file == ACTION} == {
        ("/sumary", "“sumary” is not a keyword here. Did you mean “summary”?"),
        ("/summary", "“summary” is required."),
    }


def test_shared_definitions_are_checked_where_they_stand(tmp_path: Path) -> None:
    found = check_folder(write(tmp_path, {str(COMMON): {"$defs": {"rows": {"type": "table"}}}}))
    assert [(finding.file, finding.pointer, finding.rule) for finding in found] == [
        (str(COMMON), "/$defs/rows/type", "D013")
    ]
