"""The choices of a field over HTTP: read once for everybody, and again when something may have changed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connector.connections.auth import Auth
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions
from connector.server import choices_cache
from connector.testing import FakeClock, ScriptedTransport, response
from tests.connector.server.parcels import parcels_site
from tests.connector.web.serving import Site

FIELD = "/actions/get_parcel/choices/parcel_id"
ROWS = response(200, {"parcels": [{"id": "p1", "note": "One"}, {"id": "p2", "note": None}]})
CHOICES = [{"value": "p1", "label": "One"}, {"value": "p2", "label": "p2"}]


def test_a_field_has_the_choices_that_another_action_lists(site: Site) -> None:
    body = site.post("/actions/send_message/choices/list_id", {}).body
    assert {"value": "news.weekly", "label": "Weekly News"} in body["choices"] or body["choices"]
    assert body["complete"] is True


def test_a_field_of_rows_has_too(site: Site) -> None:
    ours = site.post("/actions/send_message/choices/list_id", {}).body["choices"]
    assert site.post("/actions/send_message/choices/recipients%5B0%5D.list_id", {}).body["choices"] == ours


def test_choices_that_depend_on_an_input_want_it(site: Site) -> None:
    target = "/actions/get_user_preference/choices/topic_id"
    refused = site.post(target, {})
    assert (refused.status, refused.body["problems"][0]["field"]) == (422, "user_id")
    assert site.post(target, {"user_id": "ada"}).status == 200


@pytest.mark.parametrize("field", ["title", "nothing", "recipients[].nothing", "recipients[].list_id.x", "a%2Fb"])
def test_a_field_without_choices_says_so(site: Site, field: str) -> None:
    reply = site.post(f"/actions/send_message/choices/{field}", {})
    assert reply.status in {404, 422}
    assert "Traceback" not in reply.content.decode()


def test_they_are_read_once_and_again_on_demand(tmp_path: Path) -> None:
    transport = ScriptedTransport([ROWS, ROWS])
    with parcels_site(tmp_path, transport, clock=FakeClock()) as (site, _):
        for _ in range(3):
            body = site.post(FIELD, {}).body
            assert (body["choices"], body["complete"], 0 <= body["age"] < 20) == (CHOICES, True, True)
        assert len(transport.requests) == 1
        site.post(f"{FIELD}?refresh=1", {})
        assert len(transport.requests) == 2


def test_each_connection_has_its_own(tmp_path: Path) -> None:
    transport = ScriptedTransport([ROWS, ROWS])
    with parcels_site(tmp_path, transport, names=("home", "work"), clock=FakeClock()) as (site, _):
        for name in ("home", "work", "home"):
            site.post(FIELD, {}, X_Connection=name)
    assert len(transport.requests) == 2


def test_after_an_action_that_changes_something_they_are_read_again(tmp_path: Path) -> None:
    one = response(200, {"id": "p1"})
    transport = ScriptedTransport([ROWS, one, one, ROWS])
    with parcels_site(tmp_path, transport, clock=FakeClock()) as (site, _):
        site.post(FIELD, {})
        site.post("/actions/get_parcel/run", {"parcel_id": "p1"})
        site.post(FIELD, {})
        assert len(transport.requests) == 2
        site.post("/actions/send_parcel/run", {"recipient": "ada"})
        site.post(FIELD, {})
    assert len(transport.requests) == 4


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    transport = ScriptedTransport([response(401, {"message": "no"}), ROWS])
    with parcels_site(tmp_path, transport, clock=FakeClock()) as (site, _):
        assert site.post(FIELD, {}).status == 401
        assert site.post(FIELD, {}).body["choices"] == CHOICES


def test_more_than_a_thousand_are_cut_and_said_to_be(tmp_path: Path) -> None:
    many = response(200, {"parcels": [{"id": f"p{number}"} for number in range(1_001)]})
    with parcels_site(tmp_path, ScriptedTransport([many]), clock=FakeClock()) as (site, _):
        body = site.post(FIELD, {}).body
    assert (len(body["choices"]), body["complete"]) == (1_000, False)


def test_they_are_old_after_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = ScriptedTransport([ROWS, ROWS])
    monkeypatch.setattr(choices_cache, "_SECONDS", -1.0)
    with parcels_site(tmp_path, transport, clock=FakeClock()) as (site, _):
        site.post(FIELD, {})
        site.post(FIELD, {})
    assert len(transport.requests) == 2


class Gate:
    """A transport that answers when the test lets it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.calls = 0

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        del request, auth, options
        self.calls += 1
        self.entered.set()
        assert self.opened.wait(10)
        return ROWS

    def close(self) -> None:
        """Nothing is held."""


def test_who_asks_at_the_same_time_shares_one_call(tmp_path: Path) -> None:
    gate = Gate()
    with parcels_site(tmp_path, gate) as (site, _), ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(site.post, FIELD, {}) for _ in range(8)]
        assert gate.entered.wait(10)
        gate.opened.set()
        assert all(asked.result().body["choices"] == CHOICES for asked in asking)
    assert gate.calls == 1
