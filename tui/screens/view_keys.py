"""The keys that change what is looked at, that open a list over it, and that copy from it."""

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui import draw, remembered
from tui.panels import sorting
from tui.panels.base import Panel, View
from tui.screens import looks
from tui.screens.coin import CoinChoice
from tui.screens.panel_view import PanelView
from tui.screens.time_keys import TimeKeys


class ViewKeys(TimeKeys):
    """A screen of a moment, with the view that the app holds for all screens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "coin", "coin of the whole screen", id="coin"),
        Binding("0", "all_coins", "all coins", id="all_coins"),
        Binding("right_square_bracket,w", "window(1)", "longer window", id="window_longer"),
        Binding("left_square_bracket,W", "window(-1)", "shorter window", id="window_shorter"),
        Binding("plus,equals_sign", "smallest(1)", "larger smallest size", id="size_larger"),
        Binding("minus", "smallest(-1)", "smaller smallest size", id="size_smaller"),
        Binding("y", "copy", "copy the selected row, else the sentence (OSC 52)", id="copy"),
        Binding("Y", "copy_panel", "copy the panel as text (OSC 52)", id="copy_panel"),
        Binding("b", "group", "group by coin, venue, side", id="group"),
        Binding("s", "sort(False)", "sort by the next column", id="sort_next"),
        Binding("S", "sort(True)", "sort the other way round", id="sort_reverse"),
        Binding("a", "alerts", "history of alerts", id="alerts"),
        Binding("colon", "palette", "commands: time, coin, window, theme, layout", id="palette"),
        Binding("C", "cascades", "past cascades", id="cascades"),
        Binding("m", "mute", "mute alerts for 15 minutes, or no longer", id="mute"),
    ]

    # what a subclass says

    @property
    def looked_at(self) -> tuple[Panel | None, bool]:
        """The panel that keys are for, and whether it is seen by its detail."""
        return None, False

    def layouts(self) -> tuple[str, ...]:
        """The layouts the screen can be given."""
        return ()

    def lay_out(self, name: str) -> None:
        """Give it one of them."""

    # keys

    def _look(self, look: View) -> None:
        self.monitor.look = look
        self.redraw()

    def action_window(self, by: int) -> None:
        self._look(looks.window(self.monitor.look, by))

    def action_smallest(self, by: int) -> None:
        look = looks.smallest(self.monitor.look, by)
        if words := remembered.keep(self.monitor.settings.data_dir, "smallest", look.smallest):
            self.monitor.say(words)
        self._look(look)

    def action_group(self) -> None:
        self._look(looks.group(self.monitor.look))

    def action_sort(self, turned: bool) -> None:
        """By the next column, or by this one (the first where there is none) the other way."""
        panel, detail = self.looked_at
        if panel is None:
            return
        columns = panel.sorts(detail)
        sort, rising = self.monitor.sorted.get(panel.name, ("", False))
        if turned:
            sort, rising = sort or next(iter(columns), ""), not rising
        else:
            sort = sorting.following(columns, sort)
        self.monitor.sorted[panel.name] = (sort, rising)
        order = f"sorted by {sort}" if sort else "sorted as usual"
        self.monitor.say(order if columns else f"{panel.title}: no table to sort")
        self.redraw()

    def action_all_coins(self) -> None:
        self._look(looks.coin(self.monitor.look, None))

    def action_alerts(self) -> None:
        from tui.screens.alerts import AlertHistory  # not for a start: 1 ms

        self.app.push_screen(AlertHistory(replace(self.monitor.look, number=0)))

    def action_cascades(self) -> None:
        from tui.screens.cascades import CascadeHistory  # not for a start: 1 ms

        self.app.push_screen(CascadeHistory(replace(self.monitor.look, number=0)))

    def action_mute(self) -> None:
        self.monitor.hearing.mute(self.monitor.clock())
        self.redraw()

    async def action_palette(self) -> None:
        from tui.screens import palette  # not for a start

        await palette.opened(self)

    async def action_coin(self) -> None:
        def chosen(answer: str | None) -> None:
            if answer is not None:  # empty: all coins; None: left by esc
                self._look(looks.coin(self.monitor.look, answer or None))

        await self.app.push_screen(CoinChoice(self.monitor.coins()), chosen)

    def action_copy(self) -> None:
        row = self.focused.selected if isinstance(self.focused, PanelView) else None
        self._copy(row or self.monitor.sentence, "the row" if row else "the sentence")

    def action_copy_panel(self) -> None:
        if isinstance(self.focused, PanelView):
            rows = self.focused.text.split("\n")
            self._copy("\n".join(row.rstrip() for row in rows) + "\n", "the panel")

    def _copy(self, text: str, what: str) -> None:
        """To the clipboard, and say so: no terminal answers whether it took it."""
        if text:
            self.app.copy_to_clipboard(draw.copied(text))
            first = text.split("\n")[0].strip(" ╭─╮+-")
            self.monitor.say(f"copied {what}: {draw.cut(first, 40)}")
            self.redraw()
