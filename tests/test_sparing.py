"""What keeps a process small must change nothing else."""

import subprocess
import sys

import pytest
from rich.segment import Segment

from tui.sparing import _untouched, pieces_of_text

SMAPS = """\
10000-20000 r--p 00000000 08:01 11 /lib/polars_runtime.so
Rss:                  44 kB
Anonymous:             0 kB
20000-30000 r-xp 00010000 08:01 11 /lib/polars_runtime.so
Rss:                  44 kB
Anonymous:             4 kB
30000-40000 rw-p 00020000 08:01 11 /lib/polars_runtime.so
Anonymous:             0 kB
40000-50000 r-xp 00000000 08:01 12 /lib/libsqlite3.so
Anonymous:             0 kB
50000-60000 r-xp 00010000 08:01 11 /lib/polars_runtime.so
Anonymous:             0 kB
60000-70000 rw-p 00000000 00:00 0
Anonymous:             0 kB"""

WORK = """
import re
from tui import sparing
import polars as pl

def resident():
    with open("/proc/self/status") as file:
        return int(re.search(r"RssFile: +([0-9]+)", file.read().replace("\t", " "))[1])

frame = pl.DataFrame({"key": [1, 2, 1], "usd": [1.0, 2.0, 4.0]})
before = frame.group_by("key").agg(pl.col("usd").sum()).sort("key").rows()
had = resident()
sparing.code_of_start()
has = resident()
assert frame.group_by("key").agg(pl.col("usd").sum()).sort("key").rows() == before
print(had - has)
"""


def test_only_what_the_process_has_not_written_in_is_given_up() -> None:
    assert list(_untouched("polars", SMAPS)) == [(0x10000, 0x20000), (0x50000, 0x60000)]


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_code_given_up_is_there_again_when_it_is_needed() -> None:
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 4_000  # kB


def test_pieces_of_text_are_forgotten() -> None:
    Segment("liquidations").split_cells(4)
    assert Segment._split_cells.cache_info().currsize
    pieces_of_text()
    assert not Segment._split_cells.cache_info().currsize
