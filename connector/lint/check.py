"""Checking a connector folder: every problem of every file, with the rule it breaks and how to mend it.

The rules are in `connector.lint.rules`, a module per subject. A folder may be as broken as it likes; what cannot be
read or understood is a finding like any other. Handlers are imported and run, so check only folders you trust to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connector.lint.folder_view import FolderView
from connector.lint.rule import Rule, Violation
from connector.lint.rules import RULES
from connector.lint.rules.files import Reading


@dataclass(frozen=True)
class Finding:
    """One problem of a connector folder.

    Attributes:
        file: Path of the file, from the folder.
        pointer: JSON pointer of the place in it; empty when the whole file is meant.
        rule: Stable code of the rule.
        message: What is wrong, in one sentence.
        fix: How to mend it.
    """

    file: str
    pointer: str
    rule: str
    message: str
    fix: str


def check(folder: Path) -> list[Finding]:
    """Every problem of a connector folder, by file and place; none when it keeps every rule."""
    reading = Reading(folder)
    view = reading.view()
    hits = [*reading.hits, *_judged(view)]
    findings = {Finding(hit.file, hit.pointer, rule.code, hit.message, rule.fix) for rule, hit in hits}
    return sorted(findings, key=lambda found: (found.file, found.pointer, found.rule, found.message))


def _judged(view: FolderView) -> Iterator[tuple[Rule, Violation]]:
    for rule in RULES:
        if rule.judge is not None:
            yield from ((rule, hit) for hit in rule.judge(view))
