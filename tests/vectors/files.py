"""Reading and writing the files of vectors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import Bundle, load
from connector.export.javascript.definitions import document
from connector.export.selection import ExportSelection

Json = dict[str, Any]

HERE = Path(__file__).parent
FOLDERS = {"courier": HERE.parents[1], "twilio": HERE.parent / "connectors/twilio"}
FOLDERS |= {name: HERE / name for name in ("sample", "depot", "archive")}
KINDS = (
    "normalize",
    "validate",
    "rules",
    "request",
    "auth",
    "response",
    "service_error",
    "retry",
    "throttle",
    "paginate",
    "run",
    "choices",
)


@dataclass(frozen=True)
class Vector:
    """One case, with the names of its kind, its connector and its file."""

    kind: str
    connector: str
    file: str
    case: Json

    @property
    def id(self) -> str:
        """Its name among all vectors."""
        return f"{self.kind}/{self.file}/{self.case['id']}"


@cache
def bundle(connector: str) -> Bundle:
    """The connector folder that cases are about."""
    return load(FOLDERS[connector])


@cache
def actions(connector: str) -> dict[str, Action]:
    """Its actions by key."""
    return {action.key: action for action in Catalogue(bundle(connector))}


def definitions(connector: str) -> Json:
    """The same for the JavaScript runtime."""
    return document(ExportSelection(bundle(connector), list(actions(connector).values())))


def paths(kind: str) -> list[Path]:
    """The files of a kind of vectors."""
    return sorted((HERE / kind).glob("*.json"))


def vectors() -> Iterator[Vector]:
    """Every case of every file."""
    for kind in KINDS:
        for path in paths(kind):
            content = json.loads(path.read_text(encoding="utf-8"))
            for case in content["cases"]:
                if kind == "rules":  # they bring the schema of the inputs along, and have tests of their own
                    own = {**case, "id": case["name"], "expect": {"problems": case["problems"]}}
                    yield Vector(kind, "", path.stem, own)
                else:
                    yield Vector(kind, content["connector"], path.stem, case)


def text_of(content: Json) -> str:
    """A file's text: one line per case, so that a change of one shows as a change of one."""
    head = {name: value for name, value in content.items() if name != "cases"}
    lines = ",\n".join("    " + _line(case) for case in content["cases"])
    return f'{json.dumps(head, ensure_ascii=False, indent=2)[:-2]},\n  "cases": [\n{lines}\n  ]\n}}\n'


def _line(case: Json) -> str:
    text = json.dumps(case, ensure_ascii=False)
    # Half characters cannot be written as they are.
    return json.dumps(case) if any("\ud800" <= char <= "\udfff" for char in text) else text
