"""The status line, from the one row of `latest` and from nothing else."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.strange_files import STRANGE, contents
from tui.cli import main
from tui.config import Settings, load
from tui.errors import UsageError
from tui.status import line, numbers, pieces
from tui.status.fields import FIELDS
from tui.status.latest import Latest, read
from tui.status.pieces import Ink, Piece
from tui.status.template import parse
from tui.status.words import words
from tui.store import Writer, store_path

WHEN = datetime(2026, 1, 20, 14, 3, tzinfo=UTC)


def document(**changes: Any) -> dict[str, Any]:
    window = {
        "long_usd": 12.4e6,
        "total_usd": 15.5e6,
        "lower_bound": True,
        "have_s": 3600.0,
        "cover": 0.99,
    }
    everywhere = {"venue": "all", "base": "BTC"}
    return {
        "as_of": "2026-01-20T14:03:00.000Z",
        "header": {
            "symbol": "BTC/USDT",
            "price": 89_880.0,
            "ts": changes.pop("ts", "2026-01-20T14:02:59.500Z"),
            "change_5m": -0.0137,
            "change_24h": 0.0048,
        },
        "panels": {
            "liquidations": {
                "stale": False,
                "windows": {"1h": window | changes.pop("window", {})},
            },
            "long_short": {
                "open_interest": [everywhere | {"usd": 19.9e9, "change_24h": -0.031}],
                "funding": [everywhere | {"rate_8h": 0.000041}],
            },
            "moving_averages": {"averages": {"365d": {"distance": -0.1103}}},
            "safe_haven": {
                "stale": False,
                "gold": {"price": 4_683.0},
                "returns": {"gold": {"24h": 0.017}},
                "btc_in_ounces": 18.93,
            },
        },
        "health": changes.pop("health", []),
    } | changes


def stored(tmp_path: Path, doc: dict[str, Any], age_s: float = 0.0) -> Latest:
    """What `status` reads of a store, `age_s` after the recorder wrote that document."""
    writer = Writer(store_path(tmp_path), None)
    writer.write_latest(WHEN, doc)
    writer.close()
    return read(store_path(tmp_path), WHEN.timestamp() + age_s)


def default(tmp_path: Path, doc: dict[str, Any], age_s: float = 0.0) -> str:
    return line(words(stored(tmp_path, doc, age_s)))


def filled(template: str, **changes: Any) -> str:
    """The line of a template, from a document that was just written."""
    return line(parse(template)(Latest(document(**changes), 0.0)), None, 0)


def test_an_ordinary_hour(tmp_path: Path) -> None:
    assert default(tmp_path, document()) == "BTC 89,880 +0.5%  liq 1h≥15.5M 80%L     "


def test_a_young_store_says_what_it_has(tmp_path: Path) -> None:
    young = {"have_s": 720.0, "total_usd": 0.9e6, "long_usd": 0.639e6}
    assert "liq 12m≥0.9M 71%L" in default(tmp_path, document(window=young))


@pytest.mark.parametrize(
    ("state", "reason"),
    [("retrying", "1006"), ("waiting", "429"), ("refused", "no"), ("live", "silent")],
)
def test_a_feed_that_is_out_is_never_a_total(tmp_path: Path, state: str, reason: str) -> None:
    lost = {
        "collector": "liquidations",
        "venue": "binance",
        "state": state,
        "age_s": 240.0,
        "reason": reason,
    }
    assert default(tmp_path, document(health=[lost])).startswith(
        "! BTC 89,880 +0.5%  1h n/a binance 4m"
    )


def test_an_old_row_is_no_recorder_whatever_it_says(tmp_path: Path) -> None:
    assert default(tmp_path, document(), 240.0).strip() == "! liqtop 4m old: no recorder"


@pytest.mark.parametrize(
    ("make", "short"), STRANGE.items(), ids=lambda it: getattr(it, "__name__", "")
)
def test_a_file_that_is_no_store_of_ours_is_said_and_left_untouched(
    tmp_path: Path, make: Callable[[Path], None], short: str
) -> None:
    make(store_path(tmp_path))
    before = contents(tmp_path)
    latest = read(store_path(tmp_path), WHEN.timestamp())
    assert line(words(latest), 40, 0) == f"! liqtop: {short}"
    assert line(parse("{btc} {why}")(latest), None, 0) == f"! n/a {short}"
    assert contents(tmp_path) == before


def test_a_price_that_was_old_when_written_is_marked(tmp_path: Path) -> None:
    assert default(tmp_path, document(ts="2026-01-20T13:00:00.000Z")).startswith("! BTC 89,880")


def test_a_terminal_without_the_signs_gets_ascii() -> None:
    assert pieces.printable("▼ 1h≥15.5M −0.5%…", "ascii") == "v 1h>15.5M -0.5%~"
    assert pieces.printable("1h≥15.5M −0.5%", "utf-8") == "1h≥15.5M −0.5%"


def test_an_hour_without_a_liquidation_has_no_side(tmp_path: Path) -> None:
    none = {"long_usd": 0.0, "total_usd": 0.0, "lower_bound": False}
    assert "liq 1h 0 " in default(tmp_path, document(window=none))


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, "BTC 89,880 +0.5%  liq 1h≥15.5M 80%L"),
        (34, "BTC 89,880 +0.5%  liq 1h≥15.5M"),
        (29, "BTC 89,880  liq 1h≥15.5M"),
        (20, "BTC 89,880…"),
        (5, "…"),
    ],
)
def test_a_narrow_line_leaves_out_whole_words(width: int, shown: str) -> None:
    assert line(words(Latest(document(), 0.0)), width, 0) == shown


def test_tmux_colours_what_has_a_meaning() -> None:
    shown = line(words(Latest(document(), 0.0)), coloured=load())
    assert "BTC 89,880#[fg=green] +0.5%#[default]" in shown
    assert "#[fg=red] 80%L#[default]     " in shown


def test_colours_follow_the_theme() -> None:
    piece = [Piece("80%L", Ink.LONG)]
    assert pieces.tmux(piece, themed(side_colour="position")) == "#[fg=green]80%L#[default]"
    assert pieces.tmux(piece, themed(theme="colour-blind")) == "#[fg=colour215]80%L#[default]"


def themed(**changes: Any) -> Settings:
    return replace(load(), **changes)


def test_no_word_of_an_exchange_can_steer_tmux() -> None:
    assert pieces.tmux([Piece("#[fg=red]#(rm)")], load()) == "##[fg=red]##(rm)"


def test_the_formats_of_the_help_are_filled() -> None:
    assert filled("{btc} {liq_1h} {side} {ma365}") == "89,880 ≥15.5M long -11.0%"


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{liq_1h:>8}|", "  ≥15.5M|"),
        ("{{{coin}}} {change_24h}", "{BTC} +0.5%"),
        ("{change_5m} {ma200} {liq_5m}", "-1.37% n/a n/a"),
        ("{oi} {oi_24h} {funding}", "19.9B -3.1% +0.0041%"),
        ("{gold} {ounces} {gold_24h}", "4,683 18.93 +1.7%"),
        ("{feeds} {cover} {long_1h} {age}", "1/2 99% 80% 0s"),
    ],
)
def test_a_field_says_its_number_with_ascii_minus(template: str, shown: str) -> None:
    off = {"collector": "liquidations", "venue": "okx", "state": "off", "reason": None}
    lives = off | {"state": "live"}
    starts = off | {"state": "starting"}
    assert filled(template, health=[off, lives, starts]) == shown


def test_a_young_store_is_told_in_the_field() -> None:
    assert filled("{liq_1h}", window={"have_s": 720.0}) == "≥15.5M(12m)"


def test_a_stale_part_marks_the_line_that_shows_it() -> None:
    panels = document()["panels"]
    panels["safe_haven"]["stale"] = True
    assert filled("{gold}", panels=panels) == "! 4,683"
    assert filled("{btc}", panels=panels) == "89,880"
    assert filled("{gold}{stale} {why}", panels=panels) == "4,683! safe_haven stale"


def test_no_number_outlives_its_recorder(tmp_path: Path) -> None:
    old = stored(tmp_path, document(), 240.0)
    for field in FIELDS:
        if field.name not in ("age", "stale", "why"):
            assert field.piece(old).text == "n/a", field.name
    assert line(parse("{age} {why}")(old), None, 0) == "! 4m no recorder"


def test_a_feed_that_is_out_has_no_total_in_a_format() -> None:
    lost = {"collector": "liquidations", "venue": "okx", "state": "retrying", "age_s": 240.0}
    shown = filled("{liq_1h} {side} {why}", health=[lost | {"reason": "1006"}])
    assert shown == "! n/a n/a okx 4m out"


def test_a_row_of_another_version_is_n_a_and_no_error() -> None:
    bare = Latest({"as_of": "2026-01-20T14:03:00.000Z"}, 0.0)
    shown = {field.name: field.piece(bare).text for field in FIELDS}
    assert shown.pop("age") == "0s"
    assert (shown.pop("stale"), shown.pop("why")) == ("!", "price old")
    assert set(shown.values()) == {"n/a"}


def test_a_panel_that_could_not_be_computed_is_n_a_and_marked(tmp_path: Path) -> None:
    made = document()
    made["panels"]["liquidations"] = {"stale": True, "reason": "can't be computed: KeyError('x')"}
    assert default(tmp_path, made).rstrip() == "! BTC 89,880 +0.5%  liq 1h n/a"


@pytest.mark.parametrize("template", ["{btcc}", "{btc.real}", "{}", "{btc!r}", "{btc:z}", "{btc"])
def test_a_wrong_format_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], template: str
) -> None:
    assert main(["status", "--format", template]) == 2
    said = capsys.readouterr().err
    assert said.startswith("liqtop: --format")
    assert said.count("\n") == 1


def test_an_unknown_field_lists_the_valid_ones() -> None:
    with pytest.raises(UsageError) as error:
        parse("{liq_2h}")
    assert all(field.name in str(error.value) for field in FIELDS)


def test_tmux_styles_of_a_template_take_no_room() -> None:
    made = parse("#[fg=blue]{btc}#[default] x")(Latest(document(), 0.0))
    assert line(made, 8, 0, load()) == "#[fg=blue]89,880#[default] x"


def test_the_readme_lists_every_field() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (`\{.+?) \|", readme, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"\{(\w+)\}", row)]
    assert names == [field.name for field in FIELDS]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (940, "940"), (40e3, "40K"), (0.9e6, "0.9M"), (860e6, "860M"), (1.24e9, "1.2B")],
)
def test_usd_has_no_more_digits_than_a_bar_has_room(value: float, text: str) -> None:
    assert numbers.usd(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (50e3, "50K"),
        (99_900, "99K"),
        (190e3, "0.1M"),
        (0.9e6, "0.9M"),
        (15.58e6, "15.5M"),
        (99.99e6, "99.9M"),
        (999.9e6, "999M"),
        (1.99e9, "1.9B"),
    ],
)
def test_a_lower_bound_is_never_more_than_was_heard(value: float, text: str) -> None:
    assert numbers.usd(value, bound=True) == text
    assert f"≥{text} " in line(words(Latest(document(window={"total_usd": value}), 0.0)))
    assert filled("{liq_1h}", window={"total_usd": value}) == f"≥{text}"


def test_a_sum_below_a_tenth_of_a_million_is_not_called_one() -> None:
    assert numbers.usd(50e3) == "50K"


@pytest.mark.parametrize(
    ("value", "text"), [(89_880.4, "89,880"), (121.38, "121.38"), (0.00001234, "0.00001234")]
)
def test_a_cheap_coin_keeps_its_price(value: float, text: str) -> None:
    assert numbers.price(value) == text
