"""The detector of definitions §6, bucket by bucket: O(1) for each event and each coin in motion.

Pure: what it finds hangs on the buckets alone, in their order, and never on a later one.
"""

from collections import deque
from collections.abc import Iterator

from tui.metrics.cascades.coin import Coin, Price, Spent, led, matching, sigmas
from tui.metrics.cascades.event import Event, Step
from tui.metrics.cascades.normals import ALL, HOUR_MS, Hour, Week
from tui.metrics.cascades.rule import (
    END_MS,
    FOLLOWERS,
    LONGEST_MS,
    REACH_MS,
    RULE,
    Bucket,
    Cell,
    Grade,
    Rule,
)
from tui.metrics.spans import MINUTE_MS
from tui.tables import Side

BITCOIN = "BTC"


class Detector:
    """`running` are the events under way by coin (ALL: all coins together) and side; `touched`
    those that began, changed or ended, until `taken`; `finished` the hours that are over."""

    def __init__(self, week: Week | None = None, rule: Rule = RULE) -> None:
        self.rule = rule
        self.week = week or Week()
        self.at = 0  # the end of the last bucket, ms
        self.hour = Hour()
        self.coins: dict[str, Coin] = {}
        self.prices: dict[str, Price] = {}
        self.spent: deque[Spent] = deque()  # of all coins, ten minutes
        self.running: dict[tuple[str, Side], Event] = {}
        self.touched: dict[tuple[str, Side, int], Event] = {}
        self.finished: dict[int, Hour] = {}

    def taken(self) -> tuple[list[Event], dict[int, Hour]]:
        """What was touched since this was last asked, and the hours that were finished."""
        touched, finished = list(self.touched.values()), self.finished
        self.touched, self.finished = {}, {}
        return touched, finished

    def step(self, bucket: Bucket) -> None:
        """The next bucket. An hour is closed with its last one."""
        bucket = bucket.heard()
        for base, price in bucket.prices.items():
            self.prices.setdefault(base, Price()).add(bucket.start, price)
        if self.week.knows:
            self._look(bucket)
        quiet = not any(base == ALL for base, _ in self.running)
        self.hour.add(bucket, quiet)
        self.at = bucket.end
        if self.at % HOUR_MS == 0:  # from now on it is part of what is normal
            self.week.add(self.at - HOUR_MS, self.hour)
            self.finished[self.at - HOUR_MS] = self.hour
            self.hour = Hour()

    def _look(self, bucket: Bucket) -> None:
        by_coin: dict[str, list[Cell]] = {}
        for cell in bucket.cells:
            by_coin.setdefault(cell.base, []).append(cell)
        if bucket.cells:
            self.spent.append(Spent(bucket.start, bucket.cells))
        while self.spent and self.spent[0].start < bucket.start - REACH_MS:
            self.spent.popleft()
        moving = {base for base, coin in self.coins.items() if coin.moves}
        running = {base for base, _ in self.running if base != ALL}
        for base in sorted(by_coin.keys() | moving | running):
            cells = tuple(by_coin.get(base, ()))
            coin = self.coins.setdefault(base, Coin())
            baseline = self._baseline(base, bucket)
            coin.add(bucket.start, cells, baseline, self.rule)
            for side in Side:
                self._coin(coin, base, side, cells, bucket)
        for side in Side:
            self._market(side, bucket)
        if bucket.end % MINUTE_MS == 0:
            self._forget(bucket.start)

    def _forget(self, start: int) -> None:
        for base in [base for base, coin in self.coins.items() if coin.is_idle(start)]:
            if not any((base, side) in self.running for side in Side):
                del self.coins[base]

    def _baseline(self, base: str, bucket: Bucket) -> float:
        """Frozen while an event of the coin runs."""
        for side in Side:
            if (event := self.running.get((base, side))) is not None:
                return event.normal
        return self.week.bucket(base, bucket.start, bucket.venues)

    # a coin

    def _coin(
        self, coin: Coin, base: str, side: Side, cells: tuple[Cell, ...], bucket: Bucket
    ) -> None:
        event = self.running.get((base, side))
        if event is None:
            event = self._begun(coin, base, side, bucket)
            if event is None:
                return
        else:
            usd = sum(cell.usd for cell in cells if cell.side is side)
            spent = Spent(bucket.start, cells) if cells else None
            event.add(spent, bucket.start, bucket.prices.get(base), event.is_hot(usd))
            self._touch(event)
        self._grade(event, coin, bucket)
        if self._is_over(event, bucket):
            event.ended = bucket.known
            leg = coin.legs[side]
            leg.worn = bucket.end - event.since >= LONGEST_MS
            leg.score = leg.score if leg.worn else 0.0
            del self.running[base, side]

    def _begun(self, coin: Coin, base: str, side: Side, bucket: Bucket) -> Event | None:
        """The event that begins with this bucket, if all three conditions are met."""
        leg, price = coin.legs[side], self.prices.get(base)
        now = bucket.prices.get(base)
        if leg.score < self.rule.burst or leg.worn or price is None or now is None:
            return None
        before, sigma = price.before(leg.anchor), price.sigma
        if before is None or sigma is None or coin.share(side) < self.rule.one_sided:
            return None
        moved = sigmas(before, now, sigma, bucket.end - leg.anchor)
        if matching(side, moved) <= self.rule.burst_sigma:
            return None
        normal = self._baseline(base, bucket)
        lead = led(coin.spent, leg.anchor, side, normal)
        event = Event(leg.anchor, base, side, normal, base, before, sigma, lead)
        event.begun(coin.spent, bucket.start, now)
        self._step(event, Grade.BURST, moved, bucket)
        self.running[base, side] = event
        return event

    def _grade(self, event: Event, coin: Coin, bucket: Bucket) -> None:
        """A burst that goes on, with the price, is a cascade."""
        now = bucket.prices.get(event.base)
        if event.grade >= Grade.CASCADE or now is None:
            return
        moved = sigmas(event.before, now, event.sigma, bucket.end - event.since)
        far = matching(event.side, moved) > self.rule.cascade_sigma
        high = coin.legs[event.side].score >= self.rule.cascade
        if far and high and event.share >= self.rule.one_sided:
            self._step(event, Grade.CASCADE, moved, bucket)

    def _is_over(self, event: Event, bucket: Bucket) -> bool:
        return bucket.end - event.until >= END_MS or bucket.end - event.since >= LONGEST_MS

    def _step(self, event: Event, grade: Grade, moved: float, bucket: Bucket) -> None:
        times = event.now(bucket.start)
        event.steps.append(Step(bucket.known, grade, times, event.share, moved))
        self._touch(event)

    def _touch(self, event: Event) -> None:
        self.touched[event.base, event.side, event.since] = event

    # all coins

    def _market(self, side: Side, bucket: Bucket) -> None:
        """The event of all coins lasts while one of any coin does."""
        mine = sorted(self._of_coins(side), key=lambda event: (event.since, event.base))
        event = self.running.get((ALL, side))
        if event is None:
            if not mine:
                return
            event = self.running[ALL, side] = self._market_begun(mine[0], bucket)
        else:
            spent = Spent(bucket.start, bucket.cells) if bucket.cells else None
            hot = any(one.until == bucket.end for one in mine)
            event.add(spent, bucket.start, bucket.prices.get(event.priced), hot)
            self._touch(event)
        for base in self.alarmed(side):
            event.coins.setdefault(base, bucket.known)
        self._market_grade(event, mine, bucket)
        if not mine:
            event.ended = bucket.known
            del self.running[ALL, side]

    def _of_coins(self, side: Side) -> Iterator[Event]:
        return (one for (base, of), one in self.running.items() if base != ALL and of is side)

    def _market_begun(self, first: Event, bucket: Bucket) -> Event:
        normal = self.week.bucket(ALL, bucket.start, bucket.venues)
        event = Event(
            first.since, ALL, first.side, normal, first.base, first.before, first.sigma, first.lead
        )
        event.begun(self.spent, bucket.start, first.price)
        self._step(event, Grade.BURST, first.steps[-1].sigmas, bucket)
        return event

    def alarmed(self, side: Side) -> Iterator[str]:
        """The coins whose CUSUM is over the threshold on this side: also those nobody quotes."""
        for base, coin in self.coins.items():
            if (base, side) in self.running or (
                base not in self.prices and self._follows(coin, side)
            ):
                yield base

    def _follows(self, coin: Coin, side: Side) -> bool:
        loud = coin.legs[side].score >= self.rule.burst
        return loud and coin.share(side) >= self.rule.one_sided

    def _market_grade(self, event: Event, mine: list[Event], bucket: Bucket) -> None:
        worst = max(mine, key=lambda one: one.grade, default=None)
        if worst is None or worst.grade < Grade.CASCADE:
            return
        others = sum(base != BITCOIN for base in event.coins)
        wide = Grade.MARKET_WIDE if others >= FOLLOWERS else Grade.CASCADE
        if wide > event.grade:
            now = bucket.prices.get(event.priced, event.price)
            moved = sigmas(event.before, now, event.sigma, bucket.end - event.since)
            self._step(event, wide, moved, bucket)
