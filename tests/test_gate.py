"""Gate: sides by the sign of the size, contracts of a multiplier, whole batches."""

from typing import Any

import pytest

from tui.tables import Class, Side
from tui.venues.base import Answer, Market, WireError
from tui.venues.gate import Gate
from tui.venues.rows import frame, rows

SHORT = {"price": "215.1", "size": "-124.5", "time": 1541486601123, "contract": "BTC_USDT"}
"""Gate's own sample."""


def batch(*result: Any, **more: Any) -> dict[str, Any]:
    head = {"channel": "futures.public_liquidates", "event": "update", "time": 1541505434}
    return {**head, "time_ms": 1541505434123, "result": list(result), **more}


def listed(name: str, **more: Any) -> dict[str, Any]:
    row = {"name": name, "type": "direct", "quanto_multiplier": "0.0001"}
    return {**row, "order_price_round": "0.1", "status": "trading", **more}


def market(stream: str, row: dict[str, Any]) -> Market:
    found = Gate.market(stream, row)
    assert found is not None
    return found


LINEAR = market("usdt", listed("BTC_USDT"))
INVERSE = market("btc", listed("BTC_USD", type="inverse", quanto_multiplier="0"))


def told(stream: str, *result: Any) -> list[Any]:
    found = rows(
        Gate.read(stream, batch(*result)),
        {one.id: one for one in (LINEAR, INVERSE)},
        venue="gate",
        received_ms=1,
        conn=1,
        rate=lambda quote: None,
    )
    return list(frame(found).select("side", "qty", "usd").iter_rows())


def test_a_documented_short() -> None:
    (wire,) = Gate.read("usdt", batch(SHORT))
    assert (wire.ts, wire.size, wire.price, wire.side) == (1541486601123, 124.5, 215.1, Side.SHORT)
    assert wire.price_kind == "order_limit"
    assert told("usdt", SHORT) == [("short", pytest.approx(0.01245), pytest.approx(2.677995))]


def test_a_long_has_a_positive_size() -> None:
    long = SHORT | {"size": "2000", "price": "60000"}
    assert told("usdt", long) == [("long", pytest.approx(0.2), pytest.approx(12_000.0))]


def test_an_inverse_contract_is_a_dollar() -> None:
    long = {"price": "50000", "size": "700", "time": 1541486601123, "contract": "BTC_USD"}
    assert told("btc", long) == [("long", pytest.approx(0.014), pytest.approx(700.0))]


def test_every_row_of_a_batch_is_read_and_equal_ones_are_counted() -> None:
    wires = Gate.read("usdt", batch(SHORT, SHORT, SHORT | {"size": -10}))
    assert [wire.size for wire in wires] == [124.5, 124.5, 10.0]
    found = rows(wires, {}, venue="gate", received_ms=1, conn=1, rate=lambda quote: None)
    assert frame(found)["n"].to_list() == [0, 1, 0]


@pytest.mark.parametrize(
    "times",
    [{"time": 1541486601123}, {"time": 1541486601, "time_ms": 1541486601123}],
)
def test_the_time_is_read_as_it_was_and_as_it_is_written(times: dict[str, int]) -> None:
    row = {key: value for key, value in SHORT.items() if key != "time"} | times
    assert Gate.read("usdt", batch(row))[0].ts == 1541486601123


def test_a_time_in_seconds_is_no_time_in_1970() -> None:
    (wire,) = Gate.read("usdt", batch(SHORT | {"time": 1541486601}))
    assert wire.ts == 1541486601000


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        {},
        *(SHORT | {"size": size} for size in ("0", "-inf", True)),
        SHORT | {"price": "nan"},
    ],
)
def test_a_bad_row_leaves_the_others(bad: Any) -> None:
    with pytest.raises(WireError) as caught:
        Gate.read("usdt", batch(SHORT, bad))
    assert (len(caught.value.good), caught.value.bad) == (1, 1)


@pytest.mark.parametrize(
    "message",
    [None, [], "x", {"channel": "futures.pong"}, batch(SHORT, event="subscribe")],
)
def test_other_messages_have_no_liquidation(message: Any) -> None:
    assert Gate.read("usdt", message) == []


def test_markets_are_named_after_their_coin_and_settlement() -> None:
    assert (LINEAR.symbol, LINEAR.base, LINEAR.contract_size) == ("BTC/USDT:USDT", "BTC", 0.0001)
    assert (INVERSE.symbol, INVERSE.inverse, INVERSE.tick) == ("BTC/USD:BTC", True, 0.1)
    assert market("usdt", listed("XAU_USDT")).cls is Class.TRADFI


def test_a_quanto_contract_is_not_taken_for_a_linear_one() -> None:
    assert Gate.market("btc", listed("ETH_USD")) is None


def test_answers_go_to_their_request() -> None:
    yes = {"id": 3, "event": "subscribe", "error": None, "result": {"status": "success"}}
    no = {"event": "subscribe", "error": {"code": 2, "message": "unknown contract"}}
    assert Gate.answer(yes) == Answer("3", True)
    assert Gate.answer(no) == Answer(None, False, "2 unknown contract")
    assert Gate.answer(batch(SHORT)) is None


def test_one_frame_asks_for_every_contract() -> None:
    request = Gate.request(Gate.topics("usdt", []), 3)
    assert request.keys == ("3",)
    assert request.frame["payload"] == ["!all"]
    assert request.frame["event"] == "subscribe"
