"""A monitor on fake panels, for a pseudo-terminal: `python -m tests.pty_monitor DATA_DIR`.

Row 1 of the first panel shows what stands in the file `word` of the folder.
"""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.fake_panels import FakePanel, FakeSource, panels
from tui.app import LiqtopApp
from tui.config import load
from tui.panels.base import View
from tui.snapshot import Snapshot


class Word(FakePanel):
    """Reads its word anew each second, and is an hour old, so that its age stands still."""

    folder: Path

    def record(self, snapshot: Snapshot, view: View) -> Any:
        """The word, then as every fake panel."""
        file = self.folder / "word"
        self.words = {1: file.read_text() if file.exists() else "ready"}
        return super().record(snapshot, view)


def main() -> int:
    """Run until told to end."""
    folder = Path(sys.argv[1])
    first = Word("liquidations", 1)
    first.folder = folder
    chosen = [first, *panels()[1:]]
    for panel in chosen:
        panel.lag = timedelta(hours=2)
    source = FakeSource()
    source.new = False
    app = LiqtopApp(replace(load(), data_dir=folder, symbols="block"), source, panels=chosen)
    app.run(mouse=False)
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
