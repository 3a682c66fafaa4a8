"""A new keyword of the connector, its connection or a request is lost in no format: each exporter decides first."""

from __future__ import annotations

import pytest

from connector.definition import rules
from connector.definition.action import (
    ActionDefinition,
    BodyDefault,
    Effects,
    Idempotency,
    KnownError,
    Pagination,
    RequestTemplate,
    Throttle,
)
from connector.definition.bulk import BulkJob
from connector.definition.common import CommonDefinitions
from connector.definition.connection import Authorization, BasicCredentials, ConnectionKind, ConnectionSchema
from connector.definition.example import Example, Interaction, SampleError, SampleRequest, SampleResponse
from connector.definition.field import DynamicValues, FieldSchema, ObjectSchema
from connector.definition.model import Model
from connector.definition.service import (
    ConnectorDefinition,
    ErrorBody,
    Group,
    IdempotencyHeader,
    Limits,
    PagingDefaults,
    Publication,
    Publisher,
    RetryPolicy,
    Timeouts,
)
from connector.export import EXPORT_FORMATS
from connector.export.keywords import FORM, STANDARD, WIRE
from tests.javascript.format_models import every_model, keywords_of

HOSTS = ("n8n", "node-red")
"""They carry the JavaScript runtime, whose own keywords `tests/javascript/keywords.py` holds."""
CALLERS = ("catalogue", "openapi", "mcp")
"""They describe the inputs and outputs of actions that the connector's own runtime runs."""
PACKAGE = "power-platform"
"""The cloud calls the service as it describes it."""
DOCS = "docs"

_RUNTIME = dict.fromkeys(HOSTS, "the runtime in it sends it")
_NOT_SEEN = dict.fromkeys(CALLERS, "how a request is sent is the runtime's")
_TEMPLATE = {**_RUNTIME, **_NOT_SEEN, DOCS: "people need not know where a value is sent"}
_CREDENTIAL = {**_RUNTIME, "catalogue": "not in it: it holds what a form needs", "mcp": "agents see no secret"}
_BODY = {**_RUNTIME, **_NOT_SEEN, DOCS: "people need not know how a body is written"}

DECIDED: dict[type[Model], dict[str, dict[str, str]]] = {
    ConnectorDefinition: {
        "headers": {**_TEMPLATE, PACKAGE: "policies setheader"},
        "query": {**_TEMPLATE, PACKAGE: "policies setqueryparameter"},
        "insecure": {**_TEMPLATE, PACKAGE: "the scheme of the host"},
    },
    ConnectionSchema: {
        "kinds": {
            **dict.fromkeys(HOSTS, "a select, and the fields of the one that is chosen"),
            "catalogue": "listed beside the fields",
            "openapi": "a security requirement for each",
            "mcp": "agents see no connection",
            DOCS: "a table",
            PACKAGE: "refused by its name",
        },
    },
    ConnectionKind: {
        word: {
            **_CREDENTIAL,
            "openapi": "the name of a security scheme, and its description",
            DOCS: "a table",
            PACKAGE: "refused with “kinds”",
        }
        for word in ("key", "title", "description", "fields", "required", "authorization")
    },
    Authorization: {
        word: {**_CREDENTIAL, "openapi": "a security scheme", DOCS: "people need not know", PACKAGE: how}
        for word, how in (
            ("headers", "an API key in a header, and policies setheader"),
            ("query", "an API key in the query, and policies setqueryparameter"),
            ("basic", "Basic authentication, if each part is one field; else refused by its name"),
            ("strip", "the policy adds the prefix, and the description says so"),
        )
    },
    BasicCredentials: {
        word: {
            **_CREDENTIAL,
            "openapi": "the scheme “basic”",
            DOCS: "people need not know",
            PACKAGE: "a connection parameter",
        }
        for word in ("username", "password")
    },
    RequestTemplate: {
        "headers": {**_TEMPLATE, PACKAGE: "policies, or parameters; else refused by action and name"},
        "query": {**_TEMPLATE, PACKAGE: "policies, or parameters; else refused by action and name"},
        "baseUrl": {**_TEMPLATE, PACKAGE: "a policy dynamichosturl; refused with an input in it"},
        "optionalBody": {**_BODY, PACKAGE: "the parameter of the body is not required"},
        "encoding": {**_BODY, PACKAGE: "consumes, and parameters of a form"},
        "contentType": {**_BODY, PACKAGE: "consumes"},
        "accept": {**_BODY, PACKAGE: "produces"},
    },
    Pagination: {
        "follow": {**_RUNTIME, **_NOT_SEEN, DOCS: "people need not know", PACKAGE: "one page, as for every action"},
    },
    ActionDefinition: {
        "bulk": dict.fromkeys(EXPORT_FORMATS, "only batches use it"),
        "longRunning": {**_RUNTIME, **_NOT_SEEN, DOCS: "a fact", PACKAGE: "a response 202: the cloud polls"},
    },
}
"""What each format does with a keyword; those that were there before are in the tests of each format."""

_OBJECT = "$defs $schema additionalProperties dependentRequired properties required type x-ms-visibility x-rules"
_RULE = "hint if kind"
_FIELDS = "atLeastOneOf fields required"
EARLIER: dict[type[Model], str] = {
    ConnectorDefinition: "$schema authorization baseUrl brandColor connection description errorBody errors groups icon"
    " idempotency key limits paging publication requestId retry sandbox since throttle timeouts title version website",
    ConnectionSchema: "properties required environment test",
    ConnectionKind: "",
    Authorization: "",
    BasicCredentials: "",
    RequestTemplate: "method path body bodyDefaults",
    BodyDefault: "at copy ifAbsent ifPresent set",
    Pagination: "rows input cursor more nextUrl offset",
    ActionDefinition: "$schema aliases deprecated description documented effects errors examples group idempotency"
    " inputs key operationId outcomes outputs pagination request since summary throttle visibility",
    FieldSchema: " ".join(STANDARD - {"$schema", "$defs"} | WIRE | FORM),
    ObjectSchema: _OBJECT,
    DynamicValues: "operationId parameters value-collection value-path value-title",
    Effects: "destructive idempotent readOnly",
    Idempotency: "input",
    IdempotencyHeader: "header hours",
    KnownError: "code field hint pattern sentence status",
    ErrorBody: "kinds message type",
    Throttle: "calls renewalPeriod scope",
    RetryPolicy: "attempts base cap statuses",
    Timeouts: "connect read total wait",
    Limits: "requestBytes responseBytes urlCharacters",
    PagingDefaults: "maxItems",
    Group: "description icon title",
    Publication: "brandColor categories icon privacyPolicy publisher",
    Publisher: "email name url",
    Example: "allPages error inputs interactions outputs title",
    Interaction: "request response",
    SampleError: "code field",
    SampleRequest: "body headers method path query",
    SampleResponse: "body headers status text",
    BulkJob: "add create created defaults ended failed get id input matches most outcome outputs own results rows run"
    " same status succeeded unless",
    CommonDefinitions: "$defs $schema errors fieldsets rules",
    rules.Condition: "filled several values",
    rules.FieldGroup: _FIELDS,
    rules.Option: f"{_FIELDS} default key title",
    rules.Variant: f"{_FIELDS} values",
    rules.RuleBase: "hint if",
    rules.Choice: f"{_RULE} key noun options required title",
    rules.VariantRule: f"{_RULE} field variants",
    rules.Requires: f"{_RULE} atLeastOneOf fields noun",
    rules.Together: f"{_RULE} fields",
    rules.Same: f"{_RULE} fields",
    rules.Alike: f"{_RULE} by field values",
}
"""The keywords that every format knew before: the tests of each format hold what it does with them."""


def test_every_model_of_the_format_is_decided() -> None:
    assert set(EARLIER) == set(every_model())


@pytest.mark.parametrize("model", EARLIER, ids=lambda model: model.__name__)
def test_every_keyword_is_decided(model: type[Model]) -> None:
    assert keywords_of(model) == {*DECIDED.get(model, {}), *EARLIER[model].split()}


@pytest.mark.parametrize("model", DECIDED, ids=lambda model: model.__name__)
def test_every_format_has_decided(model: type[Model]) -> None:
    for word, decisions in DECIDED[model].items():
        assert set(decisions) == set(EXPORT_FORMATS), word
