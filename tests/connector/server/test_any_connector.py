"""Any connector folder can be served: what this repository's own does not show."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from connector import Connector
from connector.catalogue.loader import read
from connector.catalogue.sandbox import connection_to, started
from connector.errors import ConnectionLostError
from connector.http.response import HttpResponse
from connector.server import ServedConnector, create_app
from connector.testing import FakeClock, ScriptedTransport, response
from tests.connector.parcels import API_KEY
from tests.connector.server.parcels import parcels_site
from tests.connector.server.test_runs import events
from tests.connector.web.serving import serving

PACKAGES = Path(__file__).parents[1] / "importing" / "packages"
OK = response(200, {"id": "p1"})
GET = "/actions/get_parcel/run"
ONCE = "/actions/post_once/run"


def script(*replies: HttpResponse | Exception) -> ScriptedTransport:
    return ScriptedTransport(list(replies))


def test_a_connector_without_a_sandbox_is_served(tmp_path: Path) -> None:
    with parcels_site(tmp_path, script(OK), clock=FakeClock()) as (site, _):
        catalogue = site.get("/catalogue").body
        assert (catalogue["connector"]["key"], catalogue["sandbox"]) == ("parcels", None)
        assert catalogue["connections"] == [{"name": "home", "sandbox": False}]
        assert site.post(GET, {"parcel_id": "p1"}).body == {"id": "p1", "note": None}
        assert site.get("/sandbox/messages").status == 404
        assert site.post("/sandbox/reset").body["message"] == "This connector has no sandbox."


def test_a_sandbox_that_shows_nothing_says_so(tmp_path: Path) -> None:
    with parcels_site(tmp_path, script()) as (site, _):
        assert site.get("/sandbox/requests").status == 404


def test_with_several_connections_a_request_names_one(tmp_path: Path) -> None:
    with parcels_site(tmp_path, script(OK), names=("home", "work"), clock=FakeClock()) as (site, _):
        assert site.get("/catalogue").body["defaultConnection"] is None
        refused = site.post(GET, {"parcel_id": "p1"})
        assert (refused.status, refused.body["hint"]) == (400, "Connections: home, work.")
        assert site.post(GET, {"parcel_id": "p1"}, X_Connection="hom").body["hint"] == "Did you mean “home”?"
        assert site.post(GET, {"parcel_id": "p1"}, X_Connection="work").status == 200
        parameter = site.get("/openapi.json").body["components"]["parameters"]["Connection"]
        assert (parameter["required"], parameter["schema"]) == (True, {"type": "string", "enum": ["home", "work"]})


FAILURES: list[tuple[str, HttpResponse | Exception, int, str]] = [
    (GET, response(404, {"type": "not_found_error", "message": "no"}), 404, "parcel_not_found"),
    (GET, response(401, {"message": "no"}), 401, "unauthorized"),
    (GET, response(403, {"message": "no"}), 403, "connection"),
    (GET, response(409, {"message": "no"}), 409, "refused"),
    (GET, response(418, {"message": "no"}), 418, "refused"),
    (GET, response(500, {"message": "no"}), 503, "unavailable"),
    (GET, ConnectionLostError("The connection was lost."), 503, "unavailable"),
    (ONCE, response(500, {"message": "no"}), 504, "outcome_unknown"),
    (ONCE, ConnectionLostError("The connection was lost."), 504, "outcome_unknown"),
]


def test_every_kind_of_failure_has_its_status_which_the_document_tells(tmp_path: Path) -> None:
    attempts = [[reply] * (4 if status == 503 else 1) for _, reply, status, _ in FAILURES]
    with parcels_site(tmp_path, script(*itertools.chain(*attempts)), clock=FakeClock()) as (site, _):
        for target, _, status, code in FAILURES:
            failed = site.post(target, {"parcel_id": "p1"} if target == GET else {"recipient": "ada"})
            assert (failed.status, failed.body["code"]) == (status, code)
            document = site.get("/openapi.json").body["paths"][target]["post"]["responses"]
            assert str(status) in document or "4XX" in document


def test_a_full_limit_says_how_long_to_wait(tmp_path: Path) -> None:
    one_call = {"calls": 1, "renewalPeriod": 60}
    with parcels_site(tmp_path, script(OK), clock=FakeClock(), throttle=one_call) as (site, _):
        assert site.get("/throttle").body["limits"][0]["free"] == 1
        site.post(GET, {"parcel_id": "a"})
        assert site.get("/throttle?calls=2").body["limits"][0]["asked_in"] == pytest.approx(120.5, abs=1)
        refused = site.post(f"{GET}?max_wait=0", {"parcel_id": "b"})
        assert (refused.status, refused.headers["retry-after"]) == (429, "61")
        assert refused.body["wait"] == pytest.approx(60.25)


def test_an_idempotency_key_is_used_and_comes_back_with_an_error(tmp_path: Path) -> None:
    transport = script(*[response(503)] * 4)
    with parcels_site(tmp_path, transport, clock=FakeClock()) as (site, _):
        failed = site.post("/actions/send_parcel/run", {"recipient": "ada"}, Idempotency_Key="k-1")
    assert (failed.status, failed.body["idempotency_key"]) == (503, "k-1")
    assert {request.headers["Idempotency-Key"] for request in transport.requests} == {"k-1"}


def test_a_defect_is_a_sentence_and_a_place_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with parcels_site(tmp_path, script(ZeroDivisionError(API_KEY)), clock=FakeClock()) as (site, _):
        failed = site.post(GET, {"parcel_id": "p1"})
    assert (failed.status, failed.body["code"]) == (500, "unexpected")
    assert "ZeroDivisionError in " in caplog.text
    assert API_KEY not in caplog.text + failed.content.decode()


def test_a_connection_can_be_tested(tmp_path: Path) -> None:
    replies = script(response(200, {"parcels": []}), response(401, {"message": "no"}))
    with parcels_site(tmp_path, replies, clock=FakeClock()) as (site, _):
        assert site.post("/connections/home/test").body["meta"]["status"] == 200
        assert site.post("/connections/home/test", {}).status == 401
        assert site.post("/connections/work/test").status == 400


def test_what_came_of_a_test_of_a_connection_is_an_event_too(tmp_path: Path) -> None:
    replies = script(response(200, {"parcels": []}), response(401, {"message": "no"}))
    with parcels_site(tmp_path, replies, clock=FakeClock()) as (site, _):
        replied = [site.post("/connections/home/test", {}, Accept="text/event-stream") for _ in range(2)]
        assert site.get("/catalogue").body["connectionTest"] == "list_parcels"
    ends: list[Any] = [events(reply.content)[-1] for reply in replied]
    assert [name for name, _ in ends] == ["result", "error"]
    assert [ends[0][1]["meta"]["status"], ends[1][1]["error"]["status"]] == [200, 401]


def test_secrets_of_the_inputs_and_of_the_connection_are_in_no_response(tmp_path: Path) -> None:
    inputs = {"recipient": "ada", "pin": "s3cr3t-p"}
    echoed = response(400, {"type": "x_error", "message": f"Wrong: s3cr3t-p {API_KEY}"})
    with parcels_site(tmp_path, script(echoed, echoed), clock=FakeClock()) as (site, _):
        replies = [
            site.post("/actions/send_parcel/check", inputs),
            site.post("/actions/send_parcel/check", inputs | {"pin": "s3cr3t-p" * 2}),
            site.post("/actions/send_parcel/run", inputs),
            site.post("/actions/send_parcel/run", inputs, Accept="text/event-stream"),
            site.get("/catalogue"),
        ]
    shown = b"".join(reply.content for reply in replies)
    assert b"s3cr3t-p" not in shown
    assert API_KEY.encode() not in shown
    assert "••••••" in shown.decode()


def test_the_swagger_export_needs_a_publication(tmp_path: Path) -> None:
    with parcels_site(tmp_path, script()) as (site, _):
        reply = site.get("/swagger.json")
    assert (reply.status, reply.body["code"]) == (404, "export")


def test_an_imported_package_is_served_without_what_cannot_run() -> None:
    bundle = read(PACKAGES / "triggers_and_scripts")
    with started(bundle) as service, Connector(bundle) as connector:
        served = ServedConnector(bundle, connector, {"sandbox": connection_to(bundle, service)}, service)
        with serving(create_app(served)) as site:
            paths = [path for path in site.get("/openapi.json").body["paths"] if path.startswith("/actions/")]
            assert sorted(paths) == [f"/actions/{key}/run" for key in ("delete_hook", "on_alert", "on_new_alert")]
            assert "summarize" not in {each["key"] for each in site.get("/catalogue").body["actions"]}
            assert site.post("/actions/on_new_alert/run", {}).body["alerts"] == [{"id": "text"}]
            refused = site.post("/actions/summarize/run", {})
    assert (refused.body["code"], "script.csx" in refused.body["message"]) == ("gap", True)
