"""From the frames on the wire to the rows of the store: each liquidation is there exactly once.

Equal rows in one message stay. What comes again goes: a frame that stutters, the overlap of a
reconnect, a second subscription, a backfill.
"""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_store_liquidations import assert_minutes_are_sums
from tui.store import Reader, Writer, store_path
from tui.tables import LIQUIDATIONS, Class
from tui.venues import VENUES
from tui.venues.base import Market
from tui.venues.repeats import Repeats
from tui.venues.rows import frame, rows

T0 = 1_768_917_780_000
IDS = ("BTCUSDT", "ETHUSDT", "NEWUSDT")  # the last is in no market list
KNOWN = {
    id: Market(
        id, f"{id[:3]}/USDT:USDT", id[:3], "USDT", "swap", False, 1.0, 1.0, Class.CRYPTO, 0.1
    )
    for id in IDS[:2]
}

Event = tuple[str, str, str, str]
"""Contract, side, size and price as on the wire: few of each, so that many rows are equal."""

events = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(["Buy", "Sell"]),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["100", "100.5"]),
)
messages = st.lists(st.lists(events, min_size=1, max_size=5), min_size=1, max_size=12)
spans = st.tuples(st.integers(0, 12), st.integers(0, 12))


def text(place: int, message: list[Event]) -> str:
    """A Bybit frame of these rows, all of one time; messages lie a second apart."""
    ts = T0 + place * 1000
    data = [
        {"T": ts, "s": symbol, "S": side, "v": size, "p": price}
        for symbol, side, size, price in message
    ]
    return json.dumps({"topic": "allLiquidation.X", "type": "snapshot", "ts": ts, "data": data})


def written(text_: str, conn: int, source: str) -> list[tuple[Any, ...]]:
    """The rows of a frame as its collector makes them."""
    wires = VENUES["bybit"].read("linear", json.loads(text_))
    told = {"venue": "bybit", "received_ms": T0, "conn": conn, "source": source}
    return rows(wires, KNOWN, rate=lambda quote: None, **told)  # type: ignore[arg-type]


@settings(max_examples=30)
@given(
    messages,
    st.lists(spans, min_size=1, max_size=4),
    st.lists(spans, max_size=2),
    st.lists(st.integers(0, 11), max_size=6),
    st.randoms(use_true_random=False),
)
def test_a_history_is_stored_as_the_exact_multiset_of_what_was_heard(
    tmp_path_factory: pytest.TempPathFactory,
    sent: list[list[Event]],
    heard: list[tuple[int, int]],
    backfilled: list[tuple[int, int]],
    stutter: list[int],
    dice: Any,
) -> None:
    """Connections hear spans that may overlap, some frames twice; backfills bring spans again."""
    frames = [text(place, message) for place, message in enumerate(sent)]
    batches = []
    for conn, (first, last) in enumerate(heard, 1):
        repeats = Repeats()
        for place in range(first, min(last + 1, len(frames))):
            times = 1 + (place in stutter)
            came = [frames[place] for _ in range(times) if not repeats(frames[place])]
            batches += [written(one, conn, "stream") for one in came]
    for number, (first, last) in enumerate(backfilled, 101):  # a number of its own for each
        batches += [written(one, number, "backfill") for one in frames[first : last + 1]]
    dice.shuffle(batches)

    path = store_path(tmp_path_factory.mktemp("store"))
    writer = Writer(path, None)
    while batches:
        count = dice.randint(1, 4)
        taken, batches = batches[:count], batches[count:]
        writer.append(LIQUIDATIONS, frame([row for batch in taken for row in batch]))

    known = [place for first, last in [*heard, *backfilled] for place in range(first, last + 1)]
    expected = Counter(
        (T0 + place * 1000, *event)
        for place in set(known) & set(range(len(sent)))
        for event in sent[place]
    )
    raws = Reader(path).read(LIQUIDATIONS, raw=True)["raw"].to_list()
    found = Counter((r["T"], r["s"], r["S"], r["v"], r["p"]) for r in map(json.loads, raws))
    assert found == expected
    assert_minutes_are_sums(path)
    writer.close()
