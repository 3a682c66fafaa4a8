from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from connector.connections.auth import Auth, identity_of
from connector.connections.connection import Connection
from connector.connections.endpoint import Endpoint
from connector.definition.service import ConnectorDefinition
from connector.errors import AuthorizationError
from connector.http.request import HttpRequest, build
from connector.secrets import MASK
from tests.connector.parcels import API_KEY, BASE, Json, connector_definition, definition, field

PARCELS = connector_definition()
REQUEST = HttpRequest("GET", f"{BASE}/parcels", {"Accept": "application/json"})


def connector(
    authorization: Json, fields: Mapping[str, Json] | None = None, required: list[str] | None = None, **words: Any
) -> ConnectorDefinition:
    """A connector that authenticates so; every field is a secret unless it says otherwise."""
    declared = fields or {"key": {}}
    properties = {name: {**field(title=name), "writeOnly": True, **own} for name, own in declared.items()}
    connection = {"properties": properties, "required": list(properties) if required is None else required}
    return connector_definition(connection=connection, authorization=authorization, **words)


def sent(made: ConnectorDefinition, request: HttpRequest = REQUEST, **values: Any) -> tuple[str, dict[str, str]]:
    url, headers = Auth.of(made, Connection(**values)).sign(request)
    return url, {name: value for name, value in headers.items() if name not in request.headers}


@pytest.mark.parametrize("given", [API_KEY, f"Bearer {API_KEY}", f"bearer   {API_KEY}", f" BEARER {API_KEY} \n"])
def test_a_secret_is_signed_with_alone_however_it_was_pasted(given: str) -> None:
    assert sent(PARCELS, api_key=given) == (REQUEST.url, {"Authorization": f"Bearer {API_KEY}"})


@pytest.mark.parametrize("given", [None, "", "  ", "Bearer "])
def test_a_missing_secret_is_told_with_where_it_may_come_from(given: str | None) -> None:
    with pytest.raises(AuthorizationError) as caught:
        Auth.of(PARCELS, Connection(api_key=given))
    assert caught.value.to_dict() == {
        "code": "missing_secret",
        "message": "The connection has no API key.",
        "hint": "Pass api_key=... to the connection, or set PARCELS_API_KEY or PARCELS_KEY.",
        "field": "api_key",
        "retryable": False,
    }


def test_a_missing_value_without_a_title_or_a_variable_has_its_name() -> None:
    made = connector_definition(connection={"properties": {"key": {"type": "string", "writeOnly": True}},
                                            "required": ["key"]}, authorization={})  # fmt: skip
    with pytest.raises(AuthorizationError) as caught:
        Auth.of(made, Connection())
    assert (caught.value.message, caught.value.hint) == (
        "The connection has no key.",
        "Pass key=... to the connection.",
    )


@pytest.mark.parametrize(
    "given", ["hunter2 x", "hunter2\r\nX-Evil: 1", "hunter2ä", "hun\x00ter2", "hunter2\x7f", "hunter2\x1fx"]
)
def test_a_secret_that_cannot_travel_in_a_header_is_refused_without_showing_it(given: str) -> None:
    with pytest.raises(AuthorizationError, match="contains invalid characters") as caught:
        Auth.of(PARCELS, Connection(api_key=given))
    assert "hunter2" not in str(caught.value.to_dict())


@pytest.mark.parametrize(
    ("template", "given", "is_sent"),
    [
        ("Bearer {connection.key}", "!~", True),
        ("Bearer {connection.key}", "a b", False),
        ("{connection.key}", "Token a b~", True),
        ("{connection.key}", "Token a\x7f", False),
        ("{connection.key}", "Token é", False),
        ("user {connection.user}", "ada b", True),
        ("user {connection.user}", "é", False),
    ],
)
def test_what_a_header_takes_depends_on_what_it_is_part_of(template: str, given: str, is_sent: bool) -> None:
    made = connector({"headers": {"X-Key": template}}, {"key": {}, "user": {"writeOnly": False}}, required=[])
    values: Json = {name: given for name in ("key", "user") if name in template}
    if is_sent:
        assert list(sent(made, **values)[1].values()) == [template.partition("{")[0] + given]
    else:
        with pytest.raises(AuthorizationError, match="contains invalid characters, such as a space") as caught:
            Auth.of(made, Connection(**values))
        assert caught.value.to_dict() == {
            "code": "secret_form",
            "message": f"The connection's {caught.value.field} contains invalid characters, "
            "such as a space or a line break.",
            "hint": "Copy it again, without anything before or after it.",
            "field": next(iter(values)),
            "retryable": False,
        }


@pytest.mark.parametrize(
    ("given", "is_sent"),
    [("a b~é\xa0b", True), ("a\tb", False), ("a\x7fb", False), ("a\x9fb", False), ("a\x1fb", False)],
)
def test_no_control_character_is_sent_in_a_query(given: str, is_sent: bool) -> None:
    made = connector({"query": {"key": "{connection.key}"}})
    if is_sent:
        assert sent(made, key=given)[0] == f"{REQUEST.url}?key=a%20b~%C3%A9%C2%A0b"
    else:
        with pytest.raises(AuthorizationError, match="contains invalid characters, such as a line break"):
            Auth.of(made, Connection(key=given))


def test_a_secret_is_hidden_in_every_form_in_which_it_may_be_sent_or_repeated() -> None:
    made = connector({"headers": {"X": "{connection.key}"}}, {"key": {}, "user": {"writeOnly": False}}, required=[])
    assert set(Auth.of(made, Connection(key='a/b "c+d/', user="ada")).hidden) == {
        'a/b "c+d/', 'a/b "c+d', "a%2Fb%20%22c%2Bd%2F", "a%2Fb+%22c%2Bd%2F", 'a/b \\"c+d/',
    }  # fmt: skip
    assert list(Auth.of(made, Connection(user="ada")).hidden) == []
    basic = connector({"basic": {"username": "ada", "password": "{connection.key}"}})
    assert {"YWRhOj8_Pz8=".replace("_", "/"), "YWRhOj8/Pz8", "YWRhOj8%2FPz8%3D"} <= set(
        Auth.of(basic, Connection(key="????")).hidden
    )


def test_a_preview_shows_what_would_be_sent_of_a_connection_that_lacks_something() -> None:
    places = {"X-A": "{connection.a}", "X-B": "{connection.b}"}
    made = connector({"headers": places}, {"a": {}, "b": {}}, required=["a"])
    shown = [set(Auth.preview(made, each).mask(REQUEST)[1]) - {"Accept"} for each in (
        None, Connection(b="1"), Connection(a="1"), Connection(a="1", b="1"),
    )]  # fmt: skip
    assert shown == [{"X-A", "X-B"}, {"X-A", "X-B"}, {"X-A"}, {"X-A", "X-B"}]


def test_what_is_shown_has_a_mask_in_the_secrets_place() -> None:
    url, headers = Auth.preview(PARCELS, None).mask(REQUEST)
    assert (url, headers) == (REQUEST.url, {"Accept": "application/json", "Authorization": f"Bearer {MASK}"})


def test_a_value_that_looks_like_a_template_is_not_one() -> None:
    made = connector({"headers": {"X-Key": "{connection.user}:{connection.key}"}}, {"user": {}, "key": {}})
    assert sent(made, user="{connection.key}", key="k")[1] == {"X-Key": "{connection.key}:k"}


def test_a_key_may_travel_in_the_query() -> None:
    made = connector({"query": {"api key": "{connection.key}"}})
    request = HttpRequest("GET", f"{BASE}/parcels?a=b", {})
    assert sent(made, key="k&=1")[0] == f"{BASE}/parcels?api%20key=k%26%3D1"
    assert sent(made, request, key="k")[0] == f"{BASE}/parcels?a=b&api%20key=k"
    assert Auth.preview(made, Connection(key="k")).mask(request)[0] == f"{BASE}/parcels?a=b&api%20key={MASK}"


def test_basic_authentication_sends_the_user_and_the_password_in_base64() -> None:
    basic = {"username": "{connection.user}/token", "password": "{connection.key}"}
    made = connector({"basic": basic}, {"user": {"writeOnly": False}, "key": {}})
    pair = base64.b64encode("zoë/token:pass word:ü".encode()).decode()
    assert sent(made, user="zoë", key="pass word:ü")[1] == {"Authorization": f"Basic {pair}"}
    auth = Auth.of(made, Connection(user="zoë", key="pass word:ü"))
    assert auth.mask(REQUEST)[1]["Authorization"] == f"Basic {MASK}"
    assert {"pass word:ü", "pass%20word%3A%C3%BC", pair, pair.rstrip("=")} <= set(auth.hidden)
    assert "zoë" not in auth.hidden


def test_a_user_name_with_a_colon_cannot_be_sent() -> None:
    made = connector(
        {"basic": {"username": "{connection.user}", "password": "{connection.key}"}}, {"user": {}, "key": {}}
    )
    with pytest.raises(AuthorizationError, match="user contains a colon"):
        Auth.of(made, Connection(user="a:b", key="k"))


def test_a_pair_without_any_value_is_not_sent() -> None:
    places = {"headers": {"X-A": "a {connection.a}", "X-AB": "{connection.a}/{connection.b}", "X-C": "c"}}
    made = connector({**places, "query": {"b": "{connection.b}"}}, {"a": {}, "b": {}}, required=[])
    assert sent(made) == (REQUEST.url, {"X-C": "c"})
    assert sent(made, b="1") == (f"{REQUEST.url}?b=1", {"X-AB": "/1", "X-C": "c"})
    assert set(Auth.preview(made, Connection(b="1")).mask(REQUEST)[1]) == {"Accept", "X-AB", "X-C"}


def test_a_connector_without_secrets_needs_no_connection() -> None:
    document = connector_definition().model_dump(by_alias=True, exclude_unset=True)
    made = ConnectorDefinition.model_validate(
        {name: value for name, value in document.items() if name not in {"connection", "authorization"}}
    )
    assert Auth.of(made, Connection()).sign(REQUEST) == (REQUEST.url, {"Accept": "application/json"})


KINDS = {
    "properties": {"key": field(title="API key", writeOnly=True), "token": field(title="Token", writeOnly=True)},
    "kinds": [
        {"key": "api_key", "title": "API key", "fields": ["key"], "required": ["key"],
         "authorization": {"query": {"key": "{connection.key}"}}},
        {"key": "oauth", "title": "Sign in", "fields": ["token"], "required": ["token"],
         "authorization": {"headers": {"Authorization": "Bearer {connection.token}"}}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"key": "k"}, "api_key"),
        ({"token": "t"}, "oauth"),
        ({"key": "k", "token": "t"}, "api_key"),
        ({"key": "k", "token": "t", "kind": "oauth"}, "oauth"),
    ],
)
def test_the_kind_of_a_connection_is_the_one_it_names_or_the_first_that_it_fits(values: Any, kind: str) -> None:
    assert Auth.of(connector_definition(connection=KINDS), Connection(**values)).kind.key == kind


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "The connection is incomplete. Fill in one of these. API key: API key; Sign in: Token."),
        ({"kind": "oauth", "key": "k"}, "The connection has no Token."),
        ({"kind": "saml"}, "There is no kind of connection “saml”."),
    ],
)
def test_a_connection_of_no_kind_is_told_which_there_are(values: Any, message: str) -> None:
    with pytest.raises(AuthorizationError) as caught:
        Auth.of(connector_definition(connection=KINDS), Connection(**values))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("made", "hint"),
    [
        (connector_definition(connection=KINDS), "Kinds of connection: api_key, oauth."),
        (PARCELS, "Leave the kind out: there is only one."),
    ],
)
def test_an_unknown_kind_is_cut_and_the_kinds_that_there_are_named(made: ConnectorDefinition, hint: str) -> None:
    with pytest.raises(AuthorizationError) as caught:
        Auth.of(made, Connection(kind="x" * 81, api_key="k", key="k"))
    assert caught.value.message == f"There is no kind of connection “{'x' * 80}”."
    assert (caught.value.error_code, caught.value.hint) == ("unknown_kind", hint)


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ({"key": "k", "token": "t"}, True),
        ({"key": "k", "kind": "api_key"}, True),
        ({"key": "l"}, False),
        ({"key": "k", "token": "t", "kind": "oauth"}, False),
    ],
)
def test_only_the_fields_of_its_kind_make_an_account_another(values: Any, same: bool) -> None:
    made = connector_definition(connection=KINDS)
    assert (identity_of(made, Connection(**values)) == identity_of(made, Connection(key="k"))) is same


TEMPLATES = {
    "baseUrl": "https://{connection.region}.parcels.example/v1",
    "headers": {"X-Account": "{connection.account}"},
    "query": {"expand": "{connection.expand}", "token": "{connection.key}"},
}
FIELDS: dict[str, Json] = {
    "key": {},
    **{name: {"writeOnly": False} for name in ("region", "account", "expand")},
}


def test_values_of_the_connection_fill_base_url_path_headers_and_query() -> None:
    made = connector({}, FIELDS, required=["key"], **TEMPLATES)
    action = definition(
        {"id": field(x_in="path")}, method="GET", path="/a/{connection.account}/bot{connection.key}/{id}"
    )
    auth = Auth.of(made, Connection(key="k/1", region="https://eu/", account="a b"))
    request = build(action, {"id": "{connection.key}"}, auth.endpoint, None)
    base = "https://eu.parcels.example/v1/a/a%20b"
    assert request.url == f"{base}/bot{{connection.key}}/%7Bconnection.key%7D?token={{connection.key}}"
    url, headers = auth.sign(request)
    assert url == f"{base}/botk%2F1/%7Bconnection.key%7D?token=k%2F1"
    assert headers["X-Account"] == "a b"
    assert auth.mask(request)[0] == f"{base}/bot{MASK}/%7Bconnection.key%7D?token={MASK}"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "The connection has no region."),
        ({"region": "eu/x"}, "“eu/x” is not a host name."),
        ({"region": "a@evil.example"}, "“a@evil.example” is not a host name."),
        ({"region": "eu", "account": ".."}, "The connection's account cannot be part of a path."),
    ],
)
def test_what_the_url_of_an_action_needs_from_the_connection_is_checked(values: Any, message: str) -> None:
    made = connector({}, FIELDS, required=["key"], **TEMPLATES)
    path = "/a/{connection.account}" if "account" in values else "/a"
    with pytest.raises(AuthorizationError) as caught:
        Auth.of(made, Connection(key="k", **values)).require(definition(method="GET", path=path).request)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("words", "values", "shown"),
    [
        ({"path": "/a"}, {"region": "eu/x"}, ("host", "“eu/x” is not a host name.", "region")),
        ({"path": "/a/{connection.account}"}, {"region": "eu", "account": "."},
         ("secret_form", "The connection's account cannot be part of a path.", "account")),
        ({"path": "/a/{connection.account}"}, {"region": "eu"},
         ("missing_secret", "The connection has no account.", "account")),
        ({"path": "/a/{connection.account}"}, {"region": "eu", "account": "a/.."}, None),
        ({"path": "/a", "headers": {"X-Note": "to {connection.expand}"}}, {"region": "eu", "expand": "é"},
         ("secret_form", "The connection's expand contains invalid characters, such as a space or a line break.",
          "expand")),
        ({"path": "/a", "headers": {"X-Note": "to {connection.expand}"}}, {"region": "eu", "expand": "a b"}, None),
        ({"path": "/a"}, {"region": "eu", "account": "é"},
         ("secret_form", "The connection's account contains invalid characters, such as a space or a line break.",
          "account")),
        ({"path": "/a"}, {"region": "eu", "expand": "é"}, None),
    ],
)  # fmt: skip
def test_an_action_asks_of_a_connection_what_its_own_requests_need(
    words: Json, values: Any, shown: tuple[str, str, str] | None
) -> None:
    made = connector({}, FIELDS, required=["key"], **TEMPLATES)
    auth = Auth.of(made, Connection(key="k", **values))
    request = definition().request.model_validate({"method": "GET", **words})
    for _ in range(2):  # what was refused once is refused again
        if shown is None:
            auth.require(request)
        else:
            with pytest.raises(AuthorizationError) as caught:
                auth.require(request)
            assert (caught.value.error_code, caught.value.message, caught.value.field) == shown


def test_what_one_action_asks_of_a_connection_is_asked_for_the_next_one_too() -> None:
    auth = Auth.of(connector({}, FIELDS, required=["key"], **TEMPLATES), Connection(key="k", region="eu"))
    auth.require(definition(method="GET", path="/a").request)
    with pytest.raises(AuthorizationError, match="no account"):
        auth.require(definition(method="GET", path="/a/{connection.account}").request)


def test_a_secret_may_be_the_whole_url() -> None:
    made = connector({}, {"hook": {}}, baseUrl="{connection.hook}")
    auth = Auth.of(made, Connection(hook="https://hooks.example/s3cr3t/"))
    request = build(definition(method="POST", path="/send"), {}, auth.endpoint, None)
    assert request.url == "{connection.hook}/send"
    assert auth.sign(request)[0] == "https://hooks.example/s3cr3t/send"
    assert auth.mask(request)[0] == f"{MASK}/send"
    with pytest.raises(AuthorizationError) as caught:
        Auth.of(made, Connection(hook="hooks/s3cr3t")).require(definition(path="/send").request)
    assert "s3cr3t" not in str(caught.value.to_dict())


@pytest.mark.parametrize(("connector_allows", "connection_allows"), [(True, False), (False, True), (False, False)])
def test_an_unencrypted_url_is_allowed_by_the_connector_or_the_connection(
    connector_allows: bool, connection_allows: bool
) -> None:
    made = connector({}, {"hook": {}}, baseUrl="{connection.hook}", insecure=connector_allows)
    auth = Auth.of(made, Connection(hook="http://hooks.example/s3cr3t", allow_insecure=connection_allows))
    request = definition(method="POST", path="/send").request
    if connector_allows or connection_allows:
        auth.require(request)
    else:
        with pytest.raises(AuthorizationError, match="not a valid URL"):
            auth.require(request)


def test_a_header_may_have_several_secrets_with_text_around_them() -> None:
    made = connector({}, {"key": {}, "pin": {}}, headers={"X-Both": "a {connection.key}:{connection.pin} b"})
    auth = Auth.of(made, Connection(key="k-1", pin="p-2"))
    request = build(definition(method="GET", path="/a"), {}, auth.endpoint, None)
    assert request.secret_headers == {"X-Both": ("a ", "key", ":", "pin", " b")}
    assert auth.sign(request)[1]["X-Both"] == "a k-1:p-2 b"
    assert auth.mask(request)[1]["X-Both"] == f"a {MASK}:{MASK} b"


def test_an_input_cannot_name_a_secret_in_a_header_or_a_base_url() -> None:
    made = connector({}, {"key": {}}, headers={"X-Key": "{connection.key}"})
    action = definition(
        {"note": field(), "trace": field(x_in="header")},
        method="GET",
        path="/a",
    ).model_copy(update={})
    auth = Auth.of(made, Connection(key="s3cr3t"))
    request = build(action, {"trace": "{connection.key}"}, auth.endpoint, None)
    _, headers = auth.sign(request)
    assert headers["trace"] == "{connection.key}"
    assert headers["X-Key"] == "s3cr3t"


@pytest.mark.parametrize(
    ("connection", "url"),
    [(None, BASE), (Connection(), BASE), (Connection(base_url="https://eu.example/"), "https://eu.example")],
)
def test_the_address_is_the_connections_or_the_connectors(connection: Connection | None, url: str) -> None:
    endpoint = Auth.preview(PARCELS, connection).endpoint
    assert build(definition(method="GET", path="/a"), {}, endpoint, None).url == f"{url}/a"


def test_the_base_url_of_a_connection_takes_the_place_of_an_actions_own() -> None:
    endpoint = Auth.preview(PARCELS, Connection(base_url="http://localhost:1")).endpoint
    elsewhere = definition(method="GET", path="/a").request.model_copy(update={"base_url": "https://up.example"})
    assert endpoint.template(elsewhere) == "http://localhost:1"
    assert Endpoint(BASE).template(elsewhere) == "https://up.example"


def test_the_url_of_a_next_page_gets_no_secret_that_it_names_and_no_parameter_twice() -> None:
    made = connector({"query": {"key": "{connection.key}"}}, {"key": {}, "other": {}}, required=["key"])
    auth = Auth.of(made, Connection(key="k-1234", other="s3cr3t"))
    page = build(
        definition(method="GET", path="/a"), {}, auth.endpoint, None, f"{BASE}/a?p=2&key=k-1234&x={{connection.other}}"
    )
    assert auth.sign(page)[0] == f"{BASE}/a?p=2&key=k-1234&x=%7Bconnection.other%7D"


def test_the_url_of_a_next_page_gets_what_it_lacks_of_several_parameters() -> None:
    made = connector({"query": {"a b": "{connection.key}", "c": "1", "d": "2"}})
    request = HttpRequest("GET", f"{BASE}/a?a%20b=k&c=3", {})
    assert sent(made, request, key="k")[0] == f"{BASE}/a?a%20b=k&c=3&d=2"
    assert sent(made, HttpRequest("GET", f"{BASE}/c=3", {}), key="k")[0] == f"{BASE}/c=3?a%20b=k&c=1&d=2"
