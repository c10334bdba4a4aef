"""Writes the taker flow of the scenario's past, as if its sockets had been read for a day.

Trades go the whole way, as liquidations do: encoded as wire frames, read and summed by the minute
by the recorder's own tally. Binance's is left to its collector, who asks for candles.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from tui.collectors.derivatives import perpetuals
from tui.collectors.flowing import COINBASE, DOLLAR_PAIR, SOCKETS
from tui.collectors.sources import pair, spot
from tui.collectors.tally import GRACE, MINUTE, Row, Tally
from tui.loopback.path import DAY, HOUR
from tui.loopback.wire import Encoder
from tui.venues import PRICED, TRADED
from tui.venues.base import Market

Listed = Callable[[tuple[str, str]], Mapping[str, Market]]
"""The contracts of a venue's stream."""


def rows(
    encoders: Mapping[str, Encoder], listed: Listed, coins: Sequence[str], end: int
) -> Iterator[Row]:
    """Rows of FLOW of the 25 hours before `end` (ms), whole minutes alone."""
    for venue, streams in SOCKETS.items():
        for stream in streams:
            markets = _markets(venue, stream, listed, coins)
            yield from _socket(encoders[venue], stream, markets, end)
    dollars = [pair(f"{coin}-USD", coin, "USD") for coin in coins]
    yield from _socket(encoders[COINBASE], "spot", [*dollars, DOLLAR_PAIR], end)


def _markets(venue: str, stream: str, listed: Listed, coins: Sequence[str]) -> list[Market]:
    """What the recorder listens to, but for the pairs and perpetuals against USDC: the scenario
    has no flow there."""
    asked = PRICED[venue].asked
    swaps = asked.streams if stream == "public" else (stream,) if stream != "spot" else ()
    contracts = [listed((venue, name)) for name in swaps]
    perps = [market for coin in coins for market in perpetuals(contracts, coin)]
    spots = [spot(asked, coin) for coin in coins] if stream in ("public", "spot") else []
    return [*spots, *(market for market in perps if market.quote in ("USDT", "USD"))]


def _socket(encoder: Encoder, stream: str, markets: Sequence[Market], end: int) -> Iterator[Row]:
    """One socket's minutes: a frame a minute of each market, where it live sends one a second."""
    reader, tally = TRADED[encoder.name], Tally(encoder.name, stream)
    first = (end - DAY - HOUR) // MINUTE * MINUTE
    tally.follow(markets)
    tally.opened(first)
    for minute in range(first, end - MINUTE + 1, MINUTE):
        now = minute + MINUTE + GRACE
        for market in markets:
            for text in encoder.matches(stream, market.id, minute, minute + MINUTE):
                for trade in reader.trades(json.loads(text)):
                    tally.add(trade, now)
        tally.heard(now)
        yield from tally.due(now)
