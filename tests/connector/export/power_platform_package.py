"""A Power Platform package read back: operations, their fields at their places, and the labels a designer shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.connector.export.whole import Json, document, exported

Place = tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """A field of the package. In a place, `[]` is every entry of a list and `*` every key of the user's own."""

    place: Place
    schema: Json
    required: bool

    @property
    def kind(self) -> str | None:
        return self.schema.get("type")

    @property
    def title(self) -> str:
        return str(self.schema.get("title") or self.schema.get("x-ms-summary") or "")


@dataclass(frozen=True)
class PackagedOperation:
    """An operation with its references followed."""

    method: str
    path: str
    document: Json
    parameters: list[Json]

    @property
    def body(self) -> Json | None:
        return next((each for each in self.parameters if each["in"] == "body"), None)

    @property
    def beside_the_body(self) -> list[Json]:
        return [each for each in self.parameters if each["in"] != "body"]

    def inputs(self) -> dict[Place, Drawn]:
        """The fields of the body; required only when everything around them is."""
        if self.body is None:
            return {}
        return {each.place: each for each in fields(self.body["schema"], required=self.body["required"])}

    def replies(self) -> Json | None:
        """The schema of the response that a designer takes its outputs from (Logic Apps designer, `_getResponse`)."""
        responses = self.document["responses"]
        if len(responses) == 1:
            ((status, only),) = responses.items()
            return only.get("schema") if status == "default" or status.startswith("2") else None
        chosen: Json = next((responses[status] for status in ("200", "201", "default") if status in responses), {})
        return chosen.get("schema")

    def outputs(self) -> dict[Place, Drawn]:
        schema = self.replies()
        return {each.place: each for each in fields(schema)} if schema else {}


def swagger() -> Json:
    return document("power-platform", "apiDefinition.swagger.json")


def readme() -> str:
    return exported("power-platform")["readme.md"].decode()


@cache
def operations() -> dict[str, PackagedOperation]:
    """By operation id."""
    found = {}
    for path, methods in swagger()["paths"].items():
        for method, operation in methods.items():
            parameters = [followed(each) for each in operation["parameters"]]
            found[operation["operationId"]] = PackagedOperation(method.upper(), path, operation, parameters)
    return found


def followed(schema: Json) -> Json:
    """What a reference names."""
    if "$ref" not in schema:
        return schema
    assert set(schema) == {"$ref"}, "nothing may stand beside a reference"
    found: Any = swagger()
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]


def fields(schema: Json, place: Place = (), *, required: bool = False) -> Iterator[Drawn]:
    """Every place inside a schema."""
    schema = followed(schema)
    wanted = schema.get("required", [])
    for key, inner in schema.get("properties", {}).items():
        yield from _field(inner, (*place, key), required=required and key in wanted)
    if "items" in schema:
        yield from _field(schema["items"], (*place, "[]"), required=True)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _field(schema["additionalProperties"], (*place, "*"), required=True)


def _field(schema: Json, place: Place, *, required: bool) -> Iterator[Drawn]:
    schema = followed(schema)
    yield Drawn(place, schema, required)
    yield from fields(schema, place, required=required)


def labels(schema: Json, *, inputs: bool) -> Iterator[tuple[str, str]]:
    """The label and the own title of every box or token (Logic Apps designer, `_getTitle` and what feeds it)."""
    yield from _labels(schema, "", "", inputs=inputs, key="body")


def _labels(schema: Json, titles: str, summaries: str, *, inputs: bool, key: str) -> Iterator[tuple[str, str]]:
    schema = followed(schema)
    if schema.get("x-ms-visibility") == "internal":
        return
    title, summary = schema.get("title", ""), schema.get("x-ms-summary", "")
    if schema.get("properties"):
        for name, inner in schema["properties"].items():
            below = f"{titles} {title}".strip(), f"{summaries} {summary}".strip()
            yield from _labels(inner, *below, inputs=inputs, key=name)
        return
    own = title or summary or key
    yield f"{titles or summaries} {own}".strip(), own
    items = followed(schema.get("items", {}))
    if items.get("properties") or items.get("type") == "array":
        array = (title or key) if inputs else title
        lead = titles if items.get("title") else f"{titles} {array}".strip()
        yield from _labels(items, lead, f"{summaries} {summary}".strip(), inputs=inputs, key=f"{key} Item")


def table(heading: str) -> set[tuple[str, ...]]:
    """The rows of every table below a heading of the readme, up to the next heading."""
    part = re.split(r"^#+ ", readme().split(f" {heading}\n", 1)[1], flags=re.MULTILINE)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    heads = {place - 1 for place, line in enumerate(lines) if set(line) == set("| -")}
    shown = [line for place, line in enumerate(lines) if not {place, place - 1} & heads]
    return {
        tuple(cell.strip("`") for cell in line.removeprefix("| ").removesuffix(" |").split(" | ")) for line in shown
    }


def left_out(side: str) -> set[tuple[str, str]]:
    """Summary of the action, and name of the field, of everything that the readme says is not here.

    Args:
        side: `input` or `output`.
    """
    return {(row[0], row[3]) for row in table("Unavailable Fields") if row[2] == side}
