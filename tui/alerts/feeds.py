"""Feeds that are lost, silent or back, from `health` of the document; several are told as one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tui.alerts import words

RULE = "feed"
_WELL = ("live", "starting", "off")
NAMED = 6
"""Feeds named one by one; the rest is counted."""

Row = Mapping[str, Any]


class Feed(NamedTuple):
    """A feed that does not deliver; `at_once` one that was silent for minutes before it was called
    so."""

    key: str
    name: str
    venue: str
    reason: str
    at_once: bool


def bad(document: Mapping[str, Any]) -> list[Feed]:
    """The feeds that are lost or silent now. Not the command of alerts: it would tell of itself."""
    return [_feed(row) for row in document["health"] if _is_bad(row)]


def _is_bad(row: Row) -> bool:
    if row["collector"] == "alerts" or row["state"] in ("starting", "off"):
        return False
    return bool(row["stale"]) or row["state"] not in _WELL


def _feed(row: Row) -> Feed:
    key = "/".join((row["collector"], row["venue"], row["stream"]))
    name = " ".join(filter(None, (row["venue"], row["stream"] or row["collector"])))
    silent = row["state"] == "silent"
    reason = row["reason"] or ""
    return Feed(key, name, row["venue"], reason, silent)


def well(document: Mapping[str, Any]) -> dict[str, Feed]:
    """The feeds that deliver now, by their keys."""
    rows = (row for row in document["health"] if row["state"] == "live" and not row["stale"])
    return {feed.key: feed for feed in map(_feed, rows)}


def starting(document: Mapping[str, Any]) -> set[str]:
    """The keys of the feeds of which nobody knows yet whether they deliver."""
    return {_feed(row).key for row in document["health"] if row["state"] == "starting"}


def back(feeds: Sequence[tuple[Feed, int]], wanted: Mapping[str, int]) -> str:
    """`okx back after 2m10s`: the longest that one of them (ms) was away; `wanted` as of `text`."""
    span = words.lasting(max(ms for _, ms in feeds) / 1000)
    return words.safe(f"{_names([feed for feed, _ in feeds], wanted)} back after {span}")


def text(lost: Sequence[tuple[Feed, int]], wanted: Mapping[str, int]) -> str:
    """`okx lost for 60s: ping timeout`; each feed with how long (ms) it is so. `wanted` says how
    many feeds of each venue there are: one that lost them all is named alone."""
    word = "silent" if all(feed.at_once for feed, _ in lost) else "lost"
    reasons = list(dict.fromkeys(feed.reason for feed, _ in lost if feed.reason not in ("", word)))
    span = f" for {words.lasting(max(ms for _, ms in lost) / 1000)}" if word == "lost" else ""
    why = f": {reasons[0]}" if reasons else ""
    more = f" (+{len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return words.safe(f"{_names([feed for feed, _ in lost], wanted)} {word}{span}{why}{more}")


def _names(feeds: Sequence[Feed], wanted: Mapping[str, int]) -> str:
    names = list(dict.fromkeys(_named(feeds, wanted)))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _named(feeds: Sequence[Feed], wanted: Mapping[str, int]) -> Iterable[str]:
    for feed in feeds:
        whole = sum(other.venue == feed.venue for other in feeds) == wanted.get(feed.venue)
        yield feed.venue if whole and feed.venue else feed.name


def of_venues(document: Mapping[str, Any]) -> dict[str, int]:
    """How many feeds of each venue there are, those switched off left out."""
    counted: dict[str, int] = {}
    for row in document["health"]:
        if row["state"] != "off":
            counted[row["venue"]] = counted.get(row["venue"], 0) + 1
    return counted
