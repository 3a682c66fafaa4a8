"""What a lint rule is: a code, what it requires, why, how to fix a violation, and an example on either side."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.lint.folder_view import ActionView, FolderView

Changes = Mapping[str, Any]
"""Changes to the sample folder, by file: a JSON merge patch, text, bytes, or None to remove the file."""


@dataclass(frozen=True)
class Violation:
    """A place where a rule is broken: the file, the JSON pointer in it, and what is wrong there, in one sentence."""

    file: str
    pointer: str
    message: str


FolderCheck = Callable[[FolderView], Iterator[Violation]]
ActionCheck = Callable[[ActionView], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class LintRule:
    """One rule, with changes to the sample folder that satisfy it (`good`) or violate it (`bad`).

    `check` finds the violations in a folder; it is None where reading the folder or exporting it finds them.
    """

    code: str
    description: str
    fix: str
    good: Changes
    bad: Changes
    reason: str = ""
    check: FolderCheck | None = None


def folder_rule(code: str, fix: str, good: Changes, bad: Changes) -> Callable[[FolderCheck], LintRule]:
    """Make a rule of a function that checks the whole folder.

    The first paragraph of its docstring is the description, the second the reason.
    """

    def decorate(check: FolderCheck) -> LintRule:
        description, reason = _texts(check)
        return LintRule(code, description, fix, good, bad, reason, check)

    return decorate


def action_rule(code: str, fix: str, good: Changes, bad: Changes) -> Callable[[ActionCheck], LintRule]:
    """Make a rule of a function that checks one action and yields JSON pointers and messages.

    The first paragraph of its docstring is the description, the second the reason.
    """

    def decorate(check: ActionCheck) -> LintRule:
        def check_all(view: FolderView) -> Iterator[Violation]:
            for action in view.sound:
                for pointer, message in check(action):
                    yield Violation(*action.home(pointer), message)

        description, reason = _texts(check)
        return LintRule(code, description, fix, good, bad, reason, check_all)

    return decorate


def _texts(check: Callable[..., Any]) -> tuple[str, str]:
    """The first paragraph of a function's docstring, and the rest of it, each as one line."""
    first, _, rest = (inspect.getdoc(check) or "").partition("\n\n")
    return " ".join(first.split()), " ".join(rest.split())
