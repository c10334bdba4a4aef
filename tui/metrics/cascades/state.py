"""The detector as JSON and back: kept at the end of an hour, so that a recorder that starts again
need only go through what came since, and finds the same.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from tui.metrics.cascades.coin import Coin, Leg, Price, Spent
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.event import Event, Step
from tui.metrics.cascades.normals import Week
from tui.metrics.cascades.rule import Cell, Grade
from tui.tables import Side

SCHEMA = 1
_PLAIN = (
    "since", "base", "side", "normal", "priced", "before", "sigma", "lead", "coins", "until",
    "price", "long_usd", "short_usd", "peak", "peak_usd", "waiting",
)  # fmt: skip


def packed(detector: Detector) -> dict[str, Any]:
    """All but the week, whose hours are in the store, between two hours."""
    return {
        "schema": SCHEMA,
        "at": detector.at,
        "spent": _spent(detector.spent),
        "coins": {base: _coin(coin) for base, coin in detector.coins.items()},
        "prices": {base: _price(price) for base, price in detector.prices.items()},
        "running": [_event(event) for event in detector.running.values()],
    }


def unpacked(kept: Any, week: Week) -> Detector | None:
    """The detector that was kept; None for what this version does not understand."""
    try:
        if kept["schema"] != SCHEMA:
            return None
        made = Detector(week)
        made.at, made.spent = int(kept["at"]), _spent_of(kept["spent"])
        for base, coin in kept["coins"].items():
            legs = {Side(side): Leg(*leg) for side, leg in coin["legs"].items()}
            made.coins[base] = Coin(_spent_of(coin["spent"]), legs)
        for base, (newest, minute, close, squares, total) in kept["prices"].items():
            pairs = deque((int(at), price) for at, price in newest)
            returns = deque((int(at), int(square)) for at, square in squares)
            made.prices[base] = Price(pairs, minute, close, returns, total)
        for row in kept["running"]:
            event = _event_of(row)
            made.running[event.base, event.side] = event
        return made
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


def _spent(spent: Sequence[Spent]) -> list[Any]:
    return [[one.start, [list(cell) for cell in one.cells]] for one in spent]


def _spent_of(kept: Sequence[Any]) -> deque[Spent]:
    return deque(
        Spent(
            start,
            tuple(Cell(base, venue, Side(side), usd, at) for base, venue, side, usd, at in cells),
        )
        for start, cells in kept
    )


def _coin(coin: Coin) -> dict[str, Any]:
    legs = {side.value: [leg.score, leg.anchor, leg.worn] for side, leg in coin.legs.items()}
    return {"spent": _spent(coin.spent), "legs": legs}


def _price(price: Price) -> list[Any]:
    return [list(price.newest), price.minute, price.close, list(price.squares), price.total]


def _event(event: Event) -> dict[str, Any]:
    plain = {name: getattr(event, name) for name in _PLAIN}
    return plain | {"steps": [list(step) for step in event.steps], "minute": list(event.minute)}


def _event_of(kept: Mapping[str, Any]) -> Event:
    plain = {name: kept[name] for name in _PLAIN}
    plain["side"] = Side(plain["side"])
    plain["waiting"] = {Side(side): usd for side, usd in plain["waiting"].items()}
    steps = [Step(at, Grade(grade), *numbers) for at, grade, *numbers in kept["steps"]]
    return Event(**plain, steps=steps, minute=deque((at, usd) for at, usd in kept["minute"]))
