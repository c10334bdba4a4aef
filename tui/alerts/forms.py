"""What the snapshot's JSON says of one thing: its names, each with the form of its number."""

from typing import Any, NamedTuple

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


AGED = {"age_s": "s", "stale": "flag"}
AMOUNT = {
    **dict.fromkeys(("long_usd", "short_usd", "total_usd", "largest_usd"), "usd"),
    "count": "count",
    "cover": "share",
    "have_s": "s",
    "lower_bound": "flag",
}
NORMAL = {**AMOUNT, "normal": {"times": "number", "lower_bound": "flag"}}
CASCADE = {
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
LAST = {"usd": "usd", "lower_bound": "flag", "age_s": "s"}
ROW = {"qty": "number", "price": "price", "usd": "usd"}
FULL = {
    "peak": "share",
    "pushed": "count",
    "hidden": "count",
    "hidden_share": "share",
    "minutes": "count",
}
CONTROL = {
    "ours_usd": "usd",
    "theirs_usd": "usd",
    "intervals": "count",
    "ratio": "number",
    "alert": "flag",
    "gate_only_usd": "usd",
    "gate_only_intervals": "count",
}
SILENT = {
    "silent_s": "s",
    "silent_after_s": "s",
    "silent": "flag",
    "rate": "number",
    "spread": "number",
}
AVERAGE = {
    "value": "price",
    "distance": "change",
    "closes_since_cross": "count",
    "at_least": "flag",
    "slope_per_day": "number",
    "mean_14d_to_turn": "price",
    "have": "count",
    "need": "count",
}
RETURNS = dict.fromkeys(("24h", "7d", "30d", "1y"), "change")
OTHER_HAVEN = {"price": "price", "age_s": "s", "stale": "flag", "returns": RETURNS}
TENOR = {
    **dict.fromkeys(("atm", "call25", "put25"), "share"),
    **dict.fromkeys(("risk_reversal", "atm_change_24h", "risk_reversal_change_24h"), "change"),
    "strikes": "count",
}
COIN_OPTIONS = {
    "dvol": {"value": "share", "change_24h": "change"},
    "rank": {
        **dict.fromkeys(("rank", "percentile", "low", "high"), "share"),
        **dict.fromkeys(("n", "need"), "count"),
    },
    "tenors": Each(TENOR, ("7d", "30d", "90d", "180d"), "180d"),
    "checks": {"parity": "change", "iv_gap": "change"},
}
ZONE = {
    "low": "price",
    "high": "price",
    "peak": "price",
    "share": "share",
    "fullest": "share",
    "distance": "change",
}
SCORE = {
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
PREMIUM = {"as_dollar": "change", "with_usdt": "change", "usdt": "number"}
MOVE = {
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
TAKEN = {"buy_usd": "usd", "sell_usd": "usd", "cover": "share"}
PROXY = {"spot_net_usd": Each("usd", FLOWING, "coinbase"), "spot_to_perp": "number"}
SERIES = {"value": "number", "change_7d": "number", "change_30d": "number"}
EVENT = {
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
BANDS = {name: {"usd": "usd", "lower_bound": "flag"} for name in ("bp10", "bp50", "bp100")}
PLACE = {"value": "share", "have": "count", "need": "count"}
COST_PLACE = {**PLACE, "left_out": "count"}
BOOK = {
    "stale": "flag",
    "mid": "price",
    "spread": "change",
    "bids": BANDS,
    "asks": BANDS,
    "reach": {"bids": "change", "asks": "change"},
    "buy": {"1m": "change", "10m": "change"},
    "sell": {"1m": "change", "10m": "change"},
    "percentile": PLACE,
    "cost_percentile": COST_PLACE,
    "cost_percentile_10m": COST_PLACE,
}
ABSORPTION = {
    "long_minutes": "number",
    "short_minutes": "number",
    "long_usd_per_minute": "usd",
    "short_usd_per_minute": "usd",
    "bids_usd": "usd",
    "asks_usd": "usd",
    "depth_lower_bound": "flag",
}
