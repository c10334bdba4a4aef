"""The built-in scenario: a day of falling leverage in January 2026, a function of seed and end."""

import random
from collections import defaultdict
from datetime import UTC, datetime
from functools import cached_property

from tui.loopback.coins import COINS, METAL, TRADFI
from tui.loopback.crowd import Crowd
from tui.loopback.encoders import ENCODERS, SHARES, SHOWN, listings
from tui.loopback.forced import Act, Flow, Forced, Order, contracts_of, orders, price_of, sized
from tui.loopback.listing import Instrument
from tui.loopback.path import DAY, MINUTE, Candle, Echo, Priced, candles
from tui.loopback.prices import CHUNK, Prices
from tui.loopback.sampling import Gap, dollar_rate, scaled
from tui.loopback.volumes import Volumes, Zone
from tui.tables import Side

FIXED_END = datetime(2026, 1, 20, 14, 3, tzinfo=UTC)
"""The end of goldens and pictures."""

LONG_USD, SHORT_USD = 780e6, 80e6
"""What the published rows of the last 24 hours sum to."""

CALM = 30
"""Minutes before the end in which nothing much happens any more."""

QUIET_LONG, QUIET_SHORT, QUIET_ROWS = 0.3e6, 0.2e6, 110
"""USD and orders of a quiet minute, before the end and after it."""

DAY_ROWS = 24_000
"""Forced orders simulated for the 24 hours up to that; the venues publish about 23,100 of them."""

VOLUMES = {"BTC": 21_000.0, "ETH": 420_000.0, "SOL": 3_600_000.0, "GOLD": 9_000.0}
"""Coins a day on a spot market; others trade 40 million USD a day."""


class Scenario:
    """Prices, forced orders and market lists, deterministic by `seed` and `end`.

    `truth` and `published` hold the 24 hours before `end`, in time order; `live(until)` those
    after it. Times are UTC ms.
    """

    def __init__(self, seed: int = 7, end: datetime | None = None) -> None:
        self.seed = seed
        self.end = int((end or datetime.now(UTC)).timestamp() * 1000)
        self.prices = Prices(self._rng, self.end)
        self.lists = listings(self.end)
        self.gaps = (
            Gap("okx", "swap", self.end - 18_660_000, self.end - 18_480_000, "ping timeout"),
            Gap("okx", "swap", self.end - 2_460_000, self.end - 2_326_000, "closed by venue, 1006"),
        )
        self.still_from: int | None = None  # from then on (ms) every price stays where it is
        self._echoes: dict[tuple[str, float], Echo] = {}
        self._crowds: dict[str, Crowd] = {}
        self._volumes: dict[str, Volumes] = {}
        self._live: list[Forced] = []
        self._live_truth: list[Forced] = []

    def _rng(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{name}")

    @cached_property
    def _past(self) -> tuple[list[Forced], list[Forced]]:
        """The day in two acts: all but half an hour, and that one, as quiet as what follows."""
        begins, quiet = self.end - DAY, self.prices.last - CALM * MINUTE
        long, short = CALM * QUIET_LONG, CALM * QUIET_SHORT
        acts = (
            Act(begins, quiet, LONG_USD - long, SHORT_USD - short, DAY_ROWS),
            Act(quiet, self.prices.last, long, short, CALM * QUIET_ROWS, even=True),
        )
        truth: list[Forced] = []
        rows: list[Forced] = []
        for act in acts:
            drawn = self._orders(act, f"{act.rows}")
            every, some = self._scaled(
                act, [o for o in drawn if begins < o.ts <= self.end], self.gaps
            )
            truth += every
            rows += some
        # An end within a minute leaves the rest of it to the live market, which has rows at once.
        self._go_on(self._calm(self.end, self.prices.last), drawn)
        return truth, rows

    @property
    def truth(self) -> list[Forced]:
        """Every forced order of the 24 hours before the end, published or not."""
        return self._past[0]

    @property
    def published(self) -> list[Forced]:
        """What the venues published of them while they were listened to."""
        return self._past[1]

    def live(self, until: int) -> list[Forced]:
        """Every row published after the end that is made so far, made at least up to `until`."""
        self.reach(until)
        return self._live

    def live_truth(self, until: int) -> list[Forced]:
        """The same without the venues' sampling."""
        self.reach(until)
        return self._live_truth

    def reach(self, until: int) -> None:
        """Makes the market, chunk by chunk, at least up to `until`."""
        _ = self._past  # the crowd of the last day goes into the next one
        while self.prices.until < until:
            self._chunk()

    def _chunk(self) -> None:
        k, since = len(self.prices.waves), self.prices.until
        self.prices.extend()
        wave = self.prices.waves[-1]
        top = since + wave.begins * MINUTE
        bottom, close = top + wave.minutes * MINUTE, since + CHUNK * MINUTE
        deep = wave.depth / 0.0124
        acts = (
            self._calm(since, top),
            Act(top, bottom, 70e6 * deep**2, 1.4e6, int(2200 * deep)),
            self._calm(bottom, close),
        )
        for i, act in enumerate(acts):
            self._go_on(act, self._orders(act, f"live {k}.{i}"))

    def _go_on(self, act: Act, drawn: list[Order]) -> None:
        """Adds the orders of an act after the end to the live ones."""
        truth, rows = self._scaled(act, [o for o in drawn if o.ts > self.end])
        self._live_truth += truth
        self._live += rows

    def _calm(self, since: int, until: int) -> Act:
        minutes = (until - since) / MINUTE
        long, short = QUIET_LONG * minutes, QUIET_SHORT * minutes
        return Act(since, until, long, short, round(QUIET_ROWS * minutes), even=True)

    def _scaled(
        self, act: Act, drawn: list[Order], gaps: tuple[Gap, ...] = ()
    ) -> tuple[list[Forced], list[Forced]]:
        rate = dollar_rate(self.prices.paths["BTC"].at)
        wanted = {Side.LONG: act.long_usd, Side.SHORT: act.short_usd}

        def size(order: Order, factor: float) -> Forced:
            return sized(order, factor, ENCODERS[order.market.venue].slip, rate)

        return scaled(drawn, wanted, size, SHOWN, gaps)

    def _orders(self, act: Act, name: str) -> list[Order]:
        paths = self.prices.paths
        return orders(
            act,
            {coin: self._flow(coin, act) for coin in self._shares},
            self._shares,
            self._contracts,
            lambda market, ts: price_of(paths, market, ts),
            self._rng(f"orders {name}"),
        )

    @cached_property
    def _shares(self) -> dict[str, float]:
        """Parts of the whole; the few rows of class tradfi come on top of it."""
        return {c.name: c.share for c in COINS} | {c.name: 0.0006 for c in (METAL, *TRADFI)}

    @cached_property
    def _contracts(self) -> dict[str, tuple[list[Instrument], list[float]]]:
        by_path: dict[str, list[Instrument]] = defaultdict(list)
        for markets in self.lists.values():
            for market in markets.values():
                if not market.tradfi or market.venue == "binance":
                    by_path[market.path].append(market)
        return {name: contracts_of(by_path[name], SHARES) for name in self._shares}

    def _flow(self, coin: str, act: Act) -> list[Flow]:
        """What the coin's crowd loses in each minute of the act."""
        grid = self.prices.paths[coin].minutes
        first = (act.since - grid.begins) // MINUTE
        if coin not in self._crowds:
            self._crowds[coin] = Crowd(self._rng(f"{coin} crowd"), grid.prices[first])
        crowd, out = self._crowds[coin], []
        for i in range(first, (act.until - grid.begins) // MINUTE):
            a, b = grid.prices[i], grid.prices[i + 1]
            out.append((grid.begins + i * MINUTE, *crowd.minute(min(a, b), max(a, b), b)))
        return out

    def priced(self, market: Instrument) -> Priced:
        """The path of a market's price in USD per listed unit, before any quote but the dollar."""
        bitcoin = self.prices.paths["BTC"]
        leader: Priced = self.prices.paths[market.path] if market.path else bitcoin
        if market.path and market.unit == 1.0 and market.quote.startswith("USD"):
            return leader
        key = (market.path, market.price)
        if key not in self._echoes:
            beta = 1.0 if market.path else 1.3
            began = max(leader.begins, market.began)
            self._echoes[key] = Echo(leader, self.end, market.price, beta, began)
        return self._echoes[key]

    def price(self, market: Instrument, ts: int) -> float:
        """The last price of a market at `ts`, in its quote."""
        if market.path and market.quote == "BTC":
            return price_of(self.prices.paths, market, ts)
        return self.priced(market).at(ts if self.still_from is None else min(ts, self.still_from))

    def candles(
        self, market: Instrument, interval: int, since: int, until: int, now: int, phase: int = 0
    ) -> list[Candle]:
        """Candles of a market: see `tui.loopback.path.candles`."""
        path, volumes = self.priced(market), self._volumes_of(market)
        begins = max(since, market.began)
        traded = lambda ts, end: volumes.of(ts, end) / market.unit  # noqa: E731
        return candles(path, interval, begins, until, now, traded, phase)

    def _volumes_of(self, market: Instrument) -> Volumes:
        daily = VOLUMES.get(market.path, 40e6 / max(market.price, 1e-12))
        if market.path not in VOLUMES:  # its hours are nobody's business
            return Volumes(self.priced(market), daily, self.end)
        if market.path not in self._volumes:
            path, since = self.prices.paths[market.path], self.end - 365 * DAY
            weight = Zone(path, since, self.end).weight if market.path == "BTC" else None
            since = (self.end - 366 * DAY) // DAY * DAY
            self._volumes[market.path] = Volumes(path, daily, since, weight)
        return self._volumes[market.path]

    def day(self, market: Instrument, now: int) -> tuple[float, float, float]:
        """(price 24 h ago, highest, lowest) of a market."""
        low, high = self.priced(market).extremes(now - DAY, now)
        return self.price(market, now - DAY), high, low
