"""Long/short, averages and safe haven as JSON. Each has its age and whether it is stale."""

from collections.abc import Sequence
from typing import Any

from tui.document.off import is_late, lacking
from tui.document.plain import told
from tui.metrics.averages import Average, averages
from tui.metrics.derivatives import ALL, Derivatives, Funding, OpenInterest
from tui.metrics.havens import LENGTHS, Correlation, Havens, flight_lacks, havens
from tui.metrics.other_havens import HAVENS, OtherHaven, other_havens
from tui.metrics.positioning import Ratio, ratios
from tui.metrics.prices import Price
from tui.metrics.spans import age_s
from tui.snapshot import Snapshot


def long_short(snapshot: Snapshot, interest: Derivatives) -> dict[str, Any]:
    """Ratios, open interest and funding per venue, and `all` for what is summed over venues."""
    crowd = ratios(snapshot.positioning, snapshot.as_of)
    told_of = [row.ts for row in interest.open_interest if row.venue != ALL]
    polled = {"derivatives": told_of, "positioning": [row.ts for row in crowd]}
    newest = {name: max(times, default=None) for name, times in polled.items()}
    ages = [ts for ts in newest.values() if ts is not None]
    fields = {
        "age_s": age_s(snapshot.as_of, max(ages, default=None)),
        "stale": any(is_late(snapshot, name, ts) for name, ts in newest.items()),
        "rows": [_ratio(row) for row in crowd],
        "open_interest": [_summed(row, _picked(row, _INTEREST)) for row in interest.open_interest],
        "funding": [_summed(row, _picked(row, _FUNDING)) for row in interest.funding],
    }
    why = "no ratio and no open interest stored"
    return told(fields, lacking(snapshot, "ratios and open interest are", tuple(polled), why))


_RATIO = ("venue", "base", "measure", "ratio", "long_share", "ts")
_INTEREST = ("venue", "base", "usd", "change_5m", "change_15m", "change_24h", "ts")
_FUNDING = ("venue", "base", "rate_8h", "ts")


def _picked(row: object, names: Sequence[str]) -> dict[str, Any]:
    """Fields of a record under their own names."""
    return {name: getattr(row, name) for name in names}


_PRICES = "prices are"


def _ratio(row: Ratio) -> dict[str, Any]:
    """`change_24h` is a fraction of the ratio then, where the screen has points of the ratio."""
    made = _changed(_picked(row, _RATIO) | {"change_24h": row.moved_24h})
    return made | {"reason": "0 a day before"} if row.change_24h == row.ratio else made


def moving_averages(snapshot: Snapshot, coin: str, found: Price | None) -> dict[str, Any]:
    """Price against its averages. Stale when the quote is, or a daily close of the coin lacks."""
    price, ts = (found.price, found.ts) if found else (None, None)
    record = averages(snapshot.candles, coin, price, ts, snapshot.as_of)
    fields = {
        "age_s": age_s(snapshot.as_of, ts),
        "stale": is_late(snapshot, "quotes", ts) or is_late(snapshot, "candles", record.closed_at),
        "symbol": record.symbol or (found and found.symbol),
        "price": price,
        "averages": {line.name: _average(line, price) for line in record.lines},
        "round_levels": told(
            {"above": record.round_above, "below": record.round_below}, record.reason
        ),
    }
    return told(fields, lacking(snapshot, _PRICES, ("quotes",), record.reason or "unknown"))


def safe_haven(snapshot: Snapshot) -> dict[str, Any]:
    """Bitcoin against gold. Stale when the quote of either is."""
    record = havens(snapshot.quotes, snapshot.candles, snapshot.as_of)
    short = record.reason or "no stored price so long before"
    lacks = flight_lacks(record)
    fields = {
        "age_s": age_s(snapshot.as_of, record.quoted_at),
        "stale": is_late(snapshot, "quotes", record.quoted_at),
        "gold": _gold(record),
        "returns": {name: told(dict(spans), short) for name, spans in record.returns.items()},
        "btc_in_ounces": record.btc_in_ounces,
        "correlation": {str(n): _correlation(of) for n, of in record.correlations.items()},
        "flight": record.flight,
        "sigma_7d": told(dict(record.sigma_7d), lacks),
        "others": _others(snapshot),
    }
    return told(fields, lacking(snapshot, _PRICES, ("quotes",), lacks))


def _others(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Silver and shares beside gold: a row each, with the market that stands for it."""
    found = other_havens(snapshot.quotes, snapshot.candles, snapshot.as_of, ())
    known = {one.name: one for one in found}
    return [_other(name, known.get(name)) for name in HAVENS]


def _other(name: str, one: OtherHaven | None) -> dict[str, Any]:
    live = one is not None and one.is_live
    fields = {
        "name": name,
        "base": one and one.base,
        "venue": one and one.venue,
        "symbol": one and one.symbol,
        "price": one and one.price,
        "age_s": one.age.total_seconds() if one and one.age is not None else None,
        "stale": not live,
        "since": one and one.since,
        "returns": told(
            dict(one.returns if one else dict.fromkeys(LENGTHS)),
            "no stored price so long before" if live else "no live price",
        ),
    }
    why = "no venue lists it, or none was heard"
    if one is not None:
        why = "no quote of it" if one.price is None else "no daily close of it is stored"
    return told(fields, why)


def _changed(fields: dict[str, Any]) -> dict[str, Any]:
    return told(fields, "no stored value so long before")


def _summed(row: OpenInterest | Funding, fields: dict[str, Any]) -> dict[str, Any]:
    """A row of `all` says which venues are in it, and under `reason` which are not."""
    made = _changed(fields)
    if row.venue != ALL:
        return made
    made |= {"venues": row.venues}
    if not row.missing:
        return made
    why = f"without {', '.join(row.missing)} (no fresh value)"
    return made | {"reason": ", ".join(filter(None, (why, made.get("reason"))))}


def _average(line: Average, price: float | None) -> dict[str, Any]:
    fields = {
        "value": line.value,
        "distance": line.distance,
        "state": line.state,
        "closes_since_cross": line.closes_since_cross,
        "at_least": line.at_least,
        "slope_per_day": line.slope,
        "mean_14d_to_turn": line.turn_mean,
        "have": line.have,
        "need": line.need,
    }
    if line.value is None:
        unit = "weeks" if line.name.endswith("w") else "days"
        return told(fields, f"{line.have} of {line.need} {unit}")
    return told(fields, "no live price" if price is None else "one close more for the slope")


def _gold(record: Havens) -> dict[str, Any]:
    fields = {
        "quote": record.gold_quote,
        "history": record.gold_history,
        "price": record.gold_price,
    }
    return told(fields, record.reason)


def _correlation(of: Correlation) -> dict[str, Any]:
    fields = {"r": of.r, "n": of.n, "significant": of.significant}
    return told(fields, f"{of.n} of {of.need} common sessions" if of.n < of.need else "no movement")
