"""The command line: arguments in; results on stdout, messages on stderr and an exit status out.

It reads what was typed, calls the same functions as any other program that embeds the runtime, and prints what they
return. Whatever a server or a batch needs too is below: running and previewing in `connector.connector`, curl commands
and projections in `connector.call`, stored connections in `connector.connections`, the sandbox in
`connector.catalogue`, new actions in `connector.scaffold`.

`app` is the program, `commands` has a module per command, and each is imported only when it is used.
"""

from connector.cli.app import main

__all__ = ["main"]
