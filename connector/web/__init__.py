"""What every HTTP entry point of this package uses: who may call it, what it reads, and how it listens.

`access_control.AccessControl` is ASGI middleware that refuses a request before the application sees it: a foreign host
name, another web page, a missing token, a body that is not JSON or is too large. `policy.AccessPolicy` says whom it
lets through. `serve` opens a port and runs an application on it until Ctrl-C. What is served does not concern this
package.
"""
