"""What an agent sees of files: their size as text, pictures as pictures, and everything as structured content."""

from __future__ import annotations

import base64
import json

import pytest
from mcp.types import ImageContent, TextContent

from connector.call.result import Meta, Result
from connector.mcp.results import of_run

META = Meta(action="get_content", status=200, attempts=())


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5_000])
def test_a_file_is_named_with_its_size_and_its_picture_is_shown(size: int) -> None:
    content = base64.b64encode(bytes(size)).decode()
    file = {"$content-type": "image/png", "$content": content, "$filename": "cat.png"}
    shown = of_run(Result({"content": file, "files": [{"data": {**file, "$content-type": "application/zip"}}]}, META))
    text, picture = shown.content
    assert isinstance(text, TextContent)
    assert isinstance(picture, ImageContent)
    assert json.loads(text.text) == {
        "content": {"$content-type": "image/png", "$filename": "cat.png", "size": size},
        "files": [{"data": {"$content-type": "application/zip", "$filename": "cat.png", "size": size}}],
    }
    assert (picture.data, picture.mime_type) == (content, "image/png")
    assert shown.structured_content is not None
    assert shown.structured_content["content"] == file
