"""Every rule of the checker has an example that keeps it and one that breaks it."""

from pathlib import Path

import pytest

from connector.lint.check import check
from connector.lint.rule import Rule
from connector.lint.rules import RULES
from connector.lint.sample_folder import write

by_code = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def told(folder: Path) -> str:
    return "\n".join(f"{found.rule} {found.file}#{found.pointer}: {found.message}" for found in check(folder))


def test_the_sample_folder_keeps_every_rule(tmp_path: Path) -> None:
    assert told(write(tmp_path, {})) == ""


@by_code
def test_its_example_keeps_the_rule(rule: Rule, tmp_path: Path) -> None:
    assert told(write(tmp_path, rule.good)) == ""


@by_code
def test_its_anti_example_breaks_the_rule_and_says_where_and_how_to_mend_it(rule: Rule, tmp_path: Path) -> None:
    folder = write(tmp_path, rule.bad)
    found = check(folder)
    assert rule.code in {finding.rule for finding in found}
    for finding in found:
        assert (folder / finding.file).exists() or finding.rule == "D001"
        assert finding.pointer == "" or finding.pointer.startswith("/")
        assert finding.message.endswith((".", "?"))
        assert finding.fix.endswith(".")


def test_codes_and_duties_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.description for rule in RULES}) == len(RULES)
    assert all(rule.description.endswith(".") for rule in RULES)
