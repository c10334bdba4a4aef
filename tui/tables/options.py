"""What the options of a coin expect of it."""

from datetime import timedelta

from tui.tables.table import FLOAT, INT, TEXT, TIME, WORD, Table

VOLATILITY = Table(
    "volatility",
    {
        "ts": TIME,  # when the span was over: what it says is known from then on
        "venue": WORD,
        "base": WORD,
        "resolution": WORD,  # 1d, 1h or 1m
        "open": FLOAT,  # DVOL, expected for 30 days; a fraction a year: 0.394 where 39.4 is shown
        "high": FLOAT,
        "low": FLOAT,
        "close": FLOAT,
    },
    key=("venue", "base", "resolution", "ts"),
    retention=timedelta(days=400),
)

OPTIONS = Table(
    "options",
    {
        "ts": TIME,  # the venue's time of the book summary
        "venue": WORD,
        "base": WORD,
        "tenor": WORD,  # TENORS
        "atm_iv": FLOAT,  # implied volatility at the forward, a fraction a year
        "call25_iv": FLOAT,  # of the call with a forward delta of 0.25
        "put25_iv": FLOAT,  # of the put with −0.25
        "near": TIME,  # the expiries it lies between; the same one twice where it is one
        "far": TIME,
        "strikes": INT,  # used, of both
        "parity": FLOAT,  # coins; median |call − put − (1 − strike ÷ forward)| of the whole chain
        "iv_gap": FLOAT,  # median |own − the venue's volatility|; null where it tells none
        "reason": TEXT,  # null unless there is no such tenor
    },
    key=("venue", "base", "tenor", "ts"),
    retention=timedelta(days=400),
)
