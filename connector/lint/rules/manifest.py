"""The connector as a whole: the action that tests its connection, and its sandbox."""

from __future__ import annotations

from collections.abc import Iterator

from connector.definition.files import MANIFEST
from connector.lint.folder_view import FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import CONNECTOR

_FILE = MANIFEST.as_posix()


@folder_rule(
    "D704",
    "Use an action that is read-only and has no required inputs.",
    good={CONNECTOR: {"connection": {"test": "list_things"}}},
    bad={CONNECTOR: {"connection": {"test": "get_thing"}}},
)
def connection_can_be_tested(view: FolderView) -> Iterator[Violation]:
    """The action that tests a connection is read-only and has no required inputs.

    It runs as soon as someone saves a connection.
    """
    if view.manifest is None or view.manifest.connection.test is None:
        return
    key = view.manifest.connection.test
    action = next((found.definition for found in view.actions if found.definition.key == key), None)
    place = "/connection/test"
    if action is None and view.complete:
        yield Violation(_FILE, place, f"The action “{key}” does not exist.")
    elif action is not None and (not action.effects.read_only or action.inputs.required):
        yield Violation(_FILE, place, f"“{action.summary}” changes data or has required inputs.")


@folder_rule(
    "D705",
    "Add the package, or remove “sandbox”.",
    good={CONNECTOR: {"sandbox": "sandbox"}, "sandbox/__init__.py": ""},
    bad={CONNECTOR: {"sandbox": "sandbox"}},
)
def sandbox_exists(view: FolderView) -> Iterator[Violation]:
    """The sandbox is a Python package in the connector folder.

    It is started when someone runs an action with --sandbox.
    """
    if view.manifest is None or view.manifest.sandbox is None:
        return
    if not (view.folder / view.manifest.sandbox / "__init__.py").is_file():
        yield Violation(
            _FILE, "/sandbox", f"The package “{view.manifest.sandbox}” does not exist in the connector folder."
        )
