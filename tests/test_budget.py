"""How much is asked of the venues: by hand, against their limits, and as the collectors do ask."""

import itertools
from contextlib import suppress
from dataclasses import replace
from typing import Any

import ccxt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.collectors import Context, budget, specs
from tui.collectors.budget import LIMITS, Load, asked, loads
from tui.config import Settings, load
from tui.doctor import _requests, in_force
from tui.series import Series
from tui.tables import Class
from tui.venues import PRICED
from tui.venues.asked import Perpetual
from tui.venues.base import VENUE_ERRORS, Market
from tui.venues.books import BOOKS
from tui.venues.errors import Unanswered, Unreadable

DEFAULT = load()
CONTEXT = Context(itertools.count(1).__next__, lambda table, where: None, lambda quote: None)


def by_name(settings: Settings) -> dict[str, Load]:
    return {f"{one.venue} {one.api}".strip(): one for one in loads(settings)}


def test_of_the_usual_three_coins_by_hand() -> None:
    found = by_name(DEFAULT)
    spot = found["binance spot"]
    # 6 books, 3 × 3 pages of minutes, 2 × (3 coins + 2 gold tokens) pages of candles
    assert spot.calls == 6 + 9 + 10
    assert spot.weight == 6 * 250 + 9 * 2 + 10 * 2
    usdm = found["binance usd-m"]
    # 6 books, 6 × 2 × 6 of open interest, 6 pages of minutes, 2 + 5 of candles of gold and others
    assert (usdm.calls, usdm.weight) == (6 + 72 + 6 + 7, 120 + 72 + 30 + 35)
    # 6 × 3 of open interest and as many of the premium index, 3 pages of minutes
    coinm = found["binance coin-m"]
    assert (coinm.calls, coinm.weight) == (18 + 18 + 3, 18 + 180 + 15)
    # 4 ratios of 2 coins by 2 periods, twice in 5 minutes
    assert found["binance ratios"].calls == pytest.approx(4 * 2 * 2 * 2 / 5)
    assert found["bybit"].calls == pytest.approx(18 + 54 + 1 * 2 * 2 * 2 / 5)
    assert found["okx books-full"].calls == 12
    assert [found[f"okx {api}"].calls for api in ("mark-price", "funding-rate")] == [6, 18]
    assert found["gate futures"].calls == pytest.approx(4 / 5)
    assert found["deribit"].calls == pytest.approx((2 * 3 + 2) / 5)


def test_one_coin_comes_each_half_minute() -> None:
    one = replace(DEFAULT, coins=("BTC",))
    assert by_name(one)["okx books-full"].calls == 4


@given(st.integers(1, 40))
def test_books_weigh_a_quarter_of_binance_however_many_coins(count: int) -> None:
    coins = tuple(f"C{n}" for n in range(count))
    ours = [one for one in asked(replace(DEFAULT, coins=coins)) if one.collector == "depth"]
    assert sum(one.calls * one.weight for one in ours if one.api == "spot") <= 6_000 / 4


def test_what_is_off_asks_for_nothing() -> None:
    quiet = by_name(replace(DEFAULT, venues=("htx", "kraken")))
    assert quiet == {}
    less = by_name(replace(DEFAULT, flow=False))
    assert less["binance spot"].weight == 1_500 + 20
    other = by_name(replace(DEFAULT, venues=("okx",)))
    assert {one.venue for one in other.values()} == {"okx"}
    assert other["okx candles"].calls == 2 * 6 + 5
    assert not by_name(replace(DEFAULT, coins=("SOL",))).keys() & {"deribit"}


def test_every_collector_that_polls_is_counted_and_has_a_limit() -> None:
    found = list(asked(DEFAULT))
    assert {(one.venue, one.api) for one in found} <= LIMITS.keys()
    every = {(spec.collector, spec.venue) for spec in specs(DEFAULT, CONTEXT)}
    sockets = {"liquidations", "quotes"}
    polled = {one for one in every if one[0] not in sockets and one[0] != "flow"}
    assert polled | {("flow", "binance")} == {(one.collector, one.venue) for one in found}
    assert set(budget._POLLED) == set(PRICED) == set(BOOKS)


def market(inverse: bool = False, kind: str = "swap") -> Market:
    name = "BTCUSD" if inverse else "BTC-USDT-SWAP"
    return Market(name, name, "BTC", "USDT", kind, inverse, 1.0, 1.0, Class.CRYPTO, 0.1)


class Counting:
    """A venue that says nothing of use and refuses some."""

    def __init__(self, answer: Any, refused: str = "") -> None:
        self.answer, self.refused, self.methods = answer, refused, list[str]()

    async def __call__(self, method: str, params: Any = None) -> Any:
        self.methods.append(method)
        if method == self.refused:
            raise Unanswered("no")
        return self.answer


async def test_a_coin_takes_as_many_books_as_are_counted() -> None:
    times = {"binance": 2, "bybit": 3, "okx": 2}
    for venue, count in times.items():
        ask = Counting({}, "publicGetV5MarketFullOrderbook")
        for kind in ("spot", "swap"):
            with pytest.raises(Unreadable):
                await BOOKS[venue](ask, market(kind=kind), 0)
        assert len(ask.methods) == count
        ours = [one for one in asked(DEFAULT) if (one.collector, one.venue) == ("depth", venue)]
        assert sum(one.calls for one in ours) == 6 * count


async def test_a_round_of_open_interest_takes_as_many_requests_as_are_counted() -> None:
    coin = [market(), market(), market(inverse=True)]
    one = replace(DEFAULT, coins=("BTC",))
    answers: dict[str, Any] = {"binance": {}, "bybit": {}, "okx": {"data": [{}]}}
    for venue, answer in answers.items():
        ask, interface = Counting(answer), PRICED[venue].asked
        await interface.perpetuals(ask, coin)
        with suppress(*VENUE_ERRORS):  # OKX's two more, of what the largest lacks
            await interface.completed(ask, Perpetual(coin[0], 0, 1.0, 1.0, None, None))
        ours = [x for x in asked(one) if (x.collector, x.venue) == ("derivatives", venue)]
        rest = {"okx": 1}.get(venue, 0)  # the funding rate, once the index could be read
        assert sum(x.calls for x in ours) == 6 * (len(ask.methods) + rest)


def test_weights_are_those_that_ccxt_knows() -> None:
    """Its unit is five of spot's and one of futures'."""
    api = ccxt.binance().describe()["api"]
    by_limit = {
        (group, call): dict(api[group]["get"][call]["byLimit"])
        for group, call in (("public", "depth"), ("fapiPublic", "depth"), ("fapiPublic", "klines"))
    }
    weights = {(one.collector, one.api): one.weight for one in asked(DEFAULT)}
    assert weights["depth", "spot"] == 5 * by_limit["public", "depth"][5000]
    assert weights["depth", "usd-m"] == by_limit["fapiPublic", "depth"][1000]
    assert weights["flow", "spot"] == 5 * api["public"]["get"]["klines"]["cost"]
    assert weights["flow", "usd-m"] == by_limit["fapiPublic", "klines"][1000]
    assert weights["derivatives", "coin-m"] == api["dapiPublic"]["get"]["premiumIndex"]["cost"]


def said(settings: Settings) -> list[tuple[str, str | None]]:
    return [(one.found, one.do) for one in _requests(settings)]


def test_doctor_says_what_is_asked_and_which_limit_is_not_verified() -> None:
    found = said(DEFAULT)
    assert ("binance spot  at most 25 requests, weight 1,538 of 6,000 a minute", None) in found
    assert ("deribit  at most 2 of 1,200 requests a minute (20 a second)", None) in found
    okx = "okx mark-price  at most 6 of 300 requests a minute (10 in 2 s, limit not verified)"
    assert (okx, None) in found
    many = replace(DEFAULT, coins=tuple(f"C{n}" for n in range(60)))
    over = [text for text, do in said(many) if do]
    assert [text.split("  ")[0] for text in over] == ["binance coin-m", "okx funding-rate"]


def test_a_series_is_told_without_the_key_in_its_address() -> None:
    one = Series("fund flows", "https://host/flows.csv?key=s3cret", True, unit="USD", kind="flow")
    told = in_force(replace(DEFAULT, series=(one,), flow=False))
    assert told["series.fund flows"] == "flow in USD, date and value of https://host/flows.csv"
    assert (told["flow.record"], told["flow.coinbase"]) == ("off", "on")
