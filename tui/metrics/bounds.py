"""Why a total is a lower bound, in words short enough for a row of the screen."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from tui.metrics import spans
from tui.metrics.amounts import Amount
from tui.metrics.coverage import Cover
from tui.metrics.saturation import Saturation
from tui.metrics.trust import Trust
from tui.tables import WINDOWS

NOTICED = timedelta(seconds=1)
"""A shorter gap is not told: a heartbeat may come that much late, and no row is missing yet."""


TOLD_FROM = 0.05
"""A sampled venue's saturation is told from here on: below it hides less than 3 % of its rows."""

BELIEVED = Trust()
"""Nothing is held against any venue."""


def reasons(
    window: str,
    amount: Amount,
    cover: Cover,
    gives: Mapping[str, str],
    trust: Trust = BELIEVED,
) -> tuple[str, ...]:
    """Everything that keeps a total from being exact; empty when it is.

    In order: no feed at all, a young store, venues that are off, venues that are no longer wanted
    but have rows, gaps, topics missing, rows that could not be read, silent venues,
    venues that publish a sample, rows without a price.
    """
    return (*of_cover(window, cover, gives, trust), *unpriced(amount))


def of_cover(
    window: str, cover: Cover, gives: Mapping[str, str], trust: Trust = BELIEVED
) -> tuple[str, ...]:
    """The reasons that every amount of the window (its name) shares."""
    young, full = _young(WINDOWS[window], cover.have), trust.full(window)
    return (*young, *of_span(cover, gives, trust.silent, full))


def of_span(
    cover: Cover,
    gives: Mapping[str, str],
    silent: Collection[str] = (),
    full: Mapping[str, Saturation] = MappingProxyType({}),
) -> tuple[str, ...]:
    """The reasons that every amount of any span shares, however old the store is."""
    listening = [venue for venue, share in cover.venues.items() if share > 0]
    return (
        *(("no feed",) if cover.have and not (cover.venues or cover.unwanted) else ()),
        *(f"{venue} off" for venue in cover.venues if venue not in listening),
        *(f"{venue} not recorded now" for venue in cover.unwanted),
        *_gaps(cover, listening),
        *_unreadable(cover),
        *(f"{venue} silent" for venue in listening if venue in silent),
        *_sampled(listening, gives, full),
    )


def is_away(cover: Cover) -> bool:
    """Whether a venue was not listened to, or for a part alone: off, or a gap that is told."""
    listening = [venue for venue, share in cover.venues.items() if share > 0]
    return len(listening) < len(cover.venues) or any(_gaps(cover, listening))


def unpriced(amount: Amount) -> tuple[str, ...]:
    """The reason of the amount itself, if it has one."""
    count = amount.unpriced
    return (f"{count} {_rows(count)} without a price",) if count else ()


def _young(window: timedelta, have: timedelta) -> Iterable[str]:
    if window - have >= NOTICED:
        yield f"young store {spans.words(have)} of {spans.words(window)}"


def _gaps(cover: Cover, listening: list[str]) -> Iterable[str]:
    """Venues with the same gap share a word: most gaps are a recorder that was not running."""
    lengths: dict[str, dict[str, timedelta]] = {}
    for gap in cover.gaps:
        streams = lengths.setdefault(gap.venue, {})
        streams[gap.stream] = streams.get(gap.stream, timedelta()) + (gap.until - gap.since)
    gaps: dict[str, list[str]] = {}
    for venue in listening:
        longest = max(lengths.get(venue, {}).values(), default=timedelta())
        if longest >= NOTICED:
            gaps.setdefault(spans.words(longest), []).append(venue)
        elif venue not in lengths and cover.venues[venue] < 1:
            yield f"{venue} {int(100 * cover.venues[venue])}% of topics"
    yield from (f"gap {length} {', '.join(venues)}" for length, venues in gaps.items())


def _unreadable(cover: Cover) -> Iterable[str]:
    for venue, count in cover.unreadable.items():
        if venue in cover.venues:  # the cover may be cut to one venue
            yield f"{venue}: {count} {_rows(count)} unreadable"


def _sampled(
    listening: list[str], gives: Mapping[str, str], full: Mapping[str, Saturation]
) -> Iterable[str]:
    rates: dict[str, list[str]] = {}
    for venue in listening:
        rate = gives.get(venue, "?") + (_hides(full[venue]) if venue in full else "")
        rates.setdefault(rate, []).append(venue)
    for rate, venues in rates.items():
        if rate == "?":
            yield f"{', '.join(venues)} unknown share"
        elif rate != "all":
            yield f"{', '.join(venues)} sampled ({rate})"


def _hides(one: Saturation) -> str:
    """`, 62% full, ~310 hidden` of a venue whose sample leaves much out."""
    if one.peak < TOLD_FROM:
        return ""
    hidden = "hidden unknown" if one.hidden is None else f"~{one.hidden:.0f} hidden"
    return f", {int(100 * one.peak)}% full, {hidden}"


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
