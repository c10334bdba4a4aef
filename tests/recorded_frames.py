"""Recorded frames of a venue, from beside the checkout."""

import json
from pathlib import Path
from typing import Any


def recorded_frames(recorded: Path, venue: str) -> list[Any]:
    """The recent frames of `venue` (binance_usdm, bybit_linear, okx), decoded."""
    lines = (recorded / "wire" / "recorded_recent_liquidation_frames.jsonl").read_text()
    rows = [json.loads(line) for line in lines.splitlines()]
    return [json.loads(row["raw"]) for row in rows if row["venue"] == venue]
