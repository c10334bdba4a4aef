"""Bursts of liquidations as the events of the document tell them: their start, and their end.

Which one is the same: what is normal moves a little with the day, so that a first minute near the
bar may no longer count and the beginning moves on. One that begins before the known one's newest
moment and PAUSE belongs to it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tui.alerts import words
from tui.clock import milliseconds as ms
from tui.status import numbers as form

STARTS = {"burst": 1, "cascade": 2, "market_wide": 3}
"""Kinds of event that begin one, or are its worse grades."""
ENDS = ("burst_end", "cascade_end")
PAUSE_MS = 300_000
"""tui.metrics.bursts.PAUSE: two bursts are no closer."""
RULE = "burst"

Event = Mapping[str, Any]


class Burst(NamedTuple):
    """The burst under way: when it began, when it was last told of, and how bad it became (ms)."""

    since: int
    heard: int
    grade: int


class Told(NamedTuple):
    """A start, a worse grade, or (0) an end; `since` is the beginning of the burst (ms)."""

    since: int
    grade: int
    text: str


def known(document: Mapping[str, Any]) -> bool:
    """Whether the events could be made: without them nothing begins or ends."""
    return "events" in document["panels"].get("events", ())


def told(
    known: Burst | None, ended: int, document: Mapping[str, Any], now: int
) -> tuple[Burst | None, int, list[Told]]:
    """The burst now under way, until when (ms) ends were told, and what is new at `now`."""
    events = document["panels"]["events"]["events"]
    starts = [(at(one), one) for one in events if one["kind"] in STARTS]
    ends = [(at(one), one) for one in events if one["kind"] in ENDS]
    new: list[Told] = []
    if known is not None:
        over = min((end for end in ends if end[0] > known.since), default=None, key=_first)
        goes_on = any(ts > known.since - PAUSE_MS for ts, _ in starts)
        if over is not None or not goes_on:
            new += _over(known, over, now)
            ended = over[0] if over else max(ended, known.heard)
            known = None
    newest = max((ts for ts, _ in ends), default=0)
    live = [start for start in starts if start[0] >= max(newest, ended)]
    if not live:
        return known, ended, new
    worst = max(live, key=lambda start: STARTS[start[1]["kind"]])
    grade = STARTS[worst[1]["kind"]]
    if known is None or grade > known.grade:
        since = min(ts for ts, _ in live) if known is None else known.since
        new.append(Told(since, grade, _start(worst[1], document)))
        known = Burst(since, now, grade)
    return known._replace(heard=now), ended, new


def _over(known: Burst, end: tuple[int, Event] | None, now: int) -> list[Told]:
    """Its end; one that a normal minute outgrew has no numbers, and one that ended while nobody
    looked is not told of."""
    if end is not None:
        return [Told(known.since, 0, _end(end[1]))]
    if now - known.heard > PAUSE_MS:
        return []
    return [Told(known.since, 0, "burst end, no longer ten times a normal minute")]


def _first(end: tuple[int, Event]) -> int:
    return end[0]


def at(event: Event) -> int:
    """When an event was, in ms."""
    return ms(datetime.fromisoformat(event["ts"]))


def _start(event: Event, document: Mapping[str, Any]) -> str:
    times = event.get("times_normal")
    parts = [f"{event['kind'].replace('_', '-')} {event.get('side', '')}".strip()]
    parts += [f"×{times:.0f} normal"] if times is not None else []
    return words.safe(", ".join([*parts, *_minutes(document), *_price(document)]))


def _minutes(document: Mapping[str, Any]) -> Iterable[str]:
    """`5m ≥ $68.2M (98% long)`."""
    windows = document["panels"]["liquidations"].get("windows")  # none: it could not be made
    window = windows["5m"] if windows else {}
    if total := window.get("total_usd"):
        long = window["long_usd"] / total
        side = f"{form.share(max(long, 1 - long))} {'long' if long >= 0.5 else 'short'}"
        yield f"5m {_bound(window)}${words.usd(total)} ({side})"


def _price(document: Mapping[str, Any]) -> Iterable[str]:
    """`BTC -1.37% in 5m`."""
    header = document["header"]
    if header.get("change_5m") is not None:
        base = str(header["symbol"]).split("/")[0]
        yield f"{base} {form.change(header['change_5m'], 2)} in 5m"


def _bound(window: Mapping[str, Any]) -> str:
    return "≥ " if window["lower_bound"] else ""


def _end(event: Event) -> str:
    bound = "≥ " if event.get("lower_bound") else ""
    parts = [f"{event['kind'].replace('_', ' ')} {event.get('side', '')}".strip()]
    parts += [f"{bound}${words.usd(event['usd'])}"] if "usd" in event else []
    parts += [words.lasting(event["duration_s"])] if "duration_s" in event else []
    parts += [f"{event.get('base')} {form.change(event['move'], 2)}"] if "move" in event else []
    return words.safe(", ".join(parts))
