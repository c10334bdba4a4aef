"""A store's writer that is to be killed: `python -m tests.campaign.victim`, then a path on stdin.

It writes batches without end and says after each how many are committed.
"""

import sys
from datetime import timedelta
from pathlib import Path

from tests.frames import NOW, frame, liquidation
from tui.store import Writer
from tui.tables import LIQUIDATIONS

ROWS = 25


def write(path: Path) -> None:
    """Batches of ROWS rows, each told of after its commit."""
    writer = Writer(path, None)
    conn = writer.next_conn()
    for batch in range(1_000_000):
        rows = [
            liquidation(
                NOW + timedelta(hours=conn, seconds=batch * 7 + row), float(row), conn=conn, n=batch
            )
            for row in range(ROWS)
        ]
        writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
        print(batch + 1, flush=True)


if __name__ == "__main__":
    if where := sys.stdin.readline().strip():
        write(Path(where))
