"""Order books: read off the wire, reduced to a row, collected, and what the panel makes of them."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW
from tests.yielded import firsts
from tui.collectors import depth as collector
from tui.collectors.depth import row
from tui.collectors.sources import Source
from tui.metrics.spans import moment, ms
from tui.tables import BANDS, DEPTH, ORDERS, Class
from tui.venues.base import Market
from tui.venues.binance import Binance
from tui.venues.binance_rest import BinanceAsked
from tui.venues.books import BOOKS, Book, Level
from tui.venues.depth import Depth, cost, reduced
from tui.venues.errors import NotListed, RateLimited, Unanswered, Unreadable

TS = ms(NOW)


def market(kind: str = "spot", contract: float = 1.0, id: str = "BTCUSDT") -> Market:
    symbol = "BTC/USDT" if kind == "spot" else "BTC/USDT:USDT"
    return Market(id, symbol, "BTC", "USDT", kind, False, contract, 1.0, Class.CRYPTO, None)


def asking(answers: Mapping[str, Any], asked: list[tuple[str, Mapping[str, Any]]]) -> Any:
    """A venue that gives these answers by method; an error among them is raised."""

    async def ask(method: str, params: Mapping[str, Any]) -> Any:
        asked.append((method, params))
        if isinstance(answers[method], Exception):
            raise answers[method]
        return answers[method]

    return ask


BINANCE = {"lastUpdateId": 1027024, "bids": [["4.00000000", "431.00000000"]],
           "asks": [["4.00000200", "12.00000000"]]}  # fmt: skip
USDM = BINANCE | {"E": 1589436922972, "T": 1589436922959}
BYBIT = {
    "retCode": 0, "retMsg": "OK", "retExtInfo": {}, "time": 1716863719382,
    "result": {"s": "BTCUSDT", "a": [["65557.7", "16.606555"]], "b": [["65485.47", "47.081829"]],
               "ts": 1716863719031, "u": 230704, "seq": 1432604333, "cts": 1716863718905},
}  # fmt: skip
OKX = {"code": "0", "msg": "", "data": [{"asks": [["41006.8", "0.60038921", "0", "1"]],
       "bids": [["41006.3", "0.30178218", "0", "2"]], "ts": "1629966436396"}]}  # fmt: skip
"""Rows as the venues' documentation shows them."""


@pytest.mark.parametrize(
    ("venue", "asked_of", "answers", "method", "params", "found"),
    [
        ("binance", market(), {"publicGetDepth": BINANCE}, "publicGetDepth",
         {"symbol": "BTCUSDT", "limit": 5000},
         Book(TS, [Level(4.0, 1724.0)], [Level(4.000002, 4.000002 * 12)])),
        ("binance", market("swap"), {"fapiPublicGetDepth": USDM}, "fapiPublicGetDepth",
         {"symbol": "BTCUSDT", "limit": 1000},
         Book(1589436922959, [Level(4.0, 1724.0)], [Level(4.000002, 4.000002 * 12)])),
        ("bybit", market(), {"publicGetV5MarketFullOrderbook": BYBIT},
         "publicGetV5MarketFullOrderbook", {"category": "spot", "symbol": "BTCUSDT"},
         Book(1716863719031, [Level(65485.47, 65485.47 * 47.081829)],
              [Level(65557.7, 65557.7 * 16.606555)])),
        ("bybit", market("swap"), {"publicGetV5MarketOrderbook": BYBIT},
         "publicGetV5MarketOrderbook", {"category": "linear", "symbol": "BTCUSDT", "limit": 500},
         Book(1716863719031, [Level(65485.47, 65485.47 * 47.081829)],
              [Level(65557.7, 65557.7 * 16.606555)])),
        ("okx", market("swap", 0.01, "BTC-USDT-SWAP"), {"publicGetMarketBooksFull": OKX},
         "publicGetMarketBooksFull", {"instId": "BTC-USDT-SWAP", "sz": 5000},
         Book(1629966436396, [Level(41006.3, 41006.3 * 0.30178218 * 0.01)],
              [Level(41006.8, 41006.8 * 0.60038921 * 0.01)])),
    ],
)  # fmt: skip
async def test_a_book_is_read_in_dollars(
    venue: str,
    asked_of: Market,
    answers: dict[str, Any],
    method: str,
    params: dict[str, Any],
    found: Book,
) -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []
    book = await BOOKS[venue](asking(answers, asked), asked_of, TS)
    assert asked == [(method, params)]
    assert book.ts == found.ts
    for side in ("bids", "asks"):
        (level,), (wanted,) = getattr(book, side), getattr(found, side)
        assert level == pytest.approx(wanted)


async def test_bybit_spot_is_read_by_the_usual_book_where_the_full_one_is_refused() -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = []
    refused = {"publicGetV5MarketFullOrderbook": Unanswered("HTTP 404")}
    answers = refused | {"publicGetV5MarketOrderbook": BYBIT}
    assert (await BOOKS["bybit"](asking(answers, asked), market(), TS)).ts == 1716863719031
    assert asked[-1][1] == {"category": "spot", "symbol": "BTCUSDT", "limit": 200}


@pytest.mark.parametrize("bad", ["0", "-1", "nan", "inf", "many", None])
async def test_a_book_with_a_level_that_is_none_is_unreadable(bad: Any) -> None:
    for level in (["4.1", bad], [bad, "1"]):
        answers = {"publicGetDepth": BINANCE | {"asks": [["4.0001", "1"], level]}}
        with pytest.raises(Unreadable, match="order book"):
            await BOOKS["binance"](asking(answers, []), market(), TS)
    forms: list[Any] = [{}, [], {"bids": 3, "asks": []}, {"bids": [["4"]], "asks": []}]
    for form in forms:
        with pytest.raises(Unreadable):
            await BOOKS["binance"](asking({"publicGetDepth": form}, []), market(), TS)


def levels(*pairs: tuple[float, float]) -> list[Level]:
    return [Level(price, usd) for price, usd in pairs]


def test_a_book_in_numbers_by_hand() -> None:
    """Mid price 100. Bids at 0.05, 0.5 and 2 % from it, asks at 0.05 and 0.8 %."""
    book = Book(
        TS,
        levels((99.95, 400e3), (99.5, 1e6), (98.0, 20e6)),
        levels((100.05, 2e6), (100.8, 3e6)),
    )
    made = reduced(book)
    assert (made.bid, made.ask) == (99.95, 100.05)
    assert made.bids.usd == (400e3, 1.4e6, 1.4e6)
    assert made.asks.usd == (2e6, 2e6, 5e6)
    assert made.bids.reach == pytest.approx(0.02)
    assert made.asks.reach == pytest.approx(0.008)
    # A sell of 1M takes 400K at 99.95 and 600K at 99.5: 0.4M × (100/99.95 − 1) + 0.6M × (100/99.5
    # − 1) = 200.10 + 3,015.08; of 10M another 400K there and 8.6M at 98.
    assert made.bids.costs[0] == pytest.approx(200.10 + 3_015.08, abs=0.01)
    assert made.bids.costs[1] == pytest.approx(200.10 + 5_025.13 + 175_510.20, abs=0.01)
    # A buy of 1M takes half of what stands at 100.05; 10M is more than all asks.
    assert made.asks.costs[0] == pytest.approx(1e6 * (1 - 100 / 100.05))
    assert made.asks.costs[1] is None
    assert row(made) == (
        *(99.95, 100.05, 400e3, 1.4e6, 1.4e6, 2e6, 2e6, 5e6),
        *(made.bids.reach, made.asks.reach, 500.0, 3_215.0, None, 180_735.0),
    )
    assert len(row(made)) == len(DEPTH.schema) - 4


@pytest.mark.parametrize(
    ("bids", "asks"),
    [((), ((1.0, 1.0),)), (((1.0, 1.0),), ()), (((2.0, 1.0),), ((1.0, 1.0),)),
     (((1.0, 1.0),), ((1.0, 1.0),))],
)  # fmt: skip
def test_a_book_without_a_mid_price_is_none(bids: Any, asks: Any) -> None:
    with pytest.raises(ValueError, match=r"side|below"):
        reduced(Book(TS, levels(*bids), levels(*asks)))


distances = st.lists(st.tuples(st.floats(1e-6, 0.05), st.floats(1.0, 5e6)), min_size=1, max_size=60)


@st.composite
def books(draw: Callable[[Any], Any]) -> Book:
    """Levels around 100, in any order."""
    below, above = draw(distances), draw(distances)
    return Book(
        TS,
        [Level(100 * (1 - far), usd) for far, usd in below],
        [Level(100 * (1 + far), usd) for far, usd in above],
    )


@given(books(), st.randoms())
def test_the_order_of_levels_is_of_no_matter(book: Book, rng: random.Random) -> None:
    shuffled = Book(book.ts, rng.sample(book.bids, len(book.bids)),
                    rng.sample(book.asks, len(book.asks)))  # fmt: skip
    assert flat(reduced(shuffled)) == pytest.approx(flat(reduced(book)), nan_ok=True)


def flat(depth: Depth) -> list[float]:
    """All numbers of it; what an order can't be filled for is NaN."""
    sides = [n for s in (depth.bids, depth.asks) for n in (*s.usd, s.reach, *s.costs)]
    return [depth.bid, depth.ask, *(float("nan") if n is None else n for n in sides)]


@given(books())
def test_bands_are_nested_and_bounded_exactly_where_the_book_ends_inside(book: Book) -> None:
    made = reduced(book)
    mid = (made.bid + made.ask) / 2
    for side, given_ in ((made.bids, book.bids), (made.asks, book.asks)):
        assert list(side.usd) == sorted(side.usd)
        assert side.usd[-1] <= sum(level.usd for level in given_) * (1 + 1e-9)
        for band in BANDS.values():
            ends_inside = all(round(abs(level.price / mid - 1), 12) < band for level in given_)
            assert (side.reach < band) == ends_inside


@given(books(), st.lists(st.floats(1.0, 5e7), min_size=2, max_size=8))
def test_a_larger_order_never_costs_less(book: Book, sizes: list[float]) -> None:
    made = reduced(book)
    mid = (made.bid + made.ask) / 2
    asks = sorted(book.asks)
    costs = [cost(asks, mid, usd) for usd in sorted(sizes)]
    known = [one for one in costs if one is not None]
    assert known == sorted(known)
    assert costs[len(known) :] == [None] * (len(costs) - len(known))
    # A dollar of it costs no less, either.
    per = [c / usd for c, usd in zip(known, sorted(sizes), strict=False)]
    assert all(b >= a - 1e-12 for a, b in pairwise(per))
    for side in (made.bids, made.asks):
        small, large = side.costs
        assert large is None or (small is not None and small <= large)
        total = sum(level.usd for level in (book.bids if side is made.bids else book.asks))
        assert (small is None) == (total < ORDERS["1m"]) or abs(total - ORDERS["1m"]) < 1


# collected


def venue(answers: dict[str, Any]) -> tuple[Source, list[tuple[str, Mapping[str, Any]]]]:
    """Binance with three coins in its list, of which DOGE has no perpetual."""
    asked: list[tuple[str, Mapping[str, Any]]] = []
    ask = asking(answers, asked)

    class Listed:
        async def get(self, ask: Any) -> dict[str, Market]:
            usdc = market("swap", id="BTCUSDC")
            found = [
                replace(usdc, quote="USDC"),
                market("swap"),
                replace(market("swap", id="ETHUSDT"), base="ETH"),
                replace(market("swap", id="BTCUSD_PERP"), inverse=True, quote="USD"),
            ]
            return {one.id: one for one in found}

    return Source(Binance, BinanceAsked, ask, Listed()), asked  # type: ignore[arg-type]


async def rounds(
    source: Source, coins: tuple[str, ...], count: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[pl.DataFrame], list[float]]:
    """The first frames, and how long was slept between the books."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return await firsts(collector.collect(source, coins, lambda: NOW), count), slept


async def test_a_coin_at_a_time_spot_and_the_perpetual_against_usdt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, asked = venue({"publicGetDepth": BINANCE, "fapiPublicGetDepth": USDM})
    frames, slept = await rounds(source, ("BTC", "DOGE"), 3, monkeypatch)
    assert [(method, params["symbol"]) for method, params in asked] == [
        ("publicGetDepth", "BTCUSDT"),
        ("fapiPublicGetDepth", "BTCUSDT"),
        ("publicGetDepth", "DOGEUSDT"),
        ("publicGetDepth", "BTCUSDT"),
        ("fapiPublicGetDepth", "BTCUSDT"),
    ]
    assert all(part.schema == DEPTH.schema for part in frames)
    rows = pl.concat(frames[:2]).select("venue", "market", "base", "ts").rows()
    assert rows[0] == ("binance", "spot", "BTC", NOW), "Binance spot says no time: when it came"
    assert rows[1] == ("binance", "perp", "BTC", moment(1589436922959))
    assert rows[2][:3] == ("binance", "spot", "DOGE")
    assert slept == [pytest.approx(15.0, abs=0.1)] * 2


@pytest.mark.parametrize(("coins", "pace"), [(1, 30.0), (3, 10.0), (12, 10.0)])
async def test_binance_is_asked_for_a_spot_book_each_ten_seconds_at_most(
    coins: int, pace: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One weighs 250 of 6,000 a minute, whatever the number of coins."""
    source, _ = venue({"publicGetDepth": BINANCE, "fapiPublicGetDepth": USDM})
    named = tuple(f"C{n}" for n in range(coins))
    _, slept = await rounds(source, named, 2 * coins, monkeypatch)
    assert slept
    assert slept == [pytest.approx(pace, abs=0.1)] * len(slept)


async def test_what_fails_has_no_row_and_a_whole_round_of_it_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crossed = BINANCE | {"bids": [["5.0", "1"]]}
    source, _ = venue({"publicGetDepth": crossed, "fapiPublicGetDepth": USDM})
    frames, _ = await rounds(source, ("BTC",), 1, monkeypatch)
    assert frames[0]["market"].to_list() == ["perp"]
    source, _ = venue({"publicGetDepth": crossed, "fapiPublicGetDepth": Unanswered("HTTP 503")})
    with pytest.raises(Unanswered, match="HTTP 503"):
        await rounds(source, ("BTC",), 1, monkeypatch)
    source, _ = venue({"publicGetDepth": crossed, "fapiPublicGetDepth": {}})
    with pytest.raises(Unreadable, match="order book"):
        await rounds(source, ("BTC",), 1, monkeypatch)
    source, _ = venue({"publicGetDepth": RateLimited("told to wait")})
    with pytest.raises(RateLimited):
        await rounds(source, ("BTC",), 1, monkeypatch)


async def test_what_is_not_listed_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    source, asked = venue({"publicGetDepth": NotListed("no"), "fapiPublicGetDepth": USDM})
    frames, _ = await rounds(source, ("BTC",), 3, monkeypatch)
    assert [part["market"].to_list() for part in frames] == [["perp"]] * 3
    assert [method for method, _ in asked].count("publicGetDepth") == 1
