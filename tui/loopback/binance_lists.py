"""Binance's market lists: what they hold, and their rows on the wire."""

from collections.abc import Iterator
from typing import Any

from tui.loopback.coins import COINS, TRADFI, decimals, lot_of
from tui.loopback.listing import Instrument, filled, gold, inverse, linear, quarter_ends
from tui.loopback.wire import number

NO_DELIVERY = 4_133_404_800_000  # 2100-12-25, what a perpetual carries


def usdm(end: int) -> Iterator[Instrument]:
    """USD-M: coins, metals and shares, USDC pairs, dated ones, a cross against bitcoin."""
    yield from (linear("binance", "usdm", coin, "{}USDT", "USDT") for coin in (*COINS, *TRADFI))
    yield gold("binance", "usdm", "{}USDT", end)
    yield from (linear("binance", "usdm", coin, "{}USDC", "USDC") for coin in COINS[:12])
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
    yield from filled("binance", "usdm", "{}USDT")


def coinm(end: int) -> Iterator[Instrument]:
    """COIN-M: contracts of 100 USD of bitcoin and of 10 USD of every other coin."""
    usd = {"BTC": 100.0}
    for coin in COINS[:16]:
        symbol = f"{coin.name}USD_PERP"
        yield inverse("binance", "coinm", coin, symbol, usd.get(coin.name, 10.0))
    for coin in COINS[:5]:
        for when in quarter_ends(end):
            symbol = f"{coin.name}USD_{when:%y%m%d}"
            yield inverse("binance", "coinm", coin, symbol, usd.get(coin.name, 10.0), when=when)


def _filters(market: Instrument) -> list[dict[str, Any]]:
    tick, lot = number(market.tick, market.tick), number(market.lot, market.lot)
    least = {"filterType": "MIN_NOTIONAL", "notional": "5"}
    if market.kind == "spot":
        least = {"filterType": "NOTIONAL", "minNotional": "5.00000000"}
    return [
        {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "4529764", "tickSize": tick},
        {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": "1000000", "stepSize": lot},
        {"filterType": "MARKET_LOT_SIZE", "minQty": lot, "maxQty": "120000", "stepSize": lot},
        least,
    ]


def listed(market: Instrument) -> dict[str, Any]:
    """A contract as fapi's and dapi's exchangeInfo list it."""
    kind = "CURRENT_QUARTER" if market.expires else "PERPETUAL"
    coin = not market.tradfi
    underlying = "COIN" if coin else "COMMODITY" if market.base.startswith("XA") else "EQUITY"
    row = {
        "symbol": market.id, "pair": market.id.split("_")[0],
        "contractType": kind if coin else "TRADIFI_PERPETUAL",
        "deliveryDate": market.expires or NO_DELIVERY, "onboardDate": market.began,
        "maintMarginPercent": "2.5000", "requiredMarginPercent": "5.0000",
        "baseAsset": market.base, "quoteAsset": market.quote, "marginAsset": market.settle,
        "pricePrecision": decimals(market.tick), "quantityPrecision": decimals(market.lot),
        "baseAssetPrecision": 8, "quotePrecision": 8, "underlyingType": underlying,
        "underlyingSubType": ["PoW"] if coin else ["TradFi"], "triggerProtect": "0.0500",
        "liquidationFee": "0.012500", "marketTakeBound": "0.05", "filters": _filters(market),
        "orderTypes": ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }  # fmt: skip
    if market.inverse:
        sized = {"contractStatus": "TRADING", "contractSize": int(market.contract)}
        return row | sized | {"equalQtyPrecision": 4}
    return row | {"status": "TRADING", "settlePlan": 0}


def listed_spot(market: Instrument) -> dict[str, Any]:
    """A pair as api's exchangeInfo lists it."""
    return {
        "symbol": market.id, "status": "TRADING", "baseAsset": market.base,
        "baseAssetPrecision": 8, "quoteAsset": market.quote, "quotePrecision": 8,
        "quoteAssetPrecision": 8, "baseCommissionPrecision": 8, "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        "icebergAllowed": True, "ocoAllowed": True, "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": bool(market.path), "filters": _filters(market),
        "permissions": [], "permissionSets": [["SPOT", "MARGIN", "TRD_GRP_004", "TRD_GRP_005"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
    }  # fmt: skip
