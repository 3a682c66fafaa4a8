"""A text or a list as long as the limit is whole; one more, and it is cut, moved or left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.definition.file_value import File
from connector.export import ExportError, export, select
from connector.export.code_samples import code_samples
from connector.export.docs.field_rows import FieldRow, detail_list, details, summary
from connector.export.mcp.schemas import PortableSchema
from connector.export.mcp.tools import tool_list, tool_name
from connector.export.n8n.aliases import aliases
from connector.export.n8n.node import NodeData
from connector.export.node_red import forms
from connector.export.power_platform.shared_definitions import share_schemas
from tests.connector.export.test_power_platform_files import PUBLICATION
from tests.connector.export.whole import Json, bundle, parcels
from tests.connector.parcels import LIST, action, body, manifest


def one(place: Path, **words: Any) -> tuple[Bundle, Action]:
    """A connector with an action that has one input of these keywords."""
    folder = parcels(place, action(inputs={"size": body(title="Size", **words)}))
    return folder, Action(folder, "send_parcel")


def sample(place: Path, language: str, value: Any, **words: Any) -> str:
    """The code of a run with this value."""
    (found,) = code_samples(*one(place, **words), {"size": value}, languages=[language])
    return found.code


def details_of(**words: Any) -> str:
    return " ".join(details(FieldRow("size", "size", words, required=False)))


def described(place: Path, **words: Any) -> str:
    shown = PortableSchema(one(place, **words)[1], {}).schema()["properties"]["size"]
    return str(shown["description"])


def drawn(place: Path, **words: Any) -> str:
    return str(forms.form([one(place, **words)[1]], frozenset())["send_parcel"]["fields"][0]["example"])


Write = Callable[[Path, int], str]
CASES: dict[str, tuple[int, Write, str, str]] = {
    "words of a description in a table": (30, lambda _, size: summary({"description": "w " * size}), "w w", "See the"),
    "characters of an example in the documentation": (
        118,
        lambda _, size: details_of(examples=["x" * size]),
        "Example: `xx",
        "",
    ),
    "characters of an example of a tool": (
        120,
        lambda place, size: described(place, description="How big.", examples=["x" * size]),
        "How big. Example: xx",
        "How big.",
    ),
    "characters of an example in a form of Node-RED": (
        120,
        lambda place, size: drawn(place, examples=["x" * size])[-3:],
        "xxx",
        "xx…",
    ),
    "characters of the details of a field on one line": (
        100,
        lambda _, size: detail_list([("size", "Size", ["d" * (size - 3), "e."])]),
        "- `size` (Size): dd",
        "- `size` (Size):\n  - dd",
    ),
    "characters of a command on one line": (
        100,
        lambda place, size: sample(place, "command-line", "v" * (size - 39)),
        "parcels-connector run send_parcel size=vv",
        "parcels-connector run send_parcel \\\n  size=vv",
    ),
    "bytes of an argument": (
        100_000,
        lambda place, size: sample(place, "http", "v" * (size - 12))[-3:],
        "}'\n",
        "ON\n",
    ),
    "bytes of a file in memory that is written out": (
        1_000,
        lambda place, size: sample(
            place, "python", File(b"x" * size), type="object", **{"x-file": True, "additionalProperties": True}
        ).partition("send_parcel")[2],
        "$content",
        'File("FILE")',
    ),
}


@pytest.mark.parametrize("limit", CASES)
def test_what_is_as_long_as_the_limit_is_whole(limit: str, tmp_path: Path) -> None:
    most, write, whole, cut = CASES[limit]
    assert whole in write(tmp_path / "whole", most)
    shorter = write(tmp_path / "cut", most + 1)
    assert whole not in shorter
    assert cut in shorter


def test_the_picker_searches_the_first_80_words(tmp_path: Path) -> None:
    words = [f"word{number}x" for number in range(81)]
    bundle = parcels(tmp_path, action(), connector=manifest(description=" ".join(words), publication=PUBLICATION))
    assert aliases(NodeData.of(select(bundle))) == words[:80]


@pytest.mark.parametrize(
    ("server", "action", "name"),
    [
        ("post", "send", "post_send"),
        ("s" * 30, "send", "s" * 30 + "_send"),
        ("s" * 20, "a" * 30, "s" * 8 + "_" + "a" * 30),
        ("ab_" * 6 + "s", "a" * 21, "ab_" * 5 + "ab" + "_" + "a" * 21),
        ("s" * 20, "a" * 37, "s_" + "a" * 37),
        ("s" * 20, "a" * 38, "a" * 32 + "_365a9c"),
        ("s", "a" * 60, "a" * 51 + "_11ee39"),
    ],
)
def test_a_tool_has_a_name_of_60_characters_with_its_server(server: str, action: str, name: str) -> None:
    assert tool_name(server, action) == name
    assert len(f"{server[:20]}:{name}") <= 60


def test_a_list_of_tools_of_15000_tokens_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    selection = select(bundle(), ["lists"])
    monkeypatch.setattr("connector.export.mcp.tools.estimated_tokens", lambda _: 15_000)
    assert tool_list(selection, "auto") == tool_list(selection, "all")
    monkeypatch.setattr("connector.export.mcp.tools.estimated_tokens", lambda _: 15_001)
    assert tool_list(selection, "auto") == tool_list(selection, "meta")


@pytest.mark.parametrize(("size", "shared"), [(299, False), (300, True)])
def test_a_schema_of_300_characters_is_worth_sharing(size: int, shared: bool) -> None:
    schema: Json = {"type": "object", "properties": {}}
    schema["properties"]["d" * (size - len(json.dumps(schema)) - len('"": {}'))] = {}
    assert len(json.dumps(schema)) == size
    operations: list[Json] = [
        {"operationId": name, "parameters": [], "responses": {"200": {"schema": dict(schema)}}} for name in ("a", "b")
    ]
    assert bool(share_schemas(operations)) is shared


def test_the_platform_takes_a_megabyte(tmp_path: Path) -> None:
    def exported(place: str, size: int) -> int:
        one = manifest(publication=PUBLICATION, description="d" * size)
        files = export(parcels(tmp_path / place, action(), LIST, connector=one), "power-platform")
        return len(files["apiDefinition.swagger.json"])

    most = 1024 * 1024 - exported("small", 1) + 1
    assert exported("whole", most) == 1024 * 1024
    with pytest.raises(ExportError, match=r"1,048,577 bytes; the platform accepts 1,048,576\."):
        exported("cut", most + 1)
