"""Files on a command line: `name@path` sends one, `--download` saves one, `--curl` and `--dry-run` show one."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connector.cli.conftest import Cli, Ran, child_environment
from tests.connector.station import Seen, Station
from tests.vectors.files import FOLDERS

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ARCHIVE = FOLDERS["archive"]
Run = Callable[..., Ran]


@pytest.fixture
def station() -> Iterator[Station]:
    with Station() as opened:
        yield opened


@pytest.fixture
def archive(cli: Cli, station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run an action of the archive in a folder that has `cat.png`."""
    monkeypatch.setenv("ARCHIVE_KEY", "k")
    monkeypatch.chdir(tmp_path)
    Path("cat.png").write_bytes(PICTURE)

    def run(*arguments: str | Path, stdin: str | bytes = "") -> Ran:
        where = [] if "--again" in arguments else ["--base-url", station.url]
        return cli("--connector", ARCHIVE, "run", *where, *arguments, stdin=stdin)

    return run


@pytest.mark.parametrize("item", ["content@cat.png", "content=@cat.png", "body@cat.png"])
def test_a_file_is_sent_by_its_path(item: str, archive: Run, station: Station) -> None:
    ran = archive("put_content", "id=d", item)
    assert ran.status == 0, ran.err
    assert (station.seen[0].body, station.seen[0].headers["content-type"]) == (PICTURE, "image/png")


def test_a_file_can_have_another_type_or_come_through_stdin(archive: Run, station: Station) -> None:
    assert archive("put_content", "id=d", "content@cat.png;type=application/x-cat").status == 0
    assert archive("put_content", "id=d", "content@-", stdin=PICTURE).status == 0
    assert [seen.body for seen in station.seen] == [PICTURE, PICTURE]
    assert [seen.headers["content-type"] for seen in station.seen] == ["application/x-cat", "application/octet-stream"]


def test_a_list_of_files_is_collected_beside_other_inputs(archive: Run, station: Station) -> None:
    Path("a=b.txt").write_text("hi", encoding="utf-8")
    ran = archive("upload_document", "document@cat.png", "previews@cat.png", "previews@a=b.txt", "title=Hi")
    assert ran.status == 0, ran.err
    assert station.seen[0].body.count(b'name="previews"; filename=') == 2
    assert b'name="previews"; filename="a=b.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n' in station.seen[0].body


def test_a_file_as_json_is_a_file_too(archive: Run, station: Station) -> None:
    text = json.dumps({"$content-type": "image/png", "$content": base64.b64encode(PICTURE).decode()})
    assert archive("put_content", "id=d", f"content:={text}").status == 0
    assert station.seen[0].body == PICTURE


@pytest.mark.parametrize(
    ("items", "status", "message"),
    [
        (["document=cat.png"], 2, "“document” is a file. Write document@cat.png"),
        (["document@"], 2, "document: name a file: document@PATH"),
        (["document@cat.png", "document@cat.png"], 2, "“document” is set twice."),
        (["title@cat.png"], 2, "“title” is not a file. For text from a file, write title=@cat.png"),
        (["document@dog.png"], 3, "Document: there is no file “dog.png”."),
        (["document@."], 3, "Document: “.” is a folder, not a file."),
        (['document:={"$content": "%"}'], 3, "Document: $content is not valid base64."),
    ],
)
def test_what_is_no_file_is_said(items: list[str], status: int, message: str, archive: Run, station: Station) -> None:
    ran = archive("upload_document", *items)
    assert ran.status == status
    assert message in " ".join(ran.err.split())
    assert station.seen == []


def test_a_dry_run_names_the_file(archive: Run, station: Station) -> None:
    shown = json.loads(archive("put_content", "id=d", "content@cat.png", "--dry-run").out)
    assert shown["body"] == {"$content-type": "image/png", "$filename": "cat.png", "$path": "cat.png", "$size": 264}
    assert station.seen == []


def serve(station: Station, **headers: str) -> None:
    station.replies = [lambda it: it.say(200, PICTURE, Content_Type="image/png", **headers)]


def test_a_file_is_saved_under_the_path_that_is_asked_for(archive: Run, station: Station) -> None:
    serve(station)
    ran = archive("get_content", "id=d", "--download", "copy.png")
    assert ran.status == 0, ran.err
    assert Path("copy.png").read_bytes() == PICTURE
    assert "Saved copy.png." in ran.err
    assert json.loads(ran.out)["content"] == {"$content-type": "image/png", "$path": "copy.png"}


def test_a_file_is_saved_in_a_folder_under_its_own_name_and_nowhere_else(archive: Run, station: Station) -> None:
    Path("folder").mkdir()
    serve(station, Content_Disposition='attachment; filename="../../dog.png"')
    assert archive("get_content", "id=d", "--download", "folder").status == 0
    serve(station)
    assert archive("get_content", "id=d", "--download", "folder").status == 0
    assert sorted(path.name for path in Path("folder").iterdir()) == ["dog.png", "download"]


def test_several_files_need_a_folder_and_keep_apart(archive: Run, station: Station) -> None:
    body = json.dumps({"thumbnail": {"base64": "AA=="}, "files": [{"data": "AQ=="}, {"data": "Ag=="}]}).encode()
    station.replies = [lambda it: it.say(200, body)] * 2
    ran = archive("get_document", "id=d", "--download", "one.bin")
    assert (ran.status, "the result has 3 files" in ran.err) == (2, True)
    Path("folder").mkdir()
    assert archive("get_document", "id=d", "--download", "folder").status == 0
    assert {path.name: path.read_bytes() for path in Path("folder").iterdir()} == {
        "download": b"\0",
        "download-2": b"\1",
        "download-3": b"\2",
    }


def test_a_download_that_cannot_be_is_said(archive: Run, station: Station) -> None:
    assert "put_note returns no file" in archive("put_note", "id=d", "--download", "x").err
    station.replies = [lambda it: it.say(204)]
    assert "no file to save" in archive("get_content", "id=d", "--download", "x").err
    serve(station)
    ran = archive("get_content", "id=d", "--download", "missing/x.png")
    assert "cannot write “missing/x.png”: No such file or directory." in " ".join(ran.err.split())


def test_a_table_names_a_file_and_does_not_print_it(archive: Run, station: Station) -> None:
    serve(station, Content_Disposition='attachment; filename="cat.png"')
    assert "cat.png (image/png, 264 bytes)" in archive("get_content", "id=d", "--output", "table").out


def test_a_failed_run_is_repeated_with_its_file(archive: Run, station: Station) -> None:
    station.replies = [lambda it: it.say(500)] * 4
    assert archive("put_content", "id=d", "content@cat.png").status == 7
    assert archive("--again").status == 0
    assert [seen.body for seen in station.seen] == [PICTURE] * 5


def test_a_file_from_stdin_has_to_be_given_again(archive: Run, station: Station) -> None:
    station.replies = [lambda it: it.say(500)] * 4
    assert archive("put_content", "id=d", "content@-", stdin=b"hi").status == 7
    assert "--again: these inputs are not kept. Add content=..." in " ".join(archive("--again").err.split())
    assert archive("--again", "content@-", stdin=b"hi").status == 0
    assert [seen.body for seen in station.seen] == [b"hi"] * 5


def test_the_help_says_which_inputs_are_files(cli: Cli) -> None:
    assert "document  Document  (file, required)" in cli("--connector", ARCHIVE, "run", "upload_document", "--help").out
    assert "previews  Previews  (list of files)" in cli("--connector", ARCHIVE, "show", "upload_document").out


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize(
    "run",
    [
        ["put_content", "id=d", "content@cat.png"],
        ["put_note", "id=d", 'note:="@it\'s <@ \\"x\\""'],
        ["put_picture", "id=d", "picture@cat.png"],
        ["create_share", "name=Zoë & Co = +", "days=3", "people=a", "people=b", 'options:={"a": 1}'],
        ["attach", "id=d", "first@cat.png"],
        [
            "upload_document",
            "document@cat.png",
            "title=<x;type=y",
            'owner:={"name": "a \\"b\\"; c"}',
            "previews@cat.png",
        ],
        ["head_document", "id=d"],
    ],
    ids=lambda run: run[0],
)
def test_the_curl_command_sends_the_same(run: list[str], archive: Run, station: Station) -> None:
    assert archive(*run).status == 0
    command = archive(*run, "--curl").out.replace("--path-as-is", "--path-as-is --silent --max-time 60")
    subprocess.run(
        ["sh", "-c", command], check=True, env=child_environment(ARCHIVE_KEY="k"), timeout=100, capture_output=True
    )
    ours, theirs = station.seen
    assert (theirs.method, theirs.target) == (ours.method, ours.target)
    assert _parts(theirs) == _parts(ours)


def _parts(seen: Seen) -> tuple[str, list[Any]]:
    """The type of a body, and its parts without the line between them, or its JSON."""
    kind, _, line = seen.headers.get("content-type", "").partition("; boundary=")
    if kind == "application/json":
        return kind, [json.loads(seen.body)]
    return kind, [part.strip(b"-\r\n") for part in (seen.body.split(line.encode()) if line else [seen.body])]


def test_a_path_may_begin_with_the_home_folder(
    archive: Run, station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert archive("put_content", "id=d", "content@~/cat.png").status == 0
    assert station.seen[0].body == PICTURE


@pytest.mark.skipif(os.name != "posix", reason="only there a name may be any bytes")
def test_a_name_of_other_bytes_is_sent_with_replacements(archive: Run, station: Station) -> None:
    name = os.fsdecode(b"b\xffd.png")
    try:
        Path(name).write_bytes(PICTURE)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert archive("upload_document", f"document@{name}").status == 0
    assert b'filename="b?d.png"' in station.seen[0].body


def test_a_path_can_be_any_name(archive: Run, station: Station) -> None:
    name = 'a "b"; c=d.png'
    Path(name).write_bytes(PICTURE)
    assert archive("put_content", "id=d", f"content@{name}").status == 0
    assert archive("upload_document", f"document@{os.fspath(Path(name).absolute())}").status == 0
    assert station.seen[0].body == PICTURE
    assert b'filename="a %22b%22; c=d.png"' in station.seen[1].body
