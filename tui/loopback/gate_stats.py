"""Gate's contract statistics over a scenario: the truth of every five minutes, published or not."""

from collections.abc import Iterable
from typing import Any

from tui.loopback.forced import Forced
from tui.loopback.path import MINUTE
from tui.loopback.wire import Query, Refusal, steps, whole
from tui.tables import Side

PERIODS = {"5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE, "1h": 60 * MINUTE}


def answer(truth: Iterable[Forced], query: Query, now: int) -> list[dict[str, Any]]:
    """Rows of contract_stats from `from` (s) on, `limit` of them, oldest first.

    `truth` are the forced orders of the contract that is asked for, in order of time.
    """
    period = PERIODS.get(query.get("interval", "5m"))
    if period is None:
        raise Refusal(400, {"label": "INVALID_PARAM_VALUE", "message": "invalid interval"})
    limit = min(whole(query, "limit", 30), 100)
    since = whole(query, "from", (now - limit * period) // 1_000) * 1_000
    starts = steps(period, since, now)[:limit]
    sums = {start: dict.fromkeys(Side, 0.0) for start in starts}
    for row in truth:
        if (place := sums.get(row.ts // period * period)) is not None and row.ts <= now:
            place[row.side] += row.usd
    return [_row(start, sums[start]) for start in starts]


def _row(start: int, usd: dict[Side, float]) -> dict[str, Any]:
    """With as much of it as anybody reads."""
    return {
        "time": start // 1_000,
        "long_liq_usd": round(usd[Side.LONG], 4),
        "short_liq_usd": round(usd[Side.SHORT], 4),
    }
