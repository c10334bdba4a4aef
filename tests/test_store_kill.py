"""A recorder killed at any moment loses at most the batch that was not committed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import polars as pl

from tests.frames import frame, liquidation
from tests.test_store_liquidations import assert_minutes_are_sums
from tui.store import Reader, Writer, store_path
from tui.tables import LIQUIDATIONS

KILLS = 4
ROWS = 25

# Says how many batches are committed after each, as a recorder that is asked how far it is.
RECORDER = f"""
import sys
from datetime import timedelta
from pathlib import Path
from tests.frames import NOW, frame, liquidation
from tui.store import Writer
from tui.tables import LIQUIDATIONS

writer = Writer(Path(sys.argv[1]), None)
conn = writer.next_conn()
for batch in range(1_000_000):
    rows = [
        liquidation(
            NOW + timedelta(hours=conn, seconds=batch * 7 + row), float(row), conn=conn, n=batch
        )
        for row in range({ROWS})
    ]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    print(batch + 1, flush=True)
"""


def killed(path: Path, after: float) -> int:
    """Record in another process and kill it; how many batches it said were committed."""
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", RECORDER, str(path)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(after)
        os.kill(process.pid, signal.SIGKILL)
        said = process.stdout.read().split("\n")
    return max([1, *(int(line) for line in said[:-1])])


def test_what_was_committed_outlives_sigkill(tmp_path: Path) -> None:
    path = store_path(tmp_path)
    dice = Random(1)
    committed = 0
    for _ in range(KILLS):
        committed += killed(path, dice.uniform(0, 0.15)) * ROWS
        reader = Reader(path)
        found = len(reader.read(LIQUIDATIONS, columns=["id"]))
        assert committed <= found <= committed + ROWS  # the last one may be in, but not said
        assert_minutes_are_sums(path)
        reader.close()
        committed = found
    batches = Reader(path).read(LIQUIDATIONS).group_by("conn", "n").len()
    assert batches["len"].unique().to_list() == [ROWS]  # whole batches, or none of it
    assert batches["conn"].n_unique() == KILLS  # no connection number twice
    writer = Writer(path, None)
    assert writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation(usd=0.5)])) == 1


def test_a_store_killed_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    path = store_path(tmp_path)
    Writer(path, None).close()
    half = path.read_bytes()[:5000]
    path.unlink()
    path.with_name(path.name + ".new").write_bytes(half)
    path.with_name(path.name + ".new-journal").write_bytes(b"half")
    Writer(path, None).append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation()]))
    assert isinstance(Reader(path).read(LIQUIDATIONS), pl.DataFrame)
    assert not path.with_name(path.name + ".new").exists()
