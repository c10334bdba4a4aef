"""Who is being liquidated: windows, minutes with the price, coins and venues, and the feed."""

from dataclasses import dataclass
from datetime import timedelta

from textual.content import Content

from tui import draw
from tui.metrics import prices, windows
from tui.metrics.derivatives import derivatives
from tui.metrics.windows import Liquidations
from tui.panels.base import Age, Form, Panel, View
from tui.snapshot import Snapshot
from tui.tables import COVERAGE, DERIVATIVES, LIQUIDATION_MINUTES, LIQUIDATIONS, QUOTES

SILENT = timedelta(seconds=60)


@dataclass(frozen=True)
class LiquidationsRecord:
    """The liquidations with what stands beside them: the coin's price by minute, and per coin the
    price change and the change of open interest over the chosen window."""

    liquidations: Liquidations
    prices: tuple[float | None, ...]
    moves: dict[str, float | None]
    interest: dict[str, float | None]


class LiquidationsPanel(Panel):
    name, title, number = "liquidations", "Liquidations", 1
    tables = (LIQUIDATIONS, LIQUIDATION_MINUTES, COVERAGE, QUOTES, DERIVATIVES)

    def record(self, snapshot: Snapshot, view: View) -> LiquidationsRecord:
        made = read(snapshot, view)
        price = prices.price(snapshot.quotes, snapshot.candles, view.base, snapshot.as_of)
        symbol = price.symbol if price else ""
        by_minute = prices.by_minute(snapshot.quotes, symbol, snapshot.as_of)
        return LiquidationsRecord(
            made, by_minute, moves(snapshot, made, view), interest(snapshot, view)
        )

    def age(self, record: LiquidationsRecord) -> Age:
        made = record.liquidations
        return Age.of(made.last_ts, made.as_of, SILENT)

    def rows(
        self, record: LiquidationsRecord, view: View, width: int, height: int, form: Form
    ) -> list[Content]:
        rows = []
        for name, total in record.liquidations.windows.items():
            amount = total.amount
            rows.append(
                draw.line(
                    width,
                    f"{name:<4}",
                    f"{draw.usd(amount.long_usd):>8}{draw.usd(amount.short_usd):>8}",
                    f"{draw.share(amount.long_share):>6}",
                )
            )
        return rows[:height]

    def detail_rows(
        self, record: LiquidationsRecord, view: View, width: int, height: int
    ) -> list[Content]:
        return self.rows(record, view, width, height, Form.BOX)


def read(snapshot: Snapshot, view: View) -> Liquidations:
    """The liquidations of a snapshot, of the view's coin, above its smallest size."""
    return windows.liquidations(
        snapshot.minutes,
        snapshot.edges,
        snapshot.recent,
        snapshot.largest,
        snapshot.coverage,
        snapshot.as_of,
        wanted=snapshot.streams,
        gives=snapshot.gives,
        began=snapshot.began,
        coin=view.coin,
        smallest=view.smallest,
    )


def moves(snapshot: Snapshot, made: Liquidations, view: View) -> dict[str, float | None]:
    """The price change of every quoted coin over the chosen window."""
    found: dict[str, float | None] = {}
    quoted = set(snapshot.quotes["base"].unique().to_list())
    for base in [coin for coin in made.coins if coin in quoted]:
        price = prices.price(snapshot.quotes, snapshot.candles, base, snapshot.as_of)
        if price:
            found[base] = prices.change(
                snapshot.quotes,
                snapshot.candles,
                price.symbol,
                price.price,
                snapshot.as_of,
                windows.WINDOWS[view.window],
            )
    return found


def interest(snapshot: Snapshot, view: View) -> dict[str, float | None]:
    """The change of open interest per coin over 5 m, or over 24 h where that is the window."""
    rows = derivatives(snapshot.derivatives, snapshot.as_of).open_interest
    day = view.window == "24h"
    return {
        row.base: row.change_24h if day else row.change_5m
        for row in rows
        if row.venue == "all" and view.window in ("5m", "24h")
    }
