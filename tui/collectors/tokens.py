"""The tokens of shares that a venue lists among its spot pairs, kept for a day."""

import logging
import time

from tui.venues.asked import Asked
from tui.venues.base import VENUE_ERRORS, Ask
from tui.venues.connect import short
from tui.venues.errors import VenueError
from tui.venues.markets import AGAIN_S, DAY_S

log = logging.getLogger("liqtop")


class Tokens:
    """Of one venue, as its list of spot pairs tells them.

    A list that can't be had is an empty one, and asked for again ten minutes later: prices of
    coins must not wait for it.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._due = 0.0

    async def get(self, asked: type[Asked], ask: Ask) -> dict[str, str]:
        """The ids by base."""
        if time.time() >= self._due:
            self._due = time.time() + AGAIN_S
            try:
                found = await asked.tokens(ask)
            except VenueError as error:
                log.info("%s: no list of tokens: %s", asked.name, short(error))
            except VENUE_ERRORS as error:
                log.warning("%s: unreadable list of tokens: %r", asked.name, error)
            else:
                self._known = {base: id for id, base in found}
                self._due = time.time() + DAY_S
        return self._known
