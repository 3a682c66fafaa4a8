"""What the forms of the actions refuse, and where they say so: the rules across fields of this connector."""

from __future__ import annotations

from typing import Any

import pytest

from connector.catalogue.action import Action
from tests.courier import courier

from .conftest import World

COURIER = courier()
TEXT = {"title": "Hi", "body": "There"}
SLACK = {"slack_access_token": "xoxb"}
TEAMS = {"ms_teams_tenant_id": "t", "ms_teams_service_url": "https://smba.example.com"}
PROFILE = {"recipient_id": "ada"}
BRAND = {"name": "Harbour"}


def shown(key: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    _, problems = COURIER.find(key).validate_inputs(inputs)
    return [(problem.field, problem.rule) for problem in problems]


def message(key: str, inputs: dict[str, Any]) -> list[str]:
    _, problems = COURIER.find(key).validate_inputs(inputs)
    return [problem.message for problem in problems]


def test_a_recipient_beside_recipients_is_refused_and_not_lost() -> None:
    inputs = {"user_id": "ada", "recipients": [{"user_id": "grace"}], **TEXT}
    assert message("send_message", inputs) == ["Use either User ID or Recipients, not both."]


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        (TEXT, [("user_id", "required")]),
        ({"user_id": "ada"}, [("title", "required")]),
        ({"user_id": "ada", "title": "Hi"}, [("body", "required")]),
        ({"user_id": "ada", "body": "There"}, [("title", "required")]),
        ({"user_id": "ada", "template": "t", **TEXT}, [("title", "conflict")]),
        ({"user_id": "ada", "elements": [{"type": "html", "content": "x"}], **TEXT}, [("elements", "conflict")]),
        ({"tenant_id": "acme", **TEXT}, []),
        ({"tenant_id": "acme", "user_id": "ada", **TEXT}, []),
        ({"tenant_id": "acme", "list_id": "l", **TEXT}, [("tenant_id", "conflict")]),
        ({"locale": "fr", **TEXT}, [("user_id", "required")]),
        (
            {"filters": [{"operator": "MEMBER_OF", "path": "account_id", "value": "a"}], **TEXT},
            [("list_id", "required")],
        ),
        ({"user_id": "ada", "list_id": "l", **TEXT}, [("list_id", "conflict")]),
        ({"slack_channel": "C1", **TEXT}, [("slack_access_token", "required")]),
        ({**SLACK, **TEXT}, [("slack_channel", "required")]),
        ({**SLACK, "slack_channel": "C1", "slack_email": "a@example.com", **TEXT}, [("slack_email", "conflict")]),
        ({**TEAMS, **TEXT}, [("ms_teams_user_id", "required")]),
        ({**TEAMS, "ms_teams_team_id": "t", **TEXT}, [("ms_teams_channel_name", "required")]),
        ({**TEAMS, "ms_teams_channel_name": "n", **TEXT}, [("ms_teams_team_id", "required")]),
        (
            {"ms_teams_email": "a@example.com", **TEXT},
            [("ms_teams_tenant_id", "required"), ("ms_teams_service_url", "required")],
        ),
        ({"webhook_method": "PUT", **TEXT}, [("webhook_url", "required")]),
        (
            {"webhook_url": "https://example.com", "webhook_authentication_token": "t", **TEXT},
            [("webhook_authentication_mode", "required")],
        ),
        (
            {"webhook_url": "https://example.com", "webhook_authentication_mode": "basic", **TEXT},
            [("webhook_authentication_username", "required")],
        ),
        ({"pagerduty_severity": "info", **TEXT}, []),
        ({"user_id": "ada", "routing_method": "all", **TEXT}, [("routing_channels", "required")]),
        ({"user_id": "ada", "expires_at": "2026-03-03T09:00:00Z", **TEXT}, [("expires_in", "required")]),
        ({"recipients": [{"user_id": "ada"}, {"locale": "fr"}], **TEXT}, [("recipients[1].user_id", "required")]),
        ({"recipients": [{**SLACK}], **TEXT}, [("recipients[0].slack_channel", "required")]),
    ],
)
def test_a_message_has_one_recipient_and_one_content(inputs: dict[str, Any], found: list[Any]) -> None:
    assert shown("send_message", inputs) == found


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        ([{"type": "channel", "channel": "email"}], [("elements[0].elements", "required")]),
        ([{"type": "channel", "channel": "email", "elements": []}], [("elements[0].elements", "required")]),
        ([{"type": "channel", "channel": "email", "raw": {"a": 1}}], []),
        ([{"type": "channel", "raw": {"a": 1}}], [("elements[0].channel", "required")]),
        ([{"type": "text"}, {"type": "image"}], [("elements[0].content", "required"), ("elements[1].src", "required")]),
        ([{"type": "divider", "content": "x"}], [("elements[0].content", "conflict")]),
        ([{"type": "meta"}], []),
        ([{"type": "meta", "title": "Hi", "if": "true", "loop": "data.rows", "ref": "r", "channels": ["email"]}], []),
        (
            [{"type": "channel", "channel": "email", "elements": [{"type": "action", "content": "Go"}]}],
            [("elements[0].elements[0].href", "required")],
        ),
        (
            [{"type": "html", "content": "x"}, {"type": "channel", "channel": "sms", "raw": {"a": 1}}],
            [("elements[0].type", "conflict")],
        ),
    ],
)
@pytest.mark.parametrize(
    ("key", "others"), [("send_message", {"user_id": "ada"}), ("create_bulk_job", {"message_event": "welcome"})]
)
def test_each_element_has_what_its_type_needs(
    key: str, others: dict[str, Any], elements: list[Any], found: list[Any]
) -> None:
    assert shown(key, {**others, "elements": elements}) == found


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ({}, [("message_event", "required")]),
        ({"template": "t"}, []),
        ({"template": "t", **TEXT}, [("title", "conflict")]),
        ({"template": "t", "brand": "a", "brand_id": "b"}, [("brand_id", "conflict")]),
        ({"template": "t", "brand": "a", "brand_id": "a"}, []),
        ({"template": "t", "channels": ["email"]}, [("method", "required")]),
    ],
)
def test_a_bulk_job_has_a_source_and_one_content(inputs: dict[str, Any], found: list[Any]) -> None:
    assert shown("create_bulk_job", inputs) == found


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ({"primary": "#111111"}, []),
        ({"secondary": "#111111"}, []),
        ({"tertiary": "#111111"}, []),
        ({"head_content": "<style/>"}, [("head_inheritDefault", "required")]),
        ({"footerFullWidth": True}, [("templateOverride_enabled", "required")]),
        ({"templateOverride_width": "600px", "templateOverride_enabled": False}, []),
        ({"mjml_enabled": True}, [("templateOverride_enabled", "required")]),
        ({"mjml_width": "600px"}, [("templateOverride_enabled", "required"), ("mjml_enabled", "required")]),
    ],
)
def test_colours_of_a_brand_are_optional_and_switches_are_decided(inputs: dict[str, Any], found: list[Any]) -> None:
    assert shown("create_brand", {**BRAND, **inputs}) == found


def test_a_switch_is_asked_for_in_words_of_a_switch() -> None:
    assert message("create_brand", {**BRAND, "footerFullWidth": True}) == [
        "Template Override Enabled must be set to true or false when Footer Full Width is filled in."
    ]


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ({}, []),
        ({"named_user": "ada"}, [("device_types", "required")]),
        ({"channel_id": "1", "discord_user_id": "2"}, [("discord_user_id", "conflict")]),
        ({"expo_token": "1", "tokens": ["2"]}, [("tokens", "conflict")]),
        ({"firebaseToken": "1", "firebase_tokens": ["2"]}, [("firebase_tokens", "conflict")]),
        ({"id": "1"}, [("from", "required")]),
        ({"channel": "C1"}, [("access_token", "required")]),
        ({"access_token": "x"}, [("channel", "required")]),
        ({"access_token": "x", "channel": "C1", "slack_user_id": "U1"}, [("slack_user_id", "conflict")]),
        ({"tenant_id": "t", "service_url": "https://t.example.com"}, [("ms_teams_user_id", "required")]),
        ({"channel_name": "n", "tenant_id": "t", "service_url": "https://t.example.com"}, [("team_id", "required")]),
        ({"ms_teams_user_id": "u"}, [("tenant_id", "required"), ("service_url", "required")]),
        ({"method": "POST"}, [("webhook_url", "required")]),
        ({"webhook_url": "https://example.com", "username": "u"}, [("mode", "required")]),
        (
            {"webhook_url": "https://example.com", "mode": "bearer", "password": "p"},
            [("password", "conflict"), ("authentication_token", "required")],
        ),
    ],
)
@pytest.mark.parametrize("key", ["create_profile", "replace_profile"])
def test_the_addresses_of_a_profile_are_whole(key: str, inputs: dict[str, Any], found: list[Any]) -> None:
    assert shown(key, {**PROFILE, **inputs}) == found


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ({"action": "delay"}, [("duration", "required")]),
        ({"action": "delay", "until": "tomorrow"}, []),
        ({"action": "delay", "duration": "1 day", "recipient": "ada"}, [("recipient", "conflict")]),
        ({"action": "send"}, [("template", "required"), ("recipient", "required")]),
        ({"action": "send", "template": "t", "data": {"user_id": "ada"}}, []),
        ({"action": "send-list", "template": "t"}, [("list", "required")]),
        ({"action": "send-list", "list": "l"}, [("template", "required")]),
        ({"action": "fetch-data"}, [("webhook_url", "required"), ("webhook_method", "required")]),
        ({"action": "update-profile", "recipient_id": "ada"}, [("profile", "required")]),
        ({"action": "cancel"}, [("cancelation_token", "required")]),
        ({"action": "invoke"}, [("template", "required")]),
    ],
)
def test_each_step_has_what_its_action_needs(step: dict[str, Any], found: list[Any]) -> None:
    inputs = {"steps": [step]}
    assert shown("run_ad_hoc_automation", inputs) == [(f"steps[0].{name}", rule) for name, rule in found]


def test_a_step_finds_template_and_recipient_in_the_whole_run_or_in_what_a_step_fetches() -> None:
    send = {"action": "send"}
    fetch = {"action": "fetch-data", "webhook_url": "https://example.com", "webhook_method": "GET"}
    assert shown("run_ad_hoc_automation", {"steps": [send], "template": "t", "recipient": "ada"}) == []
    assert shown("run_ad_hoc_automation", {"steps": [fetch, send], "template": "t"}) == []


@pytest.mark.parametrize("person", [{"recipient": "ada"}, {"profile": {"user_id": "ada"}}, {"data": {"userId": "ada"}}])
def test_a_stored_automation_may_find_its_person_in_profile_or_data(world: World, person: dict[str, Any]) -> None:
    assert shown("run_templated_automation", {"templateId": "welcome-series"}) == [("recipient", "required")]
    assert world.run("run_templated_automation", {"templateId": "welcome-series", **person})["runId"]


def test_an_audience_needs_no_filter(world: World) -> None:
    assert world.run("create_or_update_audience", {"audience_id": "no-filter-yet", "name": "No filter yet"})["id"]


ALL_AT_ONCE: list[tuple[str, dict[str, Any]]] = [
    ("send_message", {"ms_teams_team_id": "t", "webhook_profile": "limited", "template": "t", "body": "x"}),
    ("send_message", {"recipients": [{"slack_email": "a@example.com", "user_id": "u"}, {"usr": "x"}], "title": 7}),
    ("create_profile", {"ms_teams_email": 7, "channel_name": "n", "mode": "basic", "method": "GET"}),
    ("create_brand", {"mjml_width": 7, "head_content": "x", "footerFullWidth": "yes"}),
    ("create_or_update_audience", {"audience_id": "a", "operator": "EQ", "filters": [{"operator": "AND"}, {}]}),
    ("create_bulk_job", {"elements": [{"type": "channel"}, {"type": "text"}], "method": "all", "title": "x"}),
    ("run_ad_hoc_automation", {"steps": [{"action": "send", "merge": "none"}, {"action": "delay"}]}),
]


@pytest.mark.parametrize(("key", "inputs"), ALL_AT_ONCE)
def test_every_problem_is_told_once_and_in_the_order_of_the_form(key: str, inputs: dict[str, Any]) -> None:
    found = shown(key, inputs)
    assert len(found) > 2
    assert len(set(found)) == len(found)
    names = list(COURIER.find(key).inputs["properties"])
    places = [names.index(field.partition("[")[0].partition(".")[0]) for field, _ in found]
    assert places == sorted(places)


def test_what_is_refused_beyond_required_is_refused_by_a_rule_of_the_form() -> None:
    beyond = {}
    for action in COURIER.actions:
        inputs = {name: sample(action, name) for name in action.definition.inputs.required}
        _, problems = action.validate_inputs(inputs)
        if problems:
            beyond[action.key] = [problem.message for problem in problems]
    assert beyond == {
        "send_message": [
            "No recipient: fill in User ID, Email, Phone Number, List ID, List Pattern or another recipient.",
            "No message: fill in Template, Title and Body, or Elements.",
        ],
        "create_bulk_job": ["Fill in Message Event or Template."],
        # A check of the handler: a step may find its recipient among the inputs of the whole run.
        "run_ad_hoc_automation": ["Steps, row 2: Recipient is required, in the step or for the whole automation."],
        "invoke_journey": ["No recipient: fill in User ID, Profile or Data."],
        "cancel_journey_runs": ["No run: fill in Run ID or Cancelation Token."],
        "update_template_element": ["Content is required when Type is text."],
        "run_templated_automation": ["No recipient: fill in Recipient, Profile or Data."],
    }


def sample(action: Action, name: str) -> Any:
    return next(each.inputs[name] for each in action.definition.examples if each.error is None and name in each.inputs)


def important(key: str) -> list[str]:
    fields = COURIER.find(key).definition
    return [name for name in fields.inputs.properties if fields.input(name).x_ms_visibility == "important"]


def test_forms_ask_who_then_what_then_how() -> None:
    message = list(COURIER.find("send_message").inputs["properties"])
    assert message[:5] == ["user_id", "email", "phone_number", "list_id", "audience_id"]
    assert message[5:9] == ["template", "title", "body", "data"]
    assert next(iter(COURIER.find("create_brand").inputs["properties"])) == "name"
    assert list(COURIER.find("create_bulk_job").inputs["properties"])[:2] == ["message_event", "template"]
    assert {"profile_email", "phone_number"} < set(important("create_profile")) == set(important("replace_profile"))
    assert len(important("create_profile")) < 10


def test_what_the_runtime_makes_by_itself_is_advanced_and_last() -> None:
    for action in COURIER.actions:
        if action.definition.idempotency is not None:
            name = action.definition.idempotency.input
            assert list(action.inputs["properties"])[-2:] == [name, f"{name}_expiration"], action.key
            assert name not in important(action.key)
