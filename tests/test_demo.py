"""`liqtop demo`: everything offline in a dozen seconds, and nothing left behind."""

import json
import signal
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.processes import PATIENCE_S, Home, until, viewer
from tui import config
from tui.config import default_venues
from tui.record import throw_away

WINDOWS = {"1m", "5m", "15m", "1h", "4h", "12h", "24h"}
WINDOW = {"long_usd", "short_usd", "total_usd", "count", "cover", "lower_bound", "reasons"}
FEED = {"ts", "venue", "symbol", "base", "side", "qty", "price", "price_kind", "usd"}
AVERAGE = {
    "value", "distance", "state", "closes_since_cross", "at_least", "slope_per_day",
    "mean_14d_to_turn", "have", "need",
}  # fmt: skip


OWN = """
[coins]
follow = ["XRP"]
[venues]
binance = false
[flow]
record = false
[alerts]
bell = false
on_alert = ["touch", "{ran}"]
[[series]]
name = "balances"
path = "balances.csv"
[view]
coin = "XRP"
window = "1h"
[theme]
name = "light"
[keys]
hold = "f5"
"""
"""A user's config of which a demo may take the view alone."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("demo"))
    made.configure(OWN.format(ran=made.folder / "ran"))
    return made


@pytest.fixture(scope="module")
def once(home: Home) -> "subprocess.CompletedProcess[str]":
    """`liqtop demo --once --json`, run to its end."""
    # A dozen seconds on a machine of one's own; on a busy one as long as a test may take.
    patient = f"import tui.demo\ntui.demo.ONCE_S = {PATIENCE_S - 10}"
    return home.run("demo", "--once", "--json", before=patient)


@pytest.fixture(scope="module")
def printed(once: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """The document it printed."""
    document: dict[str, Any] = json.loads(once.stdout)
    return document


def test_of_the_users_config_it_takes_the_view_alone(home: Home) -> None:
    own, usual = config.load(home.config), config.defaults()
    shown = usual.looking_like(own)
    assert shown.recorder_part() == usual.recorder_part()
    assert (shown.file, shown.coin) == (None, None)
    assert (shown.window, shown.theme, shown.keys) == ("1h", "light", {"hold": "f5"})
    assert not shown.alerts.bell
    assert own.alerts.on_alert
    assert throw_away(own).alerts == own.alerts._replace(on_alert=())


def test_it_runs_no_program_of_the_users(
    once: "subprocess.CompletedProcess[str]", home: Home
) -> None:
    assert once.returncode == 0
    assert not (home.folder / "ran").exists()


def test_it_prints_json_alone(once: "subprocess.CompletedProcess[str]") -> None:
    assert (once.returncode, once.stderr) == (0, "")
    assert once.stdout.startswith("{")
    assert once.stdout.endswith("}\n")


def test_every_key_is_there(printed: dict[str, Any]) -> None:
    assert printed["schema"] == 1
    assert set(printed) >= {"schema", "as_of", "endpoint", "header", "panels", "health"}
    assert printed["endpoint"].startswith("http://127.0.0.1:")
    assert set(printed["header"]) >= {"symbol", "venue", "price", "change_5m", "change_24h"}
    liquidations, ratios, averages, haven = (
        printed["panels"][name]
        for name in ("liquidations", "long_short", "moving_averages", "safe_haven")
    )
    for panel in (liquidations, ratios, averages, haven):
        assert set(panel) >= {"age_s", "stale"}
        assert panel["stale"] is False
    check_windows(liquidations["windows"])
    assert set(liquidations["venues"]) == set(default_venues())
    for venue in liquidations["venues"].values():
        assert venue["gives"] in ("1/s", "all", "?")
        check_windows(venue["windows"])
    check_windows(liquidations["coins"]["BTC"]["windows"])
    assert set(liquidations["largest"]) >= {"ts", "venue", "usd"}
    assert all(set(row) >= FEED for row in liquidations["feed"])
    row = {"venue", "base", "measure", "ratio", "long_share", "ts", "change_24h"}
    assert all(set(it) >= row for it in ratios["rows"])
    assert {it["measure"] for it in ratios["rows"]} == {
        "accounts", "top_accounts", "top_positions", "taker",
    }  # fmt: skip
    interest = {"venue", "base", "usd", "change_5m", "change_24h", "ts"}
    assert all(set(it) >= interest for it in ratios["open_interest"])
    assert all(set(it) >= {"venue", "base", "rate_8h", "ts"} for it in ratios["funding"])
    assert set(averages) >= {"symbol", "price", "averages", "round_levels"}
    assert set(averages["round_levels"]) >= {"above", "below"}
    assert set(averages["averages"]) >= {"365d", "200d", "50d", "200w"}
    assert all(set(mean) >= AVERAGE for mean in averages["averages"].values())
    assert set(haven["gold"]) >= {"quote", "history", "price"}
    for name in ("BTC", "gold"):
        assert set(haven["returns"][name]) >= {"24h", "7d", "30d", "1y"}
    assert set(haven) >= {"btc_in_ounces", "flight"}
    assert set(haven["sigma_7d"]) >= {"BTC", "gold"}
    assert all(set(haven["correlation"][n]) >= {"r", "n", "significant"} for n in ("30", "90"))
    feed = {"collector", "venue", "state", "age_s", "attempts", "reason"}
    assert all(set(it) >= feed for it in printed["health"])


def check_windows(windows: dict[str, Any]) -> None:
    assert set(windows) == WINDOWS
    assert all(set(window) >= WINDOW for window in windows.values())


def test_the_day_is_that_of_january_2026(printed: dict[str, Any]) -> None:
    liquidations = printed["panels"]["liquidations"]
    day = liquidations["windows"]["24h"]
    assert day["total_usd"] == pytest.approx(860e6, rel=0.01)
    assert day["long_usd"] == pytest.approx(780e6, rel=0.01)
    assert day["total_usd"] == pytest.approx(day["long_usd"] + day["short_usd"])
    assert day["lower_bound"] is True  # two venues sample, and OKX had its gaps
    assert 0.98 < day["cover"] < 1
    venues = liquidations["venues"].values()
    assert sum(v["windows"]["24h"]["total_usd"] for v in venues) == pytest.approx(day["total_usd"])
    assert printed["header"]["change_24h"] == pytest.approx(0.0048, abs=0.002)
    haven = printed["panels"]["safe_haven"]
    assert haven["returns"]["gold"]["24h"] == pytest.approx(0.017, abs=0.003)
    assert haven["gold"]["price"] > 4_550
    bitcoin = printed["panels"]["options"]["coins"]["BTC"]
    assert bitcoin["words"] == "front calm, 180 d puts +3.1 vol"
    assert bitcoin["dvol"]["value"] == pytest.approx(0.395, abs=0.02)
    assert bitcoin["rank"]["rank"] < 0.25


def test_a_fall_of_the_day_was_a_cascade_that_went_market_wide_and_is_over(
    printed: dict[str, Any],
) -> None:
    """BTC falls 10 to 15 hours before the end."""
    end, told = _time(printed["as_of"]), printed["panels"]["events"]["events"]
    wide = [one for one in told if one["kind"] == "market_wide"]
    assert {one["side"] for one in wide} == {"long"}
    assert all(timedelta(hours=10) < end - _time(one["ts"]) < timedelta(hours=16) for one in wide)
    over = [one for one in told if one["kind"] == "cascade_end"]
    assert max(one["usd"] for one in over) > 20e6
    now = printed["panels"]["liquidations"]["cascade"]
    assert now["days"] >= 6
    assert now["state"] in ("calm", "burst"), "the demo begins quiet"


def test_price_is_below_its_mean_of_a_year(printed: dict[str, Any]) -> None:
    averages = printed["panels"]["moving_averages"]
    mean = averages["averages"]["365d"]
    assert mean["value"] == pytest.approx(101_000, rel=0.01)
    assert mean["state"] == "below"
    assert averages["price"] < mean["value"]
    assert mean["distance"] == pytest.approx(averages["price"] / mean["value"] - 1)


def test_the_fullest_zone_of_the_year_lies_between_97_000_and_101_000(
    printed: dict[str, Any],
) -> None:
    """A bin is half a per cent wide, and an end may fall into the next one."""
    supply = printed["panels"]["supply"]
    assert (supply["hours"], supply["venue"]) == (8_760, "binance")
    above = supply["above"]
    assert above["low"] == pytest.approx(97_000, rel=0.0075)
    assert above["high"] == pytest.approx(101_000, rel=0.0075)
    assert above["distance"] == pytest.approx(above["low"] / supply["price"] - 1)
    assert 0.2 < above["share"] < 0.4
    assert above["share"] == max(zone["share"] for zone in supply["zones"])
    assert above["share"] < supply["traded_above"] < 1


def test_every_line_of_the_scorecard_has_the_number_of_its_panel(printed: dict[str, Any]) -> None:
    panels = printed["panels"]
    lines = panels["scorecard"]["lines"]
    assert {name for name, line in lines.items() if line["value"] is None} == set()
    mean = panels["moving_averages"]["averages"]["365d"]
    assert lines["trend"]["value"] == pytest.approx(mean["distance"])
    assert lines["trend"]["have_days"] == 365
    assert lines["forced_flow"]["value"] == panels["liquidations"]["windows"]["24h"]["total_usd"]
    assert lines["forced_flow"]["lower_bound"] is True
    nearest = [zone["distance"] for zone in panels["supply"]["zones"] if zone["place"] == "above"]
    assert lines["supply"]["value"] == min(nearest)
    assert lines["haven"]["value"] == panels["safe_haven"]["btc_in_ounces"]
    dvol = panels["options"]["coins"]["BTC"]
    assert lines["options"]["value"] == dvol["dvol"]["value"]
    assert lines["options"]["percentile"] == dvol["rank"]["percentile"]
    net = panels["drivers"]["windows"]["24h"]["spot_net_usd"]
    assert lines["spot_demand"]["value"] * net > 0
    perps = [row for row in panels["depth"]["rows"] if row["market"] == "perp"]
    total = next(row for row in perps if (row["venue"], row["base"]) == ("all", "BTC"))
    both = total["bids"]["bp10"]["usd"] + total["asks"]["bp10"]["usd"]
    assert lines["liquidity"]["value"] == pytest.approx(both), "the widest that all three reach"
    assert lines["leverage"]["reason"] == "0 of 7 days", "of a store of an hour nothing is noted"


def test_live_rows_came_over_the_sockets(printed: dict[str, Any]) -> None:
    """The past ended before anything was subscribed, longer ago than the newest rows."""
    since = _time(printed["as_of"]) - timedelta(seconds=8)
    feed = printed["panels"]["liquidations"]["feed"]
    assert any(_time(row["ts"]) > since for row in feed)
    live = {row["venue"] for row in printed["health"] if row["state"] == "live"}
    assert live >= set(default_venues())


def test_nothing_is_left_behind(once: "subprocess.CompletedProcess[str]", home: Home) -> None:
    assert once.returncode == 0
    assert left(home) == ([], [])


@pytest.mark.campaign
def test_a_fixed_end_plays_and_a_kill_leaves_nothing_behind(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with viewer(home, "demo", "--end", "2026-01-20T14:03Z") as shown:
        shown.until(lambda: shown.shows("1 Liquidations") and shown.shows("14:03:"), "the panels")
        files, processes = left(home)
        assert len(files) == 1
        assert len(processes) == 2  # the exchange and the recorder
        shown.kill(signal.SIGKILL)
    until(lambda: left(home) == ([], []), "the end of the children")


def left(home: Home) -> tuple[list[str], list[str]]:
    """What a demo has in its folder for temporary files, and its processes, which name the folder
    or a recording beside it."""
    files = [path.name for path in home.folder.glob("liqtop-demo-*")]
    ps = subprocess.run(
        ["ps", "-Aww", "-o", "stat=,command="], capture_output=True, text=True
    ).stdout
    marks = (f"{home.folder}/liqtop-demo-", f"--play={home.folder}/")
    ours = [line for line in ps.splitlines() if any(mark in line for mark in marks)]
    return files, [line for line in ours if not line.startswith("Z")]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
