"""Writes the pictures of the README: `python screenshots/make.py`.

It plays `liqtop demo` from 2026-01-20 14:03 UTC and takes every picture once the wave that follows
within three minutes is on the screen, so it runs for some four minutes at most. `themes.svg` alone:
`python screenshots/make.py themes`.
"""

import asyncio
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

if __name__ == "__main__":  # run as a file: beside it is not where the package is
    sys.path.insert(0, str(Path(__file__).parent.parent))

from textual.pilot import Pilot

from screenshots import themes
from tui import clock, config
from tui.app import LiqtopApp
from tui.demo import HAS_DATA, stage
from tui.document import document
from tui.layouts import Layout
from tui.screens.dashboard import Dashboard
from tui.screens.detail import Detail
from tui.snapshot import Live
from tui.store import Reader, store_path
from tui.values import PANEL_NAMES

FOLDER = Path(__file__).parent
END = "2026-01-20T14:03Z"
WAVE_USD, WAIT_S = 20e6, 205.0
"""What five minutes of the wave hold when it is well on its way, and how long that is waited for,
from the start: the pictures without liquidations are taken meanwhile."""


class Picture(NamedTuple):
    """What a picture shows: the dashboard in a layout, or the detail that a key `opens` there."""

    width: int
    height: int
    layout: str = "all"
    opens: str = ""


PICTURES = {
    "wide": Picture(160, 45),
    "pane": Picture(40, 50),
    "small": Picture(28, 20),
    "strip": Picture(160, 6),
    **{f"panel-{name}": Picture(72, 24, name) for name in PANEL_NAMES},
    **{f"detail-{name}": Picture(100, 32, name, "enter") for name in PANEL_NAMES},
    "cascades": Picture(140, 20, "liquidations", "C"),
}
CALM = [
    name
    for name, picture in PICTURES.items()
    if picture.layout not in ("all", "liquidations", "events")
]
"""Those that no wave changes."""
FIRST = PANEL_NAMES[:5]
"""The panels of the first layout of the defaults."""
LAYOUTS = (
    Layout("all", FIRST, FIRST),
    *(Layout(name, (name,), (name,)) for name in PANEL_NAMES),
)


async def take(app: LiqtopApp, has_data: Callable[[], bool], is_there: Callable[[], bool]) -> None:
    """Every picture, from one monitor that is resized and led from layout to layout, once every
    panel has data; those of the wave when it is there."""
    async with app.run_test(size=(160, 45)) as pilot:
        while not has_data():
            await pilot.pause(1.0)
        for name in CALM:
            await one(app, pilot, name)
        while not is_there():
            await pilot.pause(2.0)
        for name in PICTURES:
            if name not in CALM:
                await one(app, pilot, name)


async def one(app: LiqtopApp, pilot: Pilot[None], name: str) -> None:
    """Take one picture."""
    picture = PICTURES[name]
    await lead(app, pilot, picture)
    write(name, app.export_screenshot(title=f"liqtop {picture.width}×{picture.height}"))


async def lead(app: LiqtopApp, pilot: Pilot[None], picture: Picture) -> None:
    """Put on the screen what a picture shows, and wait until all of it is drawn."""
    while not isinstance(app.screen, Dashboard):
        await pilot.press("escape")
    await pilot.resize_terminal(picture.width, picture.height)
    while app.layout.name != picture.layout:
        await pilot.press("p")
    if picture.opens:
        await pilot.press(picture.opens)
        while not isinstance(app.screen, Detail):
            await pilot.pause(0.1)
    app.say("")  # the name of a layout is said for some seconds
    await pilot.pause(2.5)  # two ticks: every panel and age is drawn


def write(name: str, svg: str) -> None:
    """Keep a drawing."""
    (FOLDER / f"{name}.svg").write_text(standing_alone(svg), "utf-8")
    print(f"{name}.svg", file=sys.stderr)


def standing_alone(svg: str) -> str:
    """The drawing with the reader's own monospaced font: a picture should load nothing.

    Blanks at the start of a text are kept, which not every reader does unasked. Rows are not
    clipped, each text says its length anyway: that is a third of the file.
    """
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<clipPath id="[^"]*-line-\d+">.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\([^"]*-line-\d+\)"', "", svg)
    svg = re.sub(r"<text [^>]*>\n</text>", "", svg)
    svg = re.sub(r"terminal-\d+-", "t-", svg)
    svg = svg.replace("<svg class", '<svg xml:space="preserve" class', 1)
    return svg.replace("Fira Code", "Fira Code, DejaVu Sans Mono, Menlo, Consolas")


def main() -> None:
    """Start the demo, wait for the wave, take the pictures."""
    write("themes", themes.sheet())
    if "themes" in sys.argv:
        return
    settings, limit = config.load(), time.monotonic() + WAIT_S
    with stage(settings, seed=1, end=clock.moment(END).isoformat()) as playing:
        now, path = clock.shifted(playing.ahead), store_path(playing.settings.data_dir)
        beside = Live(Reader(path))  # a reader of its own: the monitor's is its thread's

        def panels() -> dict[str, Any]:
            beside.poll()
            made: dict[str, Any] = document(beside.at(now()), playing.settings)["panels"]
            return made

        def has_data() -> bool:
            return all(HAS_DATA[name](panel) for name, panel in panels().items())

        def is_there() -> bool:
            total = panels()["liquidations"]["windows"]["5m"]["total_usd"]
            return time.monotonic() > limit or (total or 0) > WAVE_USD

        shown = replace(playing.settings, layouts=LAYOUTS)
        app = LiqtopApp(shown, Live(Reader(path)), clock=now)
        asyncio.run(take(app, has_data, is_there))


def written() -> Iterator[str]:
    """The names of all pictures."""
    yield from PICTURES
    yield "themes"


if __name__ == "__main__":
    main()
