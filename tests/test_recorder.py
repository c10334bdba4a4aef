"""The recorder with collectors made for the test: a failure is tried again, and harms nobody."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from tests.frames import candle, frame, liquidation, quote, snapshot
from tui import backoff, config, outbox, recorder, sparing
from tui.clock import utc_now
from tui.collectors.base import Context, Spec, Trouble
from tui.collectors.link import Link
from tui.errors import StoreError
from tui.metrics.feeds import feeds
from tui.rates import Rates
from tui.recorder import Recorder
from tui.store import Reader, Writer, store_path
from tui.tables import (
    CANDLES,
    COVERAGE,
    HEALTH,
    LIQUIDATIONS,
    POSITIONING,
    QUOTES,
    UNREADABLE,
    Table,
)
from tui.venues.base import DOLLARS
from tui.venues.errors import RateLimited, SubscriptionRefused

Start = Callable[[], AsyncIterator[pl.DataFrame]]


@asynccontextmanager
async def recording(
    folder: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Context], list[Spec]]
) -> AsyncIterator[Recorder]:
    """A recorder over the collectors of `make`, with back-offs of a hundredth of a second."""
    monkeypatch.setattr(recorder, "specs", lambda settings, context: make(context))
    monkeypatch.setattr(backoff, "delay", lambda attempts: 0.01)
    settings = replace(config.load(), data_dir=folder)
    it = Recorder(settings, utc_now)
    running = asyncio.create_task(it.run())
    try:
        yield it
    finally:
        it.stop.set()
        await running


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is true; the test's own assertion says what was missing if not."""
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("did not come true")


def rows(folder: Path, table: Table) -> pl.DataFrame:
    reader = Reader(store_path(folder))
    try:
        return reader.read(table)
    finally:
        reader.close()


def poller(venue: str, start: Start) -> Spec:
    return Spec("quotes", venue, "", QUOTES, start, period_s=1.0)


def quotes_of(venue: str) -> pl.DataFrame:
    return frame(QUOTES, [quote(100.0, datetime.now(UTC), venue=venue)])


async def forever() -> None:
    await asyncio.Event().wait()


async def test_one_collector_that_always_fails_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bad() -> AsyncIterator[pl.DataFrame]:
        raise KeyError("no such field")
        yield QUOTES.empty()

    async def good() -> AsyncIterator[pl.DataFrame]:
        while True:
            yield quotes_of("bybit")
            await asyncio.sleep(0.01)

    def make(context: Context) -> list[Spec]:
        return [poller("okx", bad), poller("bybit", good)]

    async with recording(tmp_path, monkeypatch, make):
        await until(lambda: rows(tmp_path, QUOTES).height > 5)
        health = rows(tmp_path, HEALTH)
    states = health.filter(pl.col("venue") == "okx")
    assert states["state"].to_list()[:2] == ["starting", "retrying"]
    assert "no such field" in states["reason"].to_list()[1]
    assert states["attempts"].to_list()[:4] == [0, 1, 2, 3]
    assert health.filter(pl.col("venue") == "bybit")["state"].to_list() == ["starting", "live"]


async def test_a_coin_that_a_venue_does_not_list_stands_in_its_health(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble()

    async def knows_its_list() -> AsyncIterator[pl.DataFrame]:
        trouble.unlisted(["BTX"])
        while True:
            yield quotes_of("bybit")
            await asyncio.sleep(0.01)

    def make(context: Context) -> list[Spec]:
        return [replace(poller("bybit", knows_its_list), trouble=trouble)]

    async with recording(tmp_path, monkeypatch, make):
        await until(lambda: rows(tmp_path, QUOTES).height > 5)
        health = rows(tmp_path, HEALTH)
    assert health.select("state", "reason").rows() == [
        ("starting", None),
        ("live", "no perpetual of BTX"),
    ]
    now, quoted = utc_now(), {"quotes": quotes_of("bybit")}
    (feed,) = feeds(health, COVERAGE.empty(), (), quoted, now)
    assert (feed.said, feed.is_live) == ("live: no perpetual of BTX", True)
    (feed,) = feeds(health, COVERAGE.empty(), (), quoted, now + timedelta(minutes=5))
    assert (feed.said, feed.is_live) == ("silent", False)


async def test_data_resets_the_attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def once_then_lost() -> AsyncIterator[pl.DataFrame]:
        yield quotes_of("bybit")
        raise ConnectionError("reset by peer")

    async with recording(tmp_path, monkeypatch, lambda c: [poller("bybit", once_then_lost)]):
        await until(lambda: rows(tmp_path, QUOTES).height > 5)
        health = rows(tmp_path, HEALTH)
    assert set(health["attempts"].to_list()) == {0, 1}


async def test_an_answer_without_news_lives_but_does_not_reset_the_attempts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answered_then_lost() -> AsyncIterator[pl.DataFrame]:
        yield QUOTES.empty()
        raise ConnectionError("reset by peer")

    async with recording(tmp_path, monkeypatch, lambda c: [poller("bybit", answered_then_lost)]):
        await until(lambda: rows(tmp_path, HEALTH).height > 5)
        health = rows(tmp_path, HEALTH)
    assert health["state"].to_list()[:4] == ["starting", "live", "retrying", "live"]
    lost = health.filter(pl.col("state") == "retrying")
    assert lost["attempts"].to_list()[:2] == [1, 2]


async def test_what_is_wrong_although_rows_come_is_said_beside_a_live_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, trouble = ["binance: silent; bybit stands in", None], Trouble()

    async def twice() -> AsyncIterator[pl.DataFrame]:
        for trouble.words in said:
            yield quotes_of("bybit")
        await forever()

    def make(context: Context) -> list[Spec]:
        return [replace(poller("binance", twice), trouble=trouble)]

    async with recording(tmp_path, monkeypatch, make):
        await until(lambda: rows(tmp_path, HEALTH).height > 2)
        health = rows(tmp_path, HEALTH)
    assert health["state"].to_list() == ["starting", "live", "live"]
    assert health["reason"].to_list()[1:] == said


async def test_memory_is_given_back_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = list[None]()
    monkeypatch.setattr(sparing, "give_back", lambda: given.append(None))
    monkeypatch.setattr(recorder, "LET_GO_S", 0.01)
    async with recording(tmp_path, monkeypatch, lambda c: []):
        await until(lambda: len(given) > 2)


async def test_feeds_that_are_no_longer_recorded_are_off_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent() -> AsyncIterator[pl.DataFrame]:
        await forever()
        yield QUOTES.empty()

    def word(collector: str, venue: str, state: str, seconds: int) -> dict[str, object]:
        ts = utc_now() - timedelta(seconds=seconds)
        known = {"ts": ts, "collector": collector, "venue": venue, "stream": "", "attempts": 0}
        return known | {"state": state}

    before = [
        word("quotes", "binance", "live", 90),
        word("quotes", "bybit", "live", 80),
        word("store", "", "live", 70),
        word("derivatives", "binance", "off", 60),
        word("derivatives", "okx", "off", 60),
        word("derivatives", "okx", "retrying", 50),
    ]
    writer = Writer(store_path(tmp_path), None)
    writer.append(HEALTH, frame(HEALTH, before))
    writer.close()
    for _ in range(2):  # said once, and not again at the next start
        async with recording(tmp_path, monkeypatch, lambda c: [poller("bybit", silent)]):
            await until(lambda: rows(tmp_path, HEALTH)["state"].to_list()[-1] == "starting")
    health = rows(tmp_path, HEALTH)
    off = health.filter((pl.col("state") == "off") & (pl.col("ts") > before[-1]["ts"]))
    assert off.select("collector", "venue", "reason").sort("collector").rows() == [
        ("derivatives", "okx", None),
        ("quotes", "binance", None),
    ]
    found = feeds(health, COVERAGE.empty(), (), {}, utc_now())
    state = {(feed.collector, feed.venue): (feed.said, feed.stale) for feed in found}
    assert state["quotes", "binance"] == state["derivatives", "okx"] == ("off", False)


def test_a_dollar_is_what_a_venue_takes_for_one() -> None:
    rate = Rates(utc_now)
    assert {quote: rate(quote) for quote in (*DOLLARS, "BUSD", "TUSD")} == {
        **dict.fromkeys(DOLLARS, 1.0),
        "BUSD": None,
        "TUSD": None,
    }


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RateLimited("429 from okx", 0.0), "waiting"),
        (SubscriptionRefused("okx refused liquidation-orders"), "refused"),
        (ConnectionError("reset by peer"), "retrying"),
    ],
)
async def test_the_state_says_why_it_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    async def bad() -> AsyncIterator[pl.DataFrame]:
        raise error
        yield QUOTES.empty()

    async with recording(tmp_path, monkeypatch, lambda c: [poller("okx", bad)]):
        await until(lambda: rows(tmp_path, HEALTH).height >= 2)
        second = rows(tmp_path, HEALTH).row(1, named=True)
    assert second["state"] == state
    assert str(error) in second["reason"]


async def test_a_lost_stream_leaves_a_gap_and_a_new_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose = asyncio.Event()

    def make(context: Context) -> list[Spec]:
        link = Link("bybit", "linear", context.next_conn)

        async def stream() -> AsyncIterator[pl.DataFrame]:
            conn = link.opened()
            yield frame(LIQUIDATIONS, [liquidation(datetime.now(UTC), conn=conn, raw="{}")])
            await lose.wait()
            lose.clear()
            raise ConnectionError("closed with code 1006")

        return [Spec("liquidations", "bybit", "linear", LIQUIDATIONS, stream, link)]

    async with recording(tmp_path, monkeypatch, make):
        await until(lambda: rows(tmp_path, LIQUIDATIONS).height == 1)
        lose.set()
        await until(lambda: rows(tmp_path, LIQUIDATIONS).height == 2)
    coverage = rows(tmp_path, COVERAGE).sort("conn")
    assert coverage["conn"].n_unique() == 2
    assert "1006" in coverage["reason"].to_list()[0]
    assert coverage["reason"].to_list()[-1] == "recorder stopped"


async def test_rows_that_a_full_disk_costs_are_told_by_the_coverage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "KEEP_ROWS", 10)
    full = asyncio.Event()
    full.set()

    def make(context: Context) -> list[Spec]:
        links = [Link("bybit", name, context.next_conn) for name in ("inverse", "linear")]

        async def stream(link: Link) -> AsyncIterator[pl.DataFrame]:
            conn = link.opened()
            for place in range(8 if link.stream == "linear" else 0):
                ts = datetime.now(UTC)
                yield frame(LIQUIDATIONS, [liquidation(ts, place, conn=conn, raw="{}")] * 4)
            await forever()

        return [
            Spec("liquidations", "bybit", link.stream, LIQUIDATIONS, partial(stream, link), link)
            for link in links
        ]

    async with recording(tmp_path, monkeypatch, make) as it:
        write = it.writer.append_all

        def append_all(batch: Sequence[tuple[Table, pl.DataFrame]]) -> int:
            if full.is_set():
                raise StoreError("disk is full")
            return write(batch)

        monkeypatch.setattr(it.writer, "append_all", append_all)
        await until(lambda: it.outbox.dropped > 0)
        full.clear()
        await until(lambda: rows(tmp_path, LIQUIDATIONS).height > 0)
        await asyncio.sleep(recorder.BEAT_S)
    told = rows(tmp_path, COVERAGE).filter(pl.col("conn") < 0)
    assert set(told["stream"]) == {"linear"}
    counts = [int(reason.removeprefix(UNREADABLE)) for reason in told["reason"]]
    assert sum(counts) == it.outbox.dropped == 32 - rows(tmp_path, LIQUIDATIONS).height
    assert set(rows(tmp_path, HEALTH)["stream"]) >= {"inverse", "linear"}


async def test_what_is_waiting_when_it_stops_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asyncio.Event()

    async def burst() -> AsyncIterator[pl.DataFrame]:
        for _ in range(7):
            yield quotes_of("okx")
        done.set()
        await forever()

    async with recording(tmp_path, monkeypatch, lambda c: [poller("okx", burst)]):
        await done.wait()
    assert rows(tmp_path, QUOTES).height == 7


async def test_collectors_are_told_the_ends_of_what_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent: list[Context] = []

    def none(context: Context) -> list[Spec]:
        lent.append(context)
        return []

    moments = [datetime(2026, 1, 20, hour, tzinfo=UTC) for hour in (3, 4, 5)]
    writer = Writer(store_path(tmp_path), None)
    writer.append(CANDLES, frame(CANDLES, [candle(1.0, ts, "1h") for ts in moments]))
    writer.close()
    async with recording(tmp_path, monkeypatch, none):
        where = {"venue": "binance", "symbol": "BTC/USDT", "interval": "1h"}
        assert lent[0].newest(CANDLES, where) == moments[-1]
        assert lent[0].oldest(CANDLES, where) == moments[0]
        assert lent[0].oldest(CANDLES, where | {"venue": "okx"}) is None


async def test_scores_are_noted_once_in_the_beginning_of_each_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with recording(tmp_path, monkeypatch, lambda context: []) as running:
        latest, now = running.latest, utc_now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        priced = snapshot(now, quotes=frame(QUOTES, [quote(1.0, now)]))
        assert latest.noted(replace(priced, as_of=now)) == [], "that hour is not at its beginning"
        later = hour + timedelta(hours=1, seconds=2)
        ratio = {"venue": "okx", "base": "BTC", "measure": "accounts", "period": "5m", "ratio": 3.0}
        crowd = frame(POSITIONING, [ratio | {"ts": later - timedelta(minutes=3)}])
        ((_, told),) = latest.noted(replace(priced, as_of=later, positioning=crowd))
        assert told.rows() == [(hour + timedelta(hours=1), "BTC", "positioning", 0.75)]
        assert latest.noted(replace(priced, as_of=later + timedelta(minutes=9))) == []
        ((_, again),) = latest.noted(
            replace(priced, as_of=later + timedelta(hours=1), positioning=crowd)
        )
        assert again.is_empty(), "an hour later nothing of it is fresh"


async def test_collectors_are_told_of_the_store_that_is_there_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent = list[Context]()

    def none(context: Context) -> list[Spec]:
        lent.append(context)
        return []

    where = {"venue": "binance", "symbol": "BTC/USDT", "interval": "1d"}
    async with recording(tmp_path, monkeypatch, none) as it:
        day = datetime(2026, 1, 20, tzinfo=UTC)
        it.writer.append(CANDLES, frame(CANDLES, [candle(1.0, day)]))
        assert lent[0].newest(CANDLES, where) == day
        store_path(tmp_path).unlink()
        with suppress(StoreError):  # the first to find it may be another
            it.writer.append(QUOTES, quotes_of("okx"))
        await until(lambda: rows(tmp_path, CANDLES).is_empty())
        assert lent[0].newest(CANDLES, where) is None


async def test_a_disk_that_is_full_at_the_start_costs_no_word_about_the_recorder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Writer(store_path(tmp_path), None).close()
    full = [True]
    begun = Writer._transaction

    def transaction(writer: Writer) -> AbstractContextManager[sqlite3.Connection]:
        if full[0]:
            raise StoreError("liqtop.sqlite: disk is full")
        return begun(writer)

    monkeypatch.setattr(Writer, "_transaction", transaction)
    async with recording(tmp_path, monkeypatch, lambda c: []) as it:
        it.outbox.put(QUOTES, quotes_of("okx"))
        await until(lambda: it.outbox.attempts > 1)
        full[0] = False
        await until(lambda: not rows(tmp_path, QUOTES).is_empty())
        await until(lambda: Reader(store_path(tmp_path)).meta("streams") == [])
        assert Reader(store_path(tmp_path)).meta("began") is not None


async def test_what_failed_in_the_first_second_of_an_hour_or_a_minute_is_made_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad(*args: object) -> None:
        raise StoreError("disk I/O error")

    async with recording(tmp_path, monkeypatch, lambda c: []) as it:
        hour = utc_now().replace(minute=0, second=2, microsecond=0) + timedelta(hours=1)
        made, minute = snapshot(hour), snapshot(hour + timedelta(minutes=2, seconds=8))
        with monkeypatch.context() as failing:
            failing.setattr("tui.latest.note", bad)
            failing.setattr("tui.latest.saturation.of_minutes", bad)
            with pytest.raises(StoreError):
                it.latest.noted(made)
            with pytest.raises(StoreError):
                it.latest.full(minute)
        assert len(it.latest.noted(made)) == len(it.latest.full(minute)) == 1
