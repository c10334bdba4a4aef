"""DVOL, its rank and the tenors as JSON. Volatilities are fractions a year: 0.394 is 39.4 %."""

from typing import Any

from tui.document.off import is_late, lacking
from tui.document.plain import told
from tui.metrics.options import NEED, CoinOptions, Rank, TenorIv, options
from tui.metrics.spans import age_s
from tui.snapshot import Snapshot


def options_panel(snapshot: Snapshot) -> dict[str, Any]:
    """Every coin that has options; stale when DVOL or the chains are, unless they are off."""
    record = options(snapshot.volatility, snapshot.options, snapshot.as_of)
    fields = {
        "age_s": age_s(snapshot.as_of, record.seen),
        "stale": is_late(snapshot, "options", record.seen),
        "coins": {coin.base: _coin(coin) for coin in record.coins},
    }
    why = record.reason or "no DVOL or no chain yet"
    return told(fields, lacking(snapshot, "options are", ("volatility", "options"), why))


def _coin(coin: CoinOptions) -> dict[str, Any]:
    index = {"value": coin.dvol, "ts": coin.dvol_ts, "change_24h": coin.dvol_change}
    checks = {"ts": coin.polled, "parity": coin.parity, "iv_gap": coin.iv_gap}
    return {
        "dvol": told(index, coin.reason or "no stored DVOL so long before"),
        "rank": _rank(coin.rank),
        "tenors": {tenor.name: _tenor(tenor) for tenor in coin.tenors},
        "words": coin.words,
        "checks": told(checks, "the venue tells no volatility" if coin.polled else "no chain yet"),
    }


def _rank(rank: Rank) -> dict[str, Any]:
    fields = {
        "rank": rank.rank,
        "percentile": rank.percentile,
        "low": rank.low,
        "high": rank.high,
        "n": rank.n,
        "need": NEED,
    }
    return told(fields, rank.reason)


def _tenor(tenor: TenorIv) -> dict[str, Any]:
    fields = {
        "atm": tenor.atm,
        "call25": tenor.call25,
        "put25": tenor.put25,
        "risk_reversal": tenor.risk_reversal,
        "atm_change_24h": tenor.atm_change,
        "risk_reversal_change_24h": tenor.reversal_change,
        "near": tenor.near,
        "far": tenor.far,
        "strikes": tenor.strikes,
    }
    return told(fields, tenor.reason or "no chain stored so long before")
