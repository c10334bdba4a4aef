"""The market lists of the three venues, of real size: coins with paths, and fillers that echo."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tui.loopback.coins import COINS, TRADFI, Coin, lot_of, power_of_ten, tick_of
from tui.loopback.path import DAY

SIZES = {
    ("binance", "usdm"): 700,
    ("binance", "coinm"): 25,
    ("binance", "spot"): 3500,
    ("bybit", "linear"): 800,
    ("bybit", "inverse"): 30,
    ("bybit", "spot"): 600,
    ("okx", "swap"): 350,
    ("okx", "futures"): 12,
    ("okx", "spot"): 700,
}
"""How many markets each list holds."""

OLD = 1_502_928_000_000  # listed in August 2017, for every market but the young gold perpetual

CROSSES = {"BTC": 89_880.0, "ETH": 2_987.0, "BNB": 885.2, "TRY": 1 / 43.2, "EUR": 1.172}
"""USD per unit of the quotes that are not dollars."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One market of one venue.

    `path` names its price in the scenario ("" for a filler), `unit` is how many of that one listed
    unit is worth (1000 for 1000PEPE). `contract` is coins of the listed base per contract, or USD
    when inverse; `lot` the step of an order in contracts, `tick` of its price.
    """

    venue: str
    stream: str
    id: str
    base: str
    quote: str
    settle: str
    kind: str  # spot, swap, future
    path: str
    price: float  # at the scenario's end, in `quote`
    unit: float = 1.0
    contract: float = 1.0
    lot: float = 1.0
    began: int = OLD
    expires: int | None = None
    tradfi: bool = False

    @property
    def inverse(self) -> bool:
        """Settled in the coin, sized in USD."""
        return self.kind != "spot" and self.settle == self.base

    @property
    def tick(self) -> float:
        """The step of its price."""
        return tick_of(self.price)


@lru_cache(maxsize=1)
def fillers() -> tuple[tuple[str, float], ...]:
    """1,500 invented tickers with a price each; the same in every scenario."""
    rng = random.Random("fillers")
    taken = {coin.name for coin in (*COINS, *TRADFI)} | {"XAU", "PAXG", "XAUT", "USDC", "USDT"}
    taken |= {listed for coin in COINS for _, listed, _ in coin.multiples} | set(CROSSES)
    out: list[tuple[str, float]] = []
    while len(out) < 1500:
        name = "".join(rng.choice(c) for c in ("BCDFGKLMNPRSTVZ", "AEIOU", "KLMNRSTXYZ", "AEIOY"))
        name = name[: rng.choice((3, 4, 4))]
        if name not in taken:
            taken.add(name)
            out.append((name, round(10 ** rng.uniform(-3, 1.5), 6)))
    return tuple(out)


def quarter_ends(end: int) -> tuple[datetime, datetime]:
    """The next two quarterly expiries at least two weeks away: last Fridays, 08:00 UTC."""
    out: list[datetime] = []
    now = datetime.fromtimestamp(end / 1000, UTC) + timedelta(days=14)
    year, month = now.year, (now.month - 1) // 3 * 3 + 3
    while len(out) < 2:
        first = datetime(year + month // 12, month % 12 + 1, 1, 8, tzinfo=UTC)
        friday = first - timedelta(days=(first.weekday() - 4 - 1) % 7 + 1)
        if friday > now:
            out.append(friday)
        year, month = (year + 1, 3) if month == 12 else (year, month + 3)
    return out[0], out[1]


def _listed(coin: Coin, venue: str) -> tuple[str, float]:
    """The base a venue lists a coin under, and its multiplier."""
    for at, listed, by in coin.multiples:
        if at == venue:
            return listed, float(by)
    return coin.name, 1.0


def _linear(venue: str, stream: str, coin: Coin, symbol: str, quote: str) -> Instrument:
    listed, by = _listed(coin, venue)
    price = coin.price * by
    return Instrument(
        venue, stream, symbol.format(listed), listed, quote, quote, "swap", coin.name, price, by,
        lot=lot_of(price), tradfi=coin in TRADFI,
    )  # fmt: skip


def _filler(venue: str, stream: str, symbol: str, name: str, price: float) -> Instrument:
    return Instrument(
        venue, stream, symbol.format(name), name, "USDT", "USDT", "swap", "", price,
        lot=lot_of(price),
    )  # fmt: skip


def _gold(venue: str, stream: str, symbol: str, end: int) -> Iterator[Instrument]:
    """The young XAU perpetual: its list date is 15 days before the scenario's end."""
    young = (end - 15 * DAY) // DAY * DAY
    contract = 0.001 if venue == "okx" else 1.0
    yield Instrument(
        venue, stream, symbol.format("XAU"), "XAU", "USDT", "USDT", "swap", "GOLD", 4_681.1,
        0.9996, contract=contract, lot=1.0 if venue == "okx" else 0.001, began=young, tradfi=True,
    )  # fmt: skip


def _usdm(end: int) -> Iterator[Instrument]:
    yield from (_linear("binance", "usdm", coin, "{}USDT", "USDT") for coin in (*COINS, *TRADFI))
    yield from _gold("binance", "usdm", "{}USDT", end)
    yield from (_linear("binance", "usdm", coin, "{}USDC", "USDC") for coin in COINS[:12])
    for coin in COINS[:2]:
        for when in quarter_ends(end):
            yield Instrument(
                "binance", "usdm", f"{coin.name}USDT_{when:%y%m%d}", coin.name, "USDT", "USDT",
                "future", coin.name, coin.price, lot=lot_of(coin.price),
                expires=int(when.timestamp() * 1000),
            )  # fmt: skip
    ratio = 2_987.0 / 89_880.0
    yield Instrument(
        "binance", "usdm", "ETHBTC", "ETH", "BTC", "BTC", "swap", "ETH", ratio, lot=0.01
    )
    yield from (_filler("binance", "usdm", "{}USDT", n, p) for n, p in fillers())


def _coinm(end: int) -> Iterator[Instrument]:
    for coin in COINS[:16]:
        yield _inverse("binance", "coinm", coin, f"{coin.name}USD_PERP", None)
    for coin in COINS[:5]:
        for when in quarter_ends(end):
            yield _inverse("binance", "coinm", coin, f"{coin.name}USD_{when:%y%m%d}", when)


def _inverse(venue: str, stream: str, coin: Coin, symbol: str, when: datetime | None) -> Instrument:
    usd = {"binance": 10.0, "okx": 10.0, "bybit": 1.0}[venue]
    if coin.name == "BTC":
        usd = {"binance": 100.0, "okx": 100.0, "bybit": 1.0}[venue]
    return Instrument(
        venue, stream, symbol, coin.name, "USD", coin.name, "future" if when else "swap",
        coin.name, coin.price, contract=usd, lot=0.1 if venue == "okx" else 1.0,
        expires=int(when.timestamp() * 1000) if when else None,
    )  # fmt: skip


def _spot(venue: str, symbol: str, end: int) -> Iterator[Instrument]:
    """Dollar pairs of the coins and of gold, then every quote with every name until it is full."""
    names = [(coin.name, coin.name, coin.price) for coin in COINS]
    gold = [("PAXG", "GOLD", 4_683.0), ("XAUT", "GOLD", 4_683.0 * 0.9991)]
    young = (end - 1180 * DAY) // DAY * DAY
    for base, path, price in (*gold, *names, *((n, "", p) for n, p in fillers())):
        yield Instrument(
            venue, "spot", symbol.format(base, "USDT"), base, "USDT", "", "spot", path, price,
            unit=0.9991 if base == "XAUT" else 1.0, lot=lot_of(price) / 100,
            began=young if path == "GOLD" else OLD,
        )  # fmt: skip
    for quote in ("USDC", "FDUSD", "BTC", "TRY", "EUR", "ETH", "BNB"):
        for base, path, price in (*names, *((n, "", p) for n, p in fillers())):
            if base != quote:
                worth = price / CROSSES.get(quote, 1.0)
                yield Instrument(
                    venue, "spot", symbol.format(base, quote), base, quote, "", "spot", path, worth,
                    lot=lot_of(price) / 100,
                )  # fmt: skip


def _bybit_linear(end: int) -> Iterator[Instrument]:
    yield from (_linear("bybit", "linear", coin, "{}USDT", "USDT") for coin in COINS)
    yield from _gold("bybit", "linear", "{}USDT", end)
    yield from (_linear("bybit", "linear", coin, "{}PERP", "USDC") for coin in COINS[:12])
    yield from (_filler("bybit", "linear", "{}USDT", n, p) for n, p in fillers())


def _bybit_inverse(end: int) -> Iterator[Instrument]:
    for coin in COINS[:26]:
        yield _inverse("bybit", "inverse", coin, f"{coin.name}USD", None)
    for coin in COINS[:2]:
        for when in quarter_ends(end):
            code = f"{coin.name}USD{'HMUZ'[(when.month - 1) // 3]}{when:%y}"
            yield _inverse("bybit", "inverse", coin, code, when)


def _okx_swap(end: int) -> Iterator[Instrument]:
    for coin in COINS:
        contract = {"BTC": 0.01, "ETH": 0.1}.get(coin.name) or power_of_ten(300 / coin.price)
        yield Instrument(
            "okx", "swap", f"{coin.name}-USDT-SWAP", coin.name, "USDT", "USDT", "swap", coin.name,
            coin.price, contract=contract, lot=0.01 if coin.name in ("BTC", "ETH") else 0.1,
        )  # fmt: skip
    yield from _gold("okx", "swap", "{}-USDT-SWAP", end)
    yield from (_inverse("okx", "swap", coin, f"{coin.name}-USD-SWAP", None) for coin in COINS[:20])
    yield from (_filler("okx", "swap", "{}-USDT-SWAP", n, p) for n, p in fillers())


def _okx_futures(end: int) -> Iterator[Instrument]:
    for coin in COINS[:6]:
        for when in quarter_ends(end):
            yield _inverse("okx", "futures", coin, f"{coin.name}-USD-{when:%y%m%d}", when)


def listing(end: int) -> dict[tuple[str, str], dict[str, Instrument]]:
    """Every list by (venue, stream), each a dict by the venue's own id, cut to its real size."""
    lists = {
        ("binance", "usdm"): _usdm(end),
        ("binance", "coinm"): _coinm(end),
        ("binance", "spot"): _spot("binance", "{}{}", end),
        ("bybit", "linear"): _bybit_linear(end),
        ("bybit", "inverse"): _bybit_inverse(end),
        ("bybit", "spot"): _spot("bybit", "{}{}", end),
        ("okx", "swap"): _okx_swap(end),
        ("okx", "futures"): _okx_futures(end),
        ("okx", "spot"): _spot("okx", "{}-{}", end),
    }
    return {key: _cut(rows, SIZES[key]) for key, rows in lists.items()}


def _cut(rows: Iterator[Instrument], size: int) -> dict[str, Instrument]:
    out: dict[str, Instrument] = {}
    for row in rows:
        out.setdefault(row.id, row)
        if len(out) == size:
            break
    return out
