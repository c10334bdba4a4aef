"""Rows of Binance's market lists."""

from typing import Any

from tui.loopback.coins import decimals
from tui.loopback.listing import Instrument
from tui.loopback.wire import number

NO_DELIVERY = 4_133_404_800_000  # 2100-12-25, what a perpetual carries


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
