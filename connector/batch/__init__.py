"""One action over a file of rows, each row once: reading rows, a folder with the results, running them, resuming.

A batch keeps its state in a folder (`folder`): a journal, and the rows that succeeded, failed, or whose outcome is
unknown. `source` and `columns` turn a file into inputs; `dry_run` validates them all without a call; `runner` runs them
at each connection's own limit. What a run itself does is `connector.client`'s.
"""
