"""HTX: sides by the closing order, linear and inverse contracts, its own pings, packed frames."""

from gzip import compress
from pathlib import Path
from typing import Any

import pytest

from tests.loopback_world import world
from tests.recorded_frames import older_frames, recorded_frames
from tests.test_backfill import Asked
from tui.loopback.htx import PATIENCE, PING_MS
from tui.loopback.htx import Htx as Encoder
from tui.loopback.mood import Mood
from tui.tables import Class, Side
from tui.venues.base import Answer, Market, WireError
from tui.venues.errors import NotListed
from tui.venues.history import REQUESTS
from tui.venues.htx import Htx
from tui.venues.rows import frame, rows

LONG = {
    "query_id": 452057,
    "contract_code": "BTC-USDT-211210",
    "symbol": "USDT",
    "direction": "sell",
    "offset": "close",
    "volume": 479.0,
    "price": 51441.7,
    "created_at": 1638593647864,
    "amount": 0.479,
    "trade_turnover": 24640.5743,
    "business_type": "futures",
    "pair": "BTC-USDT",
}
"""HTX's own sample of its history."""

SHORT = LONG | {"contract_code": "BTC-USDT", "direction": "buy", "volume": 2, "price": 62978.5}


def notice(*data: Any, **more: Any) -> dict[str, Any]:
    head = {"op": "notify", "topic": "public.BTC-USDT.liquidation_orders", "ts": 1638593647900}
    return {**head, "data": list(data), **more}


def listed(code: str, size: float, **more: Any) -> dict[str, Any]:
    row = {"symbol": code.split("-")[0], "contract_code": code, "contract_size": size}
    return {**row, "price_tick": 0.1, "contract_status": 1, **more}


def market(stream: str, row: dict[str, Any]) -> Market:
    found = Htx.market(stream, row)
    assert found is not None
    return found


DATED = market("linear", listed("BTC-USDT-211210", 0.001, business_type="futures"))
LINEAR = market("linear", listed("BTC-USDT", 0.001))
ETHER = market("linear", listed("ETH-USDT", 0.01))
INVERSE = market("inverse", listed("BTC-USD", 100))


def told(stream: str, message: dict[str, Any]) -> list[Any]:
    found = rows(
        Htx.read(stream, message),
        {one.id: one for one in (DATED, LINEAR, ETHER, INVERSE)},
        venue="htx",
        received_ms=1,
        conn=1,
        rate=lambda quote: None,
    )
    return list(frame(found).select("side", "qty", "usd", "n").iter_rows())


def test_a_documented_long_is_worth_what_htx_says() -> None:
    (wire,) = Htx.read("linear", notice(LONG))
    assert (wire.ts, wire.side, wire.price) == (1638593647864, Side.LONG, 51441.7)
    assert wire.price_kind == "bankruptcy"
    worth = pytest.approx(LONG["trade_turnover"])
    assert told("linear", notice(LONG)) == [("long", pytest.approx(LONG["amount"]), worth, 0)]


def test_a_short_is_bought_back() -> None:
    assert told("linear", notice(SHORT)) == [
        ("short", pytest.approx(0.002), pytest.approx(125.957), 0)
    ]


def test_an_inverse_contract_is_a_hundred_dollars() -> None:
    row: dict[str, Any] = {
        "contract_code": "BTC-USD",
        "direction": "sell",
        "offset": "close",
        "volume": 26,
    }
    row |= {"price": 50000.0, "created_at": 1638593647864}
    assert told("inverse", notice(row)) == [
        ("long", pytest.approx(0.052), pytest.approx(2_600.0), 0)
    ]


def test_every_row_of_a_notice_is_read_and_equal_ones_are_counted() -> None:
    found = told("linear", notice(SHORT, SHORT, SHORT | {"volume": 3}, LONG))
    assert [(side, n) for side, *_, n in found] == [
        ("short", 0), ("short", 1), ("short", 0), ("long", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "bad", [None, 7, {}, SHORT | {"direction": "?"}, SHORT | {"volume": 0}, SHORT | {"price": "x"}]
)
def test_a_bad_row_leaves_the_others(bad: Any) -> None:
    with pytest.raises(WireError) as caught:
        Htx.read("linear", notice(SHORT, bad))
    assert (len(caught.value.good), caught.value.bad) == (1, 1)


@pytest.mark.parametrize(
    "message",
    [None, [], {"op": "ping", "ts": "1"}, notice(SHORT, topic="public.BTC-USDT.funding_rate")],
)
def test_other_messages_have_no_liquidation(message: Any) -> None:
    assert Htx.read("linear", message) == []


def test_markets_are_named_after_their_coin_settlement_and_date() -> None:
    assert (LINEAR.symbol, LINEAR.kind, LINEAR.inverse) == ("BTC/USDT:USDT", "swap", False)
    assert (DATED.symbol, DATED.kind, DATED.base) == ("BTC/USDT:USDT-211210", "future", "BTC")
    assert (INVERSE.symbol, INVERSE.inverse, INVERSE.contract_size) == ("BTC/USD:BTC", True, 100.0)
    assert market("linear", listed("XAU-USDT", 0.001)).cls is Class.TRADFI


def test_a_ping_is_given_back_as_it_came() -> None:
    assert Htx.reply({"op": "ping", "ts": "1789676447110"}) == {"op": "pong", "ts": "1789676447110"}
    assert Htx.reply({"op": "ping", "ts": 1789676447110}) == {"op": "pong", "ts": 1789676447110}
    assert Htx.reply(notice(SHORT)) is None


def test_frames_are_unpacked() -> None:
    assert Htx.text(compress(b'{"op":"ping","ts":"1"}')) == '{"op":"ping","ts":"1"}'


def test_answers_go_to_their_request() -> None:
    request = Htx.request(Htx.topics("linear", []), 3)
    assert request.frame == {"op": "sub", "cid": "3", "topic": "public.*.liquidation_orders"}
    assert request.keys == ("3",)
    said = {"op": "sub", "cid": "3", "topic": request.topics[0], "ts": 1592904821340}
    assert Htx.answer(said | {"err-code": 0}) == Answer("3", True)
    no = said | {"err-code": 2011, "err-msg": "Contract doesn't exist."}
    assert Htx.answer(no) == Answer("3", False, "2011 Contract doesn't exist.")
    assert Htx.answer(notice(SHORT)) is None


HOUR = 3_600_000
MS = int(str(LONG["created_at"]))


def history(rows: list[dict[str, Any]], page: int) -> Asked:
    """Rows by contract, newest first, those before `from_id`; a contract it lacks is an error."""

    def answer(query: dict[str, Any]) -> Any:
        assert query["end_time"] - query["start_time"] < 2 * HOUR
        if query["contract"] == "GONE-USDT":
            raise NotListed("no such contract")
        found = [row for row in rows if row["contract_code"] == query["contract"]]
        found = [row for row in found if row["query_id"] < query.get("from_id", 1e18)]
        return {"code": 200, "data": sorted(found, key=lambda row: -int(row["query_id"]))[:page]}

    return Asked(answer)


@pytest.mark.parametrize("page", [1, 2, 50])
async def test_the_history_is_read_to_its_end_whatever_an_answer_holds(page: int) -> None:
    asked = history([SHORT | {"query_id": n, "created_at": MS + n} for n in range(1, 8)], page)
    gone = market("linear", listed("GONE-USDT", 1))
    found = await Htx.backfill(asked, "linear", [LINEAR, gone, ETHER], MS, MS + 5)
    assert sorted(wire.ts - MS for wire in found.wires) == [1, 2, 3, 4, 5]
    assert (found.since, found.until, found.asked, found.answered) == (MS, MS + 5, 3, 2)


async def test_of_a_long_hole_the_newest_two_hours_are_asked_for() -> None:
    asked = history([LONG], 1)
    found = await Htx.backfill(asked, "linear", [DATED], MS - 9 * HOUR, MS + HOUR)
    assert (found.since, found.until) == (MS - HOUR, MS + HOUR)
    assert [wire.raw for wire in found.wires] == [LONG]


async def test_a_contract_with_more_than_is_asked_for_is_not_whole() -> None:
    rows = [SHORT | {"query_id": n, "created_at": MS + n} for n in range(1, REQUESTS + 2)]
    found = await Htx.backfill(history(rows, 1), "linear", [LINEAR], MS, MS + HOUR)
    assert (len(found.wires), found.answered) == (REQUESTS, 0)


async def test_a_row_of_the_history_is_the_one_of_the_socket() -> None:
    found = await Htx.backfill(history([LONG], 50), "linear", [DATED], MS - 1, MS)
    (streamed,) = Htx.read("linear", notice(LONG))
    assert found.wires == [streamed]


def test_recorded_frames(recorded: Path) -> None:
    told_of, ping = recorded_frames(recorded, "htx")
    (short,) = told("linear", told_of)
    assert short == ("short", pytest.approx(5.0), pytest.approx(12_231.3), 0)
    assert Htx.reply(ping) == {"op": "pong", "ts": "1789676447110"}


def test_recorded_inverse_frames_of_2020(recorded: Path) -> None:
    found = older_frames(recorded, "map huobi-dm-swap, messages")
    wires = [wire for message in found for wire in Htx.read("inverse", message)]
    assert [(w.market_id, w.side, w.size, w.price) for w in wires] == [
        ("ETH-USD", Side.SHORT, 231.0, 229.95),
        ("BSV-USD", Side.LONG, 3.0, 153.28),
    ]


def test_the_loopback_gives_up_on_a_client_that_answers_no_ping() -> None:
    encoder = Encoder(world(), Mood(world()))
    silent, answering = (encoder.session("api.hbdm.vn/swap-notification", {}) for _ in range(2))
    assert silent is not None
    assert answering is not None
    for ping in range(1, PATIENCE + 1):
        now = ping * PING_MS
        assert not encoder.given_up(silent, now)
        assert len(encoder.quotes(silent, now)) == len(encoder.quotes(answering, now)) == 1
        assert encoder.hear(answering, '{"op":"pong","ts":"1"}', now, False) == []
    assert encoder.given_up(silent, (PATIENCE + 1) * PING_MS)
    assert not encoder.given_up(answering, (PATIENCE + 1) * PING_MS)
