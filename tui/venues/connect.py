"""ccxt, loaded late, pointed where the settings say, with errors that a row of health can carry."""

from collections.abc import Mapping
from typing import Any

from tui.values import masked, on_loopback
from tui.venues.errors import NotListed, RateLimited, Unanswered, VenueError
from tui.venues.lazy import ccxt_class

KEEP_ALIVE_MS = 15_000
"""ccxt's own 180 s at Binance takes 6 to 9 minutes to notice a half-open socket."""


def authority(endpoint: str) -> str:
    """`127.0.0.1:8900` of `http://127.0.0.1:8900`; UsageError unless plain http to loopback."""
    return on_loopback(endpoint).netloc


def repointed(urls: Any, endpoint: str) -> Any:
    """Every address in ccxt's (nested) table under `endpoint`, its host the first path segment.

    `wss://fstream.binance.com/ws` becomes `ws://127.0.0.1:PORT/fstream.binance.com/ws`;
    placeholders such as `{hostname}` stay for ccxt to fill in.
    """
    if isinstance(urls, Mapping):
        return {name: repointed(url, endpoint) for name, url in urls.items()}
    if isinstance(urls, list):
        return [repointed(url, endpoint) for url in urls]
    if not isinstance(urls, str) or "://" not in urls:
        return urls
    scheme, rest = urls.split("://", 1)
    return f"{'ws' if scheme in ('ws', 'wss') else 'http'}://{authority(endpoint)}/{rest}"


_tls: dict[str, Any] = {}


def connect(exchange_class: Any, endpoint: str | None, proxy: str | None = None) -> Any:
    """An instance of a ccxt class: no markets, no kept answers, pings every 15 s.

    One TLS context serves all instances; each of ccxt's own would read the CA file again. The way
    to the real exchanges may lead over a proxy, which ccxt wants to be told twice: for requests
    and for sockets.
    """
    exchange = exchange_class({"streaming": {"keepAlive": KEEP_ALIVE_MS}})
    exchange.enableLastHttpResponse = False
    if endpoint is None:
        exchange.ssl_context = _tls.get("context")
        exchange.httpsProxy = exchange.wssProxy = proxy
    else:
        exchange.urls = {**exchange.urls, "api": repointed(exchange.urls["api"], endpoint)}
        exchange.verify = False  # nothing here is TLS
        exchange.timeout_on_exit = 0  # what TLS needs to say goodbye
    exchange.open()
    if endpoint is None:
        _tls["context"] = exchange.ssl_context
    return exchange


class Rest:
    """A venue's public REST endpoints by ccxt's implicit names, throttled by ccxt."""

    def __init__(self, exchange: str, endpoint: str | None, proxy: str | None = None) -> None:
        self._exchange_id, self._endpoint, self._proxy = exchange, endpoint, proxy
        self._exchange: Any = None
        self._status = 0

    async def __call__(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """The decoded answer. Raises RateLimited, NotListed or Unanswered.

        `method` is ccxt's implicit name, or a public path that ccxt has no name for.
        """
        if self._exchange is None:
            self._exchange = connect(ccxt_class(self._exchange_id), self._endpoint, self._proxy)
            self._exchange.on_rest_response = self._answered
        self._status = 0
        try:
            if "/" in method:  # the part of the API as a list: given as a text, parameters are lost
                return await self._exchange.request(method, ["public"], "GET", dict(params or {}))
            return await getattr(self._exchange, method)(dict(params or {}))
        except Exception as error:
            raise self._said(error) from error

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.close()

    def _said(self, error: Exception) -> VenueError:
        kinds = {cls.__name__ for cls in type(error).__mro__}
        if kinds & {"RateLimitExceeded", "DDoSProtection"} or self._status in (429, 418):
            return RateLimited("told to wait", self._retry_after())
        if kinds & {"BadSymbol", "BadRequest"}:
            return NotListed(short(error))
        if "RequestTimeout" in kinds:
            return Unanswered("no answer within 10 s")
        if "NetworkError" in kinds:
            return Unanswered(f"HTTP {self._status}" if self._status else "cannot be reached")
        return Unanswered(short(error))

    def _answered(self, status: int, reason: Any, url: Any, method: Any, *more: Any) -> Any:
        """ccxt's hook for each answer, of which OKX's class reads the body before the status."""
        self._status = status
        return more[1]

    def _retry_after(self) -> float | None:
        headers = self._exchange.last_response_headers or {}
        for name, value in headers.items():
            if name.lower() == "retry-after":
                try:
                    return float(value)
                except ValueError:
                    return None
        return None


def short(error: BaseException) -> str:
    """The first 120 characters of what an error says, on one line.

    aiohttp names a proxy that refuses with user and password, which must reach no log and screen.
    """
    return masked(" ".join(str(error).split()))[:120]
