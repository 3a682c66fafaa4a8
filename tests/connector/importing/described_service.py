"""A service made from the description of a package: it takes what that allows, and responds as it says.

It shares no code with the import, so that the two can disagree. What policies change about a request is told to it as
the wire that the service behind the cloud sees.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from connector.connections.auth import Auth
from connector.http.body import StreamedBody
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions

Json = dict[str, Any]

_SAMPLES: Json = {"string": "text", "integer": 7, "number": 1.5, "boolean": True}
_PYTHON: dict[str, Any] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list,
}  # fmt: skip


@dataclass
class Sent:
    """A request as it arrived."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes

    @property
    def query(self) -> list[tuple[str, str]]:
        """The pairs of the query."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        """The body as JSON; None without one."""
        return json.loads(self.content) if self.content else None


@dataclass
class DescribedService:
    """A transport that is the service itself.

    Attributes:
        swagger: The description.
        responses: Bodies or responses to respond with, by operation id, where those of the description will not do.
        sent: The requests so far.
        served: The operation ids that they called.
        accepted: Operations that are not done, by the URL of their status.
        has_body: Whether the last response had a body.
        has_json: Whether it was JSON.
    """

    swagger: Json
    responses: Mapping[str, list[Any]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    served: list[str] = field(default_factory=list)
    accepted: dict[str, Json] = field(default_factory=dict)
    has_body: bool = False
    has_json: bool = False

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        """The response to a request."""
        del options
        url, headers = auth.sign(request)
        content = request.content or b""
        found = Sent(
            request.method, url, {name.lower(): headers[name] for name in headers},
            b"".join(content) if isinstance(content, StreamedBody) else content,
        )  # fmt: skip
        self.sent.append(found)
        response = self._respond(found)
        self.has_body, self.has_json = bool(response.content), "json" in response.headers.get("content-type", "")
        return response

    def close(self) -> None:
        """Nothing is held."""

    def _respond(self, sent: Sent) -> HttpResponse:
        if sent.method == "GET" and sent.url.partition("?")[0] in self.accepted:
            return self._success(self.accepted.pop(sent.url.partition("?")[0]))
        operation, values = self._operation(sent)
        if operation is None:
            return _response(404, {"message": f"nothing is at {sent.method} {sent.url}"})
        problems = list(self._problems(operation, values, sent))
        if problems:
            return _response(400, {"message": "; ".join(problems)})
        name = operation.get("operationId", "")
        self.served.append(name)
        left = self.responses.get(name)
        if left:
            body = left.pop(0)
            return body if isinstance(body, HttpResponse) else _response(200, body)
        if "202" in operation.get("responses", {}):  # the cloud polls the Location until it is done
            url = urlsplit(sent.url)._replace(path=f"/operations/{len(self.sent)}", query="").geturl()
            self.accepted[url] = operation
            return HttpResponse(202, {"location": url}, b"")
        return self._success(operation)

    def _success(self, operation: Json) -> HttpResponse:
        """The response that the description has for a success."""
        responses = {code: self.resolve(each) for code, each in operation.get("responses", {}).items()}
        known = sorted(code for code in responses if code.startswith("2"))
        with_body = [code for code in known if responses[code].get("schema")]
        status = next(iter(with_body or known), "default")
        described = responses.get(status, {})
        status = "200" if status == "202" else status
        code = 200 if status == "default" else int(status)
        rows = list(self._rows(operation.get("operationId", "")))
        if "schema" not in described and not rows:
            return HttpResponse(code, {}, b"")
        if "schema" not in described:
            return _response(code, self._with_rows({}, rows))
        schema = self.resolve(described["schema"])
        produces: list[str] = operation.get("produces") or self.swagger.get("produces") or ["application/json"]
        if schema.get("type") == "file" or schema.get("format") == "binary":
            return HttpResponse(code, {"content-type": "image/png"}, b"\x89PNG\x00")
        if not any("json" in each for each in produces):
            return HttpResponse(code, {"content-type": produces[0]}, b"plain text")
        return _response(code, self._with_rows(self.sample(schema), rows))

    def _rows(self, operation_id: str) -> Iterator[tuple[list[str], Json]]:
        """The rows that the description reads choices of fields from in a response, by the steps that lead there."""
        left: list[Any] = [self.swagger]
        while left:
            value = left.pop()
            left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
            said: Any = value.get("x-ms-dynamic-values", {}) if isinstance(value, dict) else {}
            if isinstance(said, dict) and said.get("operationId") == operation_id and said.get("value-path"):
                row: Json = {}
                for word in ("value-path", "value-title"):
                    _put(row, str(said.get(word, said["value-path"])).strip("/").split("/"), "text")
                yield [step for step in said.get("value-collection", "").split("/") if step], row

    def _with_rows(self, body: Any, rows: list[tuple[list[str], Json]]) -> Any:
        """A body with rows for choices where the description declares nothing else."""
        for steps, row in rows:
            if not steps:
                body = [row] if body in ({}, [], ["text"]) else body
            elif isinstance(body, dict):
                _put(body, steps, [row])
        return body

    def _operation(self, sent: Sent) -> tuple[Json | None, Json]:
        """The operation at a URL, and the values in its path."""
        path = urlsplit(sent.url).path
        base = self.swagger.get("basePath", "").rstrip("/")
        literal_first = sorted(self.swagger["paths"].items(), key=lambda entry: entry[0].count("{"))
        for template, item in literal_first:
            names = re.findall(r"{([^}]*)}", base + template)
            literals = re.split(r"{[^}]*}", base + template.partition("?")[0])
            pattern = "([^/]+)".join(re.escape(quote(text, safe="/%:@!$&'()*+,;=~")) for text in literals)
            match = re.fullmatch(pattern, path)
            if match and sent.method.lower() in item:
                in_query = [value for name, value in sent.query if f"{name}={{" in template]
                return item[sent.method.lower()], dict(
                    zip(names, [*map(unquote, match.groups()), *in_query], strict=True)
                )
        return None, {}

    def _problems(self, operation: Json, values: Json, sent: Sent) -> Any:
        query, form = dict(sent.query), self._form(sent)
        for written in operation.get("parameters", []):
            parameter = self.resolve(written)
            name, place = parameter["name"], parameter["in"]
            if place == "body":
                yield from self._body_problems(parameter, sent)
                continue
            source = {"path": values, "query": query, "header": sent.headers, "formData": form}[place]
            value = source.get(name.lower() if place == "header" else name)
            if value is None and parameter.get("required"):
                yield f"{place} {name} is missing"
            elif value is not None and not _reads_as(value, parameter.get("type", "string")):
                yield f"{place} {name} is no {parameter['type']}: {value}"
            elif value is not None and place == "formData" and parameter.get("format") == "binary":
                is_file = f'name="{name}"; filename='.encode() in sent.content
                yield from () if is_file else [f"{place} {name} is no file"]

    def _form(self, sent: Sent) -> Json:
        kind = sent.headers.get("content-type", "")
        if "multipart" in kind:
            boundary = b"--" + kind.rpartition("boundary=")[2].encode()
            parts = [part for part in sent.content.split(boundary) if b"\r\n\r\n" in part]
            named = {}
            for part in parts:
                head, _, value = part.partition(b"\r\n\r\n")
                name = re.search(rb'name="([^"]*)"', head)
                named[name[1].decode() if name else ""] = value.removesuffix(b"\r\n").decode("latin-1")
            return named
        return dict(parse_qsl(sent.content.decode("latin-1"), keep_blank_values=True)) if "form" in kind else {}

    def _body_problems(self, parameter: Json, sent: Sent) -> Any:
        schema = self.resolve(parameter.get("schema", {}))
        if not sent.content:
            if parameter.get("required"):
                yield "the body is missing"
            return
        kind = sent.headers.get("content-type", "")
        if "json" in kind or (sent.content[:1] in b"{[" and schema.get("type") in {"object", "array"}):
            # The cloud sends the JSON of an object under whatever name the description has for it.
            yield from self.mismatches(sent.json, schema, "body")
        elif "form" in kind:
            yield from self.mismatches(self._form(sent), {**schema, "properties": {}}, "body")
        elif schema.get("type") not in {"string", None}:
            yield f"the body is {kind}"

    def mismatches(self, value: Any, written: Json, place: str) -> Any:
        """Where a value does not fit a schema."""
        schema = self.resolve(written)
        kind = schema.get("type")
        fits = kind is None or (
            isinstance(value, _PYTHON.get(kind, object)) and (kind == "boolean" or value is not True)
        )
        if not fits:
            yield f"{place} is no {kind}"
            return
        if isinstance(value, dict):
            for name in schema.get("required", []):
                if name not in value:
                    yield f"{place}.{name} is missing"
            for name, inner in value.items():
                if name in schema.get("properties", {}):
                    yield from self.mismatches(inner, schema["properties"][name], f"{place}.{name}")
                elif schema.get("properties") and not schema.get("additionalProperties"):
                    yield f"{place}.{name} is unknown"
        if isinstance(value, list):
            for inner in value:
                yield from self.mismatches(inner, schema.get("items", {}), f"{place}[]")

    def resolve(self, written: Json) -> Json:
        """What a value is, after its reference and with its parts."""
        if isinstance(written.get("allOf"), list):
            parts = [self.resolve(part) for part in written["allOf"]] + [
                {k: v for k, v in written.items() if k != "allOf"}
            ]
            properties = {name: each for part in parts for name, each in part.get("properties", {}).items()}
            required = [name for part in parts for name in part.get("required", [])]
            whole = {key: value for part in parts for key, value in part.items()}
            return whole | ({"properties": properties, "required": required} if properties else {})
        while "$ref" in written:
            found: Any = self.swagger
            for step in written["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            written = found
        return written

    def sample(self, written: Json, depth: int = 0) -> Any:
        """A value that fits a schema, with everything filled in."""
        schema = self.resolve(written)
        if schema.get("enum"):
            return schema["enum"][0]
        if schema.get("type") == "array" or "items" in schema:
            return [self.sample(schema.get("items", {}), depth + 1)] if depth < 6 else []
        if schema.get("type") == "object" or "properties" in schema or "x-ms-dynamic-schema" in schema:
            inner = schema.get("properties", {}) if depth < 6 else {}
            return {name: self.sample(each, depth + 1) for name, each in inner.items()}
        return _SAMPLES.get(schema.get("type", "string"), "text")


def _put(target: Json, steps: list[str], value: Any) -> None:
    """Put a value into an object, unless something else is there."""
    for step in steps[:-1]:
        inner = target.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        target = inner
    found = target.setdefault(steps[-1], value)
    if isinstance(found, list) and found in ([], ["text"], [{}]):
        target[steps[-1]] = value
    elif isinstance(found, list) and isinstance(found[0], dict) and isinstance(value, list):
        target[steps[-1]] = [{**value[0], **found[0]}]


def _reads_as(text: str, kind: str) -> bool:
    patterns = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": "true|false"}
    return re.fullmatch(patterns.get(kind, ".*"), text, re.DOTALL) is not None


def _response(status: int, body: Any) -> HttpResponse:
    return HttpResponse(status, {"content-type": "application/json"}, json.dumps(body).encode())


def basic(user: str, password: str) -> str:
    """The header of HTTP Basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
