"""Handlers of the template actions."""

from connector.call import page

list_notifications = page
