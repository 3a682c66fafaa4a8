"""Connections: an account at a service, how its secrets travel, and where a user's connections are stored.

`connection` is the value, `auth` adds the secrets to a request and masks them, `stored` keeps names and addresses in a
private file and the secrets in the system's keyring.
"""
