"""Every operation of the sandbox, module after module; each is at the function that carries it out."""

from __future__ import annotations

from importlib import import_module

from .route import Route

_MODULES = """
    sending messages lists profiles profile_lists brands audiences audit bulk automations runs journeys inbound
    auth_tokens translations notifications templates template_content metrics submissions routing_strategies providers
    tenant_templates tenants tenant_users tokens preferences
"""

ROUTES = tuple(
    route
    for name in _MODULES.split()
    for route in vars(import_module(f".{name}", __package__)).values()
    if isinstance(route, Route)
)
