"""How many examples a property is tried with: few by default, more on request."""

import os

from hypothesis import settings

ASKED = int(os.environ.get("LIQTOP_EXAMPLES", "0"))
"""The number that a thorough run asks for; 0 where none does."""


def examples(few: int) -> settings:
    """For a property whose examples cost: so many, or as many as are asked for if that is more."""
    return settings(max_examples=max(few, ASKED))
