"""Lighter: its list of forced trades, sides by the maker, one channel a market at its own pace."""

from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from tests.loopback_world import world
from tests.recorded_frames import mapped_messages
from tui.loopback.lighter import PATIENCE_MS, PING_MS
from tui.loopback.lighter import Lighter as Encoder
from tui.loopback.mood import Mood
from tui.tables import Class, Side
from tui.venues.base import Answer, Market, WireError
from tui.venues.lighter import Lighter
from tui.venues.rows import frame, rows
from tui.venues.socket import Socket
from tui.venues.subscribe import subscribe

LONG = {
    "trade_id": 526801155, "type": "liquidation", "market_id": 0, "size": "0.0346",
    "price": "3028.85", "usd_amount": "104.798210", "is_maker_ask": False,
    "timestamp": 1763623734215, "taker_position_size_before": "0.0346",
}  # fmt: skip
"""ccxt's sample: whoever had 0.0346 ether sold them."""

SHORT = LONG | {"is_maker_ask": True, "taker_position_size_before": "-0.0346"}
ORDINARY = LONG | {"type": "trade"}


def update(*forced: Any, **more: Any) -> dict[str, Any]:
    head = {"type": "update/trade", "channel": "trade:0", "nonce": 1, "trades": [ORDINARY]}
    return {**head, "liquidation_trades": list(forced), **more}


def listed(symbol: str, **more: Any) -> dict[str, Any]:
    """A row of orderBookDetails, as ccxt has it in a comment."""
    row = {"symbol": symbol, "market_id": 0, "market_type": "perp", "status": "active"}
    row |= {"size_decimals": "4", "price_decimals": "2", "quote_multiplier": "10000"}
    return {**row, "market_config": {"trading_hours": ""}, **more}


def market(row: dict[str, Any]) -> Market:
    found = Lighter.market("perp", row)
    assert found is not None
    return found


ETHER = market(listed("ETH"))


def told(message: Any, listing: Market = ETHER) -> list[Any]:
    found = rows(
        Lighter.read("perp", message),
        {listing.id: listing},
        venue="lighter",
        received_ms=1,
        conn=1,
        rate=lambda quote: None,
    )
    return list(frame(found).select("side", "qty", "usd").iter_rows())


@pytest.mark.parametrize(("row", "side"), [(LONG, "long"), (SHORT, "short")])
def test_a_documented_row_is_worth_its_usd_amount(row: dict[str, Any], side: str) -> None:
    (wire,) = Lighter.read("perp", update(row))
    assert (wire.ts, wire.price, wire.price_kind) == (1763623734215, 3028.85, "fill_avg")
    assert told(update(row)) == [(side, pytest.approx(0.0346), pytest.approx(104.798210))]


def test_every_forced_row_is_read_and_equal_ones_are_counted() -> None:
    wires = Lighter.read("perp", update(LONG, LONG, SHORT))
    assert [wire.side for wire in wires] == [Side.LONG, Side.LONG, Side.SHORT]
    found = rows(wires, {}, venue="lighter", received_ms=1, conn=1, rate=lambda quote: None)
    assert frame(found)["n"].to_list() == [0, 1, 0]


@pytest.mark.parametrize(
    "message",
    [None, [], "x", {"type": "ping"}, {"type": "connected", "session_id": "x"}, update(),
     {"type": "update/trade", "trades": [ORDINARY]}, update(ORDINARY),
     update(LONG | {"type": "deleverage"}), update(LONG, type="subscribed/trade")],
)  # fmt: skip
def test_other_trades_and_what_was_before_have_no_liquidation(message: Any) -> None:
    assert Lighter.read("perp", message) == []


@pytest.mark.parametrize(
    "bad",
    [None, 7, {"type": "liquidation"}, LONG | {"is_maker_ask": None}, LONG | {"size": "0"},
     LONG | {"price": "nan"}, LONG | {"is_maker_ask": []}],
)  # fmt: skip
def test_a_bad_row_leaves_the_others(bad: Any) -> None:
    with pytest.raises(WireError) as caught:
        Lighter.read("perp", update(LONG, bad))
    assert (len(caught.value.good), caught.value.bad) == (1, 1)


def test_a_recorded_short(recorded: Path) -> None:
    """Its taker was short, bought, and paid the fee of one who is liquidated."""
    messages = mapped_messages(recorded, "lighter trade")
    (wire,) = [wire for message in messages for wire in Lighter.read("perp", message)]
    assert (wire.market_id, wire.side) == ("1", Side.SHORT)
    assert float(wire.raw["taker_position_size_before"]) < 0
    assert wire.size * wire.price == pytest.approx(float(wire.raw["usd_amount"]))
    assert sum(len(message["trades"]) for message in messages) > 1


def test_markets_are_named_after_their_coin() -> None:
    assert (ETHER.id, ETHER.symbol, ETHER.contract_size) == ("0", "ETH/USDC:USDC", 1.0)
    assert ETHER.tick == pytest.approx(0.01)
    pepe = market(listed("1000PEPE"))
    assert (pepe.base, pepe.multiplier) == ("PEPE", 1000.0)
    assert Lighter.market("perp", listed("ETH/USDC", market_type="spot")) is None
    assert Lighter.market("perp", listed("OLD", status="inactive")) is None


@pytest.mark.parametrize(
    "row", [listed("XAU"), listed("NVDA"), listed("USDJPY"),
            listed("HYUNDAI", market_config={"trading_hours": "09:30-16:00"})],
)  # fmt: skip
def test_metals_shares_and_currencies_are_no_crypto(row: dict[str, Any]) -> None:
    assert market(row).cls is Class.TRADFI


def test_the_first_data_of_a_channel_is_its_answer() -> None:
    assert Lighter.answer(update(type="subscribed/trade")) == Answer("trade/0", True)
    no = {"error": {"code": 30005, "message": "Invalid Channel:  (marketId)"}}
    assert Lighter.answer(no) == Answer(None, False, "30005 Invalid Channel:  (marketId)")
    again = {"error": {"code": 30003, "message": "Already Subscribed to : trade:0"}}
    assert Lighter.answer(again) == Answer(None, True)
    assert Lighter.answer(update(LONG)) is None


def test_a_ping_is_answered() -> None:
    assert Lighter.reply({"type": "ping"}) == {"type": "pong"}
    assert Lighter.reply(update(LONG)) is None


def test_a_frame_asks_for_one_market() -> None:
    request = Lighter.request(Lighter.topics("perp", [ETHER]), 3)
    assert request.frame == {"type": "subscribe", "channel": "trade/0"}
    assert request.keys == ("trade/0",)


async def test_two_hundred_frames_a_minute_are_not_exceeded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, sent = 0.0, list[float]()

    async def pause(seconds: float) -> None:
        nonlocal now
        now += seconds

    class Takes:
        async def subscribe(self, topics: list[str]) -> None:
            assert len(topics) == 1
            sent.append(now)

    monkeypatch.setattr("tui.venues.subscribe.asyncio.sleep", pause)
    topics = [f"trade/{id}" for id in range(450)]
    socket = cast(Socket, Takes())
    told = (Lighter.per_frame, lambda stand, reason: None, Lighter.pause_s)
    assert await subscribe(socket, topics, *told) == []
    assert len(sent) == 450
    assert min(later - sooner for sooner, later in pairwise(sent)) >= 60 / 200 - 1e-9


def test_the_loopback_gives_up_on_a_client_that_is_not_heard_of() -> None:
    encoder = Encoder(world(), Mood(world()))
    session = encoder.session("mainnet.zklighter.elliot.ai/stream", {})
    assert session is not None
    start = world().end
    assert encoder.quotes(session, start) == ['{"type":"ping"}']
    assert not encoder.given_up(session, start + PATIENCE_MS - 1)
    assert encoder.given_up(session, start + PATIENCE_MS)
    assert encoder.hear(session, '{"type":"pong"}', start + PING_MS, False) == []
    assert not encoder.given_up(session, start + PATIENCE_MS)
    assert encoder.quotes(session, start + PING_MS) == ['{"type":"ping"}']
