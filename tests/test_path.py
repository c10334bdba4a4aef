"""The whole path: exchange, sockets, parsers, recorder and store, each a process of its own."""

import hashlib
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.processes import Exchange, Home, exchange, recorder, until
from tests.test_store_liquidations import assert_minutes_are_sums
from tui.collectors.base import UNREAD
from tui.loopback.encoders import SHARES, listings
from tui.loopback.listing import Instrument
from tui.metrics.coverage import Listening, Stream
from tui.store import Writer, store_path
from tui.tables import BACKFILLED, COVERAGE, HEALTH, LIQUIDATIONS
from tui.venues import VENUES

STREAMS = [(name, stream) for name, venue in VENUES.items() for stream in venue.streams]

KEYS = {
    "binance": ("s", "q", "ap"),
    "bybit": ("s", "v", "p"),
    "okx": ("instId", "sz", "bkPx"),
    "gate": ("contract", "size", "price"),
    "bitfinex": ("symbol", "amount", "price_acquired"),
    "htx": ("contract_code", "volume", "price"),
    "deribit": ("instrument_name", "amount", "price"),
    "kraken": ("product_id", "qty", "price"),
    "lighter": ("market_id", "size", "price"),
}
"""Market, size and price in each venue's raw row."""

EVERY = "[venues]\n" + "".join(f"{name} = true\n" for name in VENUES)
EVERY += '[coins]\nfollow = ["BTC"]\npositioning = ["BTC"]\n'
"""Every stream of liquidations, which are of all coins; what is polled is of one."""
HASTE = "from tui.venues.lighter import Lighter; Lighter.pause_s = 0.0"
"""Lighter's limits are not the loopback exchange's."""

OTHER_TOPICS = "other topics"
"""Why a row of coverage ended whose connection went on: one more topic was confirmed, or lost."""

Row = tuple[str, str, int, str, float, float]
"""Venue, its own market id, time in ms, side of the position, size and price as on the wire."""


@pytest.fixture(scope="module")
def market() -> Iterator[Exchange]:
    """An exchange whose only liquidations are those a test orders."""
    with exchange("--no-live") as running:
        yield running


@pytest.fixture(scope="module")
def home(market: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A store that a recorder writes, started while OKX said 429; every stream is subscribed."""
    here = Home(tmp_path_factory.mktemp("path"))
    here.configure(EVERY)
    market.order(do="limit", venue="okx")
    with recorder(here, market.endpoint, before=HASTE):
        until(lambda: states(here, "okx") >= {"waiting"}, "waiting for OKX")
        market.order(do="limit", venue="okx", on=False)
        subscribed(here)
        yield here


def subscribed(home: Home, after: int = 0, streams: list[tuple[str, str]] = STREAMS) -> None:
    """Wait until those streams stand whole on connections newer than `after`."""
    until(lambda: whole(home, after) >= set(streams), f"subscriptions of {streams}")


def whole(home: Home, after: int) -> set[tuple[str, str]]:
    """The streams with every topic on a connection that lives and is newer than `after`."""
    if not store_path(home.data).exists():
        return set()
    rows = home.read(COVERAGE).filter(
        pl.col("conn") > after, pl.col("wanted") == pl.col("subscribed"), pl.col("wanted") > 0
    )
    living = rows.filter(~pl.col("reason").fill_null("").str.contains("lost|closed|stopped"))
    return {(venue, stream) for venue, stream in living.select("venue", "stream").iter_rows()}


def states(home: Home, venue: str, since: int = 0) -> set[str]:
    """Every state the venue's collectors have been in, of the health rows after `since`."""
    if not store_path(home.data).exists():
        return set()
    rows = home.read(HEALTH, where={"venue": venue})
    return set(rows["state"][since:])


def sent(market: Exchange, since: int = 0) -> Counter[Row]:
    """What the exchange says it sent, written to a socket at `since` or later."""
    return Counter(
        (venue, symbol, ts, side, float(size), float(price))
        for rows in market.books(rows=True)["rows"].values()
        for venue, symbol, ts, side, size, price, at in rows
        if at >= since
    )


MENDED = pl.col("reason").fill_null("").str.starts_with(BACKFILLED)
"""Rows of coverage of what was asked for after a gap."""


def stored(home: Home) -> Counter[Row]:
    """What the store has of that from the sockets: market and numbers of the venue's raw row."""
    frame = home.read(LIQUIDATIONS, raw=True, where={"source": "stream"})
    rows = frame.select("venue", pl.col("ts").dt.epoch("ms"), "side", "raw").iter_rows()
    return Counter(wired(venue, ts, side, json.loads(raw)) for venue, ts, side, raw in rows)


def wired(
    venue: str,
    ts: int,
    side: str,
    raw: dict[str, Any],
    keys: Mapping[str, tuple[str, str, str]] = KEYS,
) -> Row:
    """A row as it was on the wire: its own market id, size and price."""
    symbol, size, price = (raw[key] for key in keys[venue])
    return venue, str(symbol), ts, side, abs(float(size)), float(price)


def arrived(market: Exchange, home: Home) -> None:
    """Wait until as many rows are stored as were sent, then compare them one by one."""
    total, heard = sent(market).total(), {"source": "stream"}
    until(
        lambda: home.read(LIQUIDATIONS, columns=["id"], where=heard).height >= total,
        "every row stored",
    )
    assert stored(home) == sent(market)


def burst(market: Exchange, seed: int, **more: Any) -> None:
    rows = {"binance": 50, "bybit": 150, "okx": 150, "gate": 50, "htx": 30}
    rows |= {"deribit": 25, "kraken": 25, "lighter": 25}
    market.order(do="burst", rows=rows, seed=seed, **more)


def highest(home: Home) -> int:
    return max(home.read(COVERAGE)["conn"].to_list(), default=0)


def test_a_burst_of_every_venue_is_stored_whole(market: Exchange, home: Home) -> None:
    total = dict.fromkeys(VENUES, 400)
    before = sum(sent(market).values())
    market.order(do="burst", rows=total, seed=11)
    assert sum(sent(market).values()) - before == 400 * len(VENUES)
    arrived(market, home)
    assert_minutes_are_sums(store_path(home.data))


def test_usd_is_size_times_contract(market: Exchange, home: Home) -> None:
    burst(market, 12)
    arrived(market, home)
    lists = listings(market.books()["now_ms"])
    markets: dict[tuple[str, str], Instrument] = {
        (venue, id): it for (venue, stream), of in lists.items() for id, it in of.items()
        if (venue, stream) in SHARES
    }  # fmt: skip
    frame = home.read(LIQUIDATIONS, raw=True)
    assert frame["usd"].null_count() == 0
    checked = set()
    for row in frame.select("venue", "side", "raw", "usd", "base").iter_rows(named=True):
        wire = wired(row["venue"], 0, row["side"], json.loads(row["raw"]))
        it = markets[wire[:2]]
        worth = it.contract if it.inverse else it.contract * wire[5]
        if it.quote == "BTC":
            continue
        assert row["usd"] == pytest.approx(wire[4] * worth), wire
        assert row["base"] == {"GOLD": "XAU"}.get(it.path, it.path)
        checked.add((row["venue"], it.inverse))
    assert checked == {(venue, it.inverse) for (venue, _), it in markets.items()}


def test_a_dropped_connection_is_a_gap_and_what_was_sent_is_there(
    market: Exchange, home: Home
) -> None:
    before = highest(home)
    assert market.order(do="drop", venue="bybit", stream="linear")["dropped"] == 2  # trades, too
    burst(market, 13, rate=175)  # two seconds, in which the recorder comes back
    subscribed(home, before, [("bybit", "linear")])
    burst(market, 14)
    arrived(market, home)
    conns = home.read(COVERAGE, where={"venue": "bybit", "stream": "linear"}).sort("conn")
    old, new = conns.to_dicts()[-2:]
    assert old["reason"]
    assert new["reason"] is None
    assert old["until"] < new["since"]
    others = home.read(COVERAGE).filter(pl.col("venue") == "binance")
    assert max(others["conn"]) <= before


def test_frames_that_come_again_are_not_doubled(market: Exchange, home: Home) -> None:
    burst(market, 15)
    for venue in VENUES:
        assert market.order(do="repeat", venue=venue, frames=50)["repeated"] > 0
    burst(market, 16)  # on the same sockets, after the repeats
    arrived(market, home)


def test_garbage_costs_no_good_row_and_is_said(market: Exchange, home: Home) -> None:
    for kind in ("text", "truncated", "shape", "binary"):
        for venue in VENUES:
            assert market.order(do="garbage", venue=venue, kind=kind)["frames"] > 0
        burst(market, 17)
    arrived(market, home)

    def complaints(venue: str) -> bool:
        rows = home.read(HEALTH, where={"venue": venue, "collector": "liquidations"})
        return rows["reason"].fill_null("").str.contains("unreadable").any()

    for venue in VENUES:
        until(lambda venue=venue: complaints(venue), f"{venue} says it")  # type: ignore[misc]


def test_a_refused_subscription_is_said_and_mended(market: Exchange, home: Home) -> None:
    before = highest(home)
    seen = {venue: home.read(HEALTH, where={"venue": venue}).height for venue in VENUES}
    for venue in VENUES:
        market.order(do="refuse", venue=venue)
        market.order(do="drop", venue=venue)
    for venue in VENUES:
        until(lambda v=venue: "refused" in states(home, v, seen[v]), f"{venue} refused")  # type: ignore[misc]
    for venue in VENUES:
        market.order(do="refuse", venue=venue, on=False)
    subscribed(home, before)
    burst(market, 18)
    arrived(market, home)

    def live() -> bool:
        health = home.read(HEALTH, where={"collector": "liquidations"})
        last = health.group_by("venue", "stream", maintain_order=True).last()
        return set(last["state"]) == {"live"}

    until(live, "live again")


@pytest.mark.campaign  # half a minute of waiting
def test_what_nobody_heard_is_asked_for_once_the_socket_stands(
    market: Exchange, home: Home
) -> None:
    before, lost = highest(home), {"gate": 60, "bitfinex": 40}
    streams = [(name, stream) for name in lost for stream in VENUES[name].streams]
    for venue in lost:
        market.order(do="refuse", venue=venue)
        market.order(do="drop", venue=venue)
    until(lambda: not any(market.books()["sockets"][venue] for venue in lost), "sockets are gone")
    quiet = int(market.books()["now_ms"]) + 2_000  # Gate's history tells whole seconds alone
    until(lambda: market.books()["now_ms"] > quiet, "a whole second that nobody heard")
    market.order(do="burst", rows=lost, seed=21)
    heard_again = int(market.books()["now_ms"]) + 3_500
    until(lambda: market.books()["now_ms"] > heard_again, "another one")
    for venue in lost:
        market.order(do="refuse", venue=venue, on=False)
    subscribed(home, before, streams)

    def told() -> pl.DataFrame:
        return home.read(LIQUIDATIONS, where={"source": "backfill"})

    until(lambda: told().height >= sum(lost.values()), "the rows of the hole")
    found = told()
    assert dict(found.group_by("venue").len().iter_rows()) == lost
    assert not found.select("symbol", "ts", "side", "qty", "price").is_duplicated().any()
    assert found["usd"].null_count() == 0
    assert_minutes_are_sums(store_path(home.data))

    def mended() -> pl.DataFrame:
        return home.read(COVERAGE).filter(
            MENDED, pl.col("conn") > before, pl.col("venue").is_in(list(lost))
        )

    def reached() -> bool:
        spans = mended().select("venue", "stream", "since", "until").rows()
        return {(venue, stream) for venue, stream, _, _ in spans} == {*streams} and all(
            any(of == venue and since <= ts <= until for of, _, since, until in spans)
            for venue, ts in found.select("venue", "ts").unique().iter_rows()
        )

    until(reached, "coverage of it")  # a hole of the test before may be mended sooner
    for row in mended().to_dicts():
        assert row["subscribed"] == row["wanted"]
        listening = Listening(home.read(COVERAGE), [Stream(row["venue"], row["stream"])])
        assert listening.cover(row["since"], row["until"]).share == 1.0


def test_too_many_requests_is_waiting_and_then_live(home: Home) -> None:
    """OKX said 429 while the recorder started: see `home`."""
    rows = home.read(HEALTH, where={"venue": "okx", "collector": "liquidations"})
    assert rows["state"].to_list()[:2] == ["starting", "waiting"]
    assert rows["reason"][1] == "told to wait"
    assert "live" in set(rows["state"])


@pytest.mark.campaign
def test_a_killed_recorder_loses_nothing_committed_and_leaves_a_gap(
    market: Exchange, tmp_path: Path
) -> None:
    here = Home(tmp_path)
    here.configure(EVERY)
    begun = int(market.books()["now_ms"])
    with recorder(here, market.endpoint, before=HASTE) as first:
        subscribed(here)
        storm = threading.Thread(target=burst, args=(market, 19), kwargs={"rate": 150})
        storm.start()
        committed = until(lambda: here.counted() > 100 and here.counted(), "the burst's start")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        storm.join()
    left = stored(here)
    assert left.total() >= committed
    assert left <= sent(market, begun)  # none doubled, none made up
    assert left.total() < sent(market, begun).total()  # it was in the middle of it
    assert_minutes_are_sums(store_path(here.data))
    ended = here.read(COVERAGE)
    assert set(ended["reason"].drop_nulls()) <= {OTHER_TOPICS}  # nobody could write why it ended
    with recorder(here, market.endpoint, before=HASTE):
        subscribed(here, highest(here))
        again = int(market.books()["now_ms"])
        burst(market, 20)
        wanted = left + sent(market, again)
        until(lambda: stored(here).total() >= wanted.total(), "rows after the restart")
        assert stored(here) == wanted
        coverage = here.read(COVERAGE).filter(~MENDED)
    assert min(set(coverage["conn"]) - set(ended["conn"])) > max(ended["conn"])
    check_gap(coverage, ended)


def check_gap(coverage: pl.DataFrame, ended: pl.DataFrame) -> None:
    """Each stream has one gap: from a second before its last heartbeat to its new connection."""
    for venue, stream in STREAMS:
        mine = pl.col("venue") == venue, pl.col("stream") == stream
        old = ended.filter(*mine).row(-1, named=True)
        new = coverage.filter(*mine, pl.col("conn") > old["conn"]).row(0, named=True)
        heard = Listening(coverage, [Stream(venue, stream)])
        found = heard.cover(old["since"], new["until"]).gaps
        until = max(old["since"], old["until"] - UNREAD)
        assert [(gap.since, gap.until) for gap in found] == [(until, new["since"])]
        assert found[0].reason == "recorder killed"
        assert new["since"] - old["until"] > timedelta(0)


def test_a_second_recorder_is_one_line(market: Exchange, home: Home) -> None:
    ended = home.run("record", "--endpoint", market.endpoint)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    running = home.holder()
    assert running is not None
    assert f"recorder {running.pid} already records here" in ended.stderr


def test_a_store_of_another_endpoint_is_one_line_and_untouched(tmp_path: Path) -> None:
    here = Home(tmp_path)
    Writer(store_path(here.data), "http://127.0.0.1:1").close()
    before = hashlib.sha256(store_path(here.data).read_bytes()).hexdigest()
    ended = here.run("record", "--endpoint", "http://127.0.0.1:2")
    assert (ended.returncode, ended.stdout) == (2, "")
    line = ended.stderr.splitlines()[-1]
    assert line.startswith("liqtop: ")
    assert ended.stderr.count("\n") == 1
    assert "http://127.0.0.1:1" in line
    assert str(store_path(here.data)) in line
    assert hashlib.sha256(store_path(here.data).read_bytes()).hexdigest() == before
    assert here.holder() is None
