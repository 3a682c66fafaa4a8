"""Every operation of the sandbox: path, handler, shape of the body, audit event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import (
    audiences,
    audit,
    automations,
    bodies,
    brands,
    bulk,
    lists,
    messages,
    notifications,
    profile_lists,
    profiles,
    sending,
)
from .protocol import Call, Response
from .validation import Check

Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """One operation.

    Attributes:
        method: the HTTP method.
        pattern: the parts of the path; those in braces are variable.
        handler: the function that carries it out.
        body: the shape of the body; None without a body.
        body_optional: whether the body may be missing.
        audit: the type of the audit event; None for reads.
        target: where the event's target is found: a part of the path, or a key of the response.
    """

    method: str
    pattern: tuple[str, ...]
    handler: Handler
    body: Check | None = None
    body_optional: bool = False
    audit: str | None = None
    target: str = ""


def _on(
    operation: str,
    handler: Handler,
    body: Check | None = None,
    *,
    audit_as: str | None = None,
    target: str = "",
    optional: bool = False,
) -> Route:
    method, path = operation.split()
    pattern = tuple(path.split("/")[1:])
    variable = next((part[1:-1] for part in pattern if part.startswith("{")), "")
    return Route(method, pattern, handler, body, optional, audit_as, target or variable)


ROUTES = (
    _on("POST /send", sending.send_message, bodies.SEND, audit_as="message/sent", target="requestId"),
    _on("GET /messages", messages.get_messages),
    _on("GET /messages/{message_id}", messages.get_message),
    _on("GET /messages/{message_id}/history", messages.get_history),
    _on("GET /messages/{message_id}/output", messages.get_output),
    _on("POST /messages/{message_id}/cancel", messages.cancel_message, audit_as="message/canceled"),
    _on("PUT /requests/{request_id}/archive", messages.archive_request, audit_as="request/archived"),
    _on("GET /lists", lists.get_lists),
    _on("GET /lists/{list_id}", lists.get_list),
    _on("PUT /lists/{list_id}", lists.put_list, bodies.LIST, audit_as="list/updated"),
    _on("DELETE /lists/{list_id}", lists.delete_list, audit_as="list/deleted"),
    _on(
        "PUT /lists/{list_id}/restore",
        lists.restore_list,
        bodies.EMPTY,
        audit_as="list/restored",
        optional=True,
    ),
    _on("GET /lists/{list_id}/subscriptions", lists.get_subscriptions),
    _on(
        "POST /lists/{list_id}/subscriptions",
        lists.add_subscriptions,
        bodies.SUBSCRIPTIONS,
        audit_as="list/subscribers-added",
    ),
    _on(
        "PUT /lists/{list_id}/subscriptions",
        lists.replace_subscriptions,
        bodies.SUBSCRIPTIONS,
        audit_as="list/subscribers-replaced",
    ),
    _on(
        "PUT /lists/{list_id}/subscriptions/{user_id}",
        lists.subscribe_user,
        bodies.SUBSCRIPTION,
        audit_as="list/subscribed",
        optional=True,
    ),
    _on("DELETE /lists/{list_id}/subscriptions/{user_id}", lists.unsubscribe_user, audit_as="list/unsubscribed"),
    _on("GET /profiles/{user_id}", profiles.get_profile),
    _on("POST /profiles/{user_id}", profiles.create_profile, bodies.PROFILE, audit_as="profile/merged"),
    _on("PUT /profiles/{user_id}", profiles.replace_profile, bodies.PROFILE, audit_as="profile/replaced"),
    _on("PATCH /profiles/{user_id}", profiles.patch_profile, bodies.PATCH, audit_as="profile/updated"),
    _on("DELETE /profiles/{user_id}", profiles.delete_profile, audit_as="profile/deleted"),
    _on("GET /profiles/{user_id}/lists", profile_lists.get_profile_lists),
    _on(
        "POST /profiles/{user_id}/lists",
        profile_lists.add_profile_lists,
        bodies.PROFILE_LISTS,
        audit_as="profile/subscribed",
    ),
    _on("DELETE /profiles/{user_id}/lists", profile_lists.delete_profile_lists, audit_as="profile/unsubscribed"),
    _on("GET /brands", brands.get_brands),
    _on("POST /brands", brands.create_brand, bodies.BRAND, audit_as="brand/created", target="id"),
    _on("GET /brands/{brand_id}", brands.get_brand),
    _on("PUT /brands/{brand_id}", brands.replace_brand, bodies.BRAND_REPLACEMENT, audit_as="brand/updated"),
    _on("DELETE /brands/{brand_id}", brands.delete_brand, audit_as="brand/deleted"),
    _on("GET /audiences", audiences.get_audiences),
    _on("GET /audiences/{audience_id}", audiences.get_audience),
    _on("PUT /audiences/{audience_id}", audiences.put_audience, bodies.AUDIENCE, audit_as="audience/updated"),
    _on("DELETE /audiences/{audience_id}", audiences.delete_audience, audit_as="audience/deleted"),
    _on("GET /audiences/{audience_id}/members", audiences.get_members),
    _on("GET /audit-events", audit.get_events),
    _on("GET /audit-events/{audit_event_id}", audit.get_event),
    _on(
        "POST /automations/invoke",
        automations.invoke_ad_hoc,
        bodies.AD_HOC,
        audit_as="automation/invoked",
        target="runId",
    ),
    _on(
        "POST /automations/{template_id}/invoke",
        automations.invoke_template,
        bodies.INVOCATION,
        audit_as="automation/invoked",
    ),
    _on("POST /bulk", bulk.create_job, bodies.BULK_JOB, audit_as="bulk-job/created", target="jobId"),
    _on("GET /bulk/{job_id}", bulk.get_job),
    _on("POST /bulk/{job_id}", bulk.add_users, bodies.BULK_USERS, audit_as="bulk-job/users-added"),
    _on("POST /bulk/{job_id}/run", bulk.run_job, audit_as="bulk-job/run"),
    _on("GET /bulk/{job_id}/users", bulk.get_users),
    _on("GET /notifications", notifications.get_notifications),
)
