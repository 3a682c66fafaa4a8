"""What a run costs beside a bare request: `python -m benchmarks.run_cost`; `--json FILE` writes the figures.

Four actions, each made in turn with `requests.Session`, the official SDK and `Connector.run`, against a server on
loopback that responds at once. The ratio of each pair is taken round by round; what counts is the median of these.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import courier as sdk
import requests

from benchmarks import report
from benchmarks.loopback import serving
from benchmarks.runs import connector
from connector import Connection, Connector
from connector.catalogue.action import Action

KEY = "k-0123456789"
ROWS = 100
TARGETS = {
    "send_message": (0.95, 0.70),
    "get_brand": (1.0, 0.80),
    "create_profile": (1.2, 0.90),
    "list_messages": (2.4, 0.55),
}
"""At most so many times `requests`, and the official SDK."""

Call = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """One action, by what it is given and what the service responds."""

    inputs: Mapping[str, Any]
    request: tuple[str, str, Any]
    by_sdk: Callable[[Any], object]
    response: bytes


def cases(courier: Connector) -> dict[str, Case]:
    """The four actions, as their own examples have them."""
    hello = {"to": {"user_id": "ada"}, "content": {"title": "Hi", "body": "There"}}
    brand, profile, page = (_example(courier.find(key)) for key in ("get_brand", "create_profile", "list_messages"))
    brand_id = brand.inputs["brand_id"]
    _, _, body = profile.request
    rows = json.loads(page.response)
    page_of_rows = {**rows, "results": (rows["results"] * ROWS)[:ROWS]}
    return {
        "send_message": Case(
            {"user_id": "ada", "title": "Hi", "body": "There"},
            ("POST", "/send", {"message": hello}),
            lambda client: client.send.message(message=hello),
            b'{"requestId": "1-2"}',
        ),
        "get_brand": Case(
            {"brand_id": brand_id}, brand.request, lambda client: client.brands.retrieve(brand_id), brand.response
        ),
        "create_profile": Case(
            profile.inputs,
            profile.request,
            lambda client: client.profiles.create("ada", profile=body["profile"]),
            profile.response,
        ),
        "list_messages": Case(
            {}, ("GET", "/messages", None), lambda client: client.messages.list(), json.dumps(page_of_rows).encode()
        ),
    }


def _example(action: Action) -> Case:
    """The example of an action that has the most inputs or, where it has few, the largest response."""
    succeeding = [example for example in action.definition.examples if example.outputs is not None]
    chosen = max(succeeding, key=lambda example: (len(example.inputs), len(str(example.outputs))))
    interaction = chosen.interactions[0]
    request = (interaction.request.method, interaction.request.path, interaction.request.body)
    return Case(chosen.inputs, request, lambda _: None, json.dumps(interaction.response.body).encode())


def contenders(url: str, courier: Connector, key: str, case: Case) -> Iterator[tuple[str, Call]]:
    """The ways to make the call, by name."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {KEY}"
    method, path, body = case.request
    yield "requests", lambda: session.request(method, url + path, json=body, timeout=9).json()
    client = sdk.Courier(api_key=KEY, base_url=url, max_retries=0)
    yield "official SDK", lambda: case.by_sdk(client)
    connection = Connection(api_key=KEY, base_url=url)
    yield "run", lambda: courier.run(key, case.inputs, connection)


def measure(calls: Mapping[str, Call], rounds: int, repeats: int) -> list[dict[str, float]]:
    """Seconds per call, round by round: in each, every contender makes so many calls, and the fastest half counts."""
    for call in calls.values():
        for _ in range(repeats):
            call()
    found = []
    for turn in range(rounds):
        names = list(calls)
        spent: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(repeats):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                started = time.perf_counter()
                calls[name]()
                spent[name].append(time.perf_counter() - started)
        found.append({name: statistics.median(times) for name, times in spent.items()})
    return found


def main() -> None:
    """Measure the four actions, and print milliseconds and ratios."""
    parser = report.parser(__doc__, rounds=15)
    parser.add_argument("--repeats", type=int, default=20, help="calls of each contender in a round")
    options = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    with connector(100_000) as courier:
        for key, case in cases(courier).items():
            with serving({f"{case.request[0]} {case.request[1]}": (200, case.response)}) as url:
                gc.collect()
                rounds = measure(dict(contenders(url, courier, key, case)), options.rounds, options.repeats)
            figures[key] = _figures(rounds)
            _show(key, figures[key])
    report.finish(figures, options.json)


def _figures(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Medians: milliseconds of each contender, and what a run takes relative to the others."""
    milliseconds = {name: 1_000 * statistics.median(each[name] for each in rounds) for name in rounds[0]}
    others = [name for name in rounds[0] if name != "run"]
    ratios = {f"run / {name}": statistics.median(each["run"] / each[name] for each in rounds) for name in others}
    return milliseconds | ratios


def _show(key: str, figures: Mapping[str, float]) -> None:
    targets = dict(zip(("run / requests", "run / official SDK"), TARGETS[key], strict=True))
    report.show(key)
    for name, figure in figures.items():
        more = f"  {report.verdict(figure, targets[name])}" if name in targets else " ms"
        report.show(f"  {name:20} {figure:7.3f}{more}")


if __name__ == "__main__":
    main()
