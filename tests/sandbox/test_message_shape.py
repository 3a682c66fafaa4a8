from collections.abc import Callable
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (("routing", "method"), ["all", "single"]),
        (("channels", "email", "routing_method"), ["all", "single"]),
        (("timeout", "criteria"), ["no-escalation", "delivered", "viewed", "engaged"]),
        (("to", "webhook", "method"), ["POST", "PUT"]),
        (("to", "webhook", "profile"), ["limited", "expanded"]),
        (("to", "webhook", "authentication", "mode"), ["none", "basic", "bearer"]),
        (("to", "filters", 0, "operator"), ["MEMBER_OF"]),
        (("to", "filters", 0, "path"), ["account_id"]),
        (("to", "preferences", "notifications", "t", "status"), ["OPTED_IN", "OPTED_OUT", "REQUIRED"]),
        (
            ("to", "preferences", "notifications", "t", "channel_preferences", 0, "channel"),
            ["direct_message", "email", "push", "sms", "webhook", "inbox"],
        ),
    ],
)
def test_a_choice_takes_the_values_of_the_api_and_no_others(call: Call, place: tuple[Any, ...], values: Any) -> None:
    def send(value: str) -> requests.Response:
        message: dict[str, Any] = {
            "to": {
                "user_id": "ada",
                "webhook": {"url": "https://hook.example.com", "authentication": {"mode": "none"}},
                "filters": [{"operator": "MEMBER_OF", "path": "account_id", "value": "a"}],
                "preferences": {"notifications": {"t": {"status": "OPTED_IN", "channel_preferences": [{}]}}},
            },
            "content": {"title": "T", "body": "B"},
            "routing": {"method": "all", "channels": ["email"]},
            "channels": {"email": {}},
            "timeout": {},
        }
        message["to"]["preferences"]["notifications"]["t"]["channel_preferences"][0]["channel"] = "email"
        inner: Any = message
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        return call("POST", "/send", {"message": message})

    assert [send(value).status_code for value in values] == [202] * len(values)
    refused = send("something-else")
    assert refused.status_code == 400
    assert refused.json()["message"].endswith(f"Expected one of {', '.join(values)}")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("template", 1, "message.template: Expected string"),
        ("data", [], "message.data: Expected object"),
        ("brand_id", 1, "message.brand_id: Expected string"),
        ("channels", {"email": {"providers": "sendgrid"}}, "message.channels.email.providers: Expected array"),
        ("context", {"tenant_id": 1}, "message.context.tenant_id: Expected string"),
        ("metadata", {"tags": "news"}, "message.metadata.tags: Expected array"),
        ("preferences", {}, "message.preferences.subscription_topic_id: Required"),
        ("providers", {"sendgrid": {"timeouts": "soon"}}, "message.providers.sendgrid.timeouts: Expected integer"),
        ("routing", {"method": "all", "channels": "email"}, "message.routing.channels: Expected array"),
        ("timeout", {"message": -1}, "message.timeout.message: Expected a number of 0 or more"),
        ("delay", {"duration": "soon"}, "message.delay.duration: Expected integer"),
        ("delay", {"until": 1}, "message.delay.until: Expected string"),
        ("expiry", {}, "message.expiry.expires_in: Required"),
        ("to", [], "message.to: Expected at least 1 item(s)"),
        ("to", {"user_id": ""}, "message.to.user_id: Expected a string that is not empty"),
        ("to", {"user_id": None}, "message.to: Expected a user, a list, an audience or an address"),
    ],
)
def test_a_wrong_option_of_a_message_is_refused_with_its_place(
    call: Call, option: str, value: Any, message: str
) -> None:
    sent = {"to": {"user_id": "ada"}, "content": {"title": "T", "body": "B"}, option: value}
    response = call("POST", "/send", {"message": sent})
    assert (response.status_code, response.json()["message"]) == (400, message)
