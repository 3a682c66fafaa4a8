"""`docs`: the reference as pages for a browser."""

from __future__ import annotations

import re
import stat
import sys
import webbrowser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from connector.cli import console
from tests.connector.cli.conftest import Cli


def page_at(url: str) -> tuple[str, str]:
    """The page that is there, and the anchor."""
    parts = urlsplit(url.strip())
    return Path(unquote(parts.path)).read_text(encoding="utf-8"), parts.fragment


def test_the_reference_is_html_whose_links_and_anchors_fit(cli: Cli) -> None:
    ran = cli("docs")
    assert (ran.status, ran.err) == (0, "")
    index, _ = page_at(ran.out)
    assert index.startswith("<!doctype html>")
    assert "<title>Courier</title>" in index
    folder = Path(unquote(urlsplit(ran.out.strip()).path)).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        for target, anchor in re.findall(r'href="(\w+\.html)#?([^"]*)"', path.read_text(encoding="utf-8")):
            linked = (folder / target).read_text(encoding="utf-8")
            assert not anchor or f'id="{anchor}"' in linked
        assert '.md"' not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["send_message", "MessageSendPost", "send a message"])
def test_an_action_is_shown_where_it_is_on_its_page(cli: Cli, name: str) -> None:
    page, anchor = page_at(cli("docs", name).out)
    assert anchor == "send-a-message"
    assert '<h2 id="send-a-message">Send a message</h2>' in page


def test_an_unknown_action_is_refused(cli: Cli) -> None:
    ran = cli("docs", "send_mesage")
    assert (ran.status, ran.out) == (3, "")
    assert "send_message" in ran.err


@pytest.mark.parametrize("opens", [True, False, webbrowser.Error("none")])
def test_a_browser_is_opened_for_a_person_and_missed_where_there_is_none(
    cli: Cli, shop_folder: Path, monkeypatch: pytest.MonkeyPatch, opens: bool | Exception
) -> None:
    asked: list[str] = []

    def browser(url: str) -> bool:
        asked.append(url)
        if isinstance(opens, Exception):
            raise opens
        return opens

    monkeypatch.setattr(webbrowser, "open", browser)
    cli("--connector", shop_folder, "docs")
    assert asked == [], "nobody looks at the output of another program"
    monkeypatch.setattr(console, "is_terminal", lambda _stream: True)
    ran = cli("--connector", shop_folder, "docs")
    assert asked == [ran.out.strip()]
    assert ("No browser was found" in ran.err) is (opens is not True)


def test_without_markdown_the_pages_are_plain_text(
    cli: Cli, shop_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "markdown", None)
    ran = cli("--connector", shop_folder, "docs", "get_thing")
    assert ran.status == 0
    assert "pip install markdown" in ran.err
    assert "## Get a thing" in page_at(ran.out)[0]
