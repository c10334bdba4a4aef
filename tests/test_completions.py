"""Completion scripts, each read by the shell it is for."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tui.cli import main
from tui.commandline import TABLES, parser
from tui.completions import SCRIPTS
from tui.completions.words import commands
from tui.values import PANEL_NAMES


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
        (["export", "quotes", "-o", ""], {"compopt -o default"}),
        (["status", "--data-dir", ""], {"compopt -o dirnames"}),
        (["record", "--back"], set()),
        (["replay", "--sp"], {"compopt -o default", "--speed"}),
    ],
)
def test_bash_offers_files_and_folders_and_nothing_hidden(
    bash: Path, words: list[str], expected: set[str]
) -> None:
    assert offered(bash, *words) == expected


def test_bash_knows_which_command_it_completes(bash: Path) -> None:
    line = f"source {bash}; complete -p liqtop"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "complete -F _liqtop liqtop\n"


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_shell_finds_no_fault_in_its_script(tmp_path: Path, shell: str) -> None:
    path = written_for(shell, tmp_path)
    refused = tmp_path / "refused"
    refused.write_text(path.read_text() + "\nif (\n")
    assert checked(shell, path) == (0, "")
    assert checked(shell, refused) != (0, "")


def written_for(shell: str, folder: Path) -> Path:
    """The script for a shell in a file, if the shell is here."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    path = folder / f"liqtop.{shell}"
    path.write_text(SCRIPTS[shell](commands(parser())))
    return path


def checked(shell: str, script: Path) -> tuple[int, str]:
    """What the shell says of a script that it reads and does not run."""
    done = subprocess.run([shell, NO_RUN[shell], str(script)], capture_output=True, text=True)
    return done.returncode, done.stderr


NO_RUN = {"bash": "-n", "zsh": "-n", "fish": "--no-execute"}
LINES = [
    ("liqtop rec", {"record"}),
    ("liqtop st", {"status"}),
    ("liqtop status --m", {"--max-width"}),
    ("liqtop export liq", {"liquidations", "liquidation_minutes"}),
    ("liqtop export ", set(TABLES)),
    ("liqtop export quotes --format ", {"parquet", "csv", "jsonl"}),
    ("liqtop config s", {"show"}),
    ("liqtop --panel sa", {"safe_haven"}),
    ("liqtop --panel ", set(PANEL_NAMES)),
    ("liqtop --config x.toml sna", {"snapshot"}),
    ("liqtop --data-dir status do", {"doctor"}),
    ("liqtop export alerts --si", {"--since"}),
    ("liqtop export quotes --since ", set[str]()),
    ("liqtop completions z", {"zsh"}),
]
"""What is typed before the tab, and what every shell offers for it."""


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_bash_offers_what_every_shell_does(bash: Path, line: str, expected: set[str]) -> None:
    words = line.split(" ")[1:]
    found = offered(bash, *words)
    if not words[-1]:  # bash lists the options too before a "-" is typed
        found = {word for word in found if not word.startswith("-")}
    assert found == expected


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_fish_offers_what_may_stand_there(tmp_path: Path, line: str, expected: set[str]) -> None:
    path = written_for("fish", tmp_path)
    told = f"source {path}; complete -C '{line}'"
    done = subprocess.run(["fish", "-c", told], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert {offer.split("\t")[0] for offer in done.stdout.splitlines()} == expected


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_zsh_offers_what_may_stand_there(tmp_path: Path, line: str, expected: set[str]) -> None:
    assert tabbed(written_for("zsh", tmp_path), line) == expected


def test_zsh_offers_files_and_folders(tmp_path: Path) -> None:
    script = written_for("zsh", tmp_path)
    (tmp_path / "night.csv").touch()
    (tmp_path / "nightly").mkdir()
    assert tabbed(script, "liqtop replay ni") == {"night.csv", "nightly"}
    assert tabbed(script, "liqtop --data-dir ni") == {"nightly"}


_INSIDE = """\
PROMPT= PROMPT_EOL_MARK=
unsetopt prompt_cr beep
autoload -Uz compinit && compinit -D -u
source {script}
compadd() {{
    # A call that fills an array is zsh's own counting; what is left are the offers.
    [[ " ${{(j: :)@[1,(i)(-|--)]}} " == *" -"[OAD]" "* ]] && {{ builtin compadd "$@"; return }}
    local -a hits
    builtin compadd -A hits "$@"
    print -rl -- $hits >>{offers}
    builtin compadd "$@"
}}
ended() {{ print >{ended}; exit }}
comppostfuncs=(ended)
bindkey '^I' complete-word
print >{ready}
"""
"""Of a shell at a terminal: it writes down what is offered, and ends with the first tab."""

_OUTSIDE = """\
zmodload zsh/zpty zsh/zselect
wait_for() {{ repeat 2000; do [[ -e $1 ]] && return; zselect -t 1; done; return 1 }}
zpty -b inner zsh -f -i
zpty -w inner 'source {inside}'
wait_for {ready} || exit 3
zpty -w -n inner {line}$'\\t'
wait_for {ended} || exit 4
zpty -d inner
"""


def tabbed(script: Path, line: str) -> set[str]:
    """What zsh offers at the tab after a line, typed at a terminal in the script's folder."""
    folder = script.parent
    names = {name: folder / f".{name}" for name in ("inside", "offers", "ready", "ended")}
    for path in names.values():
        path.unlink(missing_ok=True)
    names["inside"].write_text(_INSIDE.format(script=script, **names))
    told = _OUTSIDE.format(line=shlex.quote(line), **names)
    done = subprocess.run(
        ["zsh", "-f", "-c", told], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    offers = names["offers"]
    return set(offers.read_text().split("\n")) - {""} if offers.exists() else set()


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
