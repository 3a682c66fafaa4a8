"""Handlers of the list actions."""

from collections.abc import Iterator

from connector.call import Call, InputView, Outputs, check, page, send
from connector.errors import Problem

get_list = send
get_all_recipient_lists = page
get_list_subscriptions = page
delete_list = send
restore_list = send
subscribe_user_to_list = send
unsubscribe_user_from_list = send
replace_list_subscriptions = send


def _recipients(given: InputView) -> Iterator[Problem]:
    if not given.has("recipients"):
        yield Problem(
            "recipients",
            "required",
            "Recipients is missing: it must be filled in.",
            "Give one row per person, each with a Recipient ID.",
        )


@check(_recipients)
def add_subscribers_to_list(call: Call) -> Outputs:
    """Subscribe people to a list, besides those already there."""
    return call.send()


def _name(given: InputView) -> Iterator[Problem]:
    if not given.has("name"):
        yield Problem(
            "name",
            "required",
            "Name is missing: it must be filled in.",
            "To keep the list's name, give it again; “Get a list” shows it.",
        )


@check(_name)
def update_list(call: Call) -> Outputs:
    """Make a list, or replace its name and preferences."""
    return call.send()
