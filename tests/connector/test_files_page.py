"""What docs/files.md shows: its definition loads, and its example runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from connector import Connection, Connector
from connector.definition.action import ActionDefinition
from connector.definition.expand import expand
from connector.http.body import CONTENT_TYPES
from connector.http.request import HttpRequest
from connector.testing import FakeClock, ScriptedTransport, response
from tests.vectors.files import bundle

PAGE = (Path(__file__).resolve().parents[2] / "docs/files.md").read_text(encoding="utf-8")


def test_its_definition_is_one() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    document = expand(json.loads(text), Path("definitions/documents/upload_document.json")).document
    definition = ActionDefinition.model_validate({"since": "1.0.0", **document})
    assert definition.input("document").x_file


def test_it_lists_every_encoding() -> None:
    assert re.findall(r"^\| `(\w+)`(?: \(default\))? \|", PAGE, re.MULTILINE) == ["encoding", *CONTENT_TYPES]


def test_its_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cat.png").write_bytes(b"picture")
    transport = ScriptedTransport([response(200, {}), response(200, {}), response(200, text="content")])
    names: dict[str, Any] = {
        "connector": Connector(bundle("archive"), transport=transport, clock=FakeClock()),
        "connection": Connection(api_key="k"),
    }
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, names)  # noqa: S102 - this repository's own page
    assert Path("copy.png").read_bytes() == b"content"
    first, second = (_bytes(sent) for sent in transport.requests[:2])
    assert b'filename="cat.png"\r\nContent-Type: image/png\r\n\r\npicture' in first
    assert b'filename="hello.txt"\r\nContent-Type: text/plain\r\n\r\nHello' in second


def _bytes(request: HttpRequest) -> bytes:
    content = request.content or b""
    return content if isinstance(content, bytes) else b"".join(content)
