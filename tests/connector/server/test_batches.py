"""A file is sent to the server, its columns are matched, it is checked, run, watched and stopped."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.connector.batch.conftest import Service
from tests.connector.parcels import API_KEY
from tests.connector.server.parcels import parcels_site
from tests.connector.server.test_waiting import until
from tests.connector.web.serving import Site

ROWS = "recipient,weight\n" + "".join(f"r{number},{number}\n" for number in range(40))
SEND = {"action": "send_parcel"}
LIFTED: dict[str, Any] = {
    "throttle": {"calls": 10_000, "renewalPeriod": 1},
    "retry": {"attempts": 1},
    "sandbox": None,
}


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def site(tmp_path: Path, service: Service) -> Iterator[Site]:
    with parcels_site(tmp_path / "made", service, **LIFTED) as (running, _):
        yield running


def send(site: Site, text: str = ROWS, name: str = "people.csv", kind: str = "text/csv") -> str:
    reply = site.post(f"/batches?name={name}", text.encode(), Content_Type=kind)
    assert (reply.status, reply.headers["location"]) == (201, f"/batches/{reply.body['id']}")
    identity: str = reply.body["id"]
    return identity


def ended(site: Site, identity: str) -> Any:
    until(lambda: site.get(f"/batches/{identity}").body["state"] in {"finished", "stopped"})
    return site.get(f"/batches/{identity}").body


def run(site: Site, identity: str, settings: Any = SEND, **headers: str) -> Any:
    reply = site.post(f"/batches/{identity}/run", settings, **headers)
    assert reply.status == 202, reply.body
    return ended(site, identity)


def rows(site: Site, identity: str, outcome: str) -> list[dict[str, str]]:
    reply = site.get(f"/batches/{identity}/results/{outcome}")
    assert reply.status == 200
    return list(csv.DictReader(reply.content.decode().splitlines()))


def test_every_row_has_its_effect_once_and_comes_back_with_its_outputs(site: Site, service: Service) -> None:
    identity = send(site)
    assert site.get(f"/batches/{identity}").body["state"] == "ready"
    found = run(site, identity)
    assert (found["state"], found["rows"], found["done"], found["failed"]) == ("finished", 40, 40, 0)
    assert set(service.effects.values()) == {1}
    done = rows(site, identity, "done")
    assert sorted(row["recipient"] for row in done) == sorted(f"r{number}" for number in range(40))
    assert {row["_out.id"] for row in done} == {f"p-r{number}" for number in range(40)}


def test_a_downloaded_file_is_named_after_the_one_that_was_sent(site: Site) -> None:
    identity = send(site, name="G%C3%A4ste%20(2).csv")
    run(site, identity)
    reply = site.get(f"/batches/{identity}/results/done")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''G%C3%A4ste%20%282%29-success.csv"


def test_columns_are_matched_and_what_does_not_fit_is_listed(site: Site) -> None:
    identity = send(site, "Recipient,colour,_note\nada,red,x\n")
    found = site.post(f"/batches/{identity}/columns", SEND).body
    assert found["columns"] == [
        {"name": "Recipient", "input": "recipient", "example": "ada"},
        {"name": "colour", "input": None, "example": "red"},
        {"name": "_note", "input": None, "example": "x"},
    ]
    assert [problem["field"] for problem in found["problems"]] == ["colour"]
    mapped = {**SEND, "mapping": {"Recipient": "", "colour": "recipient"}}
    found = site.post(f"/batches/{identity}/columns", mapped).body
    assert [column["input"] for column in found["columns"]] == [None, "recipient", None]
    assert found["problems"] == []


def test_a_dry_run_says_what_is_wrong_and_sends_nothing(site: Site, service: Service) -> None:
    identity = send(site, "recipient,weight\nada,1\n,2\ngrace,heavy\n")
    found = site.post(f"/batches/{identity}/dry-run", SEND).body
    assert (found["rows"], found["wrong"]) == (3, 2)
    assert [problem["message"] for problem in found["problems"]] == [
        "Recipient is required.",
        "Weight must be a number, not the text “heavy”.",
    ]
    assert service.calls == []
    assert site.get(f"/batches/{identity}").body["dry_run"] == found
    assert site.get(f"/batches/{identity}").body["state"] == "ready"


def test_texts_for_every_row_are_made_from_its_cells(site: Site, service: Service) -> None:
    identity = send(site, "first,last\nAda,Lovelace\n")
    settings = {**SEND, "templates": {"recipient": "{first} {last}"}, "mapping": {"first": "", "last": ""}}
    assert run(site, identity, settings)["done"] == 1
    assert service.calls == ["Ada Lovelace"]


def test_failed_rows_are_run_once_more_as_a_batch_of_their_own(site: Site, service: Service) -> None:
    identity = send(site, "recipient\nada\nrefused\n")
    found = run(site, identity)
    assert (found["done"], found["failed"]) == (1, 1)
    assert [row["_code"] for row in rows(site, identity, "failed")] == ["refused"]
    again = site.post(f"/batches/{identity}/retry").body
    assert (again["retry_of"], again["state"], again["settings"]["action"]) == (identity, "ready", "send_parcel")
    found = run(site, again["id"], again["settings"])
    assert (found["rows"], found["failed"]) == (1, 1)
    assert sorted(service.calls) == ["ada", "refused", "refused"]


def test_a_batch_without_failures_has_nothing_to_retry(site: Site) -> None:
    identity = send(site)
    run(site, identity)
    reply = site.post(f"/batches/{identity}/retry")
    assert (reply.status, reply.body["code"]) == (409, "batch_no_failures")


def test_a_batch_is_stopped_and_goes_on_after_a_restart_of_the_server(tmp_path: Path, service: Service) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def hold(recipient: str) -> None:
        if recipient == "r20":
            arrived.set()
            go_on.wait(20)

    service.on_arrival = hold
    settings = {**SEND, "concurrency": 1}
    with parcels_site(tmp_path / "first", service, **LIFTED) as (site, _):
        identity = send(site)
        assert site.post(f"/batches/{identity}/run", settings).status == 202
        assert arrived.wait(20)
        found = site.get(f"/batches/{identity}").body
        assert found["state"] == "running"
        assert (site.post(f"/batches/{identity}/run", settings).status) == 409
        assert site.send("DELETE", f"/batches/{identity}").status == 409
        assert site.post(f"/batches/{identity}/stop").body["state"] == "stopping"
        go_on.set()
        found = ended(site, identity)
        assert found["state"] == "stopped"
        assert found["done"] in {20, 21}  # a row in flight is waited for, but not for long
    with parcels_site(tmp_path / "second", service, **LIFTED) as (site, _):
        listed = site.get("/batches").body["batches"]
        assert [(each["id"], each["file"], each["state"], each["done"]) for each in listed] == [
            (identity, "people.csv", "stopped", found["done"])
        ]
        assert run(site, identity, settings)["done"] == 40
    assert len(service.effects) == 40


def test_a_server_that_ends_stops_its_batches(tmp_path: Path, service: Service) -> None:
    arrived = threading.Event()
    service.on_arrival = lambda _: arrived.set()
    slow = {**LIFTED, "throttle": {"calls": 2, "renewalPeriod": 600}}
    with parcels_site(tmp_path / "first", service, **slow) as (site, _):
        identity = send(site)
        site.post(f"/batches/{identity}/run", SEND)
        assert arrived.wait(20)
        until(lambda: site.get(f"/batches/{identity}").body["done"] == 2)
        assert site.get(f"/batches/{identity}").body["progress"]["calls"] == 2
    with parcels_site(tmp_path / "second", service, **LIFTED) as (site, _):
        assert site.get(f"/batches/{identity}").body["state"] == "stopped"
        assert run(site, identity)["done"] == 40
    assert len(service.effects) == 40


def test_several_run_at_a_time_each_row_with_the_connection_that_it_names(tmp_path: Path, service: Service) -> None:
    with parcels_site(tmp_path, service, names=("home", "work"), **LIFTED) as (site, _):
        first = send(site, "account,recipient\nhome,ada\nwork,grace\n")
        second = send(site)
        settings = {**SEND, "connection_column": "account"}
        assert site.post(f"/batches/{second}/run", SEND).status == 400  # which of the two?
        assert site.post(f"/batches/{first}/run", settings).status == 202
        assert run(site, second, SEND, X_Connection="work")["done"] == 40
        assert ended(site, first)["done"] == 2
        third = send(site, "account,recipient\nwrok,ada\n")
        found = run(site, third, settings)
        assert (found["state"], found["error"]["problems"][0]["message"]) == (
            "stopped",
            "Row 1 names a connection “wrok”, which does not exist. Did you mean “work”?",
        )


def test_a_key_that_is_not_accepted_stops_the_batch_and_the_rows_are_left(site: Site) -> None:
    identity = send(site, "recipient\nlocked\n")
    found = run(site, identity)
    assert (found["state"], found["error"]["code"], found["failed"]) == ("stopped", "unauthorized", 0)


def test_an_action_without_a_bulk_job_says_so(site: Site) -> None:
    for path in ("dry-run", "run"):
        reply = site.post(f"/batches/{send(site)}/{path}", {**SEND, "bulk": True})
        assert (reply.status, reply.body["code"]) == (422, "batch_bulk")


def test_a_batch_that_was_begun_keeps_its_action_and_its_columns(site: Site) -> None:
    identity = send(site, "recipient\nada\nlocked\n")
    run(site, identity, {**SEND, "concurrency": 1})
    reply = site.post(f"/batches/{identity}/run", {"action": "post_once"})
    assert (reply.status, reply.body["code"]) == (409, "batch_changed")
    assert site.post(f"/batches/{identity}/run", {**SEND, "concurrency": 2}).status == 202


def test_a_file_that_cannot_be_read_is_named_as_its_sender_knows_it(site: Site) -> None:
    reply = site.post("/batches?name=team.csv", b"PK\x03\x04", Content_Type="text/csv")
    assert (reply.status, reply.body["code"]) == (422, "batch_source")
    assert reply.body["problems"][0]["message"] == "team.csv: it is a spreadsheet. Save it as “CSV UTF-8”."
    assert site.get("/batches").body["batches"] == []


def test_a_batch_is_deleted_with_its_results(site: Site, tmp_path: Path) -> None:
    identity = send(site)
    run(site, identity)
    assert site.send("DELETE", f"/batches/{identity}").status == 204
    assert site.get(f"/batches/{identity}").body["code"] == "unknown_batch"
    assert list((tmp_path / "state/batches/parcels").iterdir()) == []


@pytest.mark.parametrize(
    ("target", "body", "kind", "status", "code"),
    [
        ("/batches", ROWS, "text/plain", 415, "content_type"),
        ("/batches", ROWS, "application/json", 415, "content_type"),
        ("/batches", ROWS, "multipart/form-data; boundary=x", 415, "content_type"),
        ("/batches", None, "text/csv", 422, "batch_source"),
        ("/batches", "a,a\n1,2\n", "text/csv", 422, "batch_source"),
        ("/batches?name=", ROWS, "text/csv", 400, "query"),
        ("/batches?nam=x.csv", ROWS, "text/csv", 400, "query"),
        ("/actions/send_parcel/run", ROWS, "text/csv", 415, "content_type"),
        ("/batches/none/run", '{"action": "send_parcel"}', "application/json", 404, "unknown_batch"),
        ("/batches/{id}/run", "{}", "application/json", 400, "json"),
        ("/batches/{id}/run", '{"action": "send_parcel", "x": 1}', "application/json", 400, "json"),
        ("/batches/{id}/run", '{"action": "sned_parcel"}', "application/json", 404, "unknown_action"),
        ("/batches/{id}/dry-run", '{"action": "get_parcel"}', "application/json", 422, "batch_columns"),
    ],
)
def test_what_cannot_be_read_is_refused(
    site: Site, target: str, body: str | None, kind: str, status: int, code: str
) -> None:
    target = target.replace("{id}", send(site)) if "{id}" in target else target
    reply = site.post(target, (body or "").encode(), Content_Type=kind)
    assert (reply.status, reply.body["code"]) == (status, code)


@pytest.mark.parametrize(("target", "allowed"), [("/batches", "GET, HEAD, POST"), ("/batches/x", "DELETE, GET, HEAD")])
def test_another_method_is_told_which_there_are(site: Site, target: str, allowed: str) -> None:
    reply = site.send("PUT", target, b"{}", Content_Type="application/json" if "x" in target else "text/csv")
    assert (reply.status, ", ".join(sorted(reply.headers["allow"].split(", ")))) == (405, allowed)


def test_nothing_is_kept_of_a_file_that_is_refused(site: Site, tmp_path: Path) -> None:
    assert site.post("/batches", b"a,a\n", Content_Type="text/csv").status == 422
    assert site.get("/batches").body["batches"] == []
    assert list((tmp_path / "state/batches/parcels").iterdir()) == []


def test_without_the_token_there_are_no_batches(site: Site) -> None:
    identity = send(site)
    for method, target in (("GET", "/batches"), ("POST", "/batches"), ("GET", f"/batches/{identity}/results/done")):
        assert site.send(method, target, b"recipient\n", token=False, Content_Type="text/csv").status == 401


def test_what_is_kept_is_private_and_holds_no_secret(site: Site, tmp_path: Path) -> None:
    identity = send(site)
    run(site, identity)
    kept = [path for path in (tmp_path / "state/batches").rglob("*") if path.is_file()]
    assert kept
    assert all(API_KEY.encode() not in path.read_bytes() for path in kept)
    assert (tmp_path / "state/batches/parcels" / identity).stat().st_mode & 0o077 == 0


def test_responses_are_those_that_the_document_describes(site: Site) -> None:
    document = site.get("/openapi.json").body
    identity = send(site, "recipient\nada\nrefused\n")

    def check(method: str, path: str, body: Any = None) -> None:
        reply = site.send(method, path.replace("{id}", identity), body)
        described = document["paths"][path][method.lower()]["responses"][str(reply.status)]
        while "$ref" in described:
            described = document["components"]["responses"][described["$ref"].rpartition("/")[2]]
        if "content" in described:
            schema = described["content"]["application/json"]["schema"]
            validator = Draft202012Validator({**schema, "components": document["components"]})
            assert [error.message for error in validator.iter_errors(reply.body)] == []

    for path in ("columns", "dry-run", "run"):
        check("POST", f"/batches/{{id}}/{path}", {"action": "send_parcel"})
    check("GET", "/batches/{id}")
    ended(site, identity)
    for path in ("stop", "retry"):
        check("POST", f"/batches/{{id}}/{path}")
    check("GET", "/batches")
    check("POST", "/batches/{id}/run", {"action": "nothing"})
    check("POST", "/batches/{id}/run", {"nothing": 1})
