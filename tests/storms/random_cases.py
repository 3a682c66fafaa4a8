"""Random cases for a runtime of any language: examples with changes in them."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from connector.catalogue.action import Action
from tests.storms.random_values import ODD, Values, encodable
from tests.vectors.files import FOLDERS, HERE, Json, actions, vectors
from tests.vectors.python_runtime import FAILURES, SECRET

CONNECTIONS: dict[str, Json] = {name: {"api_key": SECRET} for name in FOLDERS} | {
    "depot": {"kind": "api_key", "key": SECRET, "region": "eu", "account": "7", "hook": "https://hooks.example/1"},
    "twilio": {"account_sid": f"AC{'0' * 32}", "auth_token": SECRET},
}


CONNECTION_FIELDS = ("key", "user", "password", "token", "hook", "badge", "pin", "region", "account", "lang")
KINDS_OF_CONNECTION: tuple[Json, ...] = (
    {"key": "k+1/2 3", "region": "eu", "account": "7"},
    {"kind": "login", "user": "ada", "password": "p:w ü", "region": "eu", "account": "7", "lang": "de"},
    {"token": "Token t-1", "hook": "https://hooks.example/s3cr3t/", "region": "eu", "account": "a/b"},
    {"badge": "b-1", "pin": "12 34", "region": "https://eu/", "account": "7"},
)


OPTIONS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("timeout", (0.1, 0.9, 30, 1e6)),
    ("max_wait", (0, 1, 60)),
    ("max_items", (0, -1, 1.5)),
    ("idempotency_key", ("own", "")),
)


class Cases(Values):
    """Makes random cases.

    Args:
        rng: Where the chance comes from.
    """

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self._kinds: tuple[tuple[int, Callable[[], tuple[str, str, Json]]], ...] = (
            (45, self.inputs), (35, self.run), (6, self.form), (10, self.schema), (3, self.retry_after),
            (2, self.backoff), (3, self.throttle), (3, self.find), (3, self.auth),
            (4, self.choices),
        )  # fmt: skip
        self._inputs: dict[tuple[str, str], list[Json]] = {}
        self._samples: dict[tuple[str, str], list[Json]] = {}
        for connector in FOLDERS:
            for action in actions(connector).values():
                self._read_examples(connector, action)
        for vector in vectors():
            place = vector.connector, vector.case.get("action", "")
            if place in self._inputs:
                self._inputs[place] += [vector.case["inputs"]] if isinstance(vector.case.get("inputs"), dict) else []
                self._samples[place] += [
                    each["response"] for each in vector.case.get("interactions", []) if "response" in each
                ]
                self._samples[place] += [vector.case["response"]] if "response" in vector.case else []
        self._choices = [
            (connector, action, name, declared)
            for connector in FOLDERS
            for action in actions(connector).values()
            for name, field in action.definition.inputs.properties.items()
            if (declared := action.definition.inputs.resolve(field).x_ms_dynamic_values) is not None
        ]
        self._forms = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "rules").glob("*.json"))]

    def case(self, connectors: Sequence[str]) -> tuple[str, str, Json]:
        """A kind, a connector and a case."""
        self._connectors = connectors
        make = self.rng.choices([make for _, make in self._kinds], [weight for weight, _ in self._kinds])[0]
        return make()

    def _read_examples(self, connector: str, action: Action) -> None:
        examples = action.definition.examples
        interactions = [each.response for example in examples for each in example.interactions]
        self._inputs[connector, action.key] = [example.inputs for example in examples]
        self._samples[connector, action.key] = [
            each.model_dump(mode="json", exclude_none=True) for each in interactions
        ]

    def inputs(self) -> tuple[str, str, Json]:
        """Changed inputs of an example."""
        connector, action = self._action()
        given = self._given(connector, action)
        for _ in range(self.rng.choice((0, 1, 1, 1, 2, 3, 5))):
            given = self.changed_fields(given, action.inputs, action.inputs, action)
        if connector == "depot":  # in which inputs are hosts
            given = _ascii(given)
        return "inputs", connector, {"action": action.key, "inputs": given, "connection": CONNECTIONS[connector]}

    def run(self) -> tuple[str, str, Json]:
        """Changed responses to an example."""
        connector, action = self._action()
        known = [given for given in self._inputs[connector, action.key] if not action.validate_inputs(given)[1]]
        given = self.rng.choice(known) if known else self._given(connector, action)
        while self.rng.random() < 0.3:
            given = self.changed_fields(given, action.inputs, action.inputs, action)
        if connector == "depot":  # in which inputs are hosts
            given = _ascii(given)
        paging = action.definition.pagination
        if paging is not None and paging.offset and _is_large(given.get(paging.input)):
            del given[paging.input]  # JavaScript cannot count on from there
        interactions = [self._interaction(self._samples[connector, action.key], action) for _ in range(6)]
        asked: Json = {"action": action.key, "inputs": given, "interactions": interactions, "spare": True}
        asked["connection"] = CONNECTIONS[connector]
        if paging is not None and self.rng.random() < 0.5:
            asked["options"] = {"all_pages": True, "max_items": self.rng.choice((1, 2, 3, 100))}
        if self.rng.random() < 0.2:
            name, values = self.rng.choice(OPTIONS)
            asked["options"] = {**asked.get("options", {}), name: self.rng.choice(values)}
        if self.rng.random() < 0.1:
            asked["times"] = self.rng.randint(2, 7)
        elif self.rng.random() < (0.05 if paging is None else 0.3):
            asked["iterate"] = True
        return "run", connector, {**asked, "random": self.rng.choice((0, 0.5, 0.125, 0.999, self.rng.random()))}

    def choices(self) -> tuple[str, str, Json]:
        """A field whose choices another action lists, or nearly, and changed responses of that action."""
        connector, action, field, source = self.rng.choice(self._choices)
        listing = next(each for each in actions(connector).values() if each.operation_id == source.operation_id)
        samples = self._samples[connector, listing.key]
        asked: Json = {"action": action.key, "field": field, "spare": True, "connection": CONNECTIONS[connector]}
        if self.rng.random() < 0.2:
            asked["field"] = self.rng.choice((f"{field}[0]", f"{field}.{field}", self.spoiled(field)))
        asked["inputs"] = {name: self.text() for name in source.depends_on if self.rng.random() < 0.9}
        asked["interactions"] = [self._interaction(samples, listing) for _ in range(6)]
        return "choices", connector, asked

    def form(self) -> tuple[str, str, Json]:
        """Changed inputs of a case of a file of rules."""
        content = self.rng.choice(self._forms)
        given = copy.deepcopy(self.rng.choice(content["cases"])["inputs"])
        for _ in range(self.rng.choice((1, 2, 3, 5))):
            given = self.changed_fields(given, content["schema"], content["schema"])
        return "form", "", {"schema": content["schema"], "inputs": given}

    def schema(self) -> tuple[str, str, Json]:
        """Inputs of a form that is made up of a few keywords."""
        properties = {name: self.field(0) for name in self.rng.sample(("a", "b", "c-d", "E f"), self.rng.randint(1, 3))}
        schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
        schema["required"] = [name for name in properties if self.rng.random() < 0.3]
        given = {name: self.value(declared, schema) for name, declared in properties.items() if self.rng.random() < 0.9}
        if self.rng.random() < 0.3:
            given = self.changed_fields(given, schema, schema)
        return "form", "", {"schema": schema, "inputs": given}

    def retry_after(self) -> tuple[str, str, Json]:
        """A Retry-After header."""
        header = self.rng.choice(ODD["retry_after"])
        return "retry_after", "", {"header": self.spoiled(header) if self.rng.random() < 0.4 else header}

    def backoff(self) -> tuple[str, str, Json]:
        """A failed attempt."""
        policy: Json = {
            "attempts": 4,
            "base": self.rng.choice((0.1, 0.5, 1, 7.3)),
            "cap": self.rng.choice((0.2, 32, 1e9)),
            "statuses": [],
        }
        after = self.rng.choice((None, 0, 0.5, 1, 3600, self.rng.uniform(0, 99)))
        drawn = self.rng.random()
        return (
            "backoff",
            "",
            {"policy": policy, "attempt": self.rng.randint(1, 60), "retry_after": after, "random": drawn},
        )

    def throttle(self) -> tuple[str, str, Json]:
        """Calls that have to wait longer than they may."""
        period = self.rng.choice((60, 1, 0.25, 3600, 12.5, self.rng.uniform(0.01, 1e5), self.rng.randint(1, 4000) / 8))
        longest = self.rng.choice((0, 0.1, 1, period / 2, self.rng.uniform(0, 1) * period, 12345.25, 1e6, 1234567.8))
        after = self.rng.choice((0, 0.5, 0.25, self.rng.random(), period / 3))
        pause = self.rng.choice((None, 241.25, 240.75, 0.05, 3600, self.rng.uniform(0, 5000)))
        steps: list[Json] = [{"reserve": self.rng.randint(1, 3)}, {"after": after, "reserve": 1, "max_wait": longest}]
        steps += [] if pause is None else [{"pause": pause}, {"reserve": 1, "max_wait": longest}]
        return "throttle", "", {"limits": [{"calls": 1, "renewal_period": period}], "steps": steps}

    def find(self) -> tuple[str, str, Json]:
        """The name of an action, mistyped."""
        connector, action = self._action()
        name = self.rng.choice((action.key, action.operation_id, action.summary))
        return "find", connector, {"name": self.spoiled(name)}

    def auth(self) -> tuple[str, str, Json]:
        """A connection of one of several kinds, and the request that is signed with it."""
        action = self.rng.choice(list(actions("depot").values()))
        whole = self.rng.choice(KINDS_OF_CONNECTION) if self.rng.random() < 0.7 else {}
        names = self.rng.sample([*CONNECTION_FIELDS, "kind", "base_url"], self.rng.choice((0, 1, 1, 2, 6)))
        texts = (*ODD["urls"], *ODD["texts"], "eu", "key-123", "Bearer key-123")
        values = whole | {name: self.spoiled(self.rng.choice(texts)) for name in names}
        if "kind" in names:
            values["kind"] = self.rng.choice(("api_key", "login", "token", "badge", "other"))
        if "base_url" in names:
            values["base_url"] = self.rng.choice(ODD["base_urls"])
        inputs = copy.deepcopy(self.rng.choice(self._inputs["depot", action.key]))
        return "auth", "depot", {"action": action.key, "inputs": inputs, "connection": values}

    def _action(self) -> tuple[str, Action]:
        connector = self.rng.choice(self._connectors)
        return connector, self.rng.choice(list(actions(connector).values()))

    def _given(self, connector: str, action: Action) -> Json:
        """Inputs of an example, now and then under other names or as a flow has them."""
        given = copy.deepcopy(self.rng.choice([*self._inputs[connector, action.key], {}]))
        if self.rng.random() < 0.2:
            others = {name: other for other, name in action.accepted_names.items() if self.rng.random() < 0.7}
            given = {others.get(name, name): value for name, value in given.items()}
        if self.rng.random() < 0.05:
            return {"inputs": {"host": {"operationId": action.operation_id}, "parameters": given}}
        return given

    def _interaction(self, samples: Sequence[Json], action: Action) -> Json:
        """A response or a failure."""
        if self.rng.random() < 0.05:
            return {"failure": self.rng.choice(list(FAILURES))}
        return {"response": self._response(self.rng.choice(samples) if samples else {"status": 200}, action)}

    def _response(self, sample: Json, action: Action) -> Json:
        status = sample["status"] if self.rng.random() < 0.7 else self.rng.choice(ODD["statuses"])
        made: Json = {"status": status, "headers": self._headers(sample.get("headers", {}))}
        way = self.rng.random()
        if way < 0.12:
            return {**made, "text": encodable(self.rng.choice(ODD["bodies"]))}
        if way < 0.15:
            return {**made, "base64": self.rng.choice(ODD["bytes"])}
        if way < 0.25:
            said = self.rng.choice(
                (self.text(), f"name: {self.text()}", f"Bad {SECRET}.", "x" * self.rng.choice((498, 500, 501)), 7)
            )
            return {
                **made,
                "text": self._json({"message": said, "type": self.rng.choice(("invalid_request_error", "x", 1))}),
            }
        if "text" in sample:
            return {**made, "text": encodable(self.spoiled(sample["text"]))}
        body = copy.deepcopy(sample.get("body"))
        if body is None or self.rng.random() < 0.1:
            body = self.value({"type": "object", "properties": action.outputs["properties"]}, action.outputs)
        for _ in range(self.rng.choice((0, 1, 2, 4))):
            body = self.changed(body, {}, {})
        return {**made, "text": self._json(body)}

    def _headers(self, sample: Json) -> Json:
        headers = dict(sample)
        if self.rng.random() < 0.3:
            headers[self.rng.choice(("Retry-After", "retry-after"))] = self.rng.choice(ODD["retry_after"])
        if self.rng.random() < 0.3:
            headers["Content-Type"] = self.rng.choice(ODD["media_types"])
        if self.rng.random() < 0.1:
            headers[self.rng.choice(("X-Request-Id", "x-trace", "Location"))] = self.spoiled("/things/1")
        return headers

    def _json(self, value: Any) -> str:
        return encodable(json.dumps(value, ensure_ascii=self.rng.random() < 0.5))


def _is_large(value: Any) -> bool:
    """Whether JavaScript cannot count on from here, some rows at a time."""
    return isinstance(value, int | float) and abs(value) > 2**53 - 1_000


def _ascii(value: Any) -> Any:
    """A JSON value without characters beyond ASCII."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("ascii", "ignore"))
