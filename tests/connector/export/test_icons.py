"""Reading the icons of a connector folder never waits and never leaves the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connector.catalogue.loader import load
from connector.export import ExportError
from connector.export.icons import read_icon
from connector.lint.sample_folder import ICON, write


def test_an_icon_is_read_as_it_is(tmp_path: Path) -> None:
    assert read_icon(load(write(tmp_path, {})), "icons/things.svg") == ICON.encode()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_in_place_of_an_icon_is_not_waited_for(tmp_path: Path) -> None:
    bundle = load(write(tmp_path, {"icons/things.svg": None}))
    os.mkfifo(tmp_path / "icons/things.svg")
    with pytest.raises(ExportError, match=r"The icon “icons/things\.svg” is not a regular file\."):
        read_icon(bundle, "icons/things.svg")
