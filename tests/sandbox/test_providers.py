"""Providers have the settings that the catalog names; a tenant's own templates take the place of the workspace's."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
SENDGRID = "/providers/HBPR0V1DER000000000000000001"
SETTINGS = {"api_key": "k", "from_address": "a@example.com"}
WELCOME = "HB1WE1C0ME000000000000000001"
OWN = f"/tenants/acme/templates/{WELCOME}"


def error_of(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]


def text_sent(call: Call, clock: SimpleNamespace, tenant: str | None, template: str = WELCOME) -> str:
    context = {"context": {"tenant_id": tenant}} if tenant else {}
    message = {"to": {"user_id": "chen"}, "template": template, **context}
    message_id = call("POST", "/send", {"message": message}).json()["requestId"]
    clock.now += 2
    outputs = call("GET", f"/messages/{message_id}/output").json()["results"]
    return str(outputs[0]["content"]["text"]) if outputs else call("GET", f"/messages/{message_id}").json()["status"]


def wording(text: str, **more: Any) -> dict[str, Any]:
    content = {"version": "2022-01-01", "elements": [{"type": "text", "content": text}]}
    return {"template": {"content": content}, **more}


def test_the_catalog_names_the_settings(call: Call) -> None:
    found = call("GET", "/providers/catalog", params={"channel": "EMAIL", "name": "grid"}).json()["results"]
    assert [entry["provider"] for entry in found] == ["sendgrid"]
    assert found[0]["settings"]["region"] == {"type": "enum", "required": False, "values": ["global", "eu"]}
    two = call("GET", "/providers/catalog", params={"keys": "slack,twilio,none"}).json()["results"]
    assert [entry["provider"] for entry in two] == ["slack", "twilio"]


@pytest.mark.parametrize(
    ("provider", "settings", "message"),
    [
        ("pigeon", {}, "provider: Unknown provider pigeon"),
        ("sendgrid", {"from_address": "a@example.com"}, "settings.api_key: Required"),
        ("sendgrid", {**SETTINGS, "shelf": "a"}, "settings.shelf: Unknown setting"),
        ("sendgrid", {**SETTINGS, "region": "moon"}, "settings.region: Expected one of global, eu"),
        ("sendgrid", {**SETTINGS, "sandbox_mode": "yes"}, "settings.sandbox_mode: Expected boolean"),
        ("slack", {"rate_limit": {"rate": 0, "period": "second"}}, "settings.rate_limit: InvalidRateLimit"),
        ("slack", {"rate_limit": {"rate": 5, "period": "day"}}, "settings.rate_limit: InvalidRateLimit"),
        ("x" * 129, {}, "provider: Expected at most 128 characters"),
    ],
)
def test_settings_that_a_provider_does_not_take_are_refused(
    call: Call, provider: str, settings: Any, message: str
) -> None:
    assert error_of(call("POST", "/providers", {"provider": provider, "settings": settings})) == (400, message)


def test_a_provider_is_created_replaced_and_changed_in_parts(call: Call) -> None:
    limit = {"rate": 5, "period": "minute"}
    made = call("POST", "/providers", {"provider": "sendgrid", "settings": {**SETTINGS, "rate_limit": limit}})
    assert (made.status_code, made.json()["title"], made.json()["updated"]) == (201, "Default Configuration", None)
    path = f"/providers/{made.json()['id']}"
    patched = call("PATCH", path, {"alias": "m", "settings": {"region": "eu", "rate_limit": None}}).json()
    assert (patched["alias"], patched["settings"]) == ("m", {**SETTINGS, "region": "eu"})
    replaced = call("PUT", path, {"provider": "sendgrid", "title": "T", "settings": SETTINGS}).json()
    assert ("alias" in replaced, replaced["title"], replaced["settings"]) == (False, "T", SETTINGS)
    expected = (400, "provider: Expected sendgrid; the provider of a configuration cannot change")
    assert error_of(call("PUT", path, {"provider": "slack"})) == expected
    assert error_of(call("PATCH", path, {"provider": "slack"})) == expected
    assert error_of(call("PATCH", path, {"settings": {"api_key": None}})) == (400, "settings.api_key: Required")


def test_the_last_provider_that_routing_names_is_not_deleted(call: Call) -> None:
    status, message = error_of(call("DELETE", SENDGRID))
    assert (status, message.partition(" is ")[2]) == (409, "referenced by routing strategy rs_harbour_mail")
    call("POST", "/providers", {"provider": "sendgrid", "settings": SETTINGS})
    assert call("DELETE", SENDGRID).status_code == 204
    assert call("GET", SENDGRID).status_code == 404
    assert call("DELETE", "/providers/HBPR0V1DER000000000000000003").status_code == 204


def test_users_of_a_tenant_get_its_own_template(call: Call, clock: SimpleNamespace) -> None:
    assert text_sent(call, clock, None) == "Good to have you aboard."
    assert text_sent(call, clock, "acme") == "Good to see you, Chen Osei."
    assert text_sent(call, clock, "acme", "welcome-email") == "Good to see you, Chen Osei."
    assert text_sent(call, clock, "acme", "acme-newsletter") == "New at Acme."
    assert call("POST", f"{OWN}/publish").json()["version"] == "v2"
    assert text_sent(call, clock, "acme") == "Come in, Chen Osei."
    assert call("DELETE", OWN).status_code == 204
    assert text_sent(call, clock, "acme") == "Good to have you aboard."


def test_a_new_version_is_sent_once_it_is_published(call: Call, clock: SimpleNamespace) -> None:
    saved = call("PUT", OWN, wording("Third"))
    assert (saved.status_code, saved.json()) == (200, {"id": WELCOME, "version": "v3"})
    assert text_sent(call, clock, "acme") == "Good to see you, Chen Osei."
    saved = call("PUT", OWN, wording("Fourth", published=True)).json()
    assert (saved["version"], "published_at" in saved) == ("v4", True)
    assert text_sent(call, clock, "acme") == "Fourth"
    call("POST", f"{OWN}/publish", {"version": "v1"})
    assert text_sent(call, clock, "acme") == "Good to see you, Chen Osei."
    assert call("PUT", "/tenants/acme/templates/new", wording("New")).status_code == 201
    assert text_sent(call, clock, "acme", "new") == "UNMAPPED"


def test_versions_of_a_tenants_template_are_read(call: Call) -> None:
    found = {name: call("GET", f"{OWN}/versions/{name}").json()["version"] for name in ("latest", "published", "v1")}
    assert found == {"latest": "v2", "published": "v1", "v1": "v1"}
    assert call("GET", OWN).json()["version"] == "v1"
    assert error_of(call("GET", f"{OWN}/versions/newest"))[0] == 400
    assert error_of(call("GET", f"{OWN}/versions/v9")) == (
        404,
        f"Template {WELCOME} in version v9 not found in tenant acme",
    )
    assert error_of(call("GET", "/tenants/acme/templates/none")) == (404, "Template none not found in tenant acme")
    listed = call("GET", "/tenants/acme/templates", params={"limit": 2}).json()
    assert [(item["id"], item["version"]) for item in listed["items"]] == [(WELCOME, "v1"), ("acme-invoice", "v1")]
    assert call("GET", listed["next_url"]).json()["items"][0]["id"] == "acme-newsletter"
