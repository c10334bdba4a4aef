"""Options through the whole path: the loopback's wire, ccxt, collectors, store, snapshot, document;
and what a Deribit that fails does to them."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.loopback_world import exchange, world
from tests.yielded import firsts
from tui.clock import Clock, from_milliseconds, shifted
from tui.collectors import specs
from tui.collectors.base import Context, Spec
from tui.config import Settings, load
from tui.document import document
from tui.loopback.answers import Instead
from tui.loopback.past import fill
from tui.loopback.server import Loopback
from tui.panels import BY_NAME, View
from tui.snapshot import take
from tui.store import Reader, Writer, store_path
from tui.tables import OPTIONS, VOLATILITY, Table
from tui.venues.errors import RateLimited, Unanswered

PANEL = BY_NAME["options"]


@pytest.fixture
async def market() -> AsyncIterator[Loopback]:
    async with exchange() as running:
        yield running


def settings(market: Loopback, folder: Path, text: str = "") -> Settings:
    (folder / "config.toml").write_text(text)
    made = load(folder / "config.toml")
    return replace(made, endpoint=market.endpoint, cache_dir=folder / "cache")


def clock(market: Loopback) -> Clock:
    return shifted(timedelta(milliseconds=market.offset))


def found(settings: Settings, at: Clock, reader: Reader | None = None) -> dict[str, Spec]:
    """The specs of both feeds, that look their holes up in a store if there is one."""

    def newest(table: Table, where: Any) -> datetime | None:
        rows = reader.read(table, where=where, newest=1) if reader else table.empty()
        return rows["ts"].to_list()[0] if rows.height else None

    context = Context(itertools.count(1).__next__, newest, lambda quote: None, at)
    made = specs(settings, context)
    return {s.collector: s for s in made if s.table in (VOLATILITY, OPTIONS)}


async def polled(market: Loopback, folder: Path) -> tuple[Settings, Reader]:
    """The settings, and the store after one round of both feeds."""
    chosen, at, path = settings(market, folder), clock(market), store_path(folder)
    writer = Writer(path, market.endpoint)
    reader = Reader(path)
    feeds = found(chosen, at, reader)
    for spec, count in ((feeds["volatility"], 6), (feeds["options"], 2)):
        writer.append_all([(spec.table, frame) for frame in await firsts(spec.start(), count)])
    writer.close()
    return chosen, reader


async def test_the_scenario_arrives_in_the_document_and_on_the_screen(
    market: Loopback, tmp_path: Path
) -> None:
    chosen, reader = await polled(market, tmp_path)
    snapshot = take(reader, clock(market)())
    made = document(snapshot, chosen)["panels"]["options"]
    assert not made["stale"]
    assert list(made["coins"]) == ["BTC", "ETH"]
    btc = made["coins"]["BTC"]
    assert btc["words"] == "front calm, 180 d puts +3.1 vol"
    assert btc["dvol"]["value"] == pytest.approx(0.395, abs=0.006)
    assert abs(btc["dvol"]["change_24h"]) < 0.05  # against the hour that ended a day before
    assert btc["rank"]["n"] == 365
    assert btc["rank"]["rank"] < 0.2
    assert btc["rank"]["high"] > 0.55
    assert btc["tenors"]["180d"]["risk_reversal"] == pytest.approx(-0.031, abs=0.001)
    reversals = [one["risk_reversal"] for one in btc["tenors"].values()]
    assert reversals == sorted(reversals, reverse=True)
    assert btc["tenors"]["7d"]["atm"] < btc["tenors"]["180d"]["atm"]
    assert btc["checks"]["parity"] < 1e-6
    assert btc["checks"]["iv_gap"] < 1e-4
    assert made["coins"]["ETH"]["dvol"]["value"] > 0.55
    lines = PANEL.lines(PANEL.record(snapshot, View()), View(), 100, 9)
    assert "front calm, 180 d puts +3.1 vol" in "\n".join(line.plain for line in lines)
    reader.close()


@pytest.mark.campaign
async def test_a_filled_store_has_options_of_its_day(market: Loopback, tmp_path: Path) -> None:
    fill(tmp_path, market.scenario, market.endpoint)
    chosen, reader = await polled(market, tmp_path)
    for back in (timedelta(0), timedelta(hours=5), timedelta(hours=23)):
        made = document(take(reader, clock(market)() - back), chosen)["panels"]["options"]
        assert not made["stale"]
        tenors = made["coins"]["BTC"]["tenors"]
        assert tenors["180d"]["risk_reversal"] == pytest.approx(-0.031, abs=0.001)
        assert made["coins"]["BTC"]["dvol"]["value"] == pytest.approx(0.395, abs=0.05)
        change = tenors["180d"]["risk_reversal_change_24h"]
        assert (change is None) if back else abs(change) < 0.002
    reader.close()


async def test_a_restart_asks_for_no_more_than_what_is_missing(
    market: Loopback, tmp_path: Path
) -> None:
    writer = Writer(store_path(tmp_path), market.endpoint)
    chosen, at = settings(market, tmp_path, '[coins]\nfollow = ["SOL", "BTC"]'), clock(market)
    whole = pl.concat(await firsts(found(chosen, at)["volatility"].start(), 3))
    assert set(whole["base"]) == {"BTC"}
    stopped = at() - timedelta(days=3)
    writer.append(VOLATILITY, whole.filter(pl.col("ts") <= pl.lit(stopped)))
    reader = Reader(store_path(tmp_path))
    days, hours, minutes = await firsts(found(chosen, at, reader)["volatility"].start(), 3)
    assert (days.height, hours.height, minutes.height) == (3, 72, 1)
    writer.append_all([(VOLATILITY, frame) for frame in (days, hours, minutes)])
    for resolution, step in (("1d", timedelta(days=1)), ("1h", timedelta(hours=1))):
        times = reader.read(VOLATILITY, where={"resolution": resolution})["ts"].to_list()
        assert {b - a for a, b in itertools.pairwise(times)} == {step}
    reader.close()
    writer.close()


async def test_a_deribit_that_fails_is_said_and_tried_again(
    market: Loopback, tmp_path: Path
) -> None:
    feeds = found(settings(market, tmp_path), clock(market))
    market.faults.limit("deribit", True)
    for spec in feeds.values():
        with pytest.raises(RateLimited) as told:
            await firsts(spec.start(), 1)
        assert told.value.retry_after == 5.0
    market.faults.limit("deribit", False)
    market.faults.answer("deribit", Instead(502, "<html>bad gateway</html>"))
    for spec in feeds.values():
        with pytest.raises(Unanswered):
            await firsts(spec.start(), 1)
    market.faults.answer("deribit", None)
    assert (await firsts(feeds["options"].start(), 1))[0].height == 4


def test_without_deribit_or_its_coins_nobody_asks(tmp_path: Path) -> None:
    for text in ("[venues]\nderibit = false", '[coins]\nfollow = ["SOL"]'):
        (tmp_path / "config.toml").write_text(text)
        made = replace(load(tmp_path / "config.toml"), cache_dir=tmp_path / "cache")
        assert found(made, lambda: from_milliseconds(world().end)) == {}
