from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector.call import InputView, check, send
from connector.call.handler import checks_of, without_checks
from connector.errors import DefinitionError, InputError, Problem, RefusedError
from connector.testing import response
from tests.connector.parcels import ACTIONS, Bench, Json, MakeBench, action, body, field, manifest

CHECKED = action(
    "move_parcel",
    {"name": body(title="Name", maxLength=3), "street": body(title="Street"), "box": body("integer", "Box")},
    {"id": field(["string", "null"])},
    required=["name"],
)
HANDLERS = """
from connector.errors import Problem
from connector.call import check, send


def one_address(given):
    if len(given.present("street", "box")) == 2:
        yield Problem("street", "either", f"{given.label('street')} and {given.label('box')} exclude each other.")
    if not given.has("street", "box"):
        yield Problem("street", "either", "Say where to.")


def lucky(given):
    if given.get("box", 0) == 13:
        yield Problem("box", "lucky", "No.")


@check(one_address, lucky)
async def move_parcel(call):
    call.body["moved"] = True
    outputs = await call.send()
    return outputs | {"id": outputs["id"] or "made up"}
"""


def shown(error: InputError) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in error.problems]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"name": "Adalbert"}, [("name", "maxLength"), ("street", "either")]),
        ({"street": "x", "box": 1}, [("name", "required"), ("street", "either")]),
        # A wrong box counts as given, and its wrong value meets no check that would stumble over it.
        ({"name": "Ada", "box": "13"}, [("box", "type")]),
        ({"name": "Ada", "box": 13}, [("box", "lucky")]),
    ],
)
def test_a_handlers_checks_run_with_the_schemas_and_repeat_nothing(
    bench: MakeBench, inputs: Json, expected: list[tuple[str, str]]
) -> None:
    made = bench(actions=[CHECKED], handlers=HANDLERS)
    with pytest.raises(InputError) as caught:
        made.run("move_parcel", inputs)
    assert shown(caught.value) == expected
    assert made.requests == []


def test_a_handlers_check_speaks_in_the_forms_labels(bench: MakeBench) -> None:
    made = bench(actions=[CHECKED], handlers=HANDLERS)
    with pytest.raises(InputError, match="Street and Box exclude each other"):
        made.run("move_parcel", {"name": "Ada", "street": "x", "box": 1})


def test_a_handler_may_reshape_the_body_and_finish_the_outputs(bench: MakeBench) -> None:
    made = bench([response(200, {}), response(200, {"id": "p1"})], actions=[CHECKED], handlers=HANDLERS)
    assert made.run("move_parcel", {"name": "Ada", "street": "x"}).fields == {"id": "made up"}
    assert made.run("move_parcel", {"name": "Ada", "street": "x"}).fields == {"id": "p1"}
    assert made.requests[0].body == {"name": "Ada", "street": "x", "moved": True}
    preview = made.connector.preview("move_parcel", {"name": "Ada", "street": "x"})
    assert preview.body == {"name": "Ada", "street": "x", "moved": True}


def test_a_handler_may_send_several_calls_and_all_are_told(bench: MakeBench) -> None:
    handlers = """
async def move_parcel(call):
    await call.send()
    call.body = {"second": True}
    return await call.send()
"""
    made = bench([response(200, {}), response(202, {"id": "p"})], actions=[CHECKED], handlers=handlers)
    result = made.run("move_parcel", {"name": "Ada"})
    assert [request.body for request in made.requests] == [{"name": "Ada"}, {"second": True}]
    assert (result.meta.status, result.meta.pages, len(result.meta.attempts)) == (202, 2, 2)


def test_a_declared_outcome_is_no_error_and_every_other_refusal_is(bench: MakeBench) -> None:
    lenient = action("ask", {}, {"id": field(["string", "null"])}, outcomes=[404])
    made = bench([response(404, {"id": "none"}), response(410)], actions=[lenient])
    assert made.run("ask").fields == {"id": "none"}
    with pytest.raises(RefusedError, match="410"):
        made.run("ask")


@pytest.mark.parametrize(
    ("limits", "inputs", "message"),
    [
        ({"requestBytes": 2_000_000}, {"recipient": "Ada", "note": "ä" * 1_000_000}, "more than 2 MB"),
        ({"urlCharacters": 100}, {"recipient": "Ada", "trace": "a" * 100}, "too long for one request"),
    ],
)
def test_a_request_too_large_is_refused_before_a_token_is_taken(
    bench: MakeBench, limits: Json, inputs: Json, message: str
) -> None:
    big = action("big", {"recipient": body(), "note": body(), "trace": field(x_in="query")})
    throttle = {"calls": 1, "renewalPeriod": 60}
    made = bench([response(200, {})], actions=[big], connector=manifest(limits=limits, throttle=throttle))
    with pytest.raises(InputError, match="too large") as caught:
        made.run("big", inputs)
    assert message in caught.value.problems[0].message
    assert made.run("big", {"recipient": "Ada"}, max_wait=0).meta.waited == 0


@pytest.mark.parametrize("name", ["requestBytes", "urlCharacters"])
def test_a_request_may_be_as_large_as_the_limit_and_no_larger(bench: MakeBench, name: str) -> None:
    big = action("big", {"recipient": body(), "trace": field(x_in="query")})
    inputs = {"recipient": "Adä", "trace": "a" * 60}
    (request,) = _run(bench, big, inputs).requests
    size = {"requestBytes": len('{"recipient":"Adä"}'.encode()), "urlCharacters": len(request.url)}[name]
    assert len(_run(bench, big, inputs, {name: size}).requests) == 1
    with pytest.raises(InputError, match="too large"):
        _run(bench, big, inputs, {name: size - 1})


def _run(bench: MakeBench, document: Json, inputs: Json, limits: Json | None = None) -> Bench:
    made = bench([response(200, {})], actions=[document], connector=manifest(limits=limits or {}))
    made.run(document["key"], inputs)
    return made


def test_a_handler_that_sends_nothing_is_the_authors_mistake(bench: MakeBench) -> None:
    made = bench(actions=[CHECKED], handlers="async def move_parcel(call):\n    return {'id': None}\n")
    with pytest.raises(DefinitionError, match="sent nothing"):
        made.run("move_parcel", {"name": "Ada"})
    with pytest.raises(DefinitionError, match="sent nothing"):
        made.connector.preview("move_parcel", {"name": "Ada"})


@pytest.mark.parametrize(
    ("handlers", "message"),
    [
        ("get_parcel = 7", "“get_parcel” in actions/parcels.py is not a function"),
        ("def get_parcel(:", "actions/parcels.py cannot be imported"),
        ("import a_package_that_nobody_has", "actions/parcels.py cannot be imported"),
        ("from connector.call import nothing_there", "actions/parcels.py cannot be imported"),
    ],
)
def test_a_handler_that_cannot_be_had_is_told_with_its_file(bench: MakeBench, handlers: str, message: str) -> None:
    made = bench(actions=ACTIONS, handlers=handlers)
    with pytest.raises(DefinitionError) as caught:
        made.run("get_parcel", {"parcel_id": "a"})
    assert message in str(caught.value)


def test_changed_inputs_of_one_run_do_not_reach_the_next(bench: MakeBench) -> None:
    handlers = "def move_parcel(call):\n    call.inputs['name'] += '!'\n    return call.send()\n"
    made = bench([response(200, {})] * 2, actions=[CHECKED], handlers=handlers)
    given: dict[str, Any] = {"name": "Ad"}
    made.run("move_parcel", given)
    made.run("move_parcel", given)
    assert given == {"name": "Ad"}
    assert [request.body["name"] for request in made.requests] == ["Ad!", "Ad!"]


def test_a_decorated_handler_is_a_new_object_and_the_shared_one_stays_as_it_is() -> None:
    def first(_inputs: InputView) -> Iterator[Problem]:
        yield Problem("a", "first", "No.")

    def second(_inputs: InputView) -> Iterator[Problem]:
        yield Problem("a", "second", "No.")

    checked = check(first)(send)
    assert checked is not send
    assert (checks_of(send), checks_of(checked)) == ((), (first,))
    both = check(second)(checked)
    assert (checks_of(both), checks_of(checked)) == ((second, first), (first,))
    assert [without_checks(handler) for handler in (send, checked, both)] == [send, send, send]
    assert (both.__name__, both.__doc__) == (send.__name__, send.__doc__)
    assert vars(send) == {}


def test_a_standard_handler_with_a_check_leaves_the_other_actions_alone(bench: MakeBench) -> None:
    handlers = HANDLERS.partition("@check")[0] + "move_parcel = check(one_address)(send)\ncopy_parcel = send\n"
    made = bench(
        [response(200, {})],
        actions=[CHECKED, CHECKED | {"key": "copy_parcel", "operationId": "Copy"}],
        handlers=handlers,
    )
    with pytest.raises(InputError):
        made.run("move_parcel", {"name": "Ada"})
    assert made.run("copy_parcel", {"name": "Ada"}).fields == {"id": None}
