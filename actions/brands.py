"""Handlers of the brand actions."""

from connector.call import page, send

create_brand = send
get_brand = send
list_brands = page
replace_brand = send
delete_brand = send
