"""What market lists are made of: coins with paths, fillers that echo, gold, quarterly dates."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tui.loopback.coins import COINS, TRADFI, Coin, lot_of, power_of_ten, tick_of
from tui.loopback.path import DAY

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


def _multiple(coin: Coin, venue: str) -> tuple[str, float]:
    """The base a venue lists a coin under, and its multiplier."""
    for at, listed, by in coin.multiples:
        if at == venue:
            return listed, float(by)
    return coin.name, 1.0


def linear(venue: str, stream: str, coin: Coin, symbol: str, quote: str) -> Instrument:
    """A perpetual of whole coins, or of the multiple that the venue lists; `{}` is the base."""
    listed, by = _multiple(coin, venue)
    price = coin.price * by
    return Instrument(
        venue, stream, symbol.format(listed), listed, quote, quote, "swap", coin.name, price, by,
        lot=lot_of(price), tradfi=coin in TRADFI,
    )  # fmt: skip


def filled(venue: str, stream: str, symbol: str) -> Iterator[Instrument]:
    """USDT perpetuals of the invented tickers."""
    for name, price in fillers():
        yield Instrument(
            venue, stream, symbol.format(name), name, "USDT", "USDT", "swap", "", price,
            lot=lot_of(price),
        )  # fmt: skip


def in_contracts(
    venue: str, stream: str, symbol: str, end: int, bitcoin: float
) -> Iterator[Instrument]:
    """USDT perpetuals in contracts of some 30 dollars (`bitcoin` coins of it, 0.01 of ether), gold
    and the invented tickers; `{}` is the base."""
    for coin in COINS:
        contract = {"BTC": bitcoin, "ETH": 0.01}.get(coin.name) or power_of_ten(30 / coin.price)
        yield Instrument(
            venue, stream, symbol.format(coin.name), coin.name, "USDT", "USDT", "swap", coin.name,
            coin.price, contract=contract,
        )  # fmt: skip
    yield gold(venue, stream, symbol, end, 0.001, 1.0)
    yield from filled(venue, stream, symbol)


def gold(
    venue: str, stream: str, symbol: str, end: int, contract: float = 1.0, lot: float = 0.001
) -> Instrument:
    """The young XAU perpetual: its list date is 15 days before the scenario's end."""
    young = (end - 15 * DAY) // DAY * DAY
    return Instrument(
        venue, stream, symbol.format("XAU"), "XAU", "USDT", "USDT", "swap", "GOLD", 4_681.1,
        0.9996, contract=contract, lot=lot, began=young, tradfi=True,
    )  # fmt: skip


def inverse(
    venue: str, stream: str, coin: Coin, symbol: str, usd: float, lot: float = 1.0,
    when: datetime | None = None,
) -> Instrument:  # fmt: skip
    """A contract of `usd` dollars, settled in the coin; dated when there is a `when`."""
    return Instrument(
        venue, stream, symbol, coin.name, "USD", coin.name, "future" if when else "swap",
        coin.name, coin.price, contract=usd, lot=lot,
        expires=int(when.timestamp() * 1000) if when else None,
    )  # fmt: skip


def spot(venue: str, symbol: str, end: int) -> Iterator[Instrument]:
    """Dollar pairs of the coins and of gold, then every quote with every name, without end."""
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


def tokens(venue: str, symbol: str) -> Iterator[Instrument]:
    """A token of a share among the spot pairs: it follows the share's perpetual."""
    (share,) = (coin for coin in TRADFI if coin.name == "TSLA")
    yield Instrument(
        venue, "spot", symbol.format("TSLAX", "USDT"), "TSLAX", "USDT", "", "spot", share.name,
        share.price, lot=lot_of(share.price) / 100, tradfi=True,
    )  # fmt: skip


def cut(rows: Iterable[Instrument], size: int) -> dict[str, Instrument]:
    """The first `size` markets by their ids; of two with one id the first counts."""
    out: dict[str, Instrument] = {}
    for row in rows:
        out.setdefault(row.id, row)
        if len(out) == size:
            break
    return out


def unlisted(id: str, place: int) -> str:
    """The id of a contract that no list has, one for each place; Lighter's are numbers."""
    return f"{9000 + place}{id}" if id.isdigit() else f"NEW{place}{id}"
