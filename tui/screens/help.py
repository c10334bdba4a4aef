"""One searchable page: keys, marks, this run, and why our total differs from CoinGlass."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui import draw
from tui.screens.legend import COINGLASS, MARKS
from tui.screens.typed_line import TypedLine


class Section(NamedTuple):
    """A heading and its rows of mark and meaning."""

    title: str
    rows: Sequence[tuple[str, str]]


class Help(ModalScreen[None]):
    """Scrolls with `j` and `k`; `/` searches; `esc`, `q` and `?` go back."""

    AUTO_FOCUS = "#help-page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", id="back"),
        Binding("q,question_mark", "dismiss", "back", id="help_back"),
        Binding("slash", "search", "search", id="help_search"),
        Binding("j,down", "page('scroll_down')", "down", id="row_next"),
        Binding("k,up", "page('scroll_up')", "up", id="row_previous"),
        Binding("space,pagedown", "page('scroll_page_down')", "page down", id="help_page_down"),
        Binding("pageup", "page('scroll_page_up')", "page up", id="help_page_up"),
        Binding("g,home", "page('scroll_home')", "first row", id="row_first"),
        Binding("G,end", "page('scroll_end')", "last row", id="row_last"),
    ]

    def __init__(self, sections: Sequence[Section], symbols: str = "block") -> None:
        super().__init__()
        self._symbols = symbols
        marks = Section("Marks", MARKS)
        coinglass = Section("Our 24 h total and CoinGlass", [("", COINGLASS)])
        self._sections = [*sections, marks, coinglass]

    def compose(self) -> ComposeResult:
        yield TypedLine("/ search  esc back", "help-typed")
        with VerticalScroll(id="help-page", can_focus=True):
            yield Static(id="help-text")

    def on_mount(self) -> None:
        self._write()

    def on_resize(self, event: events.Resize) -> None:
        self._write()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._write()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.set_focus(self.query_one("#help-page"))

    def _write(self) -> None:
        typed = self.query_one(Input).value
        rows = page(self._sections, typed, max(8, self.size.width - 2))
        shown = [Content(draw.drawn_with(r.plain, self._symbols), list(r.spans)) for r in rows]
        self.query_one("#help-text", Static).update(Content("\n").join(shown))

    def action_search(self) -> None:
        self.set_focus(self.query_one(Input))

    def action_back(self) -> None:
        if self.query_one(Input).has_focus and self.query_one(Input).value:
            self.query_one(Input).value = ""
        else:
            self.dismiss()

    def action_page(self, scroll: str) -> None:
        getattr(self.query_one("#help-page"), scroll)(animate=False)


def page(sections: Sequence[Section], typed: str, width: int) -> list[Content]:
    """The rows of every section that contain what was typed, wrapped to `width`."""
    wanted = typed.strip().lower()
    lines: list[Content] = []
    for section in sections:
        found = [row for row in section.rows if wanted in f"{section.title} {row}".lower()]
        if found:
            lines.append(Content.assemble((section.title[:width], "bold $accent")))
            lines += [line for row in found for line in entry(*row, width)]
            lines.append(Content(""))
    return lines or [Content("nothing found")]


def entry(mark: str, meaning: str, width: int) -> list[Content]:
    """A row: the mark in a column of its own, the meaning wrapped beside it."""
    column = 0 if not mark else min(22, width // 3)
    mark = draw.safe(mark)
    pieces = wrap(draw.safe(meaning), max(8, width - column)) or [""]
    lines = [Content(" " * column + piece) for piece in pieces]
    if not mark:
        return lines
    if len(mark) < column:
        first = Content.assemble((f"{mark:<{column}}", "$accent"), pieces[0])
        return [first, *lines[1:]]
    return [Content.assemble((mark[:width], "$accent")), *lines]
