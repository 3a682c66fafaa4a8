"""What a rule of the checker is: a code, a description, a fix, and an example on either side of the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.lint.folder_view import ActionView, FolderView

Example = Mapping[str, Any]
"""Changes to the sample folder, by file: a JSON merge patch, a text, or None for a file that is not there."""


@dataclass(frozen=True)
class Violation:
    """A place where a rule is broken.

    Attributes:
        file: Path of the file, from the connector folder.
        pointer: JSON pointer in it; empty for the whole file.
        message: What is wrong there, in one sentence.
    """

    file: str
    pointer: str
    message: str


Validator = Callable[[FolderView], Iterator[Violation]]
ActionJudge = Callable[[ActionView], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class Rule:
    """One rule of the checker.

    Attributes:
        code: Its stable name.
        description: What a definition must do, in one sentence.
        fix: How to mend what breaks it.
        good: Changes to the sample folder that keep it.
        bad: Changes that break it, and may break others.
        judge: Finds where a folder breaks it; None for rules about a file's form, which `form` judges.
    """

    code: str
    description: str
    fix: str
    good: Example
    bad: Example
    judge: Validator | None = None


def folder_rule(code: str, fix: str, good: Example, bad: Example) -> Callable[[Validator], Rule]:
    """Make a rule of a function that looks at the whole folder; its docstring is the description."""

    def made(judge: Validator) -> Rule:
        return Rule(code, _duty(judge), fix, good, bad, judge)

    return made


def action_rule(code: str, fix: str, good: Example, bad: Example) -> Callable[[ActionJudge], Rule]:
    """Make a rule of a function that looks at one action and yields pointers and messages."""

    def made(judge: ActionJudge) -> Rule:
        def every(view: FolderView) -> Iterator[Violation]:
            for action in view.sound:
                for place, message in judge(action):
                    yield Violation(*action.home(place), message)

        return Rule(code, _duty(judge), fix, good, bad, every)

    return made


def _duty(judge: Callable[..., Any]) -> str:
    return (judge.__doc__ or "").strip().splitlines()[0]
