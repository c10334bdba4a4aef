"""The scenario's day through the wire, the store and the detector, after a week that is staged.

The demo itself has one day of past, since no venue tells more of itself: there it stays at
`n/a (1 of 3 days)`. Here seven quiet days stand before it.
"""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tui import config
from tui.clock import milliseconds
from tui.detection import META, Detection
from tui.document import document
from tui.loopback.past import fill
from tui.loopback.scenario import FIXED_END, Scenario
from tui.metrics.cascades.detector import Detector
from tui.metrics.cascades.normals import HOUR_MS
from tui.metrics.cascades.rule import Grade
from tui.metrics.cascades.state import packed
from tui.snapshot import take
from tui.store import Reader, Writer, store_path
from tui.tables import CASCADES, LIQUIDATIONS, NORMALS

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
    assert reader.read(CASCADES).is_empty()  # one day is no week
    snap = take(reader, FIXED_END)
    assert snap.lacking() in {"0 of 3 days", "1 of 3 days"}

    first = FIXED_END.replace(minute=0) - timedelta(days=1)
    quiet = reader.read(NORMALS).filter(pl.col("hour") == FIXED_END.replace(minute=0) - 2 * HOUR)
    week = [quiet.with_columns(hour=pl.lit(first - at * HOUR)) for at in range(1, 169)]
    cast = pl.concat(week).with_columns(pl.col("hour").cast(NORMALS.schema["hour"]))
    writer.append(NORMALS, cast.select(*NORMALS.schema))
    begun = Detector()
    begun.at = milliseconds(first) // HOUR_MS * HOUR_MS
    writer.set_meta(META, packed(begun))
    gone_through(reader, writer)

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
