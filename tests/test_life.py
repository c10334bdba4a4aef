"""The recorder's life: who starts it, how it goes on, what ends it, and what a viewer says."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests import strange_files as strange
from tests.processes import Exchange, Home, Viewer, exchange, gone, recorder, until, viewer
from tui import __version__, background, config
from tui.config import Settings
from tui.lock import Holder, RecorderLock, ViewerLock
from tui.store import Writer, store_path
from tui.tables import HEALTH, LIQUIDATIONS

SMALL = """
[coins]
follow = ["BTC"]
positioning = ["BTC"]
[venues]
bybit = false
okx = false
gate = false
htx = false
bitfinex = false
deribit = false
kraken = false
"""


@pytest.fixture(scope="module")
def market() -> Iterator[Exchange]:
    """An exchange that goes on for all tests."""
    with exchange() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A user's folders, with a config that keeps a recorder's work small."""
    made = Home(tmp_path / "home")
    made.configure(SMALL)
    return made


@contextmanager
def watching(home: Home, market: Exchange) -> Iterator[Viewer]:
    """A monitor that shows its panels."""
    with viewer(home, "--endpoint", market.endpoint, columns=120, rows=24) as shown:
        shown.until(lambda: shown.shows("1 Liquidations"), "a panel")
        yield shown


def running(home: Home, after: Holder | None = None) -> Holder:
    """The recorder that holds the lock, another one than `after`."""

    def other() -> Holder | None:
        now = home.holder()
        return now if now and (after is None or now.pid != after.pid) else None

    found: Holder = until(other, "a recorder")
    return found


@contextmanager
def recording(home: Home, it: Holder) -> Iterator[Holder]:
    """This process holds the recorder's lock as another one would."""
    lock = RecorderLock(home.data, it)
    try:
        yield it
    finally:
        lock.release()


def settings(home: Home, endpoint: str) -> Settings:
    """The settings of a command in this process, with every folder in the home."""
    made = replace(config.load(home.config), data_dir=home.data, endpoint=endpoint)
    return replace(made, cache_dir=home.folder / "cache", log_dir=home.folder / "log")


def test_a_viewer_starts_a_recorder_that_outlives_it(home: Home, market: Exchange) -> None:
    with watching(home, market) as shown:
        it = running(home)
        assert it.background
        assert it.endpoint == market.endpoint
        assert os.getsid(it.pid) == it.pid  # a session of its own: closing the window spares it
        shown.type("q")
        assert shown.ended() == 0
        assert shown.sound()
        words = shown.said().split("liqtop: ")[1]
        assert words.startswith("recording goes on until 20")
        assert words.strip().endswith("`liqtop record --stop` ends it")
        assert home.holder() == it
        status = home.run("record", "--status")
        assert status.returncode == 0
        assert status.stdout.startswith(f"recorder {it.pid} ({__version__}) in the background")
        assert home.run("record", "--stop").stderr == f"recorder {it.pid} ended\n"
        until(lambda: gone(it.pid), "its end")
    assert home.run("record", "--status").returncode == 1
    assert home.run("record", "--stop").stderr == "no recorder was running\n"
    log = home.folder / "state" / "liqtop" / "log" / "recorder.log"
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_viewer_whose_recorder_dies_says_so_and_starts_another(
    home: Home, market: Exchange
) -> None:
    with watching(home, market) as shown:
        first = running(home)
        shown.until(lambda: not shown.shows("recorder starting"), "that it records")
        os.kill(first.pid, signal.SIGKILL)
        shown.until(lambda: shown.shows("recorder starting"), "that it is gone")
        second = running(home, first)  # and meanwhile nobody reads what the viewer paints
        assert second.background
        shown.until(lambda: not shown.shows("recorder starting"), "that it records again")


def test_a_closed_window_ends_the_viewer_not_the_recorder(home: Home, market: Exchange) -> None:
    with watching(home, market) as shown:
        it = running(home)
        os.kill(shown.pid, signal.SIGHUP)
        assert shown.ended() == 128 + signal.SIGHUP
        assert shown.sound()
        assert home.holder() == it
        assert not gone(it.pid)


def test_a_background_recorder_ends_after_its_last_viewer(home: Home, market: Exchange) -> None:
    home.configure(SMALL + '[recorder]\nlinger = "1s"\n')
    often = "import tui.record\ntui.record.LINGER_STEP_S = 0.1"  # asks ten times a second
    seen = ViewerLock(home.data)
    with recorder(home, market.endpoint, "--background", before=often) as process:
        until(store_path(home.data).exists, "the store")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2.0)
        seen.release()
        assert process.wait(30) == 0
    assert home.holder() is None


def test_the_foreground_takes_over_from_the_background(home: Home, market: Exchange) -> None:
    with recorder(home, market.endpoint, "--background") as first:
        it = running(home)
        until(store_path(home.data).exists, "the store")
        with recorder(home, market.endpoint):
            assert not running(home, it).background
            assert first.wait(30) == 0


def test_a_background_recorder_of_another_version_is_replaced(home: Home, market: Exchange) -> None:
    older = "from tui import background\nbackground.__version__ = '0.0.1'"
    mine = settings(home, market.endpoint)
    with recorder(home, market.endpoint, "--background", before=older) as first:
        it = running(home)
        assert it.version == "0.0.1"
        until(store_path(home.data).exists, "the store")
        assert background.ensure(mine) == f"recorder 0.0.1 replaced by {__version__}"
        assert first.wait(30) == 0
        assert running(home, it).version == __version__
        assert background.ensure(mine) is None
    assert background.end(home.data) is not None


def test_a_foreground_recorder_of_another_version_is_reported(home: Home, market: Exchange) -> None:
    mine = settings(home, market.endpoint)
    with recording(home, replace(background.introduced(mine, False, 0), version="0.0.1")) as it:
        said = background.ensure(mine)
        assert said == f"recorder is 0.0.1, this is {__version__}: restart it"
        assert home.holder() == it


def test_other_settings_than_the_recorders_are_said(home: Home, market: Exchange) -> None:
    mine = settings(home, market.endpoint)
    with recording(home, background.introduced(mine, True, 0)) as it:
        assert background.ensure(mine) is None
        said = background.ensure(replace(mine, coins=("BTC", "XRP")))
        assert said is not None
        assert "other settings" in said
        assert home.holder() == it


def test_a_closed_store_in_a_folder_one_cant_write_is_read(home: Home, market: Exchange) -> None:
    with recorder(home, market.endpoint):
        until(lambda: home.counted() > 0, "a row")
    rows = home.counted()
    files = [home.data, *home.data.iterdir()]
    for path in files:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        check = f"import os, sys; sys.exit(os.access({str(home.data)!r}, os.W_OK))"
        if subprocess.run([sys.executable, "-c", check], preexec_fn=powerless).returncode:
            pytest.skip("this user may write everywhere and can't give that up")
        shot = home.run("snapshot", "--json", preexec_fn=powerless)
        assert shot.returncode in (0, 3, 4)  # with its data, as old as it may be by now
        assert '"schema": 1' in shot.stdout or '"schema":1' in shot.stdout
        status = home.run("status", preexec_fn=powerless)
        assert status.returncode == 0
        assert "BTC" in status.stdout or "no recorder" in status.stdout
        assert home.counted() == rows
        refused = home.run("record", "--endpoint", market.endpoint, preexec_fn=powerless)
        assert refused.returncode == 2
        assert str(home.data) in refused.stderr
        assert refused.stderr.count("\n") == 1
    finally:
        for path in files:
            path.chmod(0o700 if path.is_dir() else 0o600)


def powerless() -> None:
    """Before a child begins: root gives up the right to write where the mode says no (Linux)."""
    if os.geteuid() == 0 and sys.platform == "linux":
        import ctypes

        drop_from_bounding_set = 24
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


@pytest.mark.campaign
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no limit on another process here")
def test_a_full_disk_is_said_and_nothing_is_lost(home: Home, market: Exchange) -> None:
    """The disk is a limit on the size of the recorder's files, set and lifted while it runs."""
    with watching(home, market) as shown:
        it = running(home)
        until(lambda: home.counted() > 0, "a row")
        limit(it.pid, 4096)
        said: Holder = until(lambda: (now := home.holder()) and now.trouble and now, "trouble")
        assert str(said.trouble).startswith(f"{store_path(home.data)}: the disk ")
        shown.until(lambda: shown.shows("recorder: the disk "), "that it can't be written")
        shown.until(lambda: shown.shows("rows wait"), "how much waits")
        before = home.counted()

        def sent() -> int:
            return sum(venue["rows"] for venue in market.books()["sent"].values())

        known = sent()
        until(lambda: sent() > known, "a row while nothing can be written")
        time.sleep(0.5)  # it is received
        limit(it.pid, resource.RLIM_INFINITY)
        until(lambda: (now := home.holder()) and not now.trouble, "the end of the trouble")
        until(lambda: home.counted() > before, "the rows that waited")
        shown.until(lambda: not shown.shows("recorder: the disk "), "that it records again")
        health = home.read(HEALTH, where={"collector": "store"})
        assert health["state"].to_list() == ["retrying", "live"]
        times = home.read(LIQUIDATIONS)["received"].dt.epoch("ms").sort()
        told = health["ts"].dt.epoch("ms")
        assert times.is_between(told[0], told[1]).any()  # came while nothing could be written


def limit(pid: int, size: int) -> None:
    """No file of the process may grow beyond so many bytes."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize("make", [strange.database, strange.newer], ids=["foreign", "newer"])
@pytest.mark.parametrize("args", [(), ("replay", "--from", "1h ago")], ids=["monitor", "replay"])
def test_a_file_that_is_no_store_of_ours_is_one_line_and_starts_nothing(
    home: Home, make: Callable[[Path], None], args: tuple[str, ...]
) -> None:
    home.data.mkdir(parents=True)
    make(store_path(home.data))
    before = strange.contents(home.data)
    with viewer(home, *args) as shown:
        assert shown.ended() == 2
        assert shown.said().count("\n") == 1
        assert str(store_path(home.data)) in shown.said()
        assert strange.STRANGE[make] in shown.said()
        assert "choose --data-dir" in shown.said()
    assert home.holder() is None
    assert strange.contents(home.data) == before


def test_a_store_of_another_endpoint_is_one_line_and_starts_nothing(home: Home) -> None:
    Writer(store_path(home.data), "http://127.0.0.1:1").close()
    for args in ((), ("--endpoint", "http://127.0.0.1:2")):
        with viewer(home, *args) as shown:
            assert shown.ended() == 2
            assert shown.said().count("\n") == 1
            assert "belongs to http://127.0.0.1:1" in shown.said()
    assert home.holder() is None
