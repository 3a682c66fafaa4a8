"""Handlers of the message actions."""

from connector.call import page, send

send_message = send
get_message = send
get_message_content = send
get_message_history = send
list_messages = page
archive_message = send
cancel_message = send
resend_message = send
