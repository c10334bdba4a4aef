"""What the venues publish of the forced orders, and the scale that makes it a given sum."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from tui.loopback.forced import Forced, Order
from tui.loopback.listing import Instrument
from tui.tables import Side


class Shown(Enum):
    """What a venue publishes of the forced orders of one contract and second."""

    ALL = "every one"
    LARGEST = "the largest"
    LAST = "the last"


class Gap(NamedTuple):
    """A stretch in which nobody listened to one stream (ms)."""

    venue: str
    stream: str
    since: int
    until: int
    reason: str


def published(rows: Sequence[Forced], shown: Mapping[str, Shown]) -> list[Forced]:
    """What the venues send of all forced orders, in time order, `shown` by each one's rule."""
    kept: dict[tuple[str, str, int], Forced] = {}
    out: list[Forced] = []
    for row in rows:
        market = row.market
        rule = shown[market.venue]
        if rule is Shown.ALL:
            out.append(row)
            continue
        key = (market.venue, market.id, row.ts // 1000)
        other = kept.get(key)
        if other is None or rule is Shown.LAST or row.usd > other.usd:
            kept[key] = row
    out += kept.values()
    out.sort(key=lambda row: row.ts)
    return out


def heard(rows: Sequence[Forced], gaps: Sequence[Gap]) -> list[Forced]:
    """The published rows that fell into no gap."""

    def missed(row: Forced) -> bool:
        return any(
            gap.since < row.ts <= gap.until
            and (gap.venue, gap.stream) == (row.market.venue, row.market.stream)
            for gap in gaps
        )

    return [row for row in rows if not missed(row)]


def totals(rows: Sequence[Forced]) -> dict[Side, float]:
    """USD by side of the rows of class crypto."""
    sums = {Side.LONG: 0.0, Side.SHORT: 0.0}
    for row in rows:
        if not row.market.tradfi:
            sums[row.side] += row.usd
    return sums


def scaled(
    raw: Sequence[Order],
    wanted: dict[Side, float],
    size: Callable[[Order, float], Forced],
    shown: Mapping[str, Shown],
    gaps: Sequence[Gap] = (),
) -> tuple[list[Forced], list[Forced]]:
    """(all orders, published and heard ones), sized so that the latter sum to `wanted` by side.

    Which order is the largest of its second depends on the scale of each side, so the scale is
    found in a few rounds; the last one corrects for lots.
    """
    whole = sum(order.usd for order in raw) or 1.0
    factors = dict.fromkeys(wanted, sum(wanted.values()) / whole)
    for _ in range(4):
        truth = [size(order, factors[order.side]) for order in raw]
        rows = heard(published(truth, shown), gaps)
        sums = totals(rows)
        if all(abs(sums[side] / usd - 1) < 0.001 for side, usd in wanted.items() if usd):
            break
        for side, usd in wanted.items():
            factors[side] *= usd / (sums[side] or 1.0)
    return truth, rows


def dollar_rate(price: Callable[[int], float]) -> Callable[[Instrument, int], float]:
    """USD per unit of a market's quote: 1 for dollars of every kind, else bitcoin's price."""

    def rate(market: Instrument, ts: int) -> float:
        return price(ts) if market.quote == "BTC" else 1.0

    return rate
