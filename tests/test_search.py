"""A filter looks through the whole window in the store, packed or not, and follows it."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.frames import NOW, frame, liquidation
from tests.test_panels_records import market
from tui.clock import milliseconds
from tui.errors import StoreError
from tui.panels import BY_NAME, View
from tui.panels.drill import Drill
from tui.panels.liquidations.filters import parse
from tui.panels.liquidations.history import detailed
from tui.screens.beyond import Beyond
from tui.snapshot import Live
from tui.store import Reader, Writer, store_path
from tui.store.search import AHEAD, Matches, Search
from tui.tables import LIQUIDATIONS, Condition

PANEL = BY_NAME["liquidations"]
DAY = timedelta(hours=24)
FILTERS = ("usd>5k", "usd!=10k venue=okx", "venue!=okx side=long", "base=BTC,ETH usd<=10k")
ROWS = st.lists(
    st.builds(
        lambda ago, usd, side, base, venue, kind: (
            liquidation(NOW - timedelta(milliseconds=ago), usd, side, base, venue)
            | {"class": kind, "qty": float(ago)}
        ),
        st.integers(0, 26 * 3_600_000),
        st.sampled_from([None, 4e3, 1e4, 2e5]),
        st.sampled_from(["long", "short"]),
        st.sampled_from(["BTC", "ETH", "SOL"]),
        st.sampled_from(["bybit", "okx"]),
        st.sampled_from(["crypto", "crypto", "tradfi"]),
    ),
    max_size=40,
)


def appended(writer: Writer, rows: list[dict[str, Any]]) -> None:
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, rows))


def asked(reader: Reader, text: str, since: Any = NOW - DAY, until: Any = NOW) -> Matches:
    return Search(reader, parse(text)).at(milliseconds(since), milliseconds(until))


@pytest.mark.parametrize("packed", [True, False])
@examples(12)
@given(rows=ROWS, text=st.sampled_from(FILTERS))
def test_what_is_found_is_what_the_store_holds(
    tmp_path_factory: pytest.TempPathFactory, packed: bool, rows: list[dict[str, Any]], text: str
) -> None:
    path = store_path(tmp_path_factory.mktemp("store"))
    writer = Writer(path, endpoint=None)
    appended(writer, rows)
    writer.close()
    with closing(Reader(path)) as reader:
        if not packed:
            reader.tape_of_hour = lambda hour: None  # type: ignore[method-assign]
        found = asked(reader, text)
        held = reader.read(LIQUIDATIONS, since=NOW - DAY, until=NOW)
    wanted = [row for row in held.iter_rows(named=True) if _meets(row, text)]
    assert sorted(found.rows["ts"]) == sorted(row["ts"] for row in wanted)
    assert found.rows["usd"].sum() == sum(row["usd"] for row in wanted if row["usd"])
    assert found.rows["ts"].is_sorted()
    assert found.newest["qty"].to_list() == pytest.approx(
        [row["qty"] for row in sorted(wanted, key=lambda row: row["ts"], reverse=True)]
    )


def _meets(row: dict[str, Any], text: str) -> bool:
    usd = row["usd"]
    meets: dict[str, bool] = {
        FILTERS[0]: usd is not None and usd > 5e3,
        FILTERS[1]: usd is not None and usd != 1e4 and row["venue"] == "okx",
        FILTERS[2]: row["venue"] != "okx" and row["side"] == "long",
        FILTERS[3]: row["base"] in ("BTC", "ETH") and usd is not None and usd <= 1e4,
    }
    return meets[text] and row["class"] == "crypto"


def minutes_ago(*ago: float, **other: Any) -> list[dict[str, Any]]:
    return [liquidation(NOW - timedelta(minutes=one), **other) for one in ago]


def test_a_search_takes_in_what_comes_and_lets_go_what_leaves_the_window(tmp_path: Path) -> None:
    with closing(Writer(store_path(tmp_path), endpoint=None)) as writer:
        appended(writer, minutes_ago(59, 3, venue="okx"))
        with closing(Reader(store_path(tmp_path))) as reader:
            search, hour = Search(reader, parse("venue=okx")), timedelta(hours=1)

            def times(now: Any) -> list[float]:
                found = search.at(milliseconds(now - hour), milliseconds(now))
                return [(NOW - ts) / timedelta(minutes=1) for ts in found.newest["ts"]]

            assert times(NOW) == [3.0, 59.0]
            appended(writer, [*minutes_ago(40, -1, venue="okx"), *minutes_ago(2)])
            assert times(NOW) == [3.0, 40.0, 59.0]
            assert times(NOW + timedelta(minutes=2)) == [-1.0, 3.0, 40.0]
            assert times(NOW - timedelta(minutes=30)) == [40.0, 59.0], "and back in time"
            appended(writer, minutes_ago(-2.0 - AHEAD / 60_000, venue="okx"))
            late = NOW + timedelta(milliseconds=AHEAD, minutes=3)
            assert times(late) == [-2.0 - AHEAD / 60_000]


def test_the_same_rows_are_the_same_frames(tmp_path: Path) -> None:
    with closing(Writer(store_path(tmp_path), endpoint=None)) as writer:
        appended(writer, minutes_ago(5, venue="okx"))
        with closing(Reader(store_path(tmp_path))) as reader:
            search = Search(reader, (Condition("venue", "=", words=("okx",)),))
            first = search.at(milliseconds(NOW - DAY), milliseconds(NOW))
            assert search.at(milliseconds(NOW - DAY) + 1_000, milliseconds(NOW) + 1_000) is first


def test_groups_and_sizes_are_of_all_that_matches_and_the_tape_of_its_newest(
    tmp_path: Path,
) -> None:
    with closing(Writer(store_path(tmp_path), endpoint=None)) as writer:
        rows = [
            liquidation(NOW - timedelta(seconds=10 * at), 2e4, base=f"C{at % 2}", qty=float(at))
            for at in range(2_500)
        ]
        appended(writer, [*rows, *minutes_ago(1, usd=3e6, base="BTC")])
        view = View(window="24h", drill=Drill(typed="usd<1m", block=1))
        with closing(Reader(store_path(tmp_path))) as reader:
            live = Live(reader)
            shown = Beyond().added(live, live.at(NOW), PANEL.needs(view))
            record = PANEL.detail_record(shown, view)
    assert [(group.name, group.count) for group in record.deep.groups] == [
        ("C0", 1_250),
        ("C1", 1_250),
    ]
    assert record.deep.sizes.counts == (0, 0, 2_500, 0, 0, 0)
    assert len(record.deep.tape) == 2_000
    lines = [line.plain for line in PANEL.detail_rows(record, view, 120, 48)]
    assert any("tape  2,000 of 2,500 in 24h  usd<1m" in line for line in lines)
    assert any("24h by coin  filtered" in line for line in lines)
    assert any("sizes of 2,500 filtered rows" in line for line in lines)


def test_a_filter_that_nothing_meets_says_so() -> None:
    found = Matches(LIQUIDATIONS.empty(), LIQUIDATIONS.empty())
    view = View(window="4h", drill=Drill(typed="venue=nowhere", block=1))
    record = detailed(replace(market(), matches=found), view)
    lines = [line.plain.strip() for line in PANEL.detail_rows(record, view, 120, 48)]
    assert "none in 4h" in lines


def test_a_filter_forgets_a_store_that_was_deleted(tmp_path: Path) -> None:
    path = store_path(tmp_path)
    writer = Writer(path, None)
    appended(writer, [liquidation(NOW - timedelta(minutes=m + 1)) for m in range(50)])
    live = Live(Reader(path))
    live.at(NOW)
    search = live.search([])
    hour = milliseconds(NOW - timedelta(hours=1)), milliseconds(NOW)
    assert search.at(*hour).rows.height == 50
    path.unlink()
    with pytest.raises(StoreError):
        appended(writer, [liquidation(NOW)])
    appended(writer, [liquidation(NOW - timedelta(seconds=9), usd=7.0)])
    live.poll()
    live.at(NOW)
    assert search.at(*hour).rows["usd"].to_list() == [7.0]


def test_a_search_that_failed_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(store_path(tmp_path), None)
    appended(writer, [liquidation(NOW - timedelta(minutes=1))])
    search = Search(Reader(store_path(tmp_path)), [])
    hour = milliseconds(NOW - timedelta(hours=1)), milliseconds(NOW)

    def bad(*args: object) -> None:
        raise StoreError("disk I/O error")

    with monkeypatch.context() as failing:
        failing.setattr(Reader, "select", bad)
        with pytest.raises(StoreError):
            search.at(*hour)
    assert search.at(*hour).rows.height == 1
