"""Handlers of the audit event actions."""

from connector.call import page, send

get_audit_event = send
get_all_audit_events = page
