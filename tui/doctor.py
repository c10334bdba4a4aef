"""`liqtop doctor`: paths, terminal, recorder, feeds and clock, and what to do about each.

It asks the store, not the network: what the recorder saw last is what is wrong with it.
"""

import argparse
import locale
import math
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tui import __version__, background, clock, flags, remembered
from tui.alerts.listing import command, described
from tui.config import Settings, venue_names
from tui.errors import LiqtopError
from tui.layouts import named
from tui.lock import holder
from tui.metrics.feeds import ALERTS
from tui.oneshot import opened
from tui.series import Series
from tui.snapshot import Snapshot, take
from tui.store import Reader, store_path
from tui.tables import HEALTH, QUOTES, State
from tui.values import SMALLEST, without_password


class Finding(NamedTuple):
    """One line: what was looked at, what it is, and what to do (None: nothing)."""

    what: str
    found: str
    do: str | None = None


def doctor(args: argparse.Namespace) -> int:
    """Print every finding; 1 when there is something to do."""
    settings = flags.settings(args)
    findings = [
        *_paths(settings),
        *_terminal(),
        *_recorder(settings),
        *_requests(settings),
        _alerts(settings),
        *_store(settings),
    ]
    for finding in findings:
        print(f"{'!' if finding.do else ' '} {finding.what:<12} {finding.found}")
        if finding.do:
            print(f"{'':15}→ {finding.do}")
    return 1 if any(finding.do for finding in findings) else 0


def _paths(settings: Settings) -> Iterator[Finding]:
    yield Finding("liqtop", f"{__version__}, Python {sys.version.split()[0]}")
    yield Finding("config", str(settings.file or "defaults (liqtop config init writes a file)"))
    yield Finding("endpoint", settings.endpoint or "the real exchanges")
    for name, value in in_force(settings).items():
        yield Finding("setting", f"{name} = {value}")
    yield from _remembered(settings)
    for what, path in (
        ("data", settings.data_dir),
        ("cache", settings.cache_dir),
        ("log", settings.log_dir),
    ):
        yield _folder(what, path)
    free = shutil.disk_usage(_existing(settings.data_dir)).free / 1e9
    do = "free some space: a busy day takes about 0.3 GB" if free < 1 else None
    yield Finding("disk", f"{free:.1f} GB free", do)


def in_force(settings: Settings) -> dict[str, str]:
    """Every setting as the config file names it, with the value in force; no password."""
    alerts = settings.alerts
    return {
        "coins.follow": ", ".join(settings.coins),
        "coins.positioning": ", ".join(settings.positioning_coins),
        **{f"venues.{name}": "on" if name in settings.venues else "off" for name in venue_names()},
        "venues.endpoint": settings.endpoint or "none",
        "network.proxy": without_password(settings.proxy) or "none",
        "flow.record": "on" if settings.flow else "off",
        "flow.coinbase": "on" if settings.coinbase else "off",
        **{f"series.{one.name}": _series(one) for one in settings.series},
        "recorder.linger": f"{settings.linger_s:.0f} s",
        "view.panels": ", ".join(settings.panels),
        "view.strip": ", ".join(settings.layouts[0].strip),
        "view.coin": settings.coin or "all",
        "view.window": settings.window,
        "view.smallest": _smallest(settings),
        "alerts.bursts": "on" if alerts.bursts else "off",
        "alerts.feeds": f"{alerts.feeds_s:.0f} s",
        "alerts.bell": "on" if alerts.bell else "off",
        "alerts.notify": alerts.notify,
        "alerts.quiet": str(alerts.quiet) if alerts.quiet else "never",
        "alerts.on_alert": command(alerts),
        "alerts.on_alert_limit": f"{alerts.limit_s:.0f} s",
        **{f"alert.{rule.name}": described(rule) for rule in alerts.rules},
        **{
            f"layout.{name}": ", ".join(panels) + ("" if feed else ", no feed")
            for name, panels, _, feed in settings.layouts[1:]
        },
        "theme.name": settings.theme,
        "theme.side": settings.side_colour,
        "theme.symbols": settings.symbols,
        "paths.data": str(settings.data_dir),
        **{f"keys.{name}": keys for name, keys in settings.keys.items()},
    }


def _series(one: Series) -> str:
    unit = f" in {one.unit}" if one.unit else ""
    return f"{one.kind}{unit}, {one.date} and {one.value} of {one.place}"


def _smallest(settings: Settings) -> str:
    """As the config writes it: the size chosen last in a monitor comes before the config's."""
    names = {size: name for name, size in SMALLEST.items()}
    own, chosen = names[settings.smallest], remembered.smallest(settings.data_dir)
    if chosen is None or names[chosen] == own:
        return own
    return f"{names[chosen]} (remembered; the config says {own})"


def _remembered(settings: Settings) -> Iterator[Finding]:
    """What a monitor begins with whatever the config says."""
    folder = settings.data_dir
    layout = remembered.layout(folder)
    begins = named(settings.layouts, layout).name == layout
    chosen = [
        *(["the smallest size"] if remembered.smallest(folder) is not None else ()),
        *([f"the layout {layout}"] if begins else ()),
    ]
    if chosen:
        what = " and ".join(chosen)
        yield Finding(
            "remembered", f"{what} chosen last, before the config ({remembered.file(folder)})"
        )


def _folder(what: str, path: Path) -> Finding:
    if not path.exists():
        writable = os.access(_existing(path), os.W_OK)
        return Finding(what, f"{path} (not made yet)", None if writable else f"can't make {path}")
    if not os.access(path, os.W_OK):
        return Finding(what, f"{path} is read only", "choose another with --data-dir")
    mode = stat.S_IMODE(path.stat().st_mode)
    open_to = what == "data" and mode & 0o077
    return Finding(what, str(path), f"chmod 700 {path}" if open_to else None)


def _existing(path: Path) -> Path:
    return next(p for p in (path, *path.parents) if p.exists())


def _terminal() -> Iterator[Finding]:
    size = shutil.get_terminal_size((0, 0))
    where = (
        f"{size.columns}×{size.lines}" if sys.stdout.isatty() else "none (stdout is no terminal)"
    )
    term = os.environ.get("TERM", "")
    colours = os.environ.get("COLORTERM") or ("256 colours" if "256" in term else "16 colours")
    do = "set TERM, for instance to xterm-256color" if term in ("", "dumb") else None
    yield Finding("terminal", f"{where}, TERM={term or 'unset'}, {colours}", do)
    encoding = locale.getpreferredencoding(False)
    utf8 = encoding.upper().replace("-", "") == "UTF8"
    do = None if utf8 else "export LANG=C.UTF-8 for charts in blocks; ASCII is used until then"
    yield Finding("locale", encoding, do)


def _recorder(settings: Settings) -> Iterator[Finding]:
    running = holder(settings.data_dir)
    if running is None:
        yield Finding("recorder", "none runs", "start `liqtop` or `liqtop record`")
        return
    yield Finding("recorder", background.describe(running), background.remark(running, settings))


def _requests(settings: Settings) -> Iterator[Finding]:
    """What a recorder of these settings asks for over REST, against what each venue allows."""
    from tui.collectors import budget  # what only this needs of the recorder's side

    for one in budget.loads(settings):
        limit, calls = one.limit, math.ceil(one.calls)
        name = f"{one.venue} {one.api}".strip()
        asked = f"{calls:,}" + ("" if limit.weighs else f" of {limit.most:,}")
        weighs = f", weight {math.ceil(one.weight):,} of {limit.most:,}" if limit.weighs else ""
        notes = [*filter(None, [limit.per]), *([] if limit.sure else ["limit not verified"])]
        note = f" ({', '.join(notes)})" if notes else ""
        plural = "" if limit.weighs and calls == 1 else "s"
        over = (one.weight if limit.weighs else one.calls) > limit.most
        do = "follow fewer coins: the venue may refuse some of it" if over else None
        found = f"{name}  at most {asked} request{plural}{weighs} a minute{note}"
        yield Finding("requests", found, do)


def _alerts(settings: Settings) -> Finding:
    """Whether somebody tells them: without a recorder no rule is looked at."""
    alerts = settings.alerts
    on = len(alerts.rules) + alerts.bursts + (alerts.feeds_s > 0)
    rules = f"{on} rule{'' if on == 1 else 's'}, on_alert {command(alerts)}"
    if on and holder(settings.data_dir) is None:
        return Finding(
            "alerts",
            f"{rules}; no recorder runs that would tell them",
            "start `liqtop` or `liqtop record`",
        )
    return Finding("alerts", f"{rules}; the recorder tells them")


def _failed(reader: Reader, settings: Settings) -> Iterator[Finding]:
    """The last failure of `on_alert`, while there is one to run."""
    words = reader.read(HEALTH, where={"collector": ALERTS})
    failed = words.filter(words["reason"].is_not_null()).tail(1)
    for row in failed.iter_rows(named=True):
        found = f"last failed {row['ts']:%Y-%m-%d %H:%M:%SZ}: {row['reason']}"
        program = settings.alerts.on_alert[:1]
        do = f"try it by hand: echo '{{}}' | {program[0]}" if program else None
        yield Finding("on_alert", found, do)


def _store(settings: Settings) -> Iterator[Finding]:
    path = store_path(settings.data_dir)
    if not path.exists():
        yield Finding("store", f"{path} (not made yet)")
        return
    try:
        reader = opened(settings)
    except LiqtopError as error:
        yield Finding("store", str(error), "choose another --data-dir")
        return
    size = path.stat().st_size / 1e6
    yield Finding("store", f"{path}, {size:.1f} MB, endpoint {reader.endpoint or 'real'}")
    yield from _feeds(take(reader, clock.utc_now()), settings.coins)
    yield from _skew(reader)
    yield from _failed(reader, settings)
    reader.close()


def _feeds(snapshot: Snapshot, coins: Sequence[str]) -> Iterator[Finding]:
    """Every feed, as the header counts them: a dead recorder leaves none of them live."""
    for feed in snapshot.feeds(snapshot.tape(coins)):
        name = " ".join(filter(None, (feed.collector, feed.venue, feed.stream)))
        age = "" if feed.age_s is None else f", last {feed.age_s:.0f} s ago"
        fine = feed.is_live or feed.state in (State.STARTING, State.OFF)
        do = None if fine else "it is tried again by itself while a recorder runs; see the log"
        yield Finding("feed", f"{name} {feed.said}{age}", do)


def _skew(reader: Reader) -> Iterator[Finding]:
    """Our clock against the venues', from the newest quotes: an event can't arrive before it was.

    The smallest delay of many messages is the network's plus the skew; beyond ±1 s it is skew.
    """
    quotes = reader.read(QUOTES, newest=500)
    if quotes.is_empty():
        return
    delay = (quotes["received"] - quotes["ts"]).dt.total_milliseconds().min()
    assert isinstance(delay, int)
    do = (
        "set this machine's clock (ntp): ages and windows are off by that"
        if abs(delay) > 1000
        else None
    )
    yield Finding("clock", f"messages arrive {delay} ms after the venue's time, at the least", do)
