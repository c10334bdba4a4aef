"""OKX: every row of `data` and `details`, contracts of their own value, net mode by order."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.recorded_frames import recorded_frames
from tui.tables import Class, Measure, Side
from tui.venues.asked import Perpetual
from tui.venues.base import Market, WireError
from tui.venues.errors import Unreadable
from tui.venues.okx import Okx
from tui.venues.okx_rest import OkxAsked
from tui.venues.rows import frame, rows


def detail(**more: Any) -> dict[str, Any]:
    row = {"bkLoss": "0", "bkPx": "60000", "ccy": "", "posSide": "short", "side": "buy", "sz": "13"}
    return {**row, "ts": "1692266434010", **more}


def orders(*groups: tuple[str, list[Any]]) -> dict[str, Any]:
    arg = {"channel": "liquidation-orders", "instType": "SWAP"}
    return {"arg": arg, "data": [{"instId": id, "details": details} for id, details in groups]}


def listed(id: str, **more: Any) -> dict[str, Any]:
    family = "-".join(id.split("-")[:2])
    row = {"instId": id, "instFamily": family, "ctType": "linear", "ctVal": "0.01", "ctMult": "1"}
    return {**row, "settleCcy": "USDT", "state": "live", "tickSz": "0.1", **more}


def market(row: dict[str, Any]) -> Market:
    found = Okx.market("swap", row)
    assert found is not None
    return found


LINEAR = listed("BTC-USDT-SWAP")
INVERSE = listed("BTC-USD-SWAP", ctType="inverse", ctVal="100", settleCcy="BTC")


def usd(message: dict[str, Any]) -> list[Any]:
    known = {row["instId"]: market(row) for row in (LINEAR, INVERSE)}
    found = rows(
        Okx.read("swap", message), known, venue="okx", received_ms=1, conn=1, rate=lambda q: None
    )
    return list(frame(found).select("side", "qty", "usd").iter_rows())


def test_a_documented_short() -> None:
    assert usd(orders(("BTC-USDT-SWAP", [detail()]))) == [
        ("short", pytest.approx(0.13), pytest.approx(7_800.0))
    ]


def test_an_inverse_contract_is_a_hundred_dollars() -> None:
    long = detail(posSide="long", side="sell", sz="4")
    assert usd(orders(("BTC-USD-SWAP", [long]))) == [
        ("long", pytest.approx(400 / 60_000), pytest.approx(400.0))
    ]


def test_details_after_the_first_are_read_too() -> None:
    message = orders(
        ("BTC-USDT-SWAP", [detail(), detail(sz="2"), detail(sz="3")]),
        ("BTC-USD-SWAP", [detail(sz="1"), detail(sz="1")]),
    )
    assert [wire.size for wire in Okx.read("swap", message)] == [13.0, 2.0, 3.0, 1.0, 1.0]
    found = rows(
        Okx.read("swap", message), {}, venue="okx", received_ms=1, conn=1, rate=lambda q: 1.0
    )
    assert frame(found)["n"].to_list() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(("side", "position"), [("sell", Side.LONG), ("buy", Side.SHORT)])
def test_in_net_mode_the_order_side_tells(side: str, position: Side) -> None:
    (wire,) = Okx.read("swap", orders(("BTC-USDT-SWAP", [detail(posSide="net", side=side)])))
    assert wire.side is position


def test_malformed_details_are_counted_and_the_others_kept() -> None:
    with pytest.raises(WireError) as caught:
        Okx.read("swap", orders(("BTC-USDT-SWAP", [detail(), {}, 5, detail(sz="0")]), ("X", None)))  # type: ignore[arg-type]
    assert (len(caught.value.good), caught.value.bad) == (1, 4)


def test_markets() -> None:
    assert market(INVERSE).inverse
    assert market(INVERSE).contract_size == 100.0
    shib = market(listed("SHIB-USDT-SWAP", ctVal="1000000"))
    assert (shib.contract_size, shib.multiplier, shib.symbol) == (1e6, 1.0, "SHIB/USDT:USDT")
    assert market(listed("XAU-USDT-SWAP")).cls is Class.TRADFI
    assert market(listed("ACME-USDT-SWAP", instCategory="3")).cls is Class.TRADFI
    assert market(listed("BTC-USDT-SWAP", instCategory="1")).cls is Class.CRYPTO


def test_answers_to_a_subscription() -> None:
    arg = {"channel": "liquidation-orders", "instType": "SWAP"}
    request = Okx.request(Okx.topics("swap", []), 1)
    yes = Okx.answer({"event": "subscribe", "arg": arg})
    no = Okx.answer({"event": "error", "code": "60018", "msg": "doesn't exist"})
    assert request.frame == {"op": "subscribe", "args": [arg]}
    assert yes is not None
    assert (yes.key, yes.ok) == (request.keys[0], True)
    assert no is not None
    assert (no.key, no.ok, no.reason) == (None, False, "60018 doesn't exist")


def test_a_refusal_that_names_its_topic_is_that_topics() -> None:
    gone = "Wrong URL or channel:tickers,instId:GONE-USDT doesn't exist. Please use the correct URL"
    no = Okx.answer({"event": "error", "code": "60018", "msg": gone})
    assert no is not None
    assert no.key == Okx.quote_topic(replace(market(LINEAR), id="GONE-USDT"))


def test_a_ticker_is_a_quote() -> None:
    row = {"instId": "BTC-USDT", "last": "9.5", "ts": "1692266434010"}
    ticker = {"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": [row]}
    assert Okx.quote(ticker) == ("BTC-USDT", 9.5, 1692266434010)
    assert Okx.quote({"event": "subscribe", "arg": ticker["arg"]}) is None


def test_recorded_frames(recorded: Path) -> None:
    wires = [w for message in recorded_frames(recorded, "okx") for w in Okx.read("swap", message)]
    by_id = {wire.market_id: wire for wire in wires}
    btc = by_id["BTC-USDT-SWAP"]
    assert (btc.side, btc.size, btc.price) == (Side.LONG, 8.55, 82655.7)
    assert btc.size * market(LINEAR).contract_size * btc.price == pytest.approx(7067.06, abs=0.01)
    assert by_id["CELO-USDT-SWAP"].side is Side.SHORT


async def test_taker_rows_are_time_sell_buy() -> None:
    async def ask(method: str, params: Any = None) -> Any:
        return {"data": [["2", "20", "30"]] if "Taker" in method else [["2", "1.5"], ["1", "3"]]}

    known = market(LINEAR)
    (taker,) = await OkxAsked.ratios(ask, known, Measure.TAKER, "5m", 0, 9)
    accounts = await OkxAsked.ratios(ask, known, Measure.ACCOUNTS, "5m", 0, 9)
    assert taker.ratio == pytest.approx(1.5)
    assert [(ratio.ts, ratio.long_share) for ratio in accounts] == [(1, 0.75), (2, 0.6)]


async def test_a_ratio_that_cannot_be_read_is_left_out_and_none_at_all_is_said() -> None:
    answers = [[["1", "20", "30"], ["2", "0.0", "5"], ["3"], None, ["4", "5", "5"]], [["1", "0"]]]

    async def ask(method: str, params: Any = None) -> Any:
        return {"data": answers.pop(0)}

    found = await OkxAsked.ratios(ask, market(LINEAR), Measure.TAKER, "5m", 0, 9)
    assert [(ratio.ts, ratio.long_share) for ratio in found] == [(1, 0.6), (4, 0.5)]
    with pytest.raises(Unreadable, match="taker 5m"):
        await OkxAsked.ratios(ask, market(LINEAR), Measure.TAKER, "5m", 0, 9)


@pytest.mark.parametrize("row", [{"instId": "BTC-USDT-SWAP", "markPx": "0"}, {"markPx": "1"}])
async def test_a_mark_that_cannot_be_read_costs_its_own_contract_alone(row: dict[str, Any]) -> None:
    sizes = [{"instId": name, "oi": "4", "ts": "6"} for name in ("BTC-USDT-SWAP", "BTC-USD-SWAP")]

    async def ask(method: str, params: Any = None) -> Any:
        marks = [row, {"instId": "BTC-USD-SWAP", "markPx": "90001"}]
        return {"data": marks if "Mark" in method else sizes}

    found = await OkxAsked.perpetuals(ask, [market(LINEAR), market(INVERSE)])
    read = [one for one in found if isinstance(one, Perpetual)]
    assert [(one.market.id, one.usd) for one in read] == [("BTC-USD-SWAP", 400.0)]


@pytest.mark.parametrize(("ago", "history"), [(1_438, False), (1_440, True)])
async def test_what_is_recent_is_told_by_the_clock_that_is_given(ago: int, history: bool) -> None:
    asked: list[str] = []

    async def ask(method: str, params: Any = None) -> Any:
        asked.append(method)
        return {"data": []}

    now = 1_000_000_000_000  # 2001
    start = now - ago * 3_600_000
    assert await OkxAsked.candles(ask, market(LINEAR), "1h", start, start + 9, now) == []
    assert ("History" in asked[0]) is history


async def test_open_interest_and_funding() -> None:
    answers = {
        "publicGetPublicOpenInterest": [
            {"instId": "BTC-USDT-SWAP", "oi": "1000", "ts": "5"},
            {"instId": "BTC-USD-SWAP", "oi": "40", "oiUsd": "4000", "ts": "6"},
        ],
        "publicGetPublicMarkPrice": [
            {"instId": "BTC-USDT-SWAP", "markPx": "90000"},
            {"instId": "BTC-USD-SWAP", "markPx": "90001"},
        ],
        "publicGetPublicFundingRate": [
            {"fundingRate": "0.0001", "fundingTime": "0", "nextFundingTime": "14400000"}
        ],
        "publicGetMarketIndexTickers": [{"idxPx": "90010"}],
    }

    async def ask(method: str, params: Any = None) -> Any:
        return {"data": answers[method]}

    gone = market(listed("GONE-USDT-SWAP"))
    found = await OkxAsked.perpetuals(ask, [market(LINEAR), market(INVERSE), gone])
    read = [one for one in found if isinstance(one, Perpetual)]
    assert [perpetual.usd for perpetual in read] == [900_000.0, 4_000.0]
    whole: Perpetual = await OkxAsked.completed(ask, read[0])
    assert (whole.index_price, whole.rate) == (90_010.0, 0.0001)
    assert await OkxAsked.interval_h(ask, whole) == 4.0


async def test_volume_of_a_swap_is_in_coins() -> None:
    async def ask(method: str, params: Any = None) -> Any:
        return {"data": [["1", "1", "3", "1", "2", "500", "5", "9", "1"]]}

    (swap,) = await OkxAsked.candles(ask, market(LINEAR), "1d", 0, 9, 9)
    assert swap.volume == 5.0
