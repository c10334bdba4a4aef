"""The scorecard as JSON: each line by its name."""

from collections.abc import Sequence
from typing import Any

from tui.document.plain import told
from tui.metrics.feeds import SILENT
from tui.metrics.spans import age_s
from tui.scores import Given, Percentile, Score, scorecard
from tui.snapshot import Snapshot


def scores(snapshot: Snapshot, coin: str, coins: Sequence[str], given: Given) -> dict[str, Any]:
    """Numbers, shares and changes in each line's own unit. Stale when nothing is newer than a
    minute."""
    record = scorecard(snapshot, coin, coins, given)
    age = age_s(snapshot.as_of, record.newest)
    fields = {
        "age_s": age,
        "stale": age is None or age > SILENT.total_seconds(),
        "base": coin,
        "lines": {one.line.name: _line(one, snapshot) for one in record.scores},
    }
    return told(fields, "no line has a number yet")


def _line(one: Score, snapshot: Snapshot) -> dict[str, Any]:
    reading = one.reading
    fields = {
        "panel": one.line.panel,
        "what": one.what,
        "value": reading.value,
        "percentile": one.standing.percentile,
        "have_days": one.standing.have,
        "need_days": one.standing.need,
        "change_24h": reading.change,
        "lower_bound": reading.is_low,
        "age_s": age_s(snapshot.as_of, reading.ts),
        "stale": one.stale,
    }
    return told(fields, reading.reason or _short(one.standing))


def _short(standing: Percentile) -> str:
    if standing.percentile is None:
        return f"{standing.have} of {standing.need} days"
    return "no stored value so long before"
