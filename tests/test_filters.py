"""The filter line of the tape: what it lets through, and what it says of a slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import frame, liquidation
from tui.errors import UsageError
from tui.panels import View
from tui.panels.drill import Drill
from tui.panels.liquidations.filters import conditions, parse
from tui.store.search import matching
from tui.tables import LIQUIDATIONS, Condition

ROWS = frame(
    LIQUIDATIONS,
    [
        liquidation(usd=250_000.0),
        liquidation(usd=100_000.0, side="short"),
        liquidation(usd=99_000.0, base="ETH", venue="okx"),
        liquidation(usd=None, base="SOL"),
    ],
)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", [0, 1, 2, 3]),
        ("usd>100k", [0]),
        ("usd>=100K", [0, 1]),
        ("usd<0.1M", [2]),
        ("usd!=250000", [1, 2]),
        ("venue=okx", [2]),
        ("venue!=okx", [0, 1, 3]),
        ("VENUE=Bybit side=LONG", [0, 3]),
        ("base=btc,eth", [0, 1, 2]),
        ("coin=BTC side=short", [1]),
        ("usd>100k venue=bybit side=long base=BTC", [0]),
        ("venue=nowhere", []),
    ],
)
def test_a_filter_lets_through_what_meets_every_condition(text: str, places: list[int]) -> None:
    found = matching(ROWS, parse(text))
    assert found.equals(ROWS[places])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("usd>100k ven", "ven: no condition; as in usd>100k venue=bybit side=long base=BTC"),
        ("vanue=okx", "vanue=okx: no field vanue; there is venue"),
        ("x=1", "x=1: no field x; there is usd, venue, side, base, coin"),
        ("usd>", "usd>: a value is missing"),
        ("base=,", "base=,: a value is missing"),
        ("usd>big", "usd>big: no size; as in usd>100k or usd>1.5M"),
        ("usd>1x", "usd>1x: no size; as in usd>100k or usd>1.5M"),
        ("usd>-5", "usd>-5: a size is a number from 0 on"),
        ("usd>1e999", "usd>1e999: a size is a number from 0 on"),
        ("side=up", "side=up: a side is long or short"),
        ("venue>okx", "venue>okx: venue takes = or !="),
    ],
)
def test_a_slip_is_named_with_what_it_could_be(text: str, words: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(text)
    assert str(error.value) == words


def test_a_filter_is_of_what_was_chosen_and_from_the_smallest_size_unless_it_names_one() -> None:
    there = Drill().into("venue", "okx")
    assert conditions(View(smallest=5e4, drill=there)) == ()
    typed = View(coin="ETH", smallest=5e4, drill=Drill(path=there.path, typed="side=long"))
    assert conditions(typed) == (
        Condition("side", "=", words=("long",)),
        Condition("usd", ">=", 5e4),
        Condition("venue", "=", words=("okx",)),
        Condition("base", "=", words=("ETH",)),
    )
    sized = View(smallest=5e4, drill=Drill(typed="usd>5k"))
    assert conditions(sized) == (Condition("usd", ">", 5e3),)


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_a_usage_error(text: str) -> None:
    try:
        terms = parse(text)
    except UsageError:
        return
    assert matching(ROWS, terms).height <= ROWS.height
