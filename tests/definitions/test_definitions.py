"""The definitions keep every rule of the checker."""

from connector.lint.check import check
from tests.definitions.loaded import ROOT


def test_the_checker_finds_nothing() -> None:
    found = [f"{each.rule} {each.file}#{each.pointer}: {each.message} {each.fix}" for each in check(ROOT)]
    assert not found, "\n" + "\n".join(found)
