"""What is caught where the failure of one part must not end the others."""

from polars.exceptions import PanicException

FAILURES = (Exception, PanicException)
"""Every error there can be. Polars raises its panics (a damaged time in the store is one) beside
`Exception`, so that `except Exception` lets them end the thread. Apart from `errors`, which is
imported by commands that do without polars."""
