"""Where the fields of a status line find what they say in the recorder's document.

Each takes the newest row and gives words, or None when they are not known. Minus signs are ASCII.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from tui.status.latest import Latest
from tui.status.numbers import age, change, price, share, usd
from tui.status.pieces import Ink, Piece

Value = str | Piece | None
"""What a field says, with a colour where it has one."""

Reading = Callable[[Latest], Value]


def coin(latest: Latest) -> str | None:
    symbol = latest.at("header", "symbol")
    return str(symbol).split("/")[0] if symbol else None


def priced(latest: Latest) -> Value:
    value = latest.at("header", "price")
    return None if value is None else price(value)


def btc(latest: Latest) -> Value:
    return priced(latest) if coin(latest) == "BTC" else None


def changed(*path: str, decimals: int) -> Reading:
    """A change somewhere in the document, in its colour."""

    def read(latest: Latest) -> Value:
        value = latest.at(*path)
        return None if value is None else moved(value, decimals)

    return read


def moved(value: float, decimals: int) -> Piece:
    return Piece(change(value, decimals), Ink.RISE if value >= 0 else Ink.FALL)


def _window(latest: Latest, name: str) -> Mapping[str, Any] | None:
    """A window that can be told; None while a feed is out, since its total would be wrong."""
    window = latest.panel("liquidations", "windows", name)
    return None if window is None or latest.lost() or window["total_usd"] is None else window


def liquidated(name: str, seconds: float) -> Reading:
    def read(latest: Latest) -> Value:
        window = _window(latest, name)
        if window is None:
            return None
        is_bound = window["lower_bound"]
        bound = "≥" if is_bound else ""
        have = window["have_s"]
        young = "" if have >= seconds else f"({age(have)})"
        return f"{bound}{usd(window['total_usd'], is_bound)}{young}"

    return read


def _longs(latest: Latest, name: str) -> float | None:
    """Longs' share of a window; None also when nothing was liquidated."""
    window = _window(latest, name)
    return window["long_usd"] / window["total_usd"] if window and window["total_usd"] else None


def long_share(name: str) -> Reading:
    def read(latest: Latest) -> Value:
        longs = _longs(latest, name)
        return None if longs is None else Piece(share(longs), _ink(longs))

    return read


def sided(latest: Latest) -> Value:
    longs = _longs(latest, "1h")
    return None if longs is None else Piece("long" if longs >= 0.5 else "short", _ink(longs))


def _ink(longs: float) -> Ink:
    return Ink.LONG if longs >= 0.5 else Ink.SHORT


def cover(latest: Latest) -> Value:
    cover = latest.panel("liquidations", "windows", "1h", "cover")
    return None if cover is None else share(cover)


def feeds(latest: Latest) -> Value:
    rows = [row for row in latest.at("health") or () if row["collector"] == "liquidations"]
    wanted = [row for row in rows if row["state"] != "off"]
    living = [row for row in wanted if row["state"] == "live" and not row["reason"]]
    return f"{len(living)}/{len(wanted)}" if wanted else None


def average(name: str) -> Reading:
    return changed("panels", "moving_averages", "averages", name, "distance", decimals=1)


def summed(part: str, key: str, form: Callable[[float], str | Piece]) -> Reading:
    """A number over all venues of the coin the price is of."""

    def read(latest: Latest) -> Value:
        for row in latest.panel("long_short", part) or ():
            if row["venue"] == "all" and row["base"] == coin(latest):
                value = row.get(key)
                return None if value is None else form(value)
        return None

    return read


def gold(latest: Latest) -> Value:
    value = latest.panel("safe_haven", "gold", "price")
    return None if value is None else price(value)


def ounces(latest: Latest) -> Value:
    value = latest.panel("safe_haven", "btc_in_ounces")
    return None if value is None else f"{value:.2f}"


def written(latest: Latest) -> Value:
    return age(latest.age_s) if math.isfinite(latest.age_s) else None


def marked(latest: Latest) -> Value:
    return Piece("!", Ink.WARN) if latest.why() else ""


def why(latest: Latest) -> Value:
    return Piece(latest.why() or "", Ink.WARN)


def state(latest: Latest) -> str | None:
    """The word for the market; none where the recorder has too few days to tell."""
    found = latest.panel("liquidations", "cascade", "state")
    return None if found is None else str(found)


def times(latest: Latest) -> str | None:
    """The last minute ÷ a normal one; while an event runs in a store of less than a week, as it was
    when that grew worse."""
    normal = latest.panel("liquidations", "windows", "1m", "normal") or {}
    value, bound = normal.get("times"), "≥" if normal.get("lower_bound") else ""
    if value is None:
        bound = ""
        value = latest.panel("liquidations", "cascade", "event", "at_grade", "times_normal")
    if value is None or latest.lost():
        return None
    return bound + (f"×{value:,.0f}" if value >= 9.95 else f"×{value:.1f}")
