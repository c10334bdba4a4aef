"""liqtop takes no key, and yet its config may hold secrets: a proxy's password, and the key in the
address of a series. Neither is told: in no error, no log, no health row, not by doctor."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frames import NOW
from tests.processes import Home, child, until
from tui import config, record
from tui.collectors import series as collecting
from tui.collectors.daily import BadSeries
from tui.collectors.series import collect
from tui.doctor import in_force
from tui.errors import ConfigError, UsageError
from tui.recorder import _reason
from tui.series import Series
from tui.store import store_path
from tui.values import masked, valid_endpoint
from tui.venues.connect import short
from tui.venues.errors import RateLimited

SECRET = "s3cret"
LETTERS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/'\"?#@"), min_size=1
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no http://me:s3cret@h:1/ here", "no http://***@h:1/ here"),
        ("http://s3cret@h", "http://***@h"),
        ("'http://me:s3/cr@et@h:1'", "'http://***@h:1'"),
        ("at https://a.b/c.csv?key=s3cret, 403", "at https://a.b/c.csv?*** 403"),
        ("(url='https://a.b/c?x=1&key=s3cret')", "(url='https://a.b/c?***')"),
        ("https://a.b/c#s3cret", "https://a.b/c?***"),
        ("wss://fstream.binance.com/ws/!forceOrder@arr", None),
        ("ws://127.0.0.1:8080/ws/!forceOrder@arr", None),
        ("what? no address, me@here", None),
    ],
)
def test_an_address_is_told_without_its_login_and_query(text: str, told: str | None) -> None:
    assert masked(text) == (text if told is None else told)


@given(LETTERS, LETTERS, LETTERS)
def test_no_login_and_no_query_is_left_of_any_address(user: str, word: str, key: str) -> None:
    assert masked(f"a http://{user}:{word}@host:80 b") == "a http://***@host:80 b"
    assert masked(f"a https://host/p?k={key} b") == "a https://host/p?*** b"


@pytest.mark.parametrize(
    "text",
    [
        '[venues]\nendpoint = "http://me:s3cret@127.0.0.1:80"',
        '[venues]\nendpoint = "https://a.b/c?key=s3cret"',
        '[network]\nproxy = "http://me:s3cret@host"',
        '[network]\nproxi = "http://me:s3cret@host:80"',
        'network = "http://me:s3cret@host:80"',
        '[theme]\nname = "http://me:s3cret@host:80"',
        '[recorder]\nlinger = "http://me:s3cret@host:80"',
        '[coins]\nfollow = ["http://me:s3cret@host:80"]',
        '[[series]]\nname = "a"\nurl = "http://a.b/c?key=s3cret"',
        '[[series]]\nname = "a"\nurl = ["https://a.b/c?key=s3cret"]',
        '[[series]]\nname = "a"\nurl = "https://a.b/c?key=s3cret\\u0000"',
        '[[series]]\nname = "a"\npath = "https://a.b/c?key=s3cret"',
        '[[series]]\nname = "a"\nkind = "https://a.b/c?key=s3cret"\npath = "b"',
        '[[series]]\nname = "https://a.b/c?key=s3cret"\npath = "b"',
        '[network]\nproxy = "http://me:s3cret@host:80',
    ],
)
def test_no_error_of_a_config_holds_a_secret(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text + "\n")
    with pytest.raises(ConfigError) as raised:
        config.load(file)
    assert SECRET not in str(raised.value)
    assert str(file) in str(raised.value)


def test_the_errors_of_the_commands_hold_none_and_a_flag_neither(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure('[[series]]\nname = "a"\nurl = ["https://a.b/c?key=s3cret"]\n')
    for words in (("config", "show"), ("config", "check"), ("doctor",), ("record", "--status")):
        said = home.run(*words)
        assert said.returncode == 2, said.stderr
        assert SECRET not in said.stdout + said.stderr
        assert "[[series]] 1: url: " in said.stderr
    with pytest.raises(UsageError) as raised:
        valid_endpoint("http://me:s3cret@127.0.0.1:80")
    assert SECRET not in str(raised.value)


def test_doctor_says_where_a_series_is_from_without_its_key(tmp_path: Path) -> None:
    for address in ("https://a.b/c.csv?key=s3cret", "https://a.b/c.csv#s3cret"):
        file = tmp_path / "config.toml"
        file.write_text(f'[[series]]\nname = "a"\nurl = "{address}"\n')
        made = config.load(file)
        assert in_force(made)["series.a"].endswith(" of https://a.b/c.csv")
        assert SECRET not in str(made.recorder_part())


def test_a_reason_of_health_holds_none() -> None:
    error = OSError("407 of http://me:s3cret@h:80, for https://a.b/c?key=s3cret")
    assert _reason(error) == "OSError: 407 of http://***@h:80, for https://a.b/c?***"
    assert short(error) == "407 of http://***@h:80, for https://a.b/c?***"
    assert SECRET not in _reason(RateLimited("http://me:s3cret@h:80"))


async def test_a_source_that_says_the_key_again_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some answer `no access with s3cret`, which is then a column of no date."""

    async def answers(one: Series, endpoint: str | None, proxy: str | None) -> bytes:
        return b"no access with s3cret\n1\n"

    monkeypatch.setattr(collecting, "_raw", answers)
    one = Series("a", "https://a.b/c?form=csv&key=s3cret", True)
    with pytest.raises(RateLimited) as raised:
        await anext(aiter(collect(one, lambda: NOW)))
    assert "it has no access with ***" in str(raised.value)

    async def refuses(one: Series, endpoint: str | None, proxy: str | None) -> bytes:
        raise BadSeries("HTTP 403 of https://a.b/c?key=s3cret")

    monkeypatch.setattr(collecting, "_raw", refuses)
    with pytest.raises(RateLimited) as raised:
        await anext(aiter(collect(one, lambda: NOW)))
    assert SECRET not in str(raised.value)


@contextmanager
def logged(folder: Path) -> Iterator[Path]:
    """The recorder's log of this block."""
    loggers = [logging.getLogger(name) for name in ("liqtop", "asyncio")]
    before = [(one, list(one.handlers), one.level) for one in loggers]
    try:
        record._logging(folder, quiet=True)
        yield folder / "recorder.log"
    finally:
        for one, handlers, level in before:
            for handler in set(one.handlers) - set(handlers):
                one.removeHandler(handler)
                handler.close()
            one.setLevel(level)


def test_a_traceback_in_the_log_holds_none_and_its_cause_neither(tmp_path: Path) -> None:
    with logged(tmp_path) as file:
        try:
            try:
                raise OSError("407, url='http://me:s3cret@127.0.0.1:80'")
            except OSError as cause:
                raise ValueError("of https://a.b/c?key=s3cret") from cause
        except ValueError as error:
            logging.getLogger("liqtop").error("ended: %r", error, exc_info=error)
        words = file.read_text()
    assert "Traceback" in words
    assert "407, url='http://***@127.0.0.1:80'" in words
    assert SECRET not in words


async def test_an_error_that_nobody_waited_for_is_logged_without_it(tmp_path: Path) -> None:
    with logged(tmp_path) as file:
        context = {"message": "Task exception was never retrieved"}
        failed = OSError("cannot connect to http://me:s3cret@127.0.0.1:80")
        asyncio.get_running_loop().call_exception_handler(context | {"exception": failed})
        words = file.read_text()
    assert "http://***@127.0.0.1:80" in words
    assert SECRET not in words


class Refusing(BaseRequestHandler):
    """A proxy that wants another password."""

    def handle(self) -> None:
        self.request.recv(65_536)
        self.request.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")


@contextmanager
def refusing() -> Iterator[int]:
    """Its port."""
    with ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


FAILING = {"liquidations", "derivatives", "candles", "series"}


def test_a_recorder_whose_proxy_refuses_tells_its_password_to_nobody(tmp_path: Path) -> None:
    """Every request and socket, and the series, fail on the way: what is said and kept of that."""
    home = Home(tmp_path)
    with refusing() as port, (tmp_path / "words").open("w") as words:
        home.configure(
            f'[network]\nproxy = "http://alice:s3cret@127.0.0.1:{port}"\n'
            '[[series]]\nname = "mine"\nurl = "https://example.org/a.csv?token=t0ken"\n'
        )
        store = store_path(home.data)
        with child(home.command("record"), stderr=words, env=home.environment):
            until(lambda: failing(store) >= FAILING, "failures")
            doctor = home.run("doctor")
            home.run("record", "--status")
    told = [doctor.stdout, doctor.stderr, (tmp_path / "words").read_text()]
    told += [file.read_text() for file in tmp_path.rglob("*.log*")]
    assert any("retrying" in text or "warning" in text.lower() for text in told)
    kept = [file.read_bytes() for file in (home.data).iterdir() if file.is_file()]
    for secret in (SECRET, "alice", "t0ken"):
        assert not any(secret in text for text in told)
        assert not any(secret.encode() in raw for raw in kept)


def failing(store: Path) -> set[str]:
    """The collectors of which a health row says why they fail."""
    if not store.exists():
        return set()
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        try:
            return {row[0] for row in db.execute("SELECT collector FROM health WHERE reason <> ''")}
        except sqlite3.OperationalError:  # it is being made
            return set()
