"""What keeps a process small must change nothing else."""

import os
import subprocess
import sys
from typing import Any

import pytest
from rich.segment import Segment

from tui.sparing import _ALLOCATOR, _OF_POLARS, _untouched, leftovers, undocumented

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
    Segment("≥ 12.4M −3 %").split_cells(4)
    assert Segment._split_cells.cache_info().currsize
    leftovers()
    assert not Segment._split_cells.cache_info().currsize


LONG = "It says what it does. " * 20

SOURCE = f"""
class Venue:
    '{LONG}'

    def side(self):
        '{LONG}'
        return 'long'

    def same(self):
        '{LONG}'
        return '{LONG}'

    def short(self):
        'Short.'

words = [one() for one in [lambda: '{LONG}']] + list('{LONG}' for _ in range(1))
"""


def test_only_long_docstrings_of_functions_are_left_out() -> None:
    names: dict[str, Any] = {}
    exec(undocumented(compile(SOURCE, "venue.py", "exec")), names)
    venue = names["Venue"]
    assert venue.side.__doc__ is None
    assert venue.short.__doc__ == "Short."
    assert venue().side() == "long"
    assert venue.__doc__ == venue().same() == LONG
    assert names["words"] == [LONG, LONG]


UNDOCUMENTED = """
from tui import sparing
sparing.no_docstrings()
import polars as pl
from textual.app import App
assert pl.Expr.filter.__doc__ is None and App.run.__doc__ is None
# Methods of a series that have no body are those of an expression; polars tells by their code.
series = pl.Series("ts", [3, None, 1, 3])
print(series.sort().to_list(), series.is_in([3]).to_list(), series.fill_null(2).to_list())
print(series.cast(pl.Datetime("ms")).dt.epoch("ms").to_list())
print(pl.Series(["BTC", "ETH"]).str.starts_with("B").to_list())
"""


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="nothing is left out there")
def test_polars_works_without_its_docstrings() -> None:
    line = [sys.executable, "-c", UNDOCUMENTED]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "[None, 1, 3, 3] [True, None, False, True] [3, 2, 1, 3]",
        "[3, None, 1, 3]",
        "[True, False]",
    ]


ENVIRONMENT = """
import os
from tui import sparing
sparing.polars()
import polars
print(os.environ["_RJEM_MALLOC_CONF"])
"""


@pytest.mark.parametrize("own", ["", "tcache:true", "tcache:true,narenas:2"])
def test_the_words_of_a_parent_that_uses_polars_do_not_stand_and_those_of_a_person_do(
    own: str,
) -> None:
    words = own
    for _ in range(3):  # a child, its child, and the child of that
        env = {**os.environ, "_RJEM_MALLOC_CONF": words}
        done = subprocess.run(
            [sys.executable, "-c", ENVIRONMENT], capture_output=True, text=True, check=True, env=env
        )
        assert "onf" not in done.stderr  # a word that the allocator does not know
        words = done.stdout.strip()
        told = dict(word.split(":") for word in words.split(","))  # the last of several counts
        expected = dict(word.split(":") for word in (_ALLOCATOR + f",{own}").strip(",").split(","))
        assert told == expected


def test_polars_words_are_those_we_know() -> None:
    """A version that says others would have its own stand in a child of a child."""
    env = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
    line = "import os, polars; print(os.environ.get('_RJEM_MALLOC_CONF', ''))"
    done = subprocess.run(
        [sys.executable, "-c", line], capture_output=True, text=True, check=True, env=env
    )
    assert done.stdout.strip() in ("", _OF_POLARS, f"{_OF_POLARS},")
