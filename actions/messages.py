"""Handlers of the message actions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from connector.call import Call, InputView, Outputs, check, page, send
from connector.errors import Problem

from ._message import label, labels, missing, one_content, together, whole_elements

get_message = send
get_message_content = send
get_message_history = send
list_messages = page
archive_message = send
cancel_message = send


@dataclass(frozen=True)
class _Address:
    """An address in several boxes: those it always needs, and those of which one group says where exactly."""

    service: str
    needed: tuple[str, ...]
    targets: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.needed, *chain(*self.targets))


_SLACK = _Address(
    "Slack",
    needed=("slack_access_token",),
    targets=(("slack_channel",), ("slack_email",), ("slack_user_id",)),
)
_TEAMS = _Address(
    "Teams",
    needed=("ms_teams_tenant_id", "ms_teams_service_url"),
    targets=(
        ("ms_teams_user_id",),
        ("ms_teams_email",),
        ("ms_teams_channel_id",),
        ("ms_teams_conversation_id",),
        ("ms_teams_channel_name", "ms_teams_team_id"),
    ),
)
_CREDENTIALS = (
    "webhook_authentication_username",
    "webhook_authentication_password",
    "webhook_authentication_token",
)
_KINDS = (
    ("user_id", "email", "phone_number"),
    ("list_id",),
    ("audience_id",),
    ("list_pattern",),
    _SLACK.names,
    _TEAMS.names,
    ("pagerduty_routing_key", "pagerduty_event_action", "pagerduty_severity", "pagerduty_source"),
    (
        "webhook_url",
        "webhook_method",
        "webhook_headers",
        "webhook_authentication_mode",
        *_CREDENTIALS,
        "webhook_profile",
    ),
)
_ABOUT_ONE = (
    "locale",
    "tenant_id",
    "filters",
    "to_data",
    "to_context_tenant_id",
    "preferences_notifications",
    "preferences_categories",
    "preferences_template_id",
)


def _recipients(given: InputView) -> Iterator[Problem]:
    """Somebody gets the message: one recipient, or one in each row."""
    single = given.present(*chain(*_KINDS), *_ABOUT_ONE)
    if not given.has("recipients"):
        yield from _recipient(given)
    elif single:
        keep = f"Clear {labels(single)}, or put what is said there into a row."
        yield Problem("recipients", "conflict", f"Recipients and {labels(single)} are filled in together.", keep)
    for place, row in enumerate(given.get("recipients", [])):
        for problem in _recipient(InputView(row, frozenset(row))):
            whole_row = problem.rule in {"recipient", "conflict"}
            yield replace(
                problem,
                field=f"recipients[{place}]" if whole_row else f"recipients[{place}].{problem.field}",
                message=f"Recipients, row {place + 1}: {problem.message}",
            )


def _recipient(given: InputView) -> Iterator[Problem]:
    """One recipient of one kind, and whole. A tenant alone is one too: everybody in it."""
    kinds = [names for names in (given.present(*kind) for kind in _KINDS) if names]
    if not kinds and not given.has("tenant_id"):
        ways = labels([*chain(*_KINDS[:4])], "or")
        hint = f"Fill in one of {ways}, or an address in another service."
        yield Problem("user_id", "recipient", "It is not said who gets the message.", hint)
    elif len(kinds) > 1:
        first = [names[0] for names in kinds]
        keep = "Keep one of them; for several recipients use one row of Recipients for each."
        yield Problem(first[1], "conflict", f"{labels(first)} name different recipients.", keep)
    if given.has("filters") and not given.has("list_id", "audience_id"):
        yield Problem("filters", "conflict", "Filters narrow a list or an audience, and neither is filled in.")
    yield from _address(given, _SLACK)
    yield from _address(given, _TEAMS)
    yield from _webhook(given)


def _address(given: InputView, address: _Address) -> Iterator[Problem]:
    if not given.has(*address.names):
        return
    for name in address.needed:
        if not given.has(name):
            yield missing(name, f"a message to {address.service} needs it")
    chosen = [target for target in address.targets if given.has(*target)]
    if not chosen:
        ways = labels([target[0] for target in address.targets], "or")
        reason = f"it is not said where in {address.service} the message goes"
        yield replace(missing(address.targets[0][0], reason), hint=f"Fill in one of {ways}.")
    elif len(chosen) > 1:
        several = [given.present(*target)[0] for target in chosen]
        yield Problem(several[1], "conflict", f"{labels(several)} name different targets.", "Keep one of them.")
    else:
        for name in chosen[0]:
            if not given.has(name):
                yield missing(name, f"{labels(chosen[0])} go together")


def _webhook(given: InputView) -> Iterator[Problem]:
    if given.has(*_KINDS[-1]) and not given.has("webhook_url"):
        yield missing("webhook_url", "a message to a webhook needs it")
    credentials = given.present(*_CREDENTIALS)
    if credentials and not given.has("webhook_authentication_mode"):
        yield missing("webhook_authentication_mode", f"it says how {label(credentials[0])} is used")
    needed = {"basic": "webhook_authentication_username", "bearer": "webhook_authentication_token"}
    mode = given.get("webhook_authentication_mode")
    if mode in needed and not given.has(needed[mode]):
        yield missing(needed[mode], f"the mode {mode} needs it")


def _content(given: InputView) -> Iterator[Problem]:
    """There is something to say."""
    if not given.has("template", "title", "body", "elements"):
        hint = "Fill in Title and Body, or Template, or Elements."
        yield Problem("title", "required", "It is not said what the message is.", hint)


def _expiry(given: InputView) -> Iterator[Problem]:
    """The service takes a fixed end only beside a duration."""
    if given.has("expires_at") and not given.has("expires_in"):
        yield missing("expires_in", "the service takes Expires At only together with it")


@check(
    _recipients,
    _content,
    one_content,
    whole_elements,
    together("routing_method", "routing_channels", "a routing is made of a method and channels"),
    _expiry,
)
def send_message(call: Call) -> Outputs:
    """Send it; whether the boxes fit together was checked before."""
    return call.send()
