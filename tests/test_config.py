"""Settings: the defaults, a user's file over them, and errors that name file, key and cure."""

import string
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import Keys, _character_to_key

from tui import config, keynames, values
from tui.app import LiqtopApp
from tui.errors import ConfigError, UsageError
from tui.screens import keys
from tui.screens.scopes import scopes


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_defaults_are_the_file_a_user_reads(tmp_path: Path) -> None:
    settings = config.load(written(tmp_path, config.default_text()))
    assert settings.coins == ("BTC", "ETH", "SOL")
    on = "binance bybit okx gate htx bitfinex deribit kraken"
    assert settings.venues == config.default_venues() == tuple(on.split())
    assert settings.linger_s == 12 * 3600
    assert settings.coin is None
    assert settings.smallest == 10_000.0


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    text = '[venues]\nokx = false\nendpoint = "http://127.0.0.1:8900/"\n[view]\ncoin = "sol"\n'
    settings = config.load(written(tmp_path, text))
    assert settings.venues == tuple(v for v in config.default_venues() if v != "okx")
    assert settings.endpoint == "http://127.0.0.1:8900"
    assert settings.coin == "SOL"
    assert settings.coins == ("BTC", "ETH", "SOL")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[venues]\nbinanse = true\n",
            ["[venues] binanse", "'binance'? valid: binance, bybit"],
        ),
        ('[keys]\nhold = "spacebarx"\n', ["[keys] hold", "'spacebarx' is no key", "'space'"]),
        ('[keys]\nhold = "a, esc"\n', ["[keys] hold", "'esc' is no key", "'escape'"]),
        ('[keys]\nhelp = "questionmark"\n', ["[keys] help", "'question_mark'"]),
        ('[keys]\nhelp = "control+a"\n', ["[keys] help", "'control+a' is no key", "'ctrl'"]),
        ('[keys]\nhelp = "shift+ctrl+up"\n', ["[keys] help", "write 'ctrl+shift+up'"]),
        ('[keys]\nhelp = "qqqqq"\n', ["[keys] help", "f5, space or ctrl+x"]),
        ('[keys]\nhelp = ","\n', ["[keys] help", "'comma'"]),
        ("[veneus]\n", ["[veneus]", "did you mean 'venues'"]),
        ('[venues]\nokx = "yes"\n', ["[venues] okx", "neither true nor false"]),
        ('[view]\nwindow = "3m"\n', ["[view] window", "'3m'", "1m, 5m, 15m"]),
        ('[view]\npanels = ["liquidation"]\n', ["[view] panels", "liquidations, long_short"]),
        ('[recorder]\nlinger = "12"\n', ["[recorder] linger", "12h"]),
        ("[recorder]\nlinger = 12\n", ["[recorder] linger", "12h"]),
        ('[venues]\nendpoint = "https://x.example:1"\n', ["[venues] endpoint", "127.0.0.1"]),
        ("[coins]\nfollow = []\n", ["[coins] follow", "list of coins"]),
        ("[keys]\nhold = 3\n", ["[keys] hold", "text"]),
        ('[keys]\nhlod = "x"\n', ["[keys] hlod", "did you mean 'hold'"]),
        (
            "[venues]\n" + "".join(f"{name} = false\n" for name in config.default_venues()),
            ["[venues]", "all are off", "binance, bybit, okx"],
        ),
        ("venues = 1\n", ["venues", "[venues]"]),
        ("[venues\n", ["not TOML"]),
    ],
)
def test_an_error_names_file_key_and_what_to_write(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        config.load(path)
    message = str(raised.value)
    assert str(path) in message
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="config init"):
        config.load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1:80",
        "https://127.0.0.1:80",
        "http://127.0.0.1",
        "http://127.0.0.1:99999",
        "http://127.0.0.2:80",
        "http://127.0.0.1:80/path",
        "http://user@127.0.0.1:80",
        "http://127.0.0.1.example.org:80",
        "ws://127.0.0.1:80",
        7,
    ],
)
def test_only_plain_http_on_the_loopback_is_an_endpoint(url: object) -> None:
    with pytest.raises(UsageError):
        values.valid_endpoint(url)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_is_settings_or_a_config_error(text: str) -> None:
    with TemporaryDirectory() as folder, suppress(ConfigError):
        config.load(written(Path(folder), text))


def test_the_ids_of_the_bindings_are_those_of_the_screens() -> None:
    bound = {b.id for scope in scopes(LiqtopApp) for b in keys.bindings(scope) if b.id}
    assert sorted(values.KEY_IDS) == sorted(bound)


def test_every_key_that_the_screen_names_may_be_set() -> None:
    named = {key.value for key in Keys} - {"return", "ctrl-at"}  # those it never sends
    for key in (*(key for key in named if not key.startswith("<")), *_names(string.punctuation)):
        assert keynames.keys(key) == key
    for text in ("", "a", "Q", "?", "+", "a, f5,space", "alt+ctrl+delete", "ö"):
        assert keynames.keys(text) == text
    with pytest.raises(UsageError, match=r"write 'ctrl\+slash'"):
        keynames.keys("ctrl+/")
    declared = [
        key
        for scope in scopes(LiqtopApp)
        for one in keys.bindings(scope)
        for key in one.key.split(",")
    ]
    for key in declared:
        assert keynames.keys(key) == key


def _names(signs: str) -> list[str]:
    return [_character_to_key(sign) for sign in signs]
