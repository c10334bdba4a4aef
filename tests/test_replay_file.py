"""`liqtop replay FILE`: a recording in the same screens by one command, and nothing left behind."""

import json
import signal
from pathlib import Path

import pytest

from tests.processes import Home, until, viewer
from tests.test_demo import left
from tui.cli import main

NIGHT = """\
ts,venue,symbol,side,qty,price
2026-01-19T21:14:58Z,okx,BTC-USDT-SWAP,long,12.5,80000
2026-01-19T21:15:00Z,okx,ETH-USDT-SWAP,short,100,3000
"""


def recorded(folder: Path, text: str = NIGHT, name: str = "night.csv") -> Path:
    """A recording of a long of a million dollars and a short of a third of it."""
    path = folder / name
    path.write_text(text)
    return path


def test_a_recording_plays_in_the_same_screens_and_leaves_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with viewer(home, "replay", str(recorded(tmp_path)), "--speed", "0") as shown:
        shown.until(lambda: shown.shows("1.30M"), "the sum of what was recorded, and no more")
        assert [len(found) for found in left(home)] == [1, 2]  # the exchange and the recorder
        shown.type("q")
        assert shown.ended() == 0
        assert shown.sound()
    assert left(home) == ([], [])
    assert not home.data.exists(), "the user's own store is left alone"


@pytest.mark.campaign
def test_raw_frames_play_too_and_a_kill_leaves_nothing_behind(tmp_path: Path) -> None:
    home = Home(tmp_path)
    order = {"e": "forceOrder", "E": 1768857298000, "o": {
        "s": "BTCUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": "12.5", "p": "79900",
        "ap": "80000", "X": "FILLED", "l": "12.5", "z": "12.5", "T": 1768857298000,
    }}  # fmt: skip
    frame = json.dumps({"venue": "binance", "stream": "usdm", "raw": order})
    with viewer(home, "replay", str(recorded(tmp_path, frame, "night.jsonl"))) as shown:
        shown.until(lambda: shown.shows("1 Liquidations"), "the panels")
        shown.kill(signal.SIGKILL)
    until(lambda: left(home) == ([], []), "the end of the children")


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("", "empty.csv", "no row of a venue in it"),
        ("a,b\n1,2\n", "other.csv", "KeyError: 'price'"),
        ("[1]\n", "other.jsonl", "TypeError: "),
    ],
)
def test_what_is_no_recording_is_one_line(tmp_path: Path, text: str, name: str, why: str) -> None:
    home, path = Home(tmp_path), recorded(tmp_path, text, name)
    with viewer(home, "replay", str(path), columns=200) as shown:
        assert shown.ended() == 2
        words = shown.sent.decode()
    assert words.startswith(f"liqtop: {path}: not a recording: ")
    assert why in words
    assert words.count("\n") == 1
    assert left(home) == ([], [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gone.csv"], "gone.csv: no such file"),
        (["gone.csv", "--from", "-3h"], "a recording is played whole: FILE goes without --from"),
        (["gone.csv", "--to", "now"], "a recording is played whole: FILE goes without --from"),
        ([], "nothing to play; write --from TIME, or the FILE of a recording"),
        (["--from", "-3h", "--speed", "0"], "0 is no speed; write one up to 3600"),
    ],
)
def test_what_can_not_be_played_is_said_before_anything_starts(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["replay", *words]) == 2
    assert capsys.readouterr().err.startswith(f"liqtop: {said}")
