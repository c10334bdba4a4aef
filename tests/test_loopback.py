"""The loopback exchange: its wire, its limits, its books, and its misbehaviour."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.loopback_world import (
    ALL_ORDERS,
    ALL_SWAPS,
    FEEDS,
    LINEAR,
    OKX,
    USDM,
    bybit_topics,
    client,
    every_feed,
    exchange,
    texts,
    until,
    world,
)
from tui.errors import LiqtopError
from tui.loopback.faults import GARBAGE
from tui.loopback.path import DAY, HOUR
from tui.loopback.recording import load
from tui.loopback.scenario import Scenario
from tui.loopback.sent import fingerprint
from tui.loopback.server import Loopback
from tui.tables import Side
from tui.venues import VENUES

FAPI = "fapi.binance.com/fapi/v1/"
DATA = "fapi.binance.com/futures/data/"
SPOT = "api.binance.com/api/v3/"
BYBIT = "api.bybit.com/v5/market/"
OKX_API = "www.okx.com/api/v5/"


async def test_binance_lists_whole_or_by_symbol() -> None:
    async with exchange() as loopback, client(loopback) as link:
        rows = (await link.get(FAPI + "exchangeInfo"))["symbols"]
        gold = next(row for row in rows if row["symbol"] == "XAUUSDT")
        assert len(rows) == 700
        assert gold["contractType"] == "TRADIFI_PERPETUAL"
        two = await link.get(SPOT + "exchangeInfo", symbols='["BTCUSDT","PAXGUSDT"]')
        assert [row["symbol"] for row in two["symbols"]] == ["BTCUSDT", "PAXGUSDT"]
        one = await link.get(SPOT + "exchangeInfo", symbol="ETHUSDT")
        assert [row["baseAsset"] for row in one["symbols"]] == ["ETH"]
        status, body = await link.reply(SPOT + "exchangeInfo", symbol="NOPEUSDT")
        assert (status, body["code"]) == (400, -1121)


@pytest.mark.parametrize(
    ("path", "limit", "given"), [(SPOT, 2000, 1000), (FAPI, 2000, 1500), (SPOT, 0, 500)]
)
async def test_binance_candles_begin_at_start_and_stop_at_the_limit(
    path: str, limit: int, given: int
) -> None:
    since = world().end // DAY * DAY - 1700 * DAY
    query: dict[str, Any] = {"symbol": "BTCUSDT", "interval": "1d", "startTime": since + 1}
    async with exchange() as loopback, client(loopback) as link:
        rows = await link.get(path + "klines", **query, **({"limit": limit} if limit else {}))
        assert len(rows) == given
        assert rows[0][0] == since + DAY
        assert rows[0][6] == rows[0][0] + DAY - 1
        newest = await link.get(path + "klines", symbol="BTCUSDT", interval="1h", limit=3)
        assert newest[-1][0] == loopback.now() // HOUR * HOUR
        span = {"startTime": since, "endTime": since + 2 * DAY}
        assert len(await link.get(path + "klines", symbol="BTCUSDT", interval="1d", **span)) == 3


async def test_binance_ratios_reach_back_30_days_500_at_once() -> None:
    async with exchange() as loopback, client(loopback) as link:
        since = loopback.now() - 30 * DAY
        for name in ("globalLongShortAccountRatio", "topLongShortAccountRatio",
                     "topLongShortPositionRatio", "takerlongshortRatio"):  # fmt: skip
            query = {"symbol": "BTCUSDT", "period": "1h"}
            rows = await link.get(DATA + name, **query, startTime=since, limit=500)
            assert len(rows) == 500
            assert since <= rows[0]["timestamp"] < since + HOUR
            assert len(await link.get(DATA + name, **query)) == 30
            status, body = await link.reply(DATA + name, **query, startTime=since - 40 * DAY)
            assert (status, body["code"]) == (400, -1130)
            assert (await link.reply(DATA + name, **query, limit=501))[0] == 400


async def test_bybit_pages_by_cursor() -> None:
    async with exchange() as loopback, client(loopback) as link:
        seen: list[str] = []
        cursor = ""
        while True:
            query = {"category": "linear", "limit": "300"} | ({"cursor": cursor} if cursor else {})
            page = (await link.get(BYBIT + "instruments-info", **query))["result"]
            seen += [row["symbol"] for row in page["list"]]
            cursor = page["nextPageCursor"]
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == 800
        early = {"category": "linear", "status": "PreLaunch"}
        assert (await link.get(BYBIT + "instruments-info", **early))["result"]["list"] == []
        wrong = await link.get(BYBIT + "instruments-info", category="linear", symbol="NOPE")
        assert wrong["retCode"] == 10001


async def test_bybit_answers_newest_first() -> None:
    async with exchange() as loopback, client(loopback) as link:
        query: dict[str, Any] = {"category": "spot", "symbol": "BTCUSDT", "interval": "D"}
        rows = (await link.get(BYBIT + "kline", **query))["result"]["list"]
        assert len(rows) == 200
        assert [int(r[0]) for r in rows] == sorted((int(r[0]) for r in rows), reverse=True)
        start = world().end // DAY * DAY - 900 * DAY
        rows = (await link.get(BYBIT + "kline", **query, start=start, limit=1000))["result"]["list"]
        assert int(rows[-1][0]) == start
        query = {"category": "linear", "symbol": "BTCUSDT", "period": "1h", "limit": 500}
        span = {"startTime": loopback.now() - 30 * DAY, "endTime": loopback.now()}
        page = (await link.get(BYBIT + "account-ratio", **query, **span))["result"]
        assert len(page["list"]) == 500
        rest = await link.get(BYBIT + "account-ratio", **query, **span,
                              cursor=page["nextPageCursor"])  # fmt: skip
        assert len(rest["result"]["list"]) == 220
        assert int(rest["result"]["list"][0]["timestamp"]) < int(page["list"][-1]["timestamp"])


async def test_okx_bounds_are_open() -> None:
    start = world().end // DAY * DAY - 500 * DAY
    async with exchange() as loopback, client(loopback) as link:
        query = {"instId": "BTC-USDT", "bar": "1Dutc", "before": start, "after": start + 4 * DAY}
        rows = (await link.get(OKX_API + "market/history-candles", **query))["data"]
        assert [int(row[0]) for row in rows] == [start + i * DAY for i in (3, 2, 1)]
        ratio = OKX_API + "rubik/stat/contracts/long-short-account-ratio-contract"
        hour = loopback.now() // HOUR * HOUR
        span = {"begin": hour - 3 * HOUR, "end": hour, "period": "1H", "instId": "BTC-USDT-SWAP"}
        rows = (await link.get(ratio, **span))["data"]
        assert [int(row[0]) for row in rows] == [hour - HOUR, hour - 2 * HOUR]
        every = await link.get(ratio, period="5m", instId="BTC-USDT-SWAP", end=hour - 6 * DAY)
        assert every["data"] == []  # 1,440 entries are kept: five days of 5 m


async def test_okx_answers_for_all_swaps_at_once() -> None:
    async with exchange() as loopback, client(loopback) as link:
        for path in ("public/open-interest", "public/mark-price", "market/tickers"):
            answer = await link.get(OKX_API + path, instType="SWAP")
            assert len(answer["data"]) == 350
        assert len((await link.get(OKX_API + "public/funding-rate", instId="ANY"))["data"]) == 350
        index = await link.get(OKX_API + "market/index-tickers", instId="BTC-USD")
        assert float(index["data"][0]["idxPx"]) == pytest.approx(89_880, rel=1e-3)


async def test_unknown_paths_are_404_json_and_counted() -> None:
    async with exchange() as loopback, client(loopback) as link:
        status, body = await link.reply("fapi.binance.com/fapi/v9/nothing")
        assert status == 404
        assert "fapi/v9/nothing" in body["msg"]
        assert (await link.get("control"))["unknown"] == {"fapi.binance.com/fapi/v9/nothing": 1}


async def test_it_listens_on_loopback_alone() -> None:
    async with exchange() as loopback:
        assert loopback._runner is not None
        assert {address[0] for address in loopback._runner.addresses} == {"127.0.0.1"}


async def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LiqtopError, match=f"port {port} on 127.0.0.1 is taken") as error:
            await Loopback(world(), port=port).start()
        assert "\n" not in str(error.value)


async def test_subscriptions_are_answered_in_each_venues_words() -> None:
    async with exchange() as loopback, client(loopback) as link:
        binance = await link.socket(USDM, ALL_ORDERS)
        assert await texts(binance, 1) == ['{"result":null,"id":1}']
        bybit = await link.socket(LINEAR, bybit_topics(loopback, "linear"), {"op": "ping"})
        said = [json.loads(text) for text in await texts(bybit, 2)]
        assert [s["ret_msg"] for s in said] == ["", "pong"]
        assert said[0]["req_id"] == "1"
        okx = await link.socket(OKX, ALL_SWAPS, "ping")
        answers = await texts(okx, 2)
        assert json.loads(answers[0])["event"] == "subscribe"
        assert answers[1] == "pong"


async def test_what_is_not_there_is_refused() -> None:
    async with exchange() as loopback, client(loopback) as link:
        nothing = {"op": "subscribe", "args": ["allLiquidation.NOPEUSDT"]}
        answer = json.loads((await texts(await link.socket(LINEAR, nothing), 1))[0])
        assert answer["success"] is False
        many = {"op": "subscribe", "args": [f"tickers.{s}" for s in list(
            loopback.scenario.lists["bybit", "spot"])[:11]]}  # fmt: skip
        answer = json.loads(
            (await texts(await link.socket("stream.bybit.com/v5/public/spot", many), 1))[0]
        )
        assert "args size >10" in answer["ret_msg"]
        wrong = {"op": "subscribe", "args": [{"channel": "tickers", "instId": "NOPE-USDT"}]}
        answer = json.loads((await texts(await link.socket(OKX, wrong), 1))[0])
        assert (answer["event"], answer["code"]) == ("error", "60018")


async def test_refused_on_request_in_each_venues_words() -> None:
    async with exchange() as loopback, client(loopback) as link:
        for venue in VENUES:
            assert (await link.order(do="refuse", venue=venue))["ok"]
        binance = json.loads((await texts(await link.socket(USDM, ALL_ORDERS), 1))[0])
        assert binance["error"]["code"] == 2
        asked = bybit_topics(loopback, "linear")
        assert not json.loads((await texts(await link.socket(LINEAR, asked), 1))[0])["success"]
        okx = json.loads((await texts(await link.socket(OKX, ALL_SWAPS), 1))[0])
        assert okx["event"] == "error"
        await link.order(do="refuse", venue="okx", on=False)
        again = json.loads((await texts(await link.socket(OKX, ALL_SWAPS), 1))[0])
        assert again["event"] == "subscribe"


async def received(sockets: list[aiohttp.ClientWebSocketResponse], rows: int) -> Counter[Any]:
    """The liquidations that arrive, as the venues' own readers see them, until there are `rows`."""
    found: Counter[Any] = Counter()

    async def drain(of: aiohttp.ClientWebSocketResponse, venue: str, stream: str) -> None:
        async for message in of:
            data = message.data
            text = data if isinstance(data, str) else VENUES[venue].text(data)
            for wire in VENUES[venue].read(stream, json.loads(text)):
                found[venue, wire.market_id, wire.ts, wire.side, wire.size, wire.price] += 1

    tasks = [
        asyncio.create_task(drain(of, *stream)) for of, stream in zip(sockets, FEEDS, strict=True)
    ]
    await until(lambda: found.total() >= rows)
    await asyncio.sleep(0.1)  # time for rows that should not come
    for task in tasks:
        task.cancel()
    return found


def booked(loopback: Loopback) -> Counter[Any]:
    """The liquidations the exchange says it sent."""
    rows = (row for ledger in loopback.sockets.ledgers.values() for row in ledger.rows)
    return Counter(
        (r.venue, r.symbol, r.ts, Side(r.side), float(r.size), float(r.price)) for r in rows
    )


async def test_a_burst_arrives_whole_and_is_booked_exactly() -> None:
    async with exchange() as loopback, client(loopback) as link:
        sockets = await every_feed(link, loopback)
        total = 350 * len(VENUES)
        drain = asyncio.create_task(received(sockets, total))
        books = await link.order(do="burst", total=total, rate=20_000)
        assert {books["sent"][v]["rows"] for v in VENUES} == {350}
        found = await drain
        assert found == booked(loopback)
        assert max(found.values()) == 1
        told = (await link.get("control", rows=1))["rows"]["okx"]
        digest = sum(fingerprint(row) for row in loopback.sockets.ledgers["okx"].rows)
        assert len(told) == 350
        assert books["sent"]["okx"]["digest"] == f"{digest % 2**64:016x}"


async def test_the_scenario_goes_on_live_over_the_sockets() -> None:
    async with exchange(live=True) as loopback, client(loopback) as link:
        sockets = await every_feed(link, loopback)
        found = await received(sockets, 4)
        assert found <= booked(loopback)
        sent = {(r.market.venue, r.market.id, r.ts) for r in loopback.scenario.live(0)}
        assert {key[:3] for key in found} <= sent
        assert all(key[2] > loopback.scenario.end for key in found)


async def test_what_went_out_can_be_asked_for_afterwards() -> None:
    async with exchange() as loopback, client(loopback) as link:
        await link.order(do="burst", rows={"okx": 150, "gate": 30})  # nobody is subscribed
        now = loopback.now()
        past = loopback.scenario.published[-1].ts + 1
        gate = "api.gateio.ws/api/v4/futures/"
        rows = await link.get(gate + "usdt/liq_orders", limit=1000, **{"from": past // 1000 + 1})
        assert [row["time"] for row in rows] == sorted((r["time"] for r in rows), reverse=True)
        rows += await link.get(gate + "btc/liq_orders", limit=1000, **{"from": past // 1000 + 1})
        assert len(rows) == 30
        far = {"from": now // 1000 - 3601, "to": now // 1000}
        assert (await link.reply(gate + "usdt/liq_orders", **far))[0] == 400
        query = {"instType": "SWAP", "state": "filled", "limit": 100, "after": now + 60_000}
        answer = await link.get(OKX_API + "public/liquidation-orders", uly="BTC-USDT", **query)
        assert sum(len(of["details"]) for of in answer["data"]) == 100
        assert {of["instId"] for of in answer["data"]} == {"BTC-USDT-SWAP"}
        assert (await link.get(OKX_API + "public/liquidation-orders", **query))["code"] == "50015"


async def test_rows_nobody_listens_to_are_not_booked_as_sent() -> None:
    async with exchange() as loopback, client(loopback) as link:
        await link.socket(USDM)  # connected, not subscribed
        books = await link.order(do="burst", rows={"binance": 50})
        assert books["sent"]["binance"]["rows"] == 0
        assert books["sent"]["binance"]["unheard"] == 50


async def test_dropped_connections_end_without_a_close_frame() -> None:
    async with exchange() as loopback, client(loopback) as link:
        binance, okx = await link.socket(USDM, ALL_ORDERS), await link.socket(OKX, ALL_SWAPS)
        await texts(binance, 1)
        await texts(okx, 1)
        assert (await link.order(do="drop", venue="okx"))["dropped"] == 1
        message = await okx.receive(timeout=5)
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        assert okx.close_code == 1006
        assert not binance.closed
        assert (await link.get("control"))["sockets"]["okx"] == []


async def test_repeats_are_byte_for_byte() -> None:
    async with exchange() as loopback, client(loopback) as link:
        socket_ = await link.socket(USDM, ALL_ORDERS)
        await texts(socket_, 1)
        await link.order(do="burst", rows={"binance": 60})
        listed = loopback.sockets.of("binance", "usdm")
        assert len(listed) == 1
        count = len(loopback.sockets.ledgers["binance"].rows)
        first = await texts(socket_, count)
        assert (await link.order(do="repeat", venue="binance", frames=3))["repeated"] == 3
        assert await texts(socket_, 3) == first[-3:]
        assert len(loopback.sockets.ledgers["binance"].rows) == count


@pytest.mark.parametrize("kind", list(GARBAGE))
async def test_garbage_of_every_kind_comes(kind: str) -> None:
    async with exchange() as loopback, client(loopback) as link:
        socket_ = await link.socket(OKX, ALL_SWAPS)
        await texts(socket_, 1)
        await link.order(do="garbage", venue="okx", kind=kind)
        got = [(await socket_.receive(timeout=5)).data for _ in GARBAGE[kind]]
        assert got == list(GARBAGE[kind])


async def test_any_text_can_be_said() -> None:
    async with exchange() as loopback, client(loopback) as link:
        socket_ = await link.socket(USDM, ALL_ORDERS)
        await texts(socket_, 1)
        await link.order(do="say", venue="binance", stream="usdm", text="\x1b[2J[/bold]")
        assert await texts(socket_, 1) == ["\x1b[2J[/bold]"]


async def test_a_limited_venue_answers_429() -> None:
    async with exchange() as loopback, client(loopback) as link:
        await link.order(do="limit", venue="binance")
        assert (await link.reply(FAPI + "time"))[0] == 429
        assert (await link.reply(BYBIT + "time"))[0] == 200
        await link.order(do="limit", venue="binance", on=False)
        assert (await link.reply(FAPI + "time"))[0] == 200


async def test_a_wrong_order_says_what_is_right() -> None:
    async with exchange() as loopback, client(loopback) as link:
        assert "do must be one of drop" in (await link.order(do="explode"))["error"]
        assert "venue must be one of binance" in (await link.order(do="drop", venue="x"))["error"]
        assert "KeyError" in (await link.order(do="burst"))["error"]


@pytest.fixture
def scenario() -> Iterator[Scenario]:
    """The shared scenario, with the markets that a recording adds taken off again."""
    kept = {stream: dict(markets) for stream, markets in world().lists.items()}
    yield world()
    world().lists.update(kept)


async def test_a_recording_of_rows_plays_through_the_sockets(
    tmp_path: Path, scenario: Scenario
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(
        "ts,exchange,symbol,side,qty,price,usd\n"
        "2025-11-30T15:09:24.300000,binance,BTCUSDT,long,0.5,91000.0,45500\n"
        "2025-11-30T15:09:27.517000,binance,ALCHUSDT,short,848.0,0.16731,141.9\n"
        "2025-11-30T15:09:28.000000,bybit,BTC/USDT:USDT,short,2,91010.5,182021\n"
        "2025-11-30T15:09:29.000000,okx,BTC/USDT:USDT,long,0.03,91005.1,2730\n"
    )
    playback = load(file, scenario, speed=0)
    async with exchange(playback=playback) as loopback, client(loopback) as link:
        found = await received(await every_feed(link, loopback), 4)
        assert {(k[0], k[1], k[3], k[4], k[5]) for k in found} == {
            ("binance", "BTCUSDT", Side.LONG, 0.5, 91000.0),
            ("binance", "ALCHUSDT", Side.SHORT, 848.0, 0.16731),
            ("bybit", "BTCUSDT", Side.SHORT, 2.0, 91010.5),
            ("okx", "BTC-USDT-SWAP", Side.LONG, 3.0, 91005.1),
        }
        rows = (await link.get(FAPI + "exchangeInfo"))["symbols"]
        assert any(row["symbol"] == "ALCHUSDT" and row["baseAsset"] == "ALCH" for row in rows)


async def test_a_recording_of_raw_frames_goes_out_untouched(tmp_path: Path) -> None:
    raw = '{"e":"forceOrder","E":1,"o":{"s":"BTCUSDT","S":"SELL","q":"1","p":"2","ap":"2"}}'
    file = tmp_path / "frames.jsonl"
    lines = [{"venue": "binance_usdm", "raw": raw}, {"venue": "nowhere", "raw": "{}"}]
    file.write_text("\n".join(json.dumps(line) for line in lines))
    playback = load(file, world(), speed=0)
    assert len(playback.frames) == 1
    async with exchange(playback=playback) as loopback, client(loopback) as link:
        socket_ = await link.socket(USDM, ALL_ORDERS)
        assert raw in await texts(socket_, 2)


def test_recorded_rows_and_frames_load(recorded: Path, scenario: Scenario) -> None:
    rows = load(recorded / "liquidations/binance_all_2025-11-30_2025-12-01.csv", scenario).rows
    assert len(rows) == 929
    assert {row.side for row in rows} == {Side.LONG, Side.SHORT}
    frames = load(recorded / "wire/recorded_recent_liquidation_frames.jsonl", world()).frames
    assert {frame.venue for frame in frames} == {"binance", "bybit", "okx", "htx"}


def test_a_file_that_is_no_recording_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(LiqtopError, match=r"x\.csv: not a recording"):
        load(file, world())


def started(*more: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """The exchange as a process of its own, and what it says when it is ready."""
    command = [sys.executable, "-m", "tui.loopback", "--end", "2026-01-20T14:03Z", *more]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


async def test_as_a_process_it_says_where_it_is_and_ends_with_its_parent() -> None:
    process, said = started("--until-eof")
    assert said["endpoint"] == f"http://127.0.0.1:{said['port']}"
    async with aiohttp.ClientSession() as session:
        response = await session.get(f"{said['endpoint']}/{FAPI}time")
        now = (await response.json())["serverTime"]
    assert 0 <= now - said["end_ms"] < 60_000
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(10) == 0


@pytest.mark.parametrize(
    "how", [pytest.param(signal.SIGINT, marks=pytest.mark.campaign), signal.SIGTERM]
)
def test_signals_end_it_cleanly(how: signal.Signals) -> None:
    process, said = started()
    os.kill(said["pid"], how)
    assert process.wait(10) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_a_taken_port_on_the_command_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "tui.loopback", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "is taken" in done.stderr
