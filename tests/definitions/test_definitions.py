"""The definitions satisfy every lint rule and can be exported to every format."""

from connector.lint import check_folder
from tests.connector.lint.conftest import EXPORTERS
from tests.definitions.loaded import ROOT


def test_check_finds_nothing() -> None:
    found = [
        f"{each.rule} {each.file}#{each.pointer}: {each.message} {each.fix}" for each in check_folder(ROOT, EXPORTERS)
    ]
    assert not found, "\n" + "\n".join(found)
