"""Handlers of the inbox actions."""

from connector.call import send

issue_token = send
