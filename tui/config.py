"""Typed settings from TOML. An error names the file, the key and the nearest valid key.

The defaults are `config/default.toml`, the file a user reads; there is no second list of them.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from platformdirs import PlatformDirs

from tui.alerts.settings import NOTICES, Alerts, Quiet, Rule
from tui.errors import ConfigError, UsageError
from tui.layouts import Layout, alone, layouts

PANEL_NAMES = ("liquidations", "long_short", "moving_averages", "safe_haven", "events")
WINDOW_NAMES = ("1m", "5m", "15m", "1h", "4h", "12h", "24h")
SMALLEST = {"1K": 1e3, "5K": 5e3, "10K": 1e4, "50K": 5e4, "100K": 1e5, "500K": 5e5, "1M": 1e6}
THEMES = ("dark", "light", "colour-blind", "ansi")
SIDES = ("flow", "position")
SYMBOLS = ("auto", "braille", "block", "console", "ascii")
KEY_IDS = (
    *("alerts", "all_coins", "back", "back_or_quit", "burst_next", "burst_previous"),
    *("coin", "coin_back", "coin_next", "coin_previous", "copy", "copy_panel"),
    *("cursor_back", "cursor_first", "cursor_last", "cursor_on", "filter", "group"),
    *("help", "help_back", "help_page_down", "help_page_up", "help_search", "hold", "layout"),
    "mute",
    *(f"panel_{n}" for n in range(1, 10)),
    *("open", "panel_next", "panel_previous"),
    *("quit", "repaint", "row_first", "row_last", "row_next", "row_previous"),
    *("size_larger", "size_smaller", "suspend", "theme", "time_back", "time_earlier"),
    *("time_earlier_ten", "time_go", "time_later", "time_later_ten", "time_live"),
    *("window_longer", "window_shorter", "zoom"),
)
"""The ids of all bindings; named here so that a config is checked without loading a screen."""

_DIRS = PlatformDirs("liqtop", appauthor=False)


@dataclass(frozen=True)
class Settings:
    """Everything a person can set. `file` is the config it came from, None for the defaults."""

    coins: tuple[str, ...]
    positioning_coins: tuple[str, ...]
    venues: tuple[str, ...]
    endpoint: str | None
    proxy: str | None
    linger_s: float
    panels: tuple[str, ...]
    coin: str | None
    window: str
    smallest: float
    theme: str
    side_colour: str
    symbols: str
    data_dir: Path
    layouts: tuple[Layout, ...]
    keys: Mapping[str, str] = field(default_factory=dict)
    alerts: Alerts = field(default_factory=Alerts)
    file: Path | None = None
    cache_dir: Path = field(default_factory=lambda: Path(_DIRS.user_cache_dir))
    log_dir: Path = field(default_factory=lambda: Path(_DIRS.user_log_dir))

    def with_flags(
        self,
        *,
        data_dir: Path | None = None,
        endpoint: str | None = None,
        panels: tuple[str, ...] | None = None,
    ) -> "Settings":
        """The same with what the command line said; flags win over the file."""
        return replace(
            self,
            data_dir=data_dir.expanduser().resolve() if data_dir else self.data_dir,
            endpoint=valid_endpoint(endpoint) if endpoint is not None else self.endpoint,
            panels=panels or self.panels,
            layouts=alone(panels) if panels else self.layouts,
        )

    def recorder_part(self) -> dict[str, Any]:
        """What the recorder's work depends on; the rest only changes the view."""
        return {
            "coins": list(self.coins),
            "positioning_coins": list(self.positioning_coins),
            "venues": list(self.venues),
            "endpoint": self.endpoint,
            "proxy": without_password(self.proxy),
            "alerts": self.alerts._replace(bell=True, notify="off"),
        }


def default_text() -> str:
    """The text of `config/default.toml`: from the wheel, or from the checkout when editable."""
    here = Path(__file__).parent  # importlib.resources would make `status` slower
    packaged = here / "_config" / "default.toml"
    beside = here.parent / "config" / "default.toml"
    return (packaged if packaged.is_file() else beside).read_text("utf-8")


def default_venues() -> tuple[str, ...]:
    """The venues that are on unless a config says otherwise."""
    venues = tomllib.loads(default_text())["venues"]
    return tuple(name for name, on in venues.items() if on is True)


def config_path() -> Path:
    """Where a user's config is looked for."""
    return Path(_DIRS.user_config_dir) / "config.toml"


def load(path: Path | None = None) -> Settings:
    """Settings of `path` (or the user's file, if there is one) over the defaults.

    Raises ConfigError for a file that is missing, not TOML, or has an unknown key or wrong value.
    """
    given = path if path is not None else config_path()
    if path is None and not given.is_file():
        return _settings({}, None)
    return _settings(_parse(given), given)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; `liqtop config init` writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None


def _settings(document: dict[str, Any], path: Path | None) -> Settings:
    defaults = tomllib.loads(default_text())
    merged = _merged(defaults, document, path)
    read = _Read(merged, path)
    names = venue_names(defaults)
    on = tuple(name for name in names if read("venues", name, _boolean))
    if not on:
        raise ConfigError(f"{path}: [venues]: all are off; set one of {', '.join(names)}")
    return Settings(
        coins=read("coins", "follow", coins),
        positioning_coins=read("coins", "positioning", coins),
        venues=on,
        endpoint=read("venues", "endpoint", valid_endpoint),
        proxy=read("network", "proxy", valid_proxy),
        linger_s=read("recorder", "linger", seconds),
        panels=read("view", "panels", panels),
        coin=read("view", "coin", lambda v: None if v == "all" else coin(v)),
        window=read("view", "window", _one_of(WINDOW_NAMES)),
        smallest=SMALLEST[read("view", "smallest", _one_of(tuple(SMALLEST)))],
        theme=read("theme", "name", _one_of(THEMES)),
        side_colour=read("theme", "side", _one_of(SIDES)),
        symbols=read("theme", "symbols", _one_of(SYMBOLS)),
        data_dir=read("paths", "data", _data_dir),
        layouts=_layouts(merged, read, path),
        keys=dict(merged["keys"]),
        alerts=_alerts(read, document.get("alert", []), names, path),
        file=path,
    )


def _alerts(read: "_Read", listed: Any, venues: tuple[str, ...], path: Path | None) -> Alerts:
    return Alerts(
        rules=_rules(listed, venues, path) if listed else (),
        bursts=read("alerts", "bursts", _boolean),
        feeds_s=read("alerts", "feeds", seconds),
        bell=read("alerts", "bell", _boolean),
        notify=read("alerts", "notify", _one_of(NOTICES)),
        quiet=read("alerts", "quiet", lambda v: _quiet(v) if v else None),
        on_alert=read("alerts", "on_alert", command),
        limit_s=read("alerts", "on_alert_limit", seconds),
    )


def _rules(listed: Any, venues: tuple[str, ...], path: Path | None) -> tuple[Rule, ...]:
    from tui.alerts.rules import rules  # 5 ms of names and patterns; most configs have no rule

    return rules(listed, venues, path)


def _quiet(value: Any) -> Quiet | None:
    from tui.alerts.rules import quiet

    return quiet(value)


def command(value: Any) -> tuple[str, ...]:
    """A program and its arguments; empty for none. No shell reads it."""
    if not isinstance(value, list):
        raise UsageError('is a list of a program and its arguments; write ["notify", "liqtop"]')
    if not all(isinstance(word, str) and word and "\0" not in word for word in value):
        raise UsageError("each part is a text that is not empty")  # unsaid: it may hold a secret
    return tuple(value)


def _layouts(document: dict[str, Any], read: "_Read", path: Path | None) -> tuple[Layout, ...]:
    shown, strip = read("view", "panels", panels), read("view", "strip", panels)
    try:
        return layouts(document["layout"], shown, strip, panels)
    except UsageError as error:
        raise ConfigError(f"{path}: [layout] {error}") from None


def venue_names(defaults: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """The venues there are: the switches under [venues] of the defaults."""
    switches = (defaults or tomllib.loads(default_text()))["venues"]
    return tuple(name for name, value in switches.items() if isinstance(value, bool))


class _Read:
    """Reads one key by its check; a value that fails is an error that names file and key."""

    def __init__(self, document: dict[str, Any], path: Path | None) -> None:
        self._document, self._path = document, path

    def __call__(self, section: str, key: str, check: Callable[[Any], Any]) -> Any:
        try:
            return check(self._document[section][key])
        except UsageError as error:
            raise ConfigError(f"{self._path}: [{section}] {key}: {error}") from None


def _merged(
    defaults: dict[str, Any], document: dict[str, Any], path: Path | None
) -> dict[str, Any]:
    merged = {section: dict(values) for section, values in defaults.items()}
    for section, values in document.items():
        if section == "alert":  # a list of rules, each read by itself
            continue
        if section not in defaults:
            raise ConfigError(f"{path}: [{section}]: {unknown('section', section, list(defaults))}")
        if not isinstance(values, dict):
            raise ConfigError(f"{path}: {section}: is a section, write [{section}]")
        if section == "layout":  # names are free, and a person's own set is the whole set
            merged[section] = values
            continue
        for key, value in values.items():
            _check_key(section, key, value, defaults, path)
            merged[section][key] = value
    return merged


def _check_key(
    section: str, key: str, value: Any, defaults: dict[str, Any], path: Path | None
) -> None:
    if section == "keys":
        if not isinstance(value, str):
            raise ConfigError(f'{path}: [keys] {key}: write the keys as a text, {key} = "f5"')
        if key not in KEY_IDS:
            raise ConfigError(f"{path}: [keys] {key}: {unknown('binding', key, list(KEY_IDS))}")
    elif key not in defaults[section]:
        text = unknown("key", key, list(defaults[section]))
        raise ConfigError(f"{path}: [{section}] {key}: {text}")


def unknown(what: str, name: str, valid: list[str]) -> str:
    """That there is no such name, and the nearest one there is."""
    from difflib import get_close_matches  # only a mistake pays for it

    near = get_close_matches(name, valid, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"valid: {', '.join(valid)}"
    return f"unknown {what}; {hint}"


def chosen(name: str, valid: tuple[str, ...], what: str) -> str:
    """`name` if it is one of `valid`, else a UsageError that lists them, the nearest first."""
    if name in valid:
        return name
    from difflib import get_close_matches  # only a mistake pays for it

    near = get_close_matches(name, valid, n=1) if isinstance(name, str) else []
    meant = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"unknown {what} {name!r}; {meant}valid: {', '.join(valid)}")


def _one_of(valid: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value in valid:
            return str(value)
        raise UsageError(f"{value!r} is none of {', '.join(valid)}")

    return check


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise UsageError(f"{value!r} is neither true nor false")


def coin(value: Any) -> str:
    """A coin's name in capitals: BTC, ETH, 1INCH."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9]{1,15}", value):
        return value.upper()
    raise UsageError(f"{value!r} is no coin; write one like BTC")


def coins(value: Any) -> tuple[str, ...]:
    """A list of coins, at least one, each once."""
    if not isinstance(value, list) or not value:
        raise UsageError(f'{value!r} is no list of coins; write ["BTC", "ETH"]')
    return tuple(dict.fromkeys(coin(v) for v in value))


def panels(value: Any) -> tuple[str, ...]:
    """A list of panel names, at least one, each once."""
    if not isinstance(value, list) or not value:
        raise UsageError(f'{value!r} is no list of panels; write ["liquidations"]')
    return tuple(dict.fromkeys(chosen(v, PANEL_NAMES, "panel") for v in value))


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(value: Any) -> float:
    """A span such as 30s, 15m, 12h or 2d, in seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", value) if isinstance(value, str) else None
    if match is None:
        raise UsageError(f"{value!r} is no span; write one like 30m or 12h")
    return float(match[1]) * _UNITS[match[2]]


def valid_endpoint(value: Any) -> str | None:
    """An endpoint on the loopback, without a trailing slash; "" means the real exchanges."""
    if value == "":
        return None
    parts = None
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        on_loopback = (
            parts is not None
            and parts.scheme == "http"
            and parts.hostname in ("127.0.0.1", "localhost", "::1")
            and parts.port is not None
            and parts.path in ("", "/")
            and not (parts.query or parts.fragment or parts.username)
        )
    except ValueError:  # a port that is no number, half an IPv6 address
        on_loopback = False
    if not on_loopback or parts is None:
        raise UsageError(f"{value!r} is no endpoint; write http://127.0.0.1:PORT (loopback only)")
    return f"http://{parts.netloc}"


def valid_proxy(value: Any) -> str | None:
    """A proxy for requests and sockets alike; "" means none.

    Plain http to the proxy: what goes through it is TLS between us and the exchange. SOCKS would
    need a package that ccxt does not bring.
    """
    if value == "":
        return None
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        fine = parts and parts.scheme == "http" and parts.hostname and parts.port
        bare = parts and parts.path in ("", "/") and not (parts.query or parts.fragment)
    except ValueError:
        fine = bare = False
    if not fine or not bare:  # without the value: it may hold a password
        raise UsageError("is no proxy; write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT")
    return str(value).rstrip("/")


def without_password(proxy: str | None) -> str | None:
    """A proxy as it may be shown: with neither user nor password."""
    return proxy and f"http://{urlsplit(proxy).netloc.rpartition('@')[2]}"


def _data_dir(value: Any) -> Path:
    if not isinstance(value, str) or "\0" in value:
        raise UsageError(f"{value!r} is no path")
    try:
        return Path(value).expanduser().resolve() if value else Path(_DIRS.user_data_dir)
    except (OSError, RuntimeError) as error:  # ~somebody who is not; a loop of links
        raise UsageError(f"{value!r} is no path: {error}") from None
