"""Market lists: parsed, kept for a day, served old rather than not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from tui.venues import VENUES
from tui.venues.errors import Unanswered
from tui.venues.markets import Markets

ROW = {
    "symbol": "BTCUSDT",
    "baseAsset": "BTC",
    "quoteAsset": "USDT",
    "marginAsset": "USDT",
    "contractType": "PERPETUAL",
    "status": "TRADING",
}


class Exchange:
    """Counts how often it is asked; fails on demand."""

    def __init__(self, *rows: Any) -> None:
        self.rows, self.asked, self.fails = rows, 0, False

    async def __call__(self, method: str, params: Any = None) -> Any:
        self.asked += 1
        if self.fails:
            raise Unanswered("down")
        return {"symbols": list(self.rows)}


def markets(folder: Path | None) -> Markets:
    return Markets(VENUES["binance"], "usdm", folder)


def grow_old(file: Path) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), "asked": 0}))


async def test_a_second_start_within_the_day_asks_nothing(tmp_path: Path) -> None:
    exchange = Exchange(ROW)
    first = await markets(tmp_path).get(exchange)
    again = await markets(tmp_path).get(exchange)
    assert first == again
    assert exchange.asked == 1


async def test_an_old_list_is_asked_for_again_and_served_when_there_is_no_answer(
    tmp_path: Path,
) -> None:
    exchange = Exchange(ROW)
    await markets(tmp_path).get(exchange)
    grow_old(tmp_path / "markets-binance-usdm.json")
    exchange.fails = True
    assert list(await markets(tmp_path).get(exchange)) == ["BTCUSDT"]
    exchange.fails = False
    exchange.rows = (ROW, {**ROW, "symbol": "NEWUSDT", "baseAsset": "NEW"})
    assert "NEWUSDT" in await markets(tmp_path).get(exchange)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"asked": 1, "markets": [{"id": 5}]}'])
async def test_a_spoilt_file_costs_only_a_request(tmp_path: Path, text: str) -> None:
    (tmp_path / "markets-binance-usdm.json").write_text(text)
    assert list(await markets(tmp_path).get(Exchange(ROW))) == ["BTCUSDT"]


async def test_rows_that_cannot_be_read_leave_the_others() -> None:
    exchange = Exchange({"symbol": "BROKEN"}, ROW, None)
    exchange.rows = ({"symbol": "BROKEN"}, ROW)
    assert list(await markets(None).get(exchange)) == ["BTCUSDT"]


async def test_no_list_at_all_is_unanswered() -> None:
    with pytest.raises(Unanswered):
        await markets(None).get(Exchange())


@pytest.mark.parametrize("spoilt", [{"code": -1000}, {"symbols": None}, [], None])
async def test_an_answer_of_another_form_is_no_answer(spoilt: Any) -> None:
    exchange, known = Exchange(ROW), markets(None)

    async def odd(method: str, params: Any = None) -> Any:
        return spoilt

    with pytest.raises(Unanswered, match="binance usdm"):
        await known.get(odd)
    before = await known.get(exchange)
    assert await known.get(odd, max_age_s=-1.0) == before
