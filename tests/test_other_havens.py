"""Silver and shares beside gold: found among what is stored, drawn from the common start."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from tests.frames import NOW, daily, frame, quote, snapshot
from tests.panel_samples import havens
from tests.test_cascades_shown import SETTINGS
from tests.test_dashboard import VIEW
from tests.test_havens import LAST, PAXG
from tui.collectors.sources import Source, find
from tui.document import document
from tui.metrics.other_havens import other_havens
from tui.panels.haven_history import charts, history, words
from tui.tables import CANDLES, QUOTES
from tui.venues import PRICED
from tui.venues.asked import Asked
from tui.venues.base import Ask
from tui.venues.bybit_rest import BybitAsked
from tui.venues.errors import NotListed, Unanswered
from tui.venues.markets import Markets
from tui.venues.okx_rest import OkxAsked

XAG, QQQX = "XAG/USDT:USDT", "QQQX/USDT:USDT"


def closes(count: int, symbol: str) -> pl.DataFrame:
    return daily([100.0 + n for n in range(count)], LAST, symbol)


class Tokenised(BybitAsked):
    """A venue that lists a token of a share; `asked` counts how often it was asked for them."""

    asked = 0

    @classmethod
    async def tokens(cls, ask: Ask) -> list[tuple[str, str]]:
        cls.asked += 1
        return [("TSLAXUSDT", "TSLAX")]


async def nothing(method: str, params: Mapping[str, Any] | None = None) -> Any:
    raise AssertionError(f"{method} was asked")


def source(asked: type[Asked]) -> Source:
    return Source(PRICED["bybit"], asked, nothing, Markets(PRICED["bybit"], "linear", None))


async def test_a_token_is_a_spot_pair_of_the_list_and_never_tried_by_its_name() -> None:
    class Venue(Tokenised): ...

    one = source(Venue)
    market = await find(one, "TSLAX", "spot")
    assert (market.id, market.symbol, market.kind) == ("TSLAXUSDT", "TSLAX/USDT", "spot")
    for base in ("SPYX", "NVDAX"):
        with pytest.raises(NotListed):
            await find(one, base, "spot")
    assert Venue.asked == 1, "once a day"
    with pytest.raises(NotListed):  # it tells no tokens from coins
        await find(source(OkxAsked), "TSLAX", "spot")


async def test_without_the_list_of_tokens_there_are_none_and_coins_go_on() -> None:
    class Down(Tokenised):
        @classmethod
        async def tokens(cls, ask: Ask) -> list[tuple[str, str]]:
            cls.asked += 1
            raise Unanswered("bybit: 403")

    one = source(Down)
    for _ in range(3):
        with pytest.raises(NotListed):
            await find(one, "TSLAX", "spot")
    assert Down.asked == 1, "asked again ten minutes later"
    assert (await find(one, "BTC", "spot")).id == "BTCUSDT"


async def test_bybit_tells_tokens_from_coins_by_their_type() -> None:
    """Rows of its documentation's form; a coin whose name ends in X is none."""
    row = {"symbol": "TSLAXUSDT", "baseCoin": "TSLAX", "quoteCoin": "USDT", "status": "Trading"}
    token = row | {"symbolType": "xstocks", "xstockMultiplier": "1"}
    coin = row | {"symbol": "TRXUSDT", "baseCoin": "TRX", "symbolType": ""}
    others = [token | {"status": "Closed"}, token | {"quoteCoin": "USDC"}, coin, row]
    asked: list[Any] = []

    async def ask(method: str, params: Mapping[str, Any] | None = None) -> Any:
        asked.append((method, params))
        return {"result": {"category": "spot", "list": [token, *others]}}

    assert await BybitAsked.tokens(ask) == [("TSLAXUSDT", "TSLAX")]
    assert asked == [
        ("publicGetV5MarketInstrumentsInfo", {"category": "spot", "symbolType": "xstocks"})
    ]


def test_a_haven_is_its_newest_price_and_a_path_that_begins_at_one() -> None:
    candles, quotes = closes(40, XAG), frame(QUOTES, [quote(94.2, NOW, XAG)])
    sessions = [LAST + timedelta(days=n) for n in (-29, -1, 0, 1)]
    (silver,) = other_havens(quotes, candles, NOW, sessions)
    assert (silver.name, silver.base, silver.price) == ("silver", "XAG", 94.2)
    assert silver.since == LAST - timedelta(days=38)  # the first of the forty closed then
    assert silver.path == pytest.approx((1.0, 137 / 109, 138 / 109, 139 / 109))


def test_a_session_without_a_close_is_a_gap_and_a_weekend_may_come_first() -> None:
    candles = closes(3, XAG)
    sessions = [LAST + timedelta(days=n) for n in (-4, -3, -1, 1, 2)]
    (silver,) = other_havens(QUOTES.empty(), candles, NOW, sessions)
    assert silver.path == (None, None, 1.0, 1.02, None)
    assert silver.price is None


def test_a_haven_that_is_younger_than_the_start_has_no_path() -> None:
    sessions = [LAST + timedelta(days=n) for n in (-60, -1, 0, 1)]
    (silver,) = other_havens(QUOTES.empty(), closes(3, XAG), NOW, sessions)
    assert (silver.path, silver.since) == ((), LAST - timedelta(days=1))


def test_nothing_is_known_before_it_came() -> None:
    late = frame(QUOTES, [quote(94.2, NOW + timedelta(hours=1), XAG)])
    assert other_havens(late, CANDLES.empty(), NOW, []) == ()


def test_the_first_base_that_is_known_stands_for_shares_and_spot_for_none() -> None:
    quotes = [quote(612.0, NOW, QQQX), quote(1.0, NOW, "SPY/USDT")]
    (shares,) = other_havens(frame(QUOTES, quotes), CANDLES.empty(), NOW, [])
    assert (shares.name, shares.base) == ("dollar-stock tokens", "QQQX")


def test_a_token_stands_for_shares_where_no_perpetual_does() -> None:
    quotes = [quote(425.0, NOW, "TSLAX/USDT", venue="bybit"), quote(1.0, NOW, "SPY/USDT")]
    (shares,) = other_havens(frame(QUOTES, quotes), CANDLES.empty(), NOW, [])
    assert (shares.base, shares.symbol, shares.venue) == ("TSLAX", "TSLAX/USDT", "bybit")
    both = [*quotes, quote(612.0, NOW, "SPY/USDT:USDT")]
    (shares,) = other_havens(frame(QUOTES, both), CANDLES.empty(), NOW, [])
    assert (shares.base, shares.price) == ("SPY", 612.0)


def test_the_document_has_a_row_of_each_other_haven_with_its_returns() -> None:
    day = quote(100.0, NOW - timedelta(hours=24, seconds=20), XAG)
    quotes = frame(QUOTES, [day, quote(150.0, NOW, XAG)])
    made = document(snapshot(quotes=quotes, candles=closes(40, XAG)), SETTINGS)
    silver, shares = made["panels"]["safe_haven"]["others"]
    assert (silver["name"], silver["base"], silver["symbol"]) == ("silver", "XAG", XAG)
    assert (silver["venue"], silver["price"], silver["age_s"]) == ("binance", 150.0, 0.0)
    assert silver["stale"] is False
    returns = silver["returns"]
    assert returns["24h"] == pytest.approx(0.5)
    assert returns["7d"] == pytest.approx(150 / 132 - 1)
    assert returns["30d"] == pytest.approx(150 / 109 - 1)
    assert (returns["1y"], returns["reason"]) == (None, "no stored price so long before")
    assert shares["name"] == "dollar-stock tokens"
    assert (shares["price"], shares["stale"]) == (None, True)
    assert shares["reason"] == "no venue lists it, or none was heard"
    assert shares["returns"]["reason"] == "no live price"
    late = frame(QUOTES, [quote(150.0, NOW - timedelta(minutes=3), XAG)])
    made = document(snapshot(quotes=late, candles=closes(40, XAG)), SETTINGS)
    old = made["panels"]["safe_haven"]["others"][0]
    assert (old["price"], old["age_s"], old["stale"]) == (150.0, 180.0, True)
    assert set(old["returns"].values()) == {None, "no live price"}


def test_the_detail_draws_silver_where_it_reaches_back_and_says_what_is_missing() -> None:
    both = [closes(400, "BTC/USDT"), closes(400, PAXG), closes(40, XAG)]
    quotes = frame(QUOTES, [quote(94.2, NOW, XAG)])
    stored = snapshot(quotes=quotes, candles=pl.concat(both))
    month, year = history(stored, 30), history(stored, 365)
    drawn = "\n".join(line.plain for line in charts(month, VIEW, 100, 12))
    assert "── silver XAG 1.2" in drawn
    said = [line.plain.rstrip() for line in words(havens().havens, month, 100)]
    assert "silver XAG 94.200" in said
    assert "dollar-stock tokens n/a (no venue lists it, or none was heard)" in said
    far = "\n".join(line.plain for line in charts(year, VIEW, 100, 12))
    assert "silver" not in far
    said = [line.plain.rstrip() for line in words(havens().havens, year, 100)]
    assert "silver XAG 94.200 (closes since 2025-12-12)" in said
    late = frame(QUOTES, [quote(94.2, NOW - timedelta(minutes=3), XAG)])
    old = history(snapshot(quotes=late, candles=pl.concat(both)), 30)
    assert any("XAG 94.200 (3m old)" in it.plain for it in words(havens().havens, old, 100))
    nothing = replace(year, others=())
    assert any("silver, dollar-stock" in it.plain for it in words(havens().havens, nothing, 100))
