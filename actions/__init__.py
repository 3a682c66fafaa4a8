"""The handlers of the Courier connector: a module per group, a function per action."""
