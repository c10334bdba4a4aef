"""What keeps a process small must change nothing else."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from mmap import mmap
from pathlib import Path

import pytest
from rich.segment import Segment

from tui.sparing import (
    _ALLOCATOR,
    _OF_POLARS,
    _glibc,
    _untouched,
    code_read,
    leftovers,
    until_turned,
)

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
sparing.code_read()
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


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_a_mapped_file_may_have_a_name_of_any_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/J\xf6rg"
    with open(path, "w+b") as file:
        file.write(b"0" * 4096)
        file.flush()
        with mmap(file.fileno(), 4096):
            code_read()


def test_pieces_of_text_are_forgotten() -> None:
    Segment("≥ 12.4M −3 %").split_cells(4)
    assert Segment._split_cells.cache_info().currsize
    leftovers()
    assert not Segment._split_cells.cache_info().currsize


@pytest.mark.parametrize(
    ("second", "left"), [(0, 20), (19.5, 0.5), (20, 60), (20.25, 59.75), (59, 21)]
)
def test_a_turn_is_over_twenty_seconds_into_each_minute(second: float, left: float) -> None:
    now = datetime(2026, 1, 20, 14, 3, tzinfo=UTC) + timedelta(seconds=second)
    assert until_turned(now) == timedelta(seconds=left)


HEAPS = """
import ctypes, sys, threading
from tui import sparing
if sys.argv[1] == "one":
    sparing.one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
found = []
def allocate():
    # A heap of a thread's own begins at a multiple of 64 MB; the first is where brk() says.
    found.append(libc.malloc(1000) >> 26)
both = [threading.Thread(target=allocate) for _ in range(2)]
for thread in both:
    thread.start()
for thread in both:
    thread.join()
print(libc.malloc(1000) >> 26 in found)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
@pytest.mark.parametrize(("heaps", "same"), [("one", "True"), ("many", "False")])
def test_threads_allocate_in_one_heap_when_it_is_said(heaps: str, same: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HEAPS, heaps], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == same


def test_a_library_without_such_a_function_is_left_alone() -> None:
    _glibc("no_such_function", 1)


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
