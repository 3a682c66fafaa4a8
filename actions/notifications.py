"""Handlers of the template actions."""

from connector.handler import page

list_notifications = page
