"""The state of the market as JSON: the word, the event under way, and the last one that is over."""

from typing import Any

from tui.document.plain import told
from tui.metrics.cascades.standing import BEHIND, Standing, Word
from tui.metrics.cascades.table import AFTER, Cascade
from tui.metrics.derivatives import Derivatives, of_all


def cascade(now: Standing, interest: Derivatives) -> dict[str, Any]:
    """`state` is null in a store too young, `unknown` while a feed is silent; the reason says so.
    `event` and `last` are absent where there is none."""
    word = None if now.word is Word.YOUNG else now.word.value
    fields: dict[str, Any] = {"state": word, "days": now.days}
    if now.event is not None:
        fields["event"] = _event(now, now.event, interest)
    if now.last is not None:
        fields["last"] = _past(now.last)
    if now.word is Word.UNKNOWN:
        return fields | {"reason": BEHIND if now.is_behind else f"{', '.join(now.silent)} silent"}
    return told(fields, now.lacking)


def last(now: Standing) -> dict[str, Any]:
    """The newest burst or cascade that is over, as the header says it: `usd` of its side alone."""
    one = now.last
    fields = {
        "kind": one and one.grade.word,
        "side": one and one.side.value,
        "usd": one and one.side_usd,
        "lower_bound": now.last_is_low if one else None,
        "until": one and one.until,
        "age_s": (now.as_of - one.until).total_seconds() if one else None,
    }
    return told(fields, now.lacking or "no burst or cascade is stored yet")


def _event(now: Standing, one: Cascade, interest: Derivatives) -> dict[str, Any]:
    """`times_normal` is of the last minute; `at_grade` are the numbers when it became as grave as
    it is."""
    step = one.steps[-1]
    opened = of_all(interest.open_interest, one.priced)
    fields = {
        **_named(one),
        "age_s": (now.as_of - one.since).total_seconds(),
        "times_normal": now.times.get("1m"),
        "oi_change_5m": opened.change_5m if opened else None,
        "at_grade": {
            "ts": step.ts,
            "times_normal": step.times,
            "side_share": step.share,
            "sigmas": step.sigmas,
        },
    }
    return told(fields, now.lacking_week or "not known")


def _past(one: Cascade) -> dict[str, Any]:
    fields = {
        **_named(one),
        "until": one.until,
        "duration_s": (one.until - one.since).total_seconds(),
        "long_usd": one.long_usd,
        "short_usd": one.short_usd,
        "peak": one.peak,
        "peak_usd": one.peak_usd,
        "times_normal": one.times,
        "move": one.move,
        "oi_change": one.interest,
        "saturation": one.saturation,
        **dict(zip(AFTER, one.after, strict=True)),
    }
    return told(fields, "not known, or not so long ago yet")


def _named(one: Cascade) -> dict[str, Any]:
    return {
        "since": one.since,
        "side": one.side.value,
        "grade": int(one.grade),
        "kind": one.grade.word,
        "base": one.priced,
        "coins": list(one.coins),
        "lead": one.lead,
    }
