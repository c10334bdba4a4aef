"""What keeps a process small. All of it is read at an import, and must be said before that.

Measured on a day of 25,000 liquidations, the monitor at 1 Hz: 130 MB without, 112 MB with.
"""

import os
import sys

_ALLOCATOR = "narenas:1,tcache:false,muzzy_decay_ms:0"
"""Added to polars' own words (memory is given up after 0.5 s): from one arena, past no cache of a
thread, and really back to the system. 8 MB less for no more CPU; at once would take a fifth."""

_OPENSSL = ("ssl", "_hashlib")


def polars() -> None:
    """Load polars, when it is, with one thread: the frames are small, and a pool costs 6 MB and
    its wake-ups. Words of one's own in the environment stand."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    os.environ.setdefault("_RJEM_MALLOC_CONF", _ALLOCATOR)


def no_openssl() -> None:
    """Load no OpenSSL (4.5 MB, 10 ms) in a process without sockets: asyncio and hashlib, which
    would, do without where there is none."""
    for name in _OPENSSL:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
