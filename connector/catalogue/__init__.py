"""The actions of a connector folder: definitions and handlers loaded together.

`loader` reads a folder, `action` is one action as a host sees it, `catalogue` lists and finds them, `sandbox` starts
the local service that a folder may bring. Running an action is `connector.client`.
"""
