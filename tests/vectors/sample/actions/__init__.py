"""The handlers of the sample connector."""
