"""Who may import whom, read from the source; and what the light commands must not load."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "tui"
MODULES = sorted(ROOT.rglob("*.py"))

WIRE = {"venues", "collectors", "recorder", "latest", "loopback"}
"""The only parts that may know ccxt and aiohttp."""
SCREEN = {"draw", "panels", "screens", "app", "themes"}
"""The only parts that may know textual."""
EVERYBODY = {"tables", "errors", "failures", "clock", "backoff", "values", "storefile"}


def part(path: Path) -> str:
    """The part of the program a file belongs to: its folder below tui, or its own name."""
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def running(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it but what stands under `if TYPE_CHECKING`."""
    yield node
    if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        for child in ast.iter_child_nodes(node):
            yield from running(child)


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports when it runs, those inside functions too."""
    for node in running(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "tui":
                yield from (f"tui.{alias.name}" for alias in node.names)


def own(path: Path) -> set[str]:
    """The parts of liqtop that a file imports, its own left out."""
    parts = {name.split(".")[1] for name in imported(path) if name.startswith("tui.")}
    return parts - {part(path), "__version__"}


def outer(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_who_may_import_whom(path: Path) -> None:
    where, parts, libraries = part(path), own(path) - EVERYBODY, outer(path)
    if where not in WIRE:
        assert not libraries & {"ccxt", "aiohttp"}
        assert where == "doctor" or "collectors" not in parts  # it says how much they ask for
    if where not in SCREEN:
        assert "textual" not in libraries
    if where not in {"__main__", "cli", "viewer"}:
        assert "app" not in parts
    if where == "metrics":
        assert not parts
        assert libraries <= {"polars", "tui", *sys.stdlib_module_names}
    if where == "draw":
        assert not parts
        assert not libraries & {"polars"}
    if where in {"tables", "errors", "failures"}:
        assert not parts
    if where in {"venues", "collectors"}:
        # A chain of 900 options becomes four rows before it is stored: by a metric, which is pure.
        assert parts <= {"venues", "config", "series"} | (
            {"metrics"} if where == "collectors" else set()
        )
    if where == "store":
        assert not parts
    if where == "panels":
        assert parts <= {"draw", "metrics", "snapshot", "scores", "config"}
    if where == "scores":
        assert parts <= {"metrics", "snapshot"}
    if where == "snapshot":
        assert parts <= {"store", "metrics"}


@pytest.mark.parametrize(
    ("written", "home"),
    [
        ("seconds=37.5", "metrics/feeds.py"),
        ("minutes=12.5", "metrics/feeds.py"),
        ('liqtop.sqlite"', "values.py"),
        ("def iso(", "clock.py"),
        ("- _EPOCH) // _MS", "clock.py"),
    ],
)
def test_one_home(written: str, home: str) -> None:
    """What is decided once is written once: two copies part sooner or later."""
    found = [path for path in MODULES if written in path.read_text("utf-8")]
    assert [str(path.relative_to(ROOT)) for path in found] == [home]


def loaded(*args: str) -> set[str]:
    """The top modules a command has loaded when it ends."""
    code = (
        "import sys\nfrom tui.cli import main\n"
        f"try:\n    main({list(args)!r})\nexcept SystemExit:\n    pass\n"
        "print('\\n' + ' '.join(sorted(m for m in sys.modules if '.' not in m)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["status"], ["config", "path"]])
def test_light_commands_load_nothing_heavy(command: list[str]) -> None:
    assert not loaded(*command) & {"textual", "polars", "ccxt", "aiohttp", "asyncio", "rich"}


def test_the_doctor_loads_no_client_of_the_wire() -> None:
    """It says how much the collectors would ask for; aiohttp alone takes half a second."""
    assert not loaded("doctor") & {"ccxt", "aiohttp", "textual"}


def test_a_viewer_never_loads_ccxt() -> None:
    code = (
        "import sys, tui.app, tui.snapshot, tui.document, tui.panels, tui.venues\n"
        "print(sorted({'ccxt', 'aiohttp'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
