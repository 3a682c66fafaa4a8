"""Which keywords of the format the JavaScript runtime reads, and why it need not know the others."""

from __future__ import annotations

from collections.abc import Mapping

from connector.definition import rules
from connector.definition.action import (
    ActionDefinition,
    BodyDefault,
    Idempotency,
    KnownError,
    Pagination,
    RequestTemplate,
    Throttle,
)
from connector.definition.connection import Authorization, BasicCredentials, ConnectionKind, ConnectionSchema
from connector.definition.field import DynamicValues, FieldSchema, ObjectSchema
from connector.definition.model import Model
from connector.definition.service import (
    ConnectorDefinition,
    ErrorBody,
    Limits,
    PagingDefaults,
    RetryPolicy,
    Timeouts,
)
from connector.export.javascript.definitions import ACTION, CONNECTOR, SCHEMA, Keywords

SCHEMA_LEFT_OUT: Keywords = frozenset(
    {
        # For people, who read them in the form and the help.
        *("description", "deprecated", "x-ms-visibility"),
        # Every accepted name of an input is in `names`, those that people type also in `aliases`.
        *("x-path", "x-aliases"),
        "$schema",
    }
)
"""Keywords of fields that it need not know."""

_RULE = ("kind", "if", "hint")
_FIELDS = ("fields", "required", "atLeastOneOf")

READ: Mapping[type[Model], Keywords] = {
    FieldSchema: SCHEMA,
    ObjectSchema: SCHEMA,
    ActionDefinition: frozenset(ACTION),
    ConnectorDefinition: frozenset({*CONNECTOR, "authorization"}),
    ConnectionSchema: frozenset({"properties", "required", "kinds"}),
    ConnectionKind: frozenset({"key", "title", "fields", "required", "authorization"}),
    Authorization: frozenset({"headers", "query", "basic", "strip"}),
    BasicCredentials: frozenset({"username", "password"}),
    DynamicValues: frozenset({"operationId", "value-collection", "value-path", "value-title", "parameters"}),
    RequestTemplate: frozenset(
        {
            *("method", "path", "baseUrl", "headers", "query"),
            "body",
            "optionalBody",
            "bodyDefaults",
            "encoding",
            "contentType",
            "accept",
        }
    ),
    BodyDefault: frozenset({"at", "ifPresent", "ifAbsent", "set", "copy"}),
    Pagination: frozenset({"rows", "input", "cursor", "more", "nextUrl", "follow", "offset"}),
    Idempotency: frozenset({"input"}),
    Throttle: frozenset({"calls", "renewalPeriod"}),
    KnownError: frozenset({"status", "code", "sentence", "hint", "field", "pattern"}),
    RetryPolicy: frozenset({"attempts", "base", "cap", "statuses"}),
    Timeouts: frozenset({"connect", "read", "total", "wait"}),
    Limits: frozenset({"requestBytes", "urlCharacters", "responseBytes"}),
    ErrorBody: frozenset({"message", "type", "kinds"}),
    PagingDefaults: frozenset({"maxItems"}),
    rules.Condition: frozenset({"filled", "values", "several"}),
    rules.FieldGroup: frozenset(_FIELDS),
    rules.Option: frozenset({*_FIELDS, "default"}),
    rules.Variant: frozenset({*_FIELDS, "values"}),
    rules.RuleBase: frozenset(_RULE),
    rules.Choice: frozenset({*_RULE, "title", "noun", "required", "options"}),
    rules.VariantRule: frozenset({*_RULE, "field", "variants"}),
    rules.Requires: frozenset({*_RULE, "fields", "atLeastOneOf", "noun"}),
    rules.Together: frozenset({*_RULE, "fields"}),
    rules.Same: frozenset({*_RULE, "fields"}),
    rules.Alike: frozenset({*_RULE, "field", "by", "values"}),
}
"""Per model of the format, the keywords that the runtime reads."""

LEFT_OUT: Mapping[type[Model], Keywords] = {
    FieldSchema: SCHEMA_LEFT_OUT,
    ObjectSchema: SCHEMA_LEFT_OUT,
    ActionDefinition: frozenset(
        # For people, forms and batches; the exporter of a host draws them.
        {
            *("$schema", "description", "aliases", "visibility", "since", "deprecated", "documented", "effects"),
            *("examples", "bulk"),
        }
    ),
    ConnectorDefinition: frozenset(
        {
            # For people, catalogues and the package around the runtime.
            *("$schema", "since", "description", "website", "icon", "brandColor", "groups", "publication"),
            # How long the service remembers a key is not the runtime's to decide.
            "idempotency",
            # The local service is a Python program.
            "sandbox",
        }
    ),
    # A host keeps connections in its own way, and tests them with an action of its choice.
    ConnectionSchema: frozenset({"environment", "test"}),
    # A host shows it where a connection is set up.
    ConnectionKind: frozenset({"description"}),
    # For hosts that draw a select, and store what was chosen.
    rules.Option: frozenset({"key", "title"}),
    rules.Choice: frozenset({"key"}),
    # There is one scope.
    Throttle: frozenset({"scope"}),
}
"""Per model of the format, the keywords that the runtime need not know, for the reason given."""
