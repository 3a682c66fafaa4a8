"""Handlers of the provider actions."""

from connector.call import page, send

list_providers = page
list_provider_types = send
get_provider = send
create_provider = send
replace_provider = send
update_provider = send
delete_provider = send
