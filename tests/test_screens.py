"""What the screens are made of, without a screen: rows, steps of the view, hints, keys, help."""

import gc
import queue
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.color import Color
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style

from tests.fake_panels import NOW, FakePanel, FakeSource, panels
from tests.frames import frame, liquidation, minutes_of, quote, snapshot
from tui import remembered
from tui.app import LiqtopApp
from tui.config import load
from tui.layouts import alone
from tui.panels import BY_NAME
from tui.panels.base import Age, Panel, View
from tui.panels.drill import Drill
from tui.panels.frame import AGE_CELLS, ROW_AGE, ended
from tui.screens import keys, looks
from tui.screens.drawing import Wanted
from tui.screens.help import Section, page
from tui.screens.hints import hint
from tui.screens.layout import Placement, edge_place, stamp_place
from tui.screens.legend import COINGLASS, MARKS
from tui.screens.panel_view import Row, Rows, differing, joined
from tui.screens.picture import Ask, Picture
from tui.screens.reading import Reading
from tui.screens.scopes import scopes
from tui.snapshot import Snapshot
from tui.tables import LIQUIDATIONS, QUOTES, Table
from tui.venues.base import DOLLARS

RED, GREY = Style(foreground=Color(255, 0, 0)), Style(foreground=Color(99, 99, 99))
INK = Style(background=Color(0, 0, 0))


def strip(*runs: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style.rich_style) for text, style in runs])


# rows


def test_alike_rows_do_not_differ() -> None:
    assert differing(strip(("BTC 1", RED)), strip(("BTC 1", RED))) is None


def test_rows_cut_into_other_runs_do_not_differ() -> None:
    assert differing(strip(("BTC 1", RED)), strip(("BTC", RED), (" 1", RED))) is None


def test_a_row_differs_from_its_first_to_its_last_unlike_cell() -> None:
    assert differing(strip(("BTC 100 x", RED)), strip(("BTC 234 x", RED))) == (4, 7)


def test_a_change_of_colour_alone_is_a_difference() -> None:
    old, new = strip(("BTC ", GREY), ("1", RED)), strip(("BTC ", GREY), ("1", GREY))
    assert differing(old, new) == (4, 5)


def test_a_row_with_wide_characters_is_sent_whole() -> None:
    assert differing(strip(("漢字 1", RED)), strip(("漢字 2", RED))) == (0, 6)


def test_blanks_join_the_run_before_them() -> None:
    assert joined([("▼", RED), ("  ", GREY), ("x", GREY)]) == [("▼  ", RED), ("x", GREY)]


def test_a_row_is_freed_without_the_collector() -> None:
    gc.collect()
    row = Row([Segment("14:32:07 "), Segment("$12K")])
    assert row.divide([13]) == [row]  # whole, as the compositor asks for it
    part = row.crop(0, 9)
    assert part.divide([9]) == [part]
    assert row.crop(0, 9) is part
    assert [each.text for each in row.divide([9, 13])] == ["14:32:07 ", "$12K"]
    del row, part
    assert gc.collect() == 0


def test_leading_blanks_join_the_run_after_them() -> None:
    assert joined([("  ", GREY), ("x", RED)]) == [("  x", RED)]


def test_blanks_on_another_ground_stay_as_they_are() -> None:
    assert joined([("x", RED), ("  ", INK)]) == [("x", RED), ("  ", INK)]


def test_blanks_do_not_join_a_reversed_run() -> None:
    reverse = Style(reverse=True)
    assert joined([("x", reverse), ("  ", GREY)]) == [("x", reverse), ("  ", GREY)]


# the age in the frame, and the side of a box


def test_the_age_stands_before_the_last_cell_of_a_box() -> None:
    assert stamp_place(Placement("p", 96, 2, 64, 10)) == Placement("age-p", 152, 2, AGE_CELLS, 1)


def test_the_age_stands_before_the_last_cell_of_a_rule() -> None:
    assert stamp_place(Placement("p", 0, 3, 40, 5)) == Placement("age-p", 33, 3, AGE_CELLS, 1)


@pytest.mark.parametrize("size", [(28, 9), (160, 3), (40, 1), (40, 2)])
def test_without_a_frame_the_age_ends_the_first_row(size: tuple[int, int]) -> None:
    width, height = size
    place = stamp_place(Placement("p", 3, 2, width, height))
    assert place == Placement("age-p", 3 + width - ROW_AGE, 2, ROW_AGE, 1)


def test_a_panel_narrower_than_an_age_has_its_cells_for_it() -> None:
    assert stamp_place(Placement("p", 0, 0, 2, 1)) == Placement("age-p", 0, 0, 2, 1)
    assert stamp_place(None) is None


FRESH, OLD = Age(240.0, False, "4m"), Age(10_800.0, True, "3h!")


@pytest.mark.parametrize(
    ("row", "age", "end"),
    [
        ("gold 4,683 +1.7%     ", FRESH, "   4m"),
        ("gold 4,683 +1.7%     ", OLD, "  3h!"),
        ("gold 4,683 +1.7%     ", Age(None, True, "n/a"), "  n/a"),
        ("gold 4,683 +1.7%     ", None, "     "),
        ("gold 4,683 +1.7%    ", FRESH, "%    "),  # in sight or not: it never comes and goes
        ("gold 4,683 +1.7%    ", OLD, "%   !"),
        ("gold 4,683 +1.7%", FRESH, "+1.7%"),
        ("gold 4,683 +1.7%", OLD, "+1… !"),
        ("g ", OLD, " !"),
        ("g", OLD, "!"),
        ("", OLD, ""),
    ],
)
def test_the_age_stands_where_the_row_ends_and_a_stale_one_cuts_it(
    row: str, age: Age | None, end: str
) -> None:
    assert ended(Content(row), age).plain == end


def test_a_stale_age_warns_and_what_it_cuts_keeps_its_colours() -> None:
    row = Content.assemble("gold ", ("+1.7%", "$above"))
    made = ended(row, OLD)
    assert [(made.plain[s.start : s.end], s.style) for s in made.spans] == [
        ("+1…", "$above"),
        (" !", "$warn"),
    ]


def test_only_a_box_has_a_side() -> None:
    assert edge_place(Placement("p", 96, 2, 64, 10)) == Placement("edge-p", 96, 3, 2, 8)
    assert edge_place(Placement("p", 0, 0, 40, 10)) is None


# steps of the view


def test_windows_step_and_stop_at_both_ends() -> None:
    view = View(window="12h")
    assert looks.window(view, 1).window == "24h"
    assert looks.window(looks.window(view, 1), 1).window == "24h"
    assert looks.window(View(window="1m"), -1).window == "1m"


def test_smallest_size_steps_and_stops_at_both_ends() -> None:
    assert looks.smallest(View(smallest=10_000), 1).smallest == 50_000
    assert looks.smallest(View(smallest=10_000), -1).smallest == 5_000
    assert looks.smallest(View(smallest=1_000_000), 1).smallest == 1_000_000
    assert looks.smallest(View(smallest=1_000), -1).smallest == 1_000


def test_group_goes_round() -> None:
    view = looks.group(View())
    assert view.group == "venue"
    assert looks.group(looks.group(view)).group == "coin"


def test_matching_puts_beginnings_first() -> None:
    assert looks.matching("e", ["BTC", "DOGE", "ETH"]) == ["ETH", "DOGE"]
    assert looks.matching("", ["BTC", "ETH"]) == ["BTC", "ETH"]


def test_a_mistyped_coin_is_near_one_there_is_or_the_first_are_told() -> None:
    coins = ["BTC", "ETH", "DOGE", "1000PEPE", *(f"X{n}Y" for n in range(20))]
    assert looks.near("dogr", coins) == ["DOGE"]
    assert looks.near("qqqq", coins) == coins[:12]


def test_coins_are_by_size_and_gold_is_no_coin() -> None:
    sizes = [("ADA", 5.0), ("XRP", 7.0), ("ADA", 4.0), ("XAU", 99.0)]
    rows = [
        liquidation(NOW, usd, base=base) | {"class": "tradfi" if base == "XAU" else "crypto"}
        for base, usd in sizes
    ]
    assert looks.by_size(minutes_of(frame(LIQUIDATIONS, rows))) == ["ADA", "XRP"]


def test_the_smallest_size_is_remembered(tmp_path: Path) -> None:
    assert remembered.smallest(tmp_path) is None
    assert remembered.keep(tmp_path, "smallest", 50_000.0) is None
    assert remembered.smallest(tmp_path) == 50_000


def test_a_size_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    words = remembered.keep(tmp_path / "absent", "smallest", 50_000.0)
    assert words is not None
    assert words.startswith("smallest not remembered")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"smallest": 7}', '{"smallest": "x"}', "\x00"])
def test_a_spoiled_state_file_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "viewer.json").write_text(text)
    assert remembered.smallest(tmp_path) is None


# hints, keys, help


@pytest.mark.parametrize("width", [1, 20, 28, 40, 80, 160])
def test_the_hint_is_exactly_as_wide_as_asked(width: int) -> None:
    assert hint(width, 4, {}, "block").cell_length == width


def test_the_hint_shows_a_key_as_it_was_bound() -> None:
    assert "f5 hold" in hint(160, 4, {"hold": "f5,f6"}, "block").plain


def test_the_hint_is_ascii_where_only_that_can_be_shown() -> None:
    assert hint(160, 4, {}, "ascii").plain.isascii()


SCOPES = scopes(LiqtopApp)


def test_every_binding_has_an_id() -> None:
    assert all(binding.id for scope in SCOPES for binding in keys.bindings(scope))


def test_no_two_bindings_of_a_screen_share_a_key() -> None:
    for scope in SCOPES:
        taken = [k for b in keys.bindings(scope) for k in b.key.split(",")]
        assert len(taken) == len(set(taken))


def test_an_unknown_binding_is_said() -> None:
    assert keys.complaints(SCOPES, {"holt": "f5"}) == ["[keys] holt: no such binding, see ?"]


def test_a_key_that_would_do_two_things_is_said() -> None:
    assert keys.complaints(SCOPES, {"hold": "z"})[0] == "[keys] z is both zoom and hold"


def test_keys_that_change_places_do_not_clash() -> None:
    assert keys.complaints(SCOPES, {"hold": "z", "zoom": "space"}) == []


def text(sections: list[Section], typed: str = "", width: int = 80) -> str:
    return "\n".join(line.plain for line in page(sections, typed, width))


def test_help_finds_what_was_typed_in_marks_and_meanings() -> None:
    sections = [Section("Marks", MARKS), Section("CoinGlass", [("", COINGLASS)])]
    assert "largest single" in text(sections, "◆")
    assert "◆" in text(sections, "LARGEST")
    assert "CoinGlass" not in text(sections, "largest")
    assert text(sections, "no such thing") == "nothing found"


@pytest.mark.parametrize("mark", ["side?", "62% full", "×0.83", "gate only", "sampled", "lag"])
def test_help_has_a_row_for_what_is_held_against_a_venue(mark: str) -> None:
    assert mark in [name for name, _ in MARKS]


def test_help_fits_a_narrow_screen() -> None:
    lines = page([Section("Marks", MARKS)], "", 28)
    assert max(line.cell_length for line in lines) <= 28


def test_help_never_reads_markup() -> None:
    assert "[/x] [bold]" in text([Section("Run", [("store", "[/x] [bold]")])])


# reading

LIQUIDATIONS_PANEL = BY_NAME["liquidations"]


def wanted(panel: Panel, **look: Any) -> Wanted:
    return Wanted(panel, 60, 10, View(**look))


def picture(reading: Reading, ask: Ask) -> Picture:
    made = reading.picture(ask)
    assert made is not None
    return made


def opened(source: FakeSource, **other: Any) -> Reading:
    reading = Reading(source, lambda made: None, **other)
    assert reading.open() is None
    return reading


def test_a_panel_that_fails_is_one_line_and_the_rest_goes_on() -> None:
    first, second, *_ = panels()
    first.error = ValueError("no [/x] such\x1b[31m column")
    made = picture(opened(FakeSource()), Ask(NOW, None, (wanted(first), wanted(second))))
    assert made.lines["liquidations"][0].plain.strip() == (
        "liquidations: ValueError: no [/x] such column"
    )
    assert len(made.lines["liquidations"]) == 10
    assert "long_short row 1" in made.lines["long_short"][2].plain


def test_the_header_alone_is_not_drawn_again_when_nothing_is_new() -> None:
    source = FakeSource()
    reading = opened(source)
    assert reading.picture(Ask(NOW, Wanted(None, 60, 2, View()))) is not None
    source.new = False
    later = NOW + timedelta(seconds=0.75)
    assert reading.picture(Ask(later, Wanted(None, 60, 2, View()), between=True)) is None


def rows_at(*seconds: int) -> Any:
    made = [liquidation(NOW.replace(second=second)) for second in seconds]
    return snapshot(liquidations=frame(LIQUIDATIONS, made))


def test_held_shows_what_was_there_and_counts_what_came() -> None:
    source = FakeSource(rows_at(1, 2))
    reading, panel = opened(source), panels()[0]
    picture(reading, Ask(NOW, None, (wanted(panel),)))
    source.base = rows_at(1, 2, 3, 4, 5)
    later = NOW.replace(second=50)
    made = picture(reading, Ask(later, None, (wanted(panel),), held=NOW))
    assert made.since_held == 3
    assert made.snapshot is not None
    assert made.snapshot.as_of == later


def test_a_selected_row_freezes_the_feed_and_not_the_totals() -> None:
    class Feed(FakePanel):
        def record(self, snapshot: Any, view: View) -> Any:
            self.seen = (snapshot.recent.height, snapshot.minutes["count"].sum())
            return snapshot.as_of

    source, panel = FakeSource(rows_at(1)), Feed("liquidations")
    reading = opened(source)
    picture(reading, Ask(NOW, None, (wanted(panel),), frozen_feed=True))
    source.base = rows_at(1, 2, 3)
    picture(reading, Ask(NOW, None, (wanted(panel),), frozen_feed=True))
    assert panel.seen == (1, 3)
    picture(reading, Ask(NOW, None, (wanted(panel),)))
    assert panel.seen == (3, 3)


def test_the_header_is_of_its_own_coin_and_moment_whatever_panel_is_open() -> None:
    source, other = FakeSource(rows_at(1)), panels()[1]
    reading = opened(source)
    top = Wanted(None, 160, 2, View())
    before = picture(reading, Ask(NOW, top, (wanted(LIQUIDATIONS_PANEL), wanted(other))))
    source.base = rows_at(1, 2, 3, 4)
    after = picture(reading, Ask(NOW + timedelta(seconds=1), top, (wanted(other),)))
    of_coin = replace(top, view=View(coin="ETH"))
    eth = picture(reading, Ask(NOW + timedelta(seconds=2), of_coin, (wanted(other),)))
    late = picture(reading, Ask(NOW + timedelta(minutes=30), top, (wanted(other),)))
    totals = [one.lines["header"][0].plain.split("long")[0] for one in (before, after, eth, late)]
    assert len(set(totals)) == 4, totals


def test_the_past_is_read_once_while_it_stands_and_the_live_price_goes_on() -> None:
    class Past(FakeSource):
        def at(self, as_of: datetime) -> Snapshot:
            asked.append(as_of)
            price = 90_000.0 + as_of.second
            return replace(self.base, as_of=as_of, quotes=frame(QUOTES, [quote(price, as_of)]))

    asked: list[datetime] = []
    reading, panel = opened(Past()), Counted()
    past = NOW - timedelta(hours=3)
    top = Wanted(None, 160, 2, View(travel=("AT then",)))
    made = [
        picture(reading, Ask(NOW.replace(second=second), top, (wanted(panel),), at=past))
        for second in (21, 22, 27)
    ]
    assert asked.count(past) == 1
    assert panel.made == 1
    first = [one.lines["header"][0].plain for one in made]
    assert all("BTC 90,020" in row for row in first), "the price then"
    assert [row[:149].strip()[-15:] for row in first] == [
        "live BTC 90,021",
        "live BTC 90,022",
        "live BTC 90,027",
    ]
    shown = picture(reading, Ask(NOW.replace(second=28), top, (wanted(panel),))).shown
    assert shown is not None
    assert shown.as_of == NOW.replace(second=28)
    assert panel.made == 2


def test_a_step_into_the_past_is_judged_with_the_next_picture_and_a_replay_at_once() -> None:
    reading, panel = opened(FakeSource()), FakePanel("liquidations")
    seen: list[bool] = []
    make = panel.record

    def record(snapshot: Snapshot, view: View) -> Any:
        seen.append(snapshot.judged)
        return make(snapshot, view)

    panel.record = record  # type: ignore[method-assign]
    picture(reading, Ask(NOW, None, (wanted(panel),)))
    past = NOW - timedelta(minutes=5)
    for second in (1, 1, 2):
        now = NOW + timedelta(seconds=second)
        picture(reading, Ask(now, None, (wanted(panel),), at=past))
    assert seen[1:] == [False, True], "drawn again once it is judged, and then no more"
    later = past + timedelta(minutes=1)
    picture(reading, Ask(NOW + timedelta(seconds=3), None, (wanted(panel),), at=later, plays=True))
    assert seen[3:] == [True]


def test_the_supervisor_is_asked_every_two_seconds_and_may_fail() -> None:
    asked: list[int] = []

    def supervise() -> str | None:
        asked.append(1)
        if len(asked) == 2:
            raise OSError("no more processes")
        return "recorder started"

    reading = opened(FakeSource(), supervise=supervise)
    words = [
        picture(reading, Ask(NOW.replace(second=s), None, (wanted(panels()[0]),))).supervised
        for s in (0, 1, 2, 3)
    ]
    assert words == ["recorder started"] * 2 + ["recorder: OSError: no more processes"] * 2


def test_a_store_that_cannot_be_read_is_said_and_read_again() -> None:
    made: list[Picture] = []
    source = FakeSource()
    reading = Reading(source, made.append)
    source.error = OSError("disk I/O error")
    reading.answer(Ask(NOW, None, (wanted(panels()[0]),)))
    source.error = None
    reading.answer(Ask(NOW, None, (wanted(panels()[0]),)))
    assert made[0].errors == ("store: OSError: disk I/O error",)
    assert made[1].errors == ()


def test_settings_choose_the_panels(tmp_path: Path) -> None:
    settings = replace(load(), data_dir=tmp_path, layouts=alone(("safe_haven",)))
    app = LiqtopApp(settings, FakeSource(), panels=panels())
    assert [panel.name for panel in app.panels] == ["safe_haven"]


class Counted(FakePanel):
    """Counts how often its record is made; a slow panel without liquidations."""

    tables: tuple[Table, ...] = ()

    def __init__(self) -> None:
        super().__init__("safe_haven")
        self.made = 0

    def record(self, snapshot: Any, view: View) -> Any:
        self.made += 1
        return super().record(snapshot, view)


def test_a_slow_panel_is_drawn_every_five_seconds_and_its_age_goes_on() -> None:
    reading, panel = opened(FakeSource()), Counted()
    ages = [
        picture(reading, Ask(NOW.replace(second=s), None, (wanted(panel),))).ages["safe_haven"].text
        for s in range(6)
    ]
    assert ages == ["3s", "4s", "5s", "6s", "7s", "3s"]
    assert panel.made == 2


def test_a_slow_panel_is_drawn_at_once_when_it_is_looked_at_otherwise() -> None:
    reading, panel = opened(FakeSource()), Counted()
    for window in ("5m", "1h", "1h"):
        picture(reading, Ask(NOW, None, (wanted(panel, window=window),)))
    assert panel.made == 2


def test_a_panel_that_gains_or_loses_the_focus_is_drawn_and_not_counted_anew() -> None:
    source, panel = FakeSource(rows_at(1)), Busy()
    reading = opened(source)
    for _ in range(2):  # the venues are judged with the second picture
        picture(reading, Ask(NOW, None, (wanted(panel),)))
    titles = []
    for focused in (False, True, False):
        made = picture(reading, Ask(NOW, None, (wanted(panel, focused=focused),), fresh=False))
        titles.append(made.lines["safe_haven"][0].spans)
    assert panel.made == 2
    assert titles[0] == titles[2] != titles[1]


def test_a_key_is_answered_from_the_rows_of_its_second_and_the_next_second_reads() -> None:
    source = FakeSource(rows_at(1))
    reading = opened(source)
    second = timedelta(seconds=1)

    def heights(*asked: tuple[float, bool]) -> list[int]:
        found = []
        for after, fresh in asked:
            made = picture(reading, Ask(NOW + after * second, None, (wanted(panel),), fresh=fresh))
            assert made.snapshot
            found.append(made.snapshot.recent.height)
        return found

    panel = FakePanel("safe_haven")
    assert heights((0, True), (0.1, True)) == [1, 1]
    source.base = rows_at(1, 2)
    assert heights((0.3, False), (1.0, True)) == [1, 2]
    source.base = rows_at(1, 2, 3)
    assert heights((1.4, False), (2.5, False)) == [2, 3]  # a beat that was left out: it reads


def test_a_key_that_takes_the_place_of_a_second_takes_over_its_reading() -> None:
    source, made = FakeSource(rows_at(1)), queue.Queue[Picture]()
    reading = Reading(source, made.put)
    assert reading.open() is None
    shown = (wanted(FakePanel("safe_haven")),)
    for _ in range(2):  # the venues are judged with the second picture
        picture(reading, Ask(NOW, None, shown))
    source.base = rows_at(1, 2)
    reading.ask(Ask(NOW + timedelta(seconds=0.9), None, shown))
    reading.ask(Ask(NOW + timedelta(seconds=0.95), None, shown, fresh=False))
    reading.start()
    answer = made.get(timeout=30)
    reading.stop()
    assert answer.snapshot is not None
    assert answer.snapshot.recent.height == 2
    assert made.empty()


def test_a_key_that_moves_a_cursor_counts_nothing_anew_and_the_next_second_does() -> None:
    reading, panel = opened(FakeSource()), Counted()
    asked = [(0, None, 0), (0, -1, 3), (300, -2, 4), (950, -2, 4)]
    for millisecond, cursor, scroll in asked:
        view = View(scroll=scroll, drill=Drill(cursor=cursor))
        wanted = Wanted(panel, 60, 10, view, detail=True)
        picture(reading, Ask(NOW.replace(microsecond=millisecond * 1000), None, (wanted,)))
    assert panel.made == 2
    other = Wanted(panel, 60, 10, View(drill=Drill(typed="usd>1k")), detail=True)
    picture(reading, Ask(NOW.replace(microsecond=960_000), None, (other,)))
    assert panel.made == 3


def test_between_two_seconds_the_header_is_drawn_for_a_price_alone() -> None:
    def quoted(price: float) -> Any:
        return frame(QUOTES, [quote(price)])

    source = FakeSource(replace(rows_at(1), quotes=quoted(91_000)))
    reading, head = opened(source), Wanted(None, 160, 2, View())
    first = picture(reading, Ask(NOW, head, (wanted(FakePanel("safe_haven")),))).lines["header"]
    source.base = replace(rows_at(1, 2), quotes=quoted(91_234))
    half = Ask(NOW + timedelta(seconds=0.5), head, between=True)
    told = picture(reading, half).lines["header"]
    assert "91,234" in told[0].plain
    assert "91,234" not in first[0].plain
    assert told[0].plain.split("BTC")[0] == first[0].plain.split("BTC")[0], "the second's totals"
    hour = replace(half, header=Wanted(None, 160, 2, View(window="1h")))
    assert "liquidated in 1h" in picture(reading, hour).lines["header"][1].plain, "a key's"
    source.new = False
    assert reading.picture(half) is None


def test_a_pane_that_holds_the_header_alone_counts_each_second() -> None:
    source, head = FakeSource(rows_at(1)), Wanted(None, 50, 3, View())
    reading = opened(source)
    picture(reading, Ask(NOW, head))
    source.base = rows_at(1, 2, 3)
    made = picture(reading, Ask(NOW + timedelta(seconds=1), head))
    assert made.snapshot is not None
    assert made.snapshot.recent.height == 3


def test_a_second_without_panels_is_not_displaced_by_a_half() -> None:
    source, made = FakeSource(rows_at(1)), queue.Queue[Picture]()
    reading, head = Reading(source, made.put), Wanted(None, 50, 3, View())
    assert reading.open() is None
    picture(reading, Ask(NOW, head))
    source.base = rows_at(1, 2)
    reading.ask(Ask(NOW + timedelta(seconds=1), head))
    reading.ask(Ask(NOW + timedelta(seconds=1.5), head, between=True))
    reading.start()
    answer = made.get(timeout=30)
    reading.stop()
    assert answer.snapshot is not None
    assert answer.snapshot.recent.height == 2


class Busy(Counted):
    """The same as a panel of liquidations."""

    tables = (LIQUIDATIONS,)


def test_liquidations_are_drawn_each_second_while_rows_come_and_else_every_fifth() -> None:
    source, panel = FakeSource(rows_at(1)), Busy()
    reading = opened(source)

    def made_after(*seconds: int) -> int:
        for second in seconds:
            picture(reading, Ask(NOW.replace(second=second), None, (wanted(panel),)))
        return panel.made

    assert made_after(10, 11, 12, 13, 14, 15) == 2
    source.base = rows_at(1, 2)
    assert made_after(16) == 3
    source.base = rows_at(1, 2, 3)
    assert made_after(17) == 4


def test_the_hint_drops_words_before_it_drops_keys() -> None:
    plain = hint(80, 4, {}, "block").plain
    assert "[ ] window" in plain
    assert "q quit" in plain
    assert "theme" not in plain


def test_help_says_what_counts_as_a_dollar_and_what_is_left_out() -> None:
    marks = text([Section("Marks", MARKS)], width=200)
    for name in DOLLARS:
        assert name in marks
    assert "as 1 dollar" in marks
    assert "gold, shares and the like: recorded, but no part of totals" in marks


class OneRow(App[None]):
    """A row of twenty cells in a widget of thirty, as between a resize and the next picture."""

    def compose(self) -> ComposeResult:
        yield Rows(id="rows")

    def on_mount(self) -> None:
        rows = self.query_one(Rows)
        rows.styles.width, rows.styles.height = 30, 2
        rows.styles.background = "#0d1117"
        rows.show([Content("x" * 20)])


@pytest.mark.parametrize("ansi", [True, False])
async def test_without_colour_what_fills_a_row_up_has_none_either(
    ansi: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with OneRow(ansi_color=ansi).run_test(size=(40, 5)) as pilot:
        await pilot.pause()
        drawn = pilot.app.query_one(Rows).render_lines(Region(0, 0, 30, 2))
    assert [strip.cell_length for strip in drawn] == [30, 30]
    grounds = {segment.style.bgcolor for strip in drawn for segment in strip if segment.style}
    assert len(grounds) == 1, "the blanks as the letters"
    found = grounds.pop()
    assert found is not None
    assert found.is_default if ansi else len(set(found.get_truecolor())) == 1
