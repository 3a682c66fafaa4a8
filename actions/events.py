"""Handlers of the event actions."""

from connector.call import send

track_event = send
