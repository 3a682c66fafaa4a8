"""An export writes inside its folder only, and never over a file that somebody else wrote."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli.app import cli
from connector.errors import ExitStatus
from connector.export import ExportError, ExportFolderError, write_files
from connector.export.folder import FILE_LIST
from tests.connector.export.whole import ROOT

FILES = {"package.json": b"{}\n", "nodes/one.js": b"1\n"}


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != FILE_LIST
    }


def test_the_files_are_written_to_a_new_folder(tmp_path: Path) -> None:
    written = write_files(FILES, tmp_path / "a/b", "n8n")
    assert written == [tmp_path / "a/b/package.json", tmp_path / "a/b/nodes/one.js"]
    assert content(tmp_path / "a/b") == FILES
    assert json.loads((tmp_path / "a/b" / FILE_LIST).read_bytes())["format"] == "n8n"


@pytest.mark.parametrize("name", ["../out.json", "/out.json", "a/../../out.json", "", "a\\..\\..\\out.json"])
@pytest.mark.parametrize("force", [False, True])
def test_a_path_outside_the_folder_is_refused(tmp_path: Path, name: str, force: bool) -> None:
    with pytest.raises(ExportError, match="outside its folder"):
        write_files({"good.json": b"", name: b""}, tmp_path / "export", "n8n", force=force)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("name", ["README.md", "package.json", "nodes/.git/config"])
def test_a_folder_with_files_that_no_export_wrote_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(ExportFolderError, match="already has files") as refused:
        write_files(FILES, tmp_path, "n8n")
    assert content(tmp_path) == {name: b"mine"}
    assert "--force" in refused.value.hint
    assert refused.value.exit_status is ExitStatus.USAGE


def test_force_overwrites_them_and_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_bytes(b"mine")
    (tmp_path / "notes.txt").write_bytes(b"mine")
    write_files(FILES, tmp_path, "n8n", force=True)
    assert content(tmp_path) == {**FILES, "notes.txt": b"mine"}


def test_the_next_export_replaces_what_the_last_one_wrote_and_leaves_other_files(tmp_path: Path) -> None:
    write_files({**FILES, "old.js": b"old"}, tmp_path, "n8n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/other.js").write_bytes(b"theirs")
    newer = {**FILES, "package.json": b'{"version": 2}\n'}
    write_files(newer, tmp_path, "n8n")
    assert content(tmp_path) == {**newer, "node_modules/other.js": b"theirs"}
    write_files(newer, tmp_path, "n8n")


def test_a_file_that_was_changed_after_the_last_export_is_kept(tmp_path: Path) -> None:
    write_files({**FILES, "old.js": b"old"}, tmp_path, "n8n")
    (tmp_path / "package.json").write_bytes(b'{"author": "me"}')
    (tmp_path / "old.js").write_bytes(b"changed")
    with pytest.raises(ExportFolderError, match=r"package\.json.*was changed after the last export"):
        write_files({"package.json": b"new", "nodes/one.js": b"new"}, tmp_path, "n8n")
    changed = {"package.json": b'{"author": "me"}', "nodes/one.js": b"1\n", "old.js": b"changed"}
    assert content(tmp_path) == changed
    write_files(FILES, tmp_path, "n8n", force=True)
    assert content(tmp_path) == {**FILES, "old.js": b"changed"}


def test_a_new_file_does_not_replace_one_that_was_put_there_by_hand(tmp_path: Path) -> None:
    write_files(FILES, tmp_path, "n8n")
    (tmp_path / "README.md").write_bytes(b"mine")
    with pytest.raises(ExportFolderError, match=r"README\.md.*was not written by an export"):
        write_files({**FILES, "README.md": b"ours"}, tmp_path, "n8n")
    assert (tmp_path / "README.md").read_bytes() == b"mine"


def test_another_format_needs_another_folder(tmp_path: Path) -> None:
    write_files(FILES, tmp_path, "n8n")
    with pytest.raises(ExportFolderError, match="format “n8n”"):
        write_files({"tools.json": b""}, tmp_path, "mcp")
    write_files({"tools.json": b""}, tmp_path, "mcp", force=True)
    assert content(tmp_path) == {**FILES, "tools.json": b""}


@pytest.mark.parametrize("damaged", [b"{", b"[]", b'{"format": "n8n"}', b'{"format": "n8n", "files": 3}'])
def test_a_damaged_file_list_is_not_trusted(tmp_path: Path, damaged: bytes) -> None:
    write_files(FILES, tmp_path, "n8n")
    (tmp_path / FILE_LIST).write_bytes(damaged)
    with pytest.raises(ExportFolderError, match="damaged"):
        write_files(FILES, tmp_path, "n8n")
    write_files(FILES, tmp_path, "n8n", force=True)
    write_files(FILES, tmp_path, "n8n")


def test_a_file_list_cannot_name_files_outside_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"x")
    write_files(FILES, tmp_path / "export", "n8n")
    names = json.loads((tmp_path / "export" / FILE_LIST).read_bytes())
    names["files"]["../outside.txt"] = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    (tmp_path / "export" / FILE_LIST).write_text(json.dumps(names), encoding="utf-8")
    with pytest.raises(ExportError, match="outside its folder"):
        write_files(FILES, tmp_path / "export", "n8n")
    assert outside.exists()


@pytest.mark.parametrize("link", ["package.json", "nodes", FILE_LIST])
@pytest.mark.parametrize("force", [False, True])
def test_a_symbolic_link_inside_the_folder_is_never_followed(tmp_path: Path, link: str, force: bool) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "export"
    elsewhere.mkdir()
    (elsewhere / "package.json").write_bytes(b"mine")
    folder.mkdir()
    (folder / link).symlink_to(elsewhere if link == "nodes" else elsewhere / "package.json")
    with pytest.raises(ExportFolderError, match="symbolic link"):
        write_files(FILES, folder, "n8n", force=force)
    assert content(elsewhere) == {"package.json": b"mine"}
    assert [path.name for path in folder.iterdir()] == [link]


def test_a_folder_that_is_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(ExportFolderError, match="symbolic link"):
        write_files(FILES, tmp_path / "link", "n8n", force=True)
    assert list((tmp_path / "real").iterdir()) == []


def test_a_hard_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_bytes(b"mine")
    (tmp_path / "export").mkdir()
    os.link(tmp_path / "mine.json", tmp_path / "export/package.json")
    write_files(FILES, tmp_path / "export", "n8n", force=True)
    assert (tmp_path / "mine.json").read_bytes() == b"mine"
    assert content(tmp_path / "export") == FILES


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportFolderError, match=r"file.*cannot be written"):
        write_files(FILES, tmp_path / "file", "n8n")


def test_the_command_keeps_what_is_in_the_folder_unless_it_is_forced(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_bytes(b"mine")
    command = ["--connector", str(ROOT), "export", "node-red", "--group", "lists", "--out", str(tmp_path)]
    refused = CliRunner().invoke(cli, command)
    assert refused.exit_code == ExitStatus.USAGE
    assert "already has files that no export wrote. Choose an empty folder" in " ".join(refused.stderr.split())
    assert content(tmp_path) == {"package.json": b"mine"}
    assert CliRunner().invoke(cli, [*command, "--force"]).exit_code == 0
    assert b"node-red" in content(tmp_path)["package.json"]
