from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.action import Action
from connector.catalogue.loader import load
from connector.definition.example import Example
from connector.http.request import HttpRequest
from connector.http.transport import SendOptions
from connector.testing import EXAMPLE_KEY, FakeClock, ScriptedTransport, response, run_example
from tests.connector.parcels import AUTH, Json, write_folder

SENT: Json = {
    "title": "Send",
    "inputs": {"recipient": "Ada"},
    "interactions": [
        {
            "request": {
                "method": "POST",
                "path": "/parcels",
                "headers": {"Idempotency-Key": EXAMPLE_KEY},
                "body": {"recipient": "Ada"},
            },
            "response": {"status": 200, "body": {"id": "p1"}},
        }
    ],
    "outputs": {"id": "p1"},
}
REFUSED: Json = {
    "title": "None",
    "inputs": {"parcel_id": "a/b"},
    "interactions": [{"request": {"method": "GET", "path": "/parcels/a%2Fb"}, "response": {"status": 404}}],
    "error": {"code": "parcel_not_found", "field": "parcel_id"},
}


def differences(place: Path, key: str, example: Json) -> list[str]:
    bundle = load(write_folder(place / "parcels"))
    return run_example(bundle, Action(bundle, key), Example.model_validate(example))


@pytest.mark.parametrize(("key", "example"), [("send_parcel", SENT), ("get_parcel", REFUSED)])
def test_an_example_that_holds_has_no_differences(tmp_path: Path, key: str, example: Json) -> None:
    assert differences(tmp_path, key, example) == []


def test_the_key_of_an_example_need_not_be_repeated(tmp_path: Path) -> None:
    request = {"method": "POST", "path": "/parcels", "body": {"recipient": "Ada"}}
    assert (
        differences(tmp_path, "send_parcel", SENT | {"interactions": [SENT["interactions"][0] | {"request": request}]})
        == []
    )


def changed(part: str, **words: Any) -> Json:
    (interaction,) = SENT["interactions"]
    return SENT | {"interactions": [interaction | {part: interaction[part] | words}]}


@pytest.mark.parametrize(
    ("example", "difference"),
    [
        (SENT | {"outputs": {"id": "p2"}}, "outputs differ: id: 'p2' expected, 'p1' found"),
        (changed("request", method="PUT"), "method should be 'PUT', but is 'POST'"),
        (changed("request", path="/other"), "path should be '/other', but is '/parcels'"),
        (changed("request", body={"recipient": "Bob"}), "body differ: recipient: 'Bob' expected, 'Ada' found"),
        (changed("request", query=[["a", "b"]]), "query should be [('a', 'b')], but is []"),
        (changed("request", headers={"X": "y"}), "headers differ: "),
        (SENT | {"interactions": SENT["interactions"] * 2}, "1 of 2 calls were not made"),
        (changed("response", body={"id": 7}), "it should succeed, but: "),
        (changed("response", status=404), "it should succeed, but: "),
        (SENT | {"error": {"code": "x"}}, "it should fail with “x”, but it succeeded"),
        (
            SENT | {"inputs": {}, "interactions": [], "error": {"code": "x"}},
            "it should fail with “x”, but failed with “input” at “recipient”: ",
        ),
    ],
)
def test_an_example_that_does_not_hold_says_where(tmp_path: Path, example: Json, difference: str) -> None:
    found = differences(tmp_path, "send_parcel", example)
    assert found
    assert any(one.startswith(difference) for one in found)


def test_a_script_that_has_ended_says_what_was_asked() -> None:
    transport = ScriptedTransport([response(200)])
    request = HttpRequest("GET", "https://x.example/y", {})
    assert transport.left == 1
    transport.send(request, AUTH, SendOptions(1, 1, 1, 1))
    with pytest.raises(AssertionError, match=r"no response left for GET https://x\.example/y"):
        transport.send(request, AUTH, SendOptions(1, 1, 1, 1))


def test_the_fake_clock_moves_without_waiting() -> None:
    clock = FakeClock(100)
    before = clock.wall()
    clock.sleep(3600)
    clock.sleep(-5)
    clock.advance(1)
    asyncio.run(clock.asleep(50))
    assert clock.monotonic() == 3751
    assert (clock.wall() - before).total_seconds() == 3651
    assert clock.slept == [3600, -5, 50]
