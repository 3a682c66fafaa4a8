"""Batches on many workers: a lane per connection, in turns, for a queue that exists already.

A lane is the rows of one connection in order. A worker gives it a turn (`lane`): a few rows or a second, then the lane
goes to the end of the queue, at once or when the call limit has room again. So no worker sleeps for the limit, and a
large connection never starves a small one. The rows and what became of them are in a `store`: a folder that the
workers share (`folder_store`), or a database (`database_store`). Which queue it is does not matter here;
`connector.celery` and `connector.dbos` are two of them.
"""
