"""`python -m connector`: the runner."""

from connector.cli.app import main

main()
