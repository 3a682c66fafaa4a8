"""The routes: each module has a function `routes(served)` that lists its own."""
