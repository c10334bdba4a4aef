"""Recorded frames of a venue, from beside the checkout."""

import json
from pathlib import Path
from typing import Any


def recorded_frames(recorded: Path, venue: str) -> list[Any]:
    """The recent frames of `venue` (binance_usdm, bybit_linear, okx, htx), decoded."""
    lines = (recorded / "wire" / "recorded_recent_liquidation_frames.jsonl").read_text()
    rows = [json.loads(line) for line in lines.splitlines()]
    return [json.loads(row["raw"]) for row in rows if row["venue"] == venue]


def older_frames(recorded: Path, name: str) -> list[Any]:
    """The messages with liquidations of one test of tardis-node's mappers, recorded since 2019."""
    lines = (recorded / "wire" / "tardis_liquidation_messages.jsonl").read_text()
    rows = [json.loads(line) for line in lines.splitlines()]
    return [row["msg"] for row in rows if row["test"] == name]


def mapped_messages(recorded: Path, venue: str) -> list[Any]:
    """The messages that a public mapper of `venue` (deribit, cryptofacilities, lighter trade) is
    tested with, liquidations and others, decoded."""
    lines = (recorded / "wire" / "tardis_mapper_messages.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return [row["msg"] for row in found if row["test"] == f"map {venue} messages"]
