"""What a benchmark plays on: the loopback exchange and a recorder, each a process of its own."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tui.clock import utc_now
from tui.loopback.burst import shared
from tui.store import Reader, store_path
from tui.tables import FLOW, POSITIONING

# An installed liqtop has its byte code; where the environment forbids to write any, each start
# would compile 90 modules (0.18 s) that no user's start compiles.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

STREAMS = {"usdm", "coinm", "linear", "inverse", "swap"}
"""The liquidation sockets of the three venues."""

STILL_S = 70.0
"""No page of the past for so long: there are no more. Those that are left wait up to 17 s for the
turn of a minute, and a minute where one was not answered."""

LISTENED = ("binance", "bybit", "okx", "gate", "htx", "bitfinex", "deribit", "kraken")
"""The venues that are on by default; a burst by its total would go to Lighter too."""


def each(total: int) -> dict[str, int]:
    """A number of rows, as equally over these venues as it goes."""
    return shared(total, LISTENED)


@dataclass
class Stage:
    """The exchange's address, the folder of the store, and the two processes."""

    endpoint: str
    folder: Path
    exchange: "subprocess.Popen[str]"
    recorder: "subprocess.Popen[str]"

    def books(self, since: int | None = None) -> dict[str, Any]:
        """What the exchange sent so far; with `since` also the rows from that one on."""
        query = "" if since is None else f"?rows=1&binance={since}"
        with urllib.request.urlopen(f"{self.endpoint}/control{query}", timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def order(self, **what: Any) -> dict[str, Any]:
        """Have the exchange do something (see `tui.loopback.control`); returns when it is done."""
        request = urllib.request.Request(
            f"{self.endpoint}/control",
            json.dumps(what).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def viewer(self) -> list[str]:
        """The command that opens a monitor on this store."""
        folder = str(self.folder)
        return [sys.executable, "-m", "tui", "--data-dir", folder, "--endpoint", self.endpoint]


@contextmanager
def stage(*exchange: str, fill: bool = False, end: str = "now") -> Iterator[Stage]:
    """An exchange and a recorder on a fresh store, ready when every stream is subscribed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="liqtop-bench-")))
        store = folder / "data"
        words = stack.enter_context((folder / "words").open("w"))
        filling = ["--fill", str(store)] if fill else []
        one = stack.enter_context(_child(words, "tui.loopback", "--end", end, *exchange, *filling))
        assert one.stdout
        endpoint = json.loads(one.stdout.readline())["endpoint"]
        to = ["--data-dir", str(store), "--endpoint", endpoint]
        two = stack.enter_context(_child(words, "tui", "record", *to))
        it = Stage(endpoint, store, one, two)
        wait(lambda: _subscribed(it), 60, "subscriptions")
        yield it


def _subscribed(it: Stage) -> bool:
    """Every liquidation stream is open, and no topic has been added for half a second."""
    before = _topics(it)
    time.sleep(0.5)
    return before == _topics(it) and before.keys() >= STREAMS and 0 not in before.values()


def _topics(it: Stage) -> dict[str, int]:
    sockets = it.books()["sockets"].values()
    return {stream: topics for streams in sockets for stream, topics in streams}


def settle(it: Stage) -> None:
    """Wait until the recorder has fetched the past. A first start asks for a month of ratios and a
    week of taker flow, some 70 pages in two minutes: what a day costs is what comes after that."""
    reader = Reader(store_path(it.folder))
    try:
        before, live = list[int](), utc_now() - timedelta(minutes=10)
        since = began = time.monotonic()
        while time.monotonic() - since < STILL_S:
            if time.monotonic() - began > 600:
                raise TimeoutError("the recorder goes on fetching the past")
            time.sleep(0.5)
            now = [reader.count(table, until=live) for table in (FLOW, POSITIONING)]
            if now != before:
                before, since = now, time.monotonic()
    finally:
        reader.close()


@contextmanager
def _child(words: Any, module: str, *args: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *args, "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=words,
        text=True,
    )
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(20)


def wait(true: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until something is true; the seconds it took. Raises TimeoutError."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what} not there after {seconds:.0f} s")
        time.sleep(0.02)
    return time.monotonic() - began


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def machine() -> str:
    """One line about where a table was measured."""
    python = platform.python_version()
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {python}"


def table(
    title: str,
    rows: Sequence[tuple[str, str, str]],
    heads: tuple[str, str, str] = ("figure", "measured", "bar"),
) -> None:
    """Print a table, by default of figure, measured, bar."""
    print(f"\n{title} ({machine()})\n\n| {' | '.join(heads)} |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
