"""The call limit: never more than N calls of a connection in any period, and all N when wanted.

`limiter` is the rule and the memory store, `file_store` shares a limit between the processes of a machine,
`redis_store` between machines. What happens to a call once it may leave is for `connector.client`.
"""
