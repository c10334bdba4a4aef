"""`liqtop alerts`: the rules in force; with `test`, what they would have told over the past."""

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime

from tui import clock, flags, times
from tui.alerts import words
from tui.alerts.fired import Fired
from tui.alerts.settings import Alerts, Rule
from tui.config import Settings
from tui.errors import UsageError
from tui.lock import holder
from tui.progress import Bar

CUT = (
    "cut by arrival: liquidations and quotes; by their own time: open interest, funding, ratios,"
    " candles and the health of feeds; what was asked for after a gap counts from when it came;"
    " looked at once a minute, and when a burst begins"
)
NOBODY = "no recorder runs, so nothing is told: start `liqtop` or `liqtop record`"


def alerts(args: argparse.Namespace) -> int:
    """Print the rules, or what fired; words about it go to stderr."""
    settings = flags.settings(args)
    if args.action == "test":
        return _test(settings, args.since, args.until)
    for name, what in in_force(settings.alerts):
        print(f"{name:<22} {what}")
    if holder(settings.data_dir) is None:
        print(f"liqtop: {NOBODY}", file=sys.stderr)
    return 0


def in_force(alerts: Alerts) -> Iterator[tuple[str, str]]:
    """Each rule by its name, and what it says; then how it is delivered."""
    yield "burst", "its start, and its end" if alerts.bursts else "off"
    yield "feed", f"lost for {words.lasting(alerts.feeds_s)}, silent" if alerts.feeds_s else "off"
    yield from ((rule.name, described(rule)) for rule in alerts.rules)
    yield "quiet", str(alerts.quiet) if alerts.quiet else "never"
    yield "bell", ("on" if alerts.bell else "off") + f", notification {alerts.notify}"
    yield "on_alert", command(alerts)


def described(rule: Rule) -> str:
    """`header.change_5m < -1%, held 30s, back by 0.005, once in 5m`."""
    parts = [rule.when]
    parts += [f"held {words.lasting(rule.hold_s)}"] if rule.hold_s else []
    parts += [f"back by {words.said(rule.form, rule.hysteresis)}"] if rule.hysteresis else []
    parts += [f"worse at {', '.join(words.said(rule.form, one) for one in rule.grades)}"] * bool(
        rule.grades
    )
    parts += [f"once in {words.lasting(rule.cool_down_s)}"] if rule.cool_down_s else []
    parts += [f"quiet {rule.quiet}"] if rule.quiet else []
    return ", ".join(parts)


def command(alerts: Alerts) -> str:
    """The program, without its arguments, which may hold a secret."""
    if not alerts.on_alert:
        return "none"
    program, *rest = alerts.on_alert
    more = f" with {len(rest)} argument{'s' if len(rest) > 1 else ''}" if rest else ""
    return f"{program}{more}, at most {words.lasting(alerts.limit_s)}"


def _test(settings: Settings, since: str, until: str) -> int:
    from tui import sparing

    sparing.polars()
    from tui.alerts.past import Past  # polars: a wrong flag does not wait for it
    from tui.clock import from_milliseconds
    from tui.oneshot import opened

    now = clock.utc_now()
    first, last = times.parse(since, now), min(times.parse(until, now), now)
    if first >= last:
        raise UsageError(f"--since {since} is not before --until {until}")
    reader = opened(settings)
    began = reader.meta("began")
    first = max(first, from_milliseconds(began) if began else last)
    past = Past(reader, settings, first, last)
    print(f"liqtop: {CUT}", file=sys.stderr)
    told: list[Fired] = []
    with Bar("alerts", past.minutes, unit="minutes") as bar:
        for fired in past.fired():
            told += fired
            bar.advance(1)
            for one in fired:
                bar.wipe()
                print(line(one), flush=True)
    print(f"liqtop: {summary(told, first, last)}", file=sys.stderr)
    reader.close()
    return 0


def line(one: Fired) -> str:
    """`2026-01-19 21:15:20Z  bell  burst  burst long, ×47 normal …`; late is the bell of
    what was told within a minute of another's."""
    heard = "quiet" if one.quiet else "late" if one.late else "bell" if one.bell else ""
    return f"{one.ts:%Y-%m-%d %H:%M:%SZ}  {heard:<5}  {one.rule:<16}  {one.text}"


def summary(told: list[Fired], first: datetime, last: datetime) -> str:
    """How many alerts, and how many of them would have been heard."""
    span = words.lasting((last - first).total_seconds())
    heard, count = sum(one.bell for one in told), sum(not one.late for one in told)
    return f"{count} alerts in {span} from {first:%Y-%m-%d %H:%MZ}, {heard} with a bell"
