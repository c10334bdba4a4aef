"""What keeps a process small: what is said before a library is loaded, and what is let go of while
it runs.

The first alone was 130 against 112 MB of a monitor at 1 Hz on a day of 25,000 liquidations, with
polars 2.1; what the second is, its functions say.
"""

import gc
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

_ALLOCATOR = "narenas:1,tcache:false,muzzy_decay_ms:0,dirty_decay_ms:2,background_thread:false"
"""In place of polars' own words: from one arena, past no cache of a thread, and back to the system
after 2 ms, not half a second and by a thread of its own. At once would save 0.5 MB and take 12 %
more of the time to the first frame: the day is read into pages that were just given back (side by
side, polars 1.33)."""

_VARIABLE = "_RJEM_MALLOC_CONF"
_OF_POLARS = "dirty_decay_ms:500,muzzy_decay_ms:-1"

_OPENSSL = ("ssl", "_hashlib")


def polars() -> None:
    """Load polars, when it is, with one thread: the frames are small, and a pool costs 6 MB and
    its wake-ups. Words of one's own in the environment stand: the last of several counts."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    # Polars puts its words into the environment; a child of a process that uses it has them too.
    own = os.environ.get(_VARIABLE, "").replace(_OF_POLARS, "").replace(_ALLOCATOR, "").split(",")
    os.environ[_VARIABLE] = ",".join((_ALLOCATOR, *filter(None, own)))


def one_heap() -> None:
    """Have all threads allocate in the one heap of the C library: one for the reading thread of a
    monitor would be 0.7 MB more, and a recorder has several threads. Where the library is another
    than glibc, nothing is changed."""
    _glibc("mallopt", _M_ARENA_MAX, 1)


def no_openssl() -> None:
    """Load no OpenSSL (4.5 MB, 10 ms) in a process without sockets: asyncio and hashlib, which
    would, do without where there is none."""
    for name in _OPENSSL:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def code_read() -> None:
    """Give up the pages of polars' code and constants that were read so far. Half of them only the
    start needed, 8 to 11 of 47 MB (polars 2.1), and 4 MB in each minute only its turn; what the
    next second needs is mapped again from the system's cache: 32 MB. Some 5 ms.

    Linux alone, and only of mappings in which the process has written nothing: their pages are
    those of the file. Anything else is left as it is, without a word, since nothing depends on it.
    """
    if sys.platform != "linux":
        return
    import ctypes  # polars has loaded it

    libc = ctypes.CDLL(None)
    dont_need = 4  # MADV_DONTNEED
    with suppress(OSError):
        for start, end in list(_untouched("polars", _smaps())):
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), dont_need)


def _smaps() -> str:
    # The name of a file that is mapped may be of any bytes.
    return Path("/proc/self/smaps").read_text(errors="surrogateescape")


def leftovers() -> None:
    """Forget what piles up from minute to minute.

    The pieces that Rich cut of its segments of text: it keeps 16,384 of them, and a screen that
    changes each second fills that in half an hour: 24 segments more a second, to 10 MB in the end,
    of texts that never come again. And the screens that were closed: they are cycles, and where
    garbage is seldom looked for, 60 opened and closed again were 5 MB.
    """
    from rich.segment import Segment  # Textual has loaded it

    Segment._split_cells.cache_clear()
    gc.collect()


TURNED = timedelta(seconds=20)
"""By then what a minute's turn brings is drawn: its last rows come a second late, what the pollers
ask for at the turn some seconds."""


def until_turned(now: datetime) -> timedelta:
    """How long it is until a minute's turn is over the next time."""
    minute = timedelta(minutes=1)
    return minute - (now - datetime.min.replace(tzinfo=now.tzinfo) - TURNED) % minute


def give_back() -> None:
    """Give the system the pages that lie empty in the heap of the C library, which keeps them:
    after a minute 1 MB of a monitor, in 0.3 ms."""
    _glibc("malloc_trim", 0)


_M_ARENA_MAX = -8  # malloc.h


def _glibc(name: str, *values: int) -> None:
    import ctypes  # polars loads it too

    with suppress(AttributeError, TypeError):  # no such function; no library of that kind
        getattr(ctypes.CDLL(None), name)(*values)


_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r-[x-])p [^/\n]*(.*)")


def _untouched(name: str, smaps: str) -> Iterator[tuple[int, int]]:
    """Start and end of the read-only mappings of files with `name` in their path, as
    `/proc/PID/smaps` tells them, that hold no page of the process's own."""
    for part in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", smaps):
        found = _MAPPING.match(part)
        if found and name in found[4] and re.search(r"^Anonymous: +0 kB$", part, re.MULTILINE):
            yield int(found[1], 16), int(found[2], 16)
