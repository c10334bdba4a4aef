"""Every number of the snapshot's JSON, as a tree of names: what a rule may speak of.

Written down, so that a slip in a config is found before anything is recorded. A test holds it
against real documents, in both directions. A leaf is the form in which its number is said.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from tui.alerts.paths import written
from tui.alerts.settings import Step
from tui.errors import UsageError
from tui.values import WINDOW_NAMES

COIN = re.compile(r"[A-Z0-9]{1,15}")
FLOWING = ("binance", "bybit", "okx", "coinbase")
"""The venues whose taker flow is recorded."""
MEASURES = ("accounts", "top_accounts", "top_positions", "taker")


class Each(NamedTuple):
    """The same under every one of `names`; None: under every coin, and under `more`."""

    node: Any
    names: tuple[str, ...] | None
    example: str
    more: tuple[str, ...] = ()


class Rows(NamedTuple):
    """A list of the same. Rows are chosen by words they hold; None where any word may be."""

    node: Any
    words: tuple[str, ...] | None
    example: str


_AGED = {"age_s": "s", "stale": "flag"}
_AMOUNT = {
    **dict.fromkeys(("long_usd", "short_usd", "total_usd", "largest_usd"), "usd"),
    "count": "count",
    "cover": "share",
    "have_s": "s",
    "lower_bound": "flag",
}
_NORMAL = {**_AMOUNT, "normal": {"times": "number", "lower_bound": "flag"}}
_CASCADE = {
    "days": "number",
    "event": {
        "age_s": "s",
        "grade": "count",
        "times_normal": "number",
        "oi_change_5m": "change",
        "at_grade": {"times_normal": "number", "side_share": "share", "sigmas": "number"},
    },
    "last": {
        **dict.fromkeys(("long_usd", "short_usd", "peak_usd"), "usd"),
        **dict.fromkeys(("move", "oi_change", "after_15m", "after_1h", "after_4h"), "change"),
        "grade": "count",
        "duration_s": "s",
        "times_normal": "number",
        "saturation": "share",
    },
}
_ROW = {"qty": "number", "price": "price", "usd": "usd"}
_FULL = {
    "peak": "share",
    "pushed": "count",
    "hidden": "count",
    "hidden_share": "share",
    "minutes": "count",
}
_CONTROL = {
    "ours_usd": "usd",
    "theirs_usd": "usd",
    "intervals": "count",
    "ratio": "number",
    "alert": "flag",
    "gate_only_usd": "usd",
    "gate_only_intervals": "count",
}
_SILENT = {
    "silent_s": "s",
    "silent_after_s": "s",
    "silent": "flag",
    "rate": "number",
    "spread": "number",
}
_AVERAGE = {
    "value": "price",
    "distance": "change",
    "closes_since_cross": "count",
    "at_least": "flag",
    "slope_per_day": "number",
    "mean_14d_to_turn": "price",
    "have": "count",
    "need": "count",
}
_RETURNS = dict.fromkeys(("24h", "7d", "30d", "1y"), "change")
_TENOR = {
    **dict.fromkeys(("atm", "call25", "put25"), "share"),
    **dict.fromkeys(("risk_reversal", "atm_change_24h", "risk_reversal_change_24h"), "change"),
    "strikes": "count",
}
_COIN_OPTIONS = {
    "dvol": {"value": "share", "change_24h": "change"},
    "rank": {
        **dict.fromkeys(("rank", "percentile", "low", "high"), "share"),
        **dict.fromkeys(("n", "need"), "count"),
    },
    "tenors": Each(_TENOR, ("7d", "30d", "90d", "180d"), "180d"),
    "checks": {"parity": "change", "iv_gap": "change"},
}
_ZONE = {
    "low": "price",
    "high": "price",
    "peak": "price",
    "share": "share",
    "fullest": "share",
    "distance": "change",
}
_SCORE = {
    "value": "number",
    "percentile": "share",
    "have_days": "count",
    "need_days": "count",
    "change_24h": "number",
    "lower_bound": "flag",
    "age_s": "s",
    "stale": "flag",
}
SCORES = (
    *("trend", "leverage", "funding", "positioning", "spot_demand"),
    *("supply", "options", "haven", "liquidity", "forced_flow"),
)
_PREMIUM = {"as_dollar": "change", "with_usdt": "change", "usdt": "number"}
_MOVE = {
    "price_change": "change",
    "open_interest_change": "change",
    "spot_net_usd": "usd",
    "perp_net_usd": "usd",
    "perp_share": "share",
    "forced_share": "share",
    "forced_short_share": "share",
    "cover": "share",
    "missing": Each("share", FLOWING, "bybit"),
}
_TAKEN = {"buy_usd": "usd", "sell_usd": "usd", "cover": "share"}
_PROXY = {"spot_net_usd": Each("usd", FLOWING, "coinbase"), "spot_to_perp": "number"}
_SERIES = {"value": "number", "change_7d": "number", "change_30d": "number"}
_EVENT = {
    "usd": "usd",
    "lower_bound": "flag",
    "long_share": "share",
    "times_normal": "number",
    "sigmas": "number",
    "duration_s": "s",
    "move": "change",
    "price": "price",
    "level": "price",
    "above": "flag",
    "backfilled_s": "s",
}
_BANDS = {name: {"usd": "usd", "lower_bound": "flag"} for name in ("bp10", "bp50", "bp100")}
_PLACE = {"value": "share", "have": "count", "need": "count"}
_BOOK = {
    "stale": "flag",
    "mid": "price",
    "spread": "change",
    "bids": _BANDS,
    "asks": _BANDS,
    "reach": {"bids": "change", "asks": "change"},
    "buy": {"1m": "change", "10m": "change"},
    "sell": {"1m": "change", "10m": "change"},
    "percentile": _PLACE,
    "cost_percentile": _PLACE,
}
_ABSORPTION = {
    "long_minutes": "number",
    "short_minutes": "number",
    "long_usd_per_minute": "usd",
    "short_usd_per_minute": "usd",
    "bids_usd": "usd",
    "asks_usd": "usd",
    "depth_lower_bound": "flag",
}


def tree(venues: Sequence[str]) -> dict[str, Any]:
    """What stands under the names a path may begin with."""
    windows = Each(_AMOUNT, WINDOW_NAMES, "5m")
    venue = {
        "windows": windows,
        "silent": _SILENT,
        "side_check": {"doubted": "flag", "agree": "count", "against": "count"},
        "saturation": Each(_FULL, WINDOW_NAMES, "5m"),
        "control": Each(Each(_CONTROL, ("1h", "24h"), "24h"), None, "BTC", ("all",)),
    }
    told = (*venues, "all")
    taken = Each(_TAKEN, WINDOW_NAMES, "1h")
    changes = dict.fromkeys(("change_5m", "change_15m", "change_24h"), "change")
    return {
        "header": {"price": "price", "change_5m": "change", "change_24h": "change"},
        "health": Rows({"age_s": "s", "attempts": "count", "stale": "flag"}, None, "okx,swap"),
        "liquidations": {
            **_AGED,
            "windows": Each(_NORMAL, WINDOW_NAMES, "5m"),
            "cascade": _CASCADE,
            "largest": _ROW,
            "venues": Each(venue, tuple(venues), venues[0]),
            "coins": Each({"windows": windows}, None, "BTC", ("other",)),
            "feed": Rows(_ROW, None, "BTC"),
        },
        "long_short": {
            **_AGED,
            "rows": Rows(
                {"ratio": "number", "long_share": "share", "change_24h": "number"},
                (*venues, *MEASURES),
                f"{venues[0]},BTC,accounts",
            ),
            "open_interest": Rows({"usd": "usd", **changes}, told, "all,BTC"),
            "funding": Rows({"rate_8h": "funding"}, told, "all,BTC"),
        },
        "moving_averages": {
            **_AGED,
            "price": "price",
            "averages": Each(_AVERAGE, ("365d", "200d", "50d", "200w"), "365d"),
            "round_levels": {"above": "price", "below": "price"},
        },
        "safe_haven": {
            **_AGED,
            "gold": {"price": "price"},
            "returns": {"BTC": _RETURNS, "gold": _RETURNS},
            "btc_in_ounces": "number",
            "correlation": Each(
                {"r": "number", "n": "count", "significant": "flag"}, ("30", "90"), "30"
            ),
            "flight": "flag",
            "sigma_7d": {"BTC": "number", "gold": "number"},
        },
        "supply": {
            **_AGED,
            "price": "price",
            "hours": "count",
            "need": "count",
            "traded_above": "share",
            "traded_below": "share",
            "above": _ZONE,
            "at": _ZONE,
            "below": _ZONE,
            "zones": Rows(_ZONE, ("above", "at", "below"), "above"),
        },
        "scorecard": {**_AGED, "lines": Each(_SCORE, SCORES, "trend")},
        "drivers": {
            **_AGED,
            "windows": Each(_MOVE, WINDOW_NAMES, "4h"),
            "venues": Each(dict.fromkeys(("spot", "perp"), taken), FLOWING, "bybit"),
            "funding_8h": "funding",
            "basis": "change",
            "premium": _PREMIUM,
        },
        "flows": {
            **_AGED,
            "windows": Each(_PROXY, WINDOW_NAMES, "24h"),
            "premium": _PREMIUM,
            "series": Each(_SERIES, None, "BTC"),
        },
        "events": {**_AGED, "events": Rows(_EVENT, None, "burst")},
        "depth": {
            **_AGED,
            "rows": Rows(_BOOK, (*told, "spot", "perp"), f"{venues[0]},perp,BTC"),
            "absorption": Rows(_ABSORPTION, (*told, "5m"), "BTC"),
        },
        "options": {**_AGED, "coins": Each(_COIN_OPTIONS, None, "BTC")},
    }


def form_of(path: Sequence[Step], venues: Sequence[str]) -> str:
    """The form of the number a path leads to; a UsageError with the nearest path that does."""
    whole = tree(venues)
    node: Any = whole
    for step in path:
        node = _below(node, step)
        if node is None:
            break
    if isinstance(node, str):
        return node
    typed = written(path)
    every = list(_listed(whole, ""))
    near = get_close_matches(typed, every, n=1, cutoff=0.5) or get_close_matches(
        typed, every, n=1, cutoff=0.0
    )
    raise UsageError(f"no number {typed!r} in the snapshot; the nearest is {near[0]!r}")


def _below(node: Any, step: Step) -> Any:
    """What a step leads to; None when it leads nowhere."""
    if isinstance(node, Each):
        below = node.node if _fits(step.name, node) else None
    else:
        below = node.get(step.name) if isinstance(node, Mapping) else None
    if step.picks is None:
        return below
    if not isinstance(below, (Each, Rows)):
        return None
    fine = all(_fits(word.removeprefix("!"), below) for word in step.picks)
    return below.node if fine else None


def _fits(word: str, below: Each | Rows) -> bool:
    if word == "*":
        return True
    if isinstance(below, Each):
        return word in (below.names or below.more) or (
            below.names is None and bool(COIN.fullmatch(word))
        )
    return below.words is None or word in below.words or bool(COIN.fullmatch(word))


def _listed(node: Any, path: str) -> Iterator[str]:
    """Every path there is; of coins and of rows those of an example."""
    if isinstance(node, str):
        yield path.lstrip(".")
    elif isinstance(node, Rows):
        yield from _listed(node.node, f"{path}[{node.example}]")
    elif isinstance(node, Each):
        for name in node.names or (node.example, *node.more):
            yield from _listed(node.node, f"{path}.{name}")
    else:
        for name, below in node.items():
            yield from _listed(below, f"{path}.{name}")
