"""Handlers of the push token actions."""

from connector.call import send

list_push_tokens = send
get_push_token = send
add_push_token = send
add_push_tokens = send
update_push_token = send
delete_push_token = send
