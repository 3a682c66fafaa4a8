"""The routes of what belongs to users: tenants, preferences and device tokens."""

from __future__ import annotations

from . import bodies, preferences, tenant_users, tenants, tokens, user_bodies
from .route import on

ROUTES = (
    on("GET /tenants", tenants.get_tenants),
    on("GET /tenants/{tenant_id}", tenants.get_tenant),
    on("PUT /tenants/{tenant_id}", tenants.put_tenant, user_bodies.TENANT, audit_as="tenant/updated"),
    on("DELETE /tenants/{tenant_id}", tenants.delete_tenant, audit_as="tenant/deleted"),
    on("GET /tenants/{tenant_id}/users", tenant_users.get_users),
    on(
        "PUT /tenants/{tenant_id}/default_preferences/items/{topic_id}",
        tenants.put_default_preference,
        user_bodies.DEFAULT_PREFERENCE,
        audit_as="tenant/default-preference-updated",
    ),
    on(
        "DELETE /tenants/{tenant_id}/default_preferences/items/{topic_id}",
        tenants.delete_default_preference,
        audit_as="tenant/default-preference-removed",
    ),
    on("GET /users/{user_id}/tenants", tenant_users.get_tenants),
    on(
        "PUT /users/{user_id}/tenants", tenant_users.add_tenants, user_bodies.MEMBERSHIPS, audit_as="user/tenants-added"
    ),
    on("DELETE /users/{user_id}/tenants", tenant_users.remove_tenants, audit_as="user/tenants-removed"),
    on(
        "PUT /users/{user_id}/tenants/{tenant_id}",
        tenant_users.add_tenant,
        user_bodies.MEMBERSHIP,
        audit_as="user/tenant-added",
        optional=True,
    ),
    on("DELETE /users/{user_id}/tenants/{tenant_id}", tenant_users.remove_tenant, audit_as="user/tenant-removed"),
    on("GET /users/{user_id}/tokens", tokens.get_tokens),
    on(
        "PUT /users/{user_id}/tokens",
        tokens.put_tokens,
        user_bodies.TOKENS,
        audit_as="user/tokens-added",
        optional=True,
    ),
    on("GET /users/{user_id}/tokens/{token}", tokens.get_token),
    on("PUT /users/{user_id}/tokens/{token}", tokens.put_token, user_bodies.TOKEN, audit_as="user/token-added"),
    on("PATCH /users/{user_id}/tokens/{token}", tokens.patch_token, bodies.TOKEN_PATCH, audit_as="user/token-updated"),
    on("DELETE /users/{user_id}/tokens/{token}", tokens.delete_token, audit_as="user/token-deleted"),
    on("GET /users/{user_id}/preferences", preferences.get_preferences),
    on(
        "PUT /users/{user_id}/preferences",
        preferences.replace_preferences,
        user_bodies.PREFERENCES_REPLACEMENT,
        audit_as="user/preferences-replaced",
    ),
    on(
        "POST /users/{user_id}/preferences",
        preferences.update_preferences,
        user_bodies.PREFERENCES_UPDATE,
        audit_as="user/preferences-updated",
    ),
    on("GET /users/{user_id}/preferences/{topic_id}", preferences.get_preference),
    on(
        "PUT /users/{user_id}/preferences/{topic_id}",
        preferences.put_preference,
        user_bodies.PREFERENCE,
        audit_as="user/preference-updated",
    ),
    on(
        "DELETE /users/{user_id}/preferences/{topic_id}",
        preferences.delete_preference,
        audit_as="user/preference-reset",
    ),
)
