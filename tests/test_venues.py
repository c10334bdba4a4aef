"""What all venues share: coins behind listed names, USD, counting within a message, frames."""

import math
import tomllib
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config import default_text, default_venues
from tui.loopback.encoders import ENCODERS
from tui.metrics.series import PREFERRED
from tui.tables import LIQUIDATIONS, Class, Side
from tui.venues import PRICED, VENUES
from tui.venues.base import Market, Wire, WireError
from tui.venues.names import coin, is_tradfi
from tui.venues.rows import frame, rows

LINEAR = Market(
    "BTCUSDT", "BTC/USDT:USDT", "BTC", "USDT", "swap", False, 0.01, 1.0, Class.CRYPTO, 0.1
)
INVERSE = Market("BTCUSD", "BTC/USD:BTC", "BTC", "USD", "swap", True, 100.0, 1.0, Class.CRYPTO, 0.1)
PEPE = Market(
    "1000PEPEUSDT",
    "1000PEPE/USDT:USDT",
    "PEPE",
    "USDT",
    "swap",
    False,
    1.0,
    1000.0,
    Class.CRYPTO,
    None,
)
CROSS = Market("ETHBTC", "ETH/BTC:BTC", "ETH", "BTC", "swap", False, 1.0, 1.0, Class.CRYPTO, None)
MARKETS = {market.id: market for market in (LINEAR, INVERSE, PEPE, CROSS)}


def wire(id: str, size: float = 13.0, price: float = 60_000.0, ts: int = 5) -> Wire:
    return Wire(id, ts, Side.LONG, size, price, "bankruptcy", {"s": id})


def made(*wires: Wire, rate: Any = lambda quote: None) -> pl.DataFrame:
    return frame(rows(wires, MARKETS, venue="bybit", received_ms=7, conn=1, rate=rate))


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("1000PEPE", ("PEPE", 1e3)),
        ("1000000MOG", ("MOG", 1e6)),
        ("10000000AIDOGE", ("AIDOGE", 1e7)),
        ("1MBABYDOGE", ("BABYDOGE", 1e6)),
        ("kPEPE", ("PEPE", 1e3)),
        ("SHIB1000", ("SHIB", 1e3)),
        ("XBT", ("BTC", 1.0)),
        ("1INCH", ("1INCH", 1.0)),
        ("1000X", ("1000X", 1.0)),
        ("KAVA", ("KAVA", 1.0)),
        ("币安人生", ("币安人生", 1.0)),
    ],
)
def test_the_coin_behind_a_listed_name(listed: str, expected: tuple[str, float]) -> None:
    assert coin(listed) == expected


def test_a_linear_contract_is_coins_times_price() -> None:
    row = made(wire("BTCUSDT")).row(0, named=True)
    assert row["qty"] == pytest.approx(0.13)
    assert row["usd"] == pytest.approx(7_800.0)


def test_an_inverse_contract_is_worth_its_dollars_whatever_the_price() -> None:
    row = made(wire("BTCUSD", size=7.0, price=50_000.0)).row(0, named=True)
    assert row["usd"] == pytest.approx(700.0)
    assert row["qty"] == pytest.approx(0.014)


def test_a_multiplier_changes_the_coins_and_not_the_dollars() -> None:
    row = made(wire("1000PEPEUSDT", size=2_000.0, price=0.01)).row(0, named=True)
    assert (row["base"], row["qty"]) == ("PEPE", pytest.approx(2_000_000.0))
    assert row["usd"] == pytest.approx(20.0)


def test_another_quote_needs_its_rate() -> None:
    unpriced = made(wire("ETHBTC", size=3.0, price=0.04)).row(0, named=True)
    priced = made(wire("ETHBTC", size=3.0, price=0.04), rate={"BTC": 90_000.0}.get)
    assert (unpriced["qty"], unpriced["usd"]) == (3.0, None)
    assert priced["usd"][0] == pytest.approx(10_800.0)


def test_an_unknown_market_keeps_its_row_and_its_contract_size_is_not_one() -> None:
    row = made(wire("WHATUSDT")).row(0, named=True)
    assert (row["symbol"], row["qty"], row["usd"]) == ("WHATUSDT", None, None)


def test_an_absurd_size_has_no_worth_rather_than_an_infinite_one() -> None:
    row = made(wire("BTCUSDT", size=1e300, price=1e300)).row(0, named=True)
    assert row["usd"] is None


def test_half_a_surrogate_in_a_name_does_not_break_the_frame() -> None:
    assert made(wire("\ud800USDT")).height == 1


@given(st.lists(st.sampled_from([wire("BTCUSDT"), wire("BTCUSDT", ts=6), wire("X")]), max_size=9))
def test_n_counts_equal_rows_of_a_message_from_zero(wires: list[Wire]) -> None:
    counted = made(*wires)
    keys = counted.select("symbol", "ts", "side", "qty", "price", "n")
    assert keys.is_duplicated().sum() == 0 or not wires
    for one in {w[:5] for w in wires}:
        count = sum(w[:5] == one for w in wires)
        same = counted.filter(
            pl.col("ts").dt.epoch("ms") == one[1], pl.col("raw").str.contains(one[0])
        )
        assert sorted(same["n"]) == list(range(count))


def test_a_frame_has_the_columns_and_types_of_its_table() -> None:
    assert made(wire("BTCUSDT")).schema == LIQUIDATIONS.schema
    assert made().schema == LIQUIDATIONS.schema


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
fields = st.sampled_from(
    [
        *("e", "o", "s", "S", "z", "ap", "T", "topic", "data", "arg", "details", "channel"),
        *("stream", "event", "result", "contract", "size", "price", "time", "op", "direction"),
        *("volume", "params", "liquidation", "amount", "timestamp", "instrument_name"),
        *("feed", "type", "side", "qty", "product_id"),
        *("liquidation_trades", "is_maker_ask", "market_id"),
    ]
)
words = st.sampled_from(
    [
        *("forceOrder", "allLiquidation.X", "liquidation-orders", "SELL", "Buy", "1", 5),
        *("futures.public_liquidates", "update", "notify", "public.X.liquidation_orders", "pos"),
        *("trades.future.any.100ms", "MT", "sell", "trade", "liquidation"),
        "update/trade",
    ]
)
near_misses = st.recursive(
    json_values | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields, inner, max_size=5),
    max_leaves=15,
)


@given(near_misses)
def test_reading_raises_nothing_but_a_wire_error(message: Any) -> None:
    for venue in VENUES.values():
        for stream in venue.streams:
            try:
                found = venue.read(stream, message)
            except WireError as error:
                found = error.good
            for one in found:
                assert 0 < one.size < math.inf
                assert 0 < one.price < math.inf


@pytest.mark.parametrize(
    "listed", ["XAU", "XAG", "PAXG", "XAUT", "TSLA", "TSLAX", "NVDA", "EUR", "USDJPY"]
)
def test_metals_and_shares_are_known_by_name(listed: str) -> None:
    assert is_tradfi(listed)


def test_a_venue_is_asked_for_the_streams_it_pushes() -> None:
    assert list(PRICED) == list(PREFERRED)
    for name, venue in PRICED.items():
        assert venue.asked.name == name
        assert venue.asked.streams == venue.streams


def test_every_venue_has_its_switch_and_its_encoder() -> None:
    switches = tomllib.loads(default_text())["venues"]
    assert [name for name, on in switches.items() if isinstance(on, bool)] == list(VENUES)
    assert list(ENCODERS) == list(VENUES)
    for name, venue in VENUES.items():
        assert tuple(ENCODERS[name].shares) == venue.streams
        assert venue.gives in ("1/s", "all", "?")


def test_the_day_of_the_scenario_is_over_the_venues_that_are_on() -> None:
    for name, encoder in ENCODERS.items():
        assert any(encoder.shares.values()) == (name in default_venues())
