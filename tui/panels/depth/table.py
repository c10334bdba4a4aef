"""The depth panel's tables, a row a book, and what they say in words."""

from collections.abc import Iterable, Mapping

from textual.content import Content

from tui import draw
from tui.draw.table import Column, choose, heads, row
from tui.metrics.depth import ALL, MarketDepth, Sum
from tui.metrics.depth_past import NEED, Standing
from tui.panels.base import View
from tui.panels.depth.record import DepthRecord
from tui.panels.frame import ROW_AGE
from tui.tables import BANDS

BANDS_SAID = {"10": ".1%", "50": ".5%", "100": "1%"}
_SUMS = {(side, name): f"{side}_{name}" for name in BANDS for side in ("bid", "ask")}
BOX = (
    Column("name", "", 13, right=False),
    Column("spread", "spread", 7, 3),
    Column("bid_100", "bid 1%", 8),
    Column("ask_100", "ask 1%", 8),
    Column("bid_10", "bid .1%", 8, 4),
    Column("ask_10", "ask .1%", 8, 4),
    Column("1m", "1M bp", 7, 1),
    Column("10m", "10M bp", 8, 2),
    Column("pct", "pct", 5, 1),
)
RULES = (
    Column("name", "", 9, right=False),
    Column("bid_100", "bid 1%", 8),
    Column("ask_100", "ask 1%", 8),
    Column("1m", "1M bp", 7, 1),
    Column("pct", "pct", 5, 2),
)
DETAIL = (
    Column("name", "", 13, right=False),
    Column("spread", "spread", 7, 4),
    *(Column(key, f"{side} {BANDS_SAID[name]}", 8, {"100": 0, "10": 2, "50": 3}[name])
      for (side, name), key in _SUMS.items()),
    *(Column(f"{side}_{size}", f"{side} {size.upper()}", 8 + (size == "10m"), 5 + (size == "10m"))
      for size in ("1m", "10m") for side in ("buy", "sell")),
    Column("reach", "reach", 6, 7),
    Column("pct", "pct", 4, 1),
    Column("cost_1m", "1M pct", 6, 8),
    Column("cost_10m", "10M pct", 7, 9),
)  # fmt: skip
NOTE = "spread, 1M, 10M in basis points of mid, the dearer side; ≥ the book received ends inside"


def table(
    record: DepthRecord, width: int, wanted: Iterable[Column], chosen: MarketDepth | None = None
) -> list[Content]:
    """A row a book, each market's sum in bold behind its venues; the chosen one in reverse."""
    columns = choose(list(wanted), width, spread=1)
    brief = columns[0].width < 12
    lines = [heads(columns, width)]
    for book in record.books:
        style = "$warn" if book.stale else "bold" if book.venue == ALL else ""
        style = "reverse" if book is chosen else style
        lines.append(row(columns, {"name": named(book, brief), **cells(book)}, width, style))
    return lines


def named(book: MarketDepth, brief: bool = False) -> str:
    """`binance perp`, `okx perp!` where it is stale; `all 2/3 perp` where a venue is missing from
    the sum."""
    venue = draw.code(book.venue) if brief else draw.safe(book.venue)[:8]
    if book.venue == ALL:
        venue = ALL
    if book.missing:
        venue += f" {len(book.venues)}/{len(book.venues) + len(book.missing)}"
    return f"{venue} {book.market}{'!' if book.stale else ''}"


def cells(book: MarketDepth) -> dict[str, draw.Part]:
    """What is known of a book by the columns' keys; a sum over venues has no prices."""
    made: dict[str, draw.Part] = {
        key: said((book.bids if side == "bid" else book.asks)[name])
        for (side, name), key in _SUMS.items()
    }
    if book.buy is None or book.sell is None:
        return made
    made["spread"] = points(book.spread)
    for size in book.buy:
        buy, sell = book.buy[size], book.sell[size]
        made |= {f"buy_{size}": points(buy), f"sell_{size}": points(sell)}
        made[size] = points(None if buy is None or sell is None else max(buy, sell))
    if book.reach is not None:
        made["reach"] = f"{min(book.reach):.2%}"
    costs = {f"cost_{order}": placed(one) for order, one in (book.costs or {}).items()}
    return made | {"pct": placed(book.depth), **costs}


def said(one: Sum) -> str:
    """`≥10.7M` where the book received ends inside the band."""
    return f"{'≥' if one.low else ''}{draw.usd(one.usd)}"


def points(fraction: float | None) -> str:
    """A fraction in basis points."""
    if fraction is None:
        return draw.missing()
    value = fraction * 1e4
    return f"{value:.2f}" if value < 0.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def placed(one: Standing | None) -> str:
    """A percentile."""
    if one is None or one.percentile is None:
        return draw.missing()
    return f"{one.percentile * 100:.0f}"


def absorbed(record: DepthRecord, side: str) -> str:
    """`~12m` of bids for longs or of asks for shorts: at most that (≤) where the depth is exact,
    for what is liquidated is a lower bound."""
    one = record.absorption
    depth, minutes = (
        (one.bids, one.long_minutes) if side == "long" else (one.asks, one.short_minutes)
    )
    if depth is None:
        return draw.missing("no fresh perp book")
    if minutes is None:
        return draw.missing("none heard")
    text = f"{minutes:,.0f}m" if minutes >= 9.95 else f"{minutes:.1f}m"
    return ("~" if depth.low else "≤") + text


def words(record: DepthRecord, width: int) -> list[Content]:
    """How long the books would last, where they stand in their month, and what the columns are."""
    one = record.absorption
    long, short = absorbed(record, "long"), absorbed(record, "short")
    lines = [f"absorption {one.window}: longs {long}, shorts {short}"]
    if one.bids is not None and one.long_per_minute > 0:
        rate = draw.usd(one.long_per_minute)
        longer = (
            f"absorption {one.window}: longs {long} (perp bids 1% {said(one.bids)} ÷ ≥{rate}/m)"
        )
        longer += f", shorts {short}"
        lines = [longer] if len(longer) <= width else lines
    lines.append(stood(record))
    made = [line for text in lines for line in draw.wrapped(text, width)]
    return made + draw.wrapped(NOTE, width, "$muted")


def stood(record: DepthRecord) -> str:
    """`thinnest okx perp: percentile 4 of 30d within 1%, 1M costs percentile 96`; how many days
    there are while they are too few."""
    known = [b for b in record.books if b.depth is not None and b.depth.percentile is not None]
    if not known:
        have = max((b.depth.have for b in record.books if b.depth is not None), default=0)
        return f"percentile {draw.missing(f'{have} of {NEED} days')}"
    thin = min(known, key=lambda book: _percentile(book.depth))
    assert thin.depth is not None
    band = BANDS_SAID[thin.depth.band or "100"]
    text = f"thinnest {named(thin)}: percentile {placed(thin.depth)} of {NEED}d within {band}"
    return f"{text}, 1M costs percentile {placed((thin.costs or {}).get('1m'))}"


def _percentile(one: Standing | None) -> float:
    return 1.0 if one is None or one.percentile is None else one.percentile


def ruled(record: DepthRecord, width: int) -> list[Content]:
    """The table of a side pane, and the absorption."""
    long, short = absorbed(record, "long"), absorbed(record, "short")
    texts = (f"absorb {record.absorption.window} L {long} S {short}", stood(record))
    lines = [line for text in texts for line in draw.wrapped(text, width)]
    return [*table(record, width, RULES), *lines]


def bare(record: DepthRecord, width: int) -> list[Content]:
    """A row a market and one of the absorption."""
    lines = [f"{market} 1% {_pair(record, market)}" for market in ("perp", "spot")]
    lines.append(f"absorb {record.absorption.window} L {absorbed(record, 'long')}")
    return [draw.line(width, text) for text in lines]


def _pair(record: DepthRecord, market: str) -> str:
    book = record.sum_of(market)
    if book is None:
        return draw.missing("no fresh book")
    return f"{said(book.bids['100'])} / {said(book.asks['100'])}"


def strip(record: DepthRecord, view: View, width: int) -> list[Content]:
    """One row of sums and the absorption, one of what a million costs at each venue."""
    head = f"{view.key}depth {draw.safe(record.base)}  "
    groups = [f"{head}perp 1% {_pair(record, 'perp')}", f"spot {_pair(record, 'spot')}"]
    sides = f"L {absorbed(record, 'long')} S {absorbed(record, 'short')}"
    groups.append(f"absorb {record.absorption.window} {sides}")
    costs = [
        f"{named(book, brief=True)} 1M {_cell(cells(book), '1m')}bp pct {placed(book.depth)}"
        for book in record.books
        if book.venue != ALL
    ]
    return [draw.joined(width - ROW_AGE, *groups), draw.joined(width, *costs)]


def _cell(made: Mapping[str, draw.Part], key: str) -> str:
    part = made.get(key, draw.missing())
    return part if isinstance(part, str) else part[0]
