"""Handlers of the bulk job actions."""

from collections.abc import Iterator

from connector.call import Call, InputView, Outputs, check, page, send
from connector.errors import Problem

from ._message import missing, one_content, together, whole_elements

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


def _source(given: InputView) -> Iterator[Problem]:
    """A job is made from an event or a template."""
    if not given.has("message_event", "template"):
        yield missing("message_event", "a job is made from an event or from the template in Template")


def _one_brand(given: InputView) -> Iterator[Problem]:
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
    """Make the job; both generations of its message are made whole by the definition's body_defaults."""
    return call.send()


def _users(given: InputView) -> Iterator[Problem]:
    """Somebody is added, and each row says who."""
    if not given.has("users"):
        yield missing("users", "it is not said who is added")
    for place, user in enumerate(given.get("users", [])):
        if not any(name in user for name in _IDENTITIES):
            words = f"Users, row {place + 1} does not say who it is."
            yield Problem(f"users[{place}]", "recipient", words, "Fill in Recipient, Profile or To User ID.")


@check(_users)
def add_users_to_bulk_job(call: Call) -> Outputs:
    """Add them; that each row names somebody was checked before."""
    return call.send()
