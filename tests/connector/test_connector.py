from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connector import (
    AuthorizationError,
    Connection,
    Connector,
    ConnectorError,
    DefinitionError,
    ExitStatus,
    InputError,
    OutcomeUnknownError,
    OutputError,
    RefusedError,
    Result,
    ThrottledError,
    UnavailableError,
)
from connector.call.events import Event, WaitStarted
from connector.clock import SystemClock
from connector.errors import ConnectionLostError, NotSentError
from connector.secrets import MASK
from connector.testing import FakeClock, ScriptedTransport, response
from connector.throttle.memory_store import MemoryStore
from tests.connector.parcels import (
    API_KEY,
    BASE,
    GET,
    Echo,
    Json,
    MakeBench,
    action,
    body,
    field,
    manifest,
    rows,
    write_folder,
)
from tests.connector.station import Station

OK = response(200, {"id": "p1"})


def shown(error: InputError) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in error.problems]


def test_a_run_goes_from_inputs_to_named_fields(bench: MakeBench) -> None:
    made = bench([response(201, {"id": "p1", "extra": 1}, x_request_id="r1")])
    result = made.run("send_parcel", {"recipient": "Ada", "weight": 1.5})
    assert result.fields == {"id": "p1"} == {"id": result["id"]}
    (request,) = made.requests
    assert (request.method, request.url) == ("POST", f"{BASE}/parcels")
    assert request.body == {"recipient": "Ada", "weight": 1.5}
    assert [headers["Authorization"] for _, headers in made.transport.sent] == [f"Bearer {API_KEY}"]
    assert result.meta.model_dump() == {
        "action": "send_parcel",
        "status": 201,
        "attempts": ({"status": 201, "reason": "", "wait": 0.0},),
        "pages": 1,
        "waited": 0.0,
        "elapsed": 0.0,
        "request_id": "r1",
        "idempotency_key": "made-key",
        "warnings": (),
    }


def test_the_raw_answer_is_there_on_request_and_never_mixed_in(bench: MakeBench) -> None:
    status = action("ask", {}, {"code": field("integer", x_from="status")})
    made = bench([response(200, {"extra": 1}), response(200, text="plain")], actions=[status])
    result = made.run("ask")
    assert result.raw == {"extra": 1}
    assert "raw" not in result.to_dict()
    assert "extra" not in repr(result)
    assert made.run("ask").raw == "plain"


def test_a_result_is_a_mapping_of_its_outputs(bench: MakeBench) -> None:
    result = bench([response(200, {"id": "p1"})]).run("get_parcel", {"parcel_id": "a"})
    assert isinstance(result, Mapping)
    assert ("id" in result, "meta" in result, len(result), list(result)) == (True, False, 2, ["id", "note"])
    assert (result["id"], result.get("note", "x"), result.get("other", "x")) == ("p1", None, "x")
    assert dict(result) == {**result} == result == result.fields == {"id": "p1", "note": None}
    with pytest.raises(KeyError):
        _ = result["other"]
    assert result.to_dict()["fields"] == result.fields
    assert json.loads(json.dumps(result.to_dict()))["meta"]["status"] == 200


@pytest.mark.parametrize("name", ["send_parcel", "SendParcelOp", "send parcel"])
def test_an_action_runs_under_any_of_its_names(bench: MakeBench, name: str) -> None:
    assert bench([OK]).run(name, {"recipient": "Ada"}).meta.action == "send_parcel"


def test_rows_of_a_list_are_there_even_where_the_service_sent_none(bench: MakeBench) -> None:
    made = bench([response(200, {"parcels": None})])
    result = made.run("list_parcels")
    assert (result["parcels"], result.rows("parcels")) == (None, [])
    with pytest.raises(KeyError):
        result.rows("nothing")


FIVE: Json = {
    "first": body(title="First"),
    "second": body("integer"),
    "people": rows({"email": field(format="email")}, ["email"], x_in="body"),
    "data": body("object"),
    "size": body(enum=["small", "big"]),
    "last": body(maxLength=3),
}


def test_five_mistakes_are_five_problems_in_one_answer_in_the_order_of_the_form(bench: MakeBench) -> None:
    made = bench(actions=[action("five", FIVE, required=["first"])])
    values = {
        "last": "four",
        "size": "huge",
        "data": {"x": float("nan")},
        "people": [{"email": "a@b.co"}, {"email": ""}],
        "second": "2",
        "frist": 1,
    }
    with pytest.raises(InputError) as caught:
        made.run("five", values)
    assert shown(caught.value) == [
        ("first", "required"),
        ("second", "type"),
        ("people[1].email", "required"),
        ("data.x", "finite"),
        ("size", "enum"),
        ("last", "maxLength"),
        ("frist", "unknown"),
    ]
    assert caught.value.message == "Five: 7 problems with the inputs. Nothing was sent."
    assert str(caught.value).count("\n- ") == 7
    assert caught.value.exit_status is ExitStatus.INPUT
    assert len(caught.value.to_dict()["problems"]) == 7
    assert made.requests == []


def test_all_that_is_wrong_comes_in_the_order_of_the_form_whoever_found_it(bench: MakeBench) -> None:
    handlers = """
from connector.errors import Problem
from connector.call import check, send

@check(lambda given: [Problem("first", "cross", "No.")])
def five(call):
    return call.send()
"""
    inputs = {**FIVE, "last": body(maxLength=3, x_aliases=["final"])}
    made = bench(actions=[action("five", inputs)], handlers=handlers)
    with pytest.raises(InputError) as caught:
        made.run("five", {"last": "a", "final": "b", "second": "2"})
    assert shown(caught.value) == [("first", "cross"), ("second", "type"), ("last", "twice")]


def test_one_mistake_names_its_field_in_the_error(bench: MakeBench) -> None:
    with pytest.raises(InputError) as caught:
        bench().run("send_parcel", {})
    assert caught.value.field == "recipient"
    assert caught.value.message == "Send parcel: one problem with the inputs. Nothing was sent."


def test_an_alias_is_proposed_for_a_mistyped_name(bench: MakeBench) -> None:
    made = bench(actions=[action("greet", {"recipient": body(x_aliases=["user_id"])})])
    with pytest.raises(InputError, match="Did you mean “user_id”"):
        made.run("greet", {"userid": "x"})


@pytest.mark.parametrize("depth", [5_000, 100_000])
def test_inputs_nested_beyond_measure_are_refused_cleanly(bench: MakeBench, depth: int) -> None:
    made = bench(actions=[action("five", FIVE)])
    deep: Any = "end"
    for _ in range(depth):
        deep = [deep]
    for inputs in ({"data": {"x": deep}}, {"unknown": deep}):
        with pytest.raises(InputError, match="nested too deeply"):
            made.run("five", inputs)
        with pytest.raises(InputError, match="nested too deeply"):
            made.connector.preview("five", inputs)


def test_a_run_without_a_connection_is_refused_after_its_inputs_were_judged(bench: MakeBench) -> None:
    made = bench()
    with pytest.raises(AuthorizationError) as caught:
        made.connector.run("send_parcel", {"recipient": "Ada"})
    assert caught.value.error_code == "missing_connection"
    with pytest.raises(InputError):
        made.connector.run("send_parcel", {})


def test_a_missing_secret_takes_no_token(bench: MakeBench) -> None:
    made = bench(connector=manifest(throttle={"calls": 1, "renewalPeriod": 60}))
    with pytest.raises(AuthorizationError):
        made.connector.run("get_parcel", {"parcel_id": "a"}, Connection())
    assert made.requests == []


def test_a_refusal_names_the_input_that_caused_it(bench: MakeBench) -> None:
    made = bench([response(404, {"message": "nope"}, x_request_id="r9")])
    with pytest.raises(RefusedError) as caught:
        made.run("get_parcel", {"parcel_id": "p/9"})
    assert caught.value.to_dict() == {
        "code": "parcel_not_found",
        "message": "There is no parcel “p/9”. Parcels says: nope.",
        "hint": "Look at the list.",
        "field": "parcel_id",
        "status": 404,
        "request_id": "r9",
        "retryable": False,
    }


def test_a_body_that_says_it_is_a_refusal_is_one_even_with_200(bench: MakeBench) -> None:
    made = bench([response(200, {"type": "invalid_request_error", "message": "no recipient"})])
    with pytest.raises(RefusedError, match="no recipient"):
        made.run("post_once", {"recipient": "Ada"})


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (response(400, {"message": f"pin hunter2 and key {API_KEY} are wrong"}), RefusedError),
        (response(401, {"message": f"{API_KEY}!"}), AuthorizationError),
        (response(500, {"message": "pin hunter2"}), UnavailableError),
        (ConnectionLostError("Broken."), UnavailableError),
    ],
)
def test_no_error_of_a_run_holds_a_secret_of_connection_or_input(
    bench: MakeBench, reply: Any, kind: type[ConnectorError]
) -> None:
    made = bench([reply] * 4)
    with pytest.raises(kind) as caught:
        made.run("send_parcel", {"recipient": "Ada", "pin": "hunter2"})
    everything = f"{caught.value} {caught.value!r} {caught.value.to_dict()} {vars(caught.value)}"
    assert "hunter2" not in everything
    assert API_KEY not in everything


def test_every_attempt_is_told_and_paid_for(bench: MakeBench) -> None:
    made = bench([NotSentError("Not reached."), response(503), OK])
    result = made.run("get_parcel", {"parcel_id": "a"})
    assert [(attempt.status, attempt.reason) for attempt in result.meta.attempts] == [
        (None, "Not reached."),
        (503, ""),
        (200, ""),
    ]
    assert result.meta.waited == pytest.approx(sum(made.clock.slept), abs=0.002)
    assert result.meta.elapsed == pytest.approx(result.meta.waited, abs=0.002)
    assert made.connector.throttle(made.connection)[0].used == 2  # the first never left


def test_a_call_that_cannot_be_repeated_is_never_sent_twice(bench: MakeBench) -> None:
    made = bench([ConnectionLostError("Broken."), OK])
    with pytest.raises(OutcomeUnknownError):
        made.run("post_once", {"recipient": "Ada"})
    assert len(made.requests) == 1


def test_with_an_idempotency_key_a_call_is_sent_again_with_the_same_key(bench: MakeBench) -> None:
    keys = iter(["first", "second"])
    made = bench([ConnectionLostError("Broken."), response(500), OK, OK], new_key=lambda: next(keys))
    result = made.run("send_parcel", {"recipient": "Ada"})
    made.run("send_parcel", {"recipient": "Ada"})
    assert [request.headers["Idempotency-Key"] for request in made.requests] == ["first"] * 3 + ["second"]
    assert result.meta.idempotency_key == "first"


@pytest.mark.parametrize(
    ("given", "outside", "sent"),
    [
        ({"idempotency_key": "mine"}, None, "mine"),
        ({}, "from-outside", "from-outside"),
        ({"idempotency_key": ""}, "from-outside", "from-outside"),
        ({"Idempotency-Key": "mine"}, "from-outside", "mine"),
        ({}, None, "made-key"),
        ({}, "", "made-key"),
    ],
)
def test_an_idempotency_key_is_the_users_or_the_hosts_or_a_new_one(
    bench: MakeBench, given: Json, outside: str | None, sent: str
) -> None:
    made = bench([OK])
    made.run("send_parcel", {"recipient": "Ada", **given}, idempotency_key=outside)
    assert made.requests[0].headers["Idempotency-Key"] == sent


def test_an_idempotency_key_from_outside_is_judged_like_the_users(bench: MakeBench) -> None:
    made = bench()
    with pytest.raises(InputError) as caught:
        made.run("send_parcel", {"recipient": "Ada"}, idempotency_key="a\r\nX-Evil: 1")
    assert shown(caught.value) == [("idempotency_key", "header")]


def test_a_429_pauses_the_other_runs_of_the_connection(bench: MakeBench) -> None:
    made = bench([response(429, {"message": "slow down"}, retry_after="40"), OK])
    with pytest.raises(ThrottledError) as caught:
        made.run("post_once", {"recipient": "Ada"})
    assert caught.value.wait == 40
    with pytest.raises(ThrottledError):
        made.run("get_parcel", {"parcel_id": "a"}, max_wait=10)
    assert len(made.requests) == 1
    other = made.connector.run("get_parcel", {"parcel_id": "a"}, Connection(api_key="another-key"), max_wait=0)
    assert other.meta.waited == 0


def test_the_limit_counts_per_account_however_its_secret_was_pasted(bench: MakeBench) -> None:
    made = bench([OK] * 9, connector=manifest(throttle={"calls": 2, "renewalPeriod": 60}))
    for pasted in (API_KEY, f"Bearer {API_KEY}"):
        made.connector.run("get_parcel", {"parcel_id": "a"}, Connection(api_key=pasted), max_wait=0)
    with pytest.raises(ThrottledError):
        made.run("get_parcel", {"parcel_id": "a"}, max_wait=0)


def test_an_actions_tighter_limit_counts_beside_the_connections(bench: MakeBench) -> None:
    tight = GET | {"throttle": {"calls": 1, "renewalPeriod": 10}}
    made = bench([OK] * 9, actions=[tight])
    made.run("get_parcel", {"parcel_id": "a"})
    with pytest.raises(ThrottledError) as caught:
        made.run("get_parcel", {"parcel_id": "a"}, max_wait=5)
    assert caught.value.wait == pytest.approx(10.05, abs=1e-3)
    whole, own = made.connector.throttle(made.connection, "get_parcel", calls=100)
    assert (whole.calls, whole.used, whole.free, whole.next_in) == (100, 1, 99, 0)
    assert whole.asked_in == 60.25
    assert (own.calls, own.used, own.free, own.next_in) == (1, 1, 0, 10.05)
    whole, own = made.connector.throttle(made.connection, "get_parcel")
    assert (whole.asked_in, own.asked_in) == (0, 10.05)
    assert len(made.connector.throttle(made.connection)) == 1


def test_a_wait_is_told_to_the_host(bench: MakeBench) -> None:
    events: list[Event] = []
    made = bench([OK, OK], connector=manifest(throttle={"calls": 1, "renewalPeriod": 10}))
    for _ in range(2):
        made.run("get_parcel", {"parcel_id": "a"}, on_event=events.append)
    (wait,) = [event for event in events if isinstance(event, WaitStarted)]
    assert (wait.reason, round(wait.seconds, 2), wait.message) == ("throttle", 10.05, "Waiting for the call limit.")


def test_the_times_of_a_result_are_in_thousandths_of_a_second(bench: MakeBench) -> None:
    made = bench([response(500)] * 3 + [OK], connector=manifest(throttle={"calls": 2, "renewalPeriod": 10}))
    meta = made.run("get_parcel", {"parcel_id": "a"}).meta
    assert (meta.waited, meta.elapsed) == (round(meta.waited, 3), round(sum(made.clock.slept), 3))
    assert meta.waited == pytest.approx(meta.elapsed, abs=0.001)


def test_the_timeout_of_a_run_is_the_callers(bench: MakeBench) -> None:
    made = bench([response(503, retry_after="20"), OK])
    with pytest.raises(UnavailableError):
        made.run("get_parcel", {"parcel_id": "a"}, timeout=15)
    assert made.clock.slept == []


def test_a_warning_repeats_no_secret_and_nothing_that_cannot_be_shown(bench: MakeBench) -> None:
    outputs = {"names": field(["object", "null"], additionalProperties={"type": "string"})}
    wrong = response(200, {"names": {API_KEY: 7, "\x1b[31m": 7}})
    made = bench([wrong], actions=[action("get_names", {}, outputs, method="GET")])
    meta = made.run("get_names", {}).meta
    assert meta.warnings == (
        f"names, {MASK} must be text, not a whole number.",
        "names, [31m must be text, not a whole number.",
    )
    assert meta.model_dump_json()
    with pytest.raises(OutputError) as caught:
        bench([wrong], actions=[action("get_names", {}, outputs, method="GET")], strict_outputs=True).run(
            "get_names", {}
        )
    assert API_KEY not in str(caught.value) + repr(caught.value.to_dict())


def test_outputs_that_do_not_fit_are_a_warning_live_and_an_error_in_tests(bench: MakeBench) -> None:
    wrong = response(200, {"id": 7})
    result = bench([wrong]).run("post_once", {"recipient": "Ada"})
    assert result.fields == {"id": 7}
    assert result.meta.warnings == ("id must be text, not a whole number.",)
    with pytest.raises(OutputError) as caught:
        bench([wrong], strict_outputs=True).run("post_once", {"recipient": "Ada"})
    assert caught.value.problems[0].field == "id"
    assert caught.value.exit_status is ExitStatus.OUTPUT


def test_a_web_page_instead_of_an_answer_is_an_error(bench: MakeBench) -> None:
    with pytest.raises(OutputError, match="a web page"):
        bench([response(200, text="<html>")]).run("post_once", {"recipient": "Ada"})


def test_a_preview_shows_the_request_with_secrets_masked_and_sends_nothing(bench: MakeBench) -> None:
    made = bench(connector=manifest(throttle={"calls": 1, "renewalPeriod": 60}))
    inputs = {"body/recipient": "Ada", "pin": "hunter2"}
    for connection in (None, made.connection):
        preview = made.connector.preview("send_parcel", inputs, connection)
        assert preview.model_dump() == {
            "method": "POST",
            "url": f"{BASE}/parcels",
            "headers": {
                "Accept": "application/json",
                "Idempotency-Key": "made-key",
                "Content-Type": "application/json",
                "Authorization": f"Bearer {MASK}",
            },
            "body": {"recipient": "Ada", "pin": MASK},
        }
    assert made.requests == []
    assert made.connector.throttle(made.connection)[0].used == 0


def test_a_preview_refuses_what_a_run_would(bench: MakeBench) -> None:
    with pytest.raises(InputError):
        bench().connector.preview("send_parcel", {"pin": "far too long"})


def test_a_preview_goes_to_the_connections_address(bench: MakeBench) -> None:
    connection = Connection(base_url="https://eu.parcels.example/v2/")
    preview = bench().connector.preview("get_parcel", {"parcel_id": "a/b"}, connection)
    assert preview.url == "https://eu.parcels.example/v2/parcels/a%2Fb"


def test_choices_of_a_field_come_from_the_action_that_lists_them(bench: MakeBench) -> None:
    reply = {"parcels": [{"id": "p1", "note": "Books"}, {"id": "p2"}, {"note": "No id"}]}
    made = bench([response(200, reply)])
    choices = made.connector.choices("get_parcel", "parcel_id", made.connection)
    assert [(choice.value, choice.label) for choice in choices] == [("p1", "Books"), ("p2", "p2")]


@pytest.mark.parametrize(("key", "name"), [("get_parcel", "nothing"), ("send_parcel", "recipient")])
def test_a_field_without_choices_says_so(bench: MakeBench, key: str, name: str) -> None:
    made = bench()
    with pytest.raises(InputError, match="no choices"):
        made.connector.choices(key, name, made.connection)


def test_a_connection_is_tested_by_the_action_that_the_connector_names(bench: MakeBench) -> None:
    made = bench([response(200, {"parcels": []}), response(401)])
    assert made.connector.test(made.connection).meta.action == "list_parcels"
    with pytest.raises(AuthorizationError, match="The key was not accepted"):
        made.connector.test(made.connection)


def test_a_run_prints_nothing_and_logs_nothing_above_debug(
    tmp_path: Path, station: Station, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    station.replies = [lambda talk: talk.say(503), lambda talk: talk.hang_up(), lambda talk: talk.say(404, b"{}")]
    connection = Connection(api_key=API_KEY, base_url=station.url)
    with Connector.load(write_folder(tmp_path / "parcels"), clock=FakeClock()) as connector:
        with pytest.raises(RefusedError):
            connector.run("get_parcel", {"parcel_id": "a"}, connection)
        assert connector.run("send_parcel", {"recipient": "Ada"}, connection).fields == {"id": None}
    assert len(station.seen) == 4
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []
    assert API_KEY not in caplog.text


def test_many_threads_and_connections_never_mix_anything_up(bench: MakeBench) -> None:
    made = bench(transport=Echo(), connector=manifest(throttle={"calls": 1000, "renewalPeriod": 60}))
    barrier = threading.Barrier(20)
    wrong: list[Any] = []
    results: list[Result] = []

    def work(number: int) -> None:
        mine = Connection(api_key=f"key-of-{number}")
        barrier.wait()
        for turn in range(50):
            result = made.connector.run("get_parcel", {"parcel_id": f"p{number}-{turn}"}, mine)
            if result.fields != {"id": f"p{number}-{turn}", "note": f"Bearer key-of-{number}"}:
                wrong.append(result.fields)
            results.append(result)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(results) == 1000
    assert made.clock.slept == []


def test_two_connectors_on_one_store_share_a_connections_limit(bench: MakeBench) -> None:
    clock = FakeClock()
    store = MemoryStore(clock)
    limit = manifest(throttle={"calls": 1, "renewalPeriod": 60})
    one, two = (bench([OK], clock=clock, store=store, connector=limit) for _ in range(2))
    one.run("get_parcel", {"parcel_id": "a"}, max_wait=0)
    with pytest.raises(ThrottledError):
        two.run("get_parcel", {"parcel_id": "a"}, max_wait=0)


def test_a_connector_is_closed_with_its_block(bench: MakeBench) -> None:
    echo = Echo()
    with bench(transport=echo).connector as connector:
        assert not echo.closed
    assert echo.closed
    connector.close()


@pytest.mark.parametrize("own", [True, False])
def test_a_store_is_closed_by_whoever_made_it(bench: MakeBench, monkeypatch: pytest.MonkeyPatch, own: bool) -> None:
    class Noted(MemoryStore):
        def close(self) -> None:
            closed.append(self)

    closed: list[MemoryStore] = []
    monkeypatch.setattr("connector.connector.default_store", Noted)
    store = None if own else Noted(SystemClock())
    unused, used = (Connector(bench().bundle, transport=ScriptedTransport([OK]), store=store) for _ in range(2))
    used.run("get_parcel", {"parcel_id": "a"}, Connection(api_key=API_KEY))
    used.close()
    unused.close()
    assert len(closed) == own


def test_a_connector_made_without_settings_names_itself_and_makes_keys_that_nobody_else_makes(
    bench: MakeBench, station: Station
) -> None:
    connection = Connection(api_key=API_KEY, base_url=station.url, ephemeral=True)
    with Connector(bench().bundle, max_in_flight=250) as connector:
        keys = [connector.run("send_parcel", {"recipient": "Ada"}, connection).meta.idempotency_key for _ in range(2)]
        adapter: Any = connector._transport._session.get_adapter(station.url)  # type: ignore[attr-defined]
        assert adapter.poolmanager.connection_from_url(station.url).pool.maxsize == 250
    assert {seen.headers["user-agent"] for seen in station.seen} == {"parcels-connector/1.2.3"}
    assert [seen.headers["idempotency-key"] for seen in station.seen] == keys
    assert [uuid.UUID(key).version for key in keys] == [4, 4]
    assert keys[0] != keys[1]


def test_a_folder_that_is_not_there_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        Connector.load(tmp_path / "nowhere")


def test_the_deadline_bounds_the_reading_of_a_response_too(bench: MakeBench) -> None:
    class Ticking(FakeClock):
        """A clock on which every look takes a while, as reading rows does."""

        def monotonic(self) -> float:
            self.advance(0.1)
            return super().monotonic()

    rows: list[dict[str, str]] = [{} for _ in range(50_000)]
    made = bench([response(200, {"parcels": rows})], clock=Ticking())
    with pytest.raises(UnavailableError, match="too large to be read in the time"):
        made.run("list_parcels", {}, timeout=3)


def test_the_call_limit_of_a_sandbox_is_kept_in_memory_and_leaves_no_file(tmp_path: Path) -> None:
    with Connector.load("courier") as courier, courier.sandbox() as connection:
        courier.run("list_brands", {}, connection)
        assert courier.throttle(connection)[0].used == 1
    assert [path.name for path in (tmp_path / "state").rglob("*") if path.is_file()] == []
