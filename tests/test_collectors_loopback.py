"""The collectors against the product's own loopback exchange, its misbehaviour included."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tui.clock import utc_now
from tui.collectors import backfill, specs
from tui.collectors.base import Context, Newest, Spec
from tui.config import load
from tui.loopback.encoders import ENCODERS
from tui.loopback.scenario import Scenario
from tui.loopback.server import Loopback
from tui.tables import BACKFILLED, CANDLES, COVERAGE, DERIVATIVES, POSITIONING, QUOTES, Table
from tui.venues import VENUES
from tui.venues.bitfinex import Bitfinex
from tui.venues.connect import Rest
from tui.venues.errors import RateLimited, SubscriptionRefused, VenueError
from tui.venues.history import Backfills
from tui.venues.htx import Htx
from tui.venues.lighter import Lighter
from tui.venues.okx import Okx


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Made once, for it takes seconds; an exchange only reads it."""
    return Scenario()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lighter's limits are not the loopback exchange's."""
    monkeypatch.setattr(Lighter, "pause_s", 0.0)


@pytest.fixture
async def exchange(scenario: Scenario) -> AsyncIterator[Loopback]:
    """A loopback exchange whose own liquidations keep quiet."""
    loopback = Loopback(scenario, live=False)
    await loopback.start()
    yield loopback
    await loopback.stop()


def made(
    exchange: Loopback,
    folder: Path,
    newest: Newest = lambda table, where: None,
    oldest: Newest = lambda table, where: None,
    venues: tuple[str, ...] = tuple(VENUES),
) -> list[Spec]:
    (folder / "empty.toml").write_text("")
    settings = replace(
        load(folder / "empty.toml"),
        endpoint=exchange.endpoint,
        venues=venues,
        cache_dir=folder / "cache",
        coins=("BTC",),
        positioning_coins=("BTC",),
    )
    numbers = itertools.count(1).__next__
    return specs(settings, Context(numbers, newest, lambda q: None, utc_now, oldest))


class Recording:
    """Runs the specs of one collector as the recorder does, without its pauses."""

    def __init__(self, specs: list[Spec], collector: str) -> None:
        self.specs = [spec for spec in specs if spec.collector == collector]
        self.frames: list[pl.DataFrame] = []
        self.coverage: list[pl.DataFrame] = []
        self.errors: list[Exception] = []
        self.failed: set[tuple[str, str]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Recording":
        self._tasks = [asyncio.create_task(self._run(spec)) for spec in self.specs]
        await self.until(lambda: all(spec.link and spec.link.conn for spec in self.specs))
        await self.until(lambda: self.subscribed)
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def subscribed(self) -> bool:
        """Every topic of every stream stands."""
        changed = [spec.link.coverage() for spec in self.specs if spec.link and spec.link.conn]
        self.coverage += changed
        rows = [frame.tail(1) for frame in changed]
        told = pl.concat(rows) if len(rows) == len(self.specs) else pl.DataFrame()
        return bool(told.height) and bool((told["wanted"] == told["subscribed"]).all())

    @property
    def height(self) -> int:
        return sum(frame.height for frame in self.frames)

    def rows(self) -> pl.DataFrame:
        return pl.concat(self.frames)

    async def until(self, done: Callable[[], bool], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not done():  # noqa: ASYNC110 - whatever the frames bring
                await asyncio.sleep(0.02)

    async def _run(self, spec: Spec) -> None:
        while True:
            try:
                async with aclosing(spec.start()) as frames:  # type: ignore[type-var]
                    async for frame in frames:
                        self.frames.append(frame)
            except VenueError as error:
                self.errors.append(error)
                self.failed.add((spec.venue, spec.stream))
                if spec.link:
                    spec.link.lost(str(error))
            await asyncio.sleep(0.05)


def sent(exchange: Loopback) -> Counter[tuple[str, int, str, float]]:
    """What went over the sockets: venue, time, side and price."""
    ledgers = exchange.sockets.ledgers.values()
    return Counter((r.venue, r.ts, r.side, float(r.price)) for led in ledgers for r in led.rows)


def got(frame: pl.DataFrame) -> Counter[tuple[str, int, str, float]]:
    return Counter(frame.select("venue", pl.col("ts").dt.epoch("ms"), "side", "price").iter_rows())


async def test_a_burst_of_every_venue_arrives_whole_and_priced(
    exchange: Loopback, tmp_path: Path
) -> None:
    async with Recording(made(exchange, tmp_path), "liquidations") as recording:
        await exchange.burst(dict.fromkeys(VENUES, 700), None)
        await recording.until(lambda: recording.height >= 700 * len(VENUES))
        await asyncio.sleep(0.2)
    found = recording.rows()
    assert got(found) == sent(exchange)
    assert set(found.filter(pl.col("usd").is_null())["symbol"]) <= {"ETH/BTC:BTC"}
    assert recording.errors == []


async def test_repeated_and_garbled_frames_change_nothing(
    exchange: Loopback, tmp_path: Path
) -> None:
    async with Recording(made(exchange, tmp_path), "liquidations") as recording:
        await exchange.burst(dict.fromkeys(VENUES, 50), None)
        for venue in VENUES:
            exchange.faults.repeat(venue, 20)
            for kind in ("text", "truncated", "shape", "binary"):
                exchange.faults.garbage(venue, kind)
        await exchange.burst(dict.fromkeys(VENUES, 50), None, seed=2)
        await recording.until(lambda: recording.height >= 100 * len(VENUES))
        await asyncio.sleep(0.2)
        troubles = [spec.link.trouble for spec in recording.specs if spec.link]
    assert got(recording.rows()) == sent(exchange)
    assert all(troubles)
    assert recording.errors == []


async def test_a_dropped_connection_is_taken_up_under_a_new_number(
    exchange: Loopback, tmp_path: Path
) -> None:
    async with Recording(made(exchange, tmp_path), "liquidations") as recording:
        before = {spec.link.conn for spec in recording.specs if spec.link}
        exchange.faults.drop("okx")
        await recording.until(lambda: bool(recording.errors))
        await recording.until(lambda: recording.subscribed)
        after = {spec.link.conn for spec in recording.specs if spec.link}
        await exchange.burst({"okx": 40}, None)
        await recording.until(lambda: recording.height >= 40)
    assert len(after - before) == 1
    assert got(recording.rows()) == sent(exchange)


async def test_a_recorder_that_starts_asks_for_what_it_missed(
    exchange: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "SETTLES_S", 0.0)
    away = utc_now() - backfill.UNTOLD - timedelta(seconds=2)

    def newest(table: Table, where: Mapping[str, str]) -> datetime | None:
        return away if table is COVERAGE else None

    await exchange.burst({"gate": 40}, None)
    back = exchange.now() + 3_500  # a second of a push, one cut off at either end
    gate = [s for s in made(exchange, tmp_path, newest) if s.venue == "gate"]
    recording = Recording(gate, "liquidations")
    await recording.until(lambda: exchange.now() > back)
    async with recording:
        await recording.until(lambda: recording.height >= 40)
        await asyncio.sleep(0.2)  # time for rows that should not come
        assert recording.subscribed  # which looks at the coverage
        found, told = recording.rows(), pl.concat(recording.coverage)
    assert found.height == 40
    assert set(found["source"]) == {"backfill"}
    assert not found.select("symbol", "ts", "side", "price", "qty").is_duplicated().any()
    mended = told.filter(pl.col("reason").fill_null("").str.starts_with(BACKFILLED))
    assert set(mended["stream"]) == {"usdt", "btc"}
    assert (mended["since"] >= away + backfill.UNTOLD).all()


@pytest.mark.parametrize(
    ("venue", "stream", "ids"),
    [
        (Okx, "swap", ("BTC-USDT-SWAP", "BTC-USD-SWAP", "ETH-USDT-SWAP", "PEPE-USDT-SWAP")),
        (Htx, "linear", ("BTC-USDT", "ETH-USDT", "PEPE-USDT", "XRP-USDT")),
        (Htx, "inverse", ("BTC-USD", "ETH-USD")),
        (Bitfinex, "global", ()),
    ],
)
async def test_what_is_asked_for_is_told_once_and_no_further(
    exchange: Loopback, venue: type[Backfills], stream: str, ids: tuple[str, ...]
) -> None:
    since = exchange.now()
    await exchange.burst({venue.name: 240}, None)  # nobody is subscribed
    listed = exchange.scenario.lists[venue.name, stream]
    ids = ids or tuple(listed)  # Bitfinex tells of all at once
    rows = [venue.market(stream, ENCODERS[venue.name].listed(stream, listed[id])) for id in ids]
    asked = [market for market in rows if market]
    ask = Rest(venue.exchange(), exchange.endpoint)
    until = exchange.now() + 60_000
    try:
        found = await venue.backfill(ask, stream, asked, since, until)
    finally:
        await ask.close()
    wanted = exchange.encoders[venue.name].history.newest(
        [listed[id] for id in ids], since + 1, until, 400
    )
    assert Counter((w.market_id, w.ts, w.side, w.size, w.price) for w in found.wires) == Counter(
        (r.market.id, r.ts, r.side, r.size, r.price) for r in wanted
    )
    assert wanted
    assert (found.since, found.answered) == (since, found.asked)


async def test_a_refused_subscription_stands_once_it_is_no_longer_refused(
    exchange: Loopback, tmp_path: Path
) -> None:
    for venue in VENUES:
        exchange.faults.refuse(venue)
    recording = Recording(made(exchange, tmp_path), "liquidations")

    async def relent() -> None:
        await recording.until(lambda: len(recording.failed) == len(recording.specs))
        for venue in VENUES:
            exchange.faults.refuse(venue, on=False)

    relenting = asyncio.create_task(relent())
    async with recording:
        await relenting
    assert all(isinstance(error, SubscriptionRefused) for error in recording.errors)


@pytest.mark.parametrize("collector", ["positioning", "derivatives", "candles"])
async def test_pollers_are_told_to_wait(exchange: Loopback, tmp_path: Path, collector: str) -> None:
    for venue in VENUES:
        exchange.faults.limit(venue)
    for spec in made(exchange, tmp_path):
        if spec.collector == collector:
            with pytest.raises(RateLimited) as caught:
                await anext(aiter(spec.start()))
            assert caught.value.retry_after == 5.0


@pytest.mark.parametrize("table", [POSITIONING, DERIVATIVES, CANDLES, QUOTES])
async def test_pollers_and_quotes_bring_rows_of_their_table(
    exchange: Loopback, tmp_path: Path, table: object
) -> None:
    for spec in made(exchange, tmp_path):
        if spec.table is not table:
            continue
        async with aclosing(spec.start()) as frames, asyncio.timeout(15):  # type: ignore[type-var]
            async for frame in frames:  # a venue that stands in for a token may be the first
                assert frame.height
                assert frame.schema == spec.table.schema
                if "BTC" in set(frame["base"]):
                    break
    assert not exchange.unknown


@pytest.mark.parametrize("table", [CANDLES, QUOTES])
@pytest.mark.parametrize(
    ("symbol", "venue", "seconds"),
    [
        ("XAG/USDT:USDT", "binance", 30),  # silver, in the list of perpetuals
        ("TSLAX/USDT", "bybit", 60),  # a token of a share, among the spot pairs
    ],
)
async def test_another_haven_is_found_where_it_is_listed(
    exchange: Loopback, tmp_path: Path, table: Table, symbol: str, venue: str, seconds: int
) -> None:
    base = symbol.split("/")[0]
    (spec,) = (one for one in made(exchange, tmp_path) if one.table is table)
    async with aclosing(spec.start()) as frames, asyncio.timeout(seconds):  # type: ignore[type-var]
        async for frame in frames:
            found = frame.filter(pl.col("base") == base)
            if found.height:
                break
    assert set(found["symbol"]) == {symbol}
    assert set(found["venue"]) == {venue}
    assert not exchange.unknown


@pytest.mark.parametrize(
    "venue", ["binance", "bybit", pytest.param("okx", marks=pytest.mark.campaign)]
)
async def test_the_year_before_what_is_stored_comes_from_each_venue(
    exchange: Loopback, tmp_path: Path, venue: str
) -> None:
    """A store of ninety days is given the hours before them, by the venue's own wire."""
    hour = timedelta(hours=1)
    opened = utc_now().replace(minute=0, second=0, microsecond=0)
    first = opened - timedelta(days=90)

    def stored(at: datetime) -> Newest:
        return lambda table, where: at if where.get("interval") == "1h" else None

    (spec,) = (
        one
        for one in made(exchange, tmp_path, stored(opened - hour), stored(first), (venue,))
        if one.table is CANDLES
    )
    found: list[pl.DataFrame] = []
    async with aclosing(spec.start()) as frames, asyncio.timeout(30):  # type: ignore[type-var]
        async for frame in frames:
            hourly = frame.filter(pl.col("interval") == "1h", pl.col("symbol") == "BTC/USDT")
            found.append(hourly)
            if hourly.height and hourly["ts"].min() <= first - timedelta(days=275, hours=23):  # type: ignore[operator]
                break
    older = pl.concat(found).filter(pl.col("ts") < first).sort("ts")
    assert older.height == 276 * 24
    assert (older["ts"].diff().drop_nulls() == hour).all()
    assert set(older["venue"]) == {venue}
    assert older["closed"].all()
    assert (older["volume"] > 0).all()
    assert not exchange.unknown
