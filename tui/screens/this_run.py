"""What runs here: version, config, store, recorder, endpoint, and every feed with its age."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tui import __version__, draw
from tui.config import Settings
from tui.lock import Holder
from tui.snapshot import Snapshot

Row = tuple[str, str]


def rows(settings: Settings, about: Mapping[str, str], snapshot: Snapshot | None) -> list[Row]:
    """A row of the help page each; `about` is what only the caller knows, as who records."""
    found = [
        ("version", f"liqtop {__version__}"),
        ("config", str(settings.file or "defaults")),
        ("store", str(settings.data_dir)),
        *about.items(),
    ]
    if settings.endpoint:
        found.append(("endpoint", f"{settings.endpoint} (not the real exchanges)"))
    return found if snapshot is None else [*found, *feeds(snapshot, settings.coins)]


def feeds(snapshot: Snapshot, coins: tuple[str, ...]) -> list[Row]:
    """Each feed's state, the age of its last sign of life, and what is wrong with it."""
    found = []
    for feed in snapshot.feeds(snapshot.tape(coins)):
        age = "" if feed.age_s is None else f", last {draw.age(feed.age_s)} ago"
        name = f"{feed.venue} {feed.stream}".strip() or feed.collector
        found.append((draw.safe(name), draw.safe(f"{feed.collector} {feed.said}{age}")))
    return found


def recorder(running: Holder | None) -> str:
    """Who records, and since when."""
    if running is None:
        return "none runs"
    since = datetime.fromtimestamp(running.since / 1000, UTC)
    where = "in the background" if running.background else "in the foreground"
    return f"{running.version}, process {running.pid} {where} since {since:%Y-%m-%d %H:%MZ}"
