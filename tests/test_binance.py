"""Binance: the order side is the opposite of the position, and `z` × `ap` is what was filled."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.recorded_frames import recorded_frames
from tui.tables import Class, Measure, Side
from tui.venues.asked import Perpetual, Unread
from tui.venues.base import Market, WireError
from tui.venues.binance import Binance
from tui.venues.binance_rest import BinanceAsked
from tui.venues.rows import frame, rows

LONG = {
    "e": "forceOrder",
    "E": 1698871323061,
    "o": {
        "s": "BTCUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": "1.437", "p": "35100.81",
        "ap": "34959.70", "X": "FILLED", "l": "0.437", "z": "1.437", "T": 1698871323059,
    },
}  # fmt: skip
COINM = {
    "e": "forceOrder",
    "E": 1591154240950,
    "o": {
        "s": "BTCUSD_200925", "ps": "BTCUSD", "S": "BUY", "o": "LIMIT", "f": "IOC", "q": "7",
        "p": "9425.5", "ap": "9496.5", "X": "FILLED", "l": "1", "z": "7", "T": 1591154240949,
    },
}  # fmt: skip


def listed(symbol: str, base: str, **more: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "baseAsset": base,
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
        "contractType": "PERPETUAL",
        "underlyingType": "COIN",
        "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.10"}],
        **more,
    }


def market(stream: str, row: dict[str, Any]) -> Market:
    found = Binance.market(stream, row)
    assert found is not None
    return found


def changed(**fields: Any) -> dict[str, Any]:
    return {**LONG, "o": {**LONG["o"], **fields}}  # type: ignore[dict-item]


def test_a_documented_sell_is_a_liquidated_long_of_its_filled_size_at_its_average() -> None:
    (wire,) = Binance.read("usdm", LONG)
    (row,) = rows(
        [wire],
        {"BTCUSDT": market("usdm", listed("BTCUSDT", "BTC"))},
        venue="binance", received_ms=1, conn=1, rate=lambda quote: None,
    )  # fmt: skip
    found = frame([row]).row(0, named=True)
    assert (found["side"], found["symbol"]) == ("long", "BTC/USDT:USDT")
    assert found["usd"] == pytest.approx(1.437 * 34959.70)
    assert found["price_kind"] == "fill_avg"
    assert json.loads(found["raw"]) == LONG["o"]


def test_coinm_counts_contracts_of_a_hundred_dollars() -> None:
    (wire,) = Binance.read("coinm", COINM)
    row = listed(
        "BTCUSD_200925", "BTC", contractType="CURRENT_QUARTER",
        quoteAsset="USD", marginAsset="BTC", contractSize=100,
    )  # fmt: skip
    known = market("coinm", row)
    found = rows(
        [wire], {known.id: known}, venue="binance", received_ms=1, conn=1, rate=lambda quote: None
    )
    usd = frame(found).row(0, named=True)
    assert (wire.side, usd["usd"]) == (Side.SHORT, 700.0)
    assert usd["qty"] == pytest.approx(700 / 9496.5)
    assert (known.symbol, known.base, known.kind) == ("BTC/USD:BTC-200925", "BTC", "future")


def order(symbol: str, side: str, filled: str, average: str, **more: Any) -> dict[str, Any]:
    """A forced order that was filled in parts, the last of them 1, beside its price."""
    return {
        "e": "forceOrder",
        "E": 1790000000123,
        "o": {
            "s": symbol, "S": side, "o": "LIMIT", "f": "IOC", "q": filled, "p": "80000",
            "ap": average, "X": "FILLED", "l": "1", "z": filled, "T": 1790000000120, **more,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stream", "known", "sold", "bought"),
    [
        (
            "usdm",
            listed("BTCUSDT", "BTC"),
            (order("BTCUSDT", "SELL", "2", "79000"), 158_000.0),
            (order("BTCUSDT", "BUY", "1.5", "81000"), 121_500.0),
        ),
        (
            "coinm",
            listed("BTCUSD_PERP", "BTC", quoteAsset="USD", marginAsset="BTC", contractSize=100),
            (order("BTCUSD_PERP", "SELL", "25", "79000", ps="BTCUSD"), 2_500.0),
            (order("BTCUSD_PERP", "BUY", "8", "81000", ps="BTCUSD"), 800.0),
        ),
    ],
    ids=["USD-M", "COIN-M"],
)
def test_a_frame_of_several_orders_has_a_long_for_each_sell_and_a_short_for_each_buy(
    stream: str,
    known: dict[str, Any],
    sold: tuple[dict[str, Any], float],
    bought: tuple[dict[str, Any], float],
) -> None:
    wires = Binance.read(stream, [sold[0], {"e": "aggTrade"}, bought[0]])
    of = market(stream, known)
    made = rows(wires, {of.id: of}, venue="binance", received_ms=1, conn=1, rate=lambda quote: None)
    found = frame(made).select("side", "usd").rows()
    assert found == [("long", pytest.approx(sold[1])), ("short", pytest.approx(bought[1]))]
    wrapped = {"stream": "!forceOrder@arr", "data": [sold[0], bought[0]]}
    assert Binance.read(stream, wrapped) == wires


def test_one_malformed_order_of_a_frame_costs_no_other() -> None:
    with pytest.raises(WireError) as raised:
        Binance.read("usdm", [LONG, changed(S="HOLD"), order("BTCUSDT", "BUY", "1.5", "81000")])
    assert [wire.side for wire in raised.value.good] == [Side.LONG, Side.SHORT]


def test_nothing_filled_falls_back_to_the_order() -> None:
    (wire,) = Binance.read("usdm", changed(z="0", ap="0"))
    assert (wire.size, wire.price, wire.price_kind) == (1.437, 35100.81, "order_limit")


def test_the_combined_stream_wraps_the_same_event() -> None:
    wrapped = {"stream": "!forceOrder@arr", "data": LONG}
    assert Binance.read("usdm", wrapped) == Binance.read("usdm", LONG)


@pytest.mark.parametrize(
    "broken",
    [{"S": "HOLD"}, {"z": "x"}, {"T": None}, {"T": 10**17}, {"ap": "NaN", "p": "-1"}, {"z": "inf"}],
)
def test_a_malformed_order_is_a_wire_error(broken: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        Binance.read("usdm", changed(**broken))


def test_other_messages_hold_no_liquidation() -> None:
    others: list[Any] = [{"result": None, "id": 1}, {"e": "aggTrade"}, [], None, 5]
    for other in others:
        assert Binance.read("usdm", other) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (listed("1000PEPEUSDT", "1000PEPE"), ("PEPE", Class.CRYPTO)),
        (listed("XAUUSDT", "XAU", contractType="TRADIFI_PERPETUAL"), ("XAU", Class.TRADFI)),
        (listed("ACMEUSDT", "ACME", contractType="TRADIFI_PERPETUAL"), ("ACME", Class.TRADFI)),
        (listed("ACMEUSDT", "ACME", underlyingType="EQUITY"), ("ACME", Class.TRADFI)),
        (listed("DEFIUSDT", "DEFI", underlyingType="INDEX"), ("DEFI", Class.CRYPTO)),
        (listed("BTCUSDT_260327", "BTC", contractType="CURRENT_QUARTER"), ("BTC", Class.CRYPTO)),
    ],
)
def test_markets_have_a_base_and_a_class(row: dict[str, Any], expected: tuple[str, Class]) -> None:
    found = market("usdm", row)
    assert (found.base, found.cls) == expected


def test_a_tradfi_perpetual_is_a_swap() -> None:
    found = market("usdm", listed("XAUUSDT", "XAU", contractType="TRADIFI_PERPETUAL"))
    assert (found.kind, found.symbol, found.tick) == ("swap", "XAU/USDT:USDT", 0.1)


def test_answers_to_a_subscription() -> None:
    yes = Binance.answer({"result": None, "id": 3})
    no = Binance.answer({"error": {"code": 2, "msg": "Invalid request"}, "id": 3})
    assert yes is not None
    assert (yes.key, yes.ok) == ("3", True)
    assert no is not None
    assert (no.ok, no.reason) == (False, "Invalid request")
    flat = Binance.answer({"code": 2, "msg": "Invalid request"})
    assert flat is not None
    assert (flat.key, flat.ok) == (None, False)
    assert Binance.answer(LONG) is None


def test_a_mini_ticker_is_a_quote() -> None:
    ticker = {"e": "24hrMiniTicker", "E": 1698871323061, "s": "BTCUSDT", "c": "35100.81"}
    assert Binance.quote(ticker) == ("BTCUSDT", 35100.81, 1698871323061)
    assert Binance.quote({"stream": "x", "data": ticker}) == Binance.quote(ticker)


def test_recorded_frames_have_the_side_and_the_dollars_of_their_order(recorded: Path) -> None:
    frames = recorded_frames(recorded, "binance_usdm")
    wires = [wire for message in frames for wire in Binance.read("usdm", message)]
    first = {wire.market_id: wire for wire in wires}
    assert first["BTCUSDT"].side is Side.LONG
    assert first["BTCUSDT"].size * first["BTCUSDT"].price == pytest.approx(0.190 * 82651.90)
    assert first["STGUSDT"].size * first["STGUSDT"].price == pytest.approx(5 * 0.1355)


def test_recorded_coinm_frames_are_read(recorded: Path) -> None:
    lines = (recorded / "wire" / "tardis_liquidation_messages.jsonl").read_text().splitlines()
    frames = [json.loads(line) for line in lines if "binance delivery" in line]
    wires = [wire for each in frames for wire in Binance.read("coinm", each["msg"])]
    assert wires
    assert (wires[0].market_id, wires[0].side, wires[0].size) == ("BTCUSD_200925", Side.LONG, 3.0)


async def test_open_interest_is_dollars_for_linear_and_inverse_alike() -> None:
    answers: dict[str, Any] = {
        "fapiPublicGetOpenInterest": {"openInterest": "10", "symbol": "BTCUSDT", "time": 5},
        "fapiPublicGetPremiumIndex": {
            "markPrice": "90000", "indexPrice": "90010", "lastFundingRate": "0.0001",
        },
        "dapiPublicGetOpenInterest": {"openInterest": "40", "time": 6},
        "dapiPublicGetPremiumIndex": [
            {"markPrice": "90001", "indexPrice": "90010", "lastFundingRate": "0.0002"}
        ],
        "fapiPublicGetFundingInfo": [{"symbol": "BTCUSDT", "fundingIntervalHours": 4}],
    }  # fmt: skip

    async def ask(method: str, params: Any = None) -> Any:
        return answers[method]

    linear = market("usdm", listed("BTCUSDT", "BTC"))
    inverse = market(
        "coinm", listed("BTCUSD_PERP", "BTC", quoteAsset="USD", marginAsset="BTC", contractSize=100)
    )
    found = await BinanceAsked.perpetuals(ask, [linear, inverse])
    read = [one for one in found if isinstance(one, Perpetual)]
    assert [perpetual.usd for perpetual in read] == [900_000.0, 4_000.0]
    assert await BinanceAsked.interval_h(ask, read[0]) == 4.0
    del answers["dapiPublicGetPremiumIndex"][0]["markPrice"]
    assert await BinanceAsked.perpetuals(ask, [linear, inverse]) == [
        read[0],
        Unread(inverse, "KeyError: 'markPrice'"),
    ]


async def test_ratios_come_from_both_shares() -> None:
    async def ask(method: str, params: Any = None) -> Any:
        if method.endswith("TakerlongshortRatio"):
            return [{"buySellRatio": "9", "buyVol": "30", "sellVol": "20", "timestamp": 1}]
        row = {"longShortRatio": "0.0186", "longAccount": "0.65", "shortAccount": "0.35"}
        return [row | {"timestamp": 1}]

    known = market("usdm", listed("BTCUSDT", "BTC"))
    (accounts,) = await BinanceAsked.ratios(ask, known, Measure.ACCOUNTS, "1h", 0, 9)
    (taker,) = await BinanceAsked.ratios(ask, known, Measure.TAKER, "1h", 0, 9)
    assert accounts.ratio == pytest.approx(0.65 / 0.35)
    assert accounts.long_share == pytest.approx(0.65)
    assert taker.ratio == pytest.approx(1.5)
