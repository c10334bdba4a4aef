"""Prices, books, flow and positions, as the venues tell them; and series of the user's own."""

from datetime import timedelta

from tui.tables.table import BOOL, FLOAT, INT, TIME, WORD, Table

CANDLES = Table(
    "candles",
    {
        "ts": TIME,  # when the candle opens
        "venue": WORD,
        "symbol": WORD,  # unified: BTC/USDT, PAXG/USDT, XAU/USDT:USDT
        "base": WORD,  # BTC, PAXG, XAUT, XAU
        "interval": WORD,  # 1d or 1h
        "open": FLOAT,
        "high": FLOAT,
        "low": FLOAT,
        "close": FLOAT,
        "volume": FLOAT,  # coins
        "closed": BOOL,  # false for the candle that is still open
    },
    key=("venue", "symbol", "interval", "ts"),
)

QUOTES = Table(
    "quotes",
    {
        "ts": TIME,
        "received": TIME,
        "venue": WORD,
        "symbol": WORD,
        "base": WORD,
        "price": FLOAT,  # last trade
    },
    retention=timedelta(days=30),
)

DEPTH = Table(
    "depth",
    {
        "ts": TIME,  # of the book, as the venue says it; Binance spot says none: when it came
        "venue": WORD,
        "market": WORD,  # spot, or perp: the linear perpetual, both against USDT
        "base": WORD,
        "bid": FLOAT,  # the best prices
        "ask": FLOAT,
        # USD of the orders within 10, 50 and 100 basis points of the mid price, whole dollars
        "bid_10": FLOAT,
        "bid_50": FLOAT,
        "bid_100": FLOAT,
        "ask_10": FLOAT,
        "ask_50": FLOAT,
        "ask_100": FLOAT,
        # how far from the mid price the book that was received goes, as a fraction: a sum over a
        # wider band is a lower bound
        "bid_reach": FLOAT,
        "ask_reach": FLOAT,
        # what a market order of 1 or 10 million USD costs against the mid price, in whole USD;
        # null where the book received ends first
        "buy_1m": FLOAT,
        "sell_1m": FLOAT,
        "buy_10m": FLOAT,
        "sell_10m": FLOAT,
    },
    key=("venue", "market", "base", "ts"),
    # 52,000 rows and 8.4 MB a day (three venues, two markets, three coins, each 30 s): 260 MB in a
    # month, which is what a book is compared with; 400 days would be 3.4 GB.
    retention=timedelta(days=31),
)

FLOW = Table(
    "flow",
    {
        "ts": TIME,  # start of a minute that is over
        "venue": WORD,
        "stream": WORD,  # the socket it came over; klines
        "market": WORD,  # spot or perp
        "base": WORD,  # USDT too, of Coinbase: for its price in USD
        "buy_usd": FLOAT,  # what takers bought, of all pairs or perpetuals against a dollar
        "sell_usd": FLOAT,
        "trades": INT,
        "price": FLOAT,  # last trade of the minute in the first of them; null when it had none
        "cover": FLOAT,  # share of the minute that was listened to; the sums are of that
    },
    key=("venue", "stream", "market", "base", "ts"),
    retention=timedelta(days=30),
)

DERIVATIVES = Table(
    "derivatives",
    {
        "ts": TIME,
        "venue": WORD,
        "base": WORD,
        "open_interest_usd": FLOAT,  # one-sided; linear and inverse perpetuals together
        "funding_8h": FLOAT,  # fraction per 8 h, of the venue's largest perpetual of the base
        "mark": FLOAT,
        "index": FLOAT,
    },
    key=("venue", "base", "ts"),
    retention=timedelta(days=400),
)

POSITIONING = Table(
    "positioning",
    {
        "ts": TIME,
        "venue": WORD,
        "base": WORD,
        "measure": WORD,  # Measure
        "period": WORD,  # 5m or 1h
        "ratio": FLOAT,  # long / short (taker: buy / sell)
        "long_share": FLOAT,  # ratio / (1 + ratio)
    },
    key=("venue", "base", "measure", "period", "ts"),
    retention=timedelta(days=400),
)

SERIES = Table(
    "series",
    {
        "ts": TIME,  # the day a value is of, at midnight UTC
        "name": WORD,  # as the config calls it
        "value": FLOAT,
        "unit": WORD,  # what it is counted in, by the config's word; may be empty
        "kind": WORD,  # level: what there is; flow: what came and went that day
        "received": TIME,  # when it was first read
    },
    key=("name", "ts"),
)
