"""The commands, a module each, imported when they are used. What several of them share is one level up."""
