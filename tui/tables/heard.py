"""Which streams were listened to, and what every collector was doing."""

from datetime import timedelta

from tui.tables.table import INT, TEXT, TIME, WORD, Table

LIVING = "living: "
"""Begins the reason of a connection that lives although some topics were refused."""

UNREADABLE = "unreadable: "
"""Begins the reason of a stretch (up to a minute) of rows that could not be read; then how many."""

BACKFILLED = "backfilled: "
"""Begins the reason of a stretch that was asked for after a gap; then how many rows it brought."""

COVERAGE = Table(
    "coverage",
    {
        "venue": WORD,
        "stream": WORD,  # usdm, coinm, linear, inverse, swap
        "conn": INT,  # below zero for a stretch of unreadable rows, which is no connection
        "since": TIME,  # first moment the subscription stood, or these numbers of topics did
        "until": TIME,  # moved every 5 s while the socket lives
        "wanted": INT,  # topics wanted
        "subscribed": INT,  # topics the venue confirmed
        "reason": TEXT,  # null or LIVING while it lives, UNREADABLE, BACKFILLED, else its end
    },
    key=("venue", "stream", "conn"),
    retention=timedelta(days=400),
    time="until",
)

HEALTH = Table(
    "health",
    {
        "ts": TIME,
        "collector": WORD,  # the name of a collector; store, alerts
        "venue": WORD,
        "stream": WORD,  # empty for pollers
        "state": WORD,  # State
        "attempts": INT,  # since the last data
        "reason": TEXT,  # null while live
    },
    retention=timedelta(days=30),
)
