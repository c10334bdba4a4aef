"""Async generators of polars frames, one module a table. They know nothing of storage or screens."""
