"""Bybit: `S` is the side of the position, contrary to everyone else's."""

from pathlib import Path
from typing import Any

import pytest

from tests.recorded_frames import recorded_frames
from tui.tables import Class, Measure, Side
from tui.venues.asked import Perpetual, Unread
from tui.venues.base import Market, WireError
from tui.venues.bybit import Bybit
from tui.venues.bybit_rest import BybitAsked
from tui.venues.rows import frame, rows

SHORT = {
    "topic": "allLiquidation.ROSEUSDT",
    "type": "snapshot",
    "ts": 1739502303204,
    "data": [{"T": 1739502302929, "s": "ROSEUSDT", "S": "Sell", "v": "20000", "p": "0.04499"}],
}


def listed(symbol: str, base: str, **more: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": base,
        "quoteCoin": "USDT",
        "settleCoin": "USDT",
        "deliveryTime": "0",
        "priceFilter": {"tickSize": "0.10"},
        **more,
    }


INVERSE = {"contractType": "InversePerpetual", "quoteCoin": "USD", "settleCoin": "BTC"}


def market(stream: str, row: dict[str, Any]) -> Market:
    found = Bybit.market(stream, row)
    assert found is not None
    return found


def topic(*data: dict[str, Any]) -> dict[str, Any]:
    return {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": 9, "data": list(data)}


def test_a_documented_sell_is_a_liquidated_short() -> None:
    (wire,) = Bybit.read("linear", SHORT)
    assert (wire.side, wire.size, wire.price) == (Side.SHORT, 20_000.0, 0.04499)
    assert wire.price_kind == "bankruptcy"


def test_a_buy_is_a_liquidated_long_and_an_inverse_size_is_dollars() -> None:
    (wire,) = Bybit.read(
        "inverse", topic({"T": 5, "s": "BTCUSD", "S": "Buy", "v": "6000", "p": "60000"})
    )
    known = market("inverse", listed("BTCUSD", "BTC", **INVERSE))
    found = rows(
        [wire], {"BTCUSD": known}, venue="bybit", received_ms=1, conn=1, rate=lambda quote: None
    )
    row = frame(found).row(0, named=True)
    assert (row["side"], row["usd"], row["qty"]) == ("long", 6_000.0, pytest.approx(0.1))


def test_every_row_of_a_frame_is_read_and_one_bad_row_costs_only_itself() -> None:
    good = {"T": 5, "s": "BTCUSDT", "S": "Buy", "v": "1", "p": "2"}
    assert len(Bybit.read("linear", topic(good, good, good))) == 3
    with pytest.raises(WireError) as caught:
        Bybit.read("linear", topic(good, {**good, "S": "Long"}, good))
    assert (len(caught.value.good), caught.value.bad) == (2, 1)


def test_markets() -> None:
    dated = market(
        "linear",
        listed(
            "BTC-26DEC25", "BTC", contractType="LinearFutures", quoteCoin="USDC",
            settleCoin="USDC", deliveryTime="1766736000000",
        ),
    )  # fmt: skip
    assert (dated.symbol, dated.base, dated.kind) == ("BTC/USDC:USDC-251226", "BTC", "future")
    shib = market("linear", listed("SHIB1000USDT", "SHIB1000"))
    assert (shib.base, shib.multiplier) == ("SHIB", 1000.0)
    assert market("linear", listed("XAUTUSDT", "XAUT")).cls is Class.TRADFI
    assert Bybit.market("linear", listed("NEWUSDT", "NEW", status="PreLaunch")) is None


def test_answers_to_a_subscription() -> None:
    yes = Bybit.answer({"success": True, "ret_msg": "", "op": "subscribe", "req_id": "4"})
    no = Bybit.answer({"success": False, "ret_msg": "error:x", "op": "subscribe", "req_id": "4"})
    assert yes is not None
    assert (yes.key, yes.ok) == ("4", True)
    assert no is not None
    assert (no.ok, no.reason) == (False, "error:x")
    assert Bybit.answer({"success": True, "ret_msg": "pong", "op": "ping"}) is None


def test_a_ticker_is_a_quote_when_it_has_a_price() -> None:
    ticker = {"topic": "tickers.BTCUSDT", "ts": 7, "data": {"symbol": "BTCUSDT", "lastPrice": "9"}}
    assert Bybit.quote(ticker) == ("BTCUSDT", 9.0, 7)
    assert Bybit.quote({**ticker, "data": {"symbol": "BTCUSDT"}}) is None


def test_recorded_frames_keep_every_row_and_the_position_side(recorded: Path) -> None:
    wires = [
        w
        for message in recorded_frames(recorded, "bybit_linear")
        for w in Bybit.read("linear", message)
    ]
    btc = [wire for wire in wires if wire.market_id == "BTCUSDT"]
    assert [wire.side for wire in btc[:2]] == [Side.LONG, Side.LONG]
    assert sum(wire.size * wire.price for wire in btc[:2]) == pytest.approx(
        0.006 * 82396.90 + 0.038 * 82394.30
    )
    assert {w.market_id: w.side for w in wires}["MARSCOINUSDT"] is Side.SHORT


@pytest.mark.parametrize(
    ("given", "inverse", "usd"),
    [
        ({"openInterest": "20"}, False, 900_000.0),
        ({"openInterest": "20", "singleOpenInterest": "10"}, False, 900_000.0),
        ({"openInterest": "8000"}, True, 4_000.0),
    ],
)
async def test_open_interest_is_one_side(given: dict[str, str], inverse: bool, usd: float) -> None:
    ticker = {"markPrice": "90000", "indexPrice": "90010", "fundingRate": "0.0001", **given}

    async def ask(method: str, params: Any = None) -> Any:
        return {"time": 1_700_000_000_000, "result": {"list": [ticker]}}

    known = (
        market("inverse", listed("BTCUSD", "BTC", **INVERSE))
        if inverse
        else market("linear", listed("BTCUSDT", "BTC"))
    )
    (found,) = await BybitAsked.perpetuals(ask, [known])
    assert isinstance(found, Perpetual)
    assert found.usd == usd
    del ticker["markPrice"]
    assert await BybitAsked.perpetuals(ask, [known]) == [Unread(known, "KeyError: 'markPrice'")]


async def test_ratios_and_candles_are_put_in_order() -> None:
    async def ask(method: str, params: Any = None) -> Any:
        if "Kline" in method:
            rows: list[Any] = [
                ["2", "1", "3", "1", "2", "5", "9"],
                ["3", "1", "0", "1", "2", "5", "9"],
                ["1", "1", "3", "1", "2", "5", "9"],
            ]
        else:
            rows = [{"buyRatio": "0.6", "sellRatio": "0.4", "timestamp": ts} for ts in ("2", "1")]
            rows.append({"buyRatio": "1.0", "sellRatio": "0", "timestamp": "3"})
        return {"result": {"list": rows}}

    known = market("linear", listed("BTCUSDT", "BTC"))
    ratios = await BybitAsked.ratios(ask, known, Measure.ACCOUNTS, "5m", 0, 9)
    candles = await BybitAsked.candles(ask, known, "1d", 0, 9, 9)
    assert [ratio.ts for ratio in ratios] == [1, 2] == [candle.ts for candle in candles]
    assert ratios[0].ratio == pytest.approx(1.5)


async def test_instruments_follow_the_cursor() -> None:
    async def ask(method: str, params: Any = None) -> Any:
        second = "cursor" in params
        cursor = "" if second else "next"
        return {"result": {"list": ["b" if second else "a"], "nextPageCursor": cursor}}

    assert await Bybit.instruments(ask, "linear") == ["a", "b"]
