"""Connectors of another shape than the one of this repository, written with the means of docs/tutorial.md alone."""
