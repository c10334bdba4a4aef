"""The recorder's newest document, and what keeps its numbers from being true now."""

import json
import math
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tui.errors import StoreError, StoreMismatch
from tui.status.numbers import age
from tui.storefile import check_file

STALE_S = 10.0
"""The recorder writes `latest` every second: ten missing ones are no hiccup. A price that old is
marked too."""

_OUT = ("retrying", "waiting", "refused", "silent")


@dataclass(frozen=True, eq=False)
class Latest:
    """What `latest` says, and how long ago it was written (seconds; infinite without a store).

    The document of a row that is too old is left out: none of its numbers is true any more.
    `used` are the panels a line shows, `header` for the price: only they mark it. `refused` says
    in a few words why the file there is no store of this liqtop's.
    """

    document: Mapping[str, Any]
    age_s: float
    used: tuple[str, ...] = ("liquidations", "header")
    refused: str | None = None

    @property
    def gone(self) -> bool:
        """Whether nobody writes the row any more, or nobody ever did."""
        return self.age_s > STALE_S

    def at(self, *path: str) -> Any:
        """The value below these keys; None where one is missing, as in another version's row."""
        found: Any = self.document
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def panel(self, name: str, *path: str) -> Any:
        """A value of a panel's part of the document."""
        return self.at("panels", name, *path)

    def lost(self) -> str | None:
        """The liquidation feed that is out, as `binance 4m`; None when every one lives.

        A feed that is `live` with a reason is one whose last sign of life is too old.
        """
        for row in self.at("health") or ():
            out = row["state"] in _OUT or (row["state"] == "live" and row["reason"])
            if row["collector"] == "liquidations" and out:
                since = f" {age(row['age_s'])}" if row["age_s"] is not None else ""
                return f"{row['venue']}{since}"
        return None

    def old_price(self) -> bool:
        """Whether the price is missing, or was old when the recorder wrote it down."""
        written, priced = self.at("as_of"), self.at("header", "ts")
        if self.at("header", "price") is None or not written or not priced:
            return True
        behind = datetime.fromisoformat(written) - datetime.fromisoformat(priced)
        return behind.total_seconds() > STALE_S

    def why(self) -> str | None:
        """Why a line of the panels used is marked `!`; None when it is not."""
        if self.gone:
            return self.refused or ("no recorder" if math.isfinite(self.age_s) else "no store")
        lost = self.lost() if "liquidations" in self.used else None
        if lost:
            return f"{lost} out"
        if "header" in self.used and self.old_price():
            return "price old"
        stale = [name for name in self.used if self.panel(name, "stale")]
        return f"{stale[0]} stale" if stale else None


def read(path: Path, now: float) -> Latest:
    """What the store at `path` says at the unix time `now`; nothing where there is no store."""
    try:
        written_ms, document = _row(path)
    except StoreMismatch as error:
        return Latest({}, math.inf, refused=error.short)
    except (StoreError, sqlite3.Error, ValueError):
        return Latest({}, math.inf)
    latest = Latest(document, now - written_ms / 1000)
    return Latest({}, latest.age_s) if latest.gone else latest


def _row(path: Path) -> tuple[int, dict[str, Any]]:
    if not check_file(path):
        raise ValueError("no store yet")
    address = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=0.05)) as connection:
        row = connection.execute("SELECT as_of, document FROM latest").fetchone()
    if row is None:
        raise ValueError("nothing written yet")
    return int(row[0]), json.loads(row[1])
