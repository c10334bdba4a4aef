"""Commands as a person types them: one line for what is wrong, and the right exit code."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli import main


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
