"""What `liqtop status --format` knows: every field with its meaning and where it is read."""

from dataclasses import dataclass

from tui.status import readings as of
from tui.status.latest import Latest
from tui.status.numbers import usd
from tui.status.pieces import Piece


@dataclass(frozen=True)
class Field:
    """One name between braces. A stale `panel` (or an old price, `header`) marks its line `!`."""

    name: str
    meaning: str
    read: of.Reading
    panel: str = "header"

    def piece(self, latest: Latest) -> Piece:
        """What it says now; `n/a` when that is not known."""
        value = self.read(latest)
        return value if isinstance(value, Piece) else Piece("n/a" if value is None else value)


_SPANS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14_400, "12h": 43_200, "24h": 86_400}
_AVERAGES = {"365d": "365 daily", "200d": "200 daily", "50d": "50 daily", "200w": "200 weekly"}
_ROW = ""  # of no panel: about the row itself

FIELDS: tuple[Field, ...] = (
    Field("coin", "the coin of the price, averages and open interest: first in [coins]", of.coin),
    Field("price", "its price", of.priced),
    Field("btc", "the price of BTC, while that is the coin", of.btc),
    Field("change_5m", "the price against 5 m ago", of.changed("header", "change_5m", decimals=2)),
    Field(
        "change_24h", "the price against 24 h ago", of.changed("header", "change_24h", decimals=1)
    ),
    *(
        Field(
            f"liq_{name}",
            f"USD liquidated in {name}, all coins; ≥ a lower bound, (12m) a younger store",
            of.liquidated(name, seconds),
            "liquidations",
        )
        for name, seconds in _SPANS.items()
    ),
    *(
        Field(f"long_{name}", f"share of longs in liq_{name}", of.long_share(name), "liquidations")
        for name in _SPANS
    ),
    Field(
        "side", "long or short, whichever is the larger part of liq_1h", of.sided, "liquidations"
    ),
    Field(
        "state",
        "calm, burst, cascade, market-wide, or unknown while a feed is silent",
        of.state,
        "liquidations",
    ),
    Field("times", "the last minute's liquidations ÷ a normal minute's", of.times, "liquidations"),
    Field("cover", "share of the hour's venue-time that was listened to", of.cover, "liquidations"),
    Field("feeds", "liquidation feeds that live, of those wanted", of.feeds, "liquidations"),
    *(
        Field(
            f"ma{name.removesuffix('d')}",
            f"the price against its mean of {closes} closes",
            of.average(name),
            "moving_averages",
        )
        for name, closes in _AVERAGES.items()
    ),
    Field("oi", "open interest in USD", of.summed("open_interest", "usd", usd), "long_short"),
    Field(
        "oi_5m",
        "open interest against 5 m ago",
        of.summed("open_interest", "change_5m", lambda value: of.moved(value, 2)),
        "long_short",
    ),
    Field(
        "oi_24h",
        "open interest against 24 h ago",
        of.summed("open_interest", "change_24h", lambda value: of.moved(value, 1)),
        "long_short",
    ),
    Field(
        "funding",
        "funding rate per 8 h, weighted by open interest",
        of.summed("funding", "rate_8h", lambda value: of.moved(value, 4)),
        "long_short",
    ),
    Field("gold", "the price of gold", of.gold, "safe_haven"),
    Field(
        "gold_24h",
        "gold against 24 h ago",
        of.changed("panels", "safe_haven", "returns", "gold", "24h", decimals=1),
        "safe_haven",
    ),
    Field("ounces", "BTC in ounces of gold", of.ounces, "safe_haven"),
    Field("age", "how long ago the recorder wrote this", of.written, _ROW),
    Field("stale", "! when something the line shows is old or out, else nothing", of.marked, _ROW),
    Field("why", "the reason of the !, else nothing", of.why, _ROW),
)
"""In the order of `liqtop status --help`."""


def listed() -> str:
    """All fields with their meanings, a line each."""
    return "\n".join(f"  {field.name:<11} {field.meaning}" for field in FIELDS)
