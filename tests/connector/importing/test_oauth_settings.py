"""Where tokens come from, in whatever way a package says it, and what of it a connection does not need."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import responses

from connector import Connector
from connector.errors import AuthorizationError, UnavailableError
from connector.examples import FakeClock
from connector.importing.oauth import OAuthTokens
from connector.importing.source import Source
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_reading import swagger

Json = dict[str, Any]
REQUIRED: Json = {"constraints": {"required": "true"}}
REFRESH: Json = {"refresh_token": "r"}
CLIENT: Json = {"client_id": "me", "client_secret": "s3cret"}


def token(provider: str = "oauth2generic", word: str = "oAuthSettings", **values: str) -> Json:
    """A connection parameter that takes a token."""
    custom = {name: {"value": value} for name, value in values.items()}
    return {"type": "oauthSetting", word: {"identityProvider": provider, "customParameters": custom}}


def source_of(folder: Path, policies: list[Json] | None = None, **parameters: Json) -> Source:
    """A package with these connection parameters."""
    properties = {"connectionParameters": parameters, "policyTemplateInstances": policies or []}
    return Source(write_package(folder, swagger(), properties))


def says(tokens: OAuthTokens) -> tuple[str, str]:
    """Where tokens come from, and what they are for."""
    return tokens.token_url, tokens._scope


def only_for_tokens(*names: str) -> Json:
    """Connection parameters for getting a token."""
    return {f"token:{name}": {"type": "string", "uiDefinition": REQUIRED} for name in names}


@responses.activate
def test_the_urls_of_a_generic_provider_are_used_each_for_its_purpose(tmp_path: Path) -> None:
    made = token(
        TokenUrlTemplate="https://{HostPrefix}.example.com/token", refreshUrlTemplate="https://a.example/again"
    )
    source = source_of(tmp_path, token=made, **only_for_tokens("HostPrefix", "clientId", "clientSecret"))
    responses.post("https://acme.example.com/token", json={"access_token": "one"})
    responses.post("https://a.example/again", json={"access_token": "two"})
    assert OAuthTokens(source, **CLIENT, hostprefix="acme").access_token() == "one"
    assert OAuthTokens(source, **CLIENT, HostPrefix="acme", **REFRESH).access_token() == "two"


def test_a_token_url_may_have_a_query(tmp_path: Path) -> None:
    url = "https://a.example/token?type=web"
    assert says(OAuthTokens(source_of(tmp_path, token=token("oauth2", tokenUrl=url)), **CLIENT)) == (url, "")


def test_a_value_that_the_token_url_lacks_is_asked_for(tmp_path: Path) -> None:
    source = source_of(tmp_path, token=token(tokenUrlTemplate="https://{HostPrefix}.example.com/token"))
    with pytest.raises(AuthorizationError, match="Tokens need a value for HostPrefix") as caught:
        OAuthTokens(source, **CLIENT)
    assert caught.value.hint == "Pass HostPrefix=…."
    with pytest.raises(TypeError, match="“host” is neither an argument nor a value"):
        OAuthTokens(source, **CLIENT, host="acme")


@responses.activate
@pytest.mark.parametrize("in_body", [True, False])
def test_the_client_is_sent_as_the_package_says(tmp_path: Path, in_body: bool) -> None:
    body = {"tokenBodyTemplate": "client_id={ClientId}&client_secret={ClientSecret}"} if in_body else {}
    source = source_of(tmp_path, token=token(tokenUrlTemplate="https://a.example/token", **body))
    responses.post("https://a.example/token", json={"access_token": "one"})
    OAuthTokens(source, **CLIENT).access_token()
    sent = responses.calls[0].request
    assert ("client_secret" in dict(parse_qsl(str(sent.body))), "Authorization" in sent.headers) == (
        in_body,
        not in_body,
    )


@pytest.mark.parametrize("word", ["oAuthSettings", "oauthSettings"])
def test_azure_with_a_certificate_is_azure(tmp_path: Path, word: str) -> None:
    made = token("aadcertificate", word, LoginUriAAD="https://login.example.net", resourceUri="https://vault.example")
    tokens = OAuthTokens(source_of(tmp_path, token=made), **CLIENT, tenantId="acme")
    assert says(tokens) == ("https://login.example.net/acme/oauth2/v2.0/token", "https://vault.example/.default")


@pytest.mark.parametrize("blank", ["{{ client id }}", "<<your id>>", "[[Dummy]]", "@@id@@"])
def test_what_the_publisher_has_not_filled_in_is_no_value(tmp_path: Path, blank: str) -> None:
    tokens = OAuthTokens(source_of(tmp_path, token=token("aad", resourceUri=blank)), **CLIENT)
    assert says(tokens) == ("https://login.microsoftonline.com/common/oauth2/v2.0/token", "")


@responses.activate
def test_each_kind_of_connection_has_its_own_tokens(tmp_path: Path) -> None:
    kinds = [
        {"name": name, "parameters": {"token": token(tokenUrlTemplate=f"https://{name}.example/token")}}
        for name in ("one", "two")
    ]
    source = Source(write_package(tmp_path, swagger(), {"connectionParameterSets": {"values": kinds}}))
    assert says(OAuthTokens(source, **CLIENT)) == ("https://one.example/token", "")
    tokens = OAuthTokens(source, **CLIENT, kind="two")
    responses.post("https://two.example/token", json={"access_token": "t"})
    assert (
        Connector.load(tmp_path).preview("GetThing", {}, tokens.connection()).headers["Authorization"]
        == "Bearer ••••••"
    )
    assert tokens.connection().kind == "two"
    with pytest.raises(AuthorizationError, match="no kind of connection “three” that takes a token"):
        OAuthTokens(source, **CLIENT, kind="three")


def test_what_only_serves_to_get_a_token_is_no_field_of_the_connection(tmp_path: Path) -> None:
    hidden: Json = {"token:TenantId": {"type": "string", "uiDefinition": {"constraints": {"hidden": "true"}}}}
    source = source_of(tmp_path, token=token(), **only_for_tokens("clientId", "clientSecret"), **hidden)
    assert list(source.access.properties) == ["token"]
    assert source.access.kinds[0].required == ("token",)


def test_what_a_policy_needs_of_it_stays_a_field(tmp_path: Path) -> None:
    url = "@connectionParameters('token:Site')"
    policy = {"templateId": "dynamichosturl", "parameters": {"x-ms-apimTemplateParameter.urlTemplate": url}}
    source = source_of(tmp_path, [policy], token=token(), **only_for_tokens("Site", "clientId"))
    assert list(source.access.properties) == ["token", "Site"]
    assert source.base_url == "{connection.Site}"


def test_a_field_with_one_allowed_value_is_not_asked_for(tmp_path: Path) -> None:
    constraints: Json = {"required": "true", "allowedValues": [{"value": "anonymous", "text": "Anonymous"}]}
    source = source_of(tmp_path, authType={"type": "string", "uiDefinition": {"constraints": constraints}})
    assert (source.access.properties, source.access.template("authType")) == ({}, "anonymous")


@responses.activate
@pytest.mark.parametrize(("said", "seconds"), [({"expires_in": 600}, 540), ({"expires_in": "90"}, 30), ({}, 3540)])
def test_a_token_is_used_until_a_minute_before_its_end(said: Json, seconds: int, tmp_path: Path) -> None:
    source = source_of(tmp_path, token=token(tokenUrl="https://a.example/token"))
    for number in (1, 2):
        responses.post("https://a.example/token", json={"access_token": f"t{number}", **said})
    clock = FakeClock()
    tokens = OAuthTokens(source, **CLIENT, clock=clock)
    assert tokens.access_token() == "t1"
    clock.advance(seconds - 1)
    assert tokens.access_token() == "t1"
    clock.advance(1)
    assert tokens.access_token() == "t2"


@responses.activate
def test_why_no_token_is_given_is_quoted_up_to_200_characters(tmp_path: Path) -> None:
    source = source_of(tmp_path, token=token(tokenUrl="https://a.example/token"))
    responses.post("https://a.example/token", json={"error": "e" * 300}, status=400)
    with pytest.raises(AuthorizationError) as refused:
        OAuthTokens(source, **CLIENT).access_token()
    assert refused.value.message == f"The service gave no access token: {'e' * 200}."


@responses.activate
@pytest.mark.parametrize(("more", "host"), [({}, "a.example"), (REFRESH, "b.example")])
def test_the_host_that_cannot_be_reached_is_the_one_that_was_asked(more: Json, host: str, tmp_path: Path) -> None:
    made = token(tokenUrlTemplate="https://a.example/token", refreshUrlTemplate="https://b.example/again")
    for url in ("https://a.example/token", "https://b.example/again"):
        responses.post(url, body=ConnectionError("s3cret"))
    with pytest.raises(UnavailableError, match=f"^{host} could not be reached for a token: ConnectionError"):
        OAuthTokens(source_of(tmp_path, token=made), **CLIENT, **more).access_token()


@pytest.mark.parametrize("word", ["tokenUrl", "refreshUrl"])
def test_one_url_serves_both_purposes(word: str, tmp_path: Path) -> None:
    tokens = OAuthTokens(source_of(tmp_path, token=token(**{word: "https://a.example"})), **CLIENT)
    assert [tokens.token_url, tokens._refresh_url] == ["https://a.example", "https://a.example"]


def test_a_url_that_is_given_serves_both_purposes(tmp_path: Path) -> None:
    tokens = OAuthTokens(source_of(tmp_path, token=token()), **{**CLIENT, "token_url": "https://b.example"})
    assert [tokens.token_url, tokens._refresh_url] == ["https://b.example", "https://b.example"]


@pytest.mark.parametrize(
    ("scopes", "given", "used"),
    [(["a", " ", "b"], None, "a b"), (["a"], "", ""), (["a"], "c", "c"), ([], None, "of.description")],
)
def test_the_scopes_are_those_given_those_of_the_package_or_those_of_the_description(
    scopes: list[str], given: str | None, used: str, tmp_path: Path
) -> None:
    made = token(tokenUrl="https://a.example")
    made["oAuthSettings"]["scopes"] = scopes
    schemes = {
        "key": {"type": "apiKey"},
        "o": {"type": "oauth2", "tokenUrl": "https://c.example", "scopes": {"of.description": ""}},
    }
    folder = write_package(tmp_path, swagger(securityDefinitions=schemes), {"connectionParameters": {"token": made}})
    assert says(OAuthTokens(Source(folder), **CLIENT, scope=given)) == ("https://a.example", used)


def test_the_description_says_where_tokens_come_from_if_the_package_does_not(tmp_path: Path) -> None:
    schemes = {"o": {"type": "oauth2", "tokenUrl": "https://c.example"}}
    folder = write_package(tmp_path, swagger(securityDefinitions=schemes), {"connectionParameters": {"token": token()}})
    assert says(OAuthTokens(Source(folder), **CLIENT)) == ("https://c.example", "")
