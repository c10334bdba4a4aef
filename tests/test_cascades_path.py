"""The scenario's day through the wire, the store and the detector, after its quiet week."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tui import config
from tui.detection import Detection
from tui.document import document
from tui.loopback.past import fill
from tui.loopback.scenario import FIXED_END, Scenario
from tui.metrics.cascades.rule import Grade
from tui.snapshot import take
from tui.store import Reader, Writer, store_path
from tui.tables import CASCADES, LIQUIDATIONS

HOUR = timedelta(hours=1)
LOOKS = 26
"""An hour a look."""


def gone_through(reader: Reader, writer: Writer) -> None:
    detection = Detection(reader)
    for _ in range(LOOKS):
        writer.append_all(detection.second(FIXED_END))


@pytest.mark.campaign
def test_the_falls_of_the_scenario_are_cascades_against_quiet_days(tmp_path: Path) -> None:
    fill(tmp_path, Scenario(end=FIXED_END), None)
    writer, reader = Writer(store_path(tmp_path), None), Reader(store_path(tmp_path))
    gone_through(reader, writer)
    running = reader.read(CASCADES).filter(pl.col("ended").is_null())
    assert running.is_empty(), "the day ends quiet"

    found = reader.read(CASCADES).filter((pl.col("base") == "") & (pl.col("side") == "long"))
    worst = found.sort("peak_usd").row(-1, named=True)
    assert worst["grade"] == Grade.MARKET_WIDE
    assert worst["ended"] is not None
    assert worst["move"] < 0
    told = reader.read(LIQUIDATIONS, since=worst["since"], until=worst["until"])
    total = told.filter(pl.col("class") == "crypto")["usd"].sum()
    assert worst["long_usd"] + worst["short_usd"] == pytest.approx(total, rel=0.02)

    settings = tmp_path / "config.toml"
    settings.write_text("")
    then = document(take(reader, worst["peak"] + timedelta(minutes=1)), config.load(settings))
    made = then["panels"]["liquidations"]["cascade"]
    assert made["event"]["side"] == "long"
    assert made["event"]["times_normal"] > 10
