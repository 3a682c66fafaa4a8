"""The shape of every request body, as the API describes it.

Messages are in ``message_body``. Checks that need stored data are in the resources.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .message_body import ANY_OBJECT, DELIVERY, PREFERENCES, USER_RECIPIENT, message
from .validation import (
    Check,
    array,
    at,
    boolean,
    choice,
    first_of,
    identifier,
    lazy,
    mapping,
    nullable,
    problem,
    record,
    string,
)

COMPARISONS = (
    *("EQ", "NEQ", "GT", "GTE", "LT", "LTE", "EXISTS", "INCLUDES", "STARTS_WITH", "ENDS_WITH"),
    *("IS_BEFORE", "IS_AFTER", "OMIT"),
)

EMPTY = record()
SEND = record({"message": message})

LIST = record({"name": string}, {"preferences": PREFERENCES})
SUBSCRIPTIONS = record({"recipients": array(record({"recipientId": identifier}, {"preferences": PREFERENCES}))})
SUBSCRIPTION = record(optional={"preferences": PREFERENCES})

PROFILE = record({"profile": ANY_OBJECT})
PROFILE_LISTS = record({"lists": array(record({"listId": identifier}, {"preferences": PREFERENCES}))})
_OPERATION = record({"op": choice("add", "remove", "replace", "move", "copy", "test"), "path": string})
_NEEDS = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}


def _token_operation(value: Any, path: str) -> Iterator[str]:
    """An operation on a token, whose missing value is null."""
    yield from _patch_operation({"value": None, **value} if isinstance(value, dict) else value, path)


def _patch_operation(value: Any, path: str) -> Iterator[str]:
    problems = list(_OPERATION(value, path))
    yield from problems
    if problems:
        return
    needed = _NEEDS.get(value["op"])
    if needed and needed not in value:
        yield problem(at(path, needed), "Required")
    elif needed == "from":
        yield from string(value["from"], at(path, "from"))


PATCH = record({"patch": array(_patch_operation)})
TOKEN_PATCH = record({"patch": array(_token_operation)})

_COLORS = mapping(string)
_EMAIL_TEMPLATE = dict.fromkeys(
    ("backgroundColor", "blocksBackgroundColor", "footer", "head", "header", "width"), string
)
_SOCIAL = mapping(record(optional={"url": string}))
_EMAIL = record(
    optional={
        "templateOverride": record(
            {"enabled": boolean, "mjml": record({"enabled": boolean}, _EMAIL_TEMPLATE)},
            {**_EMAIL_TEMPLATE, "footerBackgroundColor": string, "footerFullWidth": boolean},
        ),
        "head": record({"inheritDefault": boolean}, {"content": string}),
        "footer": record(
            optional={"content": string, "inheritDefault": boolean, "markdown": string, "social": _SOCIAL}
        ),
        "header": record(
            {"logo": record(optional={"href": string, "image": string})},
            {"inheritDefault": boolean, "barColor": string},
        ),
    }
)
_INAPP = record(
    optional={
        "borderRadius": string,
        "disableMessageIcon": boolean,
        "fontFamily": string,
        "placement": choice("top", "bottom", "left", "right"),
        "widgetBackground": record(optional={"topColor": string, "bottomColor": string}),
        "colors": _COLORS,
        "icons": record(optional={"bell": string, "message": string}),
    }
)
_SETTINGS = record(optional={"colors": _COLORS, "email": _EMAIL, "inapp": _INAPP})
_SNIPPETS = record(optional={"items": array(record({"name": string, "value": string}, {"format": string}))})
BRAND = record({"name": string, "settings": _SETTINGS}, {"id": identifier, "snippets": _SNIPPETS})
BRAND_REPLACEMENT = record({"name": string}, {"settings": _SETTINGS, "snippets": _SNIPPETS})


def _group(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict) and value.get("filters") is None:
        yield problem(at(path, "filters"), "Required")
        return
    yield from _GROUP(value, path)
    if isinstance(value, dict) and (value.get("path") is not None or value.get("value") is not None):
        yield problem(path, "Expected either a comparison or a group of filters, not both")


def _filter(value: Any, path: str) -> Iterator[str]:
    """A rule inside a group: a comparison, or another group, whose operator is required."""
    if not isinstance(value, dict):
        yield problem(path, "Expected object")
    elif value.get("operator") is None:
        yield problem(at(path, "operator"), "Required")
    elif value["operator"] in ("AND", "OR") or value.get("filters"):
        yield from _group(value, path)
    else:
        # The service's own client sends an empty list of rules beside a comparison.
        yield from _COMPARISON({key: own for key, own in value.items() if key != "filters"}, path)
        if value.get("value") is None and value["operator"] not in ("EXISTS", "OMIT"):
            yield problem(at(path, "value"), "Required")


_COMPARISON = record({"operator": choice(*COMPARISONS), "path": identifier}, {"value": string})
_GROUP = record({"filters": array(lazy(lambda: _filter))}, {"operator": choice("AND", "OR")})
AUDIENCE = record(optional={"name": string, "description": string, "operator": choice("AND", "OR"), "filter": _group})

_BULK_MESSAGE = record(
    optional={
        "brand": string,
        "data": ANY_OBJECT,
        "event": string,
        "locale": mapping(ANY_OBJECT),
        "override": ANY_OBJECT,
    }
)


def _bulk_message(value: Any, path: str) -> Iterator[str]:
    yield from _BULK_MESSAGE(value, path)
    if not isinstance(value, dict):
        return
    yield from DELIVERY(value, path)
    nested = value.get("message")
    if nested is not None:
        yield from DELIVERY(nested, at(path, "message"))
    template = nested.get("template") if isinstance(nested, dict) else None
    if not (value.get("event") or value.get("template") or template):
        yield problem(at(path, "event"), "Required")


BULK_JOB = record({"message": _bulk_message})
BULK_USERS = record(
    {
        "users": array(
            record(
                optional={
                    "preferences": PREFERENCES,
                    "profile": ANY_OBJECT,
                    "recipient": identifier,
                    "data": ANY_OBJECT,
                    "to": USER_RECIPIENT,
                }
            ),
            min_items=1,
        )
    }
)

_WEBHOOK = record(
    {"url": string, "method": choice("GET", "POST", "PUT", "PATCH", "DELETE")},
    {"headers": mapping(string), "body": string},
)
_STEPS: dict[str, Check] = {
    "delay": record(optional={"duration": string, "until": string}),
    "send": record(
        optional={
            "template": string,
            "brand": string,
            "data": ANY_OBJECT,
            "profile": ANY_OBJECT,
            "recipient": string,
            "message": message,
        }
    ),
    "send-list": record({"list": string}, {"data": ANY_OBJECT, "brand": string, "template": string}),
    "update-profile": record(
        {"profile": ANY_OBJECT}, {"recipient_id": string, "merge": choice("none", "overwrite", "soft-merge", "replace")}
    ),
    "cancel": record({"cancelation_token": string}),
    "fetch-data": record({"webhook": _WEBHOOK}, {"merge_strategy": choice("replace", "overwrite", "soft-merge")}),
    "invoke": record({"template": string}),
}
_ACTION = record({"action": choice(*_STEPS)})


def _step(value: Any, path: str) -> Iterator[str]:
    problems = list(_ACTION(value, path))
    yield from problems
    if not problems:
        yield from _STEPS[value["action"]](value, path)


_INVOCATION: dict[str, Check] = {"brand": string, "data": ANY_OBJECT, "profile": ANY_OBJECT, "template": string}
AD_HOC = record(
    {"automation": record({"steps": array(_step)}, {"cancelation_token": string})}, {**_INVOCATION, "recipient": string}
)
INVOCATION = record({"recipient": nullable(string)}, _INVOCATION)

JOURNEY_INVOCATION = record(optional={"user_id": string, "profile": ANY_OBJECT, "data": ANY_OBJECT})
CANCELLATION = first_of(record({"cancelation_token": identifier}), record({"run_id": identifier}))
TRACK = record(
    {"event": identifier, "messageId": identifier, "properties": ANY_OBJECT, "type": choice("track")},
    {"userId": string},
)
AUTH_TOKEN = record({"scope": string, "expires_in": string})
