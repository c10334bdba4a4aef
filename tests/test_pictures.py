"""The pictures show what the code draws now: in content, not to the byte."""

import html
import re
from pathlib import Path
from typing import Any

import pytest

from screenshots.make import FOLDER, PICTURES, Picture, written
from screenshots.themes import MARKS
from tests import panel_samples as samples
from tests.frames import DASHBOARD
from tests.test_dashboard import VIEW
from tests.test_panels import RECORDS
from tui.panels import BY_NAME, Panel
from tui.screens.hints import hint
from tui.screens.layout import arrange
from tui.themes import THEMES
from tui.values import PANEL_NAMES

ROOT = FOLDER.parent
TEXT = re.compile(r"<text\b[^>]*>([^<]*)</text>")
WORD = re.compile(r"[A-Za-z%/]{2,}")
EMPTY = samples.empty_records()


def text(name: str) -> str:
    """All that a picture says, a blank between its pieces."""
    svg = (FOLDER / f"{name}.svg").read_text("utf-8")
    return " ".join(html.unescape(piece).replace("\xa0", " ") for piece in TEXT.findall(svg))


def words(drawn: str) -> set[str]:
    return set(WORD.findall(drawn))


MARKET = frozenset(
    """ada btc doge eth ltc paxg pepe sol usdt xau xaut xrp paxg/usdt
    binance bin bybit byb gate okx
    above below closing crowded flight long longs needs new no normal not short shorts small
    with yes top positions price
    beyond bound chance days expiry history n/a norm nrm of percentile rose since weeks week within
    dollar stock tokens no venue lists it or none was heard
    jan feb mar apr may jun jul aug sep oct nov dec /s""".split()  # noqa: SIM905
)
"""What panels say of a market, and not of every one."""


SELDOM = ("events", "scorecard", "depth", "flows")
"""Panels whose words differ by the day, the books' reach or the user's own series: of these only
what an empty one has too."""


def labels(picture: Picture) -> set[str]:
    """The words that a picture's panels have whatever happens in the market."""
    names = DASHBOARD if picture.layout == "all" else [picture.layout]
    found: set[str] = set()
    for p in arrange(picture.width, picture.height, names, None, natural):
        if p.name == "header" or p.name not in BY_NAME:
            continue
        panel, size = BY_NAME[p.name], (p.width, p.height)
        if picture.opens:  # it has the row of the keys, too
            size = (picture.width, picture.height - p.y)
        full, none = (drawn(panel, picture, records, size) for records in (samples, None))
        found |= full & none if p.name in SELDOM else full
    return {word for word in found if word.lower() not in MARKET}


def drawn(panel: Panel, picture: Picture, wave: Any, size: tuple[int, int]) -> set[str]:
    """The words of a panel, of the wave of the samples or of an empty store."""
    if picture.opens:
        record = (wave.detail_records() if wave else EMPTY)[panel.name]
        return words_of(panel.detail(record, VIEW, *size))
    return words_of(panel.lines((RECORDS if wave else EMPTY)[panel.name], VIEW, *size))


def natural(name: str, width: int) -> int:
    return BY_NAME[name].natural(width)


def words_of(lines: list[Any]) -> set[str]:
    return words("\n".join(line.plain for line in lines))


@pytest.mark.parametrize("name", [n for n, p in PICTURES.items() if p.opens != "C"])
def test_a_picture_has_the_words_that_its_panels_draw(name: str) -> None:
    lacking = labels(PICTURES[name]) - words(text(name))
    assert not lacking, f"{name}.svg is old: python screenshots/make.py"


def test_the_picture_of_the_past_cascades_has_one_that_went_market_wide() -> None:
    assert {"began", "lasted", "peak", "norm", "first"} <= words(text("cascades"))
    assert "▼ long market" in text("cascades")


def test_the_words_that_are_looked_for_are_those_of_heads_and_titles() -> None:
    """A picture that lacks one of them is told to be old."""
    assert labels(PICTURES["wide"]) >= {"Liquidations", "USD", "cover", "minute", "accounts"}
    assert labels(PICTURES["detail-moving_averages"]) >= {"Averages", "back", "esc", "dist"}
    assert labels(PICTURES["small"]) >= {"shrt", "smaller"}
    assert "Events" in labels(PICTURES["panel-events"])


@pytest.mark.parametrize("name", [n for n, p in PICTURES.items() if not p.opens])
def test_a_picture_has_the_keys_of_the_hint_row(name: str) -> None:
    picture = PICTURES[name]
    placed = {p.name for p in arrange(picture.width, picture.height, DASHBOARD)}
    if "hint" in placed and picture.width >= 36:
        named = {*DASHBOARD, picture.layout}
        last = max(n for n, name in enumerate(PANEL_NAMES, 1) if name in named)
        shown = hint(picture.width, min(9, last), {}, "block").plain.strip()
        assert shown in text(name)


def test_the_sheet_has_every_mark_and_every_colour_of_every_theme() -> None:
    svg, shown = (FOLDER / "themes.svg").read_text("utf-8"), text("themes")
    for theme in THEMES:
        assert f" {theme.name} " in shown
        for name in {name for _, names in MARKS for name in names.split()} - {"reverse"}:
            colour = theme.variables[name]
            assert colour in svg or colour.startswith("ansi_")
    for mark, _ in MARKS:
        assert shown.count(mark.strip()) == len(THEMES)


def test_every_picture_is_there_small_and_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in written():
        file = FOLDER / f"{name}.svg"
        assert file.stat().st_size < 120_000
        assert f"screenshots/{name}.svg" in readme
    assert {file.stem for file in Path(FOLDER).glob("*.svg")} == set(written())
