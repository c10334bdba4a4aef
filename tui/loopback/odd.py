"""Liquidations no market makes, in a venue's own wire: absurd sizes, unknown contracts, odd times.

What a reader can take is booked as sent; what it can't is told by the reader, and is no row.
"""

import gzip
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf, nan
from typing import Any

from tui.loopback.burst import forced_row
from tui.loopback.forced import Forced
from tui.loopback.listing import unlisted
from tui.loopback.scenario import Scenario
from tui.loopback.wire import Encoder, Frame, Text, packed, size_text
from tui.tables import Side
from tui.venues.packed import gunzipped

HOUR = 3_600_000


_ODD: dict[str, Callable[[Forced, int], Forced]] = {
    "huge": lambda row, place: row._replace(size=1e308),
    "future": lambda row, place: row._replace(ts=row.ts + HOUR + place),
    "past": lambda row, place: row._replace(ts=row.ts - HOUR + place),
    "backwards": lambda row, place: row._replace(ts=row.ts - 1000 * place),
    "unknown": lambda row, place: row._replace(
        market=replace(row.market, id=unlisted(row.market.id, place))
    ),
}

WRONG: dict[str, Any] = {
    "nan": nan, "infinite": inf, "negative": "-5", "zero": "0", "words": "lots", "empty": "",
    "null": None, "list": [1], "object": {"a": 1}, "true": True,
}  # fmt: skip
"""What stands in place of a size in a row that must not be read. Where the sign is the side, a
negative one is read: it is a short."""

READABLE = tuple(_ODD)


def odd(
    encoder: Encoder, scenario: Scenario, kind: str, count: int, now: int
) -> list[tuple[str, Frame]]:
    """`count` frames of one row each, with their stream; of READABLE or of WRONG. KeyError else."""
    rng = random.Random(f"{encoder.name}:{kind}")
    markets = [
        m
        for stream in encoder.shares
        for m in scenario.lists[encoder.name, stream].values()
        if m.path and not m.tradfi
    ]
    out = []
    for place in range(count):
        row = forced_row(scenario, rng.choice(markets), now, place, rng)
        out.append((row.market.stream, _frame(encoder, row, kind, place, now)))
    return out


def _frame(encoder: Encoder, row: Forced, kind: str, place: int, now: int) -> Frame:
    plain = _published(encoder, row, now)
    if kind == "negative" and encoder.signed:
        return _published(encoder, row._replace(side=Side.SHORT), now)
    if kind in WRONG:
        return Frame(plain.topics, _without_size(plain, row, WRONG[kind]))
    frame = _published(encoder, _ODD[kind](row, place), now)
    return frame._replace(topics=plain.topics)  # a contract nobody could subscribe to by name


def _published(encoder: Encoder, row: Forced, now: int) -> Frame:
    """The one frame that has the row; Bitfinex tells of its trigger in another."""
    (frame,) = (f for f in encoder.forced(row.market.stream, [row], now) if f.rows)
    return frame


def _without_size(plain: Frame, row: Forced, wrong: Any) -> Text:
    """The frame's text with `wrong` wherever it has the row's size; packed again where it was.

    ValueError when it has it nowhere.
    """
    text = plain.text if isinstance(plain.text, str) else gunzipped(plain.text)
    size = float(size_text(row.market, row.size))
    found = 0

    def changed(value: Any) -> Any:
        nonlocal found
        if isinstance(value, Mapping):
            return {key: changed(one) for key, one in value.items()}
        if isinstance(value, list):
            return [changed(one) for one in value]
        if _number(value) != size:
            return value
        found += 1
        return wrong

    out = packed(changed(json.loads(text)))
    if not found:
        raise ValueError(f"no size {size} in {text[:80]}")
    return out if isinstance(plain.text, str) else gzip.compress(out.encode())


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return abs(float(value))
    except ValueError:
        return None
