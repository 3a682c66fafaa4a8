"""The nodes of the exported Node-RED package: what they read, what they send, and what the catch node gets."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector import Connection, Connector, InputError
from connector.definition.service import ConnectorDefinition
from connector.export.node_red.code_effects import code_effect
from connector.testing import ScriptedTransport
from tests.connector.export.node_red_package import Json, NodeRedPackage
from tests.connector.export.whole import bundle
from tests.connector.parcels import LIST, manifest, write_folder
from tests.faults.proxy import Proxy
from tests.faults.server import FaultServer, Talk
from tests.javascript.node import find_node
from tests.lag import Lag
from tests.secrets.canary import CANARY

NODE, WHY_NOT = find_node()
pytestmark = pytest.mark.skipif(NODE is None, reason=WHY_NOT)
MARGIN = 0.05
PERIOD = 0.6


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeRedPackage]:
    assert NODE is not None
    with NodeRedPackage(NODE, bundle(), tmp_path_factory.mktemp("node-red")) as made:
        yield made


@pytest.fixture
def service() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.listen()
        yield server


def account(service: FaultServer, **more: object) -> Json:
    return {"baseUrl": f"http://127.0.0.1:{service.port}", "credentials": {"api_key": CANARY}, **more}


def typed(**values: str) -> Json:
    return {name: {"t": "str", "v": value} for name, value in values.items()}


def send_message(package: NodeRedPackage, service: FaultServer, *messages: Json, **config: object) -> Json:
    whole = {"action": "send_message", "fields": typed(user_id="ada", title="Hi", body="There"), **config}
    return package.ask(
        "node", group="messages", account=account(service), config=whole, messages=list(messages) or [{}]
    )


def test_the_result_and_what_happened_are_in_the_message(package: NodeRedPackage, service: FaultServer) -> None:
    outcome = send_message(package, service, {"topic": "t", "payload": 1})
    [end] = outcome["ends"]
    assert end["sent"]["topic"] == "t"
    assert end["sent"]["payload"] == {"requestId": "request-1"}
    call = end["sent"]["call"]
    assert (call["status"], call["pages"], len(call["attempts"]), call["warnings"]) == (200, 1, 1, [])
    assert service.heard[0].headers["idempotency-key"] == call["idempotency_key"]
    assert [status["text"] for status in outcome["statuses"]] == ["Send a message", "200"]


def test_nothing_of_the_message_is_an_input_unless_asked(package: NodeRedPackage, service: FaultServer) -> None:
    message = {"payload": {"user_id": "bob", "template": "t", "recipients": [{"user_id": "c"}]}}
    [end] = send_message(package, service, message)["ends"]
    assert end.get("error") is None
    assert json.loads(service.heard[0].body)["message"]["to"] == {"user_id": "ada"}


def test_of_the_message_only_the_inputs_of_the_action_are_read(package: NodeRedPackage, service: FaultServer) -> None:
    brought = {
        "user_id": "bob",
        "title": "Ho",
        "statusCode": 200,
        "headers": {},
        "_msgid": "1",
        "body/message/data": {"a": 1},
    }
    [end] = send_message(
        package, service, {"req": {"body": brought}}, source="req.body", fields=typed(user_id="ada", body="There")
    )["ends"]
    assert end.get("error") is None
    sent = json.loads(service.heard[0].body)["message"]
    assert sent["to"] == {"user_id": "ada"}
    assert sent["content"] == {"title": "Ho", "body": "There"}


def test_a_field_of_the_node_wins_over_another_name_of_the_same_input(
    package: NodeRedPackage, service: FaultServer
) -> None:
    brought = {"body/profile/email": "b@example.com", "recipient_id": "bob"}
    config = {
        "action": "create_profile",
        "source": "payload",
        "fields": typed(recipient_id="ada", profile_email="a@example.com"),
    }
    outcome = package.ask(
        "node", group="profiles", account=account(service), config=config, messages=[{"payload": brought}]
    )
    assert outcome["ends"][0].get("error") is None
    assert service.heard[0].line == "POST /profiles/ada HTTP/1.1"
    assert json.loads(service.heard[0].body)["profile"]["email"] == "a@example.com"


@pytest.mark.parametrize("payload", [1, "text", None, [1], {"nested": {"user_id": "x"}}])
def test_a_source_that_has_no_named_values_brings_nothing(
    package: NodeRedPackage, service: FaultServer, payload: object
) -> None:
    [end] = send_message(package, service, {"payload": payload}, source="payload")["ends"]
    assert end.get("error") is None


def test_a_person_and_recipients_are_refused_with_the_sentence_of_the_command_line(
    package: NodeRedPackage, service: FaultServer
) -> None:
    inputs = {"user_id": "ada", "title": "Hi", "body": "There", "recipients": [{"user_id": "bob"}]}
    with (
        Connector(bundle(), transport=ScriptedTransport([])) as connector,
        pytest.raises(InputError) as caught,
    ):
        connector.run("send_message", inputs, Connection(api_key="k"))
    [end] = send_message(package, service, {"payload": inputs}, source="payload")["ends"]
    assert end["error"]["message"] == str(caught.value)
    assert end["error"]["code"] == "input"
    assert end["error"]["cause"] == caught.value.to_dict()
    assert service.heard == []


def test_an_error_of_the_service_says_all_that_is_known_and_no_secret(
    package: NodeRedPackage, service: FaultServer
) -> None:
    service.does = lambda talk: talk.reply(
        json.dumps({"type": "invalid_request_error", "message": f"{talk.echo} is bad"}).encode(),
        status="400 Bad Request",
    )
    [end] = send_message(package, service)["ends"]
    error = end["error"]
    assert error["cause"]["status"] == 400
    assert error["cause"]["idempotency_key"] == service.heard[0].headers["idempotency-key"]
    assert error["message"] == error["cause"]["message"]
    assert error.get("stack") is None
    assert CANARY not in json.dumps(error)


def test_a_field_that_cannot_be_read_is_an_error_of_the_inputs(package: NodeRedPackage, service: FaultServer) -> None:
    fields = {**typed(user_id="ada", title="x", body="y"), "data": {"t": "json", "v": "{no"}}
    [end] = send_message(package, service, fields=fields)["ends"]
    assert end["error"]["code"] == "input"
    assert end["error"]["cause"]["field"] == "data"


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"action": ""}, "unknown_action"),
        ({"action": "get_list"}, "unknown_action"),
        ({"connection": "another"}, "missing_connection"),
        ({"maxWait": {"t": "str", "v": "soon"}}, "input"),
        ({"maxWait": {"t": "num", "v": "-1"}}, "input"),
    ],
)
def test_a_node_that_is_set_up_wrong_says_so(
    package: NodeRedPackage, service: FaultServer, config: Json, code: str
) -> None:
    [end] = send_message(package, service, **config)["ends"]
    assert end["error"]["code"] == code
    assert service.heard == []


def test_a_connection_without_its_secret_is_an_error(package: NodeRedPackage) -> None:
    outcome = package.ask(
        "node",
        group="lists",
        account={"baseUrl": "", "credentials": {}},
        config={"action": "get_list", "fields": typed(list_id="a")},
        messages=[{}],
    )
    assert outcome["ends"][0]["error"]["cause"]["field"] == "api_key"


def test_choices_are_listed_with_the_deployed_connection(package: NodeRedPackage, service: FaultServer) -> None:
    rows = {"items": [{"id": "a", "name": "A"}, {"id": "b"}], "paging": {"more": False}}
    service.does = lambda talk: talk.reply(json.dumps(rows).encode())
    found = package.ask("choices", account=account(service), action="send_message", field="list_id")
    assert found == {"status": 200, "body": [{"value": "a", "label": "A"}, {"value": "b", "label": "b"}]}
    assert package.ask("choices", action="send_message", field="list_id")["body"] == {
        "message": "Deploy the connection first."
    }
    assert package.ask("choices", account=account(service), action="send_message", field="title")["status"] == 400


def test_choices_may_depend_on_what_is_typed_elsewhere(package: NodeRedPackage, service: FaultServer) -> None:
    topics = {"items": [{"topic_id": "t", "topic_name": "T"}], "paging": {"more": False}}
    service.does = lambda talk: talk.reply(json.dumps(topics).encode())
    asked = {"account": account(service), "action": "get_user_preference", "field": "topic_id"}
    found = package.ask("choices", **asked, query={"inputs": json.dumps({"user_id": "ada"})})
    assert found == {"status": 200, "body": [{"value": "t", "label": "T"}]}
    assert package.ask("choices", **asked)["status"] == 400


def stopped(package: NodeRedPackage, service: FaultServer, group: str, config: Json) -> Json:
    """What comes of a message to a node that is stopped when the service has heard of it."""

    def does(talk: Talk) -> None:
        package.interrupt("stop")
        talk.stall()

    service.does = does
    return package.ask("node", group=group, account=account(service), config=config, messages=[{}])


def test_a_node_that_is_stopped_gives_its_calls_up(package: NodeRedPackage, service: FaultServer) -> None:
    whole = {"action": "update_profile", "fields": {**typed(recipient_id="ada"), "operations": operations()}}
    error = stopped(package, service, "profiles", whole)["ends"][0]["error"]
    assert error["code"] == "outcome_unknown"
    assert error["message"].startswith("The run was cancelled before the response came.")


def test_what_a_stopped_node_may_have_done_is_in_the_log(package: NodeRedPackage, service: FaultServer) -> None:
    """When all of a flow is stopped, its catch nodes are too, and nobody sees the errors of its calls."""
    config = {"action": "send_message", "fields": typed(user_id="ada", template="t")}
    outcome = stopped(package, service, "messages", config)
    assert outcome["statuses"][-1] == {}
    (warning,) = outcome["warnings"]
    assert warning.startswith("The run was cancelled before the response came. To run it again")
    assert warning.endswith(f"use the idempotency key {outcome['ends'][0]['error']['cause']['idempotency_key']}.")


def operations() -> Json:
    return {"t": "json", "v": '[{"op": "add", "path": "/a", "value": "b"}]'}


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeRedPackage]:
    """A package with a limit of 20 calls in a short period, in which a run by itself may take less than that."""
    assert NODE is not None
    manifest = bundle().manifest
    throttle = manifest.throttle.model_copy(update={"calls": 20, "renewal_period": PERIOD})
    timeouts = manifest.timeouts.model_copy(update={"total": PERIOD / 2, "wait": PERIOD / 2})
    short: ConnectorDefinition = manifest.model_copy(update={"throttle": throttle, "timeouts": timeouts})
    changed = dataclasses.replace(bundle(), manifest=short)
    with NodeRedPackage(NODE, changed, tmp_path_factory.mktemp("hurried")) as made:
        yield made


def test_many_messages_at_once_all_succeed_within_the_limit(hurried: NodeRedPackage, service: FaultServer) -> None:
    times: list[float] = []
    lock = threading.Lock()

    def reply(talk: Talk) -> None:
        with lock:
            times.append(time.monotonic())
        talk.reply()

    service.does = reply
    with Lag() as lag:
        outcome = send_message(hurried, service, *({"number": number} for number in range(70)))
    assert [end["sent"]["number"] for end in outcome["ends"]] == list(range(70))
    assert len({end["sent"]["call"]["idempotency_key"] for end in outcome["ends"]}) == 70
    assert any("waiting for the call limit" in status["text"] for status in outcome["statuses"])
    times.sort()
    # The server counts a little later than the calls leave; on a busy machine, both of its threads may be late.
    shortest = min(later - earlier for earlier, later in zip(times, times[20:], strict=False))
    assert shortest > PERIOD - MARGIN - 2 * lag.worst


def test_a_wait_beyond_the_longest_is_an_error_that_says_how_long(
    hurried: NodeRedPackage, service: FaultServer
) -> None:
    messages: list[Json] = [{} for _ in range(21)]
    outcome = send_message(hurried, service, *messages, maxWait={"t": "num", "v": "0.01"})
    errors = [end["error"] for end in outcome["ends"] if end.get("error")]
    assert errors
    assert {error["code"] for error in errors} == {"throttled"}
    assert all(error["cause"]["retryable"] and error["cause"]["wait"] > 0 for error in errors)


@pytest.mark.parametrize("key", sorted(bundle().actions))
def test_what_the_readme_says_of_a_handler_is_what_it_does(key: str) -> None:
    effect = code_effect(Connector(bundle()).find(key))
    assert effect is None or effect.checks or effect.bodies or effect.outputs


def test_rows_of_all_pages_are_no_effect_of_a_handler(tmp_path: Path) -> None:
    pages = [{"parcels": [{"id": "p1"}], "paging": {"cursor": "c", "more": True}}, {"parcels": None}]
    example = {
        "title": "Read all",
        "inputs": {},
        "allPages": True,
        "interactions": [{"request": {}, "response": {"body": body}} for body in pages],
        "outputs": {"parcels": [{"id": "p1", "note": None}], "more": None},
    }
    handlers = "from connector.call import page\nasync def list_parcels(call):\n    return await page(call)\n"
    folder = write_folder(tmp_path, [{**LIST, "examples": [example]}], handlers, manifest())
    assert code_effect(Connector.load(folder).find("list_parcels")) is None


def test_a_message_goes_through_the_proxy_of_the_environment(tmp_path: Path, service: FaultServer) -> None:
    assert NODE is not None
    with Proxy(service.port) as proxy:
        address = f"http://user:word@127.0.0.1:{proxy.port}"
        environment = {"http_proxy": address, "no_proxy": "other.example, .inner.example"}
        with NodeRedPackage(NODE, bundle(), tmp_path, environment) as package:
            for host in ("service.example", "x.inner.example:1"):
                where = {"base_url": f"http://{host}", "allow_insecure": True}
                values = {"api_key": CANARY}
                package.run("get_list", {"list_id": "a"}, values=values, options={"timeout": 5}, **where)
    assert proxy.heard == ["GET http://service.example/lists/a HTTP/1.1"]
    assert service.heard[0].headers["host"] == "service.example"
    assert service.heard[0].headers["proxy-authorization"] == "Basic dXNlcjp3b3Jk"
