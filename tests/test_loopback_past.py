"""The pre-filled store: the scenario's past, through the same wire and normalisers as live rows."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.loopback_world import world
from tui.config import default_venues
from tui.errors import StoreMismatch
from tui.loopback.past import STREAMS, Past, fill
from tui.loopback.path import DAY, HOUR, MINUTE
from tui.store import Reader, Writer, store_path
from tui.tables import COVERAGE, DERIVATIVES, HEALTH, LIQUIDATION_MINUTES, LIQUIDATIONS, QUOTES
from tui.venues import VENUES

ENDPOINT = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("filled")
    assert fill(folder, world(), ENDPOINT) == len(world().published)
    reader = Reader(store_path(folder))
    yield reader
    reader.close()


def ms(frame: pl.DataFrame, column: str) -> pl.Series:
    return frame[column].dt.epoch("ms")


def test_the_day_sums_to_860_million(store: Reader) -> None:
    rows = store.read(LIQUIDATIONS).filter(pl.col("class") == "crypto")
    usd = dict(rows.group_by("side").agg(pl.col("usd").sum()).iter_rows())
    assert usd["long"] == pytest.approx(780e6, rel=0.005)
    assert usd["short"] == pytest.approx(80e6, rel=0.005)
    assert rows["usd"].null_count() == 0
    minutes = store.read(LIQUIDATION_MINUTES).filter(pl.col("class") == "crypto")
    assert minutes["usd"].sum() == pytest.approx(860e6, rel=0.005)


def test_every_row_is_what_the_scenario_published(store: Reader) -> None:
    rows = store.read(LIQUIDATIONS)
    found = sorted(zip(rows["venue"], ms(rows, "ts"), rows["side"], strict=True))
    wanted = sorted((r.market.venue, r.ts, r.side.value) for r in world().published)
    assert found == wanted
    assert {"PEPE", "SHIB", "MOG", "BONK"} <= set(rows["base"])
    assert not {base for base in set(rows["base"]) if base.startswith("1000")}
    assert set(rows.filter(pl.col("class") == "tradfi")["base"]) >= {"XAU", "XAG"}
    assert (
        (ms(rows, "received") - ms(rows, "ts")).is_between(0, 1_200).all()
    )  # Gate pushes once a second
    assert set(rows["price_kind"]) == {"fill_avg", "bankruptcy", "order_limit"}


def test_usd_is_what_the_scenario_meant(store: Reader) -> None:
    rows = store.read(LIQUIDATIONS).sort("ts")
    wanted: dict[str, float] = {}
    for row in world().published:
        key = f"{row.market.venue} {row.market.path}"
        wanted[key] = wanted.get(key, 0.0) + row.usd
    found = dict(
        rows.group_by(pl.col("venue") + " " + pl.col("base")).agg(pl.col("usd").sum()).iter_rows()
    )
    for key, usd in found.items():
        assert usd == pytest.approx(wanted[key.replace("XAU", "GOLD")], rel=1e-4), key


def test_coverage_has_the_gaps(store: Reader) -> None:
    rows = store.read(COVERAGE)
    assert {(r["venue"], r["stream"]) for r in rows.to_dicts()} == set(STREAMS)
    assert rows["conn"].is_unique().all()
    okx = rows.filter(pl.col("venue") == "okx").sort("since")
    holes = list(zip(ms(okx, "until")[:-1], ms(okx, "since")[1:], strict=True))
    assert holes == [(gap.since, gap.until) for gap in world().gaps]
    liquidations = store.read(LIQUIDATIONS, where={"venue": "okx"})
    for since, until in holes:
        assert not ms(liquidations, "ts").is_between(since, until, closed="right").any()
    assert ms(rows, "since").min() == world().end - DAY
    assert ms(rows, "until").max() == world().end


def test_derivatives_and_quotes_reach_back_25_hours(store: Reader) -> None:
    end = world().end
    derivatives = store.read(DERIVATIVES, where={"base": "BTC"})
    for venue, usd in (("binance", 10.4e9), ("bybit", 5.9e9), ("okx", 3.6e9)):
        ours = derivatives.filter(pl.col("venue") == venue).sort("ts")
        assert ms(ours, "ts")[0] == end - DAY - HOUR
        assert ms(ours, "ts")[-1] == end
        assert ours["open_interest_usd"][-1] == pytest.approx(usd, rel=0.02)
        day = ours.filter(ms(ours, "ts") >= end - DAY)["open_interest_usd"]
        assert -0.05 < day[-1] / day[0] - 1 < -0.01
        assert ours["funding_8h"].min() > 0  # type: ignore[operator]
    quotes = store.read(QUOTES, where={"base": "BTC"}).sort("ts")
    assert quotes["price"][-1] == pytest.approx(89_880, rel=1e-4)
    assert quotes.filter(ms(quotes, "ts") > end - MINUTE).height == 60
    assert set(store.read(QUOTES)["symbol"]) == {
        "BTC/USDT", "ETH/USDT", "SOL/USDT", "PAXG/USDT", "XAUT/USDT", "XAU/USDT:USDT",
        "XAG/USDT:USDT",
    }  # fmt: skip


def test_the_store_says_what_it_listened_to(store: Reader) -> None:
    assert store.endpoint == ENDPOINT
    assert store.meta("began") == world().end - DAY
    assert store.meta("gives") == {name: VENUES[name].gives for name in default_venues()}
    assert store.meta("measures")["bybit"] == ["accounts"]
    assert {tuple(stream) for stream in store.meta("streams")} == set(STREAMS)
    states = store.read(HEALTH).filter(pl.col("stream") == "swap").sort("ts")["state"]
    assert list(states) == ["live", "retrying", "live", "retrying", "live"]


def test_connections_go_on_where_the_fill_ended(tmp_path: Path) -> None:
    writer = Writer(store_path(tmp_path), ENDPOINT)
    past = Past(world())
    spans = {stream: past.spans(stream, writer) for stream in STREAMS}
    used = [span[0] for of in spans.values() for span in of]
    assert len(used) == len(set(used)) == len(STREAMS) + len(world().gaps)
    assert writer.next_conn() > max(used)
    writer.close()


def test_a_store_of_another_endpoint_is_not_filled(tmp_path: Path) -> None:
    Writer(store_path(tmp_path), None).close()
    with pytest.raises(StoreMismatch):
        fill(tmp_path, world(), ENDPOINT)
