"""The handlers of the depot connector."""
