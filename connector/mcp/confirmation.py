"""Asking a person before a destructive action, in both eras of the protocol.

Until 2025-11-25 the server sends its question during the call. Since 2026-07-28 the result of the call is the question,
and the client calls again with the reply and with the server's sealed state, which only fits the same tool and
arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from mcp.server.context import ServerRequestContext
from mcp.types import CallToolRequestParams, ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from connector.catalogue.action import Action
from connector.errors import ConnectorError, ExitStatus
from connector.http.request import masked
from connector.mcp.results import compact

_QUESTION = "confirm"
_LONGEST_INPUTS = 500
# Accepting the form is the reply; there is nothing to fill in.
_NO_FIELDS: dict[str, Any] = {"type": "object", "properties": {}}


class NotConfirmedError(ConnectorError):
    """Nobody agreed to a destructive action, so it was not run."""

    code = "not_confirmed"
    exit_status = ExitStatus.USAGE


async def question_for(
    context: ServerRequestContext[Any],
    params: CallToolRequestParams,
    action: Action,
    inputs: Mapping[str, Any],
    confirm: Literal["auto", "always"],
) -> InputRequiredResult | None:
    """Ask a person whether to run a destructive action.

    Args:
        context: The call.
        params: Its parameters, in which a client of 2026-07-28 brings the reply.
        action: The action.
        inputs: Its inputs, which are valid.
        confirm: What to do where the client cannot ask: run, or refuse.

    Returns:
        The question, where the client has to call again with the reply; None if the action may run.

    Raises:
        NotConfirmedError: A person declined, or the client cannot ask and must.
    """
    is_modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
    if not _can_ask(context, is_modern=is_modern):
        if confirm == "auto":
            return None
        raise NotConfirmedError(
            f"“{action.summary}” needs a person's consent, and this client cannot ask for it.",
            hint="Nothing was done. Use a client with elicitation, or start the server with --confirm never.",
        )
    message = _message(action, inputs)
    if not is_modern:
        _require_consent(action, await context.session.elicit_form(message, _NO_FIELDS, context.request_id))
        return None
    response = (params.input_responses or {}).get(_QUESTION)
    if params.request_state != action.key or response is None:
        question = ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=_NO_FIELDS))
        return InputRequiredResult(input_requests={_QUESTION: question}, request_state=action.key)
    _require_consent(action, response)
    return None


def _can_ask(context: ServerRequestContext[Any], *, is_modern: bool) -> bool:
    capabilities = context.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return is_modern or context.session.can_send_request


def _require_consent(action: Action, response: object) -> None:
    if not isinstance(response, ElicitResult) or response.action != "accept":
        raise NotConfirmedError(f"“{action.summary}” was declined.", hint="Nothing was done.")


def _message(action: Action, inputs: Mapping[str, Any]) -> str:
    own, _ = action.validate_inputs(inputs)
    shown = compact(masked(action.definition, own))
    shown = shown if len(shown) <= _LONGEST_INPUTS else f"{shown[:_LONGEST_INPUTS]}…"
    return f"Run “{action.summary}” with {shown}? It may delete or overwrite something for good."
