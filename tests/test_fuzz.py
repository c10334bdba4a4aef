"""Whatever a venue or a config file says: no exception but our own family leaves its reader."""

import asyncio
import json
import math
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui import config
from tui.errors import ConfigError
from tui.tables import Class
from tui.venues import PRICED, TRADED, VENUES, binance_flow, deribit_options, gate_stats
from tui.venues.asked import Ratio, Unread
from tui.venues.base import VENUE_ERRORS, Market, Venue, Wire, WireError
from tui.venues.books import BOOKS, Book
from tui.venues.depth import reduced
from tui.venues.errors import VenueError
from tui.venues.history import Backfills
from tui.venues.markets import parsed
from tui.venues.rows import frame, rows

FUZZED = settings(max_examples=int(os.environ.get("LIQTOP_FUZZ", "20")))
"""A hundred examples of every reader take two minutes of a core: LIQTOP_FUZZ asks for more."""

STREAMS = [(name, stream) for name, venue in VENUES.items() for stream in venue.streams]

numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.integers(1_600_000_000_000, 1_900_000_000_000),
    st.sampled_from(
        ["0", "-1", "1e308", "1e400", "nan", "1.5", "1700000000000", "٣", " 7 ", "1_0"]
    ),
)
WORDS = (
    *("BTCUSDT", "BTC-USDT-SWAP", "BTC-USDT", "SWAP", "SELL", "buy", "long", "Trading", "\x1b[2J"),
    *("forceOrder", "24hrMiniTicker", "liquidation-orders", "tickers", "allLiquidation.X"),
    *("tickers.X", "subscribe", "error", "pong", "\ud800"),
)
words = st.text(max_size=8) | st.sampled_from(WORDS)
leaves = st.none() | st.booleans() | numbers | words


class Conjured(dict[Any, Any]):
    """A JSON object that has whatever key it is asked for, with any value: it leads a reader as
    deep as the reader goes, without knowing its names."""

    def __init__(self, data: st.DataObject, depth: int = 0) -> None:
        super().__init__()
        self._data, self._depth = data, depth

    def __missing__(self, key: Any) -> Any:
        self[key] = conjured(self._data, self._depth + 1)
        return self[key]

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self._data.draw(st.booleans())

    def get(self, key: Any, otherwise: Any = None) -> Any:
        return self[key] if self.__contains__(key) else otherwise


def conjured(data: st.DataObject, depth: int = 0) -> Any:
    """Any JSON value, objects and lists of them included, five deep."""
    kind = data.draw(st.sampled_from(["leaf", "object", "list"] if depth < 5 else ["leaf"]))
    if kind == "leaf":
        return data.draw(leaves)
    if kind == "object":
        return Conjured(data, depth)
    return [conjured(data, depth + 1) for _ in range(data.draw(st.integers(0, 3)))]


def is_asked_back(venue: type[Venue]) -> bool:
    return issubclass(venue, Backfills)


def market(name: str = "BTCUSDT") -> Market:
    return Market(
        name, "BTC/USDT:USDT", "BTC", "USDT", "swap", False, 1.0, 1.0, Class.CRYPTO, 0.1
    )  # fmt: skip


@pytest.mark.parametrize(("venue", "stream"), STREAMS)
@FUZZED
@given(st.data())
def test_reading_a_message_raises_nothing_but_a_wire_error(
    venue: str, stream: str, data: st.DataObject
) -> None:
    """What can be read becomes rows of the table, every number of them finite and above zero."""
    try:
        found: list[Wire] = VENUES[venue].read(stream, conjured(data))
    except WireError as error:
        found = error.good
    made = [wire._replace(raw=json.loads(json.dumps(wire.raw))) for wire in found]
    listed = {wire.market_id: market(wire.market_id) for wire in made}
    out = frame(rows(made, listed, venue=venue, received_ms=1, conn=1, rate=lambda quote: 1.0))
    assert out.height == len(found)
    assert all(0 < wire.size < math.inf and 0 < wire.price < math.inf for wire in found)
    assert out["usd"].drop_nulls().is_finite().all()


@pytest.mark.parametrize("venue", list(VENUES))
@FUZZED
@given(st.data())
def test_answers_and_quotes_raise_what_their_callers_expect(
    venue: str, data: st.DataObject
) -> None:
    with suppress(*VENUE_ERRORS):
        VENUES[venue].answer(conjured(data))
    with suppress(*VENUE_ERRORS):
        VENUES[venue].reply(conjured(data))
    if venue not in PRICED:
        return
    with suppress(*VENUE_ERRORS):
        quote = PRICED[venue].quote(conjured(data))
        assert quote is None or 0 < quote.price < math.inf


@pytest.mark.parametrize(("venue", "stream"), STREAMS)
@FUZZED
@given(st.data())
def test_a_market_list_is_contracts_or_unanswered(
    venue: str, stream: str, data: st.DataObject
) -> None:
    listed = [conjured(data) for _ in range(3)]
    with suppress(VenueError):
        found = parsed(VENUES[venue], stream, listed)
        assert all(isinstance(one, Market) for one in found.values())
        assert all(0 < one.contract_size < math.inf for one in found.values())


@pytest.mark.parametrize("venue", list(PRICED))
@FUZZED
@given(st.data())
def test_what_is_asked_for_is_numbers_or_an_error_of_the_family(
    venue: str, data: st.DataObject
) -> None:
    """Beside VenueError the collectors expect VENUE_ERRORS, and say which venue it was."""

    async def ask(method: str, params: Mapping[str, Any] | None = None) -> Any:
        return conjured(data)

    asked, expected = PRICED[venue].asked, (VenueError, *VENUE_ERRORS)

    async def everything() -> None:
        with suppress(*expected):
            assert isinstance(await PRICED[venue].instruments(ask, asked.streams[0]), list)
        with suppress(*expected):
            measure = data.draw(st.sampled_from(asked.measures))
            ratios = await asked.ratios(ask, market(), measure, "5m", 1, 2)
            assert all(isinstance(r, Ratio) and 0 <= r.long_share <= 1 for r in ratios)
        with suppress(*expected):
            for found in await asked.perpetuals(ask, [market()]):
                if isinstance(found, Unread):
                    continue
                whole = await asked.completed(ask, found)
                assert await asked.interval_h(ask, whole) > 0
        with suppress(*expected):
            candles = await asked.candles(ask, market(), "1h", 1, 2, 3)
            assert all(0 < price < math.inf for c in candles for price in c[1:5])

    asyncio.run(everything())


@pytest.mark.parametrize("venue", [name for name, one in VENUES.items() if is_asked_back(one)])
@FUZZED
@given(st.data())
def test_what_a_gap_is_filled_with_is_rows_or_an_error_of_the_family(
    venue: str, data: st.DataObject
) -> None:
    """Rows lie within what was asked for, and every number of them is above zero."""

    async def ask(method: str, params: Mapping[str, Any] | None = None) -> Any:
        return conjured(data)

    asked: Any = VENUES[venue]
    since, until = 1_700_000_000_000, 1_700_000_600_000
    with suppress(VenueError, WireError, *VENUE_ERRORS):
        found = asyncio.run(asked.backfill(ask, asked.streams[0], [market()], since, until))
        assert since <= found.since <= found.until <= until
        assert all(since <= wire.ts <= until for wire in found.wires)
        assert all(0 < wire.size < math.inf and 0 < wire.price < math.inf for wire in found.wires)


@pytest.mark.parametrize("venue", list(TRADED))
@FUZZED
@given(st.data())
def test_trades_are_numbers_above_zero_or_what_their_reader_expects(
    venue: str, data: st.DataObject
) -> None:
    with suppress(*VENUE_ERRORS):
        found = TRADED[venue].trades(conjured(data))
        assert all(0 < one.size < math.inf and 0 < one.price < math.inf for one in found)


@pytest.mark.parametrize("venue", list(BOOKS))
@FUZZED
@given(st.data())
def test_a_book_is_orders_with_a_size_or_an_error_of_the_family(
    venue: str, data: st.DataObject
) -> None:
    async def ask(method: str, params: Mapping[str, Any] | None = None) -> Any:
        return conjured(data)

    async def read() -> Book:
        return await BOOKS[venue](ask, market(), 1_700_000_000_000)

    with suppress(VenueError, *VENUE_ERRORS):
        book = asyncio.run(read())
        for level in (*book.bids, *book.asks):
            assert all(0 <= number < math.inf for number in level)
        with suppress(*VENUE_ERRORS):
            reduced(book)


@FUZZED
@given(st.data())
def test_statistics_flow_and_options_are_finite_or_an_error_of_the_family(
    data: st.DataObject,
) -> None:
    async def ask(method: str, params: Mapping[str, Any] | None = None) -> Any:
        return conjured(data)

    async def everything() -> None:
        with suppress(VenueError, *VENUE_ERRORS):
            for told in await gate_stats.liquidated(ask, gate_stats.contracts(["BTC"])[0], 1):
                assert 0 <= told.long_usd < math.inf > told.short_usd >= 0
        with suppress(VenueError, *VENUE_ERRORS):
            for minute in await binance_flow.taken(ask, market(), 1, 2):
                assert 0 <= minute.buy_usd < math.inf > minute.sell_usd >= 0
        with suppress(VenueError, *VENUE_ERRORS):
            for option in await deribit_options.chain(ask, "BTC"):
                assert 0 < option.strike < math.inf > option.forward > 0
        with suppress(VenueError, *VENUE_ERRORS):
            for index in await deribit_options.dvol(ask, "BTC", "3600", 1, 2):
                assert all(0 < value < math.inf for value in index[1:])

    asyncio.run(everything())


def toml(value: Any) -> str:
    """A value as TOML has it; texts and lists are JSON's but for half surrogates."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else str(value).replace("Infinity", "inf")
    return json.dumps(value, ensure_ascii=True)


texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["http://[::1", "http://u:p@h:80", "~nobody-of-that-name/x", "\0", "1h", "BTC", "all", "10K"]
)
values = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.lists(texts | st.integers(0, 9), max_size=3),
)
SETTINGS = [
    (section, key)
    for section, keys in tomllib.loads(config.default_text()).items()
    for key in (keys or {"hold": "space"})
]


@given(st.dictionaries(st.sampled_from(SETTINGS), values, max_size=3))
def test_any_value_of_any_setting_is_settings_or_a_config_error(
    chosen: dict[tuple[str, str], Any],
) -> None:
    lines: dict[str, list[str]] = {}
    for (section, key), value in chosen.items():
        lines.setdefault(section, [f"[{section}]"]).append(f"{key} = {toml(value)}")
    with TemporaryDirectory() as folder, suppress(ConfigError):
        file = Path(folder) / "config.toml"
        file.write_text("\n".join(line for part in lines.values() for line in part))
        assert config.load(file).file == file
