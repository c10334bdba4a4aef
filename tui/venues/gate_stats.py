"""What Gate says was liquidated: its contract statistics, by which our tape of Gate is checked.

A row of futures/{settle}/contract_stats, of which the long and short USD are read (numbers come
as numbers or as text):

    {"time":1674057000,"lsr_taker":9.37,"lsr_account":3.28,"long_liq_size":0,"short_liq_size":0,
     "long_liq_amount":0,"short_liq_amount":0,"long_liq_usd":0,"short_liq_usd":0,
     "open_interest":2851725,"open_interest_usd":9872386.77,"mark_price":0.34619,
     "top_lsr_account":0,"top_lsr_size":0}

By Gate's documentation the USD are the *volume* of liquidations in the quote currency. Unverified:
that `time` is when the interval begins, how far back `from` reaches, and at which price the
volume is counted.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

from tui.venues.asked import readable
from tui.venues.base import Ask, moment

PAGE = 100
"""Rows in one answer, at most."""


class Contract(NamedTuple):
    """A contract that Gate keeps statistics of."""

    settle: str  # usdt or btc: a part of the address
    id: str
    symbol: str
    base: str


class Liquidated(NamedTuple):
    """What was liquidated of a contract in the interval that begins at `ts`, in USD."""

    ts: int  # ms UTC
    long_usd: float
    short_usd: float


def contracts(coins: Sequence[str]) -> tuple[Contract, ...]:
    """The perpetuals of the coins; only bitcoin has one that is settled in the coin itself."""
    linear = [Contract("usdt", f"{coin}_USDT", f"{coin}/USDT:USDT", coin) for coin in coins]
    inverse = [Contract("btc", "BTC_USD", "BTC/USD:BTC", "BTC")] if "BTC" in coins else []
    return (*linear, *inverse)


async def liquidated(ask: Ask, contract: Contract, start: int) -> list[Liquidated]:
    """The five-minute intervals from `start` (ms) on, at most `PAGE`, oldest first.

    Those that can't be read are left out; Unreadable when none can. Raises NotListed too.
    """
    params = {"settle": contract.settle, "contract": contract.id, "interval": "5m"}
    span = {"from": start // 1_000, "limit": PAGE}
    rows = await ask("publicFuturesGetSettleContractStats", params | span)
    return readable(rows, _liquidated, f"gate {contract.id} statistics")


def _liquidated(row: Mapping[str, Any]) -> Liquidated:
    ts = moment(int(row["time"]) * 1_000)
    return Liquidated(ts, _usd(row["long_liq_usd"]), _usd(row["short_liq_usd"]))


def _usd(text: Any) -> float:
    """A sum of dollars: finite, and zero in most intervals; else ValueError."""
    value = float(text)
    if not (isfinite(value) and value >= 0.0):
        raise ValueError(f"not a sum: {text!r}")
    return value
