"""Random cases in both languages: the Python and the JavaScript runtime decide and say the same in every one.

    python -m tests.storms.both_languages --runs 50000 --seed 1

The vectors hold chosen cases; this tries others: changed inputs of every action (what they become, every problem, the
request), responses of all kinds (the fields, the warnings, the error), forms with rules, Retry-After headers, waits,
mistyped names of actions, choices and connections. It prints each case in which they differ, and what each makes of it.

What JSON cannot carry from one language to the other is left out: NaN and infinity; digits of whole numbers beyond
2**53, which JavaScript loses where it reads JSON, before the runtime sees them; and the order of keys that are whole
numbers, which JavaScript sorts. A key twice in an object has the last value in both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from connector import Connector
from connector.call import page, send
from connector.connections.auth import Auth
from connector.connections.connection import Connection
from connector.definition.field import ObjectSchema
from connector.definition.service import RetryPolicy
from connector.errors import ConnectorError
from connector.http.request import body_of, build
from connector.http.retry import backoff, retry_after_seconds
from connector.testing import FakeClock
from connector.validation.normalize import accept
from connector.validation.rules import rule_problems, same
from connector.validation.validator import Validator
from tests.javascript.node import HERE, find_node
from tests.javascript.package_process import PackageProcess
from tests.storms.random_cases import Cases
from tests.vectors import python_runtime
from tests.vectors.files import FOLDERS, Json, actions, bundle, definitions

_NUMBER_AS_KEY = re.compile(r'[{,]"[0-9]+":')
_CLOCKS = 0.0011
"""Seconds by which the clocks of the two languages' tests may differ after rounding."""


def inputs(connector: str, case: Json) -> Json:
    """What becomes of inputs: under their own names, what is wrong with them, and the request where nothing is."""
    action = actions(connector)[case["action"]]
    normalized = python_runtime.normalize(connector, case)
    problems = python_runtime.validate(connector, case)["problems"]
    if problems:
        return {"normalized": normalized, "problems": problems}
    checked, _ = action.validate_inputs(case["inputs"])
    endpoint = Auth.of(bundle(connector).manifest, Connection(**case["connection"])).endpoint
    try:
        request = build(action.definition, checked, endpoint, body_of(action.definition, checked))
    except ConnectorError as error:
        return {"normalized": normalized, "problems": [], "error": error.to_dict()}
    text = request.content.decode() if request.encoding == "json" and isinstance(request.content, bytes) else None
    made = {**python_runtime.request_of(request), "json": text}
    return {"normalized": normalized, "problems": [], "warnings": action.warnings(case["inputs"]), "request": made}


def form(_: str, case: Json) -> Json:
    """What is wrong with the inputs of a file of rules."""
    schema = ObjectSchema.model_validate_json(json.dumps(case["schema"]), strict=True)
    any_action = next(iter(actions("sample").values())).definition
    values, problems = accept(any_action.model_copy(update={"inputs": schema}), case["inputs"])
    problems += Validator(schema, case["schema"]).problems(values, list(schema.properties))
    found = rule_problems(schema, values, {problem.field for problem in problems})
    return {"inputs": values, "wrong": [vars(each) for each in problems], "problems": [vars(each) for each in found]}


def find(connector: str, case: Json) -> Json:
    """The action that a name means."""
    try:
        return {"key": Connector(bundle(connector)).find(case["name"]).key}
    except ConnectorError as error:
        return {"error": error.to_dict()}


def _retry_after(_: str, case: Json) -> Json:
    return {"seconds": retry_after_seconds(case["header"], FakeClock().wall())}


def _backoff(_: str, case: Json) -> Json:
    rng = python_runtime.FixedRandom(case["random"])
    policy = RetryPolicy.model_validate(case["policy"], strict=False)
    return {"seconds": backoff(policy, case["attempt"], case["retry_after"], rng)}


ASKED: dict[str, Callable[[str, Json], Json]] = {
    **python_runtime.RUNTIME,
    "inputs": inputs,
    "form": form,
    "find": find,
    "retry_after": _retry_after,
    "backoff": _backoff,
}


class Languages:
    """The Python runtime here, and the JavaScript runtime in a process.

    Args:
        node: The path of Node.js.
        folder: Where the definitions are written that the process reads.
    """

    def __init__(self, node: str, folder: Path) -> None:
        for connector in FOLDERS:
            (folder / f"{connector}.json").write_text(json.dumps(definitions(connector)), encoding="utf-8")
        environment = {"VECTOR_DEFINITIONS": str(folder)}
        self._process = PackageProcess([node, str(HERE / "vector_process.js")], environment)

    def __enter__(self) -> Self:
        self._process.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._process.__exit__(*raised)

    def difference(self, kind: str, connector: str, case: Json) -> tuple[str, Any, Any] | None:
        """Where the two differ, and what Python and JavaScript say there; None where they agree."""
        case = json.loads(json.dumps(case))
        try:
            python = json.loads(json.dumps(ASKED[kind](connector, case)))
        except Exception as error:
            python = {"crash": f"{type(error).__name__}: {error}"}
            if "The script has no response left" in str(error):
                return None  # an operation that goes on for longer than the case
        javascript = self._process.ask("ask", kind=kind, connector=connector, asked=case)
        return _difference("", _comparable(python), _comparable(javascript))


def _comparable(made: Json) -> Json:
    """What must be the same: where people fill in a connection, and in which order secrets are hidden, is not."""
    if made.get("error", {}).get("code") == "missing_secret":
        made["error"].pop("hint")
    return {**made, "hidden": sorted(made["hidden"])} if "hidden" in made else made


def _difference(place: str, python: Any, javascript: Any) -> tuple[str, Any, Any] | None:
    """The first place where two JSON values differ."""
    if isinstance(python, dict) and isinstance(javascript, dict) and python.keys() == javascript.keys():
        pairs = [(f"{place}.{name}", python[name], javascript[name]) for name in python]
    elif isinstance(python, list) and isinstance(javascript, list) and len(python) == len(javascript):
        pairs = [(f"{place}[{at}]", *both) for at, both in enumerate(zip(python, javascript, strict=True))]
    else:
        agree = same(python, javascript) or _is_same_but_for_order(python, javascript)
        return None if agree or _is_same_time(place, python, javascript) else (place, python, javascript)
    return next((found for pair in pairs if (found := _difference(*pair)) is not None), None)


def _is_same_time(place: str, one: Any, other: Any) -> bool:
    """Whether both are the same wait but for the last place, which the clocks of the two tests do not share."""
    is_time = place.rpartition(".")[2] in {"wait", "waited", "elapsed"}
    return is_time and None not in (one, other) and abs(one - other) < _CLOCKS


def _is_same_but_for_order(one: Any, other: Any) -> bool:
    """Whether both are JSON texts of objects with keys that are whole numbers, which JavaScript sorts."""
    is_text = isinstance(one, str) and isinstance(other, str) and _NUMBER_AS_KEY.search(one) is not None
    return is_text and sorted(one) == sorted(other) and same(json.loads(one), json.loads(other))


@contextlib.contextmanager
def without_handlers() -> Iterator[None]:
    """The actions as their definitions alone have them: what handlers add is Python's."""
    kept = [(action, action.handler) for connector in FOLDERS for action in actions(connector).values()]
    for action, _ in kept:
        action.__dict__["handler"] = page if action.definition.pagination else send
    try:
        yield
    finally:
        for action, handler in kept:
            action.__dict__["handler"] = handler


def storm(runs: int, seed: int, report: Callable[[str], None]) -> tuple[Counter[str], int]:
    """Try so many random cases.

    Args:
        runs: How many.
        seed: For the cases.
        report: Called with a text for each case in which the languages differ.

    Returns:
        The cases of each kind, and in how many the languages differ.
    """
    node, why_not = find_node()
    if node is None:
        raise RuntimeError(why_not)
    tried: Counter[str] = Counter()
    differing = 0
    cases = Cases(random.Random(seed))  # noqa: S311 - a storm that can be repeated
    connectors = [*["courier"] * 4, *(name for name in FOLDERS if name != "courier")]
    with tempfile.TemporaryDirectory() as folder, without_handlers(), Languages(node, Path(folder)) as languages:
        for _ in range(runs):
            kind, connector, case = cases.case(connectors)
            tried[kind] += 1
            found = languages.difference(kind, connector, case)
            if found is not None:
                differing += 1
                place, python, javascript = found
                says = f"  Python      {python!r}\n  JavaScript  {javascript!r}"
                report(f"{kind} {connector} {json.dumps(case)}\n  at {place}\n{says}")
    return tried, differing


def main() -> None:
    """Parse the command line, run the storm, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tried, differing = storm(options.runs, options.seed, lambda text: print(text, flush=True))  # noqa: T201
    sys.stdout.write(f"{tried.total()} cases, seed {options.seed}, {differing} differ: {dict(tried.most_common())}\n")
    sys.exit(differing > 0)


if __name__ == "__main__":
    main()
