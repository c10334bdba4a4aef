"""Liquidations one by one and by the minute, and how much of them a venue leaves out."""

from datetime import timedelta

from tui.tables.table import FLOAT, INT, TEXT, TIME, WORD, Table

LIQUIDATIONS = Table(
    "liquidations",
    {
        "ts": TIME,  # when the venue says it happened
        "received": TIME,  # when the message reached us
        "venue": WORD,
        "symbol": WORD,  # unified, or the venue's own id when the market is unknown
        "base": WORD,  # without multiplier: 1000PEPE is PEPE
        "class": WORD,  # Class
        "side": WORD,  # Side
        "qty": FLOAT,  # coins; null when the market is unknown
        "price": FLOAT,
        "price_kind": WORD,  # fill_avg, order_limit, bankruptcy
        "usd": FLOAT,  # null when it can't be known: counted as unpriced
        "source": WORD,  # stream or backfill
        "conn": INT,  # numbers the connection
        "n": INT,  # occurrence of an equal row within its message, from 0
        "raw": TEXT,  # the venue's row as JSON; read only on demand
    },
    retention=timedelta(days=400),
)

LIQUIDATION_MINUTES = Table(
    "liquidation_minutes",
    {
        "minute": TIME,  # start of the minute of `ts`
        "venue": WORD,
        "base": WORD,
        "class": WORD,
        "side": WORD,
        "usd": FLOAT,  # sum of the priced rows
        "count": INT,  # all rows, unpriced ones included
        "unpriced": INT,  # rows whose usd is null
        "largest": FLOAT,  # largest single usd, null when all are unpriced
    },
    key=("minute", "venue", "base", "class", "side"),
    retention=timedelta(days=400),
    time="minute",
)

SATURATION = Table(
    "saturation",
    {
        "minute": TIME,  # start of a minute that is over
        "venue": WORD,  # one that publishes at most one row a second and symbol
        "saturation": FLOAT,  # share of seconds with a push, of its fullest symbol
        "symbol": WORD,  # that symbol; null when nothing was pushed
        "pushed": INT,  # rows of all symbols
        "hidden": FLOAT,  # estimated rows that were not pushed; null when over 95 % full
    },
    key=("minute", "venue"),
    retention=timedelta(days=400),
    time="minute",
)

CONTROL = Table(
    "control",
    {
        "ts": TIME,  # start of the interval
        "venue": WORD,
        "base": WORD,
        "symbol": WORD,  # the contract it is of, unified
        "period": WORD,  # 5m
        "long_usd": FLOAT,  # what the exchange says was liquidated in it
        "short_usd": FLOAT,
    },
    key=("venue", "symbol", "period", "ts"),
    retention=timedelta(days=400),
)
