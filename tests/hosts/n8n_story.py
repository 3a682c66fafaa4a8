"""A workflow over five groups that a real n8n runs against the sandbox, compared with the connector's own runtime."""

from __future__ import annotations

from typing import Unpack

from connector import Connection, Connector, InputError, RefusedError
from connector.call.options import RunOptions
from connector.export.n8n.filled_form import parameters
from connector.export.n8n.node import NodeData
from sandbox import start
from tests.hosts.n8n_flow import Json, N8n, Step, credentials, failure, items, workflow

_ACCOUNT = "sandbox"
_GOES_ON = "continueRegularOutput"
_PEOPLE = [f"reader-{number:02}" for number in range(1, 13)]
_BRAND: Json = {
    "name": "n8n Brand",
    "primary": "#101010",
    "barColor": "#202020",
    "facebook_url": "https://example.com/n8n",
    "items": ["Pier 4", {"name": "greeting", "value": "Hello {{name}}"}],
    "colors": [{"name": "accent", "value": "#d9a441"}],
    "placement": "bottom",
}

# Name of the step: action, inputs, parameters of the node itself, and what happens when it fails.
STEPS: dict[str, tuple[str, Json, Json, str | None]] = {
    "profile": (
        "create_profile",
        {"recipient_id": "n8n", "email": "n8n@example.com", "properties": {"plan": "pro"}, "locality": "Oslo"},
        {},
        None,
    ),
    "list": ("update_list", {"list_id": "n8n.readers", "name": "Readers"}, {}, None),
    "subscribe": (
        "add_subscribers_to_list",
        {"list_id": "n8n.readers", "recipients": [{"recipientId": name} for name in _PEOPLE]},
        {},
        None,
    ),
    "all pages": ("get_list_subscriptions", {"list_id": "n8n.readers"}, {"returnAll": True}, None),
    "some rows": ("get_list_subscriptions", {"list_id": "n8n.readers"}, {"returnAll": False, "limit": 7}, None),
    "one page": ("get_list_subscriptions", {"list_id": "n8n.readers"}, {"returnAll": False, "wholePage": True}, None),
    "send": (
        "send_message",
        {"user_id": "ada", "title": "On its way", "body": "Order {{order}} has left", "data": {"order": "1042"}},
        {},
        None,
    ),
    "elements": (
        "send_message",
        {
            "recipients": [{"user_id": "ada"}, {"email": "b@example.com"}],
            "elements": [{"type": "meta", "title": "Hi"}, {"type": "text", "content": "There", "bold": True}],
        },
        {},
        None,
    ),
    "brand": ("create_brand", _BRAND, {}, None),
    "audience": ("get_audience", {"audience_id": "hamburg-or-oslo"}, {}, None),
    "refused": ("get_message", {"message_id": "1-nobody"}, {}, _GOES_ON),
    "empty": ("send_message", {"title": "To nobody", "body": "At all"}, {}, _GOES_ON),
    "incomplete": (
        "send_message",
        {
            "list_id": "n8n.readers",
            "template": "order-shipped",
            "filters": [{"operator": "MEMBER_OF", "path": "account_id"}],
        },
        {},
        _GOES_ON,
    ),
}


def run(node: NodeData, n8n: N8n) -> int:
    """Run the workflow and compare; the number of its steps.

    Raises:
        SystemExit: Something is not as promised.
    """
    actions = {action.key: action for action in node.actions}
    with start() as sandbox:
        n8n.take("credentials", [credentials(node, "Bearer sandbox-key", sandbox.url + "/", _ACCOUNT)])
        steps = [
            Step(name, parameters(node, actions[key], inputs, **more), _ACCOUNT, on_error=on_error)
            for name, (key, inputs, more, on_error) in STEPS.items()
        ]
        stopping = Step("stops", parameters(node, actions["get_message"], {"message_id": "1-nobody"}), _ACCOUNT)
        n8n.take("workflow", [workflow(node, "story", steps), workflow(node, "stopping", [stopping])])
        execution = n8n.execute("story")
        stopped = n8n.execute("stopping")
        with Connector.load("courier") as connector:
            _compare(execution, connector, Connection(api_key="sandbox-key", base_url=sandbox.url))
    error = failure(stopped, "stops") or {}
    expect("a refusal stops a workflow that does not go on", error.get("httpCode"), "404")
    context = error.get("context", {})
    expect("and says which item", (context.get("itemIndex"), context.get("code")), (0, "message_not_found"))
    return len(STEPS)


def _compare(execution: Json, connector: Connector, account: Connection) -> None:
    def here(action: str, inputs: Json, **options: Unpack[RunOptions]) -> Json:
        return connector.run(action, inputs, account, **options).fields

    def given(name: str) -> list[Json]:
        return items(execution, name)

    profile = here("get_profile", {"recipient_id": "n8n"})
    expect("a profile is created", given("profile")[0]["status"], "SUCCESS")
    expect(
        "with its nested and its free fields",
        (profile["profile.email"], profile["profile.address.locality"]),
        ("n8n@example.com", "Oslo"),
    )
    readers = {"list_id": "n8n.readers"}
    whole = here("get_list_subscriptions", readers, all_pages=True)["items"]
    expect("rows are subscribed", sorted(row["recipientId"] for row in whole), _PEOPLE)
    expect("all pages are collected, a row an item", given("all pages"), whole)
    expect("a limit beyond a page is kept", given("some rows"), whole[:7])
    expect("a whole page is one item with its cursor", given("one page"), [here("get_list_subscriptions", readers)])

    message = here("get_message", {"message_id": given("send")[0]["requestId"]})
    expect("a message is sent", message["recipient"], "ada")
    expect("a message of rows is sent", bool(given("elements")[0]["requestId"]), True)
    brand = given("brand")[0]
    kept = here("get_brand", {"brand_id": brand["id"]})
    expect("what was created is read back as here", {name: brand.get(name) for name in kept}, kept)
    expect(
        "texts and rows become snippets",
        [row["value"] for row in kept["snippet_rows"]],
        ["Pier 4", "Hello {{name}}"],
    )
    expect("rows become an object's names", {"name": "accent", "value": "#d9a441"} in kept["colors"], True)
    expect("a group is read as here", given("audience"), [here("get_audience", {"audience_id": "hamburg-or-oslo"})])

    refused, nobody, incomplete = (given(name)[0] for name in ("refused", "empty", "incomplete"))
    wanted = sentence(connector, *STEPS["refused"][:2], account)
    expect("a refusal is reported in Python's words", refused.get("error"), wanted)
    expect("with its status", refused.get("details", {}).get("status"), 404)
    for step, error in (("empty", nobody), ("incomplete", incomplete)):
        key, inputs, _, _ = STEPS[step]
        expect("inputs are refused in Python's words", error.get("error"), sentence(connector, key, inputs))


def sentence(connector: Connector, key: str, inputs: Json, account: Connection | None = None) -> str:
    """What Python says of inputs that it, or the service, refuses."""
    try:
        connector.run(key, inputs, account or Connection(api_key="test", base_url="http://127.0.0.1:9"))
    except (InputError, RefusedError) as error:
        return str(error)
    raise AssertionError(f"Python accepts {inputs}")


def expect(promise: str, found: object, wanted: object) -> None:
    """Say what holds, or end."""
    if found != wanted:
        raise SystemExit(f"NOT SO: {promise}\n  found  {found!r}\n  wanted {wanted!r}")
    print(f"  {promise}")  # noqa: T201
