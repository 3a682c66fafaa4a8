"""The routes of journeys, automations and what starts them, and of tokens and translations."""

from __future__ import annotations

from . import auth_tokens, automations, bodies, inbound, journeys, runs, translations
from .message_body import ANY_OBJECT
from .route import on
from .validation import choice, first_of, identifier, record, string

_INVOCATION = record(optional={"user_id": string, "profile": ANY_OBJECT, "data": ANY_OBJECT})
_CANCELLATION = first_of(record({"cancelation_token": identifier}), record({"run_id": identifier}))
_TRACK = record(
    {"event": identifier, "messageId": identifier, "properties": ANY_OBJECT, "type": choice("track")},
    {"userId": string},
)
_TOKEN = record({"scope": string, "expires_in": string})


ROUTES = (
    on("GET /automations", journeys.get_automations),
    on("GET /automations/runs", runs.get_runs),
    on("GET /automations/runs/{id}/steps", runs.get_steps),
    on(
        "POST /automations/invoke",
        automations.invoke_ad_hoc,
        bodies.AD_HOC,
        audit_as="automation/invoked",
        target="runId",
    ),
    on(
        "POST /automations/{template_id}/invoke",
        automations.invoke_template,
        bodies.INVOCATION,
        audit_as="automation/invoked",
    ),
    on("GET /journeys", journeys.get_journeys),
    on("POST /journeys/cancel", journeys.cancel, _CANCELLATION, audit_as="journey/canceled"),
    on("POST /journeys/{templateId}/invoke", journeys.invoke, _INVOCATION, audit_as="journey/invoked"),
    on("POST /inbound/courier", inbound.track, _TRACK, audit_as="event/tracked", target="messageId"),
    on("POST /auth/issue-token", auth_tokens.issue, _TOKEN),
    on("GET /translations/{domain}/{locale}", translations.get_translations),
    on(
        "PUT /translations/{domain}/{locale}",
        translations.put_translations,
        string,
        audit_as="translation/updated",
        target="locale",
    ),
)
