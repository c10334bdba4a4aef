"""ccxt loaded singly, sent to an endpoint of one's own, and its errors in our words."""

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
from aiohttp import web

from tests.fake_exchange import FakeExchange
from tui.errors import UsageError
from tui.venues import VENUES
from tui.venues.connect import Rest, authority, connect, repointed
from tui.venues.errors import NotListed, RateLimited, Unanswered
from tui.venues.lazy import ccxt_class

HOSTS = (
    *(".binance.com", "bybit", "hostname", "okx", "gate", "huobi", "hbdm", "bitfinex"),
    *("deribit", "kraken", "zklighter"),
)

CLASSES = """
import json, sys
{install}
import ccxt.pro
found = {{}}
for name in ("binance", "bybit", "okx"):
    cls = getattr(ccxt.pro, name)
    found[name] = [[c.__module__, c.__name__] for c in cls.__mro__]
    found[name].append(sorted(cls().has.items(), key=str))
    found[name].append(sorted(n for n in dir(cls) if "Get" in n))
loaded = len([m for m in sys.modules if m.startswith("ccxt.pro.")])
print(json.dumps([found, loaded], default=str))
"""


def classes(install: str) -> tuple[Any, int]:
    run = [sys.executable, "-c", CLASSES.format(install=install)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    found, loaded = json.loads(done.stdout)
    return found, loaded


def test_stubs_and_plain_import_give_the_same_classes() -> None:
    lazy, few = classes("from tui.venues.lazy import install; assert install()")
    plain, many = classes("")
    assert lazy == plain
    assert few < 10 < many


def test_a_layout_that_changed_falls_back_to_the_plain_import() -> None:
    broken = """
from tui.venues import lazy
lazy._PACKAGES = {"ccxt": "nowhere", "ccxt.async_support": "nowhere", "ccxt.pro": "nowhere"}
assert lazy.ccxt_class("okx").__module__ == "ccxt.pro.okx"
"""
    subprocess.run([sys.executable, "-c", broken], check=True)


def test_the_viewer_side_imports_no_ccxt() -> None:
    code = "import sys, tui.venues, tui.collectors; assert 'ccxt' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def addresses(urls: Any) -> list[str]:
    if isinstance(urls, dict):
        return [found for each in urls.values() for found in addresses(each)]
    return [urls] if isinstance(urls, str) else []


@pytest.mark.parametrize("venue", list(VENUES))
async def test_every_address_goes_to_the_endpoint_under_its_own_host(venue: str) -> None:
    exchange = connect(ccxt_class(VENUES[venue].exchange()), "http://127.0.0.1:8900")
    try:
        found = addresses(exchange.urls["api"])
        sockets = [VENUES[venue].address(exchange.urls["api"], s) for s in VENUES[venue].streams]
    finally:
        await exchange.close()
    assert found
    for url in found:
        scheme, _, rest = url.partition("://")
        assert scheme in ("http", "ws")
        assert rest.startswith("127.0.0.1:8900/")
        assert any(host in rest.split("/")[1] for host in HOSTS)
    assert all(socket.startswith("ws://127.0.0.1:8900/") for socket in sockets)


async def test_sockets_of_the_real_exchanges_stay_encrypted() -> None:
    exchange = connect(ccxt_class("binance"), None)
    try:
        usdm = VENUES["binance"].address(exchange.urls["api"], "usdm")
        assert exchange.streaming["keepAlive"] == 15_000
    finally:
        await exchange.close()
    assert usdm == "wss://fstream.binance.com/market/ws/0"


@pytest.mark.parametrize(
    "endpoint",
    [
        *("https://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.2:1", "http://u@127.0.0.1:1"),
        *("http://example.com:1", "http://10.0.0.1:1", "x"),
    ],
)
def test_an_endpoint_elsewhere_is_a_usage_error(endpoint: str) -> None:
    with pytest.raises(UsageError, match=r"http://127\.0\.0\.1:PORT"):
        authority(endpoint)


def test_placeholders_stay_for_ccxt() -> None:
    urls = {"public": {"spot": "wss://stream.{hostname}/v5"}, "rest": "https://{hostname}", "n": 5}
    assert repointed(urls, "http://[::1]:9") == {
        "public": {"spot": "ws://[::1]:9/stream.{hostname}/v5"},
        "rest": "http://[::1]:9/{hostname}",
        "n": 5,
    }


@pytest.mark.parametrize("status", [429, 418])
async def test_told_to_wait_carries_the_time(status: int) -> None:
    async with FakeExchange() as exchange:
        exchange.rest["exchangeInfo"] = lambda query: web.json_response(
            {"code": -1003, "msg": "Too many requests"}, status=status, headers={"Retry-After": "7"}
        )
        ask = Rest("binance", exchange.endpoint)
        with pytest.raises(RateLimited) as caught:
            await VENUES["binance"].instruments(ask, "usdm")
        await ask.close()
    assert caught.value.retry_after == 7.0


async def test_a_venue_that_is_closed_here_says_its_status() -> None:
    async with FakeExchange() as exchange:
        exchange.rest["exchangeInfo"] = lambda query: web.Response(status=451, text="restricted")
        ask = Rest("binance", exchange.endpoint)
        with pytest.raises(Unanswered, match="HTTP 451"):
            await VENUES["binance"].instruments(ask, "usdm")
        await ask.close()


async def test_an_unknown_symbol_is_not_listed() -> None:
    async with FakeExchange() as exchange:
        ask = Rest("binance", exchange.endpoint)
        with pytest.raises(NotListed):
            await ask("publicGetKlines", {"symbol": "XAUTUSDT", "interval": "1d"})
        await ask.close()


@pytest.mark.parametrize("venue", list(VENUES))
async def test_a_refused_connection_is_unanswered_and_can_be_asked_again(venue: str) -> None:
    async with FakeExchange() as exchange:
        gone = exchange.endpoint
    ask = Rest(VENUES[venue].exchange(), gone)
    for _ in range(2):
        with pytest.raises(Unanswered, match="cannot be reached"):
            await VENUES[venue].instruments(ask, VENUES[venue].streams[0])
        await ask.close()
    await asyncio.sleep(0)
