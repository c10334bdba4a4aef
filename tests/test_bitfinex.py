"""Bitfinex: executed positions alone, sides by the sign, perpetuals and margin on spot pairs."""

from pathlib import Path
from typing import Any

import pytest

from tests.recorded_frames import older_frames
from tests.test_backfill import Asked
from tui.tables import Class, Side
from tui.venues.base import Answer, Market, WireError
from tui.venues.bitfinex import Bitfinex
from tui.venues.rows import frame, rows

SHORT = ["pos", 171085137, 1706395919788, None, "tAVAXF0:USTF0", -8, 32.868, None, 1, 1, None]
SHORT = [*SHORT, 33.255]
"""Bitfinex's own sample of its history."""

LONG = [*SHORT[:4], "tBTCUSD", 0.5, 60000, None, 1, 0, None, 50000]
TRIGGER = [*SHORT[:8], 0, 1, None, None]


def told(*positions: Any) -> list[Any]:
    known = [market(pair) for pair in ("AVAXF0:USTF0", "BTCUSD")]
    found = rows(
        Bitfinex.read("global", [907, list(positions)]),
        {one.id: one for one in known},
        venue="bitfinex",
        received_ms=1,
        conn=1,
        rate=lambda quote: None,
    )
    return list(frame(found).select("symbol", "side", "qty", "usd", "n").iter_rows())


def market(pair: str) -> Market:
    found = Bitfinex.market("global", [pair, [None, None, None, "0.02", "5000.0"]])
    assert found is not None
    return found


def test_a_documented_short() -> None:
    (wire,) = Bitfinex.read("global", [907, [SHORT]])
    assert (wire.ts, wire.size, wire.price, wire.side) == (1706395919788, 8.0, 33.255, Side.SHORT)
    assert told(SHORT) == [("AVAX/USDT:USDT", "short", 8.0, pytest.approx(266.04), 0)]


def test_a_long_on_margin_has_a_positive_amount() -> None:
    assert told(LONG) == [("BTC/USD", "long", 0.5, pytest.approx(25_000.0), 0)]


def test_a_trigger_is_no_liquidation_yet() -> None:
    assert told(TRIGGER, SHORT) == told(SHORT)
    assert Bitfinex.read("global", [907, [TRIGGER]]) == []


def test_every_row_of_a_message_is_read_and_equal_ones_are_counted() -> None:
    found = told(SHORT, LONG, SHORT)
    assert [(side, n) for _, side, *_, n in found] == [("short", 0), ("long", 0), ("short", 1)]


def test_a_row_that_comes_without_its_list_is_read_too() -> None:
    assert Bitfinex.read("global", [907, SHORT]) == Bitfinex.read("global", [907, [SHORT]])


@pytest.mark.parametrize(
    "bad",
    [
        *(None, 7, {}, SHORT[:-1], [*SHORT[:-1], None], ["x", *SHORT[1:]]),
        *([*SHORT[:5], amount, *SHORT[6:]] for amount in (0, "nan", True)),
    ],
)
def test_a_bad_row_leaves_the_others(bad: Any) -> None:
    with pytest.raises(WireError) as caught:
        Bitfinex.read("global", [907, [SHORT, bad]])
    assert (len(caught.value.good), caught.value.bad) == (1, 1)


@pytest.mark.parametrize(
    "message", [None, [], [907], [907, "hb"], [907, []], {"event": "info", "version": 2}]
)
def test_other_messages_have_no_liquidation(message: Any) -> None:
    assert Bitfinex.read("global", message) == []


def test_paper_trading_is_no_market_and_no_liquidation() -> None:
    paper = [*SHORT[:4], "tTESTBTCF0:TESTUSDTF0", *SHORT[5:]]
    assert Bitfinex.read("global", [907, [paper]]) == []
    assert Bitfinex.market("global", ["TESTBTCF0:TESTUSDTF0", []]) is None


@pytest.mark.parametrize(
    ("pair", "symbol", "base", "cls"),
    [
        ("BTCF0:USTF0", "BTC/USDT:USDT", "BTC", Class.CRYPTO),
        ("ATOF0:USTF0", "ATOM/USDT:USDT", "ATOM", Class.CRYPTO),
        ("BTCUSD", "BTC/USD", "BTC", Class.CRYPTO),
        ("AVAX:UST", "AVAX/USDT", "AVAX", Class.CRYPTO),
        ("ETHBTC", "ETH/BTC", "ETH", Class.CRYPTO),
        ("XAUTF0:USTF0", "XAUT/USDT:USDT", "XAUT", Class.TRADFI),
        ("GERMANY40IXF0:USTF0", "GERMANY40IX/USDT:USDT", "GERMANY40IX", Class.TRADFI),
    ],
)
def test_markets(pair: str, symbol: str, base: str, cls: Class) -> None:
    found = market(pair)
    assert (found.id, found.symbol, found.base, found.cls) == ("t" + pair, symbol, base, cls)
    assert (found.contract_size, found.inverse) == (1.0, False)


def test_answers_go_to_their_request() -> None:
    request = Bitfinex.request(Bitfinex.topics("global", []), 1)
    assert request.frame == {"event": "subscribe", "channel": "status", "key": "liq:global"}
    yes = {"event": "subscribed", "channel": "status", "chanId": 386841, "key": "liq:global"}
    no = {"event": "error", "msg": "key: invalid", "code": 10300}
    assert Bitfinex.answer(yes) == Answer(request.keys[0], True)
    assert Bitfinex.answer(no) == Answer(None, False, "10300 key: invalid")
    assert Bitfinex.answer({"event": "info", "version": 2}) is None


async def test_a_page_that_is_not_full_makes_the_whole_hole_whole() -> None:
    history = Asked(lambda query: [[SHORT], [TRIGGER], [LONG]])
    found = await Bitfinex.backfill(history, "global", [], 1706395900_000, 1706396000_000)
    assert [wire.side for wire in found.wires] == [Side.SHORT, Side.LONG]
    assert (found.since, found.until) == (1706395900_000, 1706396000_000)
    asked = {"start": 1706395900_001, "end": 1706396000_000, "limit": 500}
    assert history.asked == [{"method": "publicGetLiquidationsHist", **asked}]


@pytest.mark.parametrize("newest_first", [True, False])
async def test_of_a_full_page_only_what_lies_between_its_rows_is_whole(newest_first: bool) -> None:
    page = [[[*SHORT[:2], 1_000_000 + n, *SHORT[3:]]] for n in range(500)]
    history = Asked(lambda query: page[::-1] if newest_first else page)
    found = await Bitfinex.backfill(history, "global", [], 900_000, 1_100_000)
    assert (found.since, found.until) == (1_000_000, 1_000_498)


async def test_a_full_page_of_one_moment_makes_nothing_whole() -> None:
    found = await Bitfinex.backfill(Asked(lambda query: [[SHORT]] * 500), "global", [], 1, 2)
    assert found.since == found.until


async def test_an_answer_without_rows_is_an_error() -> None:
    with pytest.raises(TypeError, match="no rows"):
        await Bitfinex.backfill(Asked(lambda query: {"error": 1}), "global", [], 1, 2)


def test_recorded_frames_of_2020(recorded: Path) -> None:
    found = older_frames(recorded, "map bitfinex derivatives messages")
    wires = [wire for message in found for wire in Bitfinex.read("global", message)]
    assert [(w.market_id, w.side, w.size, w.price) for w in wires] == [
        ("tETHF0:USTF0", Side.SHORT, 4.56671421, 235.52)
    ]
