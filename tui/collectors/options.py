"""Implied volatility at four tenors, of Deribit's book summaries, every five minutes.

A chain is 700 to 1,000 rows and 0.4 MB; what is kept of it are the tenors, four rows a coin. The
surface takes 20 ms of CPU a coin.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import polars as pl

from tui.clock import from_milliseconds
from tui.collectors.base import typed
from tui.collectors.rounds import in_turn
from tui.metrics.smile import CHAIN, Surface, surface
from tui.tables import OPTIONS
from tui.venues.base import Ask
from tui.venues.deribit_options import Marked, chain

VENUE = "deribit"
PERIOD_S = 300.0


def collect(ask: Ask, coins: Sequence[str]) -> AsyncIterator[pl.DataFrame]:
    """Frames of OPTIONS, one a coin.

    Raises RateLimited, or the VenueError of the last coin when no coin is answered.
    """

    async def asked(coin: str) -> AsyncIterator[pl.DataFrame]:
        yield polled(coin, await chain(ask, coin))

    return in_turn("deribit's options", coins, asked, PERIOD_S)


def polled(coin: str, marks: Sequence[Marked]) -> pl.DataFrame:
    """The rows of OPTIONS that a chain gives, at the venue's own time of it."""
    ts = max(mark.ts for mark in marks)
    frame = pl.DataFrame(marks, list(Marked._fields), orient="row", infer_schema_length=None)
    seen = frame.select(pl.col(name).cast(dtype) for name, dtype in CHAIN.items())
    return framed(rows(coin, ts, surface(seen, from_milliseconds(ts))))


def rows(coin: str, ts: int, made: Surface) -> list[dict[str, Any]]:
    """A surface as rows of OPTIONS of the moment `ts` (ms), for `framed`."""
    return [
        {
            "ts": ts,
            "venue": VENUE,
            "base": coin,
            "tenor": tenor.name,
            "atm_iv": tenor.atm,
            "call25_iv": tenor.call25,
            "put25_iv": tenor.put25,
            "near": tenor.near,
            "far": tenor.far,
            "strikes": tenor.strikes,
            "parity": made.parity,
            "iv_gap": made.gap,
            "reason": tenor.reason,
        }
        for tenor in made.tenors
    ]


def framed(listed: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame of OPTIONS."""
    return typed(pl.DataFrame(listed, infer_schema_length=None), OPTIONS)
