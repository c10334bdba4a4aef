"""Feeds and the header: what lives, what is stale, and the first row of the screen."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from tests.frames import NOW, STREAMS, before, candle, connection, frame, liquidation, quote
from tests.frames import snapshot as taken
from tui.metrics.coverage import Stream
from tui.metrics.derivatives import derivatives
from tui.metrics.feeds import Feed, feeds, is_stale
from tui.metrics.header import Header, header
from tui.metrics.prices import price
from tui.metrics.windows import liquidations
from tui.tables import CANDLES, COVERAGE, DERIVATIVES, HEALTH, LIQUIDATIONS, QUOTES, Side

LINEAR = Stream("bybit", "linear")


def said(collector: str = "liquidations", **other: Any) -> dict[str, Any]:
    return {
        "ts": before(hours=2),
        "collector": collector,
        "venue": "bybit",
        "stream": "linear" if collector == "liquidations" else "",
        "state": "live",
        "attempts": 0,
    } | other


def of(
    *health: dict[str, Any],
    coverage: tuple[dict[str, Any], ...] = (),
    wanted: tuple[Stream, ...] = (),
    as_of: datetime = NOW,
    **tables: pl.DataFrame,
) -> tuple[Feed, ...]:
    return feeds(frame(HEALTH, health), frame(COVERAGE, coverage), wanted, tables, as_of)


def test_a_stream_lives_by_its_socket_not_by_its_rows() -> None:
    (found,) = of(said(), coverage=(connection(until=before(seconds=60)),))
    assert (found.is_live, found.stale, found.age_s, found.reason) == (True, False, 60.0, None)


def test_a_stream_without_a_message_for_a_minute_is_stale_whatever_it_said() -> None:
    (found,) = of(said(), coverage=(connection(until=before(seconds=61)),))
    assert (found.state, found.stale, found.is_live) == ("live", True, False)
    assert found.reason == "silent"


def test_a_wanted_stream_that_never_spoke_is_starting() -> None:
    (found,) = of(wanted=(LINEAR,))
    assert (found.venue, found.stream, found.state) == ("bybit", "linear", "starting")
    assert (found.age_s, found.stale, found.reason) == (None, True, "not heard of yet")


def test_the_newest_word_of_health_counts_with_attempts_and_reason() -> None:
    lost = said(state="retrying", attempts=3, reason="ping timeout", ts=before(seconds=9))
    (found,) = of(lost, said(), coverage=(connection(),), wanted=(LINEAR,))
    assert (found.state, found.attempts, found.reason) == ("retrying", 3, "ping timeout")
    assert not found.is_live


def test_a_poller_is_stale_beyond_two_and_a_half_periods() -> None:
    def polled(seconds: float) -> Feed:
        row = {"ts": before(seconds=seconds), "venue": "bybit", "base": "BTC"}
        return of(said("derivatives"), derivatives=frame(DERIVATIVES, [row]))[0]

    assert (polled(37.5).stale, polled(38).stale) == (False, True)
    assert not is_stale("positioning", before(minutes=12, seconds=30), NOW)
    assert is_stale("positioning", before(minutes=12, seconds=31), NOW)


def test_another_venues_rows_are_no_sign_of_life_of_a_poller() -> None:
    row = {"ts": NOW, "venue": "okx", "base": "BTC"}
    (found,) = of(said("derivatives"), derivatives=frame(DERIVATIVES, [row]))
    assert (found.stale, found.reason) == (True, "nothing received yet")


def test_quotes_of_any_venue_keep_the_one_collector_alive() -> None:
    quotes = frame(QUOTES, [quote(1.0, before(seconds=3), venue="okx")])
    (found,) = of(said("quotes"), quotes=quotes)
    assert (found.age_s, found.stale) == (3.0, False)


@pytest.mark.parametrize(("clock", "stale"), [((0, 9), False), ((0, 10), True), ((23, 59), True)])
def test_a_daily_close_is_due_ten_minutes_after_midnight(
    clock: tuple[int, int], stale: bool
) -> None:
    closed_on_the_20th = frame(CANDLES, [candle(1.0, datetime(2026, 1, 19, tzinfo=UTC))])
    as_of = datetime(2026, 1, 21, *clock, tzinfo=UTC)
    (found,) = of(said("candles", ts=as_of), candles=closed_on_the_20th, as_of=as_of)
    assert found.stale is stale
    assert found.reason == ("daily close missing" if stale else None)


def test_what_is_off_is_neither_live_nor_stale() -> None:
    (found,) = of(said("positioning", state="off", reason="switched off"))
    assert (found.is_live, found.stale, found.age_s) == (False, False, 7200.0)


def top(*health: dict[str, Any], **frames: pl.DataFrame) -> Header:
    rows = [liquidation(usd=300.0), liquidation(usd=100.0, side="short", venue="okx")]
    streams = [connection(stream.venue, stream.stream) for stream in STREAMS]
    quotes = frame(QUOTES, [quote(100.0), quote(5.0, symbol="ETH/USDT")])
    now = taken(
        liquidations=frame(LIQUIDATIONS, rows),
        coverage=frame(COVERAGE, streams),
        quotes=quotes,
        health=frame(HEALTH, health),
        **frames,  # type: ignore[arg-type]
    )
    tape = liquidations(now.counted)
    found = [price(now.quotes, now.candles, base, NOW) for base in ("BTC", "ETH")]
    fed = feeds(now.health, now.coverage, now.streams, {"quotes": now.quotes}, NOW)
    crowd = derivatives(now.derivatives, NOW)
    known = [one for one in found if one is not None]
    return header(known, tape, crowd, fed, NOW, base="BTC", endpoint="http://127.0.0.1:1")


def test_the_header_sums_up_the_moment() -> None:
    row = {"venue": "okx", "base": "BTC", "funding_8h": 0.0002}
    polled = [
        row | {"ts": NOW, "open_interest_usd": 90.0},
        row | {"ts": before(minutes=5), "open_interest_usd": 100.0},
    ]
    found = top(derivatives=frame(DERIVATIVES, polled))
    assert found.price is not None
    assert (found.price.price, [other.base for other in found.others]) == (100.0, ["ETH"])
    assert (found.total.amount.total_usd, found.side) == (400.0, Side.LONG)
    assert found.cover_24h == 1.0
    assert found.lag_s == pytest.approx(0.4)
    assert found.oi_change_5m == pytest.approx(-0.1)
    assert found.funding_8h == pytest.approx(0.0002)
    assert found.endpoint == "http://127.0.0.1:1"


def test_the_header_counts_the_feeds_that_live() -> None:
    live = [said(venue=stream.venue, stream=stream.stream) for stream in STREAMS]
    off = said("positioning", state="off")
    found = top(*live[:-1], live[-1] | {"state": "retrying", "reason": "reset"}, off)
    assert (found.live, found.feeds) == (4, 5)
    assert [(feed.venue, feed.reason) for feed in found.bad] == [("okx", "reset")]


def test_nothing_liquidated_is_no_side() -> None:
    now = taken()
    tape = liquidations(replace(now, streams=(), gives={}).counted)
    found = header([], tape, derivatives(now.derivatives, NOW), (), NOW, base="BTC", endpoint=None)
    assert (found.side, found.price, found.lag_s, found.oi_change_5m) == (None, None, None, None)
