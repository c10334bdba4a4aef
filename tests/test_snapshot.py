"""A snapshot holds what counts at its moment: live, in the past, and after any sleep."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.frames import (
    AHEAD,
    NOW,
    candle,
    connection,
    edges_of,
    frame,
    liquidation,
    minutes_of,
    quote,
)
from tui.errors import StoreError
from tui.metrics.coverage import Stream
from tui.metrics.series import price_at
from tui.metrics.windows import WINDOWS
from tui.snapshot import Live, Snapshot, Walk, take
from tui.store import Reader, Writer, follower, recent, store_path
from tui.store.edges import COLUMNS
from tui.tables import (
    ALERTS,
    BACKFILLED,
    CANDLES,
    CASCADES,
    CONTROL,
    COVERAGE,
    DEPTH,
    DERIVATIVES,
    FLOW,
    HEALTH,
    LIQUIDATION_MINUTES,
    LIQUIDATIONS,
    NORMALS,
    OPTIONS,
    POSITIONING,
    QUOTES,
    SATURATION,
    SERIES,
    TABLES,
    VOLATILITY,
    Measure,
    Table,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FRAMES = {
    "minutes": LIQUIDATION_MINUTES,
    "edges": LIQUIDATIONS,
    "cascades": CASCADES,
    "normals": NORMALS,
    "recent": LIQUIDATIONS,
    "largest": LIQUIDATIONS,
    "coverage": COVERAGE,
    "positioning": POSITIONING,
    "derivatives": DERIVATIVES,
    "candles": CANDLES,
    "quotes": QUOTES,
    "health": HEALTH,
    "saturation": SATURATION,
    "control": CONTROL,
    "alerts": ALERTS,
    "depth": DEPTH,
    "volatility": VOLATILITY,
    "options": OPTIONS,
    "flow": FLOW,
    "series": SERIES,
}

Row = dict[str, Any]


@contextmanager
def store() -> Iterator[tuple[Writer, Reader]]:
    """A new empty store, for tests that make many."""
    with TemporaryDirectory() as folder:
        path = store_path(Path(folder))
        writer, reader = Writer(path, None), Reader(path)
        yield writer, reader
        reader.close()
        writer.close()


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(store_path(tmp_path), None)


@pytest.fixture
def reader(tmp_path: Path, writer: Writer) -> Reader:
    return Reader(store_path(tmp_path))


def assert_same(one: Snapshot, other: Snapshot) -> None:
    """The same rows in every frame; the feed also in the same order."""
    for name in FRAMES:
        left, right = getattr(one, name), getattr(other, name)
        if name == "largest":  # one of several that are as large
            left, right = left.select("usd"), right.select("usd")
        assert left.schema == right.schema, name
        if name != "recent":
            left, right = left.sort(left.columns), right.sort(right.columns)
        assert left.rows() == right.rows(), name


def in_window(snapshot: Snapshot, span: timedelta) -> tuple[float, float, int, int]:
    """Long USD, short USD, rows and unpriced rows of a window, as Snapshot says to add them up."""
    start, newest = snapshot.as_of - span, snapshot.as_of.replace(second=0, microsecond=0)
    first = start.replace(second=0, microsecond=0)
    whole = snapshot.minutes.filter((pl.col("minute") > start) & (pl.col("minute") < newest))
    inside = (pl.col("ts") < first + MINUTE) | (pl.col("ts") >= newest)
    edges = snapshot.edges.filter((pl.col("ts") > start) & inside)
    return _add_up(pl.concat([whole.drop("minute"), minutes_of(edges).drop("minute")]))


def by_brute_force(rows: pl.DataFrame, as_of: datetime, span: timedelta) -> tuple[Any, ...]:
    until = as_of + AHEAD
    return _add_up(minutes_of(rows.filter(pl.col("ts").is_between(as_of - span, until, "right"))))


def _add_up(minutes: pl.DataFrame) -> tuple[float, float, int, int]:
    sides = {
        side: minutes.filter(pl.col("side") == side)["usd"].sum() for side in ("long", "short")
    }
    counted = int(minutes["count"].sum()), int(minutes["unpriced"].sum())
    return float(sides["long"]), float(sides["short"]), *counted


# Whole dollars, so that sums are exact in any order; moments crowd around the windows' edges.
moments = st.builds(
    lambda span, ms: NOW - span + timedelta(milliseconds=ms),
    st.sampled_from([timedelta(0), *WINDOWS.values()]),
    st.integers(-70_000, 70_000) | st.sampled_from([-20_000, 0, 1, 5_000, 5_001, 40_000]),
)
histories = st.lists(
    st.builds(
        lambda ts, usd, side, venue, base, cls, n: (
            liquidation(ts, usd, side, base, venue, n=n) | {"class": cls}
        ),
        moments,
        st.none() | st.integers(1, 9).map(float),
        st.sampled_from(["long", "short"]),
        st.sampled_from(["binance", "okx"]),
        st.sampled_from(["BTC", "ETH"]),
        st.sampled_from(["crypto", "crypto", "tradfi"]),
        st.integers(0, 9),
    ),
    max_size=40,
)


@examples(12)
@given(histories)
def test_every_window_from_minutes_and_edges_is_the_sum_of_its_raw_rows(history: list[Row]) -> None:
    with store() as (writer, reader):
        rows = frame(LIQUIDATIONS, history)
        writer.append(LIQUIDATIONS, rows)
        found = take(reader, NOW)
        for span in WINDOWS.values():
            assert in_window(found, span) == by_brute_force(rows, NOW, span)
        due = rows.drop("raw").filter(pl.col("ts") <= NOW + AHEAD)
        edges = edges_of(due, NOW)
        assert found.edges.sort(found.edges.columns).equals(edges.sort(edges.columns))
        day = minutes_of(due).filter(pl.col("minute") >= NOW.replace(second=0) - DAY)
        key = LIQUIDATION_MINUTES.key
        assert found.minutes.sort(key).equals(day.sort(key))


@examples(12)
@given(histories)
def test_the_largest_is_the_largest_crypto_row_of_the_day(history: list[Row]) -> None:
    with store() as (writer, reader):
        rows = frame(LIQUIDATIONS, history)
        writer.append(LIQUIDATIONS, rows)
        day = rows.filter(
            pl.col("ts").is_between(NOW - DAY, NOW + AHEAD, "right")
            & (pl.col("class") == "crypto")
            & pl.col("usd").is_not_null()
        )
        largest = take(reader, NOW).largest
        assert len(largest) == min(1, len(day))
        if len(largest):
            best = day.sort("usd", "ts").row(-1, named=True)
            assert largest.row(0, named=True)["usd"] == best["usd"]
            assert largest.row(0, named=True)["ts"] == best["ts"]


@examples(8)
@given(histories, st.integers(-90, 90))
def test_a_past_moment_is_what_a_store_that_ended_there_would_show(
    history: list[Row], seconds: int
) -> None:
    as_of = NOW - timedelta(hours=12, seconds=seconds)
    ended = [row for row in history if row["ts"] <= as_of + AHEAD]
    with store() as (whole, reading), store() as (short, reading_short):
        whole.append(LIQUIDATIONS, frame(LIQUIDATIONS, history))
        short.append(LIQUIDATIONS, frame(LIQUIDATIONS, ended))
        for table, rows in _others():
            whole.append(table, rows)
            short.append(table, rows.filter(pl.col(table.time) <= as_of + AHEAD))
        assert_same(take(reading, as_of), take(reading_short, as_of))


moments = st.lists(
    st.tuples(st.booleans(), st.sampled_from([-1, -60, 61, -3600, 7200, -90_000, 90_000])),
    min_size=1,
    max_size=6,
)


@examples(6)
@given(histories, moments, st.sampled_from([timedelta(minutes=1), DAY, DAY * 10]))
def test_steps_through_the_past_are_what_fresh_looks_would_show(
    history: list[Row], moments: list[tuple[bool, int]], now: timedelta
) -> None:
    """Back and forth, short and far, from a moment near and far, with rows that come for the past
    between them."""
    as_of = NOW - timedelta(hours=2)
    with store() as (writer, reader):
        for table, others in _others():
            writer.append(table, others)
        live = Live(reader)
        live.at(NOW + now)
        for number, (late, seconds) in enumerate(moments):
            as_of = min(as_of + timedelta(seconds=seconds), NOW + DAY)
            if late:
                rows = [row | {"conn": number} for row in history]
                writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
                day = NOW.replace(hour=0, minute=0, second=0)
                writer.append(CANDLES, frame(CANDLES, [candle(9.0 + number, day - DAY)]))
            live.poll()
            assert_same(live.at(as_of), take(reader, as_of))


steps = st.lists(
    st.tuples(
        histories,
        st.sampled_from([0, 1, 1, 3, 30, 61, 600, 4000, 90_000]),  # seconds until the next look
    ),
    min_size=1,
    max_size=5,
)


@examples(8)
@given(steps)
def test_what_is_followed_is_what_a_fresh_look_would_show(
    steps: list[tuple[list[Row], int]],
) -> None:
    """Late rows, rows ahead of the clock, changed rows and long sleeps included."""
    now = NOW - timedelta(minutes=10)
    with store() as (writer, reader):
        live = Live(reader)
        for number, (rows, seconds) in enumerate(steps):
            writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [r | {"conn": number} for r in rows]))
            for table, others in _others(now, price=float(number)):
                writer.append(table, others)
            now += timedelta(seconds=seconds)
            live.poll()
            assert_same(live.at(now), take(reader, now))


def _others(now: datetime = NOW, price: float = 1.0) -> Iterator[tuple[Table, pl.DataFrame]]:
    """A few rows of every other table around `now`, on keys that come again."""
    spread = [now + timedelta(seconds=s) for s in (-90_500, -90_000, -3600, -700, -90, 0, 4, 60)]
    yield QUOTES, frame(QUOTES, [quote(price, ts, s) for ts in spread for s in ("A/B", "C/D")])
    of_base = {"venue": "okx", "base": "BTC"}
    yield DERIVATIVES, frame(DERIVATIVES, [of_base | {"ts": ts, "mark": price} for ts in spread])
    ratio = of_base | {"measure": "taker", "period": "5m", "ratio": price}
    days = [ts - DAY * back for ts in spread for back in (0, 1, 15, 31)]
    yield POSITIONING, frame(POSITIONING, [ratio | {"ts": ts} for ts in sorted(set(days))])
    day = now.replace(hour=0, minute=0, second=0)
    candles = [candle(price, day - DAY * back) for back in range(3)]
    candles += [
        candle(price, now.replace(minute=0, second=0) - HOUR * b, "1h") for b in (1, 9, 2200)
    ]
    yield CANDLES, frame(CANDLES, candles)
    states = {"collector": "quotes", "venue": "okx", "stream": "", "attempts": int(price)}
    yield HEALTH, frame(HEALTH, [states | {"ts": ts, "state": "live"} for ts in spread])
    fullest = {"venue": "okx", "saturation": price, "pushed": int(price)}
    yield SATURATION, frame(SATURATION, [fullest | {"minute": ts} for ts in spread])
    total = of_base | {"symbol": "BTC/USDT:USDT", "period": "5m", "long_usd": price}
    yield CONTROL, frame(CONTROL, [total | {"ts": ts} for ts in spread])
    book = of_base | {"market": "perp", "bid_100": price}
    yield DEPTH, frame(DEPTH, [book | {"ts": ts} for ts in spread])
    minute = of_base | {"stream": "swap", "market": "perp", "buy_usd": price, "cover": 1.0}
    yield FLOW, frame(FLOW, [minute | {"ts": ts} for ts in spread])
    index = of_base | {"close": price}
    ends = [index | {"resolution": "1m", "ts": ts} for ts in spread]
    ends += [index | {"resolution": "1d", "ts": day - DAY * back} for back in (0, 1, 2, 300, 500)]
    yield VOLATILITY, frame(VOLATILITY, ends)
    tenors: list[Row] = [{**of_base, "tenor": name, "atm_iv": price} for name in ("7d", "180d")]
    yield OPTIONS, frame(OPTIONS, [one | {"ts": ts} for one in tenors for ts in spread])


def test_an_empty_store_gives_empty_frames_of_the_declared_types(reader: Reader) -> None:
    found = take(reader, NOW)
    for name, table in FRAMES.items():
        left_out = table.schema.keys() - COLUMNS if name == "edges" else {"raw"}
        schema = {column: dtype for column, dtype in table.schema.items() if column not in left_out}
        assert getattr(found, name).schema == schema, name
        assert getattr(found, name).is_empty(), name
    assert (found.streams, found.gives, found.began, found.recorder_ts) == ((), {}, None, None)


def test_it_says_what_the_recorder_said_of_itself(writer: Writer, reader: Reader) -> None:
    writer.set_meta("streams", [["okx", "swap"], ["bybit", "linear"]])
    writer.set_meta("gives", {"okx": "1/s"})
    writer.set_meta("measures", {"bybit": ["accounts", "a later version's"]})
    writer.set_meta("began", int((NOW - HOUR).timestamp() * 1000))
    writer.write_latest(NOW - MINUTE, {})
    found = take(reader, NOW)
    assert found.streams == (Stream("okx", "swap"), Stream("bybit", "linear"))
    assert found.gives == {"okx": "1/s"}
    assert found.measures == {"bybit": (Measure.ACCOUNTS,)}
    assert found.began == NOW - HOUR
    assert found.recorder_ts == NOW - MINUTE


def test_a_young_store_has_only_what_it_heard(writer: Writer, reader: Reader) -> None:
    rows = [liquidation(NOW - timedelta(seconds=s), usd=1.0, n=s) for s in range(90)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    found = take(reader, NOW)
    assert [in_window(found, span)[2] for span in WINDOWS.values()] == [60] + [90] * 6


def test_rows_ahead_of_the_clock_count_when_they_are_due(writer: Writer, reader: Reader) -> None:
    ahead = [liquidation(NOW + timedelta(seconds=s), usd=float(s)) for s in (5, 6, 3700)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, ahead))
    live = Live(reader)
    for seconds, largest, count in ((0, 5, 1), (1, 6, 2), (60, 6, 2), (3695, 3700, 3)):
        live.poll()
        found = live.at(NOW + timedelta(seconds=seconds))
        assert found.largest["usd"].to_list() == [largest]
        assert found.recent["usd"].to_list() == sorted(found.recent["usd"], reverse=True)
        assert len(found.recent) == count


def test_the_feed_is_the_newest_rows_newest_first(
    writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "RECENT", 5)
    rows = [liquidation(NOW - timedelta(seconds=s), usd=float(s)) for s in (9, 3, 7, 1, 5, 2, 8)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    live = Live(reader)
    assert live.at(NOW).recent["usd"].to_list() == [1, 2, 3, 5, 7]
    late = liquidation(NOW - timedelta(seconds=4), usd=4.0)
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [late]))
    assert live.poll()
    assert live.at(NOW).recent["usd"].to_list() == [1, 2, 3, 4, 5]
    assert "raw" not in live.at(NOW).recent.columns


def test_quotes_are_thinned_to_the_last_of_a_minute_but_for_the_newest(
    writer: Writer, reader: Reader
) -> None:
    every = [quote(float(s), NOW - timedelta(seconds=s)) for s in range(1500, -1, -1)]
    writer.append(QUOTES, frame(QUOTES, every))
    found = take(reader, NOW).quotes
    whole = list(range(1040, -1, -1))  # 13:46:00 on, 17 minutes and a part before 14:03:20
    old = [s for s in range(1500, 1040, -1) if (NOW - timedelta(seconds=s)).second == 59]
    assert found["price"].to_list() == [float(s) for s in old + whole]


def test_five_and_fifteen_minutes_ago_the_price_is_the_newest_of_then_however_it_is_read(
    writer: Writer, reader: Reader, tmp_path: Path
) -> None:
    """Read anew, from the shelf and from a copy, and followed through the seconds of a minute."""
    first, last = NOW - timedelta(minutes=40), NOW + timedelta(seconds=70)
    every = [quote(float(s), first + timedelta(seconds=s)) for s in range(2400)]
    writer.append(QUOTES, frame(QUOTES, every))
    followed = Live(reader)
    followed.at(NOW - MINUTE * 3)
    writer.write_copies(followed.copies())
    copied, stepped = Live(Reader(store_path(tmp_path))), Live(reader)
    stepped.at(last)
    for seconds in (0, 21, 41, 62):
        as_of = NOW + timedelta(seconds=seconds)
        back = NOW - timedelta(minutes=7, seconds=-seconds)
        looks = (followed.at(as_of), copied.at(as_of), take(reader, as_of), stepped.at(back))
        for found in looks:
            for ago in (5, 15):
                then = found.as_of - timedelta(minutes=ago)
                price = price_at(found.quotes, found.candles, "BTC/USDT", then)
                assert price == (then - first).total_seconds()


def test_a_candle_that_closed_later_is_not_known_yet(writer: Writer, reader: Reader) -> None:
    day = NOW.replace(hour=0, minute=0, second=0)
    rows = [candle(3.0, day, closed=False), candle(2.0, day - DAY), candle(1.0, day - DAY * 2)]
    writer.append(CANDLES, frame(CANDLES, rows))
    assert take(reader, NOW).candles.sort("ts")["close"].to_list() == [1, 2, 3]
    assert take(reader, NOW - DAY).candles["close"].to_list() == [1]
    just_closed = day - timedelta(seconds=5)
    assert take(reader, just_closed).candles.sort("ts")["close"].to_list() == [1, 2, 3]


def test_coverage_is_as_it_was_then(writer: Writer, reader: Reader) -> None:
    ended = connection(since=NOW - HOUR * 3, until=NOW - HOUR, reason="lost")
    later = connection(since=NOW - timedelta(minutes=30), until=NOW, conn=2)
    old = connection(since=NOW - DAY * 3, until=NOW - DAY * 2, conn=3)
    writer.append(COVERAGE, frame(COVERAGE, [ended, later, old]))
    columns = ["conn", "until", "reason"]
    assert take(reader, NOW).coverage.select(columns).rows() == [
        (1, NOW - HOUR, "lost"),
        (2, NOW, None),
    ]
    past = NOW - HOUR * 2
    assert take(reader, past).coverage.select(columns).rows() == [(1, past, None)]


def test_within_an_outage_that_was_filled_afterwards_nobody_listens(
    writer: Writer, reader: Reader
) -> None:
    lost, back = NOW - HOUR, NOW - timedelta(minutes=30)
    rows = [
        connection(until=lost, reason="lost"),
        connection(since=back, conn=2),
        connection(since=lost, until=back, reason=BACKFILLED + "7", conn=3),
    ]
    writer.append(COVERAGE, frame(COVERAGE, rows))
    writer.set_meta("streams", [["bybit", "linear"]])
    within = lost + timedelta(minutes=10)
    for found in (take(reader, within), Walk(reader).at(within)):
        assert found.coverage["conn"].to_list() == [1]
        (feed,) = found.feeds()
        assert (feed.stale, feed.age_s) == (True, 600.0)
    after = sorted(take(reader, back + MINUTE).coverage.select("conn", "until", "reason").rows())
    assert after == [(1, lost, "lost"), (2, back + MINUTE, None), (3, back, BACKFILLED + "7")]


def test_health_is_the_newest_state_of_each_feed(writer: Writer, reader: Reader) -> None:
    def state(seconds: int, venue: str, word: str) -> Row:
        feed = {"collector": "liquidations", "venue": venue, "stream": "x", "attempts": 0}
        return feed | {"ts": NOW - timedelta(seconds=seconds), "state": word}

    rows = [state(9, "okx", "starting"), state(3, "okx", "live"), state(5, "bybit", "live")]
    writer.append(HEALTH, frame(HEALTH, [*rows, state(-60, "okx", "retrying")]))
    live = Live(reader)
    for as_of, okx in ((NOW, "live"), (NOW + MINUTE, "retrying"), (NOW - 5 * AHEAD / 4, "live")):
        found = {row["venue"]: row["state"] for row in live.at(as_of).health.to_dicts()}
        assert found == {"okx": okx, "bybit": "live"}
    writer.append(HEALTH, frame(HEALTH, [state(-61, "bybit", "off")]))
    assert live.poll()
    found = {row["venue"]: row["state"] for row in live.at(NOW + 2 * MINUTE).health.to_dicts()}
    assert found == {"okx": "retrying", "bybit": "off"}


def test_poll_says_whether_anything_is_new(writer: Writer, reader: Reader) -> None:
    live = Live(reader)
    assert live.poll()  # nothing was read yet
    live.at(NOW)
    assert not live.poll()
    writer.append(QUOTES, frame(QUOTES, [quote(1.0)]))
    assert live.poll()
    assert not live.poll()


def test_an_earlier_moment_is_read_by_itself_and_the_clock_goes_on(
    writer: Writer, reader: Reader
) -> None:
    rows = [liquidation(NOW - timedelta(minutes=m), usd=1.0) for m in range(300)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    live = Live(reader)
    for minutes in (0, -100, 1, -3, 2):
        as_of = NOW + timedelta(minutes=minutes)
        assert_same(live.at(as_of), take(reader, as_of))


def test_a_screen_that_slept_through_a_wave_reads_the_day_anew(
    writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(reader)
    live.at(NOW)
    monkeypatch.setattr(follower.Follower.__init__, "__defaults__", ("now", 10))
    live._day = None
    live.at(NOW)
    rows = [liquidation(NOW, usd=float(n), n=n) for n in range(200)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    assert live.poll()
    assert_same(live.at(NOW), take(reader, NOW))
    assert len(live.at(NOW).edges) == 200


def test_a_store_that_was_deleted_is_said_and_its_successor_is_followed(
    tmp_path: Path, writer: Writer, reader: Reader
) -> None:
    writer.append(QUOTES, frame(QUOTES, [quote(1.0), quote(2.0)]))
    live = Live(reader)
    assert len(live.at(NOW).quotes) == 2
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(StoreError, match="no store here yet"):
        live.poll()
    Writer(store_path(tmp_path), None).append(QUOTES, frame(QUOTES, [quote(3.0)]))
    assert live.poll()
    assert live.at(NOW).quotes["price"].to_list() == [3.0]


def test_edges_read_ahead_hold_every_row_once(
    writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute is read in slices while late rows for it come in."""
    monkeypatch.setattr("tui.store.edges.SLICE", 3)
    next_edge = NOW.replace(second=0) - timedelta(minutes=14)
    rows = [liquidation(next_edge + timedelta(seconds=s), usd=1.0) for s in range(0, 40, 2)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    live = Live(reader)
    for second in range(45):
        late = liquidation(next_edge + timedelta(seconds=(second * 7) % 60), usd=2.0, n=second + 1)
        writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [late]))
        live.poll()
        now = NOW + timedelta(seconds=second)
        shown = live.at(now)
        if second % 4 == 0:  # a fresh look costs as much as all the others
            assert_same(shown, take(reader, now))


def test_every_table_is_in_the_snapshot() -> None:
    """But what is read of the store when it is asked for (tui.store.year)."""
    framed = {table.name for table in FRAMES.values()}
    assert framed | {"scores"} == {table.name for table in TABLES}


def test_between_two_seconds_a_quote_is_taken_in_and_the_rest_waits(
    writer: Writer, reader: Reader
) -> None:
    live = Live(reader)
    shown, later = live.at(NOW), NOW + timedelta(seconds=0.5)
    assert live.quoted(shown, later) is None
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation(NOW)]))
    assert live.quoted(shown, later) is None
    writer.append(QUOTES, frame(QUOTES, [quote(90_001.0, NOW)]))
    quoted = live.quoted(shown, later)
    assert quoted is not None
    assert quoted.as_of == later
    assert quoted.quotes["price"].to_list() == [90_001.0]
    assert quoted.recent.is_empty()
    assert live.poll()
    assert live.at(later).recent.height == 1


def test_a_day_opened_from_copies_is_the_day_read_row_by_row(
    writer: Writer, reader: Reader, tmp_path: Path
) -> None:
    held = Live(reader)
    for table, rows in _others(NOW - HOUR, 1.0):
        writer.append(table, rows)
    held.at(NOW - HOUR)
    writer.write_copies(held.copies())
    for table, rows in _others(NOW, 2.0):
        writer.append(table, rows)
    for table, rows in _others(NOW - HOUR, 3.0):  # keyed rows that changed since the copy
        if table.key:
            writer.append(table, rows)
    copied = Live(Reader(store_path(tmp_path))).at(NOW)
    assert_same(copied, take(reader, NOW))
    assert 3.0 in copied.candles["close"].to_list()


def test_a_copy_that_polars_cannot_read_is_passed_by(writer: Writer, reader: Reader) -> None:
    for table, rows in _others(NOW):
        writer.append(table, rows)
    with sqlite3.connect(writer._path) as db:
        db.execute("REPLACE INTO copies VALUES ('candles', 0, 1, x'00')")
    assert_same(Live(reader).at(NOW), take(reader, NOW))


def test_the_largest_is_read_again_after_a_read_that_failed(
    writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = liquidation(NOW - 3 * HOUR, usd=9e6)
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [large, liquidation(NOW - 10 * MINUTE)]))
    read, live = Reader.select, Live(reader)

    def select(
        self: Reader, table: Table, names: Sequence[str], rest: str, values: Sequence[Any]
    ) -> pl.DataFrame:
        if "ORDER BY usd DESC" in rest:
            raise StoreError("disk I/O error")
        return read(self, table, names, rest, values)

    with monkeypatch.context() as failing:
        failing.setattr(Reader, "select", select)
        with pytest.raises(StoreError):
            live.at(NOW)
    for minutes in (0, 1, 2, 30):
        assert live.at(NOW + minutes * MINUTE).largest["usd"].to_list() == [9e6]


def test_an_earlier_second_of_the_same_minute_has_all_of_its_newest_rows(
    writer: Writer, reader: Reader
) -> None:
    times = [NOW - MINUTE + place * timedelta(milliseconds=20) for place in range(3000)]
    rows = [liquidation(ts, usd=1.0, n=place) for place, ts in enumerate(times)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    live = Live(reader)
    live.at(NOW + timedelta(seconds=20))
    then = NOW - timedelta(seconds=15)
    assert_same(live.at(then), take(reader, then))


def test_going_back_day_by_day_holds_two_days(writer: Writer, reader: Reader) -> None:
    rows = [liquidation(NOW - hours * HOUR) for hours in range(24 * 20)]
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))
    live = Live(reader)
    live.at(NOW)
    for days in range(20):
        assert live.minutes(NOW - days * DAY).height >= 23
    assert live._shelf is not None
    assert len(live._shelf.minutes()._hours) <= 51


def test_books_of_the_past_know_no_later_ones(writer: Writer, reader: Reader) -> None:
    start = NOW - 2 * DAY
    same = {"venue": "binance", "market": "perp", "base": "BTC", "bid": 100.0, "ask": 101.0}
    rows = [same | {"ts": start + minutes * MINUTE} for minutes in range(2 * 1440)]
    writer.append(DEPTH, frame(DEPTH, rows))
    for span in (DAY, 30 * DAY):
        found = Live(reader).depths("BTC", NOW - DAY / 2, span)
        assert found["ts"].max() == NOW - DAY / 2
