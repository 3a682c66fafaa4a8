"""Handlers of the routing actions."""

from connector.call import page, send

list_routing_strategies = page
get_routing_strategy = send
create_routing_strategy = send
replace_routing_strategy = send
archive_routing_strategy = send
list_routing_strategy_templates = page
