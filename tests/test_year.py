"""The hourly candles of a year, read of a real store when they are asked for."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.frames import NOW, candle, frame
from tui.clock import milliseconds
from tui.snapshot import Live, Walk, take
from tui.store import Reader, Writer, store_path
from tui.store.year import HOURS, Year
from tui.tables import CANDLES

OPEN = NOW.replace(minute=0, second=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with closing(Writer(store_path(tmp_path), endpoint=None)) as made:
        yield made


@pytest.fixture
def reader(writer: Writer, tmp_path: Path) -> Iterator[Reader]:
    with closing(Reader(store_path(tmp_path))) as made:
        yield made


def write(writer: Writer, first: int, last: int, end: datetime = OPEN, **other: Any) -> None:
    """Closed hours that began `first` to `last` hours before `end`."""
    rows = [
        candle(float(n), end - n * HOUR, "1h", volume=2.0, **other) for n in range(first, last, -1)
    ]
    writer.append(CANDLES, frame(CANDLES, rows))


def ages(year: Year, now: datetime = NOW, venue: str = "binance") -> list[int]:
    """How many hours before `OPEN` those of a venue began, oldest first."""
    found = year.of("BTC", milliseconds(now)).get(venue)
    return [] if found is None else [(OPEN - ts) // HOUR for ts in found["ts"]]


def test_a_year_is_the_hours_that_are_over(writer: Writer, reader: Reader) -> None:
    write(writer, HOURS + 30, -3)
    year = Year(reader)
    assert ages(year) == list(range(HOURS, 0, -1))
    assert set(year.of("BTC", milliseconds(NOW))["binance"].columns) == {
        *("ts", "low", "high", "close", "volume")
    }
    assert ages(year, NOW - 24 * HOUR) == list(range(HOURS + 24, 24, -1)), "as it was then"
    assert year.of("ETH", milliseconds(NOW)) == {}


def test_an_open_hour_and_other_candles_are_none_of_it(writer: Writer, reader: Reader) -> None:
    write(writer, 5, 1)
    write(writer, 1, 0, closed=False)  # it ended, and its last word has not come
    write(writer, 9, 0, symbol="BTC/USDC")
    write(writer, 9, 0, symbol="PAXG/USDT")
    day = candle(1.0, OPEN - 48 * HOUR, "1d")
    writer.append(CANDLES, frame(CANDLES, [day]))
    write(writer, 8, 5, venue="okx")
    year = Year(reader)
    assert ages(year) == [5, 4, 3, 2]
    assert ages(year, venue="okx") == [8, 7, 6]


def test_a_whole_year_is_read_once_an_hour(writer: Writer, reader: Reader) -> None:
    write(writer, HOURS, 0)
    year = Year(reader)
    first = year.of("BTC", milliseconds(NOW))
    for seconds in (1, 600, 2_000):
        assert year.of("BTC", milliseconds(NOW) + seconds * 1_000) is first
    write(writer, 0, -1)
    assert ages(year, NOW + HOUR)[-1] == 0
    assert len(ages(year, NOW + HOUR)) == HOURS


def test_what_is_not_whole_is_looked_for_each_minute(writer: Writer, reader: Reader) -> None:
    write(writer, 5, 1)
    year = Year(reader)
    first = year.of("BTC", milliseconds(NOW))
    write(writer, 1, 0)
    assert year.of("BTC", milliseconds(NOW) + 59_000) is first
    later = NOW + timedelta(seconds=61)
    assert ages(year, later) == [5, 4, 3, 2, 1]
    same = year.of("BTC", milliseconds(later))
    assert year.of("BTC", milliseconds(later) + 90_000) is same, "nothing came: the same frames"


def test_few_coins_are_kept(writer: Writer, reader: Reader) -> None:
    for base in ("A", "B", "C", "D"):
        write(writer, 3, 0, symbol=f"{base}/USDT")
    year = Year(reader)
    frames = {base: year.of(base, milliseconds(NOW)) for base in ("A", "B", "C", "D")}
    assert all(found["binance"].height == 3 for found in frames.values())
    assert set(year._known) == {"B", "C", "D"}


def test_every_way_to_a_snapshot_has_it(writer: Writer, reader: Reader) -> None:
    write(writer, HOURS, 0)
    live = Live(reader)
    for snapshot in (take(reader, NOW), live.at(NOW), Walk(reader).at(NOW)):
        assert snapshot.hours("BTC")["binance"].height == HOURS
        assert snapshot.candles.height < 24 * 91, "and holds no more than before"
    past = live.at(NOW - 48 * HOUR)
    assert past.hours("BTC")["binance"]["ts"][-1] == OPEN - 49 * HOUR
    assert live.at(NOW).hours("BTC")["binance"]["ts"][-1] == OPEN - HOUR


def test_the_oldest_of_a_series_is_known(writer: Writer, reader: Reader) -> None:
    write(writer, 7, 0)
    write(writer, 9, 0, venue="okx")
    where = {"venue": "binance", "symbol": "BTC/USDT", "interval": "1h"}
    assert reader.oldest(CANDLES, where) == OPEN - 7 * HOUR
    assert reader.oldest(CANDLES, where | {"interval": "1d"}) is None
