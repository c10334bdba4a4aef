"""A monitor on fake panels, for a pseudo-terminal: `python -m tests.pty_monitor DATA_DIR`.

Row 1 of the first panel shows what stands in the file `word` of the folder; with a file `busy` all
its rows change each second. With `MOUSE` in the environment the terminal is asked for the mouse.
"""

import os
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fake_panels import NOW, FakePanel, FakeSource, panels
from tests.frames import frame, liquidation, snapshot
from tui.app import LiqtopApp
from tui.config import load
from tui.panels.base import View
from tui.snapshot import Snapshot
from tui.tables import LIQUIDATIONS


class Word(FakePanel):
    """Reads its word anew each second, and is an hour old, so that its age stands still."""

    folder: Path

    def record(self, snapshot: Snapshot, view: View) -> Any:
        """The word, then as every fake panel."""
        file = self.folder / "word"
        self.words = {1: file.read_text() if file.exists() else "ready"}
        if (self.folder / "busy").exists():
            at = f"{snapshot.as_of:%H:%M:%S} " * 8
            self.words |= dict.fromkeys(range(2, 60), at)
        return super().record(snapshot, view)


class Coming(FakeSource):
    """With a file `busy` a liquidation comes or goes each second, so that all is drawn anew."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.new = folder, False
        rows = [liquidation(NOW), liquidation(NOW, base="ETH")]
        self.two = [snapshot(liquidations=frame(LIQUIDATIONS, rows[:count])) for count in (1, 2)]

    def at(self, as_of: datetime) -> Snapshot:
        """One or two rows, by turns."""
        if (self.folder / "busy").exists():
            self.base = self.two[as_of.second % 2]
        return super().at(as_of)


def main() -> int:
    """Run until told to end."""
    folder = Path(sys.argv[1])
    first = Word("liquidations", 1)
    first.folder = folder
    chosen = [first, *panels()[1:]]
    for panel in chosen:
        panel.lag = timedelta(hours=2)
    source = Coming(folder)
    app = LiqtopApp(replace(load(), data_dir=folder, symbols="block"), source, panels=chosen)
    app.run(mouse="MOUSE" in os.environ)
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
