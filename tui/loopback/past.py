"""Writes the scenario's past into a store, as if a recorder had listened for a day.

Liquidations go the whole way: encoded as wire frames, read and normalised by the venues' own
readers. Candles and ratios are left to the collectors, who fetch them over REST.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl

from tui.clock import from_milliseconds
from tui.collectors import options as polls
from tui.collectors.depth import row
from tui.config import default_venues
from tui.detection import META
from tui.loopback import past_flow, past_week
from tui.loopback.books import Books
from tui.loopback.encoders import ENCODERS, SPOT
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument
from tui.loopback.mood import Mood
from tui.loopback.options import Options
from tui.loopback.path import DAY, HOUR, MINUTE, SECOND
from tui.loopback.scenario import Scenario
from tui.loopback.server import LAG_MS
from tui.loopback.wire import Encoder
from tui.metrics import saturation
from tui.metrics.smile import Surface, tenor
from tui.store import Writer, store_path
from tui.tables import (
    COVERAGE,
    DEPTH,
    DERIVATIVES,
    FLOW,
    HEALTH,
    LIQUIDATIONS,
    NORMALS,
    OPTIONS,
    QUOTES,
    SATURATION,
    TENORS,
    VOLATILITY,
    State,
    Table,
)
from tui.venues import PRICED, VENUES, described
from tui.venues.base import DOLLARS, Market
from tui.venues.books import Book, levels
from tui.venues.depth import reduced
from tui.venues.deribit_options import COINS
from tui.venues.markets import parsed
from tui.venues.rows import frame, rows

STREAMS = tuple(
    (name, stream)
    for name, encoder in ENCODERS.items()
    if name in default_venues()
    for stream in encoder.shares
)
"""What a recorder with the default settings would have listened to."""

PRICES = tuple(name for name in PRICED if name in default_venues())
"""The venues among them that are asked for open interest."""

BATCH = 4_000
"""Liquidations in one transaction."""

PRE = HOUR
"""Derivatives and quotes reach this much further back than the 24 hours, for their changes."""

GOLD_SPOT = ("PAXGUSDT", "XAUTUSDT")


def fill(
    data_dir: Path,
    scenario: Scenario,
    endpoint: str | None,
    coins: Sequence[str] = ("BTC", "ETH", "SOL"),
) -> int:
    """Writes the 24 hours before the scenario's end into the store of `data_dir`.

    Returns how many liquidations were written. Raises StoreError or StoreMismatch.
    """
    past = Past(scenario)
    writer = Writer(store_path(data_dir), endpoint)
    try:
        writer.set_meta("streams", [list(stream) for stream in STREAMS])
        for key, value in described(default_venues()).items():
            writer.set_meta(key, value)
        writer.set_meta("began", scenario.end - DAY)
        spans = {stream: past.spans(stream, writer) for stream in STREAMS}
        found = sorted((row for s in STREAMS for row in past.liquidations(s, spans[s])), key=_heard)
        written = 0
        for start in range(0, len(found), BATCH):
            written += writer.append(LIQUIDATIONS, frame(found[start : start + BATCH]))
        rows, heard = frame(found), _frame(COVERAGE, past.coverage(spans))
        writer.set_meta(META, past_week.detector(scenario.end))
        writer.append_all(
            [
                (COVERAGE, heard),
                (NORMALS, past_week.normals(rows, heard, scenario.end)),
                (HEALTH, _frame(HEALTH, past.health())),
                (DERIVATIVES, _frame(DERIVATIVES, past.derivatives(coins))),
                (QUOTES, _frame(QUOTES, past.quotes(coins))),
                (SATURATION, past.saturation(rows)),
                (DEPTH, _frame(DEPTH, past.depth(coins))),
                *past.options(coins),
                (FLOW, _frame(FLOW, past.flow(coins))),
            ]
        )
        return written
    finally:
        writer.close()


_heard = itemgetter(1)  # `received`, the second column of LIQUIDATIONS

Span = tuple[int, int, int, str | None]
"""One connection of a stream: its number, since, until (ms) and why it ended."""


class Past:
    """The rows of each table for the 24 hours before the end."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario, self._mood = scenario, Mood(scenario)
        self._encoders: Mapping[str, Encoder] = {
            name: encoder(scenario, self._mood) for name, encoder in (ENCODERS | SPOT).items()
        }

    def spans(self, stream: tuple[str, str], writer: Writer) -> list[Span]:
        """The connections of a stream: one, and one more after each gap."""
        out: list[Span] = []
        since = self._scenario.end - DAY
        for gap in self._scenario.gaps:
            if (gap.venue, gap.stream) == stream:
                out.append((writer.next_conn(), since, gap.since, gap.reason))
                since = gap.until
        return [*out, (writer.next_conn(), since, self._scenario.end, "closed for a restart")]

    def coverage(self, spans: Mapping[tuple[str, str], list[Span]]) -> Iterator[tuple[Any, ...]]:
        """COVERAGE: a row a connection."""
        for (venue, stream), connections in spans.items():
            markets = self.markets((venue, stream)).values()
            topics = len(VENUES[venue].topics(stream, markets))
            for conn, since, until, reason in connections:
                yield venue, stream, conn, since, until, topics, topics, reason

    def markets(self, stream: tuple[str, str]) -> Mapping[str, Market]:
        """The markets of a stream, read by the venue's own reader from its own rows."""
        venue, name = stream
        encoder = ENCODERS[venue]
        listed = self._scenario.lists[stream].values()
        return parsed(VENUES[venue], name, [encoder.listed(name, market) for market in listed])

    def liquidations(
        self, stream: tuple[str, str], spans: Sequence[Span]
    ) -> Iterator[tuple[Any, ...]]:
        """LIQUIDATIONS of one stream, frame by frame through the wire."""
        venue, name = stream
        encoder, reader, markets = self._encoders[venue], VENUES[venue], self.markets(stream)
        bitcoin = self._scenario.prices.paths["BTC"]
        ours = [
            row for row in self._scenario.published
            if (row.market.venue, row.market.stream) == stream
        ]  # fmt: skip
        for push, group in groupby(ours, lambda row: row.ts // encoder.push_ms):
            now = (push + 1) * encoder.push_ms + LAG_MS
            batch: list[Forced] = list(group)
            conn = next(c for c, _, until, _ in spans if batch[0].ts <= until)
            rate = {"BTC": bitcoin.at(now)}.get
            for message in encoder.forced(name, batch, now):
                text = message.text
                text = text if isinstance(text, str) else reader.text(text)
                wires = reader.read(name, json.loads(text))
                yield from rows(wires, markets, venue=venue, received_ms=now, conn=conn, rate=rate)

    def saturation(self, rows: pl.DataFrame) -> pl.DataFrame:
        """SATURATION of every whole minute, summed up as the recorder does."""
        sampled = [name for name, venue in VENUES.items() if venue.gives == saturation.SAMPLED]
        first, end = self._scenario.end - DAY, self._scenario.end
        starts = range(-(-first // MINUTE) * MINUTE, end - MINUTE + 1, MINUTE)
        minutes = [datetime.fromtimestamp(start / 1000, UTC) for start in starts]
        return saturation.of_minutes(rows.sort("ts"), sampled, minutes)

    def health(self) -> Iterator[tuple[Any, ...]]:
        """HEALTH: everything live for a day but for the gaps."""
        began = self._scenario.end - DAY
        for venue, stream in STREAMS:
            yield began, "liquidations", venue, stream, State.LIVE.value, 0, None
        for gap in self._scenario.gaps:
            lost = (State.RETRYING.value, 1, gap.reason)
            yield gap.since, "liquidations", gap.venue, gap.stream, *lost
            yield gap.until, "liquidations", gap.venue, gap.stream, State.LIVE.value, 0, None
        for venue in PRICES:
            for collector in ("derivatives", "depth"):
                yield began, collector, venue, "", State.LIVE.value, 0, None
        yield began, "quotes", "binance", "", State.LIVE.value, 0, None
        for table in (VOLATILITY, OPTIONS) if "deribit" in default_venues() else ():
            yield began, table.name, "deribit", "", State.LIVE.value, 0, None

    def derivatives(self, coins: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """DERIVATIVES per venue: a row a minute of the first coin, whose drivers want one, and in
        two of the others; two a minute in the hours of the falls, whose cascades want them; six a
        minute in the last ten."""
        end = self._scenario.end
        for venue in PRICES:
            falls = range(end - DAY + 9 * HOUR, end - DAY + 13 * HOUR + 30 * MINUTE, 30 * SECOND)
            for place, coin in enumerate(coins):
                early = range(end - DAY - PRE, end - 10 * MINUTE, (2 if place else 1) * MINUTE)
                times = {*early, *falls, *_until(end, 10 * MINUTE, 10)}
                perpetuals = self._perpetuals(venue, coin)
                for ts in sorted(times):
                    yield ts, venue, coin, *self._interest(perpetuals, ts)

    def flow(self, coins: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """FLOW of every socket of trades, minute by minute; of the first coin alone, for each costs
        a demo's start a second."""
        return past_flow.rows(self._encoders, self.markets, coins[:1], self._scenario.end)

    def _perpetuals(self, venue: str, coin: str) -> list[Instrument]:
        return [
            market
            for (of, stream) in STREAMS
            if of == venue
            for market in self._scenario.lists[of, stream].values()
            if market.path == coin and market.kind == "swap" and market.quote in DOLLARS
        ]

    def _interest(self, perpetuals: Sequence[Instrument], ts: int) -> tuple[float, ...]:
        """Open interest in USD, and funding, mark and index of the largest perpetual."""
        worth = []
        for market in perpetuals:
            price = 1.0 if market.inverse else self._mood.mark(market, ts)
            worth.append(self._mood.open_interest(market, ts) * market.contract * price)
        largest = perpetuals[worth.index(max(worth))]
        mark, index = self._mood.mark(largest, ts), self._mood.index(largest, ts)
        return sum(worth), self._mood.funding(largest, ts), mark, index

    def depth(self, coins: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """DEPTH per venue, market and coin: a row in a quarter of an hour (for all but the first
        coin in an hour), one a minute in the last ten; each from a book as the venue writes it."""
        end, books = self._scenario.end, Books(self._scenario, self._mood)
        for venue, priced in PRICED.items():
            for coin in coins if venue in PRICES else ():
                spot = self._scenario.lists[venue, "spot"][priced.asked.spot_id(coin)]
                step = 15 * MINUTE if coin == coins[0] else HOUR
                times = [*range(end - DAY, end - 10 * MINUTE, step), *_until(end, 10 * MINUTE, 60)]
                perps = [one for one in self._perpetuals(venue, coin) if one.quote == "USDT"]
                for kind, market in (("spot", spot), *(("perp", one) for one in perps)):
                    for ts in times:
                        rungs = books.of(market, ts, 5_000)
                        bids, asks = (levels(side, market.contract) for side in rungs)
                        yield ts, venue, kind, coin, *row(reduced(Book(ts, bids, asks)))

    def quotes(self, coins: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """QUOTES: a coin's in 10 s, gold's in 30, one a second in the last three minutes."""
        spot, end = self._scenario.lists["binance", "spot"], self._scenario.end
        markets = [spot[f"{coin}USDT"] for coin in coins] + [spot[name] for name in GOLD_SPOT]
        markets.append(self._scenario.lists["binance", "usdm"]["XAUUSDT"])
        early, late = end - DAY - PRE, end - 3 * MINUTE
        for market in markets:
            symbol = f"{market.base}/{market.quote}"
            symbol += f":{market.settle}" if market.settle else ""
            step = (30 if market.path == "GOLD" else 10) * SECOND
            for ts in (*range(early, late, step), *_until(end, 3 * MINUTE, 1)):
                price = round(self._scenario.price(market, ts) / market.tick) * market.tick
                yield ts, ts + LAG_MS, "binance", symbol, market.base, float(f"{price:.10g}")

    def options(self, coins: Sequence[str]) -> Iterator[tuple[Table, pl.DataFrame]]:
        """VOLATILITY in five minutes, and OPTIONS in ten, whose chains are of no
        interest any more: their points are taken as the scenario makes them."""
        made, end = Options(self._scenario), self._scenario.end
        for coin in (coin for coin in coins if coin in COINS):
            index = ((ts, made.dvol(coin, ts)) for ts in range(end - DAY - PRE, end, 5 * MINUTE))
            rows = ((ts, "deribit", coin, "1m", *(value,) * 4) for ts, value in index)
            yield VOLATILITY, _frame(VOLATILITY, rows)
            found = []
            for ts in range(end - DAY - PRE, end, 10 * MINUTE):
                smiles, at = made.smiles(coin, ts), from_milliseconds(ts)
                tenors = tuple(tenor(smiles, name, days, at) for name, days in TENORS.items())
                found += polls.rows(coin, ts, Surface(tuple(smiles), tenors, None, None))
            yield OPTIONS, polls.framed(found)


def _until(end: int, span: int, seconds: int) -> range:
    """Times from `span` ms before `end` up to it."""
    return range(end - span, end + 1, seconds * SECOND)


def _frame(table: Table, tuples: Iterator[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows in the order of the table's columns, times in ms, as its frame."""
    columns = list(zip(*tuples, strict=True))
    return pl.DataFrame(
        [
            pl.Series(name, values, pl.Int64).cast(dtype)
            if isinstance(dtype, pl.Datetime)
            else pl.Series(name, values, dtype)
            for (name, dtype), values in zip(table.schema.items(), columns, strict=True)
        ]
    )
