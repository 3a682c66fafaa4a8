"""What is true of every format made from the schemas: no word is lost, the same folder gives the same bytes."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.model import spelling
from connector.export import ExportError, export
from connector.export.keywords import FORM, STANDARD, TYPES, WIRE
from tests.connector.export.whole import ROOT, Json, bundle, exported, with_word

FORMATS = ("catalogue", "openapi", "docs", "mcp")
by_format = pytest.mark.parametrize("format_name", FORMATS)


def test_every_word_of_the_definition_format_has_its_place_in_the_vocabulary() -> None:
    words = {spelling(name) for model in (FieldSchema, ObjectSchema) for name in model.model_fields}
    assert words == STANDARD | WIRE | FORM
    assert not STANDARD & WIRE
    assert not (STANDARD | WIRE) & FORM


def test_every_type_of_the_definition_format_is_known() -> None:
    enum = FieldSchema.model_json_schema()["$defs"]["FieldSchema"]["properties"]["type"]["anyOf"][0]["enum"]
    assert set(enum) == TYPES


@by_format
def test_a_word_that_no_export_knows_is_refused_by_name(format_name: str) -> None:
    def change(action: Json) -> None:
        action["inputs"]["$defs"]["recipient"]["properties"]["user_id"]["x-colour"] = "red"

    with pytest.raises(ExportError, match=r"“send_message”.*“\$defs\.recipient\.user_id”.*“x-colour”"):
        export(with_word("send_message", change), format_name)


@by_format
def test_a_type_that_no_export_knows_is_refused_by_name(format_name: str) -> None:
    def change(action: Json) -> None:
        action["outputs"]["properties"]["results"]["items"]["properties"]["id"]["type"] = ["date", "null"]

    with pytest.raises(ExportError, match=r"“get_all_recipient_lists”.*output “results\[\]\.id”.*“date”"):
        export(with_word("get_all_recipient_lists", change), format_name)


@by_format
def test_an_export_of_some_actions_has_these_and_no_others(format_name: str) -> None:
    files = dict(exported(format_name, ("lists",)))
    # The catalogue itself says what it leaves out; its own tests look at that.
    files.pop("catalogue.json", None)
    text = b"".join(files.values())
    assert b"restore_list" in text
    assert b"cancel_message" not in text


def test_the_same_folder_gives_the_same_bytes_in_every_process() -> None:
    script = (
        "import hashlib, json, sys; from pathlib import Path; from connector.catalogue.loader import load;"
        " from connector.export import export; bundle = load(Path(sys.argv[1]));"
        " print(json.dumps({f: [[n, hashlib.sha256(c).hexdigest()] for n, c in export(bundle, f).items()]"
        " for f in sys.argv[2:]}))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(ROOT), *FORMATS], capture_output=True, check=True, env=environment, text=True
    )
    here = {f: [[n, hashlib.sha256(c).hexdigest()] for n, c in exported(f).items()] for f in FORMATS}
    assert json.loads(done.stdout) == here


@by_format
def test_nothing_of_this_machine_is_in_an_export(format_name: str) -> None:
    for content in exported(format_name).values():
        assert str(bundle().folder).encode() not in content
