"""Which contracts a venue lists, as little of it as liqtop needs, kept for a day on disk."""

import asyncio
import json
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tui.tables import Class
from tui.venues.base import VENUE_ERRORS, Ask, Market, Venue
from tui.venues.errors import Unanswered, VenueError

log = logging.getLogger("liqtop")

DAY_S = 86_400.0
AGAIN_S = 600.0
"""A row of an unknown market asks for the list again, but not more often than this."""


class Markets:
    """The contracts of one venue's stream by the venue's id.

    The list is asked for once a day; the parsed rows alone are kept, not the venue's answer
    (2 MB of JSON a stream). A list of an endpoint of one's own is never kept on disk: another
    exchange may listen on the same port tomorrow.
    """

    def __init__(self, venue: type[Venue], stream: str, folder: Path | None) -> None:
        self._venue, self._stream = venue, stream
        self._file = folder / f"markets-{venue.name}-{stream}.json" if folder else None
        self.known: dict[str, Market] = {}
        self._asked = 0.0
        self._lock = asyncio.Lock()

    async def get(self, ask: Ask, max_age_s: float = DAY_S) -> Mapping[str, Market]:
        """The list, by `ask` (a `Rest`) when the kept one is older than `max_age_s`.

        A list that can't be had or read now is served old; Unanswered when there is none at all.
        """
        async with self._lock:
            if not self.known:
                self._asked, self.known = self._load()
            if not self.known or time.time() - self._asked > max_age_s:
                await self._refresh(ask)
            return self.known

    async def _refresh(self, ask: Ask) -> None:
        try:
            found = await self._listed(ask)
        except VenueError as error:
            if not self.known:
                raise
            log.warning("%s %s: markets of before: %s", self._venue.name, self._stream, error)
            self._asked += AGAIN_S
            return
        self.known, self._asked = found, time.time()
        self._save()

    async def _listed(self, ask: Ask) -> dict[str, Market]:
        try:
            rows = await self._venue.instruments(ask, self._stream)
            return parsed(self._venue, self._stream, rows)
        except VENUE_ERRORS as error:  # an answer of another form, as `{"code": -1000}`
            name = f"{self._venue.name} {self._stream}"
            raise Unanswered(f"{name}: unreadable list of instruments: {error!r}"[:200]) from error

    def _load(self) -> tuple[float, dict[str, Market]]:
        if self._file is None:
            return 0.0, {}
        try:
            kept = json.loads(self._file.read_text())
            rows = [Market(**{**row, "cls": Class(row["cls"])}) for row in kept["markets"]]
            return float(kept["asked"]), {market.id: market for market in rows}
        except (OSError, *VENUE_ERRORS):
            return 0.0, {}

    def _save(self) -> None:
        if self._file is None:
            return
        kept = {"asked": self._asked, "markets": [asdict(m) for m in self.known.values()]}
        new = self._file.with_suffix(f".{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(kept))
            new.replace(self._file)
        except OSError as error:  # a cache that can't be written only costs a request
            log.warning("markets not kept: %s", error)


def parsed(venue: type[Venue], stream: str, rows: list[Any]) -> dict[str, Market]:
    """The rows that can be read, by id; Unanswered when none can."""
    found: dict[str, Market] = {}
    bad = 0
    for row in rows:
        try:
            market = venue.market(stream, row)
            if market is not None:
                found[market.id] = market  # an id that is no text may be no key either
        except VENUE_ERRORS:
            bad += 1
    if bad:
        log.warning("%s %s: %d instruments could not be read", venue.name, stream, bad)
    if not found:
        raise Unanswered(f"{venue.name} {stream}: no instruments in the answer")
    return found
