"""Batches on DBOS, an engine without a server."""
