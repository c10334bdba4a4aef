"""The frames of one moment, and the records that several panels make of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from tui.clock import milliseconds
from tui.metrics.around import Around
from tui.metrics.bounds import is_away, of_span
from tui.metrics.cascades.standing import Standing, lacking, standing, unheard
from tui.metrics.cascades.table import Cascade, as_of
from tui.metrics.coverage import Stream, listening_of
from tui.metrics.depth import Absorption, MarketDepth, absorption
from tui.metrics.drivers import Drivers, drivers
from tui.metrics.events import Event, Seen, events
from tui.metrics.feeds import Feed, feeds, silenced
from tui.metrics.flow import asked_for
from tui.metrics.groups import groups
from tui.metrics.silence import Silence
from tui.metrics.trust import Evidence, followed, silent
from tui.metrics.windows import Counted, Liquidations, liquidations
from tui.store.sums import Summed
from tui.store.year import Frames, Year
from tui.tables import (
    ALERTS,
    CASCADES,
    CONTROL,
    DEPTH,
    FLOW,
    NORMALS,
    OPTIONS,
    SATURATION,
    SERIES,
    VOLATILITY,
    Measure,
)

if TYPE_CHECKING:
    from tui.store.search import Matches


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The frames of one moment. Live is `as_of` = now; time travel moves it.

    Every frame has the columns of its table (`tui.tables`), `raw` excepted (and `edges` what is
    counted alone: `tui.store.edges.COLUMNS`), and no row later than `as_of` (+ 5 s, which count as
    now). Equality is identity: frames do not compare.

    A window `(as_of − W, as_of]` is the rows of `minutes` with `minute` > `as_of` − W and before
    the minute of `as_of`, and the rows of `edges` in the rest of the window: in the minute it
    begins in, and from the minute of `as_of` on.
    """

    as_of: datetime
    endpoint: str | None
    streams: tuple[Stream, ...]  # the liquidation feeds the recorder wants
    gives: dict[str, str]  # venue -> all, 1/s, ?
    measures: dict[str, tuple[Measure, ...]]  # venue -> the ratios it publishes
    began: datetime | None  # when the store first listened
    minutes: pl.DataFrame  # liquidation_minutes of the last 24 h and a minute, at as_of
    edges: pl.DataFrame  # liquidations of the windows' partial first minutes and the newest minute
    recent: pl.DataFrame  # the newest 2,000 liquidations, newest first
    largest: pl.DataFrame  # the largest of 24 h, crypto only: no row or one
    coverage: pl.DataFrame  # of the last 25 h; `until` no later than as_of
    positioning: pl.DataFrame  # of 31 days, thinned to a row an hour but for the newest 25 h
    derivatives: pl.DataFrame  # thinned to a row a minute but for the newest 10 minutes
    candles: pl.DataFrame  # daily ones all, hourly ones of 90 days
    quotes: pl.DataFrame  # thinned to a row a minute but for the newest 17; last 25 h
    health: pl.DataFrame  # the newest row per collector, venue and stream
    recorder_ts: datetime | None  # when the recorder last wrote anything (`latest`)
    whole: pl.DataFrame | None = None
    """`minutes` without the one of `as_of`, the same frame while nothing in it changed."""
    sums: Summed | None = None
    """`whole` summed over coins and over venues, where that is at hand; who replaces that replaces
    this."""

    saturation: pl.DataFrame = field(default_factory=SATURATION.empty)  # of the last 25 h
    control: pl.DataFrame = field(default_factory=CONTROL.empty)  # of the last 25 h
    alerts: pl.DataFrame = field(default_factory=ALERTS.empty)  # the newest 500, however old
    depth: pl.DataFrame = field(default_factory=DEPTH.empty)
    """Of 30 days, thinned to a row every two hours but for the newest 10 minutes."""
    volatility: pl.DataFrame = field(default_factory=VOLATILITY.empty)
    """Of 400 days, thinned to the last row a day but for the newest 26 hours."""
    options: pl.DataFrame = field(default_factory=OPTIONS.empty)
    """Of 26 hours, thinned to a poll an hour but for the newest hour."""
    flow: pl.DataFrame = field(default_factory=FLOW.empty)  # of the last 25 h
    series: pl.DataFrame = field(default_factory=SERIES.empty)  # of the last 400 days
    cascades: pl.DataFrame = field(default_factory=CASCADES.empty)  # the same
    normals: pl.DataFrame = field(default_factory=NORMALS.empty)  # hours of a week; quoted coins
    judged: bool = True
    """Whether the tape says how far each venue can be trusted, which takes 0.2 s on new frames."""
    around: Around | None = None  # of the one liquidation that is looked at, if any
    older: pl.DataFrame | None = None
    """Of the one coin whose ratios are looked at, if any: `positioning` from 91 days ago to where
    that of the snapshot begins, a row every four hours."""
    depths: pl.DataFrame | None = None
    """Of the one coin whose books are looked at, if any: `depth` over the span of its chart."""
    matches: "Matches | None" = None  # all liquidations that a filter lets through, where one is
    year: Year = field(default_factory=Year)  # what `hours` reads

    def hours(self, base: str) -> Frames:
        """The hourly spot candles of a coin that were over, of 365 days, by venue: read of the
        store when they are asked for. StoreError when they can't be."""
        return self.year.of(base, milliseconds(self.as_of))

    def scores(self, base: str) -> pl.DataFrame:
        """What the recorder noted of the scorecard's lines of a coin, and of those of all, in 90
        days: read of the store as `hours` are. Columns ts, name, value."""
        return self.year.scores(base, milliseconds(self.as_of))

    @property
    def whole_minutes(self) -> pl.DataFrame:
        """What the windows count of `minutes`: `whole` where it is kept, else all of them."""
        return self.minutes if self.whole is None else self.whole

    @property
    def venue_minutes(self) -> pl.DataFrame:
        """The same summed over coins, where that is at hand: for what asks for no coin."""
        return self.whole_minutes if self.sums is None else self.sums.venues

    @property
    def coin_minutes(self) -> pl.DataFrame:
        """The same summed over venues, where that is at hand: for what asks for no venue."""
        return self.whole_minutes if self.sums is None else self.sums.coins

    def tape(
        self,
        coins: Sequence[str],
        *,
        coin: str | None = None,
        smallest: float = 10_000.0,
        lines: int = 0,
        listed: int = 0,
    ) -> Liquidations:
        """The liquidations of this moment, of `coin` alone if given; with a feed of `lines` lines
        from `smallest` USD on and the newest `listed` rows. `coins` are those whose prices tell
        whether a venue's sides can be right."""
        return liquidations(
            self.counted,
            coin=coin,
            smallest=smallest,
            lines=lines,
            listed=listed,
            evidence=self._evidence(coins) if self.judged else None,
        )

    @property
    def counted(self) -> Counted:
        """What the windows of this moment are counted of."""
        return Counted(
            self.whole_minutes,
            self.edges,
            self.recent,
            self.largest,
            self.coverage,
            self.as_of,
            self.streams,
            self.gives,
            self.began,
            self.venue_minutes,
            self.coin_minutes,
        )

    def absorption(self, books: Iterable[MarketDepth], coin: str, window: str) -> Absorption:
        """How long the books of a coin would take what is liquidated of it."""
        frames = self.whole_minutes, self.edges
        gone = groups(*frames, self.as_of, window, "venue", self.gives, coin)
        have = self.as_of - (self.began or self.as_of)
        return absorption(books, coin, gone, window, have)

    def drivers(self, base: str) -> Drivers:
        """What moves the price of a coin, of the flow that the recorder asks for."""
        asked = asked_for(self.health)
        frames = self.flow, self.derivatives, self.whole_minutes
        return drivers(*frames, base, self.as_of, self.began, asked)

    def _evidence(self, coins: Sequence[str]) -> Evidence:
        return Evidence(self.saturation, self.control, self.quotes, followed(coins))

    def feeds(self, tape: Liquidations | None = None) -> tuple[Feed, ...]:
        """Every feed as it was then; those of venues that `tape` finds silent are `silent`. It is
        spared where there is none: the same, for who wants nothing else of it."""
        listed = feeds(self.health, self.coverage, self.streams, self.collected, self.as_of)
        return silenced(listed, tape.trust.silences if tape else self._silences)

    def standing(
        self, tape: Liquidations, fed: Sequence[Feed], coin: str | None = None
    ) -> Standing:
        """Whether it is calm, or what runs; of `coin` alone if given, whose `tape` it then is.
        `fed` are the feeds: what is not heard is never calm."""
        totals = {name: total.amount.total_usd for name, total in tape.windows.items()}
        low = [name for name, total in tape.windows.items() if is_away(total.cover)]
        heard = unheard(fed)
        made = standing(self.cascades, self.normals, totals, heard, self.as_of, coin, low)
        return replace(made, last_is_low=self._is_low(made.last)) if made.last else made

    def _is_low(self, one: Cascade) -> bool:
        """Whether what was liquidated in an event is a lower bound; so are those from before the
        connections that are at hand."""
        listening = listening_of(self.coverage, self.streams)
        return bool(of_span(listening.cover(one.since, one.until), self.gives))

    def events(self, base: str, coin: str | None = None) -> tuple[Event, ...]:
        """The events of the 24 h before this moment, newest first: liquidations of `coin` alone if
        given, prices and averages of `base`. Silent venues are told of once they are judged."""
        seen = Seen(
            as_of=self.as_of,
            base=base,
            coin=coin,
            wanted=self.streams,
            gives=self.gives,
            began=self.began,
            minutes=self.minutes,
            whole=self.whole_minutes if coin else self.venue_minutes,
            venues=self.venue_minutes,
            largest=self.largest,
            coverage=self.coverage,
            health=self.health,
            quotes=self.quotes,
            candles=self.candles,
            alerts=self.alerts,
            silences=self._silences if self.judged else None,
            cascades=self.known_cascades if self.detects(coin) else None,
        )
        return events(seen)

    def detects(self, coin: str | None = None) -> bool:
        """Whether the detector of cascades knows what is normal of a coin or of all; else bursts
        are told."""
        return not self.lacking(coin)

    def lacking(self, coin: str | None = None) -> str:
        """Why no cascade can be told: `2 of 3 days`; empty where they can."""
        return lacking(self.normals, coin)

    @property
    def known_cascades(self) -> tuple[Cascade, ...]:
        """The events of the detector that were known at this moment, oldest first."""
        return as_of(self.cascades, self.as_of)

    @cached_property
    def _silences(self) -> Mapping[str, Silence]:
        listening = listening_of(self.coverage, self.streams)
        return silent(self.venue_minutes, self.recent, listening, self.began, self.as_of)

    @property
    def collected(self) -> dict[str, pl.DataFrame]:
        """The frames whose newest row is a sign of life, by the names of their collectors."""
        return {
            "positioning": self.positioning,
            "derivatives": self.derivatives,
            "candles": self.candles,
            "quotes": self.quotes,
            "control": self.control,
            "depth": self.depth,
            "volatility": self.volatility,
            "options": self.options,
            "flow": self.flow,
        }
