"""The connector folder of this repository, read once for all tests; a broken file hides only itself."""

from functools import cache
from pathlib import Path

from connector.lint.folder_view import ActionView, FolderView
from connector.lint.rules.files import FolderReader

ROOT = Path(__file__).parent.parent.parent


@cache
def folder() -> FolderView:
    """Every definition of the right form."""
    return FolderReader(ROOT).read()


def actions() -> tuple[ActionView, ...]:
    """Every action whose definition can be followed."""
    return folder().sound
