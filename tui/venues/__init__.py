"""The exchanges. Importing this costs no ccxt: that is loaded by `connect`, in the recorder."""

from collections.abc import Iterable
from typing import Any

from tui.venues.base import Priced, Traded, Venue
from tui.venues.binance import Binance
from tui.venues.bitfinex import Bitfinex
from tui.venues.bybit import Bybit
from tui.venues.coinbase import Coinbase
from tui.venues.deribit import Deribit
from tui.venues.gate import Gate
from tui.venues.htx import Htx
from tui.venues.kraken import Kraken
from tui.venues.lighter import Lighter
from tui.venues.okx import Okx

VENUES: dict[str, type[Venue]] = {
    venue.name: venue
    for venue in (Binance, Bybit, Okx, Gate, Htx, Bitfinex, Deribit, Kraken, Lighter)
}
"""Every venue by its name, in the order in which they are preferred."""

PRICED: dict[str, type[Priced]] = {
    name: venue for name, venue in VENUES.items() if issubclass(venue, Priced)
}
"""Those of them that are asked for prices, positions and open interest, too."""

TRADED: dict[str, type[Traded]] = {venue.name: venue for venue in (Bybit, Okx, Coinbase)}
"""Those whose public trades are read for taker flow; Binance's candles carry it."""


def described(names: Iterable[str]) -> dict[str, Any]:
    """What a store's meta says of those venues, by its key: what each `gives` of the truth, and
    the `measures` (ratios) of those that have any, all as words."""
    chosen = set(names)
    return {
        "gives": {name: venue.gives for name, venue in VENUES.items() if name in chosen},
        "measures": {
            name: [measure.value for measure in venue.asked.measures]
            for name, venue in PRICED.items()
            if name in chosen
        },
    }
