"""Handlers of the list actions."""

from connector.handler import send

get_list = send
