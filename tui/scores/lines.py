"""The lines of the scorecard. Each reads one number of what its panel shows."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from tui.metrics import averages, depth, depth_past, gold, havens, options
from tui.metrics import supply as supply_metric
from tui.metrics.depth import MarketDepth
from tui.metrics.derivatives import of_all
from tui.metrics.memo import kept
from tui.metrics.percentile import Percentile
from tui.metrics.positioning import ratios, standing
from tui.metrics.series import closes, spot_symbol
from tui.metrics.supply import Place
from tui.scores.base import Line, Reading, Sight
from tui.tables import BANDS, Measure

YEAR = 365
MONTH = 30
MEAN = "365d"


def trend(seen: Sight) -> Reading:
    """The price against the mean of its last 365 daily closes, among the closes of a year against
    theirs; against 24 h before by the mean of then."""
    if seen.price is None:
        return Reading(reason=f"no live price of {seen.base}")
    as_of, candles = seen.snapshot.as_of, seen.snapshot.candles
    means = averages.line(candles, seen.base, MEAN, as_of).drop_nulls("mean")
    if means.is_empty():
        return Reading(ts=seen.price.ts, reason=f"fewer than {YEAR} daily closes")
    value = seen.price.price / means["mean"][-1] - 1
    then = means.filter(pl.col("ts") <= as_of - timedelta(hours=24))["mean"]
    was = seen.before / then[-1] - 1 if seen.before and then.len() else None
    past = (means["close"] / means["mean"] - 1).tail(YEAR).to_list()
    return Reading(value, seen.price.ts, _less(value, was), among(value, past))


def leverage(seen: Sight) -> Reading:
    """The change of open interest over 24 h, of the venues that have both."""
    row = of_all(seen.interest.open_interest, seen.base)
    if row is None:
        return Reading(reason=f"no open interest of {seen.base}")
    why = None if row.change_24h is not None else "no stored value so long before"
    return Reading(row.change_24h, row.ts, is_low=False, reason=why)


def funding(seen: Sight) -> Reading:
    """Funding per 8 h, weighted by open interest."""
    row = of_all(seen.interest.funding, seen.base)
    if row is None:
        return Reading(reason=f"no funding of {seen.base}")
    return Reading(row.rate_8h, row.ts, row.change_24h)


def positioning(seen: Sight) -> Reading:
    """The share of accounts that are long, at the first venue that tells; among its month."""
    frame, as_of = seen.snapshot.positioning, seen.snapshot.as_of
    rows = ratios(frame, as_of)
    found = (r for r in rows if (r.base, r.measure) == (seen.base, Measure.ACCOUNTS))
    one = next(found, None)
    if one is None:
        return Reading(reason=f"no ratio of {seen.base}")
    was = None if one.change_24h is None else one.ratio - one.change_24h
    change = None if was is None else one.long_share - was / (1 + was)
    place = standing(_accounts(frame, one.venue, seen.base), as_of, MONTH)
    return Reading(one.long_share, one.ts, change, place)


def spot_demand(seen: Sight) -> Reading:
    """What takers bought of spot over 24 h less what they sold, as a share of what they traded, of
    the venues heard for nearly all of it. The Coinbase premium would be of one minute, and of
    a venue that may be off."""
    made = seen.drivers.flows
    day = made.windows["24h"]
    if day.spot is None or not day.spot.volume_usd:
        heard = max(day.missing.values(), default=0.0)
        none = "nothing traded" if day.spot else f"no taker flow of {seen.base}"
        return Reading(reason=f"{heard:.0%} of 24 h heard" if heard else none)
    ts = min(seen.drivers.newest, made.end) if seen.drivers.newest else None
    return Reading(day.spot.net_usd / day.spot.volume_usd, ts)


def volatility(seen: Sight) -> Reading:
    """DVOL, a fraction a year, among the daily closes of one."""
    shot = seen.snapshot
    made = options.options(shot.volatility, shot.options, shot.as_of).coins
    coin = next((one for one in made if one.base == seen.base), None)
    if coin is None or coin.dvol is None:
        return Reading(reason=coin.reason if coin else f"no options of {seen.base}")
    place = Percentile(min(YEAR, coin.rank.n), YEAR, coin.rank.percentile)
    return Reading(coin.dvol, coin.dvol_ts, coin.dvol_change, place)


def liquidity(seen: Sight) -> Reading:
    """Bids and asks of the perpetuals of all venues in the widest band that each book reaches, at
    least that where a venue is missing; in the narrowest one, at least that, where none does. Its
    past is the same sum of the same venues."""
    shot, base = seen.snapshot, seen.base
    made = depth.depths(shot.depth, shot.as_of, len(seen.coins))
    perps = [one for one in made if (one.base, one.market) == (base, "perp")]
    whole = next((one for one in perps if one.venue == depth.ALL), None)
    if whole is None:
        return Reading(reason=f"no fresh perp book of {base}")
    band = _widest([one for one in perps if one.venue in whole.venues])
    value = whole.bids[band].usd + whole.asks[band].usd
    past = depth_past.sums(shot.depth, base, whole.venues, band, shot.as_of)
    place = past.standing(value, shot.as_of, band)
    was = past.at(shot.as_of - timedelta(hours=24))
    told = Percentile(place.have, depth_past.NEED, place.percentile)
    is_low = whole.bids[band].low or whole.asks[band].low
    what = f"perp bids + asks in {BANDS[band] * 100:g}%"
    return Reading(value, whole.ts, _less(value, was), told, is_low, what=what)


def _widest(books: Sequence[MarketDepth]) -> str:
    """The widest band that all of them tell whole, the narrowest where they tell none."""
    names = sorted(BANDS, key=lambda name: BANDS[name])
    reach = min(min(one.reach) for one in books if one.reach)
    return next((name for name in reversed(names) if reach >= BANDS[name]), names[0])


def supply(seen: Sight) -> Reading:
    """How far the nearest zone above the price is; against 24 h before by the zones of now."""
    found, base = seen.price, seen.base
    price, ts = (found.price, found.ts) if found else (None, None)
    hours = seen.snapshot.hours(base)
    made = supply_metric.supply(hours, base, price, ts)
    nearest = made.nearest(Place.ABOVE)
    if nearest is None:
        return Reading(ts=ts, reason=made.reason or "no zone above")
    before = supply_metric.supply(hours, base, seen.before, ts).nearest(Place.ABOVE)
    change = _less(nearest.distance, before.distance) if before else None
    return Reading(nearest.distance, ts, change)


def haven(seen: Sight) -> Reading:
    """One bitcoin in ounces of gold, among the common closes of a year."""
    shot = seen.snapshot
    made = havens.havens(shot.quotes, shot.candles, shot.as_of)
    if made.btc_in_ounces is None:
        return Reading(reason=made.reason or "no price of both")
    moved = made.ounces_change_24h
    was = None if moved is None else made.btc_in_ounces / (1 + moved)
    symbols = spot_symbol(shot.candles, "BTC"), gold.history(shot.candles, shot.as_of)
    daily = [closes(shot.candles, symbol or "", "1d", shot.as_of) for symbol in symbols]
    place = among(made.btc_in_ounces, _ounces(*daily))
    return Reading(made.btc_in_ounces, made.quoted_at, _less(made.btc_in_ounces, was), place)


def forced(seen: Sight) -> Reading:
    """What was liquidated in 24 h, in USD. It is as old as any feed was last heard: a quiet hour
    makes it no older."""
    total = seen.tape.windows["24h"]
    if not total.cover.share:
        return Reading(reason="nothing listened to")
    whole = total.cover.have >= timedelta(hours=24)
    why = None if whole else "the store is younger than 24 h"
    value = total.amount.total_usd if whole else None
    heard = seen.snapshot.coverage["until"].max()
    ts = heard if isinstance(heard, datetime) else None
    return Reading(value, ts, is_low=total.lower_bound, reason=why)


LINES: tuple[Line, ...] = (
    Line("trend", "moving_averages", "price to its 365d mean", "change", trend),
    Line("leverage", "long_short", "open interest over 24h", "change", leverage),
    Line("funding", "long_short", "per 8h, by open interest", "funding", funding),
    Line("positioning", "long_short", "accounts that are long", "share", positioning),
    Line("spot_demand", "drivers", "24h spot CVD ÷ volume", "change", spot_demand),
    Line("supply", "supply", "to the nearest zone above", "change", supply),
    Line("options", "options", "DVOL, implied volatility", "share", volatility),
    Line("haven", "safe_haven", "ounces of gold per BTC", "number", haven, is_of_all=True),
    Line("liquidity", "depth", "perp bids + asks", "usd", liquidity),
    Line("forced_flow", "liquidations", "liquidated in 24h", "usd", forced, is_of_all=True),
)
"""In the order of the argument: what the price does, who pushes it, what stands in its way."""


def among(value: float, past: Sequence[float], need: int = YEAR) -> Percentile:
    """Where a value stands among those of days."""
    have = min(need, len(past))
    if have < need:
        return Percentile(have, need, None)
    return Percentile(have, need, bisect_right(sorted(past), value) / len(past))


def _less(value: float, was: float | None) -> float | None:
    return None if was is None else value - was


@kept(4)
def _accounts(positioning: pl.DataFrame, venue: str, base: str) -> pl.DataFrame:
    same = (pl.col("venue") == venue) & (pl.col("base") == base)
    return positioning.filter(same & (pl.col("measure") == Measure.ACCOUNTS.value))


@kept(2)
def _ounces(bitcoin: pl.DataFrame, metal: pl.DataFrame) -> list[float]:
    """Bitcoin's daily closes in ounces, of the newest year of days that have both."""
    both = bitcoin.join(metal, on="ts", suffix="_gold").sort("ts")
    return (both["close"] / both["close_gold"]).tail(YEAR).to_list()
