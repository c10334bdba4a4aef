"""What liqtop must never do: listen, trust a forged certificate, show or keep what it may not."""

import ast
import asyncio
import json
import logging
import os
import ssl
import stat
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.processes import Exchange, Home, exchange, recorder, until
from tui import background, config, record, remembered
from tui.doctor import _remembered, in_force
from tui.errors import ConfigError
from tui.store import store_path
from tui.venues import VENUES
from tui.venues.connect import Rest, connect
from tui.venues.errors import VenueError
from tui.venues.lazy import ccxt_class
from tui.venues.socket import Socket

PACKAGE = Path(__file__).resolve().parent.parent / "tui"
PROXY = "http://alice:s3cret@127.0.0.1"


@cache
def calls(path: Path) -> frozenset[str]:
    """The name of everything that a file calls."""
    called = [
        node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if type(node) is ast.Call
    ]
    return frozenset(
        func.attr if isinstance(func, ast.Attribute) else ast.unparse(func) for func in called
    )


def callers(*names: str) -> set[str]:
    """The files of the package that call any of these."""
    return {
        str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if calls(path) & set(names)
    }


def test_only_the_loopback_exchange_listens() -> None:
    listens = callers("TCPSite", "UnixSite", "SockSite", "start_server", "create_server", "listen")
    assert listens == {"loopback/server.py"}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells who listens")
def test_a_recorder_listens_nowhere_and_its_exchange_on_loopback(tmp_path: Path) -> None:
    with exchange("--no-live") as market:
        home = Home(tmp_path)
        with recorder(home, market.endpoint) as process:
            until(lambda: len(inodes(process.pid)) > 1, "its connections")
            assert listening(inodes(process.pid)) == set()
    assert "127.0.0.1" in market.endpoint


def inodes(pid: int) -> set[str]:
    """The sockets of a process."""
    links = [os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()]
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def listening(found: set[str]) -> set[str]:
    """Those of them that listen for TCP."""
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {line[9] for line in lines if line[3] == "0A" and line[9] in found}


def test_no_shell_is_run() -> None:
    assert callers("system", "popen", "create_subprocess_shell") == set()
    for path in PACKAGE.rglob("*.py"):
        assert "shell=True" not in path.read_text("utf-8")


def test_the_only_program_run_for_a_person_is_that_of_alerts() -> None:
    assert callers("create_subprocess_exec") == {"alerts/command.py"}
    # Beside it liqtop starts itself alone: the recorder of a monitor, what a demo consists of.
    started = callers(
        "Popen", "run", "call", "check_call", "check_output", "spawn", "execv", "fork"
    )
    own = {path for path in started if "import subprocess" in (PACKAGE / path).read_text("utf-8")}
    assert own == {"background.py", "stage.py"}
    for path in own:
        assert "sys.executable" in (PACKAGE / path).read_text("utf-8")


def test_the_words_of_the_program_are_neither_told_nor_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure('[alerts]\non_alert = ["false", "--token", "s3cret"]\n')
    for words in (["doctor"], ["alerts"]):
        said = home.run(*words)
        assert "s3cret" not in said.stdout + said.stderr
        assert "false with 2 arguments" in said.stdout
    settings = config.load(home.config)
    assert "s3cret" not in in_force(settings)["alerts.on_alert"]
    assert "s3cret" not in str(background.introduced(settings, False, 0))


@pytest.mark.parametrize("venue", list(VENUES))
async def test_certificates_of_real_exchanges_are_verified(venue: str) -> None:
    it = connect(ccxt_class(venue), None)
    try:
        assert it.verify is True
        assert it.ssl_context.verify_mode is ssl.CERT_REQUIRED
        assert it.ssl_context.check_hostname
        assert it.session.connector._ssl in (True, it.ssl_context)
    finally:
        await it.close()


@asynccontextmanager
async def proxy(answer: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A proxy on 127.0.0.1 that gives one answer; its port, and what it was asked for."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        server.close()


@pytest.mark.parametrize("venue", list(VENUES))
@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "502 Bad Gateway"])
async def test_requests_and_sockets_go_through_the_proxy_and_its_password_is_not_told(
    venue: str, status: str
) -> None:
    async with proxy(f"HTTP/1.1 {status}\r\n\r\n".encode()) as (port, asked):
        way = f"{PROXY}:{port}"
        ask = Rest(VENUES[venue].exchange(), None, way)
        with pytest.raises(VenueError) as first:
            await VENUES[venue].instruments(ask, VENUES[venue].streams[0])
        await ask.close()
        stream = VENUES[venue].streams[0]
        socket = Socket(VENUES[venue], stream, None, bool, lambda: None, lambda text: None, way)
        with pytest.raises(VenueError) as second:
            await socket.open()
        await socket.close()
    assert len(asked) == 2
    assert all(b"CONNECT" in one.split(b"\r\n")[0] for one in asked)
    assert all(b"Proxy-Authorization: Basic" in one for one in asked)
    for error in (first.value, second.value):
        assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    "wrong", ["socks5://h:1", "http://h", "h:80", "http://u:s3cret@h:x", "http://h:1/path", 7]
)
def test_what_is_no_proxy_is_told_without_its_password(wrong: object, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[network]\nproxy = {wrong!r}\n")
    with pytest.raises(ConfigError, match=r"\[network\] proxy: is no proxy") as caught:
        config.load(file)
    assert "s3cret" not in str(caught.value)


def test_doctor_prints_every_setting_in_force_and_no_password(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(f'[network]\nproxy = "{PROXY}:8080"\n[view]\nwindow = "4h"\n')
    said = home.run("doctor").stdout
    for section, keys in tomllib.loads(config.default_text()).items():
        for key in keys:
            assert f"{section}.{key} = " in said
    assert "view.window = 4h" in said
    assert "network.proxy = http://127.0.0.1:8080\n" in said
    assert "s3cret" not in said
    assert "alice" not in said
    settings = config.load(home.config)
    assert "s3cret" not in str(settings.recorder_part())
    assert in_force(settings)["network.proxy"] == "http://127.0.0.1:8080"


def test_doctor_tells_what_is_remembered_and_that_it_wins(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure('[view]\nsmallest = "1K"\n')
    settings = config.load(home.config).with_flags(data_dir=tmp_path)
    assert in_force(settings)["view.smallest"] == "1K"
    assert list(_remembered(settings)) == []
    remembered.keep(tmp_path, "layout", "of a config before")
    assert list(_remembered(settings)) == []
    remembered.keep(tmp_path, "smallest", 1e6)
    remembered.keep(tmp_path, "layout", "market")
    assert in_force(settings)["view.smallest"] == "1M (remembered; the config says 1K)"
    (told,) = _remembered(settings)
    assert told.found.startswith("the smallest size and the layout market chosen last")
    assert str(tmp_path / "viewer.json") in told.found


def test_logs_rotate_and_are_private_whatever_the_umask(tmp_path: Path) -> None:
    log = logging.getLogger("liqtop")
    before, level, old = list(log.handlers), log.level, os.umask(0o022)
    try:
        record._logging(tmp_path, quiet=True)
        for _ in range(60):
            log.info("x" * 100_000)
    finally:
        os.umask(old)
        for handler in set(log.handlers) - set(before):
            log.removeHandler(handler)
            logging.getLogger("asyncio").removeHandler(handler)
            handler.close()
        log.setLevel(level)
    files = list(tmp_path.iterdir())
    assert len(files) == 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert sum(file.stat().st_size for file in files) < 4_200_000


@pytest.mark.campaign
def test_what_a_venue_says_cannot_steer_a_terminal_and_files_are_private(tmp_path: Path) -> None:
    """A contract named by an escape sequence and by markup, from the wire to the screen."""
    home, name = Home(tmp_path), "\x1b]0;owned\x07\x1b[2J[/x]"
    with exchange("--no-live") as market, recorder(home, market.endpoint):
        until(lambda: any(n for _, n in market.books()["sockets"]["binance"]), "a subscription")
        now = market.books()["now_ms"]
        order = {"s": name, "S": "SELL", "q": "1", "p": "9", "ap": "9", "z": "1", "T": now}
        text = json.dumps({"e": "forceOrder", "E": now, "o": order})
        until(lambda: say(market, text) and home.counted() > 0, "the row")
        shown = home.run("snapshot", "--width", "120")
        status = home.run("status")
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode)
            for path in [*home.data.glob("liqtop.sqlite*"), *home.folder.rglob("recorder.log")]
        }
        log = next(home.folder.rglob("recorder.log")).read_text()
    for said in (shown.stdout, shown.stderr, status.stdout, log):
        assert "\x1b" not in said
        assert "\x07" not in said
    assert store_path(home.data).name in modes
    assert set(modes.values()) == {0o600}


def say(market: Exchange, text: str) -> bool:
    """Have the exchange send a text to Binance's subscribers."""
    return bool(market.order(do="say", venue="binance", stream="usdm", text=text)["ok"])
