"""A file by itself: as JSON, as a stream, and as it is shown; tests/connector/http/test_files.py sends it."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import pytest

from connector.definition import file_value
from connector.definition.file_value import File, FileError, media_type
from connector.errors import ConnectionLostError


class Pipe(io.RawIOBase):
    """A stream without positions, of which it is known how much was read; as long as is wanted."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.left)
        buffer[:count] = b"x" * count
        self.left -= count
        self.taken += count
        return count


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "is not a file"),
        ("aGk=", "is not a file"),
        ({}, "is not a file"),
        ({"$content-type": "a/b"}, "is not a file"),
        ({"$content": "aGk=", "name": "a"}, "is not a file"),
        ({"$content": None}, "$content must be text"),
        ({"$content": "aGk=", "$filename": 7}, "$filename must be text"),
        ({"$content": "aGk=", "$filename": "\ud800"}, "$filename contains an incomplete character"),
        ({"$content": "aGk=", "$filename": "a\udfff"}, "$filename contains an incomplete character"),
        ({"$content": "aGk=", "$content-type": "image"}, "$content-type is not a media type, such as image/png"),
        ({"$content": "aGk=", "$content-type": "a/b\r\nX: 1"}, "$content-type is not a media type, such as image/png"),
        ({"$content": "aGk"}, "$content is not valid base64"),
        ({"$content": "aG-_"}, "$content is not valid base64"),
        ({"$content": "é"}, "$content is not valid base64"),
    ],
)
def test_json_that_is_not_a_file_is_told_why(value: Any, message: str) -> None:
    with pytest.raises(FileError) as caught:
        File.from_json(value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "content_type", "filename"),
    [
        ({"$content": "aGk="}, "application/octet-stream", None),
        ({"$content": " aG\nk= ", "$filename": "a.png"}, "image/png", "a.png"),
        ({"$content": "aGk=", "$filename": "a.png", "$content-type": "text/plain"}, "text/plain", "a.png"),
        ({"$content": "aGk=", "$filename": None, "$content-type": None}, "application/octet-stream", None),
        ({"$content": "aGk=", "$filename": "", "$content-type": ""}, "application/octet-stream", None),
        ({"$content": "aGk=", "$filename": "\ud7ff\ue000", "$content-type": "a/b; c=d"}, "a/b; c=d", "\ud7ff\ue000"),
    ],
)
def test_json_that_is_a_file_has_its_type_and_name(value: Any, content_type: str, filename: str | None) -> None:
    file = File.from_json(value)
    assert (file.read(), file.content_type, file.filename, file.in_memory) == (b"hi", content_type, filename, True)
    again = File.from_json(file.to_json())
    assert (again.read(), again.content_type, again.filename) == (b"hi", content_type, filename)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("image/png", "image/png"),
        (" text/plain; charset=utf-8 ", "text/plain; charset=utf-8"),
        ("image/*", "image/*"),
        ("image", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("a/b\n", "a/b"),
        ("a/b\nc", "application/octet-stream"),
    ],
)
def test_a_text_that_is_no_media_type_means_bytes(text: str, kind: str) -> None:
    assert media_type(text) == kind


def test_a_file_has_the_name_and_the_type_of_its_path_unless_others_are_given(tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    file, other = File(path), File(path, filename="dog.gif", content_type="a/b")
    assert (file.path, file.filename, file.content_type, file.in_memory) == (path, "cat.png", "image/png", False)
    assert (other.filename, other.content_type) == ("dog.gif", "a/b")
    assert File(path, filename="dog.gif").content_type == "image/gif"
    assert (repr(file), repr(File(b""))) == (
        "<File cat.png, image/png>",
        "<File without a name, application/octet-stream>",
    )
    assert copy.deepcopy(file) is file


@pytest.mark.parametrize("source", [b"abc", bytearray(b"abc"), memoryview(b"abc")], ids=["bytes", "array", "view"])
def test_bytes_of_every_kind_are_bytes(source: Any) -> None:
    file = File(source)
    file.check()
    assert (file.size(), file.read(), file.base64(), file.in_memory) == (3, b"abc", "YWJj", True)


@pytest.mark.parametrize(("size", "whole"), [(1_000, True), (1_001, False)])
def test_a_file_of_a_thousand_bytes_is_shown_whole(size: int, whole: bool, tmp_path: Path) -> None:
    file = File(bytes(size), filename="a.png")
    about = {"$content-type": "image/png", "$filename": "a.png"}
    assert file.summary() == (file.to_json() if whole else {**about, "$size": size})
    assert file.summary().keys() - about.keys() == {"$content" if whole else "$size"}
    path = tmp_path / "a.png"
    path.write_bytes(bytes(size))
    assert File(path).summary() == {**about, "$path": str(path), "$size": size}
    assert File(io.BytesIO(b"ab")).summary() == {"$content-type": "application/octet-stream", "$size": 2}


def test_a_stream_is_sent_from_where_it_stood_any_number_of_times() -> None:
    stream = io.BytesIO(b"before after")
    stream.seek(7)
    file = File(stream)
    assert [file.size(), file.size()] == [5, 5]
    assert [file.read(), file.read()] == [b"after", b"after"]


@pytest.mark.parametrize("size", [0, 5, 65_536, 200_000])
def test_a_pipe_is_kept_and_sent_any_number_of_times(size: int) -> None:
    pipe = Pipe(size)
    file = File(pipe)  # type: ignore[arg-type]
    assert file.size() == size
    assert [len(file.read()), len(file.read())] == [size, size]
    assert pipe.taken == size


@pytest.mark.parametrize(("size", "limit", "taken"), [(150_000, 150_000, 150_000), (10**12, 131_071, 131_072)])
def test_a_pipe_is_not_read_far_beyond_the_limit(size: int, limit: int, taken: int) -> None:
    pipe = Pipe(size)
    counted = File(pipe).size(limit)  # type: ignore[arg-type]
    assert (counted, pipe.taken) == (taken, taken)
    assert (counted > limit) is (size > limit)


def test_what_a_pipe_held_is_in_memory_up_to_a_million_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_value, "_IN_MEMORY", 100)
    for size, on_disk in ((100, False), (101, True)):
        file = File(Pipe(size))  # type: ignore[arg-type]
        file.size()
        assert file._stream._rolled is on_disk


def test_a_large_file_comes_in_pieces_and_a_small_one_in_one(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(65_536 + 3))
    assert [len(piece) for piece in File(path).chunks()] == [65_536, 3]
    assert [len(piece) for piece in File(path).chunks(65_539)] == [65_536, 3]
    assert list(File(b"abc").chunks()) == [b"abc"]
    path.write_bytes(b"")
    assert list(File(path).chunks()) == []


@pytest.mark.parametrize("counted", [2, 4])
def test_a_file_of_another_size_than_was_counted_is_cut_off(counted: int, tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(b"abc")
    for file, name in ((File(path), "“cat.png”"), (File(io.BytesIO(b"abc")), "The file")):
        with pytest.raises(ConnectionLostError, match=f"{name} changed or could not be read"):
            list(file.chunks(counted))


def test_a_file_that_ends_too_soon_or_cannot_be_read_is_cut_off(tmp_path: Path) -> None:
    class Shrinking(File):
        def size(self, limit: int | None = None) -> int:
            return super().size(limit) + 1

    path = tmp_path / "cat.png"
    path.write_bytes(b"abc")
    pieces = Shrinking(path).chunks()
    assert next(pieces) == b"abc"
    with pytest.raises(ConnectionLostError):
        next(pieces)
    closed = io.BytesIO(b"abc")
    closed.close()
    for file in (File(closed), File(tmp_path / "missing")):
        with pytest.raises(ConnectionLostError):
            file.read()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("missing", "there is no file “missing”"),
        (".", "“.” is a folder, not a file"),
        (io.StringIO(), "the file is opened as text; open it in binary mode"),
        (object(), "the file cannot be read: it is closed or is not a readable stream"),
    ],
    ids=["missing", "folder", "text", "no stream"],
)
def test_a_file_that_cannot_be_read_is_told_why(
    source: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError) as caught:
        File(source).check()
    assert str(caught.value) == message
    with pytest.raises(FileError, match="the content type is not a media type"):
        File(source, content_type="image").check()


def test_looking_whether_a_stream_can_be_read_takes_nothing_of_it() -> None:
    stream = io.BytesIO(b"abc")
    File(stream).check()
    assert stream.read() == b"abc"
