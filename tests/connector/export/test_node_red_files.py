"""Files in Node-RED: a buffer or its JSON value goes out as it is, and bytes come back as they are."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from tests.connector.export.node_red_package import Json, NodeRedPackage
from tests.connector.station import Station
from tests.javascript.node import find_node
from tests.vectors.files import bundle

NODE, WHY_NOT = find_node()
pytestmark = pytest.mark.skipif(NODE is None, reason=WHY_NOT)
BYTES = bytes(range(256)) * 3


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeRedPackage]:
    assert NODE is not None
    with NodeRedPackage(NODE, bundle("archive"), tmp_path_factory.mktemp("node-red")) as made:
        yield made


@pytest.fixture
def station() -> Iterator[Station]:
    with Station() as opened:
        yield opened


def run(package: NodeRedPackage, station: Station, action: str, inputs: Json) -> Json:
    return package.ask("run", action=action, inputs=inputs, values={"api_key": "k"}, base_url=station.url)


def test_bytes_go_out_and_come_back_as_they_are(package: NodeRedPackage, station: Station) -> None:
    station.replies = [
        lambda it: it.say(200),
        lambda it: it.say(200, BYTES, Content_Type="image/x", Content_Disposition='inline; filename="a.x"'),
    ]
    file = {"$content-type": "image/x", "$content": base64.b64encode(BYTES).decode()}
    assert run(package, station, "put_content", {"id": "d", "content": file})["fields"] == {"status": 200}
    assert run(package, station, "get_content", {"id": "d"})["fields"]["content"] == {**file, "$filename": "a.x"}
    assert (station.seen[0].body, station.seen[0].headers["content-type"]) == (BYTES, "image/x")


def test_a_form_with_a_file_arrives(package: NodeRedPackage, station: Station) -> None:
    file = {"$content-type": "image/x", "$content": base64.b64encode(BYTES).decode(), "$filename": "ä.x"}
    run(package, station, "upload_document", {"document": file, "title": "Zoë"})
    (seen,) = station.seen
    line = seen.headers["content-type"].partition("boundary=")[2].encode()
    parts = seen.body.split(b"--" + line)
    assert parts[2].endswith(b'; filename="\xc3\xa4.x"\r\nContent-Type: image/x\r\n\r\n' + BYTES + b"\r\n")
    assert parts[3] == b'\r\nContent-Disposition: form-data; name="title"\r\n\r\nZo\xc3\xab\r\n'
    assert seen.headers["content-length"] == str(len(seen.body))


def test_a_buffer_of_the_message_is_a_file(package: NodeRedPackage, station: Station) -> None:
    outcome = package.ask(
        "node",
        group="documents",
        account={"baseUrl": station.url, "credentials": {"api_key": "k"}},
        config={
            "action": "put_content",
            "fields": {"id": {"t": "str", "v": "d"}, "content": {"t": "msg", "v": "payload"}},
        },
        messages=[{"payload": {"type": "Buffer", "data": list(BYTES)}}],
    )
    assert outcome["ends"][0].get("error") is None
    assert station.seen[0].body == BYTES


def test_a_head_request_has_no_body(package: NodeRedPackage, station: Station) -> None:
    station.replies = [lambda it: it.say(200, Content_Encoding="gzip"), lambda it: it.say(404)]
    found = [run(package, station, "head_document", {"id": "d"})["fields"]["exists"] for _ in range(2)]
    assert found == [True, False]
