"""The JavaScript in the Node-RED package does what the connector's own runtime does, example by example."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connector import Connection, Connector
from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.definition.action import Example
from connector.errors import ConnectorError, InputError
from connector.export import write_files
from connector.export.node_red.code_effects import code_effect, response_of
from connector.testing import EXAMPLE_KEY, FakeClock, ScriptedTransport
from tests.connector.export.whole import Json, bundle, exported

HARNESS = Path(__file__).with_name("node_red_harness.js")
OLDEST_NODE = 20
ACTIONS = {action.key: action for action in Catalogue(bundle())}
STANDARD = [key for key, action in ACTIONS.items() if code_effect(action) is None]
OTHER = [key for key in ACTIONS if key not in STANDARD]


@cache
def why_not() -> str:
    """Why the package cannot run on this machine; empty where it can."""
    node = shutil.which("node")
    if node is None:
        return "this machine has no Node.js"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    return "" if int(version.strip("v").split(".")[0]) >= OLDEST_NODE else f"Node.js here is only {version.strip()}"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if why_not():
        pytest.skip(why_not())
    folder = tmp_path_factory.mktemp("node-red")
    write_files(exported("node-red"), folder, "node-red")
    return folder


def run(package: Path, *cases: Json) -> list[Json]:
    """The results of the cases in the package's own runtime."""
    told = subprocess.run(
        ["node", str(HARNESS), str(package)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(told.stdout)  # type: ignore[no-any-return]


def case(action: str, inputs: Json, *answers: Json, **more: Any) -> Json:
    return {"action": action, "inputs": inputs, "answers": list(answers), **more}


def said(status: int, content: Any = None, **headers: str) -> Json:
    return {"status": status, "content": "" if content is None else json.dumps(content), "headers": headers}


def of_example(action: Action, example: Example) -> Json:
    answers = [
        {"status": one.response.status, "content": response_of(one.response).text, "headers": one.response.headers}
        for one in example.interactions
    ]
    return case(action.key, example.inputs, *answers, allPages=example.all_pages)


def here(action: Action, example: Example) -> tuple[Json, list[Json]]:
    """What the connector's own runtime makes of an example: outcome, and requests."""
    transport = ScriptedTransport([response_of(one.response) for one in example.interactions])
    clock = FakeClock()
    connector = Connector(bundle(), transport=transport, clock=clock, new_key=lambda: EXAMPLE_KEY)
    account = Connection(api_key="example-secret")
    outcome: Json
    try:
        outcome = {"fields": connector.run(action, example.inputs, account, all_pages=example.all_pages).fields}
    except InputError as error:
        outcome = {"code": error.error_code, "problems": [(problem.field, problem.rule) for problem in error.problems]}
    except ConnectorError as error:
        told = error.to_dict()
        outcome = {word: told.get(word) for word in ("code", "message", "hint", "field", "status", "retryable")}
    requests = [
        {"method": sent.method, "url": sent.url, "headers": dict(sent.headers), "body": sent.body}
        for sent in transport.requests
    ]
    return outcome, requests


def there(result: Json) -> tuple[Json, list[Json]]:
    """The same of a result of the package."""
    outcome: Json
    if "error" not in result:
        outcome = {"fields": result["fields"]}
    elif result["error"]["code"] == "input":
        problems = [(problem["field"], problem["rule"]) for problem in result["error"]["problems"]]
        outcome = {"code": "input", "problems": problems}
    else:
        words = ("code", "message", "hint", "field", "status", "retryable")
        outcome = {word: result["error"].get(word) for word in words}
    requests = [
        {
            "method": sent["method"],
            "url": sent["url"],
            "headers": {
                name: value for name, value in sent["headers"].items() if name not in {"User-Agent", "Authorization"}
            },
            "body": sent["body"],
        }
        for sent in result["requests"]
    ]
    return outcome, requests


@pytest.fixture(scope="module")
def examples(package: Path) -> dict[tuple[str, str], Json]:
    """The result of every example of every action."""
    pairs = [(action, example) for action in ACTIONS.values() for example in action.definition.examples]
    results = run(package, *(of_example(action, example) for action, example in pairs))
    return {(action.key, example.title): result for (action, example), result in zip(pairs, results, strict=True)}


@pytest.mark.parametrize("key", STANDARD)
def test_an_action_that_is_all_data_runs_exactly_as_here(examples: dict[tuple[str, str], Json], key: str) -> None:
    for example in ACTIONS[key].definition.examples:
        assert there(examples[key, example.title]) == here(ACTIONS[key], example), example.title


@pytest.mark.parametrize("key", OTHER)
def test_an_action_with_code_differs_in_what_the_readme_says_and_nothing_else(
    examples: dict[tuple[str, str], Json], key: str
) -> None:
    extra = code_effect(ACTIONS[key])
    assert extra is not None
    for example in ACTIONS[key].definition.examples:
        (outcome, requests), (found, sent) = here(ACTIONS[key], example), there(examples[key, example.title])
        if outcome.get("code") == "input" and found != outcome:
            assert extra.checks, example.title
            continue
        if example.title in extra.bodies:
            requests, sent = ([{**request, "body": None} for request in all_] for all_ in (requests, sent))
        assert sent == requests, example.title
        if "fields" in outcome:
            outcome, found = (
                {name: value for name, value in one["fields"].items() if name not in extra.outputs}
                for one in (outcome, found)
            )
        assert found == outcome, example.title


def test_the_secret_is_sent_once_signed_and_never_told(package: Path) -> None:
    echo = said(400, {"message": "The key example-secret is not good", "type": "invalid_request_error"})
    [plain, pasted] = run(
        package,
        case("get_list", {"list_id": "a"}, echo),
        case("get_list", {"list_id": "a"}, echo, values={"api_key": " bearer example-secret "}),
    )
    for result in (plain, pasted):
        assert result["requests"][0]["headers"]["Authorization"] == "Bearer example-secret"
        assert "example-secret" not in json.dumps(result["error"])


def test_never_more_calls_than_the_limit_in_any_period_and_all_of_them_when_wanted(package: Path) -> None:
    throttle = bundle().manifest.throttle
    answers = [said(200, {"id": "a"})] * 250
    [result] = run(package, case("get_list", {"list_id": "a"}, *answers, times=250))
    times = [request["at"] for request in result["requests"]]
    assert len(times) == 250
    assert times[throttle.calls - 1] == times[0]
    for earlier, later in zip(times, times[throttle.calls :], strict=False):
        assert throttle.renewal_period < later - earlier <= throttle.renewal_period * 1.01


def test_an_actions_own_limit_is_kept_beside_the_connections(package: Path) -> None:
    limit = ACTIONS["replace_list_subscriptions"].definition.throttle
    assert limit is not None
    inputs = {"list_id": "a", "recipients": [{"recipientId": "ada"}]}
    [result] = run(package, case("replace_list_subscriptions", inputs, *[said(204)] * 41, times=41))
    times = [request["at"] for request in result["requests"]]
    assert [time - times[0] > limit.renewal_period for time in (times[limit.calls - 1], times[limit.calls])] == [
        False,
        True,
    ]


def test_a_pause_that_the_service_asks_for_holds_everybody(package: Path) -> None:
    answers = [said(429, {"message": "slow"}, **{"retry-after": "30"}), said(200, {"id": "a"}), said(200, {"id": "a"})]
    [result] = run(package, case("get_list", {"list_id": "a"}, *answers, times=2))
    first, second, third = (request["at"] for request in result["requests"])
    assert second - first >= 30
    assert third >= second


def test_a_wait_beyond_patience_is_an_error_that_says_how_long(package: Path) -> None:
    answers = [said(429, {"message": "slow"}, **{"retry-after": "3000"})]
    [result] = run(package, case("get_list", {"list_id": "a"}, *answers))
    assert (result["error"]["code"], result["error"]["status"], result["error"]["retryable"]) == (
        "throttled",
        429,
        True,
    )
    assert result["error"]["wait"] == 3000
    assert len(result["requests"]) == 1


SEND = {"user_id": "ada", "title": "Hi", "body": "There"}


def test_one_key_is_kept_for_all_attempts_and_told(package: Path) -> None:
    fails = [said(503), {"fault": "ECONNRESET"}, said(500)]
    [sent, refused] = run(
        package,
        case("send_message", SEND, *fails, said(202, {"requestId": "1"})),
        case("send_message", {**SEND, "idempotency": "mine"}, *fails, said(503)),
    )
    assert [request["headers"]["Idempotency-Key"] for request in sent["requests"]] == [EXAMPLE_KEY] * 4
    assert (sent["call"]["attempts"], sent["call"]["idempotencyKey"]) == (4, EXAMPLE_KEY)
    assert (refused["error"]["code"], refused["error"]["idempotencyKey"]) == ("unavailable", "mine")


def test_what_could_happen_twice_is_not_sent_again(package: Path) -> None:
    patch = {"recipient_id": "ada", "operations": [{"op": "add", "path": "/a", "value": "b"}]}
    [broken, failed, never_left] = run(
        package,
        case("update_profile", patch, {"fault": "ECONNRESET"}),
        case("update_profile", patch, said(503)),
        case("update_profile", patch, {"fault": "ECONNREFUSED"}, said(200, {"status": "SUCCESS"})),
    )
    assert broken["error"]["code"] == "outcome_unknown"
    assert failed["error"]["code"] == "unavailable"
    assert [len(result["requests"]) for result in (broken, failed, never_left)] == [1, 1, 2]
    assert never_left["fields"] == {"status": "SUCCESS"}


def rows(*names: str, cursor: str | None) -> Json:
    items = [{"id": name} for name in names]
    return said(200, {"items": items, "paging": {"cursor": cursor, "more": cursor is not None}})


def test_pages_are_collected_up_to_a_bound_and_what_is_left_out_is_told(package: Path) -> None:
    pages = [rows("a", "b", cursor="2"), rows("c", "d", cursor="3"), rows("e", cursor=None)]
    [one, every, some] = run(
        package,
        case("get_all_recipient_lists", {}, *pages),
        case("get_all_recipient_lists", {}, *pages, allPages=True),
        case("get_all_recipient_lists", {}, *pages, allPages=True, maxItems=3),
    )
    name = ACTIONS["get_all_recipient_lists"].definition.pagination.rows  # type: ignore[union-attr]
    found = [[row["id"] for row in result["fields"][name]] for result in (one, every, some)]
    assert found == [["a", "b"], ["a", "b", "c", "d", "e"], ["a", "b", "c"]]
    assert [len(result["call"]["warnings"]) for result in (one, every, some)] == [0, 0, 1]
    assert every["call"]["pages"] == 3


def test_a_walk_that_would_never_end_is_an_error(package: Path) -> None:
    [result] = run(
        package,
        case("get_all_recipient_lists", {}, rows("a", cursor="2"), rows("b", cursor="2"), allPages=True),
    )
    assert result["error"]["code"] == "cursor_repeats"


@pytest.mark.parametrize("name", [".", ".."])
def test_an_id_that_would_be_another_address_is_not_sent(package: Path, name: str) -> None:
    [result] = run(package, case("get_list", {"list_id": name}))
    assert (result["error"]["code"], result["error"]["field"], result["requests"]) == ("input", "list_id", [])


def test_an_id_stays_one_segment_of_the_address(package: Path) -> None:
    [result] = run(package, case("get_list", {"list_id": "a/b?c#d ä'"}, said(200, {})))
    assert result["requests"][0]["url"].endswith("/lists/a%2Fb%3Fc%23d%20%C3%A4%27")


def test_a_key_that_javascript_knows_is_a_key_like_any_other(package: Path) -> None:
    given = {**SEND, "webhook_headers": [{"name": "__proto__", "value": "x"}], "webhook_url": "https://example.com"}
    [result] = run(package, case("send_message", given, said(202, {"requestId": "1"})))
    assert result["requests"][0]["body"]["message"]["to"]["webhook"]["headers"] == {"__proto__": "x"}


def test_every_problem_is_told_at_once_and_a_slip_of_the_pen_is_recognised(package: Path) -> None:
    wrong = {"titel": "Hi", "data": "text", "recipients": [{"user_id": 1}], "webhook_method": "GET"}
    [result] = run(package, case("send_message", wrong))
    problems = {problem["field"]: problem["rule"] for problem in result["error"]["problems"]}
    assert problems == {
        "titel": "unknown",
        "data": "type",
        "recipients[0].user_id": "type",
        "webhook_method": "enum",
    }
    assert "Did you mean “title”?" in result["error"]["message"]
    assert result["requests"] == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com", "base_url"),
        ("ftp://example.com", "base_url"),
        ("https://user:word@example.com", "base_url"),
        ("https://example.com/?a=b", "base_url"),
        ("nonsense", "base_url"),
    ],
)
def test_a_secret_is_not_sent_to_an_address_where_it_could_be_read(package: Path, url: str, code: str) -> None:
    [result] = run(package, case("get_list", {"list_id": "a"}, baseUrl=url))
    assert result["error"]["code"] == code


def test_a_connection_without_its_secret_is_an_error(package: Path) -> None:
    [result] = run(package, case("get_list", {"list_id": "a"}, values={"api_key": "Bearer "}))
    assert (result["error"]["code"], result["error"]["field"]) == ("missing_secret", "api_key")
