"""Files leave as they are: from disk, a piece at a time, again for another attempt, and never more than allowed."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connector import Connection, Connector, File, FileError, InputError
from connector.call.events import Event, ResponseReceived
from connector.catalogue.loader import load
from connector.errors import ConnectionLostError, OutcomeUnknownError, RefusedError
from connector.http.body import StreamedBody, encoded
from tests.connector.station import Conversation, Station
from tests.vectors.files import FOLDERS, bundle

ARCHIVE = FOLDERS["archive"]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def connection(station: Station) -> Connection:
    return Connection(base_url=station.url, api_key="k")


def put(station: Station, content: Any) -> Any:
    with Connector(bundle("archive")) as connector:
        return connector.run("put_content", {"id": "d", "content": content}, connection(station))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(PICTURE)
    return path


class Pipe(io.RawIOBase):
    """A stream without positions."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._content.readinto(buffer)


@pytest.mark.parametrize("kind", ["path", "text", "bytes", "stream", "stream from its place", "pipe", "json"])
def test_a_file_arrives_whatever_it_was_made_from(kind: str, picture: Path) -> None:
    with picture.open("rb") as stream, (picture.parent / "more").open("w+b") as more, Station() as station:
        more.write(b"before" + PICTURE)
        more.seek(6)
        sources: dict[str, Any] = {
            "path": File(picture),
            "text": File(str(picture)),
            "bytes": File(PICTURE, content_type="image/png"),
            "stream": File(stream, filename="cat.png"),
            "stream from its place": File(more, content_type="image/png"),
            "pipe": File(io.BufferedReader(Pipe(PICTURE)), content_type="image/png"),
            "json": File(picture).to_json(),
        }
        put(station, sources[kind])
        (seen,) = station.seen
        assert not stream.closed
    assert (seen.body, seen.headers["content-type"]) == (PICTURE, "image/png")
    assert seen.headers["content-length"] == str(len(PICTURE))
    assert "transfer-encoding" not in seen.headers


def test_a_form_arrives_with_its_file(picture: Path) -> None:
    with Station() as station, Connector(bundle("archive")) as connector:
        connector.run("upload_document", {"document": File(picture), "title": "Zoë"}, connection(station))
        (seen,) = station.seen
    boundary = seen.headers["content-type"].removeprefix("multipart/form-data; boundary=")
    assert seen.body.split(f"--{boundary}".encode()) == [
        b"",
        b'\r\nContent-Disposition: form-data; name="source"\r\n\r\nconnector\r\n',
        b'\r\nContent-Disposition: form-data; name="document"; filename="cat.png"\r\nContent-Type: image/png\r\n\r\n'
        + PICTURE
        + b"\r\n",
        b'\r\nContent-Disposition: form-data; name="title"\r\n\r\nZo\xc3\xab\r\n',
        b"--\r\n",
    ]


@pytest.mark.parametrize("kind", ["path", "stream", "pipe"])
def test_another_attempt_sends_the_file_from_its_start(kind: str, picture: Path) -> None:
    with picture.open("rb") as stream, Station() as station:
        station.replies = [lambda it: it.say(503, Retry_After="0"), Conversation.content_free]
        sources: dict[str, Any] = {"path": picture, "stream": stream, "pipe": io.BufferedReader(Pipe(PICTURE))}
        put(station, File(sources[kind]))
        assert [seen.body for seen in station.seen] == [PICTURE, PICTURE]


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_bytes(b"short")])
def test_a_file_that_changes_between_attempts_is_not_sent_again(change: Any, picture: Path) -> None:
    def unavailable(it: Conversation) -> None:
        change(picture)
        it.say(503, Retry_After="0")

    with Station() as station:
        station.replies = [unavailable, Conversation.content_free, Conversation.content_free]
        with pytest.raises(
            ConnectionLostError, match=r"“cat\.png” changed or could not be read while it was sent"
        ) as raised:
            put(station, File(picture))
        assert [seen.body for seen in station.seen if len(seen.body) == len(PICTURE)] == [PICTURE]
    assert (raised.value.error_code, raised.value.retryable) == ("file", False)


def test_a_file_that_cannot_be_read_to_its_end_leaves_the_outcome_of_a_post_unknown(picture: Path) -> None:
    class Shrinking(File):
        def size(self, limit: int | None = None) -> int:
            return super().size(limit) + 1

    with Station() as station, Connector(bundle("archive")) as connector, pytest.raises(OutcomeUnknownError):
        connector.run("upload_document", {"document": Shrinking(picture)}, connection(station))


def test_files_larger_than_the_service_accepts_are_refused_before_they_are_read(tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(10**12)
    with Station() as station, Connector(bundle("archive")) as connector:
        for action, inputs in (
            ("put_content", {"id": "d", "content": File(large)}),
            ("upload_document", {"document": File(b"a"), "previews": [File(large)]}),
            ("attach", {"id": "d", "first": File(large)}),
            ("put_content", {"id": "d", "content": File(Pipe(bytes(5_000)))}),  # type: ignore[arg-type]
        ):
            with pytest.raises(InputError, match="a request of more than"):
                connector.run(action, inputs, connection(station))
        assert station.seen == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("missing.png", "there is no file “missing.png”"),
        ("folder", "“folder” is a folder, not a file"),
        ("locked", "the file cannot be read: Permission denied"),
        (io.StringIO("text"), "the file is opened as text; open it in binary mode"),
        (7, "the file cannot be read: it is closed or is not a readable stream"),
    ],
    ids=["missing", "folder", "locked", "text", "number"],
)
def test_a_file_that_cannot_be_read_is_a_problem_of_its_field(
    source: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "locked").write_bytes(b"")
    (tmp_path / "locked").chmod(0)
    if source == "locked" and os.access("locked", os.R_OK):
        pytest.skip("this user may read everything")
    with Connector(bundle("archive")) as connector, pytest.raises(InputError) as raised:
        connector.preview("upload_document", {"document": File(source), "previews": [File(b""), File(source)]})
    assert [(problem.field, problem.message) for problem in raised.value.problems] == [
        ("document", f"Document: {message}."),
        ("previews[1]", f"Previews, item 2: {message}."),
    ]


def test_a_closed_stream_is_a_problem(picture: Path) -> None:
    with picture.open("rb") as stream:
        file = File(stream)
    with Connector(bundle("archive")) as connector, pytest.raises(InputError, match="it is closed"):
        connector.preview("put_content", {"id": "d", "content": file})


def test_a_file_where_none_is_expected_is_a_problem() -> None:
    with Connector(bundle("archive")) as connector, pytest.raises(InputError, match="Title must be text, not a file"):
        connector.preview("upload_document", {"document": File(b""), "title": File(b"")})


def test_a_content_type_cannot_bring_a_header_along() -> None:
    with Connector(bundle("archive")) as connector, pytest.raises(InputError, match="not a media type"):
        connector.preview("put_content", {"id": "d", "content": File(b"", content_type="a/b\r\nX-Evil: 1")})


def test_a_preview_names_a_file_and_does_not_repeat_it(picture: Path) -> None:
    large = File(bytes(5_000), filename="a.bin")
    with Connector(load(ARCHIVE)) as connector:
        inputs = {"document": File(picture), "previews": [File(b"hi", filename="hi.txt")]}
        shown = connector.preview("upload_document", inputs).body
        assert shown["document"] == {
            "$content-type": "image/png",
            "$filename": "cat.png",
            "$path": str(picture),
            "$size": len(PICTURE),
        }
        assert shown["previews"] == [{"$content-type": "text/plain", "$filename": "hi.txt", "$content": "aGk="}]
        assert connector.preview("attach", {"id": "d", "first": File(b"hi")}).body == {"attachment": {"data": "aGk="}}
        with pytest.raises(InputError, match="more than"):
            connector.preview("put_content", {"id": "d", "content": large})


def test_a_file_is_read_anew_each_time_a_body_is() -> None:
    body = StreamedBody([b"a", File(io.BytesIO(b"bc")), b"d"])
    assert len(body) == 4
    assert [b"".join(body), b"".join(body)] == [b"abcd", b"abcd"]


def test_bodies_without_files_on_disk_are_bytes() -> None:
    body = encoded("multipart", "multipart/form-data; boundary=x", {"a": File(b"1"), "b": "2"})
    assert isinstance(body, bytes)


@pytest.mark.parametrize("value", [None, {}, {"$content": "%"}, "aGk="])
def test_json_that_is_no_file_makes_none(value: Any) -> None:
    with pytest.raises(FileError):
        File.from_json(value)


def test_a_file_in_a_result_can_be_saved(tmp_path: Path) -> None:
    with Station() as station, Connector(bundle("archive")) as connector:
        station.replies = [
            lambda it: it.say(200, PICTURE, Content_Type="image/png", Content_Disposition='inline; filename="a.png"'),
            lambda it: it.say(204),
        ]
        result = connector.run("get_content", {"id": "d"}, connection(station))
        empty = connector.run("get_content", {"id": "d"}, connection(station))
    file = result.file("content")
    assert file is not None
    file.save(tmp_path / "copy.png")
    assert (tmp_path / "copy.png").read_bytes() == PICTURE
    assert (file.filename, file.content_type) == ("a.png", "image/png")
    assert empty.file("content") is None


def test_a_head_request_reads_no_body() -> None:
    with Station() as station, Connector(bundle("archive")) as connector:
        station.replies = [lambda it: it.say(200, Content_Encoding="gzip"), lambda it: it.say(404)]
        found = connector.run("head_document", {"id": "d"}, connection(station))
        missing = connector.run("head_document", {"id": "d"}, connection(station))
        connector.run("document_options", {"id": "d"}, connection(station))
        assert [seen.method for seen in station.seen] == ["HEAD", "HEAD", "OPTIONS"]
    assert [found["exists"], missing["exists"]] == [True, False]


UPLOAD = """
import hashlib, http.server, resource, sys, threading
from pathlib import Path
from connector import Connection, Connector, File

folder, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
seen = []

class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_PUT(self):
        left, digest = int(self.headers["Content-Length"]), hashlib.sha256()
        while left:
            chunk = self.rfile.read(min(65536, left))
            left -= len(chunk)
            digest.update(chunk)
        seen.append(digest.hexdigest())
        self.send_response(503 if len(seen) == 1 else 200)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass

service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
connection = Connection(base_url=f"http://127.0.0.1:{service.server_port}", api_key="k")
with Connector.load(folder) as connector:
    connector.run("put_content", {"id": "d", "content": File(b"small")}, connection)
    seen.clear()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connector.run("put_content", {"id": "d", "content": File(path)}, connection)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(*seen, (after - before) // (1024 if sys.platform != "darwin" else 1024 * 1024))
service.shutdown()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not count the peak of memory in this way")
def test_a_file_of_200_mb_is_sent_twice_with_little_memory(tmp_path: Path) -> None:
    size = 200_000_000
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.write(b"start")
        file.truncate(size)
    folder = shutil.copytree(ARCHIVE, tmp_path / "archive")
    text = (ARCHIVE / "definitions/connector.json").read_text(encoding="utf-8")
    (folder / "definitions/connector.json").write_text(
        text.replace('"requestBytes": 2000', f'"requestBytes": {size}'), encoding="utf-8"
    )
    program = [sys.executable, "-c", UPLOAD, str(folder), str(path), str(size)]
    done = subprocess.run(program, capture_output=True, text=True, check=True, timeout=100)
    first, second, megabytes = done.stdout.split()
    digest = hashlib.sha256(b"start" + bytes(size - 5)).hexdigest()
    assert (first, second) == (digest, digest)
    assert int(megabytes) < 40


def test_an_event_of_a_response_names_a_file_and_does_not_repeat_it() -> None:
    bodies: list[Any] = []

    def hear(event: Event) -> None:
        if isinstance(event, ResponseReceived):
            bodies.append(event.body)

    with Station() as station, Connector(bundle("archive")) as connector:
        station.replies = [
            lambda it: it.say(200, bytes(2_000), Content_Type="image/png"),
            lambda it: it.say(404, b'{"message": "No."}'),
        ]
        connector.run("get_content", {"id": "d"}, connection(station), on_event=hear)
        with pytest.raises(RefusedError):
            connector.run("get_content", {"id": "d"}, connection(station), on_event=hear)
    assert bodies == [{"$content-type": "image/png", "$size": 2_000}, {"message": "No."}]
