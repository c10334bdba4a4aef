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

from tui.config import default_venues
from tui.detection import META
from tui.loopback import past_flow, past_week
from tui.loopback.encoders import ENCODERS, SPOT
from tui.loopback.forced import Forced
from tui.loopback.mood import Mood
from tui.loopback.past_market import PRICES, PastMarket, framed
from tui.loopback.path import DAY, MINUTE
from tui.loopback.scenario import Scenario
from tui.loopback.server import LAG_MS
from tui.loopback.wire import Encoder
from tui.metrics import saturation
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
    VOLATILITY,
    State,
)
from tui.venues import VENUES, described
from tui.venues.base import Market
from tui.venues.markets import parsed
from tui.venues.rows import frame, rows

STREAMS = tuple(
    (name, stream)
    for name, encoder in ENCODERS.items()
    if name in default_venues()
    for stream in encoder.shares
)
"""What a recorder with the default settings would have listened to."""

BATCH = 4_000
"""Liquidations in one transaction."""


def fill(
    data_dir: Path,
    scenario: Scenario,
    endpoint: str | None,
    coins: Sequence[str] = ("BTC", "ETH", "SOL"),
) -> int:
    """Writes the 24 hours before the scenario's end into the store of `data_dir`.

    Returns how many liquidations were written. Raises StoreError or StoreMismatch.
    """
    writer = Writer(store_path(data_dir), endpoint)
    try:
        writer.set_meta("streams", [list(stream) for stream in STREAMS])
        for key, value in described(default_venues()).items():
            writer.set_meta(key, value)
        writer.set_meta("began", scenario.end - DAY)
        writer.set_meta(META, past_week.detector(scenario.end))
        return _filled(writer, scenario, coins)
    finally:
        writer.close()


def _filled(writer: Writer, scenario: Scenario, coins: Sequence[str]) -> int:
    past = Past(scenario)
    market = PastMarket(scenario, past.mood)
    spans = {stream: past.spans(stream, writer) for stream in STREAMS}
    found = sorted((row for s in STREAMS for row in past.liquidations(s, spans[s])), key=_heard)
    written = 0
    for start in range(0, len(found), BATCH):
        written += writer.append(LIQUIDATIONS, frame(found[start : start + BATCH]))
    rows, heard = frame(found), framed(COVERAGE, past.coverage(spans))
    writer.append_all(
        [
            (COVERAGE, heard),
            (NORMALS, past_week.normals(rows, heard, scenario.end)),
            (HEALTH, framed(HEALTH, past.health())),
            (DERIVATIVES, framed(DERIVATIVES, market.derivatives(coins))),
            (QUOTES, framed(QUOTES, market.quotes(coins))),
            (SATURATION, past.saturation(rows)),
            (DEPTH, framed(DEPTH, market.depth(coins))),
            *market.options(coins),
            (FLOW, framed(FLOW, past.flow(coins))),
        ]
    )
    return written


_heard = itemgetter(1)  # `received`, the second column of LIQUIDATIONS

Span = tuple[int, int, int, str | None]
"""One connection of a stream: its number, since, until (ms) and why it ended."""


class Past:
    """The rows of what is listened to, table by table, of the 24 hours before the end."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario, self.mood = scenario, Mood(scenario)
        self._encoders: Mapping[str, Encoder] = {
            name: encoder(scenario, self.mood) for name, encoder in (ENCODERS | SPOT).items()
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

    def flow(self, coins: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """FLOW of every socket of trades, minute by minute; of the first coin alone, for each costs
        a demo's start a second."""
        return past_flow.rows(self._encoders, self.markets, coins[:1], self._scenario.end)
