"""`y` copies the row or the sentence, `Y` the panel, by OSC 52, with the minus of ASCII."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests import panel_samples as samples
from tests.fake_panels import FakeSource
from tests.frames import NOW, frame, liquidation, quote, snapshot
from tests.test_detail import Driven
from tui.app import LiqtopApp
from tui.config import load
from tui.draw.numbers import MINUS
from tui.metrics.coverage import Cover
from tui.panels import View, header
from tui.screens.dashboard import Dashboard
from tui.screens.panel_view import PanelView, Rows
from tui.tables import LIQUIDATIONS, QUOTES

FALL = [quote(90_000.0, NOW.replace(minute=57, hour=13)), quote(89_000.0, NOW)]
ROWS = [liquidation(NOW, 900_000.0, venue="bybit"), liquidation(NOW, 80_000.0, base="ETH")]


class Copying(Driven):
    """A monitor with two liquidations and a price that fell."""

    @property
    def clipboard(self) -> str:
        return self.app.clipboard

    async def said(self, words: str) -> None:
        await self.until(lambda: words in self.app.screen.query_one("#header", Rows).text)


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int] = (160, 45)) -> AsyncIterator[Copying]:
    made = snapshot(liquidations=frame(LIQUIDATIONS, ROWS), quotes=frame(QUOTES, FALL))
    settings = replace(load(), data_dir=folder, symbols="block")
    app = LiqtopApp(settings, FakeSource(made), clock=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        run = Copying(app, pilot)
        await pilot.pause()
        await run.until(lambda: isinstance(app.screen, Dashboard) and bool(app.sentence))
        await run.until(lambda: "900K" in app.screen.query_one(PanelView).text)
        yield run


async def test_y_copies_the_whole_sentence_with_its_moment(tmp_path: Path) -> None:
    async with opened(tmp_path, (40, 30)) as run:
        await run.press("y")
        assert run.clipboard.startswith("≥ $980K liquidated in 5m (100% long), BTC -1.11%")
        assert run.clipboard.endswith(f", {NOW:%Y-%m-%d %H:%M:%SZ}")
        await run.said("copied the sentence: ≥ $980K")


async def test_y_copies_the_selected_row_here_and_in_a_detail(tmp_path: Path) -> None:
    async with opened(tmp_path) as run:
        await run.press("j")
        await run.until(lambda: bool(run.app.screen.query_one(PanelView).selected))
        await run.press("y")
        assert run.clipboard.split()[1:5] == ["▼", "long", "BTC", "900K"]
        assert "│" not in run.clipboard
        await run.said("copied the row: ")
        await run.press("escape", "enter", "tab", "j", "j")
        await run.selects("ETH")
        await run.press("y")
        assert run.clipboard.split()[1:5] == ["▼", "long", "ETH", "80K"]


@pytest.mark.parametrize("keys", [("2", "Y"), ("2", "2", "Y")])
async def test_capital_y_copies_the_panel(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with opened(tmp_path) as run:
        await run.press(*keys[:-1])
        await run.until(lambda: "Long / short" in run.app.screen.focused.text)  # type: ignore[union-attr]
        await run.press(keys[-1])
        lines = run.clipboard.splitlines()
        assert lines[0].startswith("╭ 2 Long / short  BTC")
        assert lines[-1].startswith("╰")
        await run.said("copied the panel: ")


def test_nothing_that_is_copied_has_the_minus_of_the_screen() -> None:
    text = header.quoted(samples.header(), View())
    assert "BTC -1.37%" in text
    assert MINUS not in text
    assert text.endswith(", 2026-01-20 14:06:41Z")


def test_what_is_copied_says_on_how_many_venues_and_how_much_listening_it_rests() -> None:
    record = samples.header()
    total = record.liquidations.windows["5m"]
    venues = {"binance": 1.0, "bybit": 0.97, "okx": 1.0}
    heard = replace(total.cover, share=0.99, venues=venues)

    def copied(cover: Cover) -> str:
        windows = record.liquidations.windows | {"5m": replace(total, cover=cover)}
        liquidations = replace(record.liquidations, windows=windows)
        return header.quoted(replace(record, liquidations=liquidations), View())

    assert copied(heard).endswith(", 3 venues, cover 99%, 2026-01-20 14:06:41Z")
    assert ", 1 venue, cover 99%, " in copied(replace(heard, venues={"okx": 0.99}))
    assert "cover" not in copied(replace(heard, share=None)), "nobody listened"
