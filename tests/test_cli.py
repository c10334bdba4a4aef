"""Commands as a person types them: one line for what is wrong, and the right exit code."""

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.frames import frame, liquidation
from tui.cli import main
from tui.store import Writer, store_path
from tui.tables import LIQUIDATIONS


def said(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--panel", "gold"], ["'gold'", "liquidations, long_short, moving_averages, safe_haven"]),
        (["--endpoint", "http://10.0.0.1:1"], ["http://127.0.0.1:PORT"]),
        (["statsu"], ["status", "--help"]),
        (["--colour"], ["--colour", "--help"]),
        (["config", "check", "--config", "/nowhere/x.toml"], ["/nowhere/x.toml", "config init"]),
        (["--data-dir", "/proc/none", "record"], ["/proc/none", "--data-dir"]),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], args: list[str], words: list[str]
) -> None:
    code, out, err = said(capsys, *args)
    assert (code, out) == (2, "")
    assert err.startswith("liqtop: ")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_without_a_terminal_the_monitor_says_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = said(capsys, "--data-dir", str(tmp_path))
    assert code == 1
    assert "liqtop snapshot" in err
    assert list(tmp_path.iterdir()) == []


def test_config_init_writes_once_and_check_reads_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "deep" / "config.toml"
    assert said(capsys, "config", "init", "--config", str(path))[:2] == (0, f"{path}\n")
    assert said(capsys, "config", "check", "--config", str(path))[0] == 0
    path.write_text('[view]\ncoin = "eth"\n')
    code, _, err = said(capsys, "config", "init", "--config", str(path))
    assert code == 2
    assert "is there already" in err
    assert path.read_text() == '[view]\ncoin = "eth"\n'


def test_status_without_a_store_is_a_line_not_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = said(capsys, "status", "--data-dir", str(tmp_path))
    assert code == 0
    assert "no store yet" in out
    assert len(out.rstrip("\n")) == 40


THEN = datetime(2026, 1, 20, 14, 3, 20, tzinfo=UTC)


@pytest.fixture
def listened(tmp_path: Path) -> Path:
    """The folder of a store that listened for two hours and heard one liquidation at THEN."""
    writer = Writer(store_path(tmp_path), None)
    writer.append(LIQUIDATIONS, frame(LIQUIDATIONS, [liquidation(THEN, 1_234.0)]))
    writer.set_meta("began", int((THEN - timedelta(hours=1)).timestamp() * 1000))
    writer.close()
    return tmp_path


def test_a_snapshot_of_the_past_is_as_it_was(
    capsys: pytest.CaptureFixture[str], listened: Path
) -> None:
    found = {}
    for at in ("2026-01-20 14:03", "2026-01-20T14:03:30Z"):
        _, out, _ = said(capsys, "snapshot", "--json", "--at", at, "--data-dir", str(listened))
        made = json.loads(out)
        found[made["as_of"]] = made["panels"]["liquidations"]["windows"]["5m"]["total_usd"]
    # Nobody listened, and nothing had come: no zero then.
    assert found == {"2026-01-20T14:03:00.000Z": None, "2026-01-20T14:03:30.000Z": 1_234.0}


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("soon", "'soon' is no time; write one like 2026-01-19 21:15"),
        ("2026-01-09 21:15", "2026-01-09 21:15Z: the store begins 2026-01-20 13:03Z"),
        ("2999-01-01", "2999-01-01 00:00Z has not come yet"),
    ],
)
def test_a_time_that_is_not_known_is_one_line(
    capsys: pytest.CaptureFixture[str], listened: Path, at: str, words: str
) -> None:
    code, out, err = said(capsys, "snapshot", "--at", at, "--data-dir", str(listened))
    assert (code, out) == (2, "")
    assert err.startswith(f"liqtop: {words}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("speed", ["0", "fast", "-1", "nan", "1e9"])
def test_a_replay_needs_a_speed(capsys: pytest.CaptureFixture[str], speed: str) -> None:
    code, _, err = said(capsys, "replay", "--from", "-3h", f"--speed={speed}")
    assert code == 2
    assert "is no speed; write one up to 3600" in err


def test_a_replay_needs_a_terminal_and_starts_nothing(
    capsys: pytest.CaptureFixture[str], listened: Path
) -> None:
    code, _, err = said(capsys, "replay", "--from", "-3h", "--data-dir", str(listened))
    assert code == 1
    assert "no terminal" in err
    assert [path.name for path in listened.iterdir()] == ["liqtop.sqlite"]


@pytest.mark.parametrize("command", [["snapshot"], ["snapshot", "--json"]])
def test_a_foreign_file_is_named_and_left_untouched(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    path = tmp_path / "liqtop.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    code, _, err = said(capsys, *command, "--data-dir", str(tmp_path))
    assert code == 2
    assert str(path) in err
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["liqtop.sqlite"]


def test_the_module_and_the_command_are_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("liqtop ")
