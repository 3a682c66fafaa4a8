"""Handlers of the bulk job actions."""

from collections.abc import Iterator

from connector.errors import Problem
from connector.handler import Call, Given, Outputs, check, page, send

from ._message import Json, finish_content, finish_recipient, missing, one_content, together, whole_elements

get_bulk_job = send
get_bulk_job_users = page
run_bulk_job = send

_IDENTITIES = (
    "recipient",
    "profile",
    "to_user_id",
    "to_email",
    "to_phone_number",
    "to_list_id",
    "to_tenant_id",
)


def _source(given: Given) -> Iterator[Problem]:
    """A job is made from an event or a template."""
    if not given.has("message_event", "template"):
        yield missing("message_event", "a job is made from an event or from the template in Template")


def _one_brand(given: Given) -> Iterator[Problem]:
    """Both brand boxes mean the same brand."""
    brand, brand_id = given.get("brand"), given.get("brand_id")
    if brand and brand_id and brand != brand_id:
        yield Problem("brand_id", "conflict", "Brand and Brand ID name different brands.", "Keep one of them.")


@check(
    _source,
    _one_brand,
    one_content,
    whole_elements,
    together("method", "channels", "a routing is made of a method and channels"),
)
def create_bulk_job(call: Call) -> Outputs:
    """Make both generations of the job's message whole, so that either can be read by itself."""
    message = call.body["message"]
    finish_content(message)
    message.setdefault("event", message.get("template"))
    if "message" in message:
        _finish_nested(message, message["message"])
    return call.send()


def _finish_nested(message: Json, nested: Json) -> None:
    if "brand_id" in nested:
        message.setdefault("brand", nested["brand_id"])
    elif "brand" in message:
        nested["brand_id"] = message["brand"]
    if "content" in message:
        nested["content"] = message["content"]
    else:
        nested["template"] = message.get("template", message["event"])
    if "data" in message:
        nested["data"] = message["data"]


def _users(given: Given) -> Iterator[Problem]:
    """Somebody is added, and each row says who."""
    if not given.has("users"):
        yield missing("users", "it is not said who is added")
    for place, user in enumerate(given.get("users", [])):
        if not any(name in user for name in _IDENTITIES):
            words = f"Users, row {place + 1} does not say who it is."
            yield Problem(f"users[{place}]", "recipient", words, "Fill in Recipient, Profile or To User ID.")


@check(_users)
def add_users_to_bulk_job(call: Call) -> Outputs:
    """Finish each user's preferences."""
    for user in call.body["users"]:
        finish_recipient(user.get("to", {}))
    return call.send()
