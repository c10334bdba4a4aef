"""The page of `?` lists every key of every screen, wherever it is opened."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.binding import Binding

from tests.fake_panels import FakeSource, panels
from tests.frames import NOW, snapshot
from tui import app as monitor
from tui import screens
from tui.app import LiqtopApp
from tui.config import load
from tui.screens.help import Help, Section
from tui.screens.keys import bindings, shown


def owners() -> Iterator[type]:
    """Every class of the screens and of the app that declares bindings."""
    found = pkgutil.iter_modules(screens.__path__)
    names = [f"{screens.__name__}.{one.name}" for one in found]
    modules = [monitor, *(importlib.import_module(name) for name in names)]
    for module in modules:
        for one in vars(module).values():
            own = isinstance(one, type) and one.__module__ == module.__name__
            if own and "BINDINGS" in vars(one):
                yield one


DECLARED = [(owner, binding) for owner in owners() for binding in bindings([owner])]


def lists(sections: list[Section], binding: Binding) -> bool:
    row = (shown(binding.key), f"{binding.description} ({binding.id})")
    return any(row in section.rows for section in sections)


def test_every_key_has_an_id_and_says_what_it_does() -> None:
    assert len(DECLARED) > 60
    assert [b.key for _, b in DECLARED if not (b.id and b.description)] == []


@pytest.mark.parametrize("way", [(), ("1", "1")], ids=["dashboard", "detail"])
async def test_the_page_of_help_lists_every_key_there_is(
    tmp_path: Path, way: tuple[str, ...]
) -> None:
    settings = replace(load(), data_dir=tmp_path, symbols="block")
    app = LiqtopApp(settings, FakeSource(snapshot()), clock=lambda: NOW, panels=panels())
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        await pilot.press(*way, "question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        sections = app.screen._sections
    absent = {f"panel_{n}" for n in range(len(app.panels) + 1, 10)}  # no panel for these digits
    missing = [
        f"{owner.__name__} {binding.key}"
        for owner, binding in DECLARED
        if binding.id not in absent and not lists(sections, binding)
    ]
    assert missing == []
