"""Handlers of the translation actions."""

from connector.call import send

get_translations = send
replace_translations = send
