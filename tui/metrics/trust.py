"""How far each venue's rows can be trusted: sampled, silent, sides, and its own totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from tui.metrics.control import Controls, controls
from tui.metrics.coverage import Listening
from tui.metrics.feed import HEARD_ROWS
from tui.metrics.minutes import last_minutes
from tui.metrics.saturation import Saturation, saturation
from tui.metrics.sides import SideCheck, side_checks
from tui.metrics.silence import Silence, silences
from tui.metrics.spans import lasts as lasts_of


@dataclass(frozen=True)
class Trust:
    """By venue, `saturation` by window first; a venue is in none of which nothing is known."""

    saturation: Mapping[str, Mapping[str, Saturation]] = field(default_factory=dict)
    silences: Mapping[str, Silence] = field(default_factory=dict)
    sides: Mapping[str, SideCheck] = field(default_factory=dict)
    controls: Controls = field(default_factory=dict)

    def full(self, window: str) -> Mapping[str, Saturation]:
        """The sampled venues' saturation in a window."""
        return self.saturation.get(window, {})

    @property
    def silent(self) -> dict[str, Silence]:
        """The venues that say nothing though they are connected."""
        return {venue: one for venue, one in self.silences.items() if one.silent}

    @property
    def doubted(self) -> tuple[str, ...]:
        """The venues whose sides stand against the price."""
        return tuple(venue for venue, check in self.sides.items() if check.doubted)


@dataclass(frozen=True, eq=False)
class Evidence:
    """The frames beside the tape that tell of it: rows of SATURATION and CONTROL, and QUOTES; and
    the coins whose prices are looked at, in this order."""

    saturation: pl.DataFrame
    control: pl.DataFrame
    quotes: pl.DataFrame
    coins: tuple[str, ...]


def trust(
    minutes: pl.DataFrame,
    recent: pl.DataFrame,
    evidence: Evidence,
    listening: Listening,
    began: datetime | None,
    as_of: datetime,
    venues: pl.DataFrame | None = None,
) -> Trust:
    """All of it at `as_of`, of all coins; nearly all is worked out once a minute. `venues` are the
    `minutes` summed over coins, where somebody has them."""
    return Trust(
        saturation(evidence.saturation, as_of),
        silent(minutes if venues is None else venues, recent, listening, began, as_of),
        side_checks(minutes, evidence.quotes, as_of, evidence.coins),
        controls(minutes, evidence.control, listening, began, as_of),
    )


def silent(
    minutes: pl.DataFrame,
    recent: pl.DataFrame,
    listening: Listening,
    began: datetime | None,
    as_of: datetime,
) -> dict[str, Silence]:
    """Every wanted venue's silence alone: a sixth of the work."""
    lasts = {**last_minutes(minutes), **lasts_of(recent.head(HEARD_ROWS))}
    return silences(minutes, lasts, listening, began, as_of)


def followed(coins: Sequence[str]) -> tuple[str, ...]:
    """Bitcoin first: where every venue has most minutes."""
    return tuple(dict.fromkeys(("BTC", *coins)))
