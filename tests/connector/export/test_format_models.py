"""A new keyword of the connector, its connection or a request is lost in no format: each exporter decides first."""

from __future__ import annotations

import pytest

from connector.definition.action import ActionDefinition, Pagination, RequestTemplate
from connector.definition.connection import Authorization, BasicCredentials, ConnectionKind, ConnectionSchema
from connector.definition.model import Model
from connector.definition.service import ConnectorDefinition
from connector.export import EXPORT_FORMATS
from tests.javascript.format_models import keywords_of

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

EARLIER: dict[type[Model], str] = {
    ConnectorDefinition: "$schema authorization baseUrl brandColor connection description errorBody errors groups icon"
    " idempotency key limits paging publication requestId retry sandbox since throttle timeouts title version website",
    ConnectionSchema: "properties required environment test",
    ConnectionKind: "",
    Authorization: "",
    BasicCredentials: "",
    RequestTemplate: "method path body bodyDefaults",
    Pagination: "rows input cursor more nextUrl offset",
    ActionDefinition: "$schema aliases deprecated description documented effects errors examples group idempotency"
    " inputs key operationId outcomes outputs pagination request since summary throttle visibility",
}


@pytest.mark.parametrize("model", DECIDED, ids=lambda model: model.__name__)
def test_every_keyword_is_decided(model: type[Model]) -> None:
    assert keywords_of(model) == {*DECIDED[model], *EARLIER[model].split()}


@pytest.mark.parametrize("model", DECIDED, ids=lambda model: model.__name__)
def test_every_format_has_decided(model: type[Model]) -> None:
    for word, decisions in DECIDED[model].items():
        assert set(decisions) == set(EXPORT_FORMATS), word
