"""One stream of liquidations of a venue, and what its collector is lent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.clock import Clock
from tui.collectors import backfill
from tui.collectors.backfill import Asking, Mended
from tui.collectors.base import Newest
from tui.collectors.link import Link
from tui.venues.base import Ask, Market, Rate, Venue
from tui.venues.history import Backfills
from tui.venues.markets import Markets


@dataclass(frozen=True)
class Stream:
    """One all-market stream of a venue, and what its collector is lent."""

    venue: type[Venue]
    name: str
    markets: Markets
    ask: Ask
    link: Link
    rate: Rate
    clock: Clock
    endpoint: str | None
    newest: Newest = lambda table, where: None
    proxy: str | None = None

    def topics(self, known: Mapping[str, Market]) -> list[str]:
        """What to subscribe to for all liquidations of those markets."""
        return self.venue.topics(self.name, known.values())

    async def fill(self, put: Callable[[Mended], None]) -> None:
        """What the venue tells of the link's holes, where it tells anything."""
        if not issubclass(self.venue, Backfills):
            self.link.holes.clear()
        elif self.link.holes:
            lent = self.markets.known, self.ask, self.link, self.rate, self.clock
            await backfill.fill(Asking(self.venue, self.name, *lent), put)
