"""How far a venue's rows can be trusted, as JSON: saturation, silence, sides, control total."""

from dataclasses import fields
from typing import Any

from tui.document.plain import told
from tui.metrics.control import VENUE as CONTROLLED
from tui.metrics.control import Compared, Controls
from tui.metrics.saturation import FULL, SAMPLED, Saturation
from tui.metrics.sides import LEAST, SideCheck
from tui.metrics.silence import Silence
from tui.metrics.trust import Trust
from tui.tables import WINDOWS


def trusted(trust: Trust, venue: str, gives: str) -> dict[str, Any]:
    """The keys of a venue: `saturation` of one that gives a sample, `control` of one that has its
    own totals; each an object, with `reason` where something in it is unknown."""
    made: dict[str, Any] = {
        "silent": _silent(trust.silences.get(venue)),
        "side_check": _sides(trust.sides.get(venue)),
    }
    if gives == SAMPLED:
        full = {window: trust.full(window).get(venue) for window in WINDOWS}
        made["saturation"] = {window: _full(one) for window, one in full.items()}
    if venue == CONTROLLED:
        made["control"] = _control(trust.controls)
    return made


def _full(one: Saturation | None) -> dict[str, Any]:
    """`hidden` rows were not sent, of which those pushed say nothing above 95 %."""
    if one is None:
        return told({"peak": None, "hidden": None}, "no whole minute recorded")
    names = ("peak", "symbol", "minute", "pushed", "hidden", "hidden_share", "minutes")
    why = f"a minute over {FULL:.0%} full" if one.hidden is None else "nothing pushed"
    return told({name: getattr(one, name) for name in names}, why)


def _silent(one: Silence | None) -> dict[str, Any]:
    if one is None:
        return told({"silent": None}, "not recorded now")
    names = [field.name for field in fields(one) if field.name not in ("venue", "reason")]
    return told({name: getattr(one, name) for name in names}, one.reason)


def _sides(check: SideCheck | None) -> dict[str, Any]:
    if check is None:
        return told({"doubted": None}, "no minute with a clear move")
    values = {"base": check.base, "agree": check.agree, "against": check.against}
    return told({"doubted": check.doubted, **values}, f"fewer than {LEAST} minutes")


def _control(controls: Controls) -> dict[str, Any]:
    if not controls:
        return told({"all": None}, "no control total stored")
    return {
        base: {span: _compared(one) for span, one in spans.items()}
        for base, spans in controls.items()
    }


def _compared(one: Compared) -> dict[str, Any]:
    """Ours and theirs in the intervals we listened to; `gate_only_usd` in the others."""
    values = {
        "ours_usd": one.ours_usd,
        "theirs_usd": one.theirs_usd,
        "intervals": one.intervals,
        "ratio": one.ratio,
        "alert": one.alert,
        "gate_only_usd": one.missed_usd,
        "gate_only_intervals": one.missed,
    }
    return told(values, "too little to compare")
