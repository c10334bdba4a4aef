"""`liqtop status`: one line for a status bar from the one row of `latest`; stdlib sqlite3 only.

It never starts a recorder and never reads another row, so it costs the same at any store's size.
"""

import argparse
import json
import sqlite3
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tui import flags

WIDTH = 40
"""The line is padded to this, so that a status bar does not jump."""

STALE_S = 10.0
"""The recorder writes `latest` every second: ten missing ones are no hiccup. A price that old is
marked too."""

ASCII = str.maketrans({"≥": ">", "−": "-"})


def status(args: argparse.Namespace) -> int:
    """Print the line; 0 also when there is nothing to say, since a bar shows what it is given."""
    settings = flags.settings(args)
    text = line(settings.data_dir / "liqtop.sqlite", time.time())
    print(text if can_print(text) else text.translate(ASCII))
    return 0


def can_print(text: str) -> bool:
    """Whether stdout's encoding has every character of `text`."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def line(path: Path, now: float) -> str:
    """The status line of the store at `path` at the unix time `now`."""
    try:
        written_ms, document = _latest(path)
    except (sqlite3.Error, ValueError):
        return "! liqtop: no store yet, run liqtop".ljust(WIDTH)
    age = now - written_ms / 1000
    if age > STALE_S:
        return f"! liqtop {_age(age)} old: no recorder".ljust(WIDTH)
    return _words(document).ljust(WIDTH)


def _latest(path: Path) -> tuple[int, dict[str, Any]]:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=0.05)
    try:
        row = connection.execute("SELECT as_of, document FROM latest").fetchone()
    finally:
        connection.close()
    if row is None:
        raise ValueError("nothing written yet")
    return int(row[0]), json.loads(row[1])


def _words(document: dict[str, Any]) -> str:
    header = document["header"]
    window = document["panels"]["liquidations"]["windows"]["1h"]
    lost = _lost(document)
    mark = "! " if lost or _old(header, document["as_of"]) else ""
    return f"{mark}{_price(header)}  {lost or _liquidated(window)}"


def _old(header: dict[str, Any], as_of: str) -> bool:
    """Whether the price is missing, or was old when the recorder wrote it down."""
    if header["price"] is None:
        return True
    age = datetime.fromisoformat(as_of) - datetime.fromisoformat(header["ts"])
    return age.total_seconds() > STALE_S


def _price(header: dict[str, Any]) -> str:
    coin = header["symbol"].split("/")[0] if header["symbol"] else "BTC"
    if header["price"] is None:
        return f"{coin} n/a"
    day = header["change_24h"]
    text = f"{coin} {header['price']:,.0f}"
    return text if day is None else f"{text} {day:+.1%}".replace("-", "−")


def _liquidated(window: dict[str, Any]) -> str:
    have = window["have_s"]
    label = "1h" if have >= 3600 else _age(have)
    bound = "≥" if window["lower_bound"] else ""
    total = window["total_usd"]
    if total is None:
        return f"liq {label} n/a"
    share = round(100 * window["long_usd"] / total) if total else None
    side = "" if share is None else f" {share}%L"
    return f"liq {label}{bound}{_usd(total)}{side}"


def _lost(document: dict[str, Any]) -> str | None:
    """The feed that is out, as `1h n/a binance 4m`; None when every liquidation feed lives.

    A feed that is `live` with a reason is one whose last sign of life is too old.
    """
    for row in document["health"]:
        out = row["state"] in _OUT or (row["state"] == "live" and row["reason"])
        if row["collector"] == "liquidations" and out:
            since = f" {_age(row['age_s'])}" if row["age_s"] is not None else ""
            return f"1h n/a {row['venue']}{since}"
    return None


_OUT = ("retrying", "waiting", "refused", "silent")


def _usd(value: float) -> str:
    """0.9M, 15.5M, 860M, 1.2B."""
    if value >= 1e9:
        return f"{value / 1e9:.1f}B"
    return f"{value / 1e6:.1f}M" if value < 1e8 else f"{value / 1e6:.0f}M"


def _age(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f}s"
    if seconds < 3600:
        return f"{seconds / 60:.0f}m"
    return f"{seconds / 3600:.0f}h" if seconds < 172_800 else f"{seconds / 86_400:.0f}d"
