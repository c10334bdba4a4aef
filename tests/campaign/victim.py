"""A store's writer that is to be killed: it writes batches and says how many are committed."""

from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from tests.frames import NOW, frame, liquidation
from tui.store import Writer
from tui.tables import LIQUIDATIONS

ROWS = 25


def write(path: Path, says: Connection) -> None:
    """Batches of ROWS rows, each told of after its commit, without end."""
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
        says.send(batch + 1)
