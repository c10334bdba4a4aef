"""What a key costs over a day of a million liquidations: `python -m tests.benchmarks.bench_drill`.

Opens each detail, goes deeper, filters, and steps in time, as the thread does that reads and draws
(160 × 45); the terminal is left out. Medians of five in ms, of the clock and of all threads' CPU.
"""

import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.benchmarks.bench_store import NOW, million
from tui.panels import PANELS, View
from tui.panels.base import Panel
from tui.panels.drill import Drill
from tui.screens.drawing import Wanted
from tui.screens.layout import HEADER, HINT, arrange
from tui.screens.picture import Ask, Picture
from tui.screens.reading import Reading
from tui.snapshot import Live
from tui.store import Reader
from tui.travel import stepped

SIZE = (160, 45)
RUNS = 5
SECOND = timedelta(seconds=1)
LIQUIDATIONS: Panel = next(panel for panel in PANELS if panel.name == "liquidations")


class Took(NamedTuple):
    """Milliseconds of one answer: of the clock, and of CPU."""

    wall: float
    cpu: float


class Monitor:
    """The reading thread without the thread, at a clock that a benchmark moves."""

    def __init__(self, store: Path, view: View) -> None:
        self.now, self.view = NOW, view
        self._pictures: list[Picture] = []
        live = Live(Reader(store))
        self._reading = Reading(live, self._pictures.append, clock=lambda: NOW)
        for second in range(15):  # the first frame judges no venue, and a day is summed in 12 s
            if second in (0, 1, 14):
                self.dashboard()
            else:
                live.at(self.now)
            self.now += SECOND

    def dashboard(self, at: datetime | None = None) -> Took:
        """All panels and the header, now or at a past moment."""
        placed = arrange(*SIZE, [panel.name for panel in PANELS], natural=_natural)
        sizes = {one.name: (one.width, one.height) for one in placed}
        wanted = [
            Wanted(panel, *sizes[panel.name], self.view) for panel in PANELS if panel.name in sizes
        ]
        header = Wanted(None, *sizes[HEADER], self.view)
        return self._ask(Ask(self.now, header, tuple(wanted), at=at, feeds=sizes[HINT][0]))

    def detail(self, panel: Panel, drill: Drill | None = None, at: datetime | None = None) -> Took:
        """A panel's own screen and the header."""
        view = replace(self.view, drill=drill or Drill())
        width, height = SIZE
        wanted = Wanted(panel, width, height - 2, view, detail=True)
        return self._ask(Ask(self.now, Wanted(None, width, 2, view), (wanted,), at=at))

    @property
    def record(self) -> Any:
        """What the last detail was drawn from."""
        return next(iter(self._pictures[-1].records.values()))

    def _ask(self, ask: Ask) -> Took:
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        self._reading.answer(ask)
        took = Took((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3)
        assert not self._pictures[-1].errors, self._pictures[-1].errors
        del self._pictures[:-1]
        return took


def _natural(name: str, width: int) -> int:
    return next(panel for panel in PANELS if panel.name == name).natural(width)


def opened(panel: Panel, **look: Any) -> Callable[[Path], Iterator[Took]]:
    """The first time that a panel's detail is opened."""

    def run(store: Path) -> Iterator[Took]:
        for _ in range(RUNS):
            yield Monitor(store, View(**look)).detail(panel)

    return run


def deeper(again: bool, *steps: tuple[str, str], **look: Any) -> Callable[[Path], Iterator[Took]]:
    """A way down from the open detail: the first time, or in the next second."""

    def run(store: Path) -> Iterator[Took]:
        for _ in range(RUNS):
            monitor = Monitor(store, View(**look))
            monitor.detail(LIQUIDATIONS)
            took = monitor.detail(LIQUIDATIONS, Drill(path=steps))
            monitor.now += SECOND
            yield monitor.detail(LIQUIDATIONS, Drill(path=steps)) if again else took

    return run


def filtered(typed: str, again: bool = False) -> Callable[[Path], Iterator[Took]]:
    """A filter over 24 h: as it is typed, or in the next second."""

    def run(store: Path) -> Iterator[Took]:
        for _ in range(RUNS):
            monitor = Monitor(store, View(window="24h"))
            monitor.detail(LIQUIDATIONS)
            took = monitor.detail(LIQUIDATIONS, Drill(typed=typed))
            monitor.now += SECOND
            yield monitor.detail(LIQUIDATIONS, Drill(typed=typed)) if again else took

    return run


def looked_at(store: Path) -> Iterator[Took]:
    """A row of the tape with what was around it."""
    for _ in range(RUNS):
        monitor = Monitor(store, View())
        monitor.detail(LIQUIDATIONS)
        yield monitor.detail(LIQUIDATIONS, Drill().at(monitor.record.deep.tape[7]))


def stepping(window: str, first: bool) -> Callable[[Path], Iterator[Took]]:
    """Steps back in time on the dashboard: the first from now, or those after it."""

    def run(store: Path) -> Iterator[Took]:
        for _ in range(RUNS if first else 1):
            monitor = Monitor(store, View(window=window))
            at = stepped(monitor.now, window, -1)
            took = monitor.dashboard(at)
            if first:
                yield took
        for _ in range(0 if first else RUNS):
            at = stepped(at, window, -1)
            yield monitor.dashboard(at)

    return run


def stepping_deep(store: Path) -> Iterator[Took]:
    """Steps back in time on the detail of the liquidations."""
    monitor = Monitor(store, View())
    at = stepped(monitor.now, "5m", -1)
    monitor.detail(LIQUIDATIONS, at=at)
    for _ in range(RUNS):
        at = stepped(at, "5m", -1)
        yield monitor.detail(LIQUIDATIONS, at=at)


def figures() -> Iterator[tuple[str, float, Callable[[Path], Iterator[Took]]]]:
    """Name, bar in ms, and what to measure."""
    for panel in PANELS:
        yield f"open {panel.name}", 300, opened(panel)
    yield "open liquidations, 24 h", 300, opened(LIQUIDATIONS, window="24h")
    yield "first drill, into a venue", 300, deeper(False, ("venue", "bybit"))
    yield "first drill, 24 h, into a venue", 300, deeper(False, ("venue", "bybit"), window="24h")
    yield "drill, 24 h, venue and coin", 300, deeper(
        False, ("venue", "bybit"), ("base", "ETH"), window="24h"
    )  # fmt: skip
    yield "the next second of it", 300, deeper(True, ("venue", "bybit"), window="24h")
    yield "a row of the tape", 300, looked_at
    yield "filter usd>100k, 24 h", 300, filtered("usd>100k")
    yield "filter venue=bybit, 24 h", 300, filtered("venue=bybit")
    yield "filter usd>0, 24 h", 300, filtered("usd>0")
    yield "the next second of it", 300, filtered("usd>0", again=True)
    for window in ("5m", "1h", "24h"):
        yield f"first step back, {window}", 100, stepping(window, first=True)
        yield f"next steps back, {window}", 100, stepping(window, first=False)
    yield "next steps back in the detail", 300, stepping_deep


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "million" / "liqtop.sqlite"
        million(store)
        print(f"{'':<34}{'ms':>7}{'CPU':>7}{'bar':>6}")
        for name, bar, measured in figures():
            took = list(measured(store))
            wall, cpu = (median(values) for values in zip(*took, strict=True))
            print(f"{name:<34}{wall:>7.0f}{cpu:>7.0f}{bar:>6.0f}", flush=True)


if __name__ == "__main__":
    main()
