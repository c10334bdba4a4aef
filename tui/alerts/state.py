"""What alerts tell at a moment: the state before, the document, and the moment; then the state
after, and what fired. Pure, so that the recorder and a test over the past cannot differ.

An event begins when its condition held for as long as it has to, unless its rule is cooling down;
it is over when the number has come back by the hysteresis. It fires at its beginning, when its
grade rises and, without a bell, at its end (that of a burst rings). One bell a minute: what fires
within a minute of a bell is told at once and rings when the minute is over, if it is still under
way.
A number that is n/a starts and ends nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tui.alerts import bursts, feeds, paths, words
from tui.alerts.bursts import Burst
from tui.alerts.feeds import Feed
from tui.alerts.fired import Fired
from tui.alerts.settings import Alerts, Quiet, Rule
from tui.alerts.thresholds import grade_of, holds, worst
from tui.clock import from_milliseconds
from tui.clock import milliseconds as ms

BELL_MS = 60_000
"""At most one bell in so long."""
GAP_MS = 90_000
"""After so long without a look nobody knows that a condition held meanwhile."""
FORGET_MS = 600_000
"""After so long without a look an event that was under way is over."""

FEED_AGAIN_MS = 300_000
"""A feed that comes and goes is told once in so long."""

Document = Mapping[str, Any]


class Event(NamedTuple):
    """What is under way: when its condition began to hold (ms), and how bad it became."""

    since: int
    grade: int


class Owed(NamedTuple):
    """An alert whose bell waits; of several the newest, but no other takes the place of a burst."""

    rule: str
    event: Event
    text: str
    value: float | None


class State(NamedTuple):
    """What is remembered from one moment to the next; all times in ms.

    `pending` since when a condition holds that has not fired, `open` the events under way, `told`
    when each rule last began one, `bell` when it last rang, `seen` the last moment.
    """

    pending: Mapping[str, int] = {}
    open: Mapping[str, Event] = {}
    told: Mapping[str, int] = {}
    burst: Burst | None = None
    burst_ended: int = 0
    bell: int = 0
    seen: int = 0
    owed: Owed | None = None


def step(
    state: State, alerts: Alerts, document: Document, as_of: datetime
) -> tuple[State, tuple[Fired, ...]]:
    """The state after `as_of`, and what fired at it, the gravest kind first."""
    turn = _Turn(state, alerts, as_of)
    turn.ring()
    if alerts.bursts and bursts.known(document):
        turn.bursts(document)
    if alerts.feeds_s and "health" in document:
        turn.feeds(document)
    for rule in alerts.rules:
        turn.rule(rule, document)
    return turn.state(), tuple(turn.fired)


class _Turn:
    """One step, on copies of what the state remembers."""

    def __init__(self, state: State, alerts: Alerts, as_of: datetime) -> None:
        self._alerts, self._as_of = alerts, as_of
        self._now = ms(as_of)
        away = self._now - state.seen
        self._pending = {} if away > GAP_MS else dict(state.pending)
        self._open = {} if away > FORGET_MS else dict(state.open)
        self._told, self._bell = dict(state.told), state.bell
        self._burst, self._burst_ended = state.burst, state.burst_ended
        self._owed = state.owed
        self.fired: list[Fired] = []

    def state(self) -> State:
        """What is remembered after this step; cool-downs as long as any rule's can last."""
        named = {rule.name for rule in self._alerts.rules}
        since = self._now - FEED_AGAIN_MS
        told = {key: at for key, at in self._told.items() if key in named or at > since}
        burst = (self._burst, self._burst_ended)
        return State(self._pending, self._open, told, *burst, self._bell, self._now, self._owed)

    def ring(self) -> None:
        """Ring for the alert whose bell waits, when it may."""
        owed = self._owed
        if owed is None or self._now - self._bell < BELL_MS:
            return
        self._owed = None
        hours = self._alerts.quiet
        if self._under_way(owed) and not (hours and hours.holds(self._as_of)):
            self._bell = self._now
            row = (
                owed.rule,
                from_milliseconds(owed.event.since),
                owed.event.grade,
                owed.text,
                owed.value,
            )
            self.fired.append(Fired(self._as_of, *row, bell=True, quiet=False, late=True))

    def _under_way(self, owed: Owed) -> bool:
        """Whether it is worth a bell yet; an end is."""
        if owed.event.grade == 0:
            return True
        if owed.rule == bursts.RULE:
            return self._burst is not None
        if owed.rule == feeds.RULE:
            return any(key.startswith(_FEED) for key in self._open)
        return owed.rule in self._open

    def bursts(self, document: Document) -> None:
        known = bursts.told(self._burst, self._burst_ended, document, self._now)
        self._burst, self._burst_ended, new = known
        for one in new:
            self._fire(bursts.RULE, Event(one.since, one.grade), one.text)

    def feeds(self, document: Document) -> None:
        bad = {feed.key: feed for feed in feeds.bad(document)}
        self._feeds_over(document, bad)
        hold = round(self._alerts.feeds_s * 1000)
        new = [
            (feed, self._now - event.since)
            for feed in bad.values()
            if (event := self._begun(_FEED + feed.key, 0 if feed.at_once else hold, FEED_AGAIN_MS))
        ]
        if new:
            since = self._now - max(span for _, span in new)
            self._fire(feeds.RULE, Event(since, 1), feeds.text(new, feeds.of_venues(document)))

    def _feeds_over(self, document: Document, bad: Mapping[str, Feed]) -> None:
        """Those that deliver again, told as one; one that is starting is neither lost nor back."""
        well = feeds.well(document)
        back: list[tuple[Feed, int]] = []
        for key in [key for key in (*self._pending, *self._open) if key.startswith(_FEED)]:
            name = key.removeprefix(_FEED)
            if name in bad:
                continue
            self._pending.pop(key, None)
            if key in self._open and name not in feeds.starting(document):
                event = self._open.pop(key)
                if name in well:
                    back.append((well[name], self._now - event.since))
        if back:
            since = self._now - max(span for _, span in back)
            text = feeds.back(back, feeds.of_venues(document))
            self._fire(feeds.RULE, Event(since, 0), text, rings=False)

    def rule(self, rule: Rule, document: Document) -> None:
        found = worst(rule, paths.find(document, rule.path))
        if found is None or found.value is None:
            self._pending.pop(rule.name, None)
            return
        event = self._open.get(rule.name)
        if event is None:
            self._begin(rule, found)
        elif not holds(rule, found.value, rule.hysteresis):
            del self._open[rule.name]
            text = words.of_end(rule, found, (self._now - event.since) / 1000)
            over = event._replace(grade=0)
            self._fire(rule.name, over, text, found.value, rule.quiet, rings=False)
        elif (grade := grade_of(rule, found.value)) > event.grade:
            self._open[rule.name] = event._replace(grade=grade)
            self._fire_rule(rule, self._open[rule.name], found)

    def _begin(self, rule: Rule, found: paths.Found) -> None:
        assert found.value is not None
        if not holds(rule, found.value):
            self._pending.pop(rule.name, None)
            return
        spans = (round(span * 1000) for span in (rule.hold_s, rule.cool_down_s))
        if event := self._begun(rule.name, *spans):
            event = self._open[rule.name] = event._replace(grade=grade_of(rule, found.value))
            self._fire_rule(rule, event, found)

    def _begun(self, key: str, hold: int, cool_down: int) -> Event | None:
        """The event that begins now, of a condition that holds; None while it has not."""
        if key in self._open:
            return None
        since = self._pending.setdefault(key, self._now)
        told = self._told.get(key)
        if self._now - since < hold or (told is not None and self._now - told < cool_down):
            return None
        del self._pending[key]
        self._told[key] = self._now
        self._open[key] = Event(since, 1)
        return self._open[key]

    def _fire_rule(self, rule: Rule, event: Event, found: paths.Found) -> None:
        text = words.of_rule(rule, found, event.grade)
        self._fire(rule.name, event, text, found.value, rule.quiet)

    def _fire(
        self,
        rule: str,
        event: Event,
        text: str,
        value: float | None = None,
        hours: Quiet | None = None,
        rings: bool = True,
    ) -> None:
        hours = hours or self._alerts.quiet
        quiet = hours is not None and hours.holds(self._as_of)
        bell = rings and not quiet and self._now - self._bell >= BELL_MS
        self._bell = self._now if bell else self._bell
        waits = self._owed is not None and self._owed.rule == bursts.RULE
        if rings and not (bell or quiet or (waits and rule != bursts.RULE)):
            self._owed = Owed(rule, event, text, value)
        row = (rule, from_milliseconds(event.since), event.grade, text, value)
        self.fired.append(Fired(self._as_of, *row, bell, quiet))


_FEED = "feed:"


def packed(state: State) -> dict[str, Any]:
    """The state as JSON keeps it: what is under way, and no bell that waits."""
    return state._replace(pending={}, seen=0, owed=None)._asdict()


def unpacked(kept: Any) -> State:
    """The state that was kept; an empty one for what this version does not understand."""
    try:
        opened = {str(key): Event(*map(int, event)) for key, event in kept["open"].items()}
        return State(
            open=opened,
            told={str(key): int(at) for key, at in kept["told"].items()},
            burst=Burst(*map(int, kept["burst"])) if kept["burst"] else None,
            burst_ended=int(kept["burst_ended"]),
            bell=int(kept["bell"]),
        )
    except (TypeError, ValueError, KeyError, AttributeError):
        return State()
