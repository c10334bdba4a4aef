"""Completion scripts, each read by the shell it is for."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tui.cli import main
from tui.commandline import parser
from tui.completions import SCRIPTS
from tui.completions.words import commands


@pytest.fixture(scope="module")
def bash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script for bash in a file."""
    if shutil.which("bash") is None:
        pytest.skip("no bash here")
    path = tmp_path_factory.mktemp("completions") / "liqtop.bash"
    path.write_text(SCRIPTS["bash"](commands(parser())))
    return path


def offered(script: Path, *words: str) -> set[str]:
    """What bash offers for the last of the words."""
    line = " ".join(f"'{word}'" for word in ("liqtop", *words))
    told = f"""
        compopt() {{ printf '%s\\n' "compopt $*"; }}
        source {script}
        COMP_WORDS=({line}); COMP_CWORD={len(words)}
        _liqtop
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", told], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return set(done.stdout.split("\n")) - {""}


def test_commands_come_first(bash: Path) -> None:
    names = {command.name for command in commands(parser())} - {""}
    assert offered(bash, "") >= names
    assert offered(bash, "st") == {"status"}
    assert "completions" in names


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["status", "--m"], {"--max-width"}),
        (["export", "liq"], {"liquidations", "liquidation_minutes"}),
        (["export", "quotes", "--format", ""], {"parquet", "csv", "jsonl"}),
        (["config", "s"], {"show"}),
        (["--panel", "sa"], {"safe_haven"}),
        (["--config", "x.toml", "sna"], {"snapshot"}),
        (["--data-dir", "status", "do"], {"doctor"}),
        (["completions", "z"], {"zsh"}),
        (["export", "quotes", "--since", ""], set()),
        (["export", "quotes", "-o", ""], {"compopt -o default"}),
        (["status", "--data-dir", ""], {"compopt -o dirnames"}),
        (["record", "--back"], set()),
        (["replay", "--sp"], {"compopt -o default", "--speed"}),
    ],
)
def test_bash_offers_what_may_stand_there(bash: Path, words: list[str], expected: set[str]) -> None:
    assert offered(bash, *words) == expected


def test_bash_knows_which_command_it_completes(bash: Path) -> None:
    line = f"source {bash}; complete -p liqtop"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "complete -F _liqtop liqtop\n"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_another_shell_reads_its_script(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    script = SCRIPTS[shell](commands(parser()))
    done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("liqtop st", {"status"}),
        ("liqtop status --m", {"--max-width"}),
        ("liqtop export liq", {"liquidations", "liquidation_minutes"}),
        ("liqtop export quotes --format ", {"parquet", "csv", "jsonl"}),
        ("liqtop config s", {"show"}),
        ("liqtop --panel sa", {"safe_haven"}),
        ("liqtop --config x.toml sna", {"snapshot"}),
        ("liqtop --data-dir status do", {"doctor"}),
        ("liqtop export alerts --si", {"--since"}),
        ("liqtop export quotes --since ", set()),
        ("liqtop completions z", {"zsh"}),
    ],
)
def test_fish_offers_what_may_stand_there(tmp_path: Path, line: str, expected: set[str]) -> None:
    if shutil.which("fish") is None:
        pytest.skip("no fish here")
    path = tmp_path / "liqtop.fish"
    path.write_text(SCRIPTS["fish"](commands(parser())))
    told = f"source {path}; complete -C '{line}'"
    done = subprocess.run(["fish", "-c", told], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert {offer.split("\t")[0] for offer in done.stdout.splitlines()} == expected


@pytest.mark.parametrize("shell", SCRIPTS)
def test_every_word_of_the_help_is_in_every_script(
    capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    assert main(["completions", shell]) == 0
    script = capsys.readouterr().out
    for command in commands(parser()):
        assert command.name in script
        for option in command.options:
            for name in option.names:
                assert written(name, shell) in script
    assert "--throw-away" not in script


def written(name: str, shell: str) -> str:
    """An option as the script of the shell names it."""
    if shell != "fish":
        return name
    return f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
