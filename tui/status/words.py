"""The line that `liqtop status` prints when no format is given."""

import math
from collections.abc import Mapping
from typing import Any

from tui.status import readings as of
from tui.status.latest import Latest
from tui.status.numbers import age, change, price, share, usd
from tui.status.pieces import Ink, Piece

MARK = Piece("! ", Ink.WARN)
"""Before a line that is not what it should be: an old price, a feed that is out, no recorder."""


def words(latest: Latest) -> list[Piece]:
    """Price, then what was liquidated in an hour, or why that can't be said."""
    if latest.refused:
        return [MARK, Piece(f"liqtop: {latest.refused}")]
    if not math.isfinite(latest.age_s):
        return [MARK, Piece("liqtop: no store yet, run liqtop")]
    if latest.gone:
        return [MARK, Piece(f"liqtop {age(latest.age_s)} old: no recorder")]
    mark = [MARK] if latest.why() else []
    lost = latest.lost()
    if not lost and (event := latest.panel("liquidations", "cascade", "event")):
        return [*mark, *_under_way(latest, event)]
    told = [Piece(f"  1h n/a {lost}", Ink.WARN)] if lost else _liquidated(latest)
    return [*mark, *_price(latest), *told]


_SHORT = {1: "BURST", 2: "CASC", 3: "CASC"}


def _under_way(latest: Latest, event: Mapping[str, Any]) -> list[Piece]:
    """`▼CASC ×47  5m≥69.6M 98%L  BTC −1.4%`."""
    is_long = event["side"] == "long"
    times = of.times(latest)
    text = f"{'▼' if is_long else '▲'}{_SHORT.get(event['grade'], 'CASC')}"
    pieces = [Piece(f"{text} {times}" if times else text, Ink.LONG if is_long else Ink.SHORT)]
    window = latest.panel("liquidations", "windows", "5m") or {}
    if total := window.get("total_usd"):
        bound = "≥" if window["lower_bound"] else " "
        pieces.append(Piece(f"  5m{bound}{usd(total, window['lower_bound'])}"))
        pieces.append(_side(window["long_usd"] / total))
    symbol, moved = latest.at("header", "symbol"), latest.at("header", "change_5m")
    if symbol and moved is not None:
        said = change(moved, 1).replace("-", "−")
        ink = Ink.RISE if moved >= 0 else Ink.FALL
        pieces.append(Piece(f"  {symbol.split('/')[0]} {said}", ink, optional=True))
    return pieces


def _price(latest: Latest) -> list[Piece]:
    symbol, value = latest.at("header", "symbol"), latest.at("header", "price")
    coin = symbol.split("/")[0] if symbol else "BTC"
    if value is None:
        return [Piece(f"{coin} n/a")]
    day = latest.at("header", "change_24h")
    return [Piece(f"{coin} {price(value)}"), *([] if day is None else [_change(day)])]


def _change(day: float) -> Piece:
    """With the minus sign of the screen, where the fields have ASCII's."""
    text = change(day, 1).replace("-", "−")
    return Piece(f" {text}", Ink.RISE if day >= 0 else Ink.FALL, optional=True)


def _liquidated(latest: Latest) -> list[Piece]:
    window = latest.panel("liquidations", "windows", "1h") or {}
    total, have = window.get("total_usd"), window.get("have_s", 3600.0)
    label = "1h" if have >= 3600 else age(have)
    if total is None:
        return [Piece(f"  liq {label} n/a")]
    is_bound = window["lower_bound"]
    bound = "≥" if is_bound else " "
    side = [_side(window["long_usd"] / total)] if total else []
    return [Piece(f"  liq {label}{bound}{usd(total, is_bound)}"), *side]


def _side(longs: float) -> Piece:
    return Piece(f" {share(longs)}L", Ink.LONG if longs >= 0.5 else Ink.SHORT, optional=True)
