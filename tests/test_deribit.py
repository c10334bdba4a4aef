"""Deribit: whose order was forced, amounts in USD or coins, ordinary trades left alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.recorded_frames import mapped_messages
from tui.loopback.deribit import Deribit as Encoder
from tui.tables import Class, Side
from tui.venues.base import Answer, Market, WireError
from tui.venues.deribit import Deribit
from tui.venues.rows import frame, rows

LONG = {
    "trade_seq": 40781986, "trade_id": "66460463", "timestamp": 1584058044032,
    "tick_direction": 3, "price": 4469.5, "liquidation": "T", "instrument_name": "BTC-PERPETUAL",
    "index_price": 4805.41, "direction": "sell", "amount": 1120,
}  # fmt: skip
"""A row of 2020-03-13, in the docstring too: the taker sold what he had to."""

SHORT = LONG | {"direction": "buy", "instrument_name": "BTC_USDC-PERPETUAL", "amount": 0.049}
ORDINARY = {key: value for key, value in LONG.items() if key != "liquidation"}


def notice(*data: Any, channel: str = "trades.future.any.100ms") -> dict[str, Any]:
    params = {"channel": channel, "data": list(data)}
    return {"jsonrpc": "2.0", "method": "subscription", "params": params}


def listed(name: str, **more: Any) -> dict[str, Any]:
    """A row of public/get_instruments, as ccxt has it in a comment."""
    row = {"instrument_name": name, "kind": "future", "base_currency": "BTC", "tick_size": 0.5}
    row |= {"counter_currency": "USD", "quote_currency": "USD", "settlement_currency": "BTC"}
    row |= {"settlement_period": "perpetual", "contract_size": 10.0, "is_active": True}
    return {**row, "expiration_timestamp": 32503708800000, **more}


def market(row: dict[str, Any]) -> Market:
    found = Deribit.market("future", row)
    assert found is not None
    return found


USDC = {"counter_currency": "USDC", "quote_currency": "USDC", "settlement_currency": "USDC"}
INVERSE = market(listed("BTC-PERPETUAL"))
LINEAR = market(listed("BTC_USDC-PERPETUAL", contract_size=0.001, **USDC))


def told(*data: Any) -> list[Any]:
    found = rows(
        Deribit.read("future", notice(*data)),
        {one.id: one for one in (LINEAR, INVERSE)},
        venue="deribit",
        received_ms=1,
        conn=1,
        rate=lambda quote: None,
    )
    return list(frame(found).select("side", "qty", "usd").iter_rows())


def test_a_documented_long_is_worth_its_amount() -> None:
    (wire,) = Deribit.read("future", notice(LONG))
    assert (wire.ts, wire.price, wire.price_kind) == (1584058044032, 4469.5, "fill_avg")
    assert told(LONG) == [("long", pytest.approx(1120 / 4469.5), pytest.approx(1120.0))]


def test_a_linear_short_is_coins_times_price() -> None:
    assert told(SHORT) == [("short", pytest.approx(0.049), pytest.approx(0.049 * 4469.5))]


@pytest.mark.parametrize(
    ("flag", "direction", "sides"),
    [
        ("T", "sell", ["long"]),
        ("T", "buy", ["short"]),
        ("M", "sell", ["short"]),
        ("M", "buy", ["long"]),
        ("MT", "sell", ["long", "short"]),
        ("MT", "buy", ["short", "long"]),
    ],
)
def test_the_flag_says_whose_order_was_forced(flag: str, direction: str, sides: list[str]) -> None:
    found = told(LONG | {"liquidation": flag, "direction": direction})
    assert [side for side, _, _ in found] == sides
    assert [usd for _, _, usd in found] == [1120.0] * len(sides)


def test_marked_rows_are_read_among_ordinary_ones_and_equal_ones_are_counted() -> None:
    wires = Deribit.read("future", notice(ORDINARY, LONG, ORDINARY, LONG, SHORT))
    assert [wire.side for wire in wires] == [Side.LONG, Side.LONG, Side.SHORT]
    found = rows(wires, {}, venue="deribit", received_ms=1, conn=1, rate=lambda quote: None)
    assert frame(found)["n"].to_list() == [0, 1, 0]
    assert json.loads(frame(found)["raw"][0]) == LONG


@pytest.mark.parametrize(
    "bad",
    [None, 7, {"liquidation": "T"}, LONG | {"liquidation": "X"}, LONG | {"liquidation": ["T"]},
     LONG | {"direction": None}, LONG | {"amount": 0}, LONG | {"price": "nan"}],
)  # fmt: skip
def test_a_bad_row_leaves_the_others(bad: Any) -> None:
    with pytest.raises(WireError) as caught:
        Deribit.read("future", notice(ORDINARY, LONG, bad))
    assert (len(caught.value.good), caught.value.bad) == (1, 1)


@pytest.mark.parametrize(
    "message",
    [None, [], "x", {"params": 5}, notice(LONG, channel="ticker.BTC-PERPETUAL.100ms"),
     notice(ORDINARY), {"jsonrpc": "2.0", "id": 1, "result": ["trades.future.any.100ms"]}],
)  # fmt: skip
def test_other_messages_have_no_liquidation(message: Any) -> None:
    assert Deribit.read("future", message) == []


def test_recorded_rows_of_a_long_taker_and_of_a_long_maker(recorded: Path) -> None:
    """`T` and sell, `M` and buy: both closed a long on 2020-03-13."""
    trades = [
        trade
        for message in mapped_messages(recorded, "deribit")
        if message.get("params", {}).get("channel", "").startswith("trades.")
        for trade in message["params"]["data"]
    ]
    wires = Deribit.read("future", notice(*trades))
    assert len(trades) > len(wires)
    seen = {(w.raw["liquidation"], w.raw["direction"], w.side) for w in wires}
    assert seen == {("T", "sell", Side.LONG), ("M", "buy", Side.LONG)}


def test_markets_are_named_after_their_coin_and_settlement() -> None:
    assert (INVERSE.symbol, INVERSE.inverse, INVERSE.contract_size) == ("BTC/USD:BTC", True, 1.0)
    assert (LINEAR.symbol, LINEAR.inverse, LINEAR.tick) == ("BTC/USDC:USDC", False, 0.5)
    dated = listed("BTC-27MAY22", settlement_period="month", expiration_timestamp=1653638400000)
    assert market(dated).symbol == "BTC/USD:BTC-220527"
    assert market(dated).kind == "future"
    gold = listed("PAXG_USDC-PERPETUAL", base_currency="PAXG", **USDC)
    assert market(gold).cls is Class.TRADFI
    assert Deribit.market("future", listed("BTC-24JUN22-52000-P", kind="option")) is None


def test_answers_go_to_their_request_and_a_channel_left_out_is_a_refusal() -> None:
    yes = {"jsonrpc": "2.0", "id": 3, "result": ["trades.future.any.100ms"]}
    no = {"jsonrpc": "2.0", "id": 3, "error": {"code": -32602, "message": "Invalid params"}}
    assert Deribit.answer(yes) == Answer("3", True)
    assert Deribit.answer(yes | {"result": []}) == Answer("3", False, "the channel was left out")
    assert Deribit.answer(no) == Answer("3", False, "-32602 Invalid params")
    assert Deribit.answer(notice(LONG)) is None


def test_one_frame_without_a_login_asks_for_every_future() -> None:
    request = Deribit.request(Deribit.topics("future", []), 3)
    assert request.keys == ("3",)
    assert request.frame["method"] == "public/subscribe"
    assert request.frame["params"] == {"channels": ["trades.future.any.100ms"]}


@pytest.mark.parametrize(
    ("symbol", "id"),
    [("BTC/USD:BTC", "BTC-PERPETUAL"), ("ETH/USDC:USDC", "ETH_USDC-PERPETUAL"),
     ("BTC-27MAR26", "BTC-27MAR26")],
)  # fmt: skip
def test_a_recording_of_unified_symbols_finds_its_contracts(symbol: str, id: str) -> None:
    assert Encoder.market_id(symbol) == id
