"""The monitor as a terminal sees it: first frame, bytes, CPU, memory, and the delay of an event.

`python -m tests.benchmarks.bench_screen [--quick] [--picture]`. The exchange, the recorder
and the monitor are three processes; what the monitor sends goes through a terminal emulator, and a
text counts as shown when it stands on its screen.
"""

import argparse
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyte

from tests.benchmarks.stage import Stage, median, percentile, settle, stage, table
from tests.benchmarks.terminal import Terminal, cpu_s, resident_mb

QUIET, WAVE = 0.3, 50.0
"""Liquidations a second: of a normal day of 25,000, and of a wave."""
PRICE = re.compile(r"BTC [\d,]{5,}")
WINDOWS = re.compile(r"long  .*\d[KM].*\d[KM].*\d[KM]")
WINDOW_ROW = re.compile(r"^1h +(?:≥)?[\d.]+[KM]", re.MULTILINE)
MARKER_USD = 5e6
"""A marker is larger than what the feed is set to show, so that the wave does not push it out."""


class Shown:
    """What a terminal shows of a running monitor."""

    def __init__(self, it: Stage, columns: int = 160, rows: int = 45) -> None:
        self.terminal = Terminal(it.viewer(), columns, rows)
        self.screen = pyte.Screen(self.terminal.columns, self.terminal.rows)
        self._stream = pyte.ByteStream(self.screen)
        self._fed = 0

    @property
    def pid(self) -> int:
        return self.terminal.pid

    def until(self, true: Callable[[], bool], seconds: float) -> float | None:
        """Show all that comes in that time; when something first became true (monotonic).

        The emulator takes longer than the monitor: the pieces are timed as they come, and shown
        afterwards.
        """
        pieces: list[tuple[float, int]] = []

        def note(sent: bytes) -> bool:
            pieces.append((time.monotonic(), len(sent)))
            return False

        self.terminal.read(seconds, note)
        at = None
        for when, end in pieces:
            self._stream.feed(bytes(self.terminal.sent[self._fed : end]))
            self._fed = end
            at = when if at is None and true() else at
        return at

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def has_data(self) -> bool:
        """The price is in the header, and totals stand under the windows or beside them."""
        text = self.text()
        return bool(PRICE.search(text) and (WINDOWS.search(text) or WINDOW_ROW.search(text)))

    def style_of(self, words: str) -> object:
        """How the cell is drawn at which these words begin."""
        for y, row in enumerate(self.screen.display):
            if (x := row.find(words)) >= 0:
                cell = self.screen.buffer[y][x]
                return cell.fg, cell.bold, cell.reverse
        return None


@contextmanager
def monitor(it: Stage, columns: int = 160, rows: int = 45) -> Iterator[Shown]:
    """A monitor that shows data."""
    shown = Shown(it, columns, rows)
    try:
        if shown.until(shown.has_data, 5) is None:
            raise TimeoutError(f"no data on the screen:\n{shown.text()}")
        yield shown
    finally:
        shown.terminal.end()


@dataclass
class Cost:
    """Of a span of time: kB/s to the terminal, the monitor's share of a core, its memory."""

    kilobytes: float
    cpu: float
    memory: float

    def __str__(self) -> str:
        return f"{self.kilobytes:.1f} kB/s, CPU {self.cpu:.1%}"


def first_frame(it: Stage) -> float:
    """Seconds from the start until the screen has data."""
    shown = Shown(it)
    at = shown.until(shown.has_data, 5)
    shown.terminal.end()
    if at is None:
        raise TimeoutError(f"no data on the screen:\n{shown.text()}")
    return at - shown.terminal.started


def cost(shown: Shown, seconds: float) -> Cost:
    """What the monitor costs over that time."""
    before, cpu, began = len(shown.terminal.sent), cpu_s(shown.pid), time.monotonic()
    shown.terminal.read(seconds)
    elapsed = time.monotonic() - began
    sent = len(shown.terminal.sent) - before
    used = (cpu_s(shown.pid) - cpu) / elapsed
    return Cost(sent / elapsed / 1000, used, resident_mb(shown.pid))


@contextmanager
def raining(it: Stage, rate: float, seconds: float) -> Iterator[None]:
    """Liquidations of all venues at that rate meanwhile."""
    order = {"do": "burst", "total": max(1, int(rate * seconds)), "rate": rate, "seed": int(rate)}
    thread = threading.Thread(target=lambda: it.order(**order))
    thread.start()
    yield
    thread.join()


@contextmanager
def nothing_new(it: Stage) -> Iterator[None]:
    """Every feed lives and says the same as before: no liquidation, no price that moves.

    Rows of the stored day go on leaving the windows, which is all there is to show.
    """
    it.order(do="still")
    try:
        yield
    finally:
        it.order(do="still", on=False)


def costs(it: Stage, seconds: float) -> tuple[Cost, Cost, Cost]:
    """In a quiet time, in a wave, and with nothing new."""
    with monitor(it) as shown:
        with raining(it, QUIET, seconds + 3):
            shown.terminal.read(3)
            quiet = cost(shown, seconds)
        with nothing_new(it):  # before the wave, whose rows would be leaving the windows
            shown.terminal.read(5)
            still = cost(shown, min(seconds, 30))
        with raining(it, WAVE, seconds + 3):
            shown.terminal.read(3)
            wave = cost(shown, seconds)
    return quiet, wave, still


def pane(it: Stage, seconds: float) -> Cost:
    """In a wave, in a side pane of 40 × 50."""
    with monitor(it, 40, 50) as shown, raining(it, WAVE, seconds + 3):
        shown.terminal.read(3)
        return cost(shown, seconds)


PICTURE = ("Drivers", "Depth", "Options", "Supply", "Flows", "Scorecard")
"""The panels of the layout `picture`, the last one that `p` comes to."""


def picture(it: Stage, seconds: float) -> Cost:
    """In a wave, on the layout `picture`."""
    with monitor(it) as shown, raining(it, WAVE, seconds + 15):
        for _ in range(4):  # liquidations, no-feed, market, picture
            shown.terminal.type("p")
            shown.until(lambda: False, 1)
        if shown.until(lambda: all(name in shown.text() for name in PICTURE), 5) is None:
            raise TimeoutError(f"not all of {PICTURE} on the screen:\n{shown.text()}")
        return cost(shown, seconds)


def pictured(found: Cost) -> tuple[str, str, str]:
    """Its row."""
    measured = f"{found}, {found.memory:.0f} MB"
    return f"layout `picture`, in a wave ({WAVE:.0f}/s)", measured, "16 kB/s, CPU 5 %, 110 MB"


TITLES = ("1 Liquidations", "2 Long / short", "3 Averages", "4 Safe haven", "5 Events")

KEYS: tuple[tuple[str, Callable[[Shown], object]], ...] = (
    ("w", lambda shown: re.findall(r"liquidated in (\S+)", shown.text())),
    ("W", lambda shown: re.findall(r"liquidated in (\S+)", shown.text())),
    ("c", lambda shown: "all coins" in shown.text() and shown.style_of("1 Liquidations")),
    ("\x1b", lambda shown: shown.style_of("1 Liquidations")),
    ("\t", lambda shown: [shown.style_of(title) for title in TITLES]),
    ("+", lambda shown: re.findall(r"feed ≥ \$(\w+)", shown.text())),
    ("-", lambda shown: re.findall(r"feed ≥ \$(\w+)", shown.text())),
)
"""Ordinary keys, and what of the screen each changes, which no tick of a second does."""


def answers(it: Stage, rounds: int) -> list[float]:
    """Seconds from a key until the terminal has what it changes, on the dashboard in a wave."""
    found = []
    with monitor(it) as shown, raining(it, WAVE, rounds * len(KEYS) * 1.5 + 5):
        shown.until(shown.has_data, 3)
        for key, look in KEYS * rounds:
            before, began = look(shown), time.monotonic()
            shown.terminal.type(key)
            at = shown.until(lambda look=look, before=before: look(shown) != before, 0.87)  # type: ignore[misc]
            if at is None:
                raise TimeoutError(f"{key!r} changed nothing:\n{shown.text()}")
            found.append(at - began)
    return found


def status(it: Stage) -> float:
    """Seconds of one `liqtop status`."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tui", "status", "--data-dir", str(it.folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def liquidation(price: float, now_ms: int) -> str:
    """A BTC long of MARKER_USD at that price, as Bybit says it."""
    row = {"T": now_ms, "s": "BTCUSDT", "S": "Buy", "v": f"{MARKER_USD / price:.3f}"}
    data = [row | {"p": f"{price:.2f}"}]
    frame = {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": now_ms, "data": data}
    return json.dumps(frame)


def delays(it: Stage, number: int) -> list[float]:
    """Seconds from the order to the exchange until each marker is on the screen, in a wave."""
    found = []
    with monitor(it) as shown, raining(it, WAVE, number * 2.5 + 5):
        shown.terminal.type("++")  # the feed shows the large ones alone
        shown.terminal.read(3)
        for n in range(number):
            price = 30_001.0 + 10 * n  # far from every price of the scenario
            words = f"{price:,.0f}"
            began = time.monotonic()
            text = liquidation(price, int(time.time() * 1000))
            it.order(do="say", venue="bybit", stream="linear", text=text)
            # Of another length than a second: the orders come at every part of one.
            at = shown.until(lambda words=words: words in shown.text(), 2.37)  # type: ignore[misc]
            if at is None:
                raise TimeoutError(f"{words} not on the screen:\n{shown.text()}")
            found.append(at - began)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fifteen seconds each, ten markers")
    parser.add_argument("--picture", action="store_true", help="of the layout `picture` alone")
    args = parser.parse_args()
    quick = args.quick
    with stage("--no-live", fill=True) as it:
        settle(it)
        if args.picture:
            table("The screen, 160 × 45", [pictured(picture(it, 15 if quick else 60))])
            return
        first_frame(it)  # reads the files into the page cache
        first = [first_frame(it) for _ in range(5)]
        lines = [status(it) for _ in range(5)]
        quiet, wave, still = costs(it, 15 if quick else 60)
        began, used = time.monotonic(), cpu_s(it.recorder.pid)
        aside = pane(it, 15 if quick else 60)
        share = (cpu_s(it.recorder.pid) - used) / (time.monotonic() - began)
        keys = answers(it, 2 if quick else 6)
        late = delays(it, 10 if quick else 100)
        recorder = resident_mb(it.recorder.pid)
        layout = picture(it, 15 if quick else 60)  # last: the next monitor would begin on it
    memory = max(cost.memory for cost in (quiet, wave, still))
    table(
        "The screen, 160 × 45, a day of 25,000 liquidations in the store",
        [
            (
                "first frame with data, warm",
                f"{median(first):.2f} s ({min(first):.2f}–{max(first):.2f})",
                "0.8 s",
            ),
            (f"a quiet minute ({QUIET}/s)", str(quiet), "5 kB/s, CPU 5 %"),
            (f"in a wave ({WAVE:.0f}/s)", str(wave), "16 kB/s, CPU 5 %"),
            (f"in a pane of 40 × 50, in a wave ({WAVE:.0f}/s)", str(aside), "3 kB/s, CPU 5 %"),
            pictured(layout),
            (
                "a key answers, in a wave",
                f"median {median(keys) * 1000:.0f}, worst {max(keys) * 1000:.0f} ms ({len(keys)})",
                "100 ms",
            ),
            ("nothing new", str(still), "0.5 kB/s, CPU 5 %"),
            ("viewer's memory", f"{memory:.0f} MB", "110 MB"),
            (
                "recorder, all feeds, in a wave",
                f"{recorder:.0f} MB, CPU {share:.1%}",
                "270 MB, CPU 25 %",
            ),
            ("`liqtop status`", f"{median(lines) * 1000:.0f} ms", "100 ms"),
            (
                "event on the wire → on the screen, 50 events/s",
                f"p50 {median(late):.2f} s, p99 {percentile(late, 0.99):.2f} s ({len(late)})",
                "",
            ),
        ],
    )


if __name__ == "__main__":
    main()
