"""Handlers of a connector that exists for the vectors: everything about its actions is data."""

from connector.call import page, send

list_items = send
list_hooks = page
read_item = send
bot = send
elsewhere = send
hook = send
anywhere = send
shelf = send
