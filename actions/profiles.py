"""Handlers of the profile actions."""

from connector.call import page, send

get_profile = send
create_profile = send
replace_profile = send
update_profile = send
delete_profile = send
get_profile_subscriptions = page
add_profile_subscriptions = send
delete_profile_subscriptions = send
