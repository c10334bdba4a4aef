"""OKX's market lists: what they hold, their rows on the wire, and those of liquidations."""

from collections.abc import Iterator, Sequence
from typing import Any

from tui.loopback.coins import COINS, power_of_ten
from tui.loopback.forced import Forced
from tui.loopback.listing import Instrument, filled, gold, inverse, quarter_ends
from tui.loopback.wire import number, price_text, size_text
from tui.tables import Side


def swap(end: int) -> Iterator[Instrument]:
    """Linear ones of every coin, inverse ones of the first twenty."""
    for coin in COINS:
        contract = {"BTC": 0.01, "ETH": 0.1}.get(coin.name) or power_of_ten(300 / coin.price)
        yield Instrument(
            "okx", "swap", f"{coin.name}-USDT-SWAP", coin.name, "USDT", "USDT", "swap", coin.name,
            coin.price, contract=contract, lot=0.01 if coin.name in ("BTC", "ETH") else 0.1,
        )  # fmt: skip
    yield gold("okx", "swap", "{}-USDT-SWAP", end, 0.001, 1.0)
    for coin in COINS[:20]:
        yield inverse("okx", "swap", coin, f"{coin.name}-USD-SWAP", _usd(coin.name), 0.1)
    yield from filled("okx", "swap", "{}-USDT-SWAP")


def futures(end: int) -> Iterator[Instrument]:
    """Inverse ones of two quarters."""
    for coin in COINS[:6]:
        for when in quarter_ends(end):
            symbol = f"{coin.name}-USD-{when:%y%m%d}"
            yield inverse("okx", "futures", coin, symbol, _usd(coin.name), 0.1, when)


def _usd(coin: str) -> float:
    """What an inverse contract is worth."""
    return 100.0 if coin == "BTC" else 10.0


def kind(market: Instrument) -> str:
    """A market's `instType`."""
    return {"spot": "SPOT", "swap": "SWAP", "future": "FUTURES"}[market.kind]


def listed(market: Instrument) -> dict[str, Any]:
    """A market's row of public/instruments."""
    swap = market.kind != "spot"
    family = "-".join(market.id.split("-")[:2]) if swap else ""
    return {
        "instType": kind(market), "instId": market.id, "instFamily": family, "uly": family,
        "category": "1", "instCategory": "4" if market.tradfi else "1", "groupId": "1",
        "baseCcy": "" if swap else market.base, "quoteCcy": "" if swap else market.quote,
        "settleCcy": market.settle, "ctVal": f"{market.contract:.12g}" if swap else "",
        "ctMult": "1" if swap else "",
        "ctValCcy": ("USD" if market.inverse else market.base) if swap else "",
        "ctType": ("inverse" if market.inverse else "linear") if swap else "",
        "optType": "", "stk": "", "listTime": str(market.began),
        "expTime": str(market.expires or ""), "lever": "100" if swap else "10",
        "tickSz": number(market.tick, market.tick), "lotSz": number(market.lot, market.lot),
        "minSz": number(market.lot, market.lot), "alias": "next_quarter" if market.expires else "",
        "state": "live", "ruleType": "normal", "maxLmtSz": "100000000", "maxMktSz": "120000",
        "maxLmtAmt": "20000000", "maxMktAmt": "1000000", "maxTwapSz": "100000000",
        "maxIcebergSz": "100000000", "maxTriggerSz": "100000000", "maxStopSz": "120000",
    }  # fmt: skip


def group(rows: Sequence[Forced]) -> dict[str, Any]:
    """The liquidations of one contract, as an entry of `data`."""
    symbol = rows[0].market.id
    family = "-".join(symbol.split("-")[:2])
    details = [
        {
            "bkLoss": "0", "bkPx": price_text(row.market, row.price), "ccy": "",
            "posSide": row.side.value, "side": "sell" if row.side is Side.LONG else "buy",
            "sz": size_text(row.market, row.size), "ts": str(row.ts),
        }
        for row in rows
    ]  # fmt: skip
    return {"details": details, "instFamily": family, "instId": symbol, "instType": "SWAP",
            "uly": family}  # fmt: skip
