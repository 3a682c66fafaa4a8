"""One run of an action as code to copy: Python, the command line, Power Automate, n8n and HTTP.

Every sample runs as it is. A secret is never in it: the code reads it from an environment variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.export.code_samples.n8n import n8n
from connector.export.code_samples.power_automate import power_automate
from connector.export.code_samples.python import python
from connector.export.code_samples.sample import SampleRun, Target
from connector.export.code_samples.shell import command_line, http
from connector.export.errors import ExportError

__all__ = ["LANGUAGES", "CodeSample", "Target", "code_samples"]


@dataclass(frozen=True)
class Language:
    """A language of code samples.

    Attributes:
        title: What people call it.
        write: Writes the sample.
        needs_valid_inputs: Whether inputs with problems have no place in it.
    """

    title: str
    write: Callable[[SampleRun], str]
    needs_valid_inputs: bool = False


LANGUAGES: Mapping[str, Language] = {
    "python": Language("Python", python),
    "command-line": Language("Command line", command_line),
    "power-automate": Language("Power Automate", power_automate, needs_valid_inputs=True),
    "n8n": Language("n8n", n8n, needs_valid_inputs=True),
    "http": Language("HTTP", http),
}
"""The languages by key, in the order in which people see them."""


@dataclass(frozen=True)
class CodeSample:
    """A run in one language.

    Attributes:
        language: A key of `LANGUAGES`.
        title: What people call the language.
        code: The code; empty if there is none.
        reason: Why there is none.
    """

    language: str
    title: str
    code: str
    reason: str = ""


def code_samples(
    bundle: Bundle,
    action: Action,
    inputs: Mapping[str, Any],
    target: Target | None = None,
    *,
    all_pages: bool = False,
    max_items: int | None = None,
    languages: Iterable[str] = LANGUAGES,
) -> list[CodeSample]:
    """One run in several languages.

    Args:
        bundle: The connector folder.
        action: The action to run.
        inputs: Its inputs, under any name that it accepts; they may have problems.
        target: Where the copied code runs it; an installed connector with the environment's secrets if left out.
        all_pages: Read all pages.
        max_items: The largest number of rows.
        languages: Keys of `LANGUAGES`.
    """
    target = target or Target.installed(bundle.manifest)
    run = SampleRun(bundle, action, inputs, target, all_pages, max_items)
    has_problems = bool(action.validate_inputs(inputs)[1])
    return [_sample(key, LANGUAGES[key], run, has_problems=has_problems) for key in languages]


def _sample(key: str, language: Language, run: SampleRun, *, has_problems: bool) -> CodeSample:
    if has_problems and language.needs_valid_inputs:
        return CodeSample(key, language.title, "", "Fix the inputs first.")
    try:
        return CodeSample(key, language.title, language.write(run))
    except ExportError as error:
        return CodeSample(key, language.title, "", error.message)
