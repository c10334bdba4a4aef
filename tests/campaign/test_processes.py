"""Processes that are killed, stopped, hung up and doubled: each a process of its own."""

import os
import resource
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import polars as pl
import pytest

from tests.campaign.conftest import Tally
from tests.campaign.lost import lost, unheard
from tests.processes import Exchange, Home, exchange, recorder, until, viewer
from tests.test_life import powerless
from tests.test_path import EVERY, HASTE, Row, arrived, burst, highest, sent, stored, subscribed
from tests.test_path import STREAMS as ALL
from tests.test_store_liquidations import assert_minutes_are_sums
from tui.config import load
from tui.metrics.coverage import Stream
from tui.store import store_path
from tui.tables import COVERAGE, LIQUIDATIONS
from tui.venues import VENUES

pytestmark = pytest.mark.campaign

KILLS = int(os.environ.get("LIQTOP_KILLS", "10"))
"""Kills of a whole recorder; 200 take twenty minutes."""

STREAMS = [Stream(*pair) for pair in ALL]


@pytest.fixture
def market() -> Iterator[Exchange]:
    """An exchange whose only liquidations are those a case orders."""
    with exchange("--no-live") as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A user who records every venue."""
    here = Home(tmp_path / "home")
    here.configure(EVERY)
    return here


def noted(tally: Tally, market: Exchange, home: Home, **counts: int) -> None:
    """The counts of a case: rows sent and stored."""
    tally(sent=sent(market).total(), stored=stored(home).total(), **counts)


def sent_at(market: Exchange) -> list[tuple[Row, datetime]]:
    """Every row with the moment it was written to a socket."""
    return [
        (
            (venue, symbol, ts, side, float(size), float(price)),
            datetime.fromtimestamp(at / 1e3, UTC),
        )
        for rows in market.books(rows=True)["rows"].values()
        for venue, symbol, ts, side, size, price, at in rows
    ]


def lost_in_gaps(market: Exchange, home: Home) -> int:
    """Rows sent that are not stored, each in a gap; an AssertionError for any other."""
    coverage = home.read(COVERAGE)
    first = coverage.group_by("venue", "stream").agg(pl.col("since").min())["since"].max()
    assert isinstance(first, datetime)
    gaps = unheard(coverage, STREAMS, first, datetime.now(UTC))
    found = lost(sent_at(market), home.read(LIQUIDATIONS, raw=True), gaps)
    assert not found.unnamed, f"sent while connected: {len(found.unnamed)}, as {found.unnamed[:3]}"
    return found.rows


def storm(market: Exchange, seed: int, rate: float, rows: int) -> threading.Thread:
    """A burst that goes on beside the case."""
    each = rows // len(VENUES)
    order = {"do": "burst", "rows": dict.fromkeys(VENUES, each), "seed": seed, "rate": rate}
    thread = threading.Thread(target=market.order, kwargs=order)
    thread.start()
    return thread


def test_a_recorder_killed_in_bursts_loses_only_what_its_gaps_name(
    market: Exchange, home: Home, tally: Tally
) -> None:
    dice, known = Random(5), 0
    for seed in range(KILLS):
        with recorder(home, market.endpoint, before=HASTE) as process:
            subscribed(home, known)
            known = highest(home)
            blowing = storm(market, seed, rate=600, rows=600)
            time.sleep(dice.uniform(0, 1.0))
            committed = stored(home)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert not committed - stored(home), "committed, and gone with the kill"
            blowing.join()
        assert not stored(home) - sent(market), "doubled or made up"
        assert_minutes_are_sums(store_path(home.data))
    with recorder(home, market.endpoint, before=HASTE):
        subscribed(home, known)
        burst(market, 1000)
        until(lambda: stored(home) >= late(market, known_at(home, known)), "rows after the last")
        missing = lost_in_gaps(market, home)
    noted(tally, market, home, kills=KILLS, lost_in_gaps=missing)


def known_at(home: Home, after: int) -> datetime:
    """When the last of the newest connections began."""
    rows = home.read(COVERAGE).filter(pl.col("conn") > after)
    newest = rows["since"].max()
    assert isinstance(newest, datetime)
    return newest


def late(market: Exchange, since: datetime) -> Counter[Row]:
    """The rows that were sent after a moment."""
    return Counter(wire for wire, at in sent_at(market) if at > since)


def test_a_stopped_recorder_takes_up_what_waited_for_it(
    market: Exchange, home: Home, tally: Tally
) -> None:
    """SIGSTOP for three seconds of a burst, then SIGCONT: the kernel kept every frame."""
    with recorder(home, market.endpoint, before=HASTE) as process:
        subscribed(home)
        blowing = storm(market, 1, rate=600, rows=3_000)
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(3.0)
        os.kill(process.pid, signal.SIGCONT)
        blowing.join()
        arrived(market, home)
        noted(tally, market, home, lost_in_gaps=lost_in_gaps(market, home))


def test_connections_lost_while_stopped_are_a_gap_from_their_last_word(
    market: Exchange, home: Home, tally: Tally
) -> None:
    with recorder(home, market.endpoint, before=HASTE) as process:
        subscribed(home)
        known = highest(home)
        burst(market, 1)
        arrived(market, home)
        os.kill(process.pid, signal.SIGSTOP)
        stopped = datetime.now(UTC)
        for venue in VENUES:
            market.order(do="drop", venue=venue)
        time.sleep(2.0)
        os.kill(process.pid, signal.SIGCONT)
        subscribed(home, known)
        burst(market, 2)
        arrived(market, home)
        ended = home.read(COVERAGE).filter(pl.col("conn") <= known)
        assert (ended["until"] <= stopped).all(), ended
        noted(tally, market, home, lost_in_gaps=lost_in_gaps(market, home))


def test_a_hung_up_viewer_leaves_terminal_and_recorder_sound(
    market: Exchange, home: Home, tally: Tally
) -> None:
    home.configure("")  # the venues that are on by default
    with viewer(home, "--endpoint", market.endpoint) as shown:
        shown.until(lambda: shown.shows("1 Liquidations"), "a panel")
        on = load(home.config).venues
        subscribed(home, streams=[(venue, stream) for venue, stream in ALL if venue in on])
        it = home.holder()
        assert it is not None
        blowing = storm(market, 1, rate=600, rows=1_200)
        os.kill(shown.pid, signal.SIGHUP)
        assert shown.ended() == 128 + signal.SIGHUP
        assert shown.sound()
        blowing.join()
        arrived(market, home)
        assert home.holder() == it
        noted(tally, market, home)


def test_of_recorders_started_at_once_one_records(
    market: Exchange, home: Home, tally: Tally
) -> None:
    command = home.command("record", "--endpoint", market.endpoint, before=HASTE)
    started = [
        subprocess.Popen(command, env=home.environment, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    try:
        until(lambda: sum(one.poll() is not None for one in started) == 3, "three of four to end")
        subscribed(home)
        burst(market, 1)
        arrived(market, home)
        refused = [one for one in started if one.poll() is not None]
        assert {one.returncode for one in refused} == {2}
        for one in refused:
            assert one.stderr
            assert "already records here" in one.stderr.read()
        noted(tally, market, home)
    finally:
        for one in started:
            one.terminate()
            one.communicate()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no limit on another process here")
def test_files_that_may_not_grow_lose_nothing(market: Exchange, home: Home, tally: Tally) -> None:
    """As a full disk, for those who may not mount one; connections drop meanwhile."""
    with recorder(home, market.endpoint, before=HASTE) as process:
        subscribed(home)
        known = highest(home)
        burst(market, 1)
        arrived(market, home)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        burst(market, 2)
        until(lambda: (now := home.holder()) and now.trouble, "trouble")
        for venue in VENUES:
            market.order(do="drop", venue=venue)
        until(lambda: standing(market) >= feeds(home), "every feed of liquidations anew")
        burst(market, 3)
        endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, endless)
        until(lambda: (now := home.holder()) and not now.trouble, "the end of the trouble", 60)
        subscribed(home, known)
        burst(market, 4)
        arrived(market, home)
        noted(tally, market, home, lost_in_gaps=lost_in_gaps(market, home))


def standing(market: Exchange) -> Counter[tuple[str, str, int]]:
    """Every socket that is open, by venue and stream, with how many topics it asked for."""
    found = market.books()["sockets"]
    return Counter((venue, *socket) for venue, sockets in found.items() for socket in sockets)


def feeds(home: Home) -> Counter[tuple[str, str, int]]:
    """The sockets of liquidations; those of prices come and go with the venue that is asked."""
    rows = home.read(COVERAGE).filter(pl.col("reason").is_null())
    return Counter(rows.select("venue", "stream", "wanted").iter_rows())


def test_a_store_one_may_not_write_is_refused_and_taken_up_when_one_may(
    market: Exchange, home: Home, tally: Tally
) -> None:
    with recorder(home, market.endpoint, before=HASTE):
        subscribed(home)
        known = highest(home)
        burst(market, 1)
        arrived(market, home)
    files = [home.data, *home.data.iterdir()]
    for path in files:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        refused = home.run("record", "--endpoint", market.endpoint, preexec_fn=powerless)
        assert refused.returncode == 2, refused.stderr
        assert refused.stderr.count("\n") == 1
    finally:
        for path in files:
            path.chmod(0o700 if path.is_dir() else 0o600)
    with recorder(home, market.endpoint, before=HASTE):
        subscribed(home, known)
        burst(market, 2)
        arrived(market, home)
        noted(tally, market, home, lost_in_gaps=lost_in_gaps(market, home))
