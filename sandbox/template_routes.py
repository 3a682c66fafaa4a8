"""The routes of templates, their content, and routing strategies."""

from __future__ import annotations

from . import (
    metrics,
    notifications,
    providers,
    routing_strategies,
    submissions,
    template_bodies,
    template_content,
    templates,
    tenant_templates,
)
from .route import on

ROUTES = (
    on("GET /notifications", notifications.get_notifications),
    on(
        "POST /notifications",
        templates.create_template,
        template_bodies.TEMPLATE,
        audit_as="notification/created",
        target="id",
    ),
    on("GET /notifications/{id}", templates.get_template),
    on(
        "PUT /notifications/{id}", templates.replace_template, template_bodies.TEMPLATE, audit_as="notification/updated"
    ),
    on("DELETE /notifications/{id}", templates.archive_template, audit_as="notification/archived"),
    on("GET /notifications/{id}/content", template_content.get_content),
    on(
        "PUT /notifications/{id}/content",
        template_content.put_content,
        template_bodies.CONTENT,
        audit_as="notification/content-replaced",
    ),
    on(
        "PUT /notifications/{id}/elements/{elementId}",
        template_content.put_element,
        template_bodies.ELEMENT,
        audit_as="notification/element-updated",
    ),
    on(
        "PUT /notifications/{id}/locales/{localeId}",
        template_content.put_locale,
        template_bodies.LOCALE,
        audit_as="notification/locale-updated",
    ),
    on(
        "POST /notifications/{id}/publish",
        templates.publish_template,
        template_bodies.PUBLICATION,
        audit_as="notification/published",
        optional=True,
    ),
    on("GET /notifications/{id}/metrics", metrics.get_metrics),
    on("GET /notifications/{id}/versions", templates.get_versions),
    on("GET /notifications/{id}/{submissionId}/checks", submissions.get_checks),
    on(
        "PUT /notifications/{id}/{submissionId}/checks",
        submissions.replace_checks,
        template_bodies.CHECKS,
        audit_as="notification/checks-replaced",
    ),
    on(
        "DELETE /notifications/{id}/{submissionId}/checks",
        submissions.cancel,
        audit_as="notification/submission-canceled",
    ),
    on("GET /routing-strategies", routing_strategies.get_strategies),
    on(
        "POST /routing-strategies",
        routing_strategies.create_strategy,
        template_bodies.ROUTING_STRATEGY,
        audit_as="routing-strategy/created",
        target="id",
    ),
    on("GET /routing-strategies/{id}", routing_strategies.get_strategy),
    on(
        "PUT /routing-strategies/{id}",
        routing_strategies.replace_strategy,
        template_bodies.ROUTING_STRATEGY,
        audit_as="routing-strategy/updated",
    ),
    on("DELETE /routing-strategies/{id}", routing_strategies.archive_strategy, audit_as="routing-strategy/archived"),
    on("GET /routing-strategies/{id}/notifications", notifications.get_linked),
    on("GET /providers", providers.get_providers),
    on(
        "POST /providers",
        providers.create_provider,
        template_bodies.NEW_PROVIDER,
        audit_as="provider/created",
        target="id",
    ),
    on("GET /providers/catalog", providers.get_catalog),
    on("GET /providers/{id}", providers.get_provider),
    on("PUT /providers/{id}", providers.replace_provider, template_bodies.NEW_PROVIDER, audit_as="provider/updated"),
    on(
        "PATCH /providers/{id}",
        providers.patch_provider,
        template_bodies.PROVIDER_PATCH,
        audit_as="provider/updated",
        optional=True,
    ),
    on("DELETE /providers/{id}", providers.delete_provider, audit_as="provider/deleted"),
    on("GET /tenants/{tenant_id}/templates", tenant_templates.get_templates),
    on("GET /tenants/{tenant_id}/templates/{template_id}", tenant_templates.get_template),
    on(
        "PUT /tenants/{tenant_id}/templates/{template_id}",
        tenant_templates.put_template,
        template_bodies.TENANT_TEMPLATE,
        audit_as="tenant/template-updated",
    ),
    on(
        "DELETE /tenants/{tenant_id}/templates/{template_id}",
        tenant_templates.delete_template,
        audit_as="tenant/template-deleted",
    ),
    on(
        "POST /tenants/{tenant_id}/templates/{template_id}/publish",
        tenant_templates.publish_template,
        template_bodies.TENANT_PUBLICATION,
        audit_as="tenant/template-published",
        optional=True,
    ),
    on("GET /tenants/{tenant_id}/templates/{template_id}/versions/{version}", tenant_templates.get_version),
)
