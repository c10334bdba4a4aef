"""Series of the user's own: named in the config, read whole or refused in one line."""

import asyncio
import json
import os
import threading
from contextlib import aclosing, closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_exchange import FakeExchange
from tests.frames import NOW
from tui import config
from tui.collectors import fetched
from tui.collectors import series as collector
from tui.collectors.daily import BadSeries, values
from tui.collectors.series import collect
from tui.errors import ConfigError
from tui.recorder import Recorder
from tui.series import Series
from tui.store import Reader, store_path
from tui.tables import HEALTH, SERIES
from tui.venues.errors import RateLimited

ONE = Series("fund flows", "x.csv", False)
CSV = b"date,value\n2026-01-18,1.5\n2026-01-17,-3e6\n2026-01-19,\n2026-01-18,2\n"


def loaded(folder: Path, text: str) -> config.Settings:
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return config.load(file)


def test_a_series_of_the_config(tmp_path: Path) -> None:
    text = """
[[series]]
name = "fund flows"
path = "etf.csv"
date = "day"
value = "net"
unit = "USD"
kind = "flow"
[[series]]
name = "balances"
url = "https://example.org/b.json?key=s3cret"
"""
    made = loaded(tmp_path, text)
    assert made.series == (
        Series("fund flows", str(tmp_path / "etf.csv"), False, "day", "net", "USD", "flow"),
        Series("balances", "https://example.org/b.json?key=s3cret", True),
    )
    assert "s3cret" not in str(made.recorder_part())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "a"\npath = "x"\nvaleu = "v"', "unknown key 'valeu'; did you mean 'value'?"),
        ('name = "a"', "write either path or url"),
        ('name = "a"\npath = "x"\nurl = "https://a.b/c"', "write either path or url"),
        ('name = "a"\nurl = "http://a.b/c"', "url: is no address; write https://HOST/PATH"),
        ('name = "a"\nurl = "https://u:p@a.b/c"', "url: is no address"),
        ('name = "a"\nurl = "file:///etc/passwd"', "url: is no address"),
        ('path = "x"', "name: write one of at most 24"),
        ('name = "a\\u001b"\npath = "x"', "name: write one"),
        ('name = "a"\npath = 3', "path: 3 is no text"),
        ('name = "a"\npath = "x"\nkind = "sum"', "kind: 'sum' is none of level, flow"),
        ('name = "a"\npath = "x"\n[[series]]\nname = "a"\npath = "y"', "'a' is named twice"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, f"[[series]]\n{text}\n")
    assert words in str(raised.value)
    assert "[[series]]" in str(raised.value)


def test_days_are_read_as_they_are_written() -> None:
    """The last word on a day counts, a day without a value is none, and order does not matter."""
    assert values(ONE, CSV, NOW) == {date(2026, 1, 17): -3e6, date(2026, 1, 18): 2.0}
    rows = [{"date": "2026-01-18T23:00:00-05:00", "value": "7"}, {"date": 1768694400, "value": 2}]
    read = {date(2026, 1, 19): 7.0, date(2026, 1, 18): 2.0}
    assert values(ONE, json.dumps(rows).encode(), NOW) == read
    assert values(ONE, json.dumps({"ok": True, "data": rows}).encode(), NOW) == read
    for written in (1768694400000, 20260118, "20260118", "1768694400", 1768694400.0):
        stamped = [{"date": written, "value": 2}]
        assert values(ONE, json.dumps(stamped).encode(), NOW) == {date(2026, 1, 18): 2.0}
    assert values(ONE, b"date,value\n20260118,2\n", NOW) == {date(2026, 1, 18): 2.0}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"day,value\n2026-01-18,1\n", "row 1: no column 'date'; it has day, value"),
        (b"date,value\n2026-01-18,1\nsoon,2\n", "row 2: 'soon' is no date; write 2026-01-20"),
        (b"date,value\n2026-01-18,many\n", "row 1: 'many' is no number"),
        (b"date,value\n2026-01-18,nan\n", "row 1: 'nan' is no number"),
        (b"date,value\n2026-02-18,1\n", "row 1: 2026-02-18 is yet to come"),
        (b"date,value\n", "no row with a value"),
        (b"", "no row with a value"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[1, 2]", "is no list of objects"),
        (b'{"a": [], "b": []}', "is no list of objects"),
        (b"[", "no JSON"),
        (b'[{"date": true, "value": 1}]', "row 1: True is no date"),
        (
            b'[{"date": 2026, "value": 1}]',
            "row 1: '2026' is no date after 1990; write 2026",
        ),
        (b'[{"date": 631151999, "value": 1}]', "row 1: '631151999' is no date after 1990"),
        (b'[{"date": 600000000000, "value": 1}]', "row 1: '600000000000' is no date after 1990"),
        (b'[{"date": NaN, "value": 1}]', "row 1: 'nan' is no date"),
        (b'[{"date": 20261320, "value": 1}]', "row 1: '20261320' is no date; write 2026-01-20"),
        (b"date,value\n202601,1\n", "row 1: '202601' is no date after 1990"),
        (b'[{"date": "2026-01-18", "value": [1]}]', "row 1: '[1]' is no number"),
    ],
)
def test_a_bad_source_is_one_clear_line(raw: bytes, words: str) -> None:
    with pytest.raises(BadSeries) as raised:
        values(ONE, raw, NOW)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


@given(st.binary(max_size=300))
def test_whatever_a_source_holds_it_is_days_or_one_line(raw: bytes) -> None:
    try:
        found = values(ONE, raw, NOW)
    except BadSeries:
        return
    assert all(isinstance(day, date) for day in found)


async def first(one: Series, **other: Any) -> Any:
    async with aclosing(collect(one, lambda: NOW, **other)) as frames:  # type: ignore[type-var]
        async for made in frames:
            return made
    return None


async def test_a_file_is_read_into_rows(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(CSV)
    found = await first(ONE._replace(source=str(tmp_path / "x.csv"), unit="USD", kind="flow"))
    assert found.schema == SERIES.schema
    assert found["value"].to_list() == [-3e6, 2.0]
    assert found["ts"][1] == datetime(2026, 1, 18, tzinfo=UTC)
    assert set(found["unit"]) == {"USD"}


async def test_a_start_writes_only_what_the_store_has_not(tmp_path: Path) -> None:
    """A row that is written again would seem to have been read just now."""
    (tmp_path / "x.csv").write_bytes(CSV)
    one = ONE._replace(source=str(tmp_path / "x.csv"))
    had = await first(one)
    again = await first(one, stored=lambda: had)
    assert again.is_empty()
    (tmp_path / "x.csv").write_bytes(CSV.replace(b"-3e6", b"-4e6") + b"2026-01-16,1\n")
    some = await first(one, stored=lambda: had)
    assert some["value"].to_list() == [1.0, -4e6]
    assert (await first(one._replace(unit="BTC"), stored=lambda: had)).height == 3


async def test_a_recorder_that_starts_again_keeps_when_a_day_was_read(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(CSV)
    made = loaded(tmp_path, '[[series]]\nname = "a"\npath = "x.csv"\n')
    alone = replace(made, venues=(), coinbase=False, data_dir=tmp_path, log_dir=tmp_path)
    seen, live = [], {"collector": "series", "state": "live"}
    for times in (1, 2):
        recorder = Recorder(alone, partial(NOW.__add__, timedelta(hours=times)))
        running = asyncio.create_task(recorder.run())
        with closing(Reader(store_path(tmp_path))) as reader:
            async with asyncio.timeout(20):
                while reader.read(HEALTH, where=live).height < times:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            recorder.stop.set()
            await running
            seen.append(reader.read(SERIES, columns=["id", *SERIES.schema]))
    assert seen[0].height == 2
    assert seen[1].equals(seen[0])


async def test_what_is_no_file_or_too_long_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").write_bytes(b"x" * 200)
    monkeypatch.setattr(collector, "MOST_BYTES", 100)
    for name, words in (("pipe", "is no file"), ("long", "200 bytes; 100 at most"),
                        ("none", "No such file"), (".", "is no file")):  # fmt: skip
        with pytest.raises(RateLimited, match=words) as raised:
            await first(ONE._replace(source=str(tmp_path / name)))
        assert raised.value.retry_after == collector.LOOK_S


@pytest.mark.parametrize("part", ["_stat", "_read"])
async def test_a_disk_that_does_not_answer_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    (tmp_path / "x.csv").write_bytes(CSV)
    answered = threading.Event()
    real = getattr(collector, part)

    def late(path: Path) -> Any:
        answered.wait(10)
        return real(path)

    monkeypatch.setattr(collector, part, late)
    monkeypatch.setattr(collector, "TIMEOUT_S", 0.05)
    one = ONE._replace(source=str(tmp_path / "x.csv"))
    try:
        with pytest.raises(RateLimited, match="no answer within"):
            await first(one)
    finally:
        answered.set()
    monkeypatch.setattr(collector, "TIMEOUT_S", 5.0)
    assert (await first(one)).height == 2


async def test_an_address_is_not_asked_of_beside_an_exchange_of_ones_own() -> None:
    one = Series("a", "https://example.org/x", True)
    with pytest.raises(RateLimited, match="nothing is asked of the internet"):
        await first(one, endpoint="http://127.0.0.1:1")


async def test_an_answer_is_limited_and_never_leaves_https(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over a local server: the scheme of the first request is the config's to check."""

    async with FakeExchange() as exchange:
        exchange.rest = {
            "/fine": lambda query: web.Response(body=CSV),
            "/long": lambda query: web.Response(body=b"x" * 101),
            "/away": lambda query: web.Response(
                status=302, headers={"Location": "http://127.0.0.1:1/"}
            ),
            "/nowhere": lambda query: web.Response(status=302),
        }
        monkeypatch.setattr(fetched, "MOST_BYTES", 100)
        assert await fetched.fetched(f"{exchange.endpoint}/fine", None) == CSV
        for path, words in (("/long", "more than 100 bytes"), ("/away", "away from https"),
                            ("/nowhere", "redirected nowhere"),
                            ("/none", "HTTP 400")):  # fmt: skip
            with pytest.raises(BadSeries, match=words):
                await fetched.fetched(exchange.endpoint + path, None)
