"""Every number of the snapshot's JSON, as a tree of names: what a rule may speak of.

Written down, so that a slip in a config is found before anything is recorded. A test holds it
against real documents, in both directions. A leaf is the form in which its number is said.
"""

from collections.abc import Sequence
from typing import Any

from tui.alerts.forms import (
    ABSORPTION,
    AGED,
    AMOUNT,
    AVERAGE,
    BOOK,
    CASCADE,
    COIN_OPTIONS,
    CONTROL,
    EVENT,
    FLOWING,
    FULL,
    LAST,
    MEASURES,
    MOVE,
    NORMAL,
    OTHER_HAVEN,
    PREMIUM,
    PROXY,
    RETURNS,
    ROW,
    SCORE,
    SCORES,
    SERIES,
    SILENT,
    TAKEN,
    ZONE,
    Each,
    Rows,
)
from tui.values import WINDOW_NAMES


def tree(venues: Sequence[str]) -> dict[str, Any]:
    """What stands under the names a path may begin with."""
    told = (*venues, "all")
    return {
        "header": {
            "price": "price",
            **dict.fromkeys(("change_5m", "change_24h"), "change"),
            "last": LAST,
        },
        "health": Rows({"age_s": "s", "attempts": "count", "stale": "flag"}, None, "okx,swap"),
        "liquidations": _liquidations(venues),
        "long_short": _long_short(venues, told),
        "moving_averages": _MOVING_AVERAGES,
        "safe_haven": _SAFE_HAVEN,
        "supply": _SUPPLY,
        "scorecard": {**AGED, "lines": Each(SCORE, SCORES, "trend")},
        "drivers": _DRIVERS,
        "flows": _FLOWS,
        "events": {**AGED, "events": Rows(EVENT, None, "burst")},
        "depth": {
            **AGED,
            "rows": Rows(BOOK, (*told, "spot", "perp"), f"{venues[0]},perp,BTC"),
            "absorption": Rows(ABSORPTION, (*told, "5m"), "BTC"),
        },
        "options": {**AGED, "coins": Each(COIN_OPTIONS, None, "BTC")},
    }


def _liquidations(venues: Sequence[str]) -> dict[str, Any]:
    windows = Each(AMOUNT, WINDOW_NAMES, "5m")
    venue = {
        "windows": windows,
        "silent": SILENT,
        "side_check": {"doubted": "flag", "agree": "count", "against": "count"},
        "saturation": Each(FULL, WINDOW_NAMES, "5m"),
        "control": Each(Each(CONTROL, ("1h", "24h"), "24h"), None, "BTC", ("all",)),
    }
    return {
        **AGED,
        "windows": Each(NORMAL, WINDOW_NAMES, "5m"),
        "cascade": CASCADE,
        "largest": ROW,
        "venues": Each(venue, tuple(venues), venues[0]),
        "coins": Each({"windows": windows}, None, "BTC", ("other",)),
        "feed": Rows(ROW, None, "BTC"),
    }


def _long_short(venues: Sequence[str], told: tuple[str, ...]) -> dict[str, Any]:
    ratio = {"ratio": "number", "long_share": "share", "change_24h": "change"}
    changes = dict.fromkeys(("change_5m", "change_15m", "change_24h"), "change")
    return {
        **AGED,
        "rows": Rows(ratio, (*venues, *MEASURES), f"{venues[0]},BTC,accounts"),
        "open_interest": Rows({"usd": "usd", **changes}, told, "all,BTC"),
        "funding": Rows({"rate_8h": "funding"}, told, "all,BTC"),
    }


_MOVING_AVERAGES = {
    **AGED,
    "price": "price",
    "averages": Each(AVERAGE, ("365d", "200d", "50d", "200w"), "365d"),
    "round_levels": {"above": "price", "below": "price"},
}
_CORRELATION = {"r": "number", "n": "count", "significant": "flag"}
_SAFE_HAVEN = {
    **AGED,
    "gold": {"price": "price"},
    "returns": {"BTC": RETURNS, "gold": RETURNS},
    "btc_in_ounces": "number",
    "correlation": Each(_CORRELATION, ("30", "90"), "30"),
    "flight": "flag",
    "sigma_7d": {"BTC": "number", "gold": "number"},
    "others": Rows(OTHER_HAVEN, None, "silver"),
}
_SUPPLY = {
    **AGED,
    "price": "price",
    "hours": "count",
    "need": "count",
    "traded_above": "share",
    "traded_below": "share",
    "above": ZONE,
    "at": ZONE,
    "below": ZONE,
    "zones": Rows(ZONE, ("above", "at", "below"), "above"),
}
_TAKEN = Each(TAKEN, WINDOW_NAMES, "1h")
_DRIVERS = {
    **AGED,
    "windows": Each(MOVE, WINDOW_NAMES, "4h"),
    "venues": Each(dict.fromkeys(("spot", "perp"), _TAKEN), FLOWING, "bybit"),
    "funding_8h": "funding",
    "basis": "change",
    "premium": PREMIUM,
}
_FLOWS = {
    **AGED,
    "windows": Each(PROXY, WINDOW_NAMES, "24h"),
    "premium": PREMIUM,
    "series": Each(SERIES, None, "BTC"),
}
