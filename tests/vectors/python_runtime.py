"""What the Python runtime makes of a vector: per kind of vectors, what goes in and what comes out."""

from __future__ import annotations

import base64
import copy
import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from connector import Connection, Connector
from connector.clock import rounded
from connector.connections.auth import Auth
from connector.errors import ConnectionLostError, ConnectorError, NotSentError, Problem, UnavailableError
from connector.http.body import StreamedBody, shown
from connector.http.request import HttpRequest, body_of, build
from connector.http.response import HttpResponse, flatten
from connector.http.service_error import is_service_error, service_error
from connector.testing import EXAMPLE_KEY, FakeClock, ScriptedTransport
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.limiter import Permit, acquire
from connector.throttle.memory_store import MemoryStore
from connector.validation.file_values import read_files
from connector.validation.normalize import accept
from tests.connector.throttle.worlds import departing
from tests.vectors.files import Json, actions, bundle

SECRET = "example-secret"  # noqa: S105 - it opens nothing
"""The API key of every case that does not bring its own."""

CHECK_NETWORK = "Check the network and the base URL."
FAILURES: dict[str, UnavailableError] = {
    "unreachable": NotSentError("The service could not be reached.", hint=CHECK_NETWORK),
    "connect_timeout": NotSentError("The service could not be reached in time.", hint=CHECK_NETWORK),
    "unknown_host": NotSentError(
        "The service's host name could not be found.", hint=CHECK_NETWORK, code="unknown_host"
    ),
    "proxy": NotSentError("The proxy could not be reached.", hint=CHECK_NETWORK, code="proxy"),
    "certificate": NotSentError(
        "The service's certificate was not accepted, so nothing was sent.",
        hint="Check the base URL, the clock of this machine, and whether a proxy changes certificates.",
        code="certificate",
    ),
    "base_url": NotSentError(
        "The URL of the call is not valid.",
        hint="Check the base URL and the proxy settings of this machine.",
        code="base_url",
    ),
    "header": NotSentError("A header of the call cannot be sent.", code="header"),
    "read_timeout": ConnectionLostError("The service did not respond in time."),
    "lost": ConnectionLostError("The connection broke before a response came."),
    "broken_response": ConnectionLostError("The connection broke while the response was being read."),
    "response_headers": ConnectionLostError("The headers of the response contradict each other, so it was not read."),
    "response_stopped": ConnectionLostError("The response stopped before it was complete."),
    "response_incomplete": ConnectionLostError("The response ended before it was complete."),
    "response_endless": ConnectionLostError("The response did not end within the time that this run has."),
    "response_size": ConnectionLostError("The response is larger than 1 MB and was not read.", code="response_size"),
}
"""What a transport raises for each kind of failure that vectors name."""


class FixedRandom(random.Random):
    """Draws the same number every time."""

    def __init__(self, drawn: float) -> None:
        super().__init__(0)
        self._drawn = drawn

    def random(self) -> float:
        """The number, between 0 and 1."""
        return self._drawn


def normalize(connector: str, case: Json) -> Json:
    """`inputs` as given; out come the inputs under their own names, and problems."""
    inputs, problems = accept(actions(connector)[case["action"]].definition, case["inputs"])
    return {"inputs": inputs, "problems": _listed(problems)}


def validate(connector: str, case: Json) -> Json:
    """`inputs` as given; out comes everything that is wrong with them, in order."""
    _, problems = actions(connector)[case["action"]].validate_inputs(case["inputs"])
    return {"problems": _listed(problems)}


def request(connector: str, case: Json) -> Json:
    """Valid `inputs`; out comes the request without the secret."""
    action = actions(connector)[case["action"]]
    inputs, problems = accept(action.definition, case["inputs"])
    inputs, wrong = read_files(action.definition.inputs, inputs)
    assert not [*problems, *wrong]
    endpoint = Auth.of(bundle(connector).manifest, Connection(api_key=SECRET)).endpoint
    return {"request": request_of(build(action.definition, inputs, endpoint, body_of(action.definition, inputs)))}


def auth(connector: str, case: Json) -> Json:
    """A `connection` and `inputs`; out come the request without secrets, what is sent, and the hidden texts."""
    manifest, action = bundle(connector).manifest, actions(connector)[case["action"]]
    inputs, problems = action.validate_inputs(case.get("inputs", {}))
    if problems:
        return {"problems": _listed(problems)}
    try:
        account = Auth.of(manifest, Connection(**case["connection"]))
        account.require(action.definition.request)
        built = build(action.definition, inputs, account.endpoint, body_of(action.definition, inputs))
    except ConnectorError as error:
        return {"error": error.to_dict()}
    url, headers = account.sign(built)
    return {
        "request": request_of(built),
        "sent": {"url": url, "headers": dict(headers)},
        "hidden": list(account.hidden),
    }


def response_(connector: str, case: Json) -> Json:
    """A `response`; out come the named outputs, or the error."""
    try:
        return {"outputs": flatten(actions(connector)[case["action"]].definition.outputs, _response(case["response"]))}
    except ConnectorError as error:
        return {"error": error.to_dict()}


def service_error_(connector: str, case: Json) -> Json:
    """`inputs` and a `response`; out comes whether it is an error whatever its status, and the error it stands for."""
    manifest, action = bundle(connector).manifest, actions(connector)[case["action"]].definition
    got, secrets = _response(case["response"]), [SECRET, *case.get("secrets", [])]
    error = service_error(manifest, action, case.get("inputs", {}), got, FakeClock().wall(), secrets)
    return {"is_error": is_service_error(manifest, got), "error": error.to_dict()}


@dataclass
class _Scene:
    """A clock, a store, and what the steps of a case have named."""

    clock: FakeClock
    store: MemoryStore
    rng: random.Random
    reservations: dict[str, Reservation] = field(default_factory=dict)
    permits: dict[str, Permit] = field(default_factory=dict)

    def reserve(self, used: Sequence[RateLimit], max_wait: float, name: str) -> float:
        self.reservations[name] = made = self.store.reserve(used, max_wait)
        return self._time(made.wait)

    def acquire(self, used: Sequence[RateLimit], max_wait: float, name: str) -> float:
        self.permits[name] = acquire(self.store, self.clock, used, max_wait, rng=self.rng)
        return self._time()

    def claim(self, used: Sequence[RateLimit], _: float, name: str) -> float | str:
        left = self.store.claim(used, self.reservations[name])
        return "lost" if left == -math.inf else self._time(max(0.0, left))

    def depart(self, used: Sequence[RateLimit], _: float, name: str) -> bool:
        return self.store.depart(used, self.reservations[name])

    def departing(self, _used: Sequence[RateLimit], _: float, name: str) -> float:
        departing(self.permits[name])
        return self._time()

    def sent(self, _used: Sequence[RateLimit], _: float, name: str) -> None:
        self.permits[name].sent()

    def release(self, used: Sequence[RateLimit], _: float, name: str) -> None:
        if name in self.permits:
            self.permits[name].release()
        else:
            self.store.release(used, self.reservations[name])

    def _time(self, later: float = 0.0) -> float:
        return rounded(self.clock.monotonic() + later, 6)


_STEPS: dict[str, Callable[[_Scene, Sequence[RateLimit], float, str], Any]] = {
    "reserve": _Scene.reserve,
    "acquire": _Scene.acquire,
    "claim": _Scene.claim,
    "depart": _Scene.depart,
    "departing": _Scene.departing,
    "sent": _Scene.sent,
    "release": _Scene.release,
}


def throttle(_: str, case: Json) -> Json:
    """`limits` and `steps` on one clock; out comes when each call may leave, in seconds from the beginning.

    A step may wait (`after`), `pause` its first bucket, and then reserve, acquire, claim, depart or release: so many
    times, or for each of the names that it lists. A reservation or permit that has a name can be used in later steps.
    """
    clock = FakeClock(0.0)
    scene = _Scene(clock, MemoryStore(clock), FixedRandom(case.get("random", 0)))
    buckets = [
        RateLimit(str(place), limit["calls"], limit["renewal_period"]) for place, limit in enumerate(case["limits"])
    ]
    times: list[Any] = []
    for step in case["steps"]:
        clock.advance(step.get("after", 0))
        used = [buckets[place] for place in step.get("buckets", range(len(buckets)))]
        if "pause" in step:
            scene.store.pause(used[0], step["pause"])
        for verb, does in _STEPS.items():
            asked = step.get(verb, 0)
            for name in [""] * asked if isinstance(asked, int) else asked:
                made = _or_refused(partial(does, scene, used, step.get("max_wait", 1e9), name))
                times += [] if made is None else [made]
    return {"times": times}


def _or_refused(take: Callable[[], Any]) -> Any:
    try:
        return take()
    except ConnectorError as error:
        refused = error.to_dict()
        return {"code": refused["code"], "wait": rounded(refused["wait"], 6), "message": refused["message"]}


def run(connector: str, case: Json) -> Json:
    """`inputs`, `options`, a `connection`, and `interactions` with a service; out comes everything a run says.

    Where the case says `iterate`, the rows are asked for one by one. Some interactions may be left over where it says
    that there are `spare` ones.
    """

    def made(runtime: Connector, connection: Connection) -> Json:
        action = actions(connector).get(case["action"]) or case["action"]
        if case.get("iterate"):
            return {"rows": list(runtime.iterate(action, case["inputs"], connection, **case.get("options", {})))}
        for _ in range(case.get("times", 1)):
            result = runtime.run(action, case["inputs"], connection, **case.get("options", {}))
        return {"fields": result.fields, **result.meta.model_dump(mode="json")}

    return _with_service(connector, case, made)


def choices(connector: str, case: Json) -> Json:
    """As `run`, for the choices of a `field`; `inputs` has what is filled in already."""

    def made(runtime: Connector, connection: Connection) -> Json:
        found = runtime.choices(case["action"], case["field"], connection, case.get("inputs"))
        return {"choices": [choice.model_dump() for choice in found]}

    return _with_service(connector, case, made)


def _with_service(connector: str, case: Json, ask: Callable[[Connector, Connection], Json]) -> Json:
    """What is made with a service that responds as the case says, or the error; and the requests."""
    transport = ScriptedTransport(
        [
            copy.copy(FAILURES[interaction["failure"]])
            if "failure" in interaction
            else _response(interaction["response"])
            for interaction in case.get("interactions", [])
        ]
    )
    runtime = Connector(
        bundle(connector),
        transport=transport,
        clock=FakeClock(),
        new_key=lambda: EXAMPLE_KEY,
        rng=FixedRandom(case.get("random", 0.5)),
    )
    try:
        made = ask(runtime, Connection(**{"api_key": SECRET, **case.get("connection", {})}))
    except ConnectorError as error:
        made = {"error": error.to_dict(), "kind": type(error).__name__}
    assert case.get("spare") or not transport.left, "the case has interactions that did not happen"
    return {**made, "calls": len(transport.requests), "requests": [request_of(sent) for sent in transport.requests]}


RUNTIME: dict[str, Callable[[str, Json], Json]] = {
    "normalize": normalize,
    "validate": validate,
    "request": request,
    "auth": auth,
    "response": response_,
    "service_error": service_error_,
    "throttle": throttle,
    "retry": run,
    "paginate": run,
    "run": run,
    "choices": choices,
}
"""Per kind of vectors: a connector's name and a case in, everything that may be expected out."""


def found(made: Json, name: str) -> Any:
    """What came out under a name of `expect`; `error.code` is the code in the error."""
    value: Any = made
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def differences(expected: Json, made: Json) -> Json:
    """What came out where something else is expected, by name."""
    return {name: found(made, name) for name, value in expected.items() if found(made, name) != value}


def _response(sample: Json) -> HttpResponse:
    """A response: `text` as it is, bytes as `base64`, or `body` as JSON without blanks; none is an empty body."""
    headers = {name.lower(): value for name, value in sample.get("headers", {}).items()}
    if "base64" in sample:
        return HttpResponse(sample["status"], headers, base64.b64decode(sample["base64"]))
    text = sample.get("text")
    if text is None:
        body = sample.get("body")
        text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(sample["status"], headers, text.encode())


def request_of(sent: HttpRequest) -> Json:
    """A request; outside JSON with its bytes as Latin-1, in which the line between the parts is always the same."""
    headers = dict(sent.headers)
    made = {"method": sent.method, "url": sent.url, "headers": headers, "body": shown(sent.encoding, sent.body)}
    if sent.encoding == "json" or sent.content is None:
        return made
    content = b"".join(sent.content) if isinstance(sent.content, StreamedBody) else sent.content
    declared, _, boundary = headers["Content-Type"].partition("boundary=")
    if boundary:
        headers["Content-Type"] = f"{declared}boundary=BOUNDARY"
    text = content.decode("latin-1")
    return made | {"body": None, "content": text.replace(boundary, "BOUNDARY") if boundary else text}


def _listed(problems: Sequence[Problem]) -> list[Json]:
    return [asdict(problem) for problem in problems]
