"""The JSON snapshot: every key of schema 1 is there, empty store or full; a null has a reason."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from tests import panel_samples as samples
from tests.depth_samples import book
from tests.frames import (
    NOW,
    STREAMS,
    HeldYear,
    before,
    connection,
    daily,
    dvol,
    frame,
    liquidation,
    quote,
    snapshot,
    tenor,
)
from tests.frames import taken as flowed
from tui import config
from tui.config import Settings
from tui.document import document, dumps
from tui.document.plain import plain
from tui.oneshot import exit_code
from tui.panels import PANELS, View
from tui.panels.base import Form
from tui.snapshot import Snapshot
from tui.tables import (
    COVERAGE,
    DEPTH,
    DERIVATIVES,
    FLOW,
    HEALTH,
    LIQUIDATIONS,
    OPTIONS,
    POSITIONING,
    QUOTES,
    TENORS,
    VOLATILITY,
)

WINDOWS = ("1m", "5m", "15m", "1h", "4h", "12h", "24h")
AMOUNT = {"long_usd", "short_usd", "total_usd", "count", "cover", "lower_bound", "reasons"}
FEED = {"ts", "venue", "symbol", "base", "side", "qty", "price", "price_kind", "usd"}
AVERAGE = {
    "value",
    "distance",
    "state",
    "closes_since_cross",
    "at_least",
    "slope_per_day",
    "mean_14d_to_turn",
    "have",
    "need",
}
ZONE = {"place", "low", "high", "peak", "share", "fullest", "distance"}
FLOWING = (
    *(("binance", "spot", "BTC"), ("binance", "perp", "BTC"), ("bybit", "perp", "BTC")),
    *(("okx", "spot", "BTC"), ("okx", "perp", "BTC")),
    *(("bybit", "spot", "BTC"), ("coinbase", "spot", "BTC"), ("coinbase", "spot", "USDT")),
)
MAY_BE_NULL = {"endpoint", "reason"}
"""No endpoint is the real exchanges, no reason of a feed is that it lives: neither is unknown."""


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    empty = tmp_path / "config.toml"
    empty.write_text("")
    return config.load(empty)


@pytest.fixture
def full() -> Snapshot:
    """A store with something of everything."""
    sides = ("long", "short", "long")
    coins = [f"C{place}" for place in range(30)]
    rows = [liquidation(before(seconds=9 + s), 10.0 * s, side) for s, side in enumerate(sides, 1)]
    rows += [liquidation(before(hours=3), 100.0 + s, base=coin) for s, coin in enumerate(coins)]
    rows += [liquidation(before(seconds=2), None, base="NEW", qty=None, price=None)]
    yesterday = (NOW - timedelta(days=1)).replace(hour=0, minute=0, second=0)
    btc = [90_000.0 + 37 * (place % 41) for place in range(1_500)]
    metal = [4_000.0 + 3 * (place % 29) for place in range(400)]
    day = [quote(90_000.0, before(hours=24)), quote(4_500.0, before(hours=24), "PAXG/USDT")]
    ratio = {"venue": "okx", "base": "BTC", "measure": "accounts", "period": "5m", "ratio": 3.0}
    polled = {"venue": "okx", "base": "BTC", "open_interest_usd": 5e9, "funding_8h": 0.0001}
    books = [book("okx", market, before(seconds=8)) for market in ("spot", "perp")]
    flowing = [
        flowed(before(seconds=20, minutes=n), price=90_000.0, venue=venue, market=market, base=base)
        for n in range(1, 1_450)
        for venue, market, base in FLOWING
    ]
    streams = [connection(stream.venue, stream.stream) for stream in STREAMS]
    lives = {"collector": "liquidations", "state": "live", "attempts": 0, "ts": before(hours=1)}
    return snapshot(
        liquidations=frame(LIQUIDATIONS, rows),
        coverage=frame(COVERAGE, streams),
        quotes=frame(QUOTES, [quote(89_880.0), quote(4_600.0, NOW, "PAXG/USDT"), *day]),
        candles=pl.concat([daily(btc, yesterday), daily(metal, yesterday, "PAXG/USDT")]),
        positioning=frame(POSITIONING, [ratio | {"ts": before(minutes=4)}]),
        derivatives=frame(DERIVATIVES, [polled | {"ts": before(seconds=8)}]),
        depth=frame(DEPTH, books),
        flow=frame(FLOW, flowing),
        health=frame(HEALTH, [lives | {"venue": s.venue, "stream": s.stream} for s in STREAMS]),
        volatility=frame(
            VOLATILITY, [dvol(0.39 + 0.0005 * n, NOW - timedelta(days=n), "1d") for n in range(365)]
        ),
        options=frame(OPTIONS, [tenor(name, 0.4, -0.03) for name in TENORS]),
        endpoint="http://127.0.0.1:8765",
        hours={"BTC": samples.hours()},
    )


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, (dict, list)):
            yield from objects(inner)


def has_schema_1(made: dict[str, Any]) -> None:
    """Every key that schema 1 promises."""
    assert made["schema"] == 1
    assert {"as_of", "endpoint", "header", "panels", "health"} <= set(made)
    assert {"symbol", "venue", "price", "change_5m", "change_24h"} <= set(made["header"])
    tape, crowd, trend, haven = (
        made["panels"][name]
        for name in ("liquidations", "long_short", "moving_averages", "safe_haven")
    )
    for panel in made["panels"].values():
        assert isinstance(panel["stale"], bool)
        assert "age_s" in panel
    assert {"windows", "largest", "venues", "coins", "feed"} <= set(tape)
    listed = [tape, *tape["venues"].values(), *tape["coins"].values()]
    for of in listed:
        assert tuple(of["windows"]) == WINDOWS
        assert all(set(window) >= AMOUNT for window in of["windows"].values())
    assert all(set(row) >= FEED for row in tape["feed"])
    assert {"rows", "open_interest", "funding"} <= set(crowd)
    assert {"symbol", "price", "averages", "round_levels"} <= set(trend)
    assert tuple(trend["averages"]) == ("365d", "200d", "50d", "200w")
    assert all(set(average) >= AVERAGE for average in trend["averages"].values())
    assert set(trend["round_levels"]) >= {"above", "below"}
    assert set(haven["gold"]) >= {"quote", "history", "price"}
    for name in ("BTC", "gold"):
        assert set(haven["returns"][name]) >= {"24h", "7d", "30d", "1y"}
        assert name in haven["sigma_7d"]
    assert {"btc_in_ounces", "flight"} <= set(haven)
    for need in ("30", "90"):
        assert set(haven["correlation"][need]) >= {"r", "n", "significant"}
    assert {"rows", "absorption"} <= set(made["panels"]["depth"])
    for coin in made["panels"]["options"]["coins"].values():
        assert set(coin["dvol"]) >= {"value", "ts", "change_24h"}
        assert set(coin["rank"]) >= {"rank", "percentile", "low", "high", "n", "need"}
        assert tuple(coin["tenors"]) == tuple(TENORS)
        assert {"words", "checks"} <= set(coin)
    stock = made["panels"]["supply"]
    assert {"of", "base", "price", "venue", "until", "hours", "need"} <= set(stock)
    assert {"traded_above", "traded_below", "zones", "above", "at", "below"} <= set(stock)
    assert all(set(zone) == ZONE for zone in stock["zones"])
    told = made["panels"]["events"]["events"]
    assert all(set(event) >= {"ts", "kind", "look"} for event in told)


def test_an_empty_store_has_every_key(empty_snapshot: Snapshot, settings: Settings) -> None:
    made = document(empty_snapshot, settings)
    has_schema_1(made)
    assert made["header"]["price"] is None
    assert made["panels"]["liquidations"]["windows"]["1h"]["total_usd"] is None
    assert all(panel["stale"] for panel in made["panels"].values())


def test_a_full_store_has_every_key(full: Snapshot, settings: Settings) -> None:
    made = document(full, settings)
    has_schema_1(made)
    assert not any(panel["stale"] for panel in made["panels"].values())


def test_every_null_has_a_reason_beside_it(
    empty_snapshot: Snapshot, full: Snapshot, settings: Settings
) -> None:
    unheard = replace(empty_snapshot, streams=STREAMS, began=NOW)
    for taken in (empty_snapshot, full, unheard):
        for found in objects(document(taken, settings)):
            if any(value is None for key, value in found.items() if key not in MAY_BE_NULL):
                assert isinstance(found.get("reason"), str), found
                assert found["reason"]


def test_it_is_json_and_nothing_else(full: Snapshot, settings: Settings) -> None:
    made = document(full, settings)
    assert json.loads(dumps(made)) == made
    assert made["as_of"] == "2026-01-20T14:03:20.000Z"
    assert made["panels"]["liquidations"]["feed"][0]["ts"] == "2026-01-20T14:03:18.000Z"


def test_what_is_no_number_never_gets_into_the_json() -> None:
    assert plain({"a": float("nan"), "b": [float("inf"), 1.5]}) == {"a": None, "b": [None, 1.5]}


def test_a_name_cannot_steer_a_terminal(settings: Settings) -> None:
    rows = [liquidation(base="\x1b[31mX", symbol="\x1b]0;x\x07")]
    text = dumps(document(snapshot(liquidations=frame(LIQUIDATIONS, rows)), settings))
    assert "\x1b" not in text
    assert text.isascii()


def test_windows_hold_amounts_bounds_and_reasons(full: Snapshot, settings: Settings) -> None:
    window = document(full, settings)["panels"]["liquidations"]["windows"]["1m"]
    assert (window["long_usd"], window["short_usd"], window["total_usd"]) == (40.0, 20.0, 60.0)
    assert (window["count"], window["cover"], window["lower_bound"]) == (4, 1.0, True)
    assert window["reasons"] == ["binance, okx sampled (1/s)", "1 row without a price"]


def test_a_venue_stands_for_itself_alone(full: Snapshot, settings: Settings) -> None:
    venues = document(full, settings)["panels"]["liquidations"]["venues"]
    assert {name: venue["gives"] for name, venue in venues.items()} == {
        "bybit": "all",
        "binance": "1/s",
        "okx": "1/s",
    }
    assert venues["okx"]["windows"]["1h"]["reasons"] == ["okx sampled (1/s)"]
    assert venues["okx"]["windows"]["1h"]["total_usd"] == 0.0
    assert venues["bybit"]["windows"]["15m"]["reasons"] == ["1 row without a price"]


def test_coins_are_the_largest_twenty_the_configured_and_the_rest(
    full: Snapshot, settings: Settings
) -> None:
    tape = document(full, settings)["panels"]["liquidations"]
    coins = tape["coins"]
    assert list(coins)[:3] == ["C29", "C28", "C27"]
    assert set(settings.coins) < set(coins)
    assert len(coins) == 20 + len(settings.coins) + 1
    day = {name: coin["windows"]["24h"]["total_usd"] for name, coin in coins.items()}
    assert sum(day.values()) == pytest.approx(tape["windows"]["24h"]["total_usd"])
    assert sum(coin["windows"]["24h"]["count"] for coin in coins.values()) == 34


def test_the_feed_is_the_newest_fifty_of_any_size(full: Snapshot, settings: Settings) -> None:
    rows = [liquidation(before(seconds=s), usd=1.0 + s) for s in range(80)]
    taken = snapshot(liquidations=frame(LIQUIDATIONS, rows))
    feed = document(taken, settings)["panels"]["liquidations"]["feed"]
    assert [row["usd"] for row in feed] == [1.0 + s for s in range(50)]
    assert all("reason" not in row for row in feed)


def test_events_say_what_their_kind_has_and_nothing_else(settings: Settings) -> None:
    rows = frame(LIQUIDATIONS, [liquidation(before(minutes=30), 2e6)])
    taken = snapshot(liquidations=rows, coverage=frame(COVERAGE, [connection()]))
    panel = document(taken, settings)["panels"]["events"]
    assert not panel["stale"]
    burst = next(event for event in panel["events"] if event["kind"] == "burst")
    assert burst == {
        "ts": "2026-01-20T13:33:00.000Z",
        "kind": "burst",
        "look": "2026-01-20T13:34:00.000Z",
        "side": "long",
        "long_share": 1.0,
    }
    young = document(replace(taken, began=before(minutes=59)), settings)["panels"]["events"]
    assert young["reason"] == "no bursts: no normal minute before 1h"
    assert not [event for event in young["events"] if event["kind"] == "burst"]


def test_figures_of_the_slow_panels(full: Snapshot, settings: Settings) -> None:
    panels = document(full, settings)["panels"]
    assert panels["long_short"]["rows"][0]["long_share"] == 0.75
    assert [row["venue"] for row in panels["long_short"]["open_interest"]] == ["okx", "all"]
    average = panels["moving_averages"]["averages"]["50d"]
    assert average["distance"] == pytest.approx(89_880 / average["value"] - 1)
    assert panels["moving_averages"]["round_levels"] == {"above": 90_000.0, "below": 85_000.0}
    assert panels["safe_haven"]["btc_in_ounces"] == pytest.approx(89_880 / 4_600)
    assert panels["safe_haven"]["returns"]["BTC"]["24h"] == pytest.approx(89_880 / 90_000 - 1)


def test_the_zones_of_the_year(full: Snapshot, settings: Settings) -> None:
    made = document(full, settings)["panels"]["supply"]
    assert made["of"] == "traded volume, not holders' cost"
    assert (made["venue"], made["hours"], made["need"]) == ("binance", 8_760, 8_760)
    assert [zone["place"] for zone in made["zones"]] == ["above"] * 3 + ["at", "below"]
    assert made["above"] == max(made["zones"][:3], key=lambda zone: zone["fullest"])
    assert made["above"]["low"] < made["above"]["peak"] < made["above"]["high"]
    assert made["above"]["distance"] == pytest.approx(made["above"]["low"] / 89_880 - 1)
    assert made["at"]["distance"] == 0.0
    assert made["below"]["distance"] < 0
    assert made["traded_above"] + made["traded_below"] == pytest.approx(1.0)
    assert not made["stale"]
    assert "reason" not in made


def test_less_than_a_year_of_hours_has_no_zones(full: Snapshot, settings: Settings) -> None:
    young = replace(full, year=HeldYear({"BTC": samples.hours(count=2_160)}))
    made = document(young, settings)["panels"]["supply"]
    assert (made["zones"], made["above"], made["traded_above"]) == ([], None, None)
    assert made["reason"] == "2,160 of 8,760 hours"
    assert not made["stale"], "the price is live"


def test_the_averages_are_stale_by_the_closes_of_their_own_coin(
    full: Snapshot, settings: Settings
) -> None:
    """As the panel says it, whatever closes another coin has."""
    late = full.candles.filter(pl.col("ts") < NOW - timedelta(days=4))
    yesterday = (NOW - timedelta(days=1)).replace(hour=0, minute=0, second=0)
    fine = daily([3_000.0] * 400, yesterday, "ETH/USDT")
    taken = replace(full, candles=pl.concat([late, fine]))
    assert document(taken, settings)["panels"]["moving_averages"]["stale"]
    panel = next(panel for panel in PANELS if panel.name == "moving_averages")
    for coin, is_late in (("BTC", True), ("ETH", False)):
        record = panel.record(taken, View(coin=coin))
        assert ("!" in panel.closing(record, Form.BOX)) is is_late


def test_a_sum_says_which_venues_are_in_it_and_why_one_is_not(settings: Settings) -> None:
    one = {"base": "BTC", "open_interest_usd": 5.0, "funding_8h": 0.0001}
    rows = [
        one | {"venue": "okx", "ts": before(seconds=5)},
        one | {"venue": "binance", "ts": before(seconds=60)},
    ]
    made = document(snapshot(derivatives=frame(DERIVATIVES, rows)), settings)
    for name in ("open_interest", "funding"):
        total = made["panels"]["long_short"][name][-1]
        assert (total["venue"], list(total["venues"])) == ("all", ["okx"])
        assert "without binance (no fresh value)" in total["reason"]


def test_a_short_history_says_what_it_has(full: Snapshot, settings: Settings) -> None:
    short = full.candles.filter(pl.col("ts") >= NOW - timedelta(days=213))
    averages = document(replace(full, candles=short), settings)["panels"]["moving_averages"][
        "averages"
    ]
    assert averages["365d"]["value"] is None
    assert averages["365d"]["reason"] == "212 of 365 days"
    assert averages["200w"]["reason"] == "31 of 200 weeks"
    assert averages["200d"]["value"] is not None


def test_a_silent_stream_stands_in_health(full: Snapshot, settings: Settings) -> None:
    gone = full.coverage.with_columns(
        pl.when(pl.col("venue") == "okx")
        .then(pl.lit(before(minutes=4), full.coverage.schema["until"]))
        .otherwise("until")
        .alias("until")
    )
    made = document(replace(full, coverage=gone), settings)
    okx = next(row for row in made["health"] if row["venue"] == "okx")
    assert (okx["stream"], okx["state"], okx["age_s"], okx["reason"]) == (
        "swap",
        "live",
        240.0,
        "silent",
    )
    assert "gap 3m okx" in made["panels"]["liquidations"]["windows"]["1h"]["reasons"]
    assert not made["panels"]["liquidations"]["stale"]


def test_a_stream_that_is_off_keeps_no_dead_panel_fresh(full: Snapshot, settings: Settings) -> None:
    off = {"collector": "liquidations", "venue": "kraken", "stream": "all", "state": "off"}
    health = pl.concat([full.health, frame(HEALTH, [off | {"ts": NOW, "attempts": 0}])])
    silent = frame(
        COVERAGE, [connection(s.venue, s.stream, until=before(minutes=9)) for s in STREAMS]
    )
    made = document(replace(full, health=health, coverage=silent), settings)
    assert made["panels"]["liquidations"]["stale"]


@pytest.mark.parametrize(
    ("then", "change", "reason"),
    [
        (2.0, 0.5, None),
        (4.0, -0.25, None),
        (3.0, 0.0, None),
        (0.0, None, "0 a day before"),
        (None, None, "no stored value so long before"),
    ],
)
def test_a_ratio_changes_by_a_fraction_of_the_one_a_day_before(
    then: float | None, change: float | None, reason: str | None, settings: Settings
) -> None:
    told = {"venue": "okx", "base": "BTC", "measure": "accounts", "period": "5m"}
    past = [] if then is None else [told | {"ratio": then, "ts": before(hours=24)}]
    rows = frame(POSITIONING, [*past, told | {"ratio": 3.0, "ts": NOW}])
    made = document(snapshot(positioning=rows), settings)["panels"]["long_short"]["rows"][0]
    assert (made["ratio"], made["change_24h"], made.get("reason")) == (3.0, change, reason)


OFF = ("depth", "options", "drivers", "flows")
"""Panels of feeds that a config may switch off, the rest going on."""


def off_since(full: Snapshot, hours: int, *collectors: str) -> Snapshot:
    """The full store, in which a recorder runs whose settings lack these collectors: what they
    wrote is so old."""
    said = {"venue": "okx", "stream": "", "attempts": 0, "ts": before(minutes=5)}
    rows = [said | {"collector": one, "state": "off"} for one in collectors]
    old = {
        name: full.collected[name].with_columns(pl.col("ts") - pl.duration(hours=hours))
        for name in collectors
    }
    changes: dict[str, Any] = {**old, "health": pl.concat([full.health, frame(HEALTH, rows)])}
    return replace(full, **changes)


@pytest.mark.parametrize("hours", [1, 23, 2_000])
def test_a_panel_whose_feeds_are_off_is_null_with_that_reason_and_not_stale(
    full: Snapshot, settings: Settings, hours: int
) -> None:
    shot = off_since(full, hours, "depth", "volatility", "options", "flow")
    made = document(shot, settings)
    has_schema_1(made)
    for name in OFF:
        panel = made["panels"][name]
        assert not panel["stale"], name
        assert panel["age_s"] is None, name
        assert panel["reason"].startswith("off: "), name
    assert made["panels"]["depth"]["reason"] == "off: order books are not recorded by the settings"
    assert made["panels"]["options"]["coins"] == {}
    assert exit_code(made) == 0


def test_a_panel_without_a_feed_at_all_is_off_once_a_recorder_ran(
    full: Snapshot, settings: Settings
) -> None:
    empty: dict[str, Any] = {
        name: full.collected[name].clear() for name in ("depth", "volatility", "options", "flow")
    }
    unasked = document(replace(full, **empty), settings)["panels"]
    assert {name for name in OFF if unasked[name]["stale"]} == set()
    unknown = document(replace(full, **empty, health=full.health.clear()), settings)["panels"]
    assert {name for name in OFF if unknown[name]["stale"]} == set(OFF)
    asked = {"collector": "depth", "venue": "okx", "state": "retrying", "ts": before(minutes=5)}
    health = pl.concat([full.health, frame(HEALTH, [asked])])
    failing = document(replace(full, **empty, health=health), settings)["panels"]
    assert {name for name in OFF if failing[name]["stale"]} == {"depth"}


def test_rows_that_are_fresh_are_shown_whoever_asked_for_them(
    full: Snapshot, settings: Settings
) -> None:
    panel = document(off_since(full, 0, "options"), settings)["panels"]["options"]
    assert panel["coins"]["BTC"]["dvol"]["value"] is not None
