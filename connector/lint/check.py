"""Running the lint rules over a connector folder.

A folder may be as broken as it likes: what cannot be read or understood is a finding like any other. Handlers are
imported and run, so check only folders whose code you trust.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from connector.catalogue.loader import Bundle
from connector.lint.folder_view import FolderView
from connector.lint.rule import LintRule, Violation
from connector.lint.rules import RULES
from connector.lint.rules.exports import EXPORTABLE, Exporter, export_violations
from connector.lint.rules.files import FolderReader

_HARMLESS = ("D1", "D3", "D5", "D8")
"""Codes of the rules about names, texts, examples and defaults, which exporters do not depend on."""
_MISSING_GROUP = "D102"
"""Of these, the rule that every exporter depends on."""


@dataclass(frozen=True)
class Finding:
    """One problem of a connector folder.

    Attributes:
        file: Path of the file, from the folder.
        pointer: JSON pointer in it; empty for the whole file.
        rule: Stable code of the rule.
        message: What is wrong, in one sentence.
        fix: How to fix it.
    """

    file: str
    pointer: str
    rule: str
    message: str
    fix: str


def check_folder(
    folder: Path, exporters: Mapping[str, Exporter] | None = None, on_step: Callable[[str], None] = lambda _: None
) -> list[Finding]:
    """Every problem of a connector folder, by file and place; empty when it satisfies every rule.

    Args:
        folder: The connector folder.
        exporters: Functions that export a bundle, by the name of their format. They are tried once only texts,
            examples and names are left to correct.
        on_step: Called with what is checked next, in a few words.
    """
    on_step("Reading the files")
    reader = FolderReader(folder)
    view = reader.read()
    violations = [*reader.violations, *_violations(view, on_step)]
    # An exporter cannot do with a definition what does not work here either.
    if exporters and all(rule.code.startswith(_HARMLESS) and rule.code != _MISSING_GROUP for rule, _ in violations):
        noted = {name: _noting(f"Exporting: {name}", exporter, on_step) for name, exporter in exporters.items()}
        violations += [(EXPORTABLE, violation) for violation in export_violations(view, noted)]
    findings = {Finding(found.file, found.pointer, rule.code, found.message, rule.fix) for rule, found in violations}
    return sorted(findings, key=lambda found: (found.file, found.pointer, found.rule, found.message))


def _noting(step: str, exporter: Exporter, on_step: Callable[[str], None]) -> Exporter:
    def export(bundle: Bundle) -> object:
        on_step(step)
        return exporter(bundle)

    return export


def _violations(view: FolderView, on_step: Callable[[str], None]) -> Iterator[tuple[LintRule, Violation]]:
    for number, rule in enumerate(RULES, 1):
        if rule.check is not None:
            on_step(f"Rule {number} of {len(RULES)}: {rule.description}")
            yield from ((rule, violation) for violation in rule.check(view))
