"""Handlers of the actions on preferences."""

from connector.call import send

list_user_preferences = send
get_user_preference = send
set_user_preference = send
update_user_preferences = send
replace_user_preferences = send
reset_user_preference = send
