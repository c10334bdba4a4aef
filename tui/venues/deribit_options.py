"""What Deribit tells of options: the book summary of a coin's whole chain, and its index DVOL.

A row of public/get_book_summary_by_currency with `kind=option`, as ccxt's source shows one:

    {"mid_price":0.4075,"volume_usd":2836.83,"quote_currency":"BTC",
     "estimated_delivery_price":65479.26,"creation_timestamp":1711101594477,"base_currency":"BTC",
     "underlying_index":"BTC-28JUN24","underlying_price":68827.27,"volume":0.1,"interest_rate":0.0,
     "price_change":0.0,"open_interest":364.1,"ask_price":0.411,"bid_price":0.404,
     "instrument_name":"BTC-28JUN24-42000-C","mark_price":0.40752052,"last":0.423,"low":0.423,
     "high":0.423}

`mark_price` is in coins: a part of `underlying_price`, which is the forward of the expiry (where no
future expires then, Deribit makes one up: `SYN.BTC-…`). `mark_iv` in percent is documented for
options, and absent in that row and in recorded ones: it is only compared with. Options expire at
08:00 UTC. Unverified: that a coin without options of its own is answered with no rows.

A row of public/get_volatility_index_data is [time of its beginning, open, high, low, close]:

    {"data":[[1598019300000,0.210084879,0.212860821,0.210084879,0.212860821]],"continuation":null}

`continuation` is the `end_timestamp` to ask for next, null after the oldest rows. Unverified: the
unit (the documentation's sample is a fraction, DVOL itself is quoted in percent), so that a value
from 3 on is taken as percent; and how many rows come at once.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NamedTuple

from tui.clock import milliseconds
from tui.venues.asked import readable
from tui.venues.base import VENUE_ERRORS, Ask, moment, positive
from tui.venues.errors import Unreadable

COINS = ("BTC", "ETH")
"""The coins that have DVOL, and options settled in themselves."""

RESOLUTIONS = {"1m": ("60", 60_000), "1h": ("3600", 3_600_000), "1d": ("1D", 86_400_000)}
"""Our name of a span: the venue's, and its length in ms."""

PAGES = 10
"""Answers to one question at most: a `continuation` that never ends must not either."""

_NAME = re.compile(r"[A-Z]+-(\d{1,2})([A-Z]{3})(\d{2})-(\d+)-([CP])")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_PERCENT_FROM = 3.0


class Marked(NamedTuple):
    """The mark of one option."""

    expiry: int  # ms UTC
    strike: float  # USD
    is_call: bool
    mark: float  # coins; 0 far out
    forward: float  # USD
    mark_iv: float | None  # a fraction
    ts: int  # ms UTC, when the row was made


class Dvol(NamedTuple):
    """DVOL over one span, as fractions."""

    ts: int  # ms UTC, when it is over
    open: float
    high: float
    low: float
    close: float


async def chain(ask: Ask, coin: str) -> list[Marked]:
    """The marks of every option of a coin; those that can't be read are left out.

    Unreadable when none can, or when there is none. Raises RateLimited and Unanswered too.
    """
    params = {"currency": coin, "kind": "option"}
    answer = await ask("publicGetGetBookSummaryByCurrency", params)
    found = readable(_result(answer), _marked, f"deribit {coin} options")
    if not found:
        raise Unreadable(f"deribit lists no options of {coin}")
    return found


async def dvol(ask: Ask, coin: str, resolution: str, start: int, now: int) -> list[Dvol]:
    """DVOL in spans (a key of `RESOLUTIONS`) that begin from `start` (ms) on and are over at `now`,
    oldest first. Raises as `chain` does."""
    word, length = RESOLUTIONS[resolution]
    found: dict[int, Dvol] = {}
    end: int | None = now
    for _ in range(PAGES):
        params = {"currency": coin, "resolution": word}
        span = {"start_timestamp": start, "end_timestamp": end}
        answer = _result(await ask("publicGetGetVolatilityIndexData", params | span))
        if not isinstance(answer, Mapping):
            raise Unreadable(f"deribit {coin} DVOL: no rows in the answer")
        rows = readable(answer.get("data"), lambda row: _dvol(row, length), f"deribit {coin} DVOL")
        found |= {row.ts: row for row in rows}
        following = answer.get("continuation")
        if not rows or not isinstance(following, int) or not start <= following < (end or 0):
            break
        end = following
    return [found[ts] for ts in sorted(found) if start + length <= ts <= now]


def expires(day: str, month: str, year: str) -> int:
    """The expiry (ms) of `28JUN24`, in parts; ValueError when it is no date."""
    at = datetime(2000 + int(year), _MONTHS.index(month) + 1, int(day), 8, tzinfo=UTC)
    return milliseconds(at)


def _result(answer: Any) -> Any:
    try:
        return answer["result"]
    except VENUE_ERRORS as error:
        raise Unreadable(f"deribit: no result in the answer: {error!r}"[:120]) from error


def _marked(row: Mapping[str, Any]) -> Marked:
    named = _NAME.fullmatch(row["instrument_name"])
    if named is None:
        raise ValueError(f"no option: {row['instrument_name']!r}")
    day, month, year, strike, kind = named.groups()
    mark = float(row["mark_price"])
    if not 0.0 <= mark < 1e6:
        raise ValueError(f"no mark price: {mark}")
    told = row.get("mark_iv")
    return Marked(
        expires(day, month, year),
        positive(strike),
        kind == "C",
        mark,
        positive(row["underlying_price"]),
        float(told) / 100 if isinstance(told, (int, float)) and isfinite(told) else None,
        moment(row["creation_timestamp"]),
    )


def _dvol(row: Sequence[Any], length: int) -> Dvol:
    return Dvol(moment(row[0]) + length, *(_fraction(value) for value in row[1:5]))


def _fraction(value: Any) -> float:
    told = positive(value)
    return told / 100 if told >= _PERCENT_FROM else told
