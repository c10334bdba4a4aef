"""Async generators of polars frames, one module a table; they know no storage and no screen."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import polars as pl

from tui.collectors import (
    candles,
    control,
    depth,
    derivatives,
    flowing,
    liquidations,
    options,
    positioning,
    quotes,
    series,
    volatility,
)
from tui.collectors.base import Context, Spec, Trouble
from tui.collectors.link import Link
from tui.collectors.sources import Source
from tui.collectors.stream import Stream
from tui.config import Settings
from tui.tables import (
    CANDLES,
    CONTROL,
    DEPTH,
    DERIVATIVES,
    LIQUIDATIONS,
    OPTIONS,
    POSITIONING,
    QUOTES,
    VOLATILITY,
)
from tui.venues import PRICED, VENUES
from tui.venues.books import BOOKS
from tui.venues.connect import Rest
from tui.venues.deribit_options import COINS
from tui.venues.markets import Markets

__all__ = ["Context", "Link", "Spec", "specs"]

Frames = AsyncIterator[pl.DataFrame]


def specs(settings: Settings, context: Context) -> list[Spec]:
    """Every collector of the settings, for the recorder to supervise.

    Liquidations: one a venue and stream. Positioning, derivatives and depth: one a priced venue.
    Candles and quotes: one each, under the preferred priced venue; the others stand in for it.
    Control totals: one, where Gate is on. DVOL and options: one each, where Deribit is on. Taker
    flow: one a socket of trades, one for Binance's candles. Series of the user's own: one each.
    """
    listed = _Listed(settings)
    return [
        *_liquidations(settings, context, listed),
        *_pollers(settings, context, listed),
        *_candles(settings, context, listed),
        *_quotes(settings, context, listed),
        *_control(settings, context, listed),
        *(_depth(name, settings, context, listed) for name in _priced(settings) if name in BOOKS),
        *_options(settings, context, listed),
        *flowing.specs(settings, context, listed),
        *series.specs(settings, context),
    ]


class _Listed:
    """The market lists, one a venue and stream, shared by the collectors of a recorder."""

    def __init__(self, settings: Settings) -> None:
        self.endpoint, self.proxy = settings.endpoint, settings.proxy
        folder: Path | None = settings.cache_dir if settings.endpoint is None else None
        self._markets = {
            (name, stream): Markets(VENUES[name], stream, folder)
            for name in settings.venues
            for stream in VENUES[name].streams
        }

    def of(self, venue: str, stream: str) -> Markets:
        return self._markets[venue, stream]

    def asking(self, venues: tuple[str, ...], work: Callable[[dict[str, Rest]], Frames]) -> Frames:
        """What `work` yields, given a client of each venue; they are closed when it ends."""
        way = self.endpoint, self.proxy
        return _closing({name: Rest(VENUES[name].exchange(), *way) for name in venues}, work)


async def _closing(clients: dict[str, Rest], work: Callable[[dict[str, Rest]], Frames]) -> Frames:
    try:
        async with aclosing(work(clients)) as frames:  # type: ignore[type-var]
            async for frame in frames:
                yield frame
    finally:
        for client in clients.values():
            await client.close()


def _liquidations(settings: Settings, context: Context, listed: _Listed) -> list[Spec]:
    return [
        _stream(name, stream, settings, context, listed)
        for name in settings.venues
        for stream in VENUES[name].streams
    ]


def _stream(name: str, stream: str, settings: Settings, context: Context, listed: _Listed) -> Spec:
    link = Link(name, stream, context.next_conn, context.clock)

    def work(clients: dict[str, Rest]) -> Frames:
        way = settings.endpoint, context.newest, settings.proxy
        lent = link, context.rate, context.clock, *way
        of = listed.of(name, stream)
        return liquidations.collect(Stream(VENUES[name], stream, of, clients[name], *lent))

    return Spec(
        "liquidations", name, stream, LIQUIDATIONS, lambda: listed.asking((name,), work), link
    )


def _pollers(settings: Settings, context: Context, listed: _Listed) -> list[Spec]:
    found = []
    for name in _priced(settings):
        found += [_positioning(name, settings, context, listed)]
        found += [_derivatives(name, settings, context, listed)]
    return found


def _priced(settings: Settings) -> tuple[str, ...]:
    """The venues of the settings that have prices, in the order in which they are preferred."""
    return tuple(name for name in PRICED if name in settings.venues)


def _positioning(name: str, settings: Settings, context: Context, listed: _Listed) -> Spec:
    asked, trouble = PRICED[name].asked, Trouble()

    def work(clients: dict[str, Rest]) -> Frames:
        markets, coins = listed.of(name, asked.linear), settings.positioning_coins
        return positioning.collect(
            asked, clients[name], markets, coins, context.newest, context.clock, trouble
        )

    start = lambda: listed.asking((name,), work)  # noqa: E731
    way = "positioning", name, "", POSITIONING, start
    return Spec(*way, period_s=positioning.PERIOD_S, trouble=trouble)


def _derivatives(name: str, settings: Settings, context: Context, listed: _Listed) -> Spec:
    asked, trouble = PRICED[name].asked, Trouble()

    def work(clients: dict[str, Rest]) -> Frames:
        markets = [listed.of(name, stream) for stream in asked.streams]
        of = asked, clients[name], markets, settings.coins
        return derivatives.collect(*of, context.clock, trouble)

    start = lambda: listed.asking((name,), work)  # noqa: E731
    way = "derivatives", name, "", DERIVATIVES, start
    return Spec(*way, period_s=derivatives.PERIOD_S, trouble=trouble)


def _sources(clients: dict[str, Rest], listed: _Listed) -> list[Source]:
    return [
        Source(venue, venue.asked, clients[name], listed.of(name, venue.asked.linear))
        for name, venue in PRICED.items()
        if name in clients
    ]


def _candles(settings: Settings, context: Context, listed: _Listed) -> list[Spec]:
    venues = _priced(settings)

    def work(clients: dict[str, Rest]) -> Frames:
        known = context.newest, context.oldest
        return candles.collect(_sources(clients, listed), settings.coins, *known, context.clock)

    start = lambda: listed.asking(venues, work)  # noqa: E731
    way, every = ("", CANDLES, start), candles.PERIOD_S
    return [Spec("candles", name, *way, period_s=every) for name in venues[:1]]


def _quotes(settings: Settings, context: Context, listed: _Listed) -> list[Spec]:
    venues, rests, trouble = _priced(settings), dict[str, float](), Trouble()

    def work(clients: dict[str, Rest]) -> Frames:
        way = settings.endpoint, context.clock, settings.proxy, rests, trouble
        return quotes.collect(_sources(clients, listed), settings.coins, *way)

    start = lambda: listed.asking(venues, work)  # noqa: E731
    return [Spec("quotes", name, "", QUOTES, start, trouble=trouble) for name in venues[:1]]


def _control(settings: Settings, context: Context, listed: _Listed) -> list[Spec]:
    """Gate alone publishes what was liquidated there; without its tape nothing is to be checked."""
    if "gate" not in settings.venues:
        return []

    def work(clients: dict[str, Rest]) -> Frames:
        return control.collect(clients["gate"], settings.coins, context.newest, context.clock)

    start = lambda: listed.asking(("gate",), work)  # noqa: E731
    return [Spec("control", "gate", "", CONTROL, start, period_s=control.PERIOD_S)]


def _depth(name: str, settings: Settings, context: Context, listed: _Listed) -> Spec:
    venue = PRICED[name]

    def work(clients: dict[str, Rest]) -> Frames:
        source = Source(venue, venue.asked, clients[name], listed.of(name, venue.asked.linear))
        return depth.collect(source, settings.coins, context.clock)

    start = lambda: listed.asking((name,), work)  # noqa: E731
    return Spec("depth", name, "", DEPTH, start, period_s=depth.PERIOD_S)


def _options(settings: Settings, context: Context, listed: _Listed) -> list[Spec]:
    """DVOL and implied volatility of those coins followed that Deribit has options of."""
    coins = tuple(coin for coin in settings.coins if coin in COINS)
    if "deribit" not in settings.venues or not coins:
        return []

    def index(clients: dict[str, Rest]) -> Frames:
        return volatility.collect(clients["deribit"], coins, context.newest, context.clock)

    def chains(clients: dict[str, Rest]) -> Frames:
        return options.collect(clients["deribit"], coins)

    of_deribit = ("deribit",)
    return [
        Spec(
            "volatility",
            "deribit",
            "",
            VOLATILITY,
            lambda: listed.asking(of_deribit, index),
            period_s=volatility.PERIOD_S,
        ),
        Spec(
            "options",
            "deribit",
            "",
            OPTIONS,
            lambda: listed.asking(of_deribit, chains),
            period_s=options.PERIOD_S,
        ),
    ]
