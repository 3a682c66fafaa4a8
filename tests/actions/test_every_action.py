"""Every action works against the sandbox: with its required inputs alone, and with every input it has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.catalogue.action import Action
from tests.courier import courier

from .conftest import World

COURIER = courier()
KEYS = [action.key for action in COURIER.actions]

MESSAGE = "1-66a8f1c0-5d2c8e7a4b1f9036c7d2e501"
DELAYED = "1-66a8f1c0-5d2c8e7a4b1f9036c7d2e50c"
FINISHED_JOB = "1-66b0c0de-4f1e2d3c5b6a798897a6b502"
DRAFT = "nt_01harbour0summer000000000004"
OPEN_JOB = "1-66b0c0de-4f1e2d3c5b6a798897a6b501"

# What the fresh sandbox knows, by the names of the inputs that ask for it.
KNOWN = {
    "recipient_id": "ada",
    "list_id": "news.weekly",
    "audience_id": "with-email",
    "brand_id": "harbour-books",
    "message_id": MESSAGE,
    "request_id": MESSAGE,
    "audit-event-id": "5b8f0d1e-6a2c-4f3b-8d7e-000000000001",
    "templateId": "welcome-series",
    "job_id": FINISHED_JOB,
    "tenant_id": "acme",
    "user_id": "ada",
    "topic_id": "topic-news",
    "token": "fcm-greta-phone",
    "template_id": "nt_01kmrbq6ypf25tsge12qek41r0",
    "strategy_id": "rs_harbour_reminders",
    "submission_id": "sub_01harbour0summer",
    "element_id": "elem_2",
    "run_id": "1-66c0d1e0-7a1b2c3d4e5f60718293a404",
    "journey_id": "onboarding",
    "domain": "default",
    "provider_id": "HBPR0V1DER000000000000000001",
    "version": "latest",
    "locale": "es",
}
KNOWN_FOR = {
    "cancel_message": {"message_id": DELAYED},
    "add_users_to_bulk_job": {"job_id": OPEN_JOB},
    "run_bulk_job": {"job_id": OPEN_JOB},
    "archive_routing_strategy": {"strategy_id": "rs_harbour_phone"},
    "delete_brand": {"brand_id": "harbour-kids"},
    "get_translations": {"locale": "de"},
    "delete_provider": {"provider_id": "HBPR0V1DER000000000000000003"},
    **{
        key: {"template_id": "HB1WE1C0ME000000000000000001"}
        for key in (
            "get_tenant_template",
            "get_tenant_template_version",
            "publish_tenant_template",
            "delete_tenant_template",
        )
    },
    "get_template_metrics": {"template_id": "HB1WE1C0ME000000000000000001"},
    "get_submission_checks": {"template_id": DRAFT},
    "replace_submission_checks": {"template_id": DRAFT},
    "cancel_submission": {"template_id": DRAFT},
    "create_or_replace_tenant": {"tenant_id": "acme-paris"},
    "get_push_token": {"user_id": "greta"},
    "update_push_token": {"user_id": "greta"},
}

# Required by a rule across fields, or by the service, though by no single box.
LEAST: dict[str, dict[str, Any]] = {
    "create_bulk_job": {"message_event": "welcome-email"},
    "create_or_update_audience": {},
    "cancel_journey_runs": {"run_id": "1-66c0d1e0-7a1b2c3d4e5f60718293a4f1"},
    "invoke_journey": {"user_id": "ada"},
    "replace_provider": {
        "settings": [{"name": "api_key", "value": "k"}, {"name": "from_address", "value": "a@example.com"}]
    },
    "replace_list_subscriptions": {"recipients": [{"recipientId": "ada"}]},
    "run_ad_hoc_automation": {"steps": [{"action": "delay", "duration": "1 minute"}]},
    "run_templated_automation": {"recipient": "ada"},
    "send_message": {"user_id": "ada", "title": "Hi", "body": "There"},
    "update_template_element": {"type": "divider"},
    "update_profile": {"operations": [{"op": "add", "path": "/nickname", "value": "A"}]},
}


def known(action: Action) -> dict[str, Any]:
    paths = [name for name, field in action.inputs["properties"].items() if field.get("x-in") == "path"]
    return {name: (KNOWN | KNOWN_FOR.get(action.key, {}))[name] for name in paths}


def prepare(world: World, action: Action) -> None:
    """What must have happened before the action's examples make sense."""
    if action.key == "restore_list":
        world.run("delete_list", known(action))
    if action.key == "update_profile":
        world.run("create_profile", {**known(action), "nickname": "A", "custom": {"plan": "free"}})


def required(action: Action) -> dict[str, Any]:
    example = next(sample for sample in action.definition.examples if sample.error is None)
    given: dict[str, Any] = {name: example.inputs.get(name) for name in action.definition.inputs.required}
    return given | LEAST.get(action.key, {}) | known(action)


@pytest.mark.parametrize("key", KEYS)
def test_it_succeeds_with_only_what_is_required(world: World, key: str) -> None:
    action = COURIER.find(key)
    prepare(world, action)
    result = world.run(key, required(action))
    assert list(result.fields) == list(action.outputs["properties"])
    assert result.meta.warnings == ()


@pytest.mark.parametrize("key", KEYS)
def test_it_succeeds_with_every_input_given(world: World, key: str) -> None:
    action = COURIER.find(key)
    given: set[str] = set()
    for sample in action.definition.examples:
        if sample.error is not None:
            continue
        world.service.reset()
        prepare(world, action)
        inputs = {action.accepted_names[name]: value for name, value in sample.inputs.items()} | known(action)
        if "idempotency_expiration" in inputs:
            inputs["idempotency_expiration"] = (world.clock.wall() + timedelta(days=2)).isoformat()
        if "idempotency" in inputs:
            inputs["idempotency"] = f"{key}-{len(given)}"
        if action.key == "create_brand":
            inputs["id"] = "made-by-the-test"
        if "cursor" in inputs:
            first = world.run(key, required(action))
            inputs["cursor"] = first[
                next(name for name in ("paging.cursor", "next_cursor", "cursor") if name in first.fields)
            ]
            assert inputs["cursor"], "the sandbox has a second page"
        result = world.run(key, inputs)
        assert list(result.fields) == list(action.outputs["properties"])
        assert result.meta.warnings == ()
        given |= set(inputs)
    assert given == set(action.inputs["properties"]), "the examples leave no input out"
