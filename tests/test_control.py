"""Our tape against the exchange's own total: collected, compared, and never added to ours."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.frames import NOW, before, connection, frame, liquidation, minutes_of
from tests.loopback_world import world
from tests.yielded import clock, first_round, never
from tui.collectors import control as collector
from tui.loopback import gate_stats as loopback
from tui.loopback.wire import Refusal
from tui.metrics.control import ALL, Compared, Controls, controls
from tui.metrics.coverage import Listening, Stream
from tui.metrics.spans import ms
from tui.tables import CONTROL, COVERAGE, LIQUIDATIONS
from tui.venues import gate_stats
from tui.venues.errors import NotListed, Unanswered, Unreadable

GATE = Stream("gate", "usdt")
FIVE = timedelta(minutes=5)
FIRST = before(hours=3).replace(minute=0, second=0)
"""The beginning of the first interval of most tests."""

ROW = {
    "long_liq_size": "0", "short_liq_size": "0", "short_liq_usd": "12.5", "mark_price": "0.34619",
    "lsr_account": "3.2808988764045", "top_lsr_size": "0", "time": "1674057000",
    "short_liq_amount": "0", "long_liq_amount": "0", "open_interest_usd": "9872386.7775",
    "top_lsr_account": "0", "open_interest": "2851725", "long_liq_usd": "0",
    "lsr_taker": "9.3765153315902",
}  # fmt: skip
"""As ccxt's source shows a row of contract_stats, but for the USD of shorts, which is 0 there."""


def theirs(usd: float, start: datetime = FIRST, base: str = "BTC", **other: Any) -> dict[str, Any]:
    row = {"ts": start, "venue": "gate", "base": base, "symbol": f"{base}/USDT:USDT"}
    return row | {"period": "5m", "long_usd": usd, "short_usd": 0.0} | other


def ours(usd: float, start: datetime = FIRST, base: str = "BTC", **other: Any) -> dict[str, Any]:
    return liquidation(start + timedelta(minutes=2), usd, base=base, venue="gate", **other)


def compared(
    tape: list[dict[str, Any]],
    control: list[dict[str, Any]],
    coverage: list[dict[str, Any]] | None = None,
    wanted: tuple[Stream, ...] = (GATE,),
) -> Controls:
    rows = [connection("gate", "usdt")] if coverage is None else coverage
    listening = Listening(frame(COVERAGE, rows), wanted)
    minutes = minutes_of(frame(LIQUIDATIONS, tape))
    return controls(minutes, frame(CONTROL, control), listening, before(days=2), NOW)


def test_a_row_of_the_statistics_is_read() -> None:
    read = gate_stats._liquidated(ROW)
    assert read == (1_674_057_000_000, 0.0, 12.5)
    for wrong in ("nan", "-1", "inf", None, "many"):
        with pytest.raises((TypeError, ValueError)):
            gate_stats._liquidated(ROW | {"long_liq_usd": wrong})


def test_bitcoin_has_a_contract_more() -> None:
    made = gate_stats.contracts(("BTC", "ETH"))
    assert [(c.settle, c.id) for c in made] == [
        ("usdt", "BTC_USDT"),
        ("usdt", "ETH_USDT"),
        ("btc", "BTC_USD"),
    ]
    assert [c.id for c in gate_stats.contracts(("SOL",))] == ["SOL_USDT"]


def gate(asked: list[Mapping[str, Any]], unlisted: str = "") -> Callable[..., Any]:
    """Gate's statistics over the scenario's orders of Bybit, which publishes every one."""
    scenario = world()
    truth = [row for row in scenario.truth if row.market.venue == "bybit"]

    async def ask(method: str, params: Mapping[str, Any]) -> Any:
        assert method == "publicFuturesGetSettleContractStats"
        asked.append(params)
        if params["contract"] == unlisted:
            raise NotListed("no such contract")
        query = {name: str(value) for name, value in params.items()}
        base = params["contract"].split("_")[0]
        of_base = [row for row in truth if row.market.id == f"{base}USDT"]
        return loopback.answer(of_base, query, scenario.end)

    return ask


async def test_at_start_the_history_comes_page_by_page_without_a_hole() -> None:
    asked: list[Mapping[str, Any]] = []
    found = await first_round(collector.collect(gate(asked), ("ETH",), never, clock))
    assert found.schema == CONTROL.schema
    times: list[datetime] = found["ts"].to_list()
    assert times == [times[0] + place * FIVE for place in range(len(times))]
    assert timedelta() <= times[0] - (clock() - collector.DEPTH) < FIVE
    assert clock() - times[-1] < FIVE
    assert max(params["limit"] for params in asked) == gate_stats.PAGE
    begins = times[-200]
    told = found.filter(pl.col("ts") >= pl.lit(begins))
    truth = sum(
        row.usd
        for row in world().truth
        if row.market.id == "ETHUSDT" and row.market.venue == "bybit" and row.ts >= ms(begins)
    )
    assert truth > 0
    assert sum(map(sum, told.select("long_usd", "short_usd").rows())) == pytest.approx(truth)


async def test_after_a_restart_only_the_hole_is_asked_for_and_the_newest_again() -> None:
    stored = clock() - timedelta(hours=1)
    newest = lambda table, where: stored  # noqa: E731
    found = await first_round(collector.collect(gate([]), ("ETH",), newest, clock))
    first: datetime = found["ts"].to_list()[0]
    assert timedelta() <= first - (stored - 2 * FIVE) < FIVE


async def test_a_coin_gate_does_not_list_is_left_out() -> None:
    found = await first_round(collector.collect(gate([], "ETH_USDT"), ("ETH", "SOL"), never, clock))
    assert found["base"].unique().to_list() == ["SOL"]
    with pytest.raises(Unanswered, match="no perpetual of ETH"):
        await first_round(collector.collect(gate([], "ETH_USDT"), ("ETH",), never, clock))


async def test_an_answer_that_cannot_be_read_is_said() -> None:
    async def nonsense(method: str, params: Any = None) -> Any:
        return [{"time": 1}]

    with pytest.raises(Unreadable, match="gate SOL_USDT statistics"):
        await first_round(collector.collect(nonsense, ("SOL",), never, clock))


def test_the_loopback_refuses_what_gate_would() -> None:
    with pytest.raises(Refusal):
        loopback.answer([], {"interval": "7m"}, world().end)


def test_ours_over_theirs_in_intervals_we_listened_to() -> None:
    tape = [ours(95_000.0), ours(50_000.0, FIRST - 90 * FIVE), liquidation(FIRST, usd=7e6)]
    control = [theirs(100_000.0), theirs(50_000.0, FIRST - 90 * FIVE)]
    found = compared(tape, control)["BTC"]
    assert found["1h"] == Compared()
    assert (found["24h"].ours_usd, found["24h"].theirs_usd) == (145_000.0, 150_000.0)
    assert found["24h"].ratio == pytest.approx(145 / 150)
    assert found["24h"].alert is False


def test_outside_a_tenth_is_an_alert_and_with_little_money_nothing_is_said() -> None:
    for usd, alert in ((89_000.0, True), (91_000.0, False), (109_000.0, False), (111_000.0, True)):
        assert compared([ours(usd)], [theirs(100_000.0)])["BTC"]["24h"].alert is alert
    assert compared([ours(900.0)], [theirs(100.0)])["BTC"]["24h"].alert is None
    nothing = compared([], [theirs(0.0)])["BTC"]["24h"]
    assert (nothing.ratio, nothing.alert, nothing.intervals) == (None, None, 1)


def test_intervals_with_a_gap_are_theirs_only() -> None:
    lost = FIRST + timedelta(minutes=7)
    coverage = [
        connection("gate", "usdt", until=lost, reason="closed"),
        connection("gate", "usdt", since=lost + timedelta(seconds=30), conn=2),
    ]
    control = [theirs(40_000.0), theirs(60_000.0, FIRST + FIVE), theirs(20_000.0, FIRST + 2 * FIVE)]
    day = compared([ours(40_000.0), ours(1.0, FIRST + FIVE)], control, coverage)["BTC"]["24h"]
    assert (day.ours_usd, day.theirs_usd, day.intervals) == (40_000.0, 60_000.0, 2)
    assert (day.missed_usd, day.missed) == (60_000.0, 1)


def test_where_gate_is_not_recorded_all_of_it_is_theirs() -> None:
    day = compared([], [theirs(40_000.0)], wanted=(Stream("okx", "swap"),))["BTC"]["24h"]
    assert (day.intervals, day.missed, day.missed_usd) == (0, 1, 40_000.0)


def test_contracts_of_a_coin_and_coins_are_summed() -> None:
    control = [
        theirs(60_000.0),
        theirs(40_000.0, symbol="BTC/USD:BTC"),
        theirs(100_000.0, base="ETH"),
    ]
    found = compared([ours(100_000.0), ours(50_000.0, base="ETH")], control)
    assert found["BTC"]["24h"].ratio == 1.0
    assert found["ETH"]["24h"].ratio == 0.5
    assert found[ALL]["24h"].ratio == 0.75
    assert compared([], []) == {}


def test_the_open_interval_waits() -> None:
    newest = NOW.replace(minute=0, second=0)  # three minutes ago
    assert compared([ours(1.0, newest)], [theirs(100_000.0, newest)]) == {}
