"""Numbers have the forms the screens promise; text and charts have exactly their width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from tui import draw
from tui.draw import charts
from tui.draw.table import Column, choose, heads, row


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (float("nan"), "—"),
        (0, "0"),
        (940.4, "940"),
        (999.4, "999"),
        (999.6, "1.0K"),
        (7_400, "7.4K"),
        (9_960, "10K"),
        (88_000, "88K"),
        (310_000, "310K"),
        (999_600, "1.00M"),
        (1_400_000, "1.40M"),
        (9_996_000, "10.0M"),
        (21_400_000, "21.4M"),
        (848_000_000, "848M"),
        (999_700_000, "1.00B"),
        (1_240_000_000, "1.24B"),
        (19_900_000_000, "19.9B"),
        (-2_000_000, "−2.00M"),
    ],
)
def test_usd(value: float | None, text: str) -> None:
    assert draw.usd(value) == text


def test_usd_in_brief_has_one_decimal() -> None:
    assert [draw.usd(v, brief=True) for v in (7.43e6, 31.6e6, 848e6, 2.5e3)] == [
        "7.4M",
        "31.6M",
        "848M",
        "2.5K",
    ]


@given(st.floats(0, 9.9e11))
def test_usd_fits_five_cells_and_is_within_half_a_percent(value: float) -> None:
    text = draw.usd(value)
    assert len(text) <= 5
    unit = {"K": 1e3, "M": 1e6, "B": 1e9}.get(text[-1], 1.0)
    read = float(text.rstrip("KMB")) * unit
    assert abs(read - value) <= max(0.5, abs(value) * 0.05)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (draw.change(-0.0137), "−1.37%"),
        (draw.change(0.0), "+0.00%"),
        (draw.change(-0.00001), "+0.00%"),
        (draw.change(0.53, 1), "+53.0%"),
        (draw.change(None), "—"),
        (draw.share(0.98), "98%"),
        (draw.share(0.9996), "99%"),
        (draw.share(1.0), "100%"),
        (draw.share(0.001), "<1%"),
        (draw.share(0.0), "0%"),
        (draw.share(None), "—"),
        (draw.ratio(2.314), "2.31"),
        (draw.points(-0.12), "−0.12"),
        (draw.funding(0.000041), "+0.0041%"),
        (draw.price(88_612.4), "88,612.4"),
        (draw.price(2_908.15), "2,908.15"),
        (draw.price(121.38), "121.38"),
        (draw.price(1.9124), "1.9124"),
        (draw.price(0.11873), "0.11873"),
        (draw.price(0.00000712), "0.00000712"),
        (draw.price(88_612.44), "88,612.4"),
        (draw.price(0.118734), "0.11873"),
        (draw.price(121.0), "121.00"),
        (draw.price(0.0), "0.00"),
        (draw.whole(101_326.4), "101,326"),
        (draw.whole(121.38), "121.4"),
        (draw.whole(1.9124), "1.9124"),
        (draw.slope(-38.2), "−38"),
        (draw.slope(6.04), "+6.0"),
        (draw.slope(-0.123), "−0.12"),
        (draw.missing(), "n/a"),
        (draw.missing("212 of 365 days"), "n/a (212 of 365 days)"),
        (draw.copied("BTC −1.37%"), "BTC -1.37%"),
    ],
)
def test_forms(made: str, text: str) -> None:
    assert made == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "n/a"),
        (-3, "0s"),
        (0.9, "0s"),
        (9.9, "9s"),
        (10, "10s"),
        (19.9, "10s"),
        (59, "50s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (172_799, "47h"),
        (172_800, "2d"),
    ],
)
def test_ages_step_by_one_second_then_ten_then_minutes(seconds: float | None, text: str) -> None:
    assert draw.age(seconds) == text


@pytest.mark.parametrize(
    ("foreign", "harmless"),
    [
        ("BTC/USDT:USDT", "BTC/USDT:USDT"),
        ("[/x]", "[/x]"),
        ("\x1b[31mBTC\x1b[0m", "BTC"),
        ("\x1b]0;owned\x07BTC", "BTC"),
        ("\x1b]8;;http://x\x1b\\BTC", "BTC"),
        ("\x1bPq#0\x1b\\BTC", "BTC"),
        ("\x9b2JBTC", "BTC"),
        ("BTC\r\n\tX\x00", "BTCX"),
        ("币安人生BTC", "BTC"),
        ("\u202eCTB\u202c", "CTB"),
        ("\u05d0BTC\u0627", "BTC"),
        ("e\u0301", "e"),
        ("🐶DOGE", "DOGE"),
        ("A\u200bB\ufeff", "AB"),
        ("A\u00a0B", "AB"),
        ("\ud800BTC", "BTC"),
    ],
)
def test_foreign_text_is_made_harmless(foreign: str, harmless: str) -> None:
    assert draw.safe(foreign) == harmless


@given(st.text())
def test_safe_text_is_one_cell_a_character(text: str) -> None:
    harmless = draw.safe(text)
    assert Content(harmless).cell_length == len(harmless)
    assert harmless.isprintable()
    assert draw.safe(harmless) == harmless


@given(st.text(), st.integers(0, 40))
def test_fit_is_exact_whatever_it_is_given(text: str, width: int) -> None:
    assert draw.fit(text, width).cell_length == width


PARTS = st.one_of(
    st.sampled_from(["", "abc", "≥ 68.2M"]), st.tuples(st.just("xyz"), st.just("$long"))
)


@given(st.lists(PARTS, max_size=8), st.integers(1, 30))
def test_a_line_is_exact_and_markup_is_only_text(parts: list[draw.Part], width: int) -> None:
    assert draw.line(width, *parts).cell_length == width
    assert draw.line(6, "[/x]", ("[b]", "$long")).plain == "[/x][…"


def test_ascii_has_a_likeness_for_every_mark() -> None:
    marks = "▼▲◆≥×−—─│·…ΔσΔ╭╮╰╯┬┤┼▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▀÷›"
    drawn = draw.ascii_text(marks)
    assert drawn.isascii()
    assert len(drawn) == len(marks)
    assert "?" not in drawn


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0, "    "), (0.001, "▏   "), (0.5, "██  "), (0.53125, "██▏ "), (1, "████"), (9, "████")],
)
def test_a_bar_in_eighths(fraction: float, text: str) -> None:
    assert draw.hbar(fraction, 4) == text


def test_columns_stand_on_the_last_row_and_a_gap_is_not_a_zero() -> None:
    assert draw.columns([0, None, 8, 16], 2) == ["   █", "▁ ██"]
    assert draw.columns([], 2) == ["", ""]
    assert draw.columns([None, None], 1) == ["  "]
    assert draw.columns([0.0, 0.0], 1) == ["▁▁"]
    assert draw.sparkline([1, 2, 4]) == "▂▄█"


def test_falling_columns_hang_from_the_first_row() -> None:
    assert draw.fall([0, 1, 2, None], 1) == [" ▀█ "]
    assert draw.fall([4, 2], 2) == ["██", "█ "]
    assert draw.fall([0.01, 4], 1) == [" █"], "what is far below half a cell is not drawn"


def test_a_price_row_spans_low_to_high() -> None:
    assert draw.price_row([1, None, 8]) == "▁ █"
    assert draw.price_row([5, 5]) == "▄▄"
    assert draw.price_row([None]) == " "


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(1, 12))
def test_ticks_are_round_and_inside(low: float, span: float, most: int) -> None:
    found = charts.ticks(low, low + span, most)
    assert 1 <= len(found) <= most
    if len(found) > 1:
        assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in found)


@pytest.mark.parametrize("symbols", ["braille", "block", "console", "ascii"])
def test_a_line_chart_leaves_a_gap_a_gap(symbols: str) -> None:
    values = [1.0] * 10 + [None] * 10 + [2.0] * 10
    (rows,) = draw.line_chart([values], 30, 4, symbols, 1.0, 2.0)
    assert len(rows) == 4
    assert {len(r) for r in rows} == {30}
    assert not "".join(r[11:19] for r in rows).strip()
    assert rows[3][:10].strip()
    assert rows[0][20:].strip()


COLUMNS = (
    Column("a", "name", 6, right=False),
    Column("b", "long", 6),
    Column("c", "short", 7, 2),
    Column("d", "n", 5, 1),
)


def test_columns_of_high_rank_go_first_and_spare_room_is_shared() -> None:
    assert [c.key for c in choose(COLUMNS, 24)] == ["a", "b", "c", "d"]
    assert [c.key for c in choose(COLUMNS, 20)] == ["a", "b", "d"]
    assert [c.key for c in choose(COLUMNS, 12)] == ["a", "b"]
    assert sum(c.width for c in choose(COLUMNS, 32)) == 32
    assert sum(c.width for c in choose(COLUMNS, 99, spread=1)) == 28


@given(st.integers(1, 60))
def test_a_row_is_exact_and_aligned_with_its_head(width: int) -> None:
    columns = choose(COLUMNS, width)
    head = heads(columns, width)
    made = row(columns, {"a": "BTC", "b": ("31.2M", "$long"), "c": "420K"}, width)
    assert head.cell_length == made.cell_length == width
    if width >= 24:
        assert head.plain.index("long") + 4 == made.plain.index("31.2M") + 5


def test_words_that_are_cut_say_so_and_blanks_need_not() -> None:
    assert draw.cut("largest 24h", 8) == "largest…"
    assert draw.cut("largest   ──", 8) == "largest "
    assert [draw.cut("ab", width) for width in (-1, 0, 1, 2)] == ["", "", "…", "ab"]


def test_the_console_is_drawn_in_signs_of_its_code_page() -> None:
    marks = "▼▲◆≥×−│─╭╮╰╯┬├┤▁▂▃▄▅▆▇█▀▏▎▍▌▋▊▉·…Δσ⏎÷›─┼"
    shown = draw.drawn_with(marks, "console")
    assert len(shown) == len(marks)
    # ▼ and ▲ are there below the blank, where Python's table has control characters
    assert all(c in "▼▲♦" or c.encode("cp437") for c in shown)
    assert draw.drawn_with(marks, "block") == marks
    assert draw.drawn_with(marks, "ascii").isascii()


@pytest.mark.parametrize(
    ("wanted", "encoding", "term", "drawn"),
    [
        ("auto", "UTF-8", "xterm-256color", "braille"),
        ("auto", "utf8", "linux", "console"),
        ("auto", "ANSI_X3.4-1968", "linux", "ascii"),
        ("braille", "ANSI_X3.4-1968", "linux", "braille"),
    ],
)
def test_symbols_are_those_the_terminal_can_show(
    monkeypatch: pytest.MonkeyPatch, wanted: str, encoding: str, term: str, drawn: str
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("locale.getpreferredencoding", lambda setlocale: encoding)
    assert draw.symbols(wanted) == drawn


def test_a_group_without_room_is_left_out_and_the_next_may_still_fit() -> None:
    assert draw.joined(9, "one", "a long group", ["t", ("wo", "$long")]).plain == "one │ two"
    assert draw.joined(9, "", "one").plain == "one      "


def test_groups_go_on_in_the_next_line_until_there_are_enough() -> None:
    groups = ["one", "two", "three", "four"]
    assert [line.plain for line in draw.flowed(9, groups, 2)] == ["one │ two", "three    "]


def test_what_is_not_there_says_why_in_harmless_letters() -> None:
    assert draw.unknown("no \x1b[31mBTC", 14).plain == "n/a (no BTC)  "
    assert draw.wrapped("", 9) == []
