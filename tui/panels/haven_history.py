"""The safe haven in history: all from a common start, ounces, correlation, the haven test."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import polars as pl
from textual.content import Content

from tui import draw
from tui.draw.framed import LEAST, Chart, Series, stacked
from tui.metrics import havens as metric
from tui.metrics.haven_test import HavenTest, haven_test, rolling
from tui.metrics.havens import Havens
from tui.metrics.other_havens import HAVENS, OtherHaven, other_havens
from tui.panels.base import View
from tui.snapshot import Snapshot

SESSIONS = 30
STYLES = {"silver": "$muted", "dollar-stock tokens": "$above"}
"""The colours of the other havens' lines."""


@dataclass(frozen=True, eq=False)
class HavenHistory:
    """Common closes of BTC and gold in USD over the chosen span (`shown`: ts, btc, gold) with the
    correlation at each, the test over all there are, and other havens over the same sessions."""

    shown: pl.DataFrame
    correlation: tuple[float | None, ...]
    test: HavenTest
    others: tuple[OtherHaven, ...]


def history(snapshot: Snapshot, days: int) -> HavenHistory:
    """The history over the newest `days`; correlation and test use the closes before, too."""
    both = metric.sessions(snapshot.candles, snapshot.as_of)
    shown = both.filter(pl.col("ts") >= snapshot.as_of - timedelta(days=days))
    r = rolling(both, SESSIONS)
    sessions = shown["ts"].to_list()
    others = other_havens(snapshot.quotes, snapshot.candles, snapshot.as_of, sessions)
    return HavenHistory(shown, r[len(r) - shown.height :], haven_test(both), others)


def words(made: Havens, deep: HavenHistory, width: int) -> list[Content]:
    """The test in words, the spread between gold markets, and which other havens there are."""
    texts = (tested(deep.test), spread(made), *_others(deep.others))
    return [line for text in texts for line in draw.wrapped(text, width)]


def tested(test: HavenTest) -> str:
    """`worst 5% days of BTC (≤ −4.1%): gold +0.21% (−0.05% to +0.47%), n 73: no clear move`."""
    if test.mean is None:
        return f"haven test n/a ({test.n} worst days of {test.days}, needs 5 of 100)"
    band = f"{draw.change(test.low)} to {draw.change(test.high)}"
    head = f"BTC's worst 5% days (≤ {draw.change(test.threshold, 1)})"
    return f"{head}: gold {draw.change(test.mean)} ({band}), n {test.n}: {test.verdict}"


def spread(made: Havens) -> str:
    """How far the live gold markets are apart, of the cheapest."""
    prices = list(made.gold_prices.values())
    if len(prices) < 2:
        return "spread n/a (one gold market is live)" if prices else "spread n/a (no gold market)"
    apart = max(prices) / min(prices) - 1
    return f"spread {apart:.2%} between {len(prices)} gold markets"


def _others(others: tuple[OtherHaven, ...]) -> Iterable[str]:
    """`silver XAG 94.200`, with what to know about it in brackets; then who is missing."""
    if others:
        yield "  ".join(map(_said, others))
    missing = [name for name in HAVENS if name not in {it.name for it in others}]
    if missing:
        yield f"{', '.join(missing)} n/a (no venue lists it, or none was heard)"


def _said(one: OtherHaven) -> str:
    price = draw.missing() if one.price is None else draw.price(one.price)
    notes = []
    if one.age is not None and not one.is_live:
        notes.append(f"{draw.age(one.age.total_seconds())} old")
    if not one.path:
        notes.append(f"closes since {one.since:%Y-%m-%d}" if one.since else "no closes yet")
    return f"{_called(one)} {price}" + (f" ({', '.join(notes)})" if notes else "")


def _called(one: OtherHaven) -> str:
    """`silver XAG`, `QQQX`."""
    return f"{one.name} {one.base}" if one.name == "silver" else one.base


def charts(deep: HavenHistory, view: View, width: int, height: int) -> list[Content]:
    """All from a common start; with room for them ounces, and the correlation with its band."""
    shown = deep.shown
    if height < LEAST:
        return []
    if shown.height < 2:
        return [draw.unknown("no common days of BTC and gold yet", width)]
    start = shown.select(pl.col("btc", "gold") / pl.col("btc", "gold").first())
    paths = [
        Series("BTC", start["btc"].to_list(), "$accent", draw.ratio),
        Series("gold", start["gold"].to_list(), "$gold", draw.ratio),
        *(
            Series(_called(it), it.path, STYLES[it.name], draw.ratio)
            for it in deep.others
            if it.path
        ),
    ]
    ounces = [Series("oz per BTC", (shown["btc"] / shown["gold"]).to_list(), "$gold", draw.ratio)]
    title = f"{shown.height} sessions, 1 = start"
    parts = [Chart(paths, title), Chart(ounces), Chart(_correlation(deep))]
    first, last, cursor = shown["ts"][0], shown["ts"][-1], view.drill.cursor
    return stacked(parts, width, height, view.symbols, first, last, cursor)


def _correlation(deep: HavenHistory) -> list[Series]:
    """Inside the band a correlation is no different from none."""
    edge = metric.band(SESSIONS)
    count = len(deep.correlation)
    return [
        Series(f"corr {SESSIONS}d", deep.correlation, "$accent", draw.points),
        Series("n.s. from", [-edge] * count, "$muted", draw.points),
        Series("to", [edge] * count, "$muted", draw.points),
    ]
