"""An hour at 50 liquidations a second from every venue: memory, CPU and bytes, ten minutes apart.

`python -m tests.benchmarks.bench_hour [--minutes 60]`, in real time. The store begins with a day
of 25,000, so that the windows are full from the first minute.
"""

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.bench_screen import WAVE, monitor
from tests.benchmarks.stage import Stage, each, stage, table
from tests.benchmarks.terminal import cpu_s, resident_mb

PARTS = 6
WARM_S = 20.0  # the first round of the pollers, and the first minute's frames


@contextmanager
def raining(it: Stage) -> Iterator[None]:
    """A wave without end, ordered by the minute: the exchange encodes an order beforehand."""
    over = threading.Event()

    def minutes() -> None:
        seed = 0
        while not over.is_set():
            seed += 1
            it.order(do="burst", rows=each(int(60 * WAVE)), rate=WAVE, seed=seed)

    thread = threading.Thread(target=minutes)
    thread.start()
    yield
    over.set()
    thread.join()


def parts(it: Stage, seconds: float) -> list[tuple[str, str, str]]:
    """A row of the table for each part of the time."""
    rows = []
    length = seconds / PARTS
    with monitor(it) as shown, raining(it):
        shown.terminal.read(WARM_S)
        for part in range(1, PARTS + 1):
            began, sent = time.monotonic(), len(shown.terminal.sent)
            before = {pid: cpu_s(pid) for pid in (shown.pid, it.recorder.pid)}
            shown.terminal.read(length)
            took = time.monotonic() - began
            viewer, recorder = ((cpu_s(pid) - used) / took for pid, used in before.items())
            sends = (len(shown.terminal.sent) - sent) / took / 1000
            rows.append(
                (
                    f"{part * length / 60:.0f} min",
                    f"{resident_mb(shown.pid):.0f} MB, {viewer:.1%}, {sends:.1f} kB/s",
                    f"{resident_mb(it.recorder.pid):.0f} MB, {recorder:.1%}",
                )
            )
            shown.terminal.sent.clear()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    minutes = parser.parse_args().minutes
    with stage("--no-live", fill=True) as it:
        rows = parts(it, minutes * 60)
    table(f"{WAVE:.0f} liquidations a second, all venues", rows, ("after", "viewer", "recorder"))


if __name__ == "__main__":
    main()
