"""What may stand in the config: the names there are, and the checks of single values.

A check gives the value as it is used, or raises a UsageError that says how to write it.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tui.errors import UsageError

PANEL_NAMES = (
    *("liquidations", "long_short", "moving_averages", "safe_haven", "events"),
    *("scorecard", "drivers", "depth", "options", "supply", "flows"),
)
WINDOW_NAMES = ("1m", "5m", "15m", "1h", "4h", "12h", "24h")
STORE = "liqtop.sqlite"
"""The store's file in the data folder; named here, since a status line must not load polars."""

SMALLEST = {"1K": 1e3, "5K": 5e3, "10K": 1e4, "50K": 5e4, "100K": 1e5, "500K": 5e5, "1M": 1e6}
THEMES = ("dark", "light", "colour-blind", "ansi")
SIDES = ("flow", "position")
SYMBOLS = ("auto", "braille", "block", "console", "ascii")
KEY_IDS = (
    *("alerts", "all_coins", "back", "back_or_quit", "burst_next", "burst_previous"),
    *("cascades", "choice_back", "choice_next", "choice_previous", "coin", "copy", "copy_panel"),
    *("cursor_back", "cursor_first", "cursor_last", "cursor_on", "filter", "group"),
    *("help", "help_back", "help_page_down", "help_page_up", "help_search", "hold", "layout"),
    "mute",
    *(f"panel_{n}" for n in range(1, 10)),
    *("open", "palette", "panel_next", "panel_previous"),
    *("quit", "repaint", "row_first", "row_last", "row_next", "row_previous"),
    *(
        "size_larger",
        "size_smaller",
        "sort_next",
        "sort_reverse",
        "suspend",
        "theme",
        "time_back",
        "time_earlier",
    ),
    *("time_earlier_ten", "time_go", "time_later", "time_later_ten", "time_live"),
    *("window_longer", "window_shorter", "zoom"),
)
"""The ids of all bindings; named here so that a config is checked without loading a screen."""


FEW = 12
"""So many names are listed beside the nearest one, too."""


def nearest(name: str, valid: list[str]) -> str:
    """`did you mean 'hold'?`, empty where nothing is near."""
    from difflib import get_close_matches  # only a mistake pays for it

    near = get_close_matches(name, valid, n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def unknown(what: str, name: str, valid: list[str]) -> str:
    """That there is no such name, and the nearest one there is; all where they are few."""
    near = nearest(name, valid)
    listed = f"valid: {', '.join(valid)}" if not near or len(valid) <= FEW else ""
    return f"unknown {what}; {' '.join(filter(None, (near, listed)))}"


def chosen(name: str, valid: tuple[str, ...], what: str) -> str:
    """`name` if it is one of `valid`, else a UsageError that lists them, the nearest first."""
    if name in valid:
        return name
    raise UsageError(unknown(f"{what} {name!r}", str(name), list(valid)))


def one_of(valid: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value in valid:
            return str(value)
        raise UsageError(f"{value!r} is none of {', '.join(valid)}")

    return check


def boolean(value: Any) -> bool:
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
    return None if value == "" else f"http://{on_loopback(value).netloc}"


def on_loopback(value: Any) -> SplitResult:
    """The parts of an endpoint: plain http to a port of this machine's loopback; else a UsageError.

    Three names, and no other address of 127.0.0.0/8: what a setting takes, a socket takes.
    """
    parts = None
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        fine = (
            parts is not None
            and parts.scheme == "http"
            and parts.hostname in ("127.0.0.1", "localhost", "::1")
            and parts.port is not None
            and parts.path in ("", "/")
            and not (parts.query or parts.fragment or parts.username)
        )
    except ValueError:  # a port that is no number, half an IPv6 address
        fine = False
    if not fine or parts is None:
        told = masked(repr(value))
        raise UsageError(f"{told} is no endpoint; write http://127.0.0.1:PORT (loopback only)")
    return parts


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


_LOGIN = re.compile(r"//(?:[^/\s]*|[^/\s:@]+:(?!\d+/)\S*)@")
_QUERY = re.compile(r"((?:https?|wss?)://[^\s?#'\"]*)[?#][^\s'\"]*", re.IGNORECASE)


def masked(text: str) -> str:
    """A text as it may be told: of the addresses in it neither user and password nor query, which
    may hold a key.

    >>> masked("407 of http://me:word@10.0.0.1:80, after https://a.b/c.csv?key=word")
    '407 of http://***@10.0.0.1:80, after https://a.b/c.csv?***'
    """
    return _QUERY.sub(r"\1?***", _LOGIN.sub("//***@", text))


def without_password(proxy: str | None) -> str | None:
    """A proxy as it may be shown: with neither user nor password."""
    return proxy and f"http://{urlsplit(proxy).netloc.rpartition('@')[2]}"


def command(value: Any) -> tuple[str, ...]:
    """A program and its arguments; empty for none. No shell reads it."""
    if not isinstance(value, list):
        raise UsageError('is a list of a program and its arguments; write ["notify", "liqtop"]')
    if not all(isinstance(word, str) and word and "\0" not in word for word in value):
        raise UsageError("each part is a text that is not empty")  # unsaid: it may hold a secret
    return tuple(value)
