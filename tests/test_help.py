"""Help: every command's ends with an example, and every example does what it shows."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from tests.processes import Home
from tui.cli import main
from tui.commandline import parser
from tui.store import Writer, store_path
from tui.storefile import VERSION
from tui.tables import TABLES
from tui.venues import VENUES


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every parser by the words that lead to it, `liqtop` itself by none."""
    top = parser()
    (action,) = (a for a in top._actions if isinstance(a, argparse._SubParsersAction))
    return {"": top, **action.choices}


COMMANDS = tuple(commands())
LONG = ("", "demo")
"""Not run to their end here: the monitor, and the demo, which tests/test_demo.py runs."""
CODES = {"record": 1, "snapshot": 3, "doctor": 1, "replay": 1}
"""Exit codes over a store that nobody has written to: nobody records, and every panel is stale."""


def helped(capsys: pytest.CaptureFixture[str], command: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def example(text: str) -> list[str]:
    """The words of the help's last line after `liqtop`."""
    heading, last = text.rstrip("\n").split("\n")[-2:]
    assert heading == "Example:"
    program, *words = shlex.split(last)
    assert program == "liqtop"
    return words


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_an_example_of_its_command(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    words = example(helped(capsys, command))
    assert words[:1] == [command] if command else words[0].startswith("--")
    parser().parse_args(words)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in LONG])
def test_every_example_runs(tmp_path: Path, command: str) -> None:
    home = Home(tmp_path)
    Writer(store_path(home.data), None).close()
    done = home.run(*example_of(command), cwd=tmp_path)
    assert done.returncode == CODES.get(command, 0), done.stderr
    assert done.stdout or done.stderr
    assert "Traceback" not in done.stderr


def test_the_example_of_the_monitor_needs_a_terminal(tmp_path: Path) -> None:
    done = Home(tmp_path).run(*example_of(""))
    assert (done.returncode, done.stdout) == (1, "")
    assert "no terminal here" in done.stderr


def example_of(command: str) -> list[str]:
    return shlex.split(commands()[command].example)[1:]  # type: ignore[attr-defined]


def test_the_demo_of_the_example_is_the_one_that_is_tested() -> None:
    assert example_of("demo") == ["demo", "--once", "--json"]


def test_the_readme_names_every_command() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    for name in COMMANDS:
        assert f"| `liqtop {name}".rstrip() in readme


def test_the_readme_names_every_table_of_an_export() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    (sentence,) = [part for part in readme.split("\n") if "The tables are `" in part]
    listed = sentence.split("The tables are ")[1].split(". ")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == {table.name for table in TABLES}


def test_the_changelog_knows_every_venue_and_one_version_of_the_store() -> None:
    changelog = (Path(__file__).parent.parent / "CHANGELOG.md").read_text("utf-8").lower()
    assert [name for name in VENUES if name not in changelog] == []
    assert set(re.findall(r"of\s+version (\d+)", changelog)) == {str(VERSION)}
