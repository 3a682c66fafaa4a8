"""A description of an API, OpenAPI 3 or Swagger 2 in JSON or YAML, as a package: what `package` converts further.

OpenAPI 3 says the same as Swagger 2 in other places. References stay as they are, since what they name stays in its
place.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connector.errors import DefinitionError
from connector.importing.media import FORM, JSON, MULTIPART, is_json
from connector.importing.package import Package
from connector.importing.reading import parse
from connector.importing.source import DEFINITION
from connector.importing.swagger import METHODS, Json, Swagger, as_list, as_object, as_text

_LARGEST = 20_000_000
_MOST_VALUES = 2_000_000
_DATA = {"example", "examples", "default", "enum", "const", "x-ms-test-value"}
"""Keywords whose values are data, not schemas."""
_STYLES = {"spaceDelimited": "ssv", "pipeDelimited": "pipes"}
_SUCCESS = re.compile("2..|2XX|default", re.IGNORECASE)


def package_of(path: Path) -> Package:
    """The description in a file as a package.

    Raises:
        DefinitionError: The file cannot be read, is not a description of an API, or is YAML and PyYAML is not
            installed.
    """
    document = _read(path)
    version = as_text(document.get("openapi")) or as_text(document.get("swagger"))
    if not version.startswith(("2", "3")) or not as_object(document.get("paths")):
        raise _wrong(path, "it is not a description of an API: OpenAPI 3 or Swagger 2, with “paths”")
    try:
        swagger = document if version.startswith("2") else swagger_of(document)
    except RecursionError:
        raise _wrong(path, "it is nested too deeply") from None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, DEFINITION).write_text(json.dumps(swagger), encoding="utf-8")
        return Package(Path(folder))


def swagger_of(document: Json) -> Json:
    """A description in OpenAPI 3 as one in Swagger 2."""
    plain = _plain(document)
    reader = Swagger(plain)
    server = as_object(next(iter(as_list(plain.get("servers"))), {}))
    variables = {name: as_object(each).get("default") for name, each in as_object(server.get("variables")).items()}
    url = urlsplit(re.sub(r"{(\w+)}", lambda found: str(variables.get(found[1], "")), as_text(server.get("url"))))
    schemes = as_object(as_object(plain.get("components")).get("securitySchemes"))
    return {
        **{word: value for word, value in plain.items() if word not in {"openapi", "servers"}},
        "swagger": "2.0",
        **({"host": url.netloc, "basePath": url.path or "/", "schemes": [url.scheme]} if url.netloc else {}),
        "securityDefinitions": {name: _security(reader.resolve(each)) for name, each in schemes.items()},
        "paths": {path: _item(reader.resolve(item), reader) for path, item in as_object(plain.get("paths")).items()},
    }


def _read(path: Path) -> Json:
    try:
        if path.stat().st_size > _LARGEST:
            raise _wrong(path, f"the file is larger than {_LARGEST // 1_000_000} MB")
        content = path.read_bytes()
    except OSError as error:
        raise _wrong(path, error.strerror or "the file cannot be read") from None
    try:
        is_yaml = path.suffix.lower() in {".yaml", ".yml"}
        document = _yaml(path, content) if is_yaml else parse(content)
    except ValueError as error:
        raise _wrong(path, str(error)) from None
    return document


def _yaml(path: Path, content: bytes) -> Json:
    try:
        import yaml  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise _wrong(path, "YAML support is not installed. Install it with “pip install pyyaml”") from None

    class Loader(yaml.SafeLoader):
        """JSON's types only: a date stays the text that it is."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":value"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        document = _as_json(yaml.load(content, Loader), [_MOST_VALUES])  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise ValueError(f"not YAML: {error.problem} (line {line})") from None
    except (yaml.YAMLError, TypeError, RecursionError):
        raise ValueError("it is not YAML that JSON could express") from None
    if not isinstance(document, dict):
        raise ValueError("the file must hold an object")
    return document


def _as_json(value: Any, left: list[int]) -> Any:
    """A value of YAML as one of JSON, whose names are texts; an alias is the value that it names.

    Raises:
        ValueError: Aliases make it larger than any description is.
        TypeError: JSON has no such value.
    """
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("aliases make it too large")
    if isinstance(value, dict):
        return {_name(name): _as_json(each, left) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each, left) for each in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError


def _name(name: Any) -> str:
    return name if isinstance(name, str) else json.dumps(name)


def _wrong(path: Path, reason: str) -> DefinitionError:
    return DefinitionError(f"“{path}” cannot be used: {reason}.")


def _plain(value: Any) -> Any:
    """The document without what Swagger 2 has no words for: several types, null as a type, alternatives."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {word: each if word in _DATA else _plain(each) for word, each in value.items()}
    if isinstance(made.get("type"), list):
        made["type"] = next((each for each in made["type"] if each != "null"), "string")
    if isinstance(made.get("examples"), list) and made["examples"]:
        made.setdefault("example", made["examples"][0])
    if "const" in made and not isinstance(made["const"], dict):
        made.setdefault("enum", [made["const"]])
    for word in ("oneOf", "anyOf"):
        options = [each for each in as_list(made.get(word)) if as_object(each).get("type") != "null"]
        if options:
            made = {**as_object(options[0]), **{name: each for name, each in made.items() if name != word}}
    return made


def _item(item: Json, reader: Swagger) -> Json:
    made = {word: _operation(as_object(item[word]), reader) for word in METHODS if word in item}
    return made | {"parameters": [_parameter(reader.resolve(each)) for each in as_list(item.get("parameters"))]}


def _operation(operation: Json, reader: Swagger) -> Json:
    made = {word: value for word, value in operation.items() if word not in {"requestBody", "callbacks", "servers"}}
    made["parameters"] = [_parameter(reader.resolve(each)) for each in as_list(operation.get("parameters"))]
    body = reader.resolve(operation.get("requestBody"))
    if as_object(body.get("content")):
        kind, media = _chosen(as_object(body["content"]))
        made["consumes"] = [kind]
        made["parameters"] += _body(kind, media, body, reader)
    responses = {str(status): reader.resolve(each) for status, each in as_object(operation.get("responses")).items()}
    made["responses"] = {status: _response(each) for status, each in responses.items()}
    kinds = [
        kind
        for status, each in responses.items()
        if _SUCCESS.fullmatch(status)
        for kind in as_object(each.get("content"))
    ]
    return made | ({"produces": list(dict.fromkeys(kinds))} if kinds else {})


def _parameter(parameter: Json) -> Json:
    made = {word: value for word, value in parameter.items() if word not in {"schema", "content", "style", "explode"}}
    content = as_object(parameter.get("content"))
    schema = as_object(parameter.get("schema")) or as_object(as_object(_chosen(content)[1]).get("schema"))
    made = {**schema, **made}
    if schema.get("type") == "array":
        style = as_text(parameter.get("style"))
        repeats = parameter.get("in") == "query" and parameter.get("explode") is not False
        made["collectionFormat"] = _STYLES.get(style) or ("multi" if repeats else "csv")
    return made


def _body(kind: str, media: Json, body: Json, reader: Swagger) -> list[Json]:
    """The parameters that the body becomes: one, or one for each field of a form."""
    if kind not in {FORM, MULTIPART}:
        described = {"description": body["description"]} if "description" in body else {}
        whole = {"name": "body", "in": "body", "required": body.get("required") is True, "schema": media.get("schema")}
        return [whole | described]
    schema = reader.schema(media.get("schema"))
    fields = []
    for name, written in as_object(schema.get("properties")).items():
        field = dict(reader.schema(written))
        if field.get("readOnly") is True:
            continue
        if field.get("format") == "binary":
            field["type"] = "file"
        required = name in as_list(schema.get("required"))
        fields.append({**field, "name": name, "in": "formData", "required": required, "collectionFormat": "multi"})
    return fields


def _response(response: Json) -> Json:
    content = as_object(response.get("content"))
    made = {word: value for word, value in response.items() if word not in {"content", "links"}}
    if not content:
        return made
    kind, media = _chosen(content)
    example = media.get("example")
    for each in as_object(media.get("examples")).values():
        example = as_object(each).get("value") if example is None else example
    schema = media.get("schema")
    if not is_json(kind) and not as_object(schema):
        schema = {"type": "string"} if kind.startswith("text/") else {"type": "file"}
    return made | {"schema": schema} | ({"examples": {JSON: example}} if example is not None else {})


def _chosen(content: Json) -> tuple[str, Json]:
    """The media type to use of several, and what is said of it: JSON, then a form, then the first."""
    kinds = {kind.lower(): as_object(media) for kind, media in content.items()}
    json_kind = next((kind for kind in kinds if is_json(kind)), None)
    form = next((kind for kind in (MULTIPART, FORM) if kind in kinds), None)
    kind = json_kind or form or next(iter(kinds), JSON)
    return kind, kinds.get(kind, {})


def _security(scheme: Json) -> Json:
    kind, name = as_text(scheme.get("type")), as_text(scheme.get("scheme")).lower()
    if kind == "http" and name == "basic":
        return {"type": "basic"}
    if kind in {"http", "openIdConnect"}:
        return {"type": "oauth2", "flow": "accessCode"}
    return scheme


def responses_of(package: Package, key: str) -> tuple[int, Any, dict[int, str]]:
    """What the service responds to an operation.

    Args:
        package: The description.
        key: The key of the action that the operation becomes.

    Returns:
        The status of a success; the body of one, None if the description shows none; the errors by status, each with
        its description.
    """
    found, reader = package.source.operations[key].document, package.source.swagger
    responses = {str(status): reader.resolve(each) for status, each in as_object(found.get("responses")).items()}
    successes = sorted(status for status in responses if re.fullmatch(r"2\d\d", status))
    success = responses.get(successes[0] if successes else "default", {})
    examples = as_object(success.get("examples"))
    body = next(
        (each for kind, each in examples.items() if is_json(kind)), as_object(success.get("schema")).get("example")
    )
    errors = {
        int(status): as_text(each.get("description"))
        for status, each in responses.items()
        if re.fullmatch(r"4\d\d", status)
    }
    return int(successes[0]) if successes else 200, body, errors
