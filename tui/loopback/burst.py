"""Liquidations by the thousand, at a rate, for benchmarks: encoded before, sent as one."""

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui.loopback.coins import decimals
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument
from tui.loopback.scenario import Scenario
from tui.loopback.wire import Encoder, Frame
from tui.tables import Side


class Piece(NamedTuple):
    """A frame, when it is due (ms after the start), and the stream it belongs to."""

    due: float
    venue: str
    stream: str
    frame: Frame


def shared(total: int, venues: Sequence[str]) -> dict[str, int]:
    """A number of rows over venues: as even as it goes."""
    return {v: total // len(venues) + (i < total % len(venues)) for i, v in enumerate(venues)}


def pieces(
    scenario: Scenario,
    encoders: Mapping[str, Encoder],
    counts: Mapping[str, int],
    now: int,
    rate: float | None,
    seed: int,
) -> list[Piece]:
    """All frames of a burst in the order they are due; with no `rate`, all at once.

    Rows differ in time or size, so that one lost or doubled row shows.
    """
    out: list[Piece] = []
    total = sum(counts.values())
    spread = total / rate * 1000 if rate else 0.0
    for venue, count in counts.items():
        rng = random.Random(f"{seed}:{venue}")
        markets = [
            m for stream in encoders[venue].shares
            for m in scenario.lists[venue, stream].values() if m.path and not m.tradfi
        ]  # fmt: skip
        step = encoders[venue].together
        for start in range(0, count, step):
            due = spread * start / max(1, count)
            market = rng.choice(markets)
            rows = [
                forced_row(scenario, market, now + int(due), start + i, rng)
                for i in range(min(step, count - start))
            ]
            frames = encoders[venue].forced(market.stream, rows, now + int(due))
            out += [Piece(due, venue, market.stream, frame) for frame in frames]
    out.sort(key=lambda piece: piece.due)
    return out


def forced_row(
    scenario: Scenario, market: Instrument, ts: int, serial: int, rng: random.Random
) -> Forced:
    """A row that price and size together make the only one of its serial number."""
    tick, lot = market.tick, market.lot
    price = scenario.price(market, ts)
    price = round((round(price / tick) + serial % 997 - 498) * tick, decimals(tick))
    size = round((5 + serial // 997) * lot, decimals(lot))
    worth = market.contract if market.inverse else market.contract * price
    side = Side.LONG if rng.random() < 0.9 else Side.SHORT
    return Forced(ts, market, side, size, price, size * worth)
