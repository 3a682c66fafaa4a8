"""The tests that every connector folder passes, for pytest to collect."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import Bundle, load
from connector.connector import Connector
from connector.definition.example import Example
from connector.definition.files import find
from connector.errors import DefinitionError
from connector.examples.run import run_example
from connector.export import EXPORT_FORMATS, export


class ConnectorTests:
    """The tests of a connector folder: inherit from it in a class that pytest collects, and set `folder`.

    Attributes:
        folder: The connector folder, or the name of an installed connector.
    """

    folder: ClassVar[str | Path]

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """One test for each example, for each action with one that succeeds, and for each export format."""
        if "export_format" in metafunc.fixturenames:
            metafunc.parametrize("export_format", list(EXPORT_FORMATS))
        if {"example", "first_example"} & set(metafunc.fixturenames):
            try:
                actions = list(Catalogue(self._bundle()))
            except DefinitionError:
                actions = []  # the check reports it
            cases = _examples(actions) if "example" in metafunc.fixturenames else _first_examples(actions)
            found = {f"{action.key}: {example.title}": (action, example) for action, example in cases}
            name = "example" if "example" in metafunc.fixturenames else "first_example"
            metafunc.parametrize(name, list(found.values()), ids=list(found))

    def test_the_check_finds_no_problem(self) -> None:
        """Every rule of `check` holds."""
        from connector.lint import check_folder  # noqa: PLC0415 - it brings the schema library, which few tests need

        exporters = {name: functools.partial(export, format_name=name) for name in EXPORT_FORMATS}
        found = check_folder(find(self.folder), exporters)
        _require_none([f"{each.file}#{each.pointer} {each.rule}: {each.message} {each.fix}" for each in found])

    def test_an_example_does_what_it_shows(self, example: tuple[Action, Example]) -> None:
        """An example sends exactly its requests and ends with exactly its outputs or its error."""
        _require_none(run_example(self._bundle(), *example))

    def test_an_action_runs_in_the_sandbox(self, first_example: tuple[Action, Example]) -> None:
        """The first example of an action that succeeds also succeeds in the sandbox, and its outputs fit."""
        action, example = first_example
        with Connector(self._bundle(), strict_outputs=True) as connector, connector.sandbox() as connection:
            connector.run(action.key, example.inputs, connection, all_pages=example.all_pages)

    def test_an_export_is_written(self, export_format: str) -> None:
        """The connector can be exported to a format."""
        from connector.lint.rules.exports import with_publication  # noqa: PLC0415 - likewise

        export(with_publication(self._bundle()), export_format)

    @classmethod
    def _bundle(cls) -> Bundle:
        return _loaded(find(cls.folder))


def connector_tests(folder: str | Path) -> type[ConnectorTests]:
    """A class of tests for a connector folder, for a name in a test module that pytest collects.

    Args:
        folder: The connector folder, or the name of an installed connector.
    """
    return type("TestConnector", (ConnectorTests,), {"folder": folder})


def _require_none(problems: list[str]) -> None:
    """Fail with the problems as the message: pytest shows the parts of an `assert` only of test modules."""
    if problems:
        raise AssertionError("\n".join(problems))


@functools.lru_cache(maxsize=8)
def _loaded(folder: Path) -> Bundle:
    return load(folder)


def _examples(actions: list[Action]) -> Iterator[tuple[Action, Example]]:
    for action in actions:
        yield from ((action, example) for example in action.definition.examples)


def _first_examples(actions: list[Action]) -> Iterator[tuple[Action, Example]]:
    for action in actions:
        examples = (example for example in action.definition.examples if example.outputs is not None)
        yield from ((action, example) for example in list(examples)[:1])
