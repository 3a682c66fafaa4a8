"""Handlers of the profile actions."""

from collections.abc import Iterator
from dataclasses import dataclass

from connector.call import Call, InputView, Outputs, check, page, send
from connector.errors import Problem

get_profile = send
get_profile_subscriptions = page
add_profile_subscriptions = send
delete_profile = send
delete_profile_subscriptions = send

_DISCORD = ("channel_id", "discord_user_id")
_EXPO = ("expo_token", "tokens")
_FIREBASE = ("firebaseToken", "firebase_tokens")
_SLACK = ("channel", "slack_email", "slack_user_id")
_TEAMS = ("ms_teams_user_id", "ms_teams_email", "ms_teams_channel_id", "conversation_id", "channel_name")
_WEBHOOK_CREDENTIALS = ("username", "password", "authentication_token")
_ALTERNATIVES = (_DISCORD, _EXPO, _FIREBASE, _SLACK, _TEAMS)


@dataclass(frozen=True)
class _Address:
    """A kind of address that works only when it is complete.

    Attributes:
        name: What it is, for messages.
        signs: Inputs of which any one shows that such an address is meant.
        needs: What it cannot do without; of several inputs in one entry, one will do.
    """

    name: str
    signs: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]


_ADDRESSES = (
    _Address("An Airship address", ("named_user", "device_types"), (("named_user",), ("device_types",))),
    _Address("An Intercom address", ("from", "id"), (("from",), ("id",))),
    _Address(
        "A Microsoft Teams address",
        ("tenant_id", "service_url", "team_id", *_TEAMS),
        (("tenant_id",), ("service_url",), _TEAMS),
    ),
    _Address("A Microsoft Teams channel name", ("channel_name",), (("team_id",),)),
    _Address("A Slack address", ("access_token", *_SLACK), (("access_token",), _SLACK)),
    _Address(
        "A webhook",
        ("method", "mode", "webhook_headers", "webhook_profile", *_WEBHOOK_CREDENTIALS),
        (("webhook_url",),),
    ),
    _Address("A webhook with a user name, password or token", _WEBHOOK_CREDENTIALS, (("mode",),)),
)


def _one_address_each(given: InputView) -> Iterator[Problem]:
    for alternatives in _ALTERNATIVES:
        filled = given.present(*alternatives)
        if len(filled) > 1:
            labels = " and ".join(given.label(name) for name in filled)
            yield Problem(
                filled[-1],
                "conflict",
                f"{labels} are filled in together, but the profile holds only one of them.",
                "Leave all but one empty.",
            )


def _whole_addresses(given: InputView) -> Iterator[Problem]:
    for address in _ADDRESSES:
        if not given.has(*address.signs):
            continue
        for choices in address.needs:
            if not given.has(*choices):
                labels = " or ".join(given.label(name) for name in choices)
                yield Problem(
                    choices[0],
                    "required",
                    f"{address.name} needs {labels} as well.",
                    "Fill it in, or leave the other boxes of this address empty.",
                )


@check(_one_address_each, _whole_addresses)
def create_profile(call: Call) -> Outputs:
    """Lay what is given over the profile, which is made when there is none."""
    return call.send()


@check(_one_address_each, _whole_addresses)
def replace_profile(call: Call) -> Outputs:
    """Put what is given in place of the whole profile."""
    return call.send()


def _operations(given: InputView) -> Iterator[Problem]:
    if not given.has("operations"):
        yield Problem(
            "operations",
            "required",
            "Operations is missing: it must be filled in.",
            "Give one row per change.",
        )
    for index, operation in enumerate(given.get("operations", [])):
        if operation["op"] != "remove" and "value" not in operation:
            yield Problem(
                f"operations[{index}].value",
                "required",
                f"Operations, row {index + 1}, Value is missing: only the operation “remove” does without.",
            )


@check(_operations)
def update_profile(call: Call) -> Outputs:
    """Change it; that every row has what its operation needs was checked before."""
    return call.send()
