"""What was told: the one thing of alerts that every part of them speaks of."""

from datetime import datetime
from typing import NamedTuple


class Fired(NamedTuple):
    """A row of the table `alerts`; `late` when it was told before, and only its bell is new."""

    ts: datetime
    rule: str
    event: datetime
    grade: int
    text: str
    value: float | None
    bell: bool
    quiet: bool
    late: bool = False
