"""Which sockets and candles bring the taker flow of the settings, and of which markets."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

import polars as pl

from tui.collectors import flow
from tui.collectors.base import Context, Spec
from tui.collectors.derivatives import perpetuals
from tui.collectors.sources import pair, spot
from tui.collectors.tally import Tally
from tui.config import Settings
from tui.tables import FLOW
from tui.venues import PRICED, TRADED
from tui.venues.base import Market
from tui.venues.connect import Rest
from tui.venues.markets import Markets

Frames = AsyncIterator[pl.DataFrame]

QUOTES = {"binance": ("USDT", "USDC", "FDUSD"), "bybit": ("USDT", "USDC"), "okx": ("USDT", "USDC")}
"""The dollars of a venue's spot pairs, the one that gives the price first."""

SOCKETS = {"bybit": ("spot", "linear", "inverse"), "okx": ("public",)}
"""The sockets of a venue's trades. OKX has spot and swaps on one."""

COINBASE = "coinbase"
DOLLAR_PAIR = pair("USDT-USD", "USDT", "USD")
"""What a tether is worth: the premium with it counts dollars alone."""


class Listed(Protocol):
    """The market lists of a recorder, and clients that are closed when the work ends."""

    def of(self, venue: str, stream: str) -> Markets: ...

    def asking(
        self, venues: tuple[str, ...], work: Callable[[dict[str, Rest]], Frames]
    ) -> Frames: ...


def specs(settings: Settings, context: Context, listed: Listed) -> list[Spec]:
    """One a socket of trades, one for Binance's candles; none where the settings say so."""
    if not settings.flow:
        return []
    found = [
        _streamed(venue, stream, settings, context, listed)
        for venue, streams in SOCKETS.items()
        if venue in settings.venues
        for stream in streams
    ]
    if "binance" in settings.venues:
        found.insert(0, _polled(settings, context, listed))
    if settings.coinbase:
        found.append(_coinbase(settings, context))
    return found


def spots(venue: str, coins: Sequence[str]) -> list[Market]:
    """The spot pairs of the coins against dollars, whether the venue has them or not."""
    return [spot(PRICED[venue].asked, coin, quote) for coin in coins for quote in QUOTES[venue]]


async def perps(
    venue: str, streams: Sequence[str], coins: Sequence[str], listed: Listed, ask: Rest
) -> list[Market]:
    """The perpetuals of the coins against a dollar, those against USDT first."""
    contracts = [await listed.of(venue, stream).get(ask) for stream in streams]
    found = [market for coin in coins for market in perpetuals(contracts, coin)]
    return sorted(found, key=lambda market: market.quote != "USDT")


def _polled(settings: Settings, context: Context, listed: Listed) -> Spec:
    def work(clients: dict[str, Rest]) -> Frames:
        ask = clients["binance"]

        async def wanted() -> list[Market]:
            streams = PRICED["binance"].asked.streams
            contracts = await perps("binance", streams, settings.coins, listed, ask)
            return [*spots("binance", settings.coins), *contracts]

        return flow.polled(ask, wanted, context.newest, context.oldest, context.clock)

    start = lambda: listed.asking(("binance",), work)  # noqa: E731
    return Spec("flow", "binance", flow.KLINES, FLOW, start, period_s=flow.PERIOD_S)


def _streamed(
    venue: str, stream: str, settings: Settings, context: Context, listed: Listed
) -> Spec:
    tally = Tally(venue, stream)

    def work(clients: dict[str, Rest]) -> Frames:
        async def wanted() -> list[Market]:
            swaps = PRICED[venue].asked.streams if stream == "public" else (stream,)
            some = spots(venue, settings.coins) if stream in ("public", "spot") else []
            if stream == "spot":
                return some
            return [*some, *await perps(venue, swaps, settings.coins, listed, clients[venue])]

        way = context.clock, settings.endpoint, settings.proxy
        return flow.streamed(flow.Trades(TRADED[venue], stream, wanted, tally, *way))

    start = lambda: listed.asking((venue,), work)  # noqa: E731
    return Spec("flow", venue, stream, FLOW, start, period_s=flow.PERIOD_S)


def _coinbase(settings: Settings, context: Context) -> Spec:
    tally = Tally(COINBASE, "spot")

    async def wanted() -> list[Market]:
        return [*(pair(f"{coin}-USD", coin, "USD") for coin in settings.coins), DOLLAR_PAIR]

    def start() -> Frames:
        way = context.clock, settings.endpoint, settings.proxy
        return flow.streamed(flow.Trades(TRADED[COINBASE], "spot", wanted, tally, *way))

    return Spec("flow", COINBASE, "spot", FLOW, start, period_s=flow.PERIOD_S)
