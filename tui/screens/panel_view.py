"""Rows of text that send the terminal only the cells that changed.

Measured on a pseudo-terminal with Textual 8.2.8: a partial update is cut at its right end only, so
the cells left of a change go out again, from the last edge of a widget in that row; and each run
of one style costs about 40 bytes however short it is. Hence one widget per panel, a region per
row from the first to the last differing cell, blanks joined to the run before them, and small
widgets of their own (`Stamp`) for what changes each second at the right end of a row.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat, takewhile, zip_longest

from rich.segment import Segment
from textual import events
from textual.color import Color
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

Run = tuple[str, Style]


class Row(Strip):
    """A row that is freed as soon as it is replaced.

    Textual's keeps what it was divided into, and where that is itself, whole, only the collector of
    garbage finds it: 2,100 of them a minute, with their caches 2 MB (Textual 8.2.8).
    """

    __slots__ = ()

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The parts between these cells; itself where they cut nothing off."""
        listed = list(cuts)
        return [self] if listed == [self.cell_length] else super().divide(listed)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The part between two cells, which is such a row again."""
        part = super().crop(start, end)
        if isinstance(part, Row):
            return part
        row = Row(part, part.cell_length)
        # Textual's cache of it would hand out the plain one again, to be made a row each time.
        last = self.cell_length if end is None else min(self.cell_length, end)
        self._crop_cache[max(0, start), last] = row
        return row


class Bare(Widget):
    """A widget that is its rows alone, as `row` gives them, filters applied.

    Textual's own rendering styles each row that changed anew (20 µs: border, padding, opacity,
    links), and looks up its cache and its filters for each that did not: a quarter of what a second
    of the screen costs.
    """

    ALLOW_SELECT = False  # selection would put an offset into every style

    def row(self, y: int, cells: int) -> Strip:
        """The row at `y`, so many cells wide; blank beyond those there are."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """The row at `y`."""
        return self.row(y, self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of that part."""
        cells = self.size.width  # asked for once: it is worked out each time
        strips = [self.row(y, cells) for y in crop.line_range]
        if crop.column_span == (0, cells):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def blank(self, cells: int) -> Strip:
        """A row of nothing."""
        return self.filtered([Segment(" " * cells, self.visual_style.rich_style)])

    def filtered(self, segments: list[Segment]) -> Row:
        """A row as the app's filters have it: without colours where none are wanted."""
        background = self.visual_style.background or Color(0, 0, 0)
        for each in self.get_line_filters():
            segments = each.apply(segments, background)
        return Row(segments)


class Rows(Bare):
    """Rows of text: exactly as many as it is high, each of exactly its width."""

    def __init__(self, name: str | None = None, id: str | None = None) -> None:
        super().__init__(name=name, id=id)
        self._given: Sequence[Content] = ()
        self._lines: list[Content] = []
        self._strips: list[Strip] = []
        self.edge: Edge | None = None

    def show(self, lines: Sequence[Content]) -> None:
        """Show these lines; only cells that differ from what stands there are sent."""
        if lines is self._given:  # of a panel that was not drawn again
            return
        self._given = lines
        if len(lines) != len(self._lines):
            self._lines, self._strips = list(lines), [self._strip(line) for line in lines]
            self.refresh()
            if self.edge:
                self.edge.refresh()
            return
        changed = [self._put(y, line) for y, line in enumerate(lines) if self._differs(y, line)]
        if regions := [region for region in changed if region]:
            self.refresh(*regions)
            if self.edge:
                self.edge.follow(regions)

    @property
    def text(self) -> str:
        """What is shown, as plain text."""
        return "\n".join(line.plain for line in self._lines)

    @property
    def first(self) -> Content:
        """The first row that is shown."""
        return self._lines[0] if self._lines else Content()

    @property
    def selected(self) -> str | None:
        """The selected row, without the sides of a box. (A chart above it may have a cursor.)"""
        for line in reversed(self._lines):
            if any(span.style == "reverse" for span in line.spans):
                return line.plain.strip(" │|")
        return None

    def row(self, y: int, cells: int) -> Strip:
        if y >= len(self._strips):
            return self.blank(cells)
        strip = self._strips[y]
        if strip.cell_length == cells:
            return strip
        return self.filtered(list(strip.adjust_cell_length(cells, self.visual_style.rich_style)))

    def strip_at(self, y: int) -> Strip | None:
        """The drawn row at `y`, if there is one."""
        return self._strips[y] if y < len(self._strips) else None

    def notify_style_update(self) -> None:
        """The theme may have changed, and with it what the names of styles mean."""
        super().notify_style_update()
        self._strips = [self._strip(line) for line in self._lines]

    def _differs(self, y: int, line: Content) -> bool:
        # `is_same` compares spans in turn and so calls equal what only begins alike: lengths too.
        old = self._lines[y]
        return len(old.spans) != len(line.spans) or not old.is_same(line)

    def _put(self, y: int, line: Content) -> Region | None:
        old, new = self._strips[y], self._strip(line)
        self._lines[y], self._strips[y] = line, new
        span = differing(old, new)
        return Region(span[0], y, span[1] - span[0], 1) if span else None

    def _strip(self, line: Content) -> Strip:
        # Told how, it does not look up the app and a module for each span.
        runs = list(line.render(self.visual_style, "", self.app.stylesheet.parse_style))
        return self.filtered([Segment(text, style.rich_style) for text, style in joined(runs)])


class PanelView(Rows, can_focus=True):
    """The rows of one panel; one of them has the focus.

    In a box its left side is an `Edge`, so that a change within need not send the side again.
    Textual would paint the whole of a widget that gains or loses the focus; what shows the focus
    is drawn with the lines.
    """

    def on_focus(self, event: events.Focus) -> None:
        self._turn(event, events.DescendantFocus(self))

    def on_blur(self, event: events.Blur) -> None:
        self._turn(event, events.DescendantBlur(self))

    def _turn(self, event: events.Event, said: events.Event) -> None:
        event.prevent_default()
        self.has_focus = isinstance(event, events.Focus)
        if self.parent is not None:
            self.parent.post_message(said)


class Edge(Bare):
    """The first cells of a panel's rows from `first` on, as a widget for the cut: the left side of
    its box, below the title, or what stands before the prices of the header."""

    def __init__(self, panel: Rows, first: int = 1, id: str | None = None) -> None:
        super().__init__(id=id)
        self._panel, self._first = panel, first
        panel.edge = self

    def follow(self, changed: Sequence[Region]) -> None:
        """The panel changed there; repaint the rows in which these cells did."""
        cells = self.size.width
        rows = [r.y - self._first for r in changed if r.x < cells and r.y >= self._first]
        if rows:
            self.refresh(*(Region(0, y, cells, 1) for y in rows))

    def row(self, y: int, cells: int) -> Strip:
        strip = self._panel.strip_at(y + self._first)
        return self.blank(cells) if strip is None else strip.crop(0, cells)


class Stamp(Rows):
    """A few cells over a panel's frame, its first row or the header: an age, the clock."""


def joined(runs: list[Run]) -> list[Run]:
    """The runs with blanks given the style of a neighbour where nobody can see the difference."""
    merged: list[Run] = []
    for text, style in runs:
        if not text:
            continue
        if merged and (style == merged[-1][1] or _unseen(text, style, merged[-1][1])):
            merged[-1] = (merged[-1][0] + text, merged[-1][1])
        elif merged and _unseen(merged[-1][0], merged[-1][1], style):
            merged[-1] = (merged[-1][0] + text, style)
        else:
            merged.append((text, style))
    return merged


def _unseen(text: str, style: Style, other: Style) -> bool:
    """Whether blank `text` looks the same in `other` as in `style`."""
    return (
        text.isspace()
        and style.background == other.background
        and not any(s.underline or s.reverse or s.strike or s.underline2 for s in (style, other))
    )


def differing(old: Strip, new: Strip) -> tuple[int, int] | None:
    """First and one past the last cell in which two rows differ; None when they are alike."""
    if old == new:
        return None
    if len(old.text) != old.cell_length or len(new.text) != new.cell_length:
        return (0, max(old.cell_length, new.cell_length))  # wide characters: cells are not letters
    before, after = list(old), list(new)
    # What begins alike need not be taken apart, and most of a row does.
    alike = list(takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = sum(len(segment.text) for segment, _ in alike)
    cells = zip_longest(_cells(before[len(alike) :]), _cells(after[len(alike) :]))
    unlike = [i for i, (a, b) in enumerate(cells, start) if a != b]
    return (unlike[0], unlike[-1] + 1) if unlike else None


def _cells(segments: list[Segment]) -> list[tuple[str, object]]:
    return [cell for text, style, _ in segments for cell in zip(text, repeat(style))]
