"""One HTTP call: the request an action makes, sending it within its time, and reading the response.

`request` and `body_defaults` build it, `transport` over `deadline` sends it, `response` flattens what came back,
`service_error` turns an error response into an error, `retry` decides whether to try again. Nothing here waits or
loops; that is `connector.client`.
"""
