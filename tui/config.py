"""Typed settings from TOML. An error names the file, the key and the nearest valid key.

The defaults are `config/default.toml`, the file a user reads; there is no second list of them.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from platformdirs import PlatformDirs

from tui.alerts.settings import NOTICES, Alerts, Quiet, Rule
from tui.errors import ConfigError, UsageError
from tui.keynames import keys
from tui.layouts import Layout, alone, layouts
from tui.series import Series, series, told
from tui.values import (
    KEY_IDS,
    SIDES,
    SMALLEST,
    SYMBOLS,
    THEMES,
    WINDOW_NAMES,
    boolean,
    coin,
    coins,
    command,
    masked,
    one_of,
    panels,
    seconds,
    unknown,
    valid_endpoint,
    valid_proxy,
    without_password,
)

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
    flow: bool = True
    coinbase: bool = True
    series: tuple[Series, ...] = ()
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

    def looking_like(self, other: "Settings") -> "Settings":
        """The same work with the view of `other`: what it shows, its keys, colours and bell. A coin
        that is not followed here is not shown alone."""
        return replace(
            self,
            panels=other.panels,
            layouts=other.layouts,
            coin=other.coin if other.coin in self.coins else None,
            window=other.window,
            smallest=other.smallest,
            theme=other.theme,
            side_colour=other.side_colour,
            symbols=other.symbols,
            keys=other.keys,
            alerts=self.alerts._replace(bell=other.alerts.bell, notify=other.alerts.notify),
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
            "flow": [self.flow, self.coinbase],
            "series": told(self.series),
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


def defaults() -> Settings:
    """The settings of who has no config."""
    return _settings({}, None)


def load(path: Path | None = None) -> Settings:
    """Settings of `path` (or the user's file, if there is one) over the defaults.

    Raises ConfigError for a file that is missing, not TOML, or has an unknown key or wrong value.
    """
    given = path if path is not None else config_path()
    if path is None and not given.is_file():
        return defaults()
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
    shipped = tomllib.loads(default_text())
    merged = _merged(shipped, document, path)
    read = _Read(merged, path)
    names = venue_names(shipped)
    on = tuple(name for name in names if read("venues", name, boolean))
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
        window=read("view", "window", one_of(WINDOW_NAMES)),
        smallest=SMALLEST[read("view", "smallest", one_of(tuple(SMALLEST)))],
        theme=read("theme", "name", one_of(THEMES)),
        side_colour=read("theme", "side", one_of(SIDES)),
        symbols=read("theme", "symbols", one_of(SYMBOLS)),
        data_dir=read("paths", "data", _data_dir),
        layouts=_layouts(merged, read, path),
        keys=dict(merged["keys"]),
        alerts=_alerts(read, document.get("alert", []), names, path),
        flow=read("flow", "record", boolean),
        coinbase=read("flow", "coinbase", boolean),
        series=series(document.get("series", []), path),
        file=path,
    )


def _alerts(read: "_Read", listed: Any, venues: tuple[str, ...], path: Path | None) -> Alerts:
    return Alerts(
        rules=_rules(listed, venues, path) if listed else (),
        bursts=read("alerts", "bursts", boolean),
        feeds_s=read("alerts", "feeds", seconds),
        bell=read("alerts", "bell", boolean),
        notify=read("alerts", "notify", one_of(NOTICES)),
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
            raise ConfigError(f"{self._path}: [{section}] {key}: {masked(str(error))}") from None


def _merged(
    defaults: dict[str, Any], document: dict[str, Any], path: Path | None
) -> dict[str, Any]:
    merged = {section: dict(values) for section, values in defaults.items()}
    for section, values in document.items():
        if section in ("alert", "series"):  # lists, each of their entries read by itself
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
        try:
            keys(value)
        except UsageError as error:
            raise ConfigError(f"{path}: [keys] {key}: {error}") from None
    elif key not in defaults[section]:
        text = unknown("key", key, list(defaults[section]))
        raise ConfigError(f"{path}: [{section}] {key}: {text}")


def _data_dir(value: Any) -> Path:
    if not isinstance(value, str) or "\0" in value:
        raise UsageError(f"{value!r} is no path")
    try:
        return Path(value).expanduser().resolve() if value else Path(_DIRS.user_data_dir)
    except (OSError, RuntimeError) as error:  # ~somebody who is not; a loop of links
        raise UsageError(f"{value!r} is no path: {error}") from None
