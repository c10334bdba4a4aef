"""Kraken Futures: one trade a frame, sells of a long, USD or coins, other trades left alone."""

from pathlib import Path
from typing import Any

import pytest

from tests.recorded_frames import mapped_messages
from tui.loopback.kraken import Kraken as Encoder
from tui.tables import Class, Side
from tui.venues.base import Answer, Market, WireError
from tui.venues.kraken import Kraken
from tui.venues.rows import frame, rows

LONG = {
    "feed": "trade", "product_id": "PI_XRPUSD", "uid": "3ee209b8-bc9f-4ed5-965b-8c6208b26411",
    "side": "sell", "type": "liquidation", "seq": 41799, "time": 1593561965283, "qty": 12000,
    "price": 0.1736,
}  # fmt: skip
"""A row of 2020-07-01, in the docstring too."""

SHORT = LONG | {"product_id": "PF_XBTUSD", "side": "buy", "qty": 0.0125, "price": 60_000.0}


def listed(symbol: str, **more: Any) -> dict[str, Any]:
    """A row of the instruments, as ccxt has it in a comment."""
    row = {"symbol": symbol, "type": "futures_inverse", "tickSize": 0.1, "contractSize": 1}
    return {**row, "tradeable": True, **more}


def market(row: dict[str, Any]) -> Market:
    found = Kraken.market("futures", row)
    assert found is not None
    return found


INVERSE = market(listed("pi_xrpusd"))
LINEAR = market(listed("PF_XBTUSD", type="flexible_futures"))


def told(message: Any) -> list[Any]:
    found = rows(
        Kraken.read("futures", message),
        {one.id: one for one in (LINEAR, INVERSE)},
        venue="kraken",
        received_ms=1,
        conn=1,
        rate=lambda quote: None,
    )
    return list(frame(found).select("base", "side", "qty", "usd").iter_rows())


def test_a_documented_long_of_an_inverse_contract_is_worth_its_quantity() -> None:
    (wire,) = Kraken.read("futures", LONG)
    assert (wire.ts, wire.price, wire.price_kind) == (1593561965283, 0.1736, "fill_avg")
    assert told(LONG) == [("XRP", "long", pytest.approx(12_000 / 0.1736), pytest.approx(12_000.0))]


def test_a_linear_short_is_coins_times_price() -> None:
    assert told(SHORT) == [("BTC", "short", pytest.approx(0.0125), pytest.approx(750.0))]


@pytest.mark.parametrize("kind", ["fill", "block", "termination", "assignment", None])
def test_other_trades_are_left_alone(kind: Any) -> None:
    assert Kraken.read("futures", LONG | {"type": kind}) == []


@pytest.mark.parametrize(
    "message",
    [None, [], "x", {"event": "info", "version": 1},
     {"event": "subscribed", "feed": "trade", "product_ids": ["PI_XRPUSD"]},
     {"feed": "trade_snapshot", "product_id": "PI_XRPUSD", "trades": [LONG]}],
)  # fmt: skip
def test_other_messages_and_what_was_before_have_no_liquidation(message: Any) -> None:
    assert Kraken.read("futures", message) == []


@pytest.mark.parametrize(
    "bad", [{"qty": 0}, {"price": "nan"}, {"side": "?"}, {"side": []}, {"time": None}]
)
def test_a_bad_row_is_told(bad: dict[str, Any]) -> None:
    with pytest.raises(WireError) as caught:
        Kraken.read("futures", LONG | bad)
    assert (caught.value.good, caught.value.bad) == ([], 1)


def test_recorded_rows_of_both_sides(recorded: Path) -> None:
    messages = mapped_messages(recorded, "cryptofacilities")
    wires = [wire for message in messages for wire in Kraken.read("futures", message)]
    seen = {(wire.market_id, wire.side, wire.size) for wire in wires}
    assert seen == {("PI_XRPUSD", Side.LONG, 12_000.0), ("PI_ETHUSD", Side.SHORT, 250.0)}
    assert len(wires) < sum(message["feed"] == "trade" for message in messages)


def test_markets_are_named_after_their_coin_and_settlement() -> None:
    assert (INVERSE.id, INVERSE.symbol, INVERSE.inverse) == ("PI_XRPUSD", "XRP/USD:XRP", True)
    assert (LINEAR.base, LINEAR.symbol, LINEAR.inverse) == ("BTC", "BTC/USD:USD", False)
    dated = market(listed("fi_ethusd_180928", lastTradingTime="2018-09-28T15:00:00.000Z"))
    assert (dated.id, dated.symbol) == ("FI_ETHUSD_180928", "ETH/USD:ETH-180928")
    assert dated.kind == "future"


def test_shares_metals_and_currencies_are_no_crypto() -> None:
    assert market(listed("PF_AAPLXUSD", type="flexible_futures")).cls is Class.TRADFI
    assert market(listed("PF_EURUSD", type="flexible_futures", tradfi=True)).cls is Class.TRADFI
    assert LINEAR.cls is Class.CRYPTO


@pytest.mark.parametrize(
    "row", [{"symbol": "in_xbtusd", "type": "spot index", "tradeable": False},
            listed("PI_DEADUSD", tradeable=False)],
)  # fmt: skip
def test_an_index_and_a_dead_contract_are_no_markets(row: dict[str, Any]) -> None:
    assert Kraken.market("futures", row) is None


def test_answers_have_no_number() -> None:
    yes = {"event": "subscribed", "feed": "trade", "product_ids": ["PI_XRPUSD"]}
    no = {"event": "alert", "message": "Couldn't subscribe to invalid product `NOT_REAL`"}
    again = {"event": "alert", "message": "Already subscribed to feed, re-requesting"}
    assert Kraken.answer(yes) == Kraken.answer(yes | {"event": "subscribed "}) == Answer(None, True)
    assert Kraken.answer(no) == Answer(None, False, no["message"])
    assert Kraken.answer({"event": "subscribed_failed"}) == Answer(None, False, "refused")
    for other in (again, {"event": "info", "version": 1}, LONG):
        assert Kraken.answer(other) is None


def test_a_frame_asks_for_contracts_by_name() -> None:
    topics = Kraken.topics("futures", [INVERSE, LINEAR])
    assert Kraken.request(topics, 3).frame["product_ids"] == ["PI_XRPUSD", "PF_XBTUSD"]


@pytest.mark.parametrize(
    ("symbol", "id"),
    [("BTC/USD:BTC", "PI_XBTUSD"), ("SOL/USD:USD", "PF_SOLUSD"), ("PI_XBTUSD", "PI_XBTUSD")],
)
def test_a_recording_of_unified_symbols_finds_its_contracts(symbol: str, id: str) -> None:
    assert Encoder.market_id(symbol) == id
