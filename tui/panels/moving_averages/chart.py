"""The closes with their means, for the detail."""

from textual.content import Content

from tui import draw
from tui.draw.framed import Series, framed
from tui.panels.base import View
from tui.panels.moving_averages.record import AveragesRecord


def chart(record: AveragesRecord, view: View, width: int, height: int) -> list[Content]:
    history = record.history
    if height < 5:
        return []
    if history is None or history.height < 2:
        return [draw.line(width, ("n/a (no daily closes yet)", "$muted"))]
    days = history.tail(max(60, (width - 10) * 2))
    names = [name for name in history.columns if name not in ("ts", "close")]
    styles = dict(zip(names, ("$warn", "$long", "$short"), strict=False))
    series = [Series("price", days["close"].to_list(), "$accent")]
    series += [Series(name, days[name].to_list(), styles[name]) for name in names]
    title, cursor = f"{days.height} daily closes", view.drill.cursor
    first, last = days["ts"][0], days["ts"][-1]
    return framed(series, width, height, view.symbols, first, last, cursor, title)
