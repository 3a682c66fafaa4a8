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
def test_the_folder_is_created_private(place: Path) -> None:
    assert state_dir.folder() == place
    assert place.stat().st_mode & 0o7777 == 0o700
    assert state_dir.folder() == place


@posix
@pytest.mark.parametrize("mode", [0o1777, 0o755, 0o750, 0o701])
def test_the_mode_of_a_folder_that_others_may_enter_is_left_alone_and_a_private_one_in_it_is_used(
    place: Path, mode: int
) -> None:
    place.mkdir(parents=True)
    place.chmod(mode)
    for _ in range(2):
        found = state_dir.folder()
        assert found == place / f"connector-{os.getuid()}"
        assert found.stat().st_mode & 0o7777 == 0o700
        assert place.stat().st_mode & 0o7777 == mode


@posix
@pytest.mark.parametrize("kind", ["open", "link", "file"])
def test_a_private_folder_that_somebody_else_prepared_is_refused(place: Path, tmp_path: Path, kind: str) -> None:
    place.mkdir(parents=True)
    place.chmod(0o755)
    inner = place / f"connector-{os.getuid()}"
    match kind:
        case "open":
            inner.mkdir()
            inner.chmod(0o777)
        case "link":
            inner.symlink_to(tmp_path)
        case "file":
            inner.write_text("")
    with pytest.raises(state_dir.StateError) as caught:
        state_dir.folder()
    assert str(inner) in caught.value.message
    assert state_dir.OVERRIDE in caught.value.hint


@posix
def test_a_user_without_an_account_has_a_place_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pwd = pytest.importorskip("pwd")

    def unknown(uid: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv(state_dir.OVERRIDE)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_dir.folder() == tmp_path / ".local" / "state" / "connector"
    for home in ("", "relative", str(tmp_path / "missing")):
        monkeypatch.setenv("HOME", home)
        assert state_dir._default() == tmp_path / "tmp" / f"connector-{os.getuid()}"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("os.getuid", lambda: 4_000_017)
    assert state_dir._default() == tmp_path / "tmp" / "connector-4000017"


@posix
def test_a_link_is_refused(place: Path, tmp_path: Path) -> None:
    place.parent.mkdir()
    place.symlink_to(tmp_path)
    with pytest.raises(state_dir.StateError, match="is a link, or not a folder"):
        state_dir.folder()


def test_a_place_that_cannot_be_used_is_an_error_with_a_way_out(place: Path) -> None:
    place.parent.write_text("a file")
    with pytest.raises(state_dir.StateError) as caught:
        state_dir.folder()
    assert isinstance(caught.value, ConnectorError)
    assert caught.value.error_code == "state"
    assert caught.value.message.startswith(f"The state folder {place} cannot be used: ")
    assert caught.value.hint == "Set CONNECTOR_STATE_DIR to a folder that this user may write to."


@posix
def test_the_place_does_not_depend_on_the_shells_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/elsewhere")
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert not str(state_dir._default()).startswith("/elsewhere")


@posix
def test_a_state_dir_that_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(state_dir.OVERRIDE, "")
    monkeypatch.setattr(state_dir, "_default", lambda: tmp_path / "own")
    assert state_dir.folder() == tmp_path / "own"


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
def test_a_file_is_whole_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, written = tmp_path / "file", list[tuple[int, bytes]]()
    path.write_bytes(b"old")
    monkeypatch.setattr("os.fsync", lambda handle: written.append((os.fstat(handle).st_size, path.read_bytes())))
    state_dir.write_private(path, b"the new one")
    assert written == [(11, b"old")]
    assert path.read_bytes() == b"the new one"


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
