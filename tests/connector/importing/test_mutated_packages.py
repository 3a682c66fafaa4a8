"""Packages with something wrong in any place: each is read as far as it can be, or refused with file and place."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector import Connector
from connector.connections.sample import sample_connection
from connector.errors import ConnectorError, DefinitionError
from connector.importing.package import Package
from connector.importing.report import report_on
from connector.importing.sample import sample_inputs

PACKAGES = sorted((Path(__file__).parent / "packages").iterdir())
WRONG: list[Any] = [
    *(None, -1, 1.5, True, "", "x", "{", "}", "@{", "\u0000", "ü", "a b", "/", "https://x/{y}", 10**30),
    *([], {}, [1], ["a"], [[]], {"a": 1}, {"$ref": "#/paths"}, {"$ref": "#/definitions/x"}, {"$ref": 5}),
    *({"type": ["string", "null"]}, {"enum": [1, "a", None, []]}, "@connectionParameters('x')", "array", "file"),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        yield (*path, step)
        yield from places(inner, (*path, step))


def mutate(document: Any, rng: random.Random) -> None:
    """Put something wrong into one place."""
    found = list(places(document))
    *around, last = rng.choice(found)
    for step in around:
        document = document[step]
    document[last] = copy.deepcopy(rng.choice(WRONG))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_wrong_is_a_gap_or_a_refusal(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)  # noqa: S311 - the same mistakes each time
    for number in range(15):
        source = rng.choice(PACKAGES)
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in ("apiDefinition.swagger.json", "apiProperties.json"):
            document = json.loads((source / name).read_text(encoding="utf-8"))
            mutate(document, rng)
            (folder / name).write_text(json.dumps(document), encoding="utf-8")
        package = loaded(folder)
        if package is None:
            continue
        connector = Connector(package.bundle)
        for action in connector.actions:
            with contextlib.suppress(ConnectorError):
                connector.preview(action, sample_inputs(action), sample_connection(connector.definition, "x"))


def loaded(folder: Path) -> Package | None:
    """The package, wholly converted; None where it is refused with a file and a sentence."""
    try:
        package = Package(folder)
        report_on(package)
    except DefinitionError as error:
        wrong = [
            problem for problem in error.problems if "api" not in problem.field or not problem.message.endswith(".")
        ]
        if wrong or not error.problems:
            raise
        return None
    return package
