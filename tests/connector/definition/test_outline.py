"""A folder at a glance: enough to list actions and to complete names, and nothing where loading must say why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector.catalogue.loader import load
from connector.definition.outline import outline
from tests.connector.parcels import ACTIONS, GET, action, manifest, write_folder


def test_a_glance_at_a_folder_has_its_actions_by_group(tmp_path: Path) -> None:
    seen = outline(write_folder(tmp_path / "parcels"))
    assert seen is not None
    assert seen.groups == {"parcels": "Parcels"}
    assert list(seen.actions) == sorted(document["key"] for document in ACTIONS)


@pytest.mark.parametrize("content", ["{", "{}", json.dumps({"key": "a", "group": "nowhere"}), '{"key": 7}'])
def test_a_glance_at_a_broken_folder_says_nothing(tmp_path: Path, content: str) -> None:
    made = write_folder(tmp_path / "parcels")
    (made / "definitions/parcels/odd.json").write_text(content)
    assert outline(made) is None


def test_a_glance_shows_the_groups_in_their_order_and_the_actions_by_key(tmp_path: Path) -> None:
    made = write_folder(tmp_path / "parcels", connector=manifest(groups={"zoo": {}, "parcels": {"title": "All"}}))
    (made / "definitions/zoo").mkdir()
    for key in ("visit", "ask"):
        (made / f"definitions/zoo/{key}.json").write_text(json.dumps(action(key, group="zoo")))
    seen = outline(made)
    assert seen is not None
    assert seen.groups == {"zoo": "Zoo", "parcels": "All"}
    assert list(seen.actions) == ["ask", "visit", *sorted(document["key"] for document in ACTIONS)]


@pytest.mark.parametrize("name", ["key", "operationId", "summary", "description"])
def test_a_glance_needs_every_text(name: str, tmp_path: Path) -> None:
    made = write_folder(tmp_path / "parcels")
    path = made / "definitions/parcels/get_parcel.json"
    path.write_text(json.dumps({**GET, name: 7}))
    assert outline(made) is None
    path.write_text(json.dumps({**GET, "inputs": {"properties": 7}}))
    assert outline(made) is None


def test_at_a_glance_an_action_is_what_it_is_when_loaded(tmp_path: Path) -> None:
    short = {word: value for word, value in GET.items() if word not in {"key", "group", "effects"}}
    short["inputs"] = {"properties": {"...parcel": {}}}
    made = write_folder(tmp_path / "parcels")
    (made / "definitions/parcels/get_parcel.json").write_text(json.dumps(short))
    shared = {"parcel_id": {"title": "Parcel ID", "examples": ["p1"]}}
    (made / "definitions/common.json").write_text(json.dumps({"fieldsets": {"parcel": shared}}))
    seen = outline(made)
    assert seen is not None
    assert seen.whole("get_parcel") == load(made).actions["get_parcel"].document
    assert list(seen.whole("get_parcel")["inputs"]["properties"]) == ["parcel_id"]
