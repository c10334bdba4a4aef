"""The panels' records come out of a snapshot, and a store that holds nothing draws all the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests import frames
from tests.test_panels import BY_NAME, exact, text
from tui import draw
from tui.config import load
from tui.metrics import prices
from tui.panels import PANELS, Panel, View, header
from tui.panels.drill import Drill
from tui.panels.liquidations.history import binned, detailed
from tui.panels.liquidations.record import record
from tui.panels.text import text as panel_text
from tui.snapshot import Snapshot
from tui.tables import (
    COVERAGE,
    DERIVATIVES,
    HEALTH,
    LIQUIDATIONS,
    POSITIONING,
    QUOTES,
)

NOW = frames.NOW


def market() -> Snapshot:
    """Six hours: a long of 100,000 a minute in BTC and of 10,000 in ETH, price falling by 1 a
    minute, open interest and ratios of two coins, every stream listened to."""
    ages = range(360)
    liquidations = [
        frames.liquidation(NOW - timedelta(minutes=n, seconds=1), usd, base=base)
        for n in ages
        for base, usd in (("BTC", 100_000.0), ("ETH", 10_000.0))
    ]
    quotes = [
        frames.quote(price + n, NOW - timedelta(minutes=n), symbol)
        for n in ages
        for symbol, price in (("BTC/USDT", 88_000.0), ("ETH/USDT", 2_900.0), ("PAXG/USDT", 4_600.0))
    ]
    money = [
        {
            "ts": NOW - timedelta(minutes=n),
            "venue": venue,
            "base": base,
            "open_interest_usd": 1e10 + n * 1e8,
            "funding_8h": 0.0001,
        }
        for n in (0, 5, 60)
        for venue in ("binance", "okx")
        for base in ("BTC", "ETH")
    ]
    crowd = [
        {
            "ts": NOW - timedelta(minutes=4),
            "venue": "binance",
            "base": base,
            "measure": "accounts",
            "period": "5m",
            "ratio": 2.0,
            "long_share": 2 / 3,
        }
        for base in ("BTC", "ETH")
    ]
    health = [
        {
            "ts": NOW,
            "collector": "liquidations",
            "venue": stream.venue,
            "stream": stream.stream,
            "state": "live",
            "attempts": 0,
        }
        for stream in frames.STREAMS
    ]
    day = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=1)
    candles = pl.concat(
        [
            frames.daily([90_000.0 - n for n in range(400)], day),
            frames.daily([4_000.0 + n for n in range(400)], day, "PAXG/USDT"),
        ]
    )
    return frames.snapshot(
        liquidations=frames.frame(LIQUIDATIONS, liquidations),
        coverage=frames.frame(
            COVERAGE, [frames.connection(s.venue, s.stream) for s in frames.STREAMS]
        ),
        quotes=frames.frame(QUOTES, quotes),
        derivatives=frames.frame(DERIVATIVES, money),
        positioning=frames.frame(POSITIONING, crowd),
        health=frames.frame(HEALTH, health),
        candles=candles,
        recorder_ts=NOW,
    )


def test_what_moved_beside_the_liquidations_follows_the_window() -> None:
    snapshot = market()
    five = record(snapshot, View(window="5m"))
    assert five.moves["BTC"] == pytest.approx(88_000 / 88_005 - 1)
    assert five.interest["BTC"] == pytest.approx(1e10 / 1.05e10 - 1)
    hour = record(snapshot, View(window="1h"))
    assert hour.moves["ETH"] == pytest.approx(2_900 / 2_960 - 1)
    assert hour.interest["BTC"] == pytest.approx(1e10 / 1.6e10 - 1)
    assert record(snapshot, View(window="4h")).interest["BTC"] is None, "an hour is all we have"
    assert len(five.prices) == 60
    assert five.prices[-1] == 88_000
    assert record(snapshot, View(coin="ETH")).prices[-1] == 2_900


def test_the_detail_reaches_back_over_the_window_and_loses_nothing() -> None:
    snapshot = market()
    made = detailed(snapshot, View(window="4h"))
    assert made.per == 4
    assert len(made.liquidations.minutes) == len(made.prices) == 60
    starts = [bar.minute for bar in made.liquidations.minutes]
    assert all(start.minute % 4 == 0 for start in starts)
    whole = [bar.long_usd for bar in made.liquidations.minutes[:-1]]
    assert whole == [4 * 110_000.0] * 59
    assert detailed(snapshot, View(window="1h")).per == 1


def test_the_detail_of_averages_has_all_four_lines_over_its_span() -> None:
    day = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=1)
    closes = frames.daily([50_000.0 + n for n in range(1_500)], day)
    snapshot = frames.snapshot(candles=closes)
    made = {
        span: BY_NAME["moving_averages"].detail_record(snapshot, View(drill=Drill(span=span)))
        for span in ("90d", "all")
    }
    assert made["90d"].history.columns == ["ts", "close", "365d", "200d", "50d", "200w"]
    assert made["90d"].history.height == 90
    assert made["all"].history.height == 1_500
    newest = made["all"].history.row(-1, named=True)
    assert newest["50d"] == pytest.approx(51_499 - 24.5)
    assert newest["200w"] == pytest.approx(made["all"].averages.lines[3].value)


def test_the_detail_of_the_havens_tests_all_days_and_shows_its_span() -> None:
    made = BY_NAME["safe_haven"].detail_record(market(), View(drill=Drill(span="90d")))
    assert made.deep.test.days == 399
    assert made.deep.shown.height == len(made.deep.correlation)
    assert 85 <= made.deep.shown.height <= 91


def test_a_bar_is_covered_when_all_its_minutes_are() -> None:
    made = record(market(), View()).liquidations.minutes
    holed = (replace(made[0], covered=False), *made[1:])
    bars = binned(holed, 4)
    assert [bar.covered for bar in bars[:2]] == [False, True]
    assert sum(bar.long_usd for bar in bars) == sum(m.long_usd for m in made)


@pytest.mark.parametrize("panel", PANELS, ids=lambda p: p.name)
@pytest.mark.parametrize("coin", [None, "ETH", "NOSUCH"])
def test_every_panel_draws_a_market_and_an_empty_store(panel: Panel, coin: str | None) -> None:
    for snapshot in (market(), frames.snapshot(began=None, streams=())):
        for window in ("1m", "5m", "24h"):
            view = View(coin=coin, window=window)
            made = panel.record(snapshot, view)
            exact(panel.lines(made, view, 96, 30), 96, 30)
            full = panel.detail_record(snapshot, view)
            exact(panel.detail(full, view, 100, 40), 100, 40)
            assert panel.age(made).text


def test_the_header_of_a_market() -> None:
    snapshot, view = market(), View()
    drawn = text(header.lines(header.record(snapshot, view), view, 160, 2))
    assert "▼ 5m ≥550K  100% long" in drawn
    assert "BTC 88,000" in drawn
    assert "ETH 2,900" in drawn
    assert "SOL" not in drawn, "nobody quotes it"
    assert "feeds 5/5" in drawn
    assert "cover 100%" in drawn


def test_other_coins_stand_below_the_one_looked_at() -> None:
    panel = next(p for p in PANELS if p.name == "long_short")
    view = View(coin="ETH")
    drawn = text(panel.lines(panel.record(market(), view), view, 64, 13))
    assert "Long / short  ETH" in drawn
    assert "BTC BIN  2.00 67%" in drawn


def test_a_snapshot_is_asked_once_for_what_panels_share(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = prices.price

    def counted(quotes: pl.DataFrame, candles: pl.DataFrame, base: str, as_of: datetime) -> Any:
        asked.append(base)
        return real(quotes, candles, base, as_of)

    monkeypatch.setattr(prices, "price", counted)
    snapshot, view = market(), View()
    for panel in PANELS:
        panel.record(snapshot, view)
    header.record(snapshot, view)
    assert sorted(asked) == ["BTC", "ETH", "SOL"]


@pytest.mark.parametrize(
    ("window", "moved"),
    [("5m", "BTC -0.01%, OI -4.8%"), ("1h", "BTC -0.07%, OI -37.5%"), ("4h", "BTC -0.27%; ")],
)
def test_the_sentence_tells_the_moves_of_its_own_window(window: str, moved: str) -> None:
    snapshot, view = market(), View(window=window)
    said = draw.copied(header.sentence(header.record(snapshot, view), view))
    assert f"liquidated in {window}" in said
    assert moved in said + "; "


def test_a_young_store_names_the_window_of_a_move_it_did_not_listen_to() -> None:
    snapshot, view = replace(market(), began=NOW - timedelta(minutes=12)), View(window="1h")
    said = draw.copied(header.sentence(header.record(snapshot, view), view))
    assert "12m of 1h (100% long), BTC 1h -0.07%, OI 1h -37.5%" in said


def test_what_is_followed_and_unknown_is_not_a_dash() -> None:
    snapshot, panel = market(), PANELS[0]
    young = replace(snapshot, derivatives=snapshot.derivatives.clear())
    for window in ("5m", "1h"):
        view = View(window=window)
        drawn = text(panel.lines(panel.record(young, view), view, 96, 42))
        assert drawn[drawn.index("by coin") :].splitlines()[2].count("n/a") == 1, "OI of BTC"
    no_past = replace(snapshot, quotes=snapshot.quotes.filter(pl.col("ts") == NOW))
    first = header.lines(header.record(no_past, View()), View(), 160, 2)[0].plain
    assert "ETH 2,900 n/a" in first


def test_the_coins_followed_are_those_of_the_screen() -> None:
    snapshot, view = market(), View(coins=("ETH", "BTC"))
    first = header.lines(header.record(snapshot, view), view, 160, 2)[0].plain
    assert "ETH 2,900  5m" in first
    assert "BTC 88,000 −" in first
    titles = [
        panel.lines(panel.record(snapshot, view), view, 64, 13)[0].plain for panel in PANELS[:3]
    ]
    assert ["ETH" in title for title in titles] == [False, True, True]
    assert record(snapshot, view).base == "ETH"
    assert View(coins=("ETH", "DOGE"), coin="XRP").base == "XRP"


def test_the_text_is_of_the_settings_coins_and_symbols() -> None:
    settings = replace(load(), coins=("ETH", "BTC"), symbols="ascii")
    printed = panel_text(market(), settings, 100)
    assert printed.isascii()
    assert "ETH 2,900  5m" in printed
    assert "Averages  ETH 2,900" in printed
    assert "▼ long" in panel_text(market(), replace(settings, symbols="block"), 100)
