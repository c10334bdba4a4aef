"""A bar on stderr for what takes seconds, where stderr is a terminal; elsewhere nothing."""

import sys
import time
from typing import TextIO

WIDTH = 30
_STEP_S = 0.1  # ten times a second is smooth, and costs a slow line 600 bytes a second


class Bar:
    """`quotes ###------ 35%  350,000 of 1,000,000 rows`, drawn over itself.

    A context: when it ends the line is wiped, so that only what was said remains.
    """

    def __init__(
        self, title: str, total: int, out: TextIO | None = None, unit: str = "rows"
    ) -> None:
        self._title, self._total, self._done, self._unit = title, total, 0, unit
        self._out = out or sys.stderr
        self._shown = self._out.isatty()
        self._drawn_at = float("-inf")

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def wipe(self) -> None:
        """Clear its line for words; it is drawn again with the next advance."""
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def advance(self, rows: int) -> None:
        """So many rows more are done."""
        self._done += rows
        now = time.monotonic()
        if self._shown and now - self._drawn_at >= _STEP_S:
            self._drawn_at = now
            self._out.write(f"\r{self.text()}\x1b[K")
            self._out.flush()

    def text(self) -> str:
        """The bar as it stands."""
        share = min(self._done / self._total, 1.0) if self._total else 1.0
        bar = ("#" * round(share * WIDTH)).ljust(WIDTH, "-")
        return f"{self._title} {bar} {share:.0%}  {self._done:,} of {self._total:,} {self._unit}"
