"""Handlers of a connector that exists for the vectors: everything about its actions is data."""

from connector.call import page, send

every_keyword = send
names = send
wire = send
read = send
list_things = page
get_thing = send
put_thing = send
patch_thing = send
label_thing = send
delete_thing = send
post_thing = send
send_thing = send
list_by_header = page
list_by_url = page
list_by_offset = page
put_text = send
put_list = send
