"""Writes the pictures of the README: `python screenshots/make.py`.

It plays `liqtop demo` from 2026-01-20 14:03 UTC and takes each picture once the wave that follows
within three minutes is on the screen, so it runs for some four minutes.
"""

import asyncio
import re
import sys
import time
from pathlib import Path

from tui import clock, config
from tui.app import LiqtopApp
from tui.demo import stage
from tui.document import document
from tui.snapshot import Live
from tui.store import Reader, store_path

FOLDER = Path(__file__).parent
END = "2026-01-20T14:03Z"
WAVE_USD = 40e6
PICTURES = {"wide": (160, 45), "pane": (40, 50), "small": (28, 20), "strip": (160, 6)}


async def picture(app: LiqtopApp, name: str, size: tuple[int, int]) -> None:
    """One picture of the monitor at `size` columns and rows, when its feed is on the screen."""
    async with app.run_test(size=size) as pilot:
        for _ in range(100):
            await pilot.pause(0.1)
            if app.snapshot is not None and app.snapshot.recent.height:
                break
        await pilot.pause(2.5)  # two ticks: every panel and age is drawn
        svg = app.export_screenshot(title=f"liqtop {size[0]}×{size[1]}")
        (FOLDER / f"{name}.svg").write_text(standing_alone(svg), "utf-8")
        print(f"{name}.svg", file=sys.stderr)


def standing_alone(svg: str) -> str:
    """The drawing with the reader's own monospaced font: a picture should load nothing.

    Blanks at the start of a text are kept, which not every reader does unasked.
    """
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg class", '<svg xml:space="preserve" class', 1)
    return svg.replace("Fira Code", "Fira Code, DejaVu Sans Mono, Menlo, Consolas")


def main() -> None:
    """Start the demo, wait for the wave, take the pictures."""
    settings = config.load()
    with stage(settings, seed=1, end=clock.moment(END).isoformat()) as playing:
        now = clock.shifted(playing.ahead)
        live = Live(Reader(store_path(playing.settings.data_dir)))
        limit = time.monotonic() + 300
        while time.monotonic() < limit and five_minutes_usd(live, now) < WAVE_USD:
            time.sleep(2)
        for name, size in PICTURES.items():
            app = LiqtopApp(playing.settings, live, clock=now)
            asyncio.run(picture(app, name, size))


def five_minutes_usd(live: Live, now: clock.Clock) -> float:
    """What was liquidated in the last five minutes, all coins, in USD."""
    live.poll()
    panels = document(live.at(now()), config.load())["panels"]
    return float(panels["liquidations"]["windows"]["5m"]["total_usd"] or 0)


if __name__ == "__main__":
    main()
