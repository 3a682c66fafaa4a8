"""The handlers of the bakery."""
