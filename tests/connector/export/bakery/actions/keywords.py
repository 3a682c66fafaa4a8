"""Handlers of the keywords: all of these actions are data."""

from connector.call import page, send

list_by_url = page
every_keyword = send
names = send
put_list = send
read = send
wire = send
