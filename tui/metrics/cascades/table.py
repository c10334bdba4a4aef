"""Events as rows of CASCADES; and what was known of those rows at a moment."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from tui.metrics.cascades.event import Event
from tui.metrics.cascades.rule import BUCKET_MS, END_MS, LONGEST_MS, Grade
from tui.metrics.derivatives import changes
from tui.metrics.memo import kept
from tui.metrics.spans import MINUTE_MS, moment, ms
from tui.tables import CASCADES, Side

AFTER = {
    "after_15m": timedelta(minutes=15),
    "after_1h": timedelta(hours=1),
    "after_4h": timedelta(hours=4),
}
"""How long after its end the price is looked at again, by column."""
_END = timedelta(milliseconds=END_MS)


@dataclass(frozen=True)
class Step:
    """It began or became worse: known at `ts`, with the minute until then ÷ a normal one, the
    share of its side and the move in σ."""

    ts: datetime
    grade: Grade
    times: float
    share: float
    sigmas: float


@dataclass(frozen=True)
class Cascade:
    """A row of CASCADES as it was known at a moment: its amounts are None while it runs, when
    `until` is that moment. `base` None is all coins. Fractions and USD; `after` by the column."""

    since: datetime
    base: str | None
    side: Side
    until: datetime
    ended: datetime | None
    steps: tuple[Step, ...]
    coins: tuple[str, ...]
    priced: str
    lead: str | None
    sigma: float
    normal: float
    long_usd: float | None = None
    short_usd: float | None = None
    peak: datetime | None = None
    peak_usd: float | None = None
    times: float | None = None
    move: float | None = None
    interest: float | None = None
    saturation: float | None = None
    after: tuple[float | None, ...] = (None, None, None)

    @property
    def grade(self) -> Grade:
        """How bad it was by then."""
        return self.steps[-1].grade

    @property
    def known(self) -> datetime:
        """When it was known to have begun."""
        return self.steps[0].ts

    @property
    def side_usd(self) -> float | None:
        """Of its side alone."""
        return self.long_usd if self.side is Side.LONG else self.short_usd

    @property
    def followers(self) -> tuple[str, ...]:
        """The coins in it besides the one that began it, in the order they came."""
        return tuple(coin for coin in self.coins if coin != self.priced)


def row(event: Event, derivatives: pl.DataFrame, saturation: pl.DataFrame) -> dict[str, Any]:
    """A row of CASCADES, from the rows of the other two tables around it; without what the hours
    after it bring."""
    since, until = moment(event.since), moment(event.until)
    return {
        "since": since,
        "base": event.base,
        "side": event.side.value,
        "until": until,
        "ended": None if event.ended is None else moment(event.ended),
        "grade": int(event.grade),
        "long_usd": event.long_usd,
        "short_usd": event.short_usd,
        "peak": moment(event.peak),
        "peak_usd": event.peak_usd,
        "times": event.times,
        "priced": event.priced,
        "price": event.price,
        "move": event.move,
        "interest": changes(derivatives, until, until - since).get(event.priced),
        "lead": event.lead,
        "saturation": _fullest(saturation, event.since, event.until),
        **dict.fromkeys(AFTER),
        "steps": json.dumps([list(step) for step in event.steps]),
        "coins": json.dumps(event.coins) if not event.base else None,
        "sigma": event.sigma,
        "normal": event.normal * MINUTE_MS / BUCKET_MS,
    }


def _fullest(saturation: pl.DataFrame, since: int, until: int) -> float | None:
    """The highest of the minutes it reaches into."""
    first = since - since % MINUTE_MS
    minutes = saturation["minute"].to_physical()
    found = saturation.filter((minutes >= first) & (minutes < until))["saturation"].max()
    return found if isinstance(found, float) else None


def returned(
    known: pl.DataFrame, price: Callable[[str, datetime], float | None], now: datetime
) -> pl.DataFrame:
    """The rows of CASCADES among `known` to which the price 15 min, 1 h or 4 h after their end adds
    what it returned; `price` gives that of a coin at a moment."""
    made: list[dict[str, Any]] = []
    for one in known.filter(pl.col("ended").is_not_null()).iter_rows(named=True):
        new = {
            name: found / one["price"] - 1
            for name, span in AFTER.items()
            if one[name] is None and one["until"] + span <= now and one["price"]
            if (found := price(one["priced"], one["until"] + span))
        }
        if new:
            made.append(one | new)
    return pl.DataFrame(made, schema=CASCADES.schema)


def closed(known: pl.DataFrame, followed: Collection[tuple[int, str, str]]) -> pl.DataFrame:
    """The rows of CASCADES among `known` that have no end and are not `followed` (by since in ms,
    base and side), with the end they would have had: END_MS after their last bucket."""
    made = [
        one | {"ended": one["until"] + _END}
        for one in known.filter(pl.col("ended").is_null()).iter_rows(named=True)
        if (ms(one["since"]), one["base"], one["side"]) not in followed
    ]
    return pl.DataFrame(made, schema=CASCADES.schema)


def as_of(frame: pl.DataFrame, now: datetime) -> tuple[Cascade, ...]:
    """The events that were known at a moment, oldest first, as they were known then."""
    if frame.is_empty():
        return ()
    # Of 500 events all but the newest are what they will be: 0.1 ms instead of 5.
    made = (one if settled <= now else _then(row, now) for settled, one, row in _settled(frame))
    return tuple(one for one in made if one is not None)


_Settled = tuple[datetime, Cascade | None, Mapping[str, Any]]
"""From when on nothing more becomes known of an event, what it is then, and its row."""


@kept(4)
def _settled(frame: pl.DataFrame) -> list[_Settled]:
    longest = max(AFTER.values())
    never = datetime.max.replace(tzinfo=UTC)
    made: list[_Settled] = []
    for row in frame.sort("since", maintain_order=True).iter_rows(named=True):
        is_over = row["ended"] is not None
        settled = max(row["ended"], row["until"] + longest) if is_over else never
        told = row if is_over else row | {"ended": _at_most(row)}
        made.append((settled, _then(row, settled) if is_over else None, told))
    return made


def _at_most(row: Mapping[str, Any]) -> datetime:
    """When an event is over though nobody says so, as after the recorder's end: it lasts LONGEST_MS
    at most; that of all coins, in which one follows another, while its last bucket is new."""
    longest = row["since"] + timedelta(milliseconds=LONGEST_MS)
    latest: datetime = max(longest, row["until"] + _END) + _END
    return latest


def _then(row: Mapping[str, Any], now: datetime) -> Cascade | None:
    end = ms(now)
    steps = tuple(
        Step(moment(at), Grade(grade), *numbers)
        for at, grade, *numbers in json.loads(row["steps"])
        if at <= end
    )
    if not steps:
        return None
    coins = json.loads(row["coins"]) if row["coins"] else {row["base"]: 0}
    is_over = row["ended"] is not None and row["ended"] <= now
    amounts = ("long_usd", "short_usd", "peak", "peak_usd", "times", "move", "interest")
    return Cascade(
        since=row["since"],
        base=row["base"] or None,
        side=Side(row["side"]),
        until=row["until"] if is_over else now,
        ended=row["ended"] if is_over else None,
        steps=steps,
        coins=tuple(coin for coin, at in sorted(coins.items(), key=_joined) if at <= end),
        priced=row["priced"],
        lead=row["lead"],
        sigma=row["sigma"],
        normal=row["normal"],
        **({name: row[name] for name in (*amounts, "saturation")} if is_over else {}),
        after=tuple(
            row[name] if row["until"] + span <= now else None for name, span in AFTER.items()
        ),
    )


def _joined(coin: tuple[str, int]) -> tuple[int, str]:
    return coin[1], coin[0]
