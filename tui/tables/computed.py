"""What the recorder computes of the other tables."""

from datetime import timedelta

from tui.tables.table import BOOL, FLOAT, INT, TEXT, TIME, WORD, Table

NORMALS = Table(
    "normals",
    {
        "hour": TIME,  # start of an hour that is over
        "venue": WORD,
        "base": WORD,  # empty for all crypto coins together
        "usd": FLOAT,  # of both sides, streamed in time, outside events
        "normal_s": FLOAT,  # seconds listened to outside events; null but for all coins
        "listened_s": FLOAT,  # seconds listened to; null but for all coins
        "sizes": TEXT,  # buckets that are not empty by size, `step:count`; null for all coins
    },
    key=("hour", "venue", "base"),
    retention=timedelta(days=30),
    time="hour",
)

CASCADES = Table(
    "cascades",
    {
        "since": TIME,  # where it began
        "base": WORD,  # empty for all crypto coins together
        "side": WORD,  # Side
        "until": TIME,  # end of its last bucket above twice the normal one, so far
        "ended": TIME,  # when it was known to be over; null while it runs
        "grade": INT,  # 1 burst, 2 cascade, 3 market-wide
        "long_usd": FLOAT,  # published from since to until by venues listened to
        "short_usd": FLOAT,
        "peak": TIME,  # start of its fullest minute
        "peak_usd": FLOAT,  # of that, both sides
        "times": FLOAT,  # that ÷ a normal minute
        "priced": TEXT,  # the coin whose price and open interest are told
        "price": FLOAT,  # at until
        "move": FLOAT,  # of the price from since to until, a fraction
        "interest": FLOAT,  # change of open interest from since to until; null where unknown
        "lead": TEXT,  # the venue that came first to a normal bucket; null where none did
        "saturation": FLOAT,  # the highest of a minute of it on any sampled venue
        "after_15m": FLOAT,  # the price's return from until; null while it is not so long ago
        "after_1h": FLOAT,
        "after_4h": FLOAT,
        "steps": TEXT,  # JSON: [[ts, grade, times normal, share of the side, move in sigma], …]
        "coins": TEXT,  # JSON: {coin: since when in it}; null for a single coin
        "sigma": FLOAT,  # of the priced coin's return over a minute, when it began
        "normal": FLOAT,  # USD of a normal minute then
    },
    key=("since", "base", "side"),
    retention=timedelta(days=400),
    time="since",
)

SCORES = Table(
    "scores",
    {
        "ts": TIME,  # the hour in whose beginning it was noted
        "base": WORD,  # empty: of all coins
        "name": WORD,  # of a line of the scorecard (tui.scores)
        "value": FLOAT,  # in the line's own unit
    },
    key=("base", "name", "ts"),
    retention=timedelta(days=400),
)

ALERTS = Table(
    "alerts",
    {
        "ts": TIME,  # when it was told
        "rule": TEXT,  # burst, feed, or the name of a rule of the config
        "event": TIME,  # when what it tells of began
        "grade": INT,  # 1 at its start, more when it grew worse, 0 at its end
        "text": TEXT,  # what a person reads, with the numbers; ASCII minus
        "value": FLOAT,  # the number of the rule; null where it is not one
        "bell": BOOL,  # whether it was to be heard: at most once a minute, not in quiet hours
        "quiet": BOOL,  # told in quiet hours: neither bell nor command
    },
    key=("rule", "event", "grade"),
    retention=timedelta(days=400),
)
