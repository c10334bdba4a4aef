"""Every panel fills every size exactly, in its form, and says what it does not know."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.content import Content

from tests import depth_samples
from tests import panel_samples as samples
from tests.examples import examples
from tui import draw
from tui.metrics.cascades.standing import Standing, Word
from tui.metrics.feeds import Feed
from tui.metrics.windows import Amount, Folded
from tui.panels import PANELS, Panel, View, header
from tui.panels.base import Form
from tui.panels.drill import Drill
from tui.panels.frame import ROW_AGE, ended, form_of, has_rule, stamped
from tui.panels.header import HeaderRecord
from tui.panels.liquidations.rooms import share_out
from tui.panels.supply import SupplyRecord
from tui.screens.layout import Placement, stamp_place
from tui.tables import State
from tui.themes import THEMES
from tui.travel import Travel

GOLDENS = Path(__file__).parent / "data" / "goldens"
VIEW = View(smallest=50_000.0)
RECORDS: dict[str, Any] = {
    "liquidations": samples.liquidations_record(),
    "long_short": samples.long_short(),
    "moving_averages": samples.averages(),
    "safe_haven": samples.havens(),
    "events": samples.events(),
    "depth": depth_samples.record(),
    "options": samples.options(),
    "supply": samples.supply_record(),
    "scorecard": samples.scorecard(),
    "drivers": samples.moves(),
    "flows": samples.demand(),
}
SIZES = {
    "liquidations": ((96, 42), (40, 29), (28, 14), (160, 3)),
    "long_short": ((64, 13), (40, 6), (28, 2), (160, 1)),
    "moving_averages": ((64, 9), (40, 5), (28, 2), (90, 1)),
    "safe_haven": ((64, 9), (40, 4), (28, 2), (68, 1), (60, 1)),
    "events": ((64, 12), (40, 5), (28, 2), (160, 1)),
    "depth": ((96, 14), (64, 16), (40, 13), (28, 3), (160, 2)),
    "options": ((64, 9), (40, 9), (28, 2), (160, 2), (100, 9)),
    "scorecard": ((96, 13), (64, 13), (40, 11), (28, 10), (160, 1)),
    "supply": ((64, 11), (40, 8), (28, 3), (160, 2)),
    "drivers": ((64, 14), (40, 13), (28, 3), (160, 2)),
    "flows": ((64, 11), (40, 9), (28, 3), (160, 2)),
}
HEADERS = ((160, 2), (160, 1), (100, 2), (40, 3), (28, 3))
BY_NAME = {panel.name: panel for panel in PANELS}


def text(lines: list[Content]) -> str:
    """The lines as a drawing, a bar at each end so that blanks at the right are seen."""
    return "\n".join(f"|{line.plain}|" for line in lines) + "\n"


def golden(name: str, drawn: str) -> None:
    """Compare with the drawing kept; LIQTOP_REWRITE_GOLDENS=1 keeps the new one instead."""
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("LIQTOP_REWRITE_GOLDENS") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize(
    ("name", "width", "height"), [(n, w, h) for n, sizes in SIZES.items() for w, h in sizes]
)
def test_a_panel_looks_as_its_drawing(name: str, width: int, height: int) -> None:
    lines = BY_NAME[name].lines(RECORDS[name], VIEW, width, height)
    golden(f"{name}_{width}x{height}", text(lines))


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_a_detail_looks_as_its_drawing(name: str) -> None:
    view = replace(VIEW, symbols="braille")
    lines = BY_NAME[name].detail(samples.detail_records()[name], view, 120, 36)
    golden(f"{name}_detail_120x36", text(lines))


@pytest.mark.parametrize("name", sorted(RECORDS))
@pytest.mark.parametrize(("width", "height"), [(80, 22), (40, 48)])
def test_a_detail_keeps_what_matters_in_a_small_pane(name: str, width: int, height: int) -> None:
    lines = BY_NAME[name].detail(samples.detail_records()[name], VIEW, width, height)
    golden(f"{name}_detail_{width}x{height}", text(lines))


def test_a_liquidation_looked_at_looks_as_its_drawing() -> None:
    record = replace(samples.liquidations_record(), deep=samples.deep(samples.near()))
    drill = Drill().into("venue", "bybit").at(samples.near().row)
    lines = BY_NAME["liquidations"].detail(record, replace(VIEW, drill=drill), 100, 28)
    golden("liquidations_near_100x28", text(lines))


def test_a_detail_with_its_cursor_and_a_slip_in_the_filter() -> None:
    drill = replace(Drill(), cursor=-31, block=1, error="ven: no condition")
    view = replace(VIEW, drill=drill, group="venue", selected=2)
    lines = BY_NAME["liquidations"].detail(samples.detail_records()["liquidations"], view, 100, 34)
    golden("liquidations_detail_cursor_100x34", text(lines))


def test_the_chosen_cell_of_the_ratios_is_marked_and_its_past_drawn() -> None:
    panel, record = BY_NAME["long_short"], samples.detail_records()["long_short"]
    lines = panel.detail(record, replace(VIEW, selected=4), 100, 30)
    assert "1.88 65%" in "".join(selected_cells(lines))
    drawn = text(lines)
    assert "bybit accounts 1.88  30d percentile" in drawn
    assert "90d n/a (30 of 90 days)" in drawn
    assert "long ÷ short  ── bybit accounts" in drawn
    lacking = text(panel.detail(record, replace(VIEW, selected=3), 100, 30))
    assert "binance taker 0.71  30d n/a (0 of 30 days)" in lacking
    assert "n/a (no history of it yet)" in lacking


def selected_cells(lines: list[Content]) -> list[str]:
    """The pieces drawn in reverse."""
    return [
        line.plain[span.start : span.end]
        for line in lines
        for span in line.spans
        if span.style == "reverse"
    ]


def test_gold_fills_the_room_it_is_given_with_a_chart() -> None:
    record = replace(samples.havens(), paths=samples.haven_paths())
    golden("safe_haven_64x19", text(BY_NAME["safe_haven"].lines(record, VIEW, 64, 19)))


def stood(standing: Standing) -> HeaderRecord:
    """The header of the wave in that state."""
    return replace(samples.header(), standing=standing)


@pytest.mark.parametrize(("width", "height"), HEADERS)
def test_the_header_looks_as_its_drawing(width: int, height: int) -> None:
    records = {
        "": samples.header(),
        "bad feed, old price, another endpoint": samples.header(
            endpoint="http://127.0.0.1:43210", bad=True, aged=12
        ),
        "young store": samples.header(have=timedelta(minutes=12)),
        "cascade": stood(samples.standing()),
        "burst": stood(samples.standing(Word.BURST)),
        "calm": stood(samples.standing(Word.CALM, last=samples.past_cascade())),
        "silent": stood(samples.standing(Word.UNKNOWN, silent=("binance", "okx"))),
    }
    drawn = [
        (f"{title}\n" if title else "") + text(header.lines(record, VIEW, width, height))
        for title, record in records.items()
    ]
    golden(f"header_{width}x{height}", "\n".join(drawn))


@pytest.mark.parametrize(("width", "height"), HEADERS)
def test_the_header_of_the_past_looks_as_its_drawing(width: int, height: int) -> None:
    record = replace(samples.header(), streamed=samples.quote("BTC", 92_120.0, 0.0, 0.0))
    at = Travel(datetime(2026, 1, 19, 21, 15, tzinfo=UTC), samples.NOW)
    played = replace(at, at=at.at.replace(second=7), speed=60.0, pace=60.0)
    drawn = [
        text(header.lines(record, replace(VIEW, travel=one.words(samples.NOW)), width, height))
        for one in (at, played)
    ]
    golden(f"header_past_{width}x{height}", "\n".join(drawn))


VIEWS = st.builds(
    View,
    window=st.sampled_from(["1m", "5m", "15m", "1h", "4h", "12h", "24h"]),
    group=st.sampled_from(["coin", "venue", "side"]),
    symbols=st.sampled_from(["block", "braille", "ascii"]),
    flow_colours=st.booleans(),
    feed=st.booleans(),
    selected=st.sampled_from([None, 0, 3]),
    scroll=st.sampled_from([0, 2, 60]),
    focused=st.booleans(),
    notice=st.sampled_from(["", "HELD 0:42 +318", "no recorder: starting one"]),
    travel=st.sampled_from([(), ("AT 2026-01-19 21:15Z", "AT 01-19 21:15Z", "AT 21:15Z")]),
)
RECORD_SETS = (
    lambda: RECORDS,
    samples.empty_records,
    samples.young_records,
    samples.hostile_records,
)


def exact(lines: list[Content], width: int, height: int) -> None:
    """As many lines as asked for, each as wide."""
    assert len(lines) == height
    assert {line.cell_length for line in lines} == {width}
    assert all(line.plain.isprintable() for line in lines)


@pytest.mark.parametrize("panel", PANELS, ids=lambda p: p.name)
@examples(20)
@example(20, 1, VIEW, 0)
@example(20, 70, VIEW, 0)
@example(250, 1, VIEW, 0)
@example(250, 70, VIEW, 3)
@given(width=st.integers(20, 250), height=st.integers(1, 70), view=VIEWS, which=st.integers(0, 3))
def test_a_panel_fills_every_size_exactly(
    panel: Panel, width: int, height: int, view: View, which: int
) -> None:
    record = RECORD_SETS[which]()[panel.name]
    exact(panel.lines(record, view, width, height), width, height)
    detailed = samples.detail_records()[panel.name] if which == 0 else record
    exact(panel.detail(detailed, view, width, height), width, height)


@examples(40)
@given(
    width=st.integers(20, 250),
    height=st.integers(1, 3),
    view=VIEWS,
    young=st.booleans(),
    bad=st.booleans(),
    endpoint=st.sampled_from([None, "http://127.0.0.1:43210", "http://some.host.example:1"]),
)
def test_the_header_fills_every_size_exactly(
    width: int, height: int, view: View, young: bool, bad: bool, endpoint: str | None
) -> None:
    have = timedelta(minutes=12) if young else None
    record = samples.header(have, endpoint, bad, aged=40 if bad else 0.1)
    exact(header.lines(record, view, width, height), width, height)
    first, cells = header.clock_cells(width)
    top = header.lines(record, view, width, height)[0].plain
    assert not top[first : first + cells].strip(), "the clock's cells are the clock's"


@examples(20)
@given(width=st.integers(20, 250), view=VIEWS)
def test_ascii_is_ascii(width: int, view: View) -> None:
    plain = replace(view, symbols="ascii")
    for panel in PANELS:
        for line in panel.lines(RECORDS[panel.name], plain, width, 30):
            assert line.plain.isascii()


@pytest.mark.parametrize("panel", PANELS, ids=lambda p: p.name)
def later(name: str) -> Any:
    """The panel's record, five hours later by the clock, with no feed linked since."""
    record = RECORDS[name]
    if name != "liquidations":
        return replace(record, as_of=record.as_of + timedelta(hours=5))
    windows = dict(record.liquidations.windows)
    cover = replace(windows["1m"].cover, share=0.0)
    windows["1m"] = replace(windows["1m"], cover=cover)
    return replace(record, liquidations=replace(record.liquidations, windows=windows))


@pytest.mark.parametrize("panel", PANELS, ids=lambda p: p.name)
@examples(30)
@example(20, 1, VIEW)
@example(28, 3, VIEW)
@example(40, 2, VIEW)
@example(160, 1, VIEW)
@given(width=st.integers(1, 250), height=st.integers(1, 20), view=VIEWS)
def test_every_form_says_in_its_first_row_that_it_is_stale(
    panel: Panel, width: int, height: int, view: View
) -> None:
    place = stamp_place(Placement(panel.name, 0, 0, width, height), panel.strip)
    assert place
    for record, is_stale in ((RECORDS[panel.name], False), (later(panel.name), True)):
        age = panel.age(record)
        top = panel.lines(record, view, width, height)[0]
        is_ruled = has_rule(form_of(width, height, panel.strip), height)
        made = stamped(age, "$frame") if is_ruled else ended(top, age)
        assert made.cell_length == place.width
        assert made.plain.rstrip().endswith("!") == is_stale


@pytest.mark.parametrize("panel", PANELS, ids=lambda p: p.name)
@pytest.mark.parametrize("width", [80, 100, 160, 250])
def test_a_strip_leaves_its_age_the_end_of_its_first_row(panel: Panel, width: int) -> None:
    top = panel.lines(later(panel.name), VIEW, width, 1)[0]
    assert not top.plain[-ROW_AGE:].strip()


SLOW = ("long_short", "moving_averages", "safe_haven")


@pytest.mark.parametrize(
    ("name", "width"), [("liquidations", 28), *((n, w) for n in SLOW for w in (28, 40, 64, 96))]
)
def test_less_height_only_cuts(name: str, width: int) -> None:
    panel = BY_NAME[name]
    tall = text(panel.lines(RECORDS[name], VIEW, width, 24)).splitlines()
    first = 5 if form_of(width, 24) is Form.BOX else 3
    for height in range(first, 24):
        cut = text(panel.lines(RECORDS[name], VIEW, width, height)).splitlines()
        if form_of(width, height) is Form.BOX:
            cut = cut[:-1]
        assert cut == tall[: len(cut)]


HEADS = ("USD", "per minute", "5m by coin", "coin ", "feed ≥")


@pytest.mark.parametrize("width", [40, 72, 96, 160])
def test_a_block_that_is_there_stays_with_more_height_in_its_order(width: int) -> None:
    before: list[str] = []
    for height in range(5, 60):
        drawn = text(BY_NAME["liquidations"].lines(RECORDS["liquidations"], VIEW, width, height))
        there = [head for head in HEADS if head in drawn]
        assert set(before) <= set(there)
        assert there == sorted(there, key=drawn.index)
        before = there
    assert len(before) >= 3


@given(st.integers(0, 90))
def test_blocks_share_all_of_the_height(height: int) -> None:
    given_rows = share_out(height, (5, 5), (5, 999), (6, 10), (3, 8))
    assert sum(given_rows) == height - (1 if height == 6 else 0), "a rule alone is no feed"
    assert share_out(12, (5, 5), (5, 999), (6, 10), (3, 8)) == [5, 7, 0, 0]


def test_the_feed_shrinks_to_four_rows_before_another_block_goes() -> None:
    panel = BY_NAME["liquidations"]
    heads = ("long %", "per minute", "5m by coin", "feed ≥")
    drawn = text(panel.lines(RECORDS["liquidations"], VIEW, 96, 42 - 12))
    assert all(head in drawn for head in heads)
    short = panel.lines(RECORDS["liquidations"], VIEW, 96, 13)
    assert "feed ≥" in text(short)
    assert "per minute" not in text(short)
    assert sum(line.plain.startswith("│ 14:06") for line in short) == 4


def test_a_young_store_says_what_it_has_of_a_window() -> None:
    record = samples.liquidations_record(timedelta(minutes=12))
    wide = text(BY_NAME["liquidations"].lines(record, VIEW, 96, 20))
    assert "12m of 24h" in wide
    assert "12m of 15m" in wide
    assert " 5m " in wide
    narrow = text(BY_NAME["liquidations"].lines(record, VIEW, 40, 20))
    assert "12m of 24h" in narrow
    assert "12m of 24h" in text(header.lines(samples.header(timedelta(minutes=12)), VIEW, 160, 2))


def test_nobody_listening_is_not_zero() -> None:
    drawn = text(BY_NAME["liquidations"].lines(samples.empty_liquidations_record(), VIEW, 96, 20))
    long = next(line for line in drawn.splitlines() if "▼ long" in line)
    assert long.count("n/a") == 7
    assert " 0 " not in long


def test_coins_and_venues_nobody_listened_to_are_not_zero() -> None:
    record = RECORDS["liquidations"]
    made = record.liquidations
    unheard = replace(made.windows["5m"].cover, share=0.0, venues=dict.fromkeys(made.venues, 0.0))
    silent = replace(
        made,
        windows=made.windows | {"5m": replace(made.windows["5m"], amount=Amount(), cover=unheard)},
        coins={coin: amounts | {"5m": Amount()} for coin, amounts in made.coins.items()},
        venues={
            name: replace(venue, windows=venue.windows | {"5m": Amount()})
            for name, venue in made.venues.items()
        },
    )
    drawn = text(BY_NAME["liquidations"].lines(replace(record, liquidations=silent), VIEW, 96, 42))
    split = drawn[drawn.index("5m by coin") : drawn.index("feed ≥")].splitlines()[2:-1]
    assert len(split) > 4
    for line in split:
        assert "n/a" in line
        assert " 0 " not in line


def test_a_venue_that_does_not_offer_a_measure_is_a_dash_and_one_we_lack_is_not() -> None:
    drawn = text(BY_NAME["long_short"].lines(RECORDS["long_short"], VIEW, 64, 11)).splitlines()
    bybit = next(line for line in drawn if "bybit" in line)
    okx = next(line for line in drawn if "okx" in line)
    assert bybit.count("—") == 3
    assert "n/a" in okx
    assert "—" not in okx


def test_an_average_without_enough_days_is_not_a_shorter_one() -> None:
    drawn = text(BY_NAME["moving_averages"].lines(RECORDS["moving_averages"], VIEW, 64, 9))
    assert "n/a (112 of 200 weeks)" in drawn


@pytest.mark.parametrize("width", [100, 160, 171, 172, 220])
def test_the_price_stands_where_the_state_is_cut_off(width: int) -> None:
    """Beyond a calm state, so that a price is sent without it; it keeps its place in an event."""
    cells = header.cells_before_prices(width)
    calm = stood(samples.standing(Word.CALM, last=samples.past_cascade()))
    for record in (calm, stood(samples.standing())):
        assert header.lines(record, VIEW, width, 2)[0].plain.index("BTC") == cells
    assert header.cells_before_prices(40) == 0


def test_the_word_calm_is_never_printed() -> None:
    quiet = samples.empty_records()
    for panel in PANELS:
        for width, height in ((96, 42), (40, 20), (28, 20), (160, 3)):
            assert "calm" not in text(panel.lines(quiet[panel.name], VIEW, width, height))
    assert "calm" not in text(header.lines(samples.header(), VIEW, 160, 2))


def test_sides_change_their_colours_and_never_their_words() -> None:
    panel, record = BY_NAME["liquidations"], RECORDS["liquidations"]
    flow = panel.lines(record, VIEW, 96, 42)
    position = panel.lines(record, replace(VIEW, flow_colours=False), 96, 42)
    assert [line.plain for line in flow] == [line.plain for line in position]
    assert "$long" in str(flow[2].spans)
    assert "$short" in str(position[2].spans)


def test_styles_are_made_of_what_every_theme_defines() -> None:
    allowed = {"bold", "reverse", *(f"${name}" for name in draw.VARIABLES)}
    for width, height in ((96, 42), (40, 30), (28, 20), (160, 3)):
        for panel in PANELS:
            for line in panel.lines(RECORDS[panel.name], replace(VIEW, selected=1), width, height):
                assert {word for span in line.spans for word in str(span.style).split()} <= allowed
    for theme in THEMES:
        assert set(draw.VARIABLES) <= set(theme.variables)


def test_the_focused_frame_is_the_accent() -> None:
    view = replace(VIEW, focused=True)
    for panel in PANELS:
        box = panel.lines(RECORDS[panel.name], view, 64, 12)
        rule = panel.lines(RECORDS[panel.name], view, 40, 12)
        for line in (box[0], box[-1], rule[0]):
            assert "$accent" in {span.style for span in line.spans}


@pytest.mark.parametrize(("width", "height"), [(28, 6), (160, 1), (160, 3), (40, 2)])
def test_without_a_frame_the_focus_is_the_panels_name_in_reverse(width: int, height: int) -> None:
    for panel in PANELS:
        record = RECORDS[panel.name]
        plain = panel.lines(record, VIEW, width, height)
        focused = panel.lines(record, replace(VIEW, focused=True), width, height)
        assert text(focused) == text(plain), "nothing moves"
        marks = [
            row.plain[span.start : span.end]
            for row in focused
            for span in row.spans
            if span.style == "bold reverse"
        ]
        is_numbered = width == 160 and panel.number
        name = re.match(r"\S+ \S+" if is_numbered else r"\S+| ", focused[0].plain)
        assert name is not None
        assert marks == [name[0]]
        assert not any(span.style == "bold reverse" for row in plain for span in row.spans)


def test_a_feed_row_has_at_most_two_runs_of_style() -> None:
    lines = BY_NAME["liquidations"].lines(RECORDS["liquidations"], VIEW, 96, 42)
    feed = [line for line in lines if line.plain.startswith("│ 14:0")]
    assert len(feed) > 10
    for line in feed:
        inside = [span for span in line.spans if span.start >= 2 and span.end <= 94]
        assert len(inside) <= 1, "one coloured run, and the rest plain"


def test_the_selected_row_is_one_reversed_run() -> None:
    view = replace(VIEW, selected=2)
    lines = BY_NAME["liquidations"].lines(RECORDS["liquidations"], view, 40, 40)
    chosen = [line for line in lines if any(span.style == "reverse" for span in line.spans)]
    assert len(chosen) == 1
    assert "6.40M" in chosen[0].plain


@pytest.mark.parametrize("size", [(40, 29), (160, 3), (80, 8)])
def test_a_selected_row_is_always_seen(size: tuple[int, int]) -> None:
    feed = len(RECORDS["liquidations"].liquidations.feed)
    for selected in range(feed):
        view = replace(VIEW, selected=selected)
        lines = BY_NAME["liquidations"].lines(RECORDS["liquidations"], view, *size)
        assert sum(any(s.style == "reverse" for s in line.spans) for line in lines) == 1


def test_scrolling_shows_what_the_height_cut_and_stops_at_the_end() -> None:
    panel, record = BY_NAME["long_short"], RECORDS["long_short"]
    far = panel.lines(record, replace(VIEW, scroll=99), 64, 8)
    assert "ETH BIN" in far[-2].plain
    assert far[0].plain == panel.lines(record, VIEW, 64, 8)[0].plain


def test_scrolling_moves_the_feed_alone() -> None:
    panel, record = BY_NAME["liquidations"], RECORDS["liquidations"]
    still = panel.lines(record, VIEW, 40, 29)
    moved = panel.lines(record, replace(VIEW, scroll=2), 40, 29)
    feed = next(i for i, line in enumerate(still) if " feed " in line.plain)
    assert [line.plain for line in still[: feed + 1]] == [line.plain for line in moved[: feed + 1]]
    assert still[feed + 3].plain == moved[feed + 1].plain


@pytest.mark.parametrize(("width", "height"), [(96, 42), (160, 3), (40, 30), (28, 20)])
def test_what_an_exchange_wrote_never_reaches_the_terminal_raw(width: int, height: int) -> None:
    hostile = samples.hostile_records()
    drawn = ""
    for panel in PANELS:
        lines = panel.lines(hostile[panel.name], VIEW, width, height)
        drawn += text(lines) + text(panel.detail(hostile[panel.name], VIEW, width, height))
        for line in lines:
            assert all(isinstance(span.style, str) for span in line.spans)
    drawn += text(header.lines(samples.hostile_header(), VIEW, width, 2))
    assert not set(drawn) & set("\x1b\x07\x9b\u202e币🐶\u0301")
    assert "[/x]" in drawn, "markup is only text"


def test_the_header_says_a_stale_price_and_a_bad_feed() -> None:
    drawn = text(header.lines(samples.header(aged=5), VIEW, 160, 2))
    assert "88,640 5s" in drawn
    worse = text(header.lines(samples.header(bad=True, aged=40), VIEW, 160, 2))
    assert "STALE 40s" in worse
    assert "okx swap retrying 10s: ping timeout" in worse
    assert "feeds 8/9" in worse
    narrow = header.lines(samples.header(bad=True), VIEW, 28, 3)[2].plain
    assert narrow.startswith("okx swap retrying")


def test_a_narrow_header_gives_two_rows_to_why_nothing_is_recorded() -> None:
    why = "recorder can't start: config.toml: [venues] bibit: unknown key; did you mean 'bybit'?"
    said = replace(VIEW, notice=why)
    rows = [line.plain for line in header.lines(samples.header(aged=40), said, 40, 3)]
    assert rows[1:] == [
        "recorder can't start: config.toml:      ",
        "[venues] bibit: unknown key; did you me…",
    ]
    assert rows[0].startswith("▼ 5m ≥69.6M")
    smallest = header.lines(samples.header(aged=40), said, 28, 3)
    assert [line.plain.rstrip() for line in smallest[1:]] == [
        "recorder can't start:",
        "config.toml: [venues] bibit…",
    ]
    priced = text(header.lines(samples.header(), said, 40, 3))
    assert "BTC 88,640" in priced, "a live price outranks the second half of a notice"


def test_feeds_have_a_row_of_their_own_for_the_foot_of_a_narrow_screen() -> None:
    good = header.feeds_line(samples.header(), 28)
    assert good.plain.startswith("feeds 9/9  cover 99%")
    assert good.cell_length == 28
    bad = header.feeds_line(samples.header(bad=True), 60).plain
    assert bad.startswith("feeds 8/9  cover 99%  okx swap retrying")


def test_a_silent_recorder_leaves_no_feed_live() -> None:
    record = replace(samples.header(), recorder_ts=samples.ago(seconds=45))
    drawn = text(header.lines(record, VIEW, 160, 2))
    assert "recorder silent 40s" in drawn
    assert "feeds 0/9" in drawn


def test_a_venue_that_is_silent_though_connected_is_named_and_its_feed_is_not_live() -> None:
    record = samples.header(bad=True)
    why = "no event, alarm after 9m"
    bad = Feed("liquidations", "binance", "usdm", State.SILENT, 700.0, 0, why, False)
    drawn = text(header.lines(replace(record, now=replace(record.now, bad=(bad,))), VIEW, 160, 2))
    assert "binance usdm silent 11m: no event, alarm after 9m" in drawn
    assert "feeds 8/9" in drawn
    assert not bad.is_live


def test_the_sentence_can_be_quoted() -> None:
    assert draw.copied(header.sentence(samples.header(), VIEW)) == (
        "≥ $69.6M liquidated in 5m (98% long), BTC -1.37%, OI -2.4%; "
        "≥ $929M in 24h (91% long), largest $6.40M BTC long on bybit"
    )


def test_ages_are_stale_by_each_panels_own_rule() -> None:
    ages = {panel.name: panel.age(RECORDS[panel.name]) for panel in PANELS}
    assert {name: age.text for name, age in ages.items()} == {
        "liquidations": "1s",
        "long_short": "8s",
        "moving_averages": "1s",
        "safe_haven": "3s",
        "events": "1s",
        "depth": "4s",
        "options": "2m",
        "supply": "1s",
        "scorecard": "1s",
        "drivers": "40s",
        "flows": "40s",
    }
    empty = {panel.name: panel.age(samples.empty_records()[panel.name]) for panel in PANELS}
    assert all(age.stale for age in empty.values())
    late = replace(samples.averages(), as_of=samples.NOW + timedelta(hours=11))
    assert BY_NAME["moving_averages"].age(late).stale, "a daily close is missing"
    quoted = samples.NOW + timedelta(hours=3)
    behind = replace(samples.supplied(), price_ts=quoted)
    assert not BY_NAME["supply"].age(SupplyRecord(quoted - timedelta(hours=1), behind)).stale
    assert BY_NAME["supply"].age(SupplyRecord(quoted, behind)).stale, "hours are missing"


def test_reasons_are_told_apart_where_one_names_several_venues() -> None:
    record = RECORDS["liquidations"]
    made = record.liquidations
    why = ("gap 6s binance, bybit", "okx sampled (1/s)")
    told = made.windows | {"5m": replace(made.windows["5m"], reasons=why)}
    gapped = replace(record, liquidations=replace(made, windows=told))
    drawn = text(BY_NAME["liquidations"].lines(gapped, VIEW, 130, 42))
    assert "≥: gap 6s binance, bybit; okx sampled (1/s)" in drawn


def test_a_move_too_small_for_a_direction_has_no_words() -> None:
    record = RECORDS["long_short"]
    assert "5m: price ▼ with OI ▼" in text(BY_NAME["long_short"].lines(record, VIEW, 64, 13))
    still = replace(record, move_5m=0.0001)
    assert "price ▼" not in text(BY_NAME["long_short"].lines(still, VIEW, 64, 13))


def test_without_a_side_the_header_says_why_and_the_price_keeps_its_place() -> None:
    record = samples.header()
    made = record.liquidations
    cover = replace(made.windows["5m"].cover, share=0.0)
    quiet = replace(made.windows["5m"], amount=Amount(), reasons=())
    for total, words in (
        (quiet, "5m 0 liquidated"),
        (replace(quiet, cover=cover), "5m n/a (no feed)"),
    ):
        windows = made.windows | {"5m": total}
        calm = replace(
            record,
            liquidations=replace(made, windows=windows),
            now=replace(record.now, total=total, side=None),
        )
        for height in (1, 2):
            first = header.lines(calm, VIEW, 160, height)[0].plain
            wave = header.lines(record, VIEW, 160, height)[0].plain
            assert first.strip().startswith(words)
            assert first.index("BTC") == wave.index("BTC")
        assert header.lines(calm, VIEW, 40, 3)[0].plain.startswith(words[:5])


def test_a_title_that_has_no_room_says_so() -> None:
    record = replace(RECORDS["liquidations"].liquidations, coin="1000000MOGWAI")
    view = replace(VIEW, coin="1000000MOGWAI")
    made = replace(RECORDS["liquidations"], liquidations=record)
    assert "1000000MOGW…" in BY_NAME["liquidations"].lines(made, view, 36, 20)[0].plain
    assert "1000000MOGWAI ─" in BY_NAME["liquidations"].lines(made, view, 96, 20)[0].plain


def blank_rows(lines: list[Content]) -> int:
    """How many rows hold nothing but their frame."""
    return sum(not line.plain.strip(" │") for line in lines)


@pytest.mark.parametrize("group", ["coin", "venue", "side"])
def test_rows_a_group_does_not_need_go_to_the_feed_and_the_chart(group: str) -> None:
    panel, record = BY_NAME["liquidations"], RECORDS["liquidations"]
    view = replace(VIEW, group=group)
    for width, height in ((40, 34), (96, 42), (160, 60)):
        assert blank_rows(panel.lines(record, view, width, height)) == 0
    record = samples.detail_records()["liquidations"]
    for width, height in ((160, 43), (120, 36), (40, 47)):
        made = panel.detail(record, view, width, height)
        assert blank_rows(made) == 0
        assert "tape ≥" in text(made)


def test_a_detail_without_a_feed_gives_its_rows_to_the_groups_and_the_chart() -> None:
    panel, record = BY_NAME["liquidations"], RECORDS["liquidations"]
    quiet = replace(record, deep=replace(samples.deep(), tape=()))
    made = panel.detail(quiet, replace(VIEW, group="side"), 160, 43)
    assert blank_rows(made) == 0
    assert "none of the newest 2000 rows" in text(made)


def selected_rows(lines: list[Content]) -> list[str]:
    """The rows drawn in reverse."""
    return [line.plain for line in lines if any(span.style == "reverse" for span in line.spans)]


def test_the_selected_row_of_a_detail_is_in_sight_in_its_own_block() -> None:
    panel, record = BY_NAME["liquidations"], samples.detail_records()["liquidations"]
    for block, row, words in ((0, 2, "okx"), (1, 0, "1.24M"), (1, 40, "293K")):
        view = replace(VIEW, selected=row, group="venue", drill=Drill(block=block))
        (found,) = selected_rows(panel.detail(record, view, 100, 30))
        assert words in found


@pytest.mark.parametrize("panel", PANELS, ids=lambda p: p.name)
def test_a_detail_says_how_old_it_is_and_warns_when_that_is_too_old(panel: Panel) -> None:
    record = samples.detail_records()[panel.name]
    first = panel.detail(record, VIEW, 120, 36)[0]
    assert first.plain.endswith(f" {panel.age(record).text} ─╮")
    assert "$warn" not in {span.style for span in first.spans}
    stale = panel.detail(samples.empty_records()[panel.name], VIEW, 120, 36)[0]
    assert stale.plain.endswith(" n/a ─╮")
    assert "$warn" in {span.style for span in stale.spans}


@pytest.mark.parametrize(("count", "words"), [(1, "1 feed starting"), (2, "2 feeds starting")])
def test_feeds_that_start_are_counted(count: int, words: str) -> None:
    record = samples.header(bad=True)
    starting = (replace(record.now.bad[0], state=State.STARTING),) * count
    drawn = text(header.lines(replace(record, now=replace(record.now, bad=starting)), VIEW, 160, 2))
    assert words in drawn


@pytest.mark.parametrize("size", [(96, 42), (40, 29), (28, 14), (160, 3)])
def test_sides_are_told_without_colour(size: tuple[int, int]) -> None:
    lines = BY_NAME["liquidations"].lines(RECORDS["liquidations"], VIEW, *size)
    marks = {"▼": "$long", "▲": "$short"}
    told = 0
    for line in lines:
        for span in line.spans:
            piece, style = line.plain[span.start : span.end], str(span.style).split()[0]
            for mark in marks.keys() & set(piece) if style != "$muted" else ():  # a head
                told += 1
                assert marks[mark] == style, "what is coloured by side has its mark within"
    assert told >= 3
    shown = text(lines)
    assert "▼" in shown
    assert "▲" in shown


@pytest.mark.parametrize(
    ("width", "windows", "times"),
    [
        (250, "1m 5m 15m 1h 4h 24h", 6),
        (160, "1m 5m 15m 1h 4h 24h", 4),  # as drawn: of a wide window it is near 1
        (140, "1m 5m 1h 4h 24h", 4),
        (120, "1m 5m 1h 24h", 4),
        (100, "1m 5m 24h", 3),
        (70, "5m 24h", 2),
    ],
)
def test_a_strip_gives_up_what_lies_between_a_day_and_a_minute(
    width: int, windows: str, times: int
) -> None:
    row = BY_NAME["liquidations"].lines(RECORDS["liquidations"], VIEW, width, 3)[0].plain
    assert re.findall(r"(\d+[mh]) ▼", row) == windows.split()
    assert row.count("×") == times


def test_a_strip_keeps_the_chosen_window() -> None:
    view = replace(VIEW, window="15m")
    row = BY_NAME["liquidations"].lines(RECORDS["liquidations"], view, 100, 3)[0].plain
    assert re.findall(r"(\d+[mh]) ▼", row) == ["5m", "15m", "24h"]


def test_in_a_strip_small_ones_in_a_row_are_one_group() -> None:
    record = RECORDS["liquidations"]
    small = [Folded(samples.NOW, count, 1_000.0, None) for count in (2, 3)]
    rows = replace(record.liquidations, feed=(*small, *record.liquidations.feed))
    made = replace(record, liquidations=rows)
    panel = BY_NAME["liquidations"]
    shown = panel.lines(made, VIEW, 160, 3)[2].plain
    assert shown.startswith("feed  +5 2.0K │ :41 ▼BTC 1.24M")
    for selected in (0, 1):
        lines = panel.lines(made, replace(VIEW, selected=selected), 160, 3)
        assert selected_cells(lines) == ["+5 2.0K"]
