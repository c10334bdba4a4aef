"""The liquidations panel as JSON: windows of all, venues and the largest coins; the feed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui.document.plain import told
from tui.document.trust import trusted
from tui.metrics import bounds
from tui.metrics.amounts import NOTHING, totals
from tui.metrics.cascades.standing import Standing
from tui.metrics.coverage import Cover
from tui.metrics.feeds import Feed
from tui.metrics.spans import age_s
from tui.metrics.windows import WINDOWS, Amount, FeedRow, Liquidations
from tui.tables import State

COINS = 20
"""Coins named one by one: the largest of 24 h and the configured ones; the rest is `other`."""

OTHER = "other"


def tape_panel(
    tape: Liquidations,
    gives: Mapping[str, str],
    coins: Sequence[str],
    fed: Sequence[Feed],
    now: Standing,
) -> dict[str, Any]:
    """The panel. Stale when no liquidation stream has been heard for a minute: one that is silent
    alone stands in the reasons, and `health` names it. The windows of all have their total ÷ a
    normal one, once a week is stored."""
    streams = [f for f in fed if f.collector == "liquidations" and f.state != State.OFF]
    whole = _rests(tape, gives)
    silent = all(feed.stale for feed in streams)
    fields = {
        "age_s": age_s(tape.as_of, tape.last_ts),
        "stale": silent,
        "windows": _normal(_windows(_all(tape), whole), now),
        "largest": None if tape.largest is None else _row(tape.largest),
        "venues": {name: _venue(tape, name, gives) for name in tape.venues},
        "coins": {
            name: {"windows": _windows(amounts, whole)}
            for name, amounts in _coins(tape, coins).items()
        },
        "feed": [_row(row) for row in tape.newest],
    }
    return told(fields, "no feed" if not streams else "nothing liquidated in 24 h yet")


def _normal(windows: dict[str, Any], now: Standing) -> dict[str, Any]:
    """With each total ÷ a normal one, or why that is not known."""
    why = now.lacking_week or "nothing is normal then"
    return {
        name: window
        | {"normal": told({"times": now.times.get(name), "lower_bound": name in now.low}, why)}
        for name, window in windows.items()
    }


def _all(tape: Liquidations) -> dict[str, Amount]:
    return {name: total.amount for name, total in tape.windows.items()}


def _venue(tape: Liquidations, name: str, gives: Mapping[str, str]) -> dict[str, Any]:
    venue = tape.venues[name]
    rests = _rests(tape, gives, name)
    known = trusted(tape.trust, name, venue.gives)
    return {"gives": venue.gives, "windows": _windows(venue.windows, rests), **known}


def _coins(tape: Liquidations, configured: Sequence[str]) -> dict[str, dict[str, Amount]]:
    """The largest coins and the configured ones by name, the rest together."""
    largest = list(tape.coins)[:COINS]
    named = dict.fromkeys([*largest, *configured])
    empty = dict.fromkeys(WINDOWS, NOTHING)
    rest = [amounts for name, amounts in tape.coins.items() if name not in named]
    return {name: tape.coins.get(name, empty) for name in named} | {OTHER: totals(rest)}


_Rest = tuple[Cover, tuple[str, ...]]
"""What a window's amounts rest on, and why that makes them lower bounds."""


def _rests(
    tape: Liquidations, gives: Mapping[str, str], venue: str | None = None
) -> dict[str, _Rest]:
    """Of all or of one venue: the same for every coin."""
    covers = {window: _of(tape.windows[window].cover, venue) for window in WINDOWS}
    return {
        window: (cover, bounds.of_cover(window, cover, gives, tape.trust))
        for window, cover in covers.items()
    }


def _windows(amounts: Mapping[str, Amount], rests: Mapping[str, _Rest]) -> dict[str, Any]:
    return {window: _window(amounts[window], *rests[window]) for window in WINDOWS}


def _of(cover: Cover, venue: str | None) -> Cover:
    """What the cover says of one venue alone."""
    if venue is None:
        return cover
    share = cover.venues.get(venue)
    alone = {} if share is None else {venue: share}
    gaps = tuple(gap for gap in cover.gaps if gap.venue == venue)
    unwanted = tuple(name for name in cover.unwanted if name == venue)
    return replace(cover, share=share, venues=alone, gaps=gaps, unwanted=unwanted)


def _window(amount: Amount, cover: Cover, shared: tuple[str, ...]) -> dict[str, Any]:
    why = (*shared, *bounds.unpriced(amount))
    # Nobody listened and nothing is stored: the total is unknown, not zero.
    known = bool(cover.share) or amount.count > 0
    fields = {
        "long_usd": amount.long_usd if known else None,
        "short_usd": amount.short_usd if known else None,
        "total_usd": amount.total_usd if known else None,
        "count": amount.count if known else None,
        "largest_usd": amount.largest_usd if known else None,
        "cover": cover.share,
        "have_s": cover.have.total_seconds(),
        "lower_bound": bool(why),
        "reasons": list(why),
    }
    return told(fields, ", ".join(why) or "no feed")


def _row(row: FeedRow) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in _ROW}
    return told(fields, "no price in USD, or the market is unknown")


_ROW = [name for name in FeedRow._fields if name != "largest_24h"]
