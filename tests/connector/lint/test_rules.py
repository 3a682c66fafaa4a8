"""Every lint rule has an example that satisfies it and one that violates it, and says what, why and how to fix it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.lint import Finding, check_folder
from connector.lint.rule import LintRule
from connector.lint.rules import RULES
from connector.lint.sample_folder import write
from tests.connector.lint.conftest import EXPORTERS

by_code = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def findings(folder: Path) -> list[Finding]:
    return check_folder(folder, EXPORTERS)


def shown(folder: Path) -> str:
    return "\n".join(f"{found.rule} {found.file}#{found.pointer}: {found.message}" for found in findings(folder))


def test_the_sample_folder_satisfies_every_rule(tmp_path: Path) -> None:
    assert shown(write(tmp_path, {})) == ""


@by_code
def test_its_example_satisfies_the_rule(rule: LintRule, tmp_path: Path) -> None:
    assert shown(write(tmp_path, rule.good)) == ""


@by_code
def test_its_anti_example_violates_the_rule_and_every_finding_has_a_place_and_a_fix(
    rule: LintRule, tmp_path: Path
) -> None:
    folder = write(tmp_path, rule.bad)
    found = findings(folder)
    assert rule.code in {finding.rule for finding in found}
    for finding in found:
        assert (folder / finding.file).exists() or finding.rule == "D001"
        assert finding.pointer == "" or finding.pointer.startswith("/")
        assert finding.message.endswith((".", "?"))
        assert finding.fix.endswith(".")


@by_code
def test_a_rule_says_what_it_requires_why_and_how_to_fix_a_violation(rule: LintRule) -> None:
    for text in (rule.description, rule.reason, rule.fix):
        assert text.endswith(".")
        assert text == " ".join(text.split())


def test_codes_and_descriptions_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.description for rule in RULES}) == len(RULES)
