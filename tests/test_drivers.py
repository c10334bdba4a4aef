"""The drivers: sums of what was heard alone, who led, the premium, and what is not known."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW, before, frame, liquidation, minutes_of, snapshot, taken
from tui import config
from tui.document import document
from tui.metrics.drivers import basis, drivers, led, quadrant
from tui.metrics.flow import ENOUGH, Taken, Window, asked_for, cumulative, ended, flows
from tui.metrics.premium import premium
from tui.panels import View
from tui.panels.drivers import DriversPanel, words
from tui.tables import DERIVATIVES, FLOW, HEALTH, LIQUIDATIONS, WINDOWS

END = NOW.replace(second=0)
"""NOW is 14:03:20: the minute 14:02 is over for 20 s and counts."""
KLINES = (("binance", "spot"), ("binance", "perp"))
EVERY = (*KLINES, ("bybit", "spot"), ("bybit", "perp"), ("coinbase", "spot"))


def minute(n: int) -> Any:
    """The n-th whole minute before END, from 1."""
    return END - timedelta(minutes=n)


def hour(markets: tuple[tuple[str, str], ...] = EVERY, minutes: int = 61, **other: Any) -> Any:
    """An hour of equal minutes of those markets, and the one before it."""
    return [
        taken(minute(n), venue=venue, market=market, **other)
        for n in range(1, minutes + 1)
        for venue, market in markets
    ]


def test_a_window_is_its_whole_minutes_up_to_the_newest_that_all_could_tell() -> None:
    assert ended(NOW) == END
    assert ended(END + timedelta(seconds=14)) == minute(1)
    rows = [taken(minute(n), 10.0**n, 0.0) for n in (1, 5, 6)] + [taken(END, 7.0, 0.0)]
    made = flows(frame(FLOW, rows), "BTC", NOW)
    assert made.end == END
    assert made.venues["binance", "spot"]["5m"].buy_usd == 100_010.0
    assert made.venues["binance", "spot"]["15m"].buy_usd == 1_100_010.0
    assert made.venues["binance", "spot"]["5m"].cover == pytest.approx(2 / 5)


def test_a_venue_that_was_not_heard_for_nearly_all_of_a_window_is_left_out_and_named() -> None:
    rows = hour(KLINES) + hour((("bybit", "spot"), ("bybit", "perp")), 12)
    made = flows(frame(FLOW, rows), "BTC", NOW)
    assert made.windows["5m"].venues == ("binance", "bybit")
    one = made.windows["1h"]
    assert one.venues == ("binance",)
    assert one.missing == {"bybit": pytest.approx(0.2)}
    assert one.spot is not None
    assert one.spot.net_usd == pytest.approx(60 * 60.0)
    assert made.windows["24h"].spot is None
    assert made.windows["24h"].venues == ()


def test_what_one_of_two_sockets_missed_is_missing_of_the_market() -> None:
    rows = hour((("bybit", "spot"),))
    rows += [taken(minute(n), venue="bybit", market="perp", stream="linear") for n in range(1, 61)]
    some = [taken(minute(n), venue="bybit", market="perp", stream="inverse") for n in range(1, 31)]
    made = flows(frame(FLOW, rows + some), "BTC", NOW)
    assert made.venues["bybit", "perp"]["1h"].cover == pytest.approx(0.5)
    assert made.venues["bybit", "perp"]["15m"].cover == 1.0
    assert made.windows["1h"].missing == {"bybit": pytest.approx(0.5)}


def recorded(state: str = "retrying", *streams: str) -> pl.DataFrame:
    """What the recorder says of Bybit's sockets of flow."""
    row = {"ts": before(hours=1), "collector": "flow", "venue": "bybit", "attempts": 3}
    return frame(HEALTH, [row | {"stream": one, "state": state} for one in streams])


def test_a_socket_without_any_row_leaves_its_venue_out() -> None:
    """Silent for 25 h it has none in the frame: the other socket of its market is not all of it."""
    rows = hour(KLINES) + hour((("bybit", "spot"),))
    rows += hour((("bybit", "perp"),), stream="inverse")
    flow, health = frame(FLOW, rows), recorded("retrying", "spot", "linear", "inverse")
    assert flows(flow, "BTC", NOW).windows["1h"].venues == ("binance", "bybit")
    made = flows(flow, "BTC", NOW, asked_for(health))
    assert made.windows["1h"].venues == ("binance",)
    assert made.windows["1h"].missing == {"bybit": 0.0}
    assert made.venues["bybit", "perp"]["1h"].cover == 0.0
    assert made.venues["bybit", "spot"]["1h"].cover == 1.0
    record = DriversPanel().record(snapshot(flow=flow, health=health), View())
    assert words.left_out(record.made.moves["1h"].flow) == "1h without BYB 0% of it heard"


def test_a_socket_that_has_the_coin_not_or_is_off_lacks_nothing() -> None:
    rows = hour(KLINES) + hour((("bybit", "perp"),), stream="inverse")
    other = frame(FLOW, rows + hour((("bybit", "perp"),), stream="linear", base="ETH"))
    made = flows(other, "BTC", NOW, asked_for(recorded("live", "linear", "inverse")))
    assert made.windows["1h"].venues == ("binance", "bybit")
    assert asked_for(recorded("off", "linear")) == frozenset()
    later = frame(FLOW, [*rows, taken(END, venue="bybit", market="perp", stream="linear")])
    deaf = flows(later, "BTC", NOW, asked_for(recorded("live", "linear", "inverse")))
    assert deaf.windows["1h"].missing == {"bybit": 0.0}


def window(spot: float, perp: float) -> Window:
    """With those CVDs."""
    sides = [Taken(max(0.0, net), max(0.0, -net), 1.0) for net in (spot, perp)]
    return Window("4h", sides[0], sides[1], ("binance",), {})


@pytest.mark.parametrize(
    ("price", "spot", "perp", "share"),
    [
        (0.021, 22.0, 78.0, 0.78),
        (-0.021, -22.0, -78.0, 0.78),
        (0.021, -5.0, 78.0, 1.0),  # spot sold into it
        (0.021, 22.0, -1.0, 0.0),
        (0.021, -5.0, -1.0, None),
        (0.0004, 22.0, 78.0, None),
        (None, 22.0, 78.0, None),
    ],
)
def test_who_led_is_the_share_of_the_flow_in_the_prices_own_way(
    price: float | None, spot: float, perp: float, share: float | None
) -> None:
    found, why = led(price, window(spot, perp))
    assert found == (None if share is None else pytest.approx(share))
    assert (why is None) == (share is not None)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.floats(-0.5, 0.5))
def test_a_share_is_one_and_the_other_sides_is_the_rest(
    spot: float, perp: float, price: float
) -> None:
    share, why = led(price, window(spot, perp))
    other, _ = led(price, window(perp, spot))
    mirrored, _ = led(-price, window(-spot, -perp))
    if share is None:
        assert why
        return
    assert 0.0 <= share <= 1.0
    assert other == pytest.approx(1.0 - share)
    assert mirrored == pytest.approx(share)


def test_price_and_open_interest_have_four_meanings() -> None:
    found = [quadrant(p, oi) for p in (0.01, -0.01) for oi in (0.01, -0.01)]
    assert found == ["new longs", "short covering", "new shorts", "long flush"]
    assert quadrant(0.01, 0.0001) is quadrant(None, 0.1) is quadrant(0.1, None) is None


def priced(minutes: int = 31, **prices: float) -> list[dict[str, Any]]:
    """Spot prices of BTC by venue, and of USDT at Coinbase, in each minute."""
    rows = []
    for n in range(1, minutes + 1):
        for venue, price in prices.items():
            of: dict[str, Any] = (
                {"venue": "coinbase", "base": "USDT"} if venue == "usdt" else {"venue": venue}
            )
            rows.append(taken(minute(n), price=price, **of))
    return rows


def test_the_premium_with_and_without_the_price_of_a_tether() -> None:
    rows = frame(FLOW, priced(binance=90_000.0, coinbase=89_910.0, usdt=0.9994))
    one = premium(rows, "BTC", NOW)
    assert one.ts == END
    assert one.as_dollar == pytest.approx(-0.001)
    assert one.with_usdt == pytest.approx(89_910.0 / (90_000.0 * 0.9994) - 1)
    lone = premium(frame(FLOW, priced(binance=90_000.0, coinbase=89_910.0)), "BTC", NOW)
    assert (lone.with_usdt, lone.reason) == (None, "no price of USDT in dollars")
    gone = premium(frame(FLOW, priced(binance=90_000.0)), "BTC", NOW)
    assert (gone.as_dollar, gone.reason) == (None, "no spot price of coinbase")


def test_prices_of_different_minutes_are_not_compared() -> None:
    rows = [taken(minute(1), price=90_000.0), taken(minute(2), price=89_000.0, venue="coinbase")]
    assert premium(frame(FLOW, rows), "BTC", NOW).reason == "none of the same minute"


def interest(ts: Any, usd: float, venue: str = "binance", **other: Any) -> dict[str, Any]:
    row = {"ts": ts, "venue": venue, "base": "BTC", "open_interest_usd": usd, "funding_8h": 4.1e-5}
    return row | {"mark": 89_973.0, "index": 90_000.0} | other


def test_basis_is_weighted_by_open_interest_and_without_what_is_stale() -> None:
    rows = [
        interest(before(seconds=5), 3e9),
        interest(before(seconds=5), 1e9, "okx", mark=90_090.0),
        interest(before(minutes=5), 9e9, "bybit", mark=99_000.0),
    ]
    made = basis(frame(DERIVATIVES, rows), "BTC", NOW)
    assert made.all == pytest.approx((3 * -0.0003 + 0.001) / 4)
    assert set(made.venues) == {"binance", "okx"}
    assert basis(DERIVATIVES.empty(), "BTC", NOW).all is None


PUSHED = (
    *(("binance", "spot", 11.0), ("binance", "perp", 39.0)),
    *(("coinbase", "spot", 11.0), ("bybit", "perp", 39.0)),
)
"""Who pushed it, and by how much a minute."""


def rise() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Four hours of a rise by 2.1 % that perpetuals made: the sentence of the order."""
    start, last = 90_000.0, 91_890.0
    rows = []
    for n in range(1, 242):
        price = last if n <= 1 else start if n >= 241 else start + (last - start) * (241 - n) / 240
        for venue, market, net in PUSHED:
            rows.append(taken(minute(n), 50.0 + net, 50.0, venue, market, price=price))
        if n <= 240:
            rows.append(taken(minute(n), 5.0, 5.0, "bybit"))
    oi = [interest(END - timedelta(hours=4), 10e9), interest(END - timedelta(seconds=5), 10.34e9)]
    tape = [liquidation(minute(9), 240.0), liquidation(minute(8), 48.0, "short", venue="bybit")]
    return frame(FLOW, rows), frame(DERIVATIVES, oi), minutes_of(frame(LIQUIDATIONS, tape))


def test_the_sentence_of_a_rise_led_by_perpetuals() -> None:
    made = drivers(*rise(), "BTC", NOW, before(hours=9))
    move = made.moves["4h"]
    assert words.sentence(move) == (
        "+2.1 % in 4 h: 78 % perp-led, open interest +3.4 % → new longs"
    )
    assert move.forced == pytest.approx(240 / (2 * 240 * 50.0))
    assert move.forced_short == pytest.approx(48 / (2 * 240 * 89.0))
    assert made.moves["24h"].perp_share is None
    assert words.sentence(made.moves["24h"]) == (
        "n/a in 24 h: led by n/a (too little heard), open interest n/a"
    )


def test_a_rise_that_one_venue_alone_tells_names_it() -> None:
    flow, oi, tape = rise()
    made = drivers(flow.filter(flow["venue"] == "binance"), oi, tape, "BTC", NOW)
    assert "perp-led (binance alone), open interest" in words.sentence(made.moves["4h"])


def test_liquidations_before_the_store_began_are_unknown_and_not_none() -> None:
    made = drivers(*rise(), "BTC", NOW, before(hours=1))
    assert made.moves["4h"].forced is None
    assert made.moves["15m"].forced is not None
    assert drivers(*rise(), "BTC", NOW).moves["5m"].forced is None


def test_a_forced_share_is_a_bound_only_of_sales_that_were_all_heard() -> None:
    """A minute that lacks a second of one venue's perpetuals may have lacked most of the sales."""
    flow, oi, tape = rise()
    one = (pl.col("market") == "perp") & (pl.col("venue") == "bybit") & (pl.col("ts") == minute(20))
    cover = pl.when(one).then(59 / 60).otherwise(pl.col("cover")).alias("cover")
    made = drivers(flow.with_columns(cover), oi, tape, "BTC", NOW, before(hours=9))
    assert words.forced(made.moves["15m"]) == "≥16%"
    assert words.forced(made.moves["1h"]) == "~4%"
    assert words.forced(made.moves["24h"]) == "n/a"


def test_a_bound_of_venues_is_said() -> None:
    flow, oi, tape = rise()
    gone = flow.filter((flow["venue"] != "coinbase") | (flow["ts"] > minute(30)))
    made = drivers(gone, oi, tape, "BTC", NOW)
    assert "perp-led (of 2/3 venues)" in words.sentence(made.moves["4h"])
    assert words.left_out(made.moves["4h"].flow) == "4h without COI 12% of it heard"


def test_the_curve_has_gaps_where_a_stream_was_not_heard() -> None:
    rows = [taken(minute(n), venue=v) for n in (1, 2, 4) for v in ("binance", "okx")]
    rows += [taken(minute(3)), taken(minute(3), venue="okx", cover=0.5)]
    made = cumulative(frame(FLOW, rows), "spot", ("binance", "okx"), minute(5), END)
    assert made == [None, 120.0, None, 360.0, 480.0]
    assert ENOUGH > 0.5


def test_a_coin_without_flow_says_so() -> None:
    panel, view = DriversPanel(), View(coin="ETH")
    record = panel.record(snapshot(flow=rise()[0]), view)
    lines = panel.lines(record, view, 64, 13)
    assert "n/a (no taker flow of ETH in the store)" in lines[1].plain
    assert panel.age(record).stale


def test_the_document_has_the_numbers_of_the_sentence(tmp_path: Any) -> None:
    (tmp_path / "config.toml").write_text("")
    flow, oi, tape = rise()
    now = snapshot(flow=flow, derivatives=oi, began=before(hours=9), minutes=tape)
    made = document(replace(now, whole=tape), config.load(tmp_path / "config.toml"))["panels"]
    four = made["drivers"]["windows"]["4h"]
    assert four["perp_share"] == pytest.approx(0.78)
    assert four["quadrant"] == "new longs"
    assert four["price_change"] == pytest.approx(0.021)
    assert four["open_interest_change"] == pytest.approx(0.034)
    assert four["venues"] == ["binance", "bybit", "coinbase"]
    assert made["drivers"]["windows"]["24h"]["reason"] == "too little heard"
    assert not made["drivers"]["stale"]
    assert made["drivers"]["age_s"] == pytest.approx(20.0)
    assert made["flows"]["windows"]["4h"]["spot_to_perp"] == pytest.approx(
        (2 * 111 * 240 + 10 * 240) / (2 * 139 * 240)
    )
    assert tuple(made["drivers"]["windows"]) == tuple(WINDOWS)
