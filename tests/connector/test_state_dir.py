from __future__ import annotations

import os
from pathlib import Path

import pytest

from connector import state_dir
from connector.errors import ConnectorError

posix = pytest.mark.skipif(os.name != "posix", reason="modes and owners are POSIX")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    chosen = tmp_path / "deep" / "state"
    monkeypatch.setenv(state_dir.OVERRIDE, str(chosen))
    return chosen


@posix
def test_the_folder_is_private_even_where_it_was_open(place: Path) -> None:
    assert state_dir.folder() == place
    assert place.stat().st_mode & 0o777 == 0o700
    place.chmod(0o755)
    state_dir.folder()
    assert place.stat().st_mode & 0o777 == 0o700


@posix
def test_a_link_is_refused(place: Path, tmp_path: Path) -> None:
    place.parent.mkdir()
    place.symlink_to(tmp_path)
    with pytest.raises(state_dir.StateError, match="not a folder of its own"):
        state_dir.folder()


def test_a_place_that_cannot_be_used_is_told_with_a_way_out(place: Path) -> None:
    place.parent.write_text("a file")
    with pytest.raises(state_dir.StateError) as caught:
        state_dir.folder()
    assert isinstance(caught.value, ConnectorError)
    assert state_dir.OVERRIDE in caught.value.hint


@posix
def test_the_place_does_not_depend_on_the_shells_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/elsewhere")
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert not str(state_dir._default()).startswith("/elsewhere")


@posix
def test_a_file_is_replaced_whole_and_readable_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a longer text than the new one")
    path.chmod(0o644)
    state_dir.write_private(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_no_link_is_followed_when_writing(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep me")
    link = tmp_path / "file"
    link.symlink_to(victim)
    (tmp_path / f".file.{os.getpid()}").symlink_to(victim)
    state_dir.write_private(link, b"new")
    assert victim.read_text() == "keep me"
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"
