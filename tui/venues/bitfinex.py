"""Bitfinex: liquidated positions of its perpetuals and of margin on its spot pairs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.tables import Class, Side
from tui.venues.base import Answer, Ask, Market, Request, Wire, each, moment, positive, signed
from tui.venues.history import Backfills, Filled, listed
from tui.venues.names import coin, is_tradfi

_LISTS = "pub:info:pair,pub:info:pair:futures"
_PAGE = 500  # rows of its history at once
_PAPER = "tTEST"  # its pairs for paper trading
_FIELDS = (
    *("type", "pos_id", "mts", None, "symbol", "amount", "base_price", None),
    *("is_match", "is_market_sold", None, "price_acquired"),
)
_COINS = {
    "UST": "USDT", "UDC": "USDC", "EUT": "EURT", "ALG": "ALGO", "AMP": "AMPL", "ATO": "ATOM",
    "BCHN": "BCH", "DSH": "DASH", "IOT": "IOTA", "LUNA": "LUNC", "LUNA2": "LUNA", "MNA": "MANA",
    "QTM": "QTUM", "STJ": "STORJ",
}  # fmt: skip
_NO_COIN = re.compile(r"EUR|GBP|JPY|[A-Z]+\d+IX")
"""Perpetuals on currencies and on indices of shares (GERMANY40IX)."""


class Bitfinex(Backfills):
    """The status channel's `liq:global`, of all pairs: `pos` rows, several to a message.

    Wire; first that a liquidation was triggered, then, IS_MATCH being 1, what was executed of it:

        [907,[["pos",143679087,1594036710534,null,"tETHF0:USTF0",-8.6007,222.248906484356,null,
          0,1,null,null]]]
        [907,[["pos",143679087,1594036710543,null,"tETHF0:USTF0",-4.56671421,222.248906484356,null,
          1,1,null,235.52]]]

    The fields are `pos`, POS_ID, MTS, -, SYMBOL, AMOUNT, BASE_PRICE, -, IS_MATCH, IS_MARKET_SOLD,
    -, PRICE_ACQUIRED. Rows with IS_MATCH 1 alone count, or each would count twice. By Bitfinex's
    words a positive AMOUNT is a long, in coins; the few rows that are recorded agree (a short that
    was opened at 222.25 is closed at 235.52), no one has held it against many. Unverified too:
    that the AMOUNT of an execution is what it closed and not what was left, and whether all of
    them are published.
    """

    name = "bitfinex"
    gives = "?"
    streams = ("global",)

    @staticmethod
    async def instruments(ask: Ask, stream: str) -> list[Any]:
        answer = await ask("publicGetConfConfig", {"config": _LISTS})
        return [pair for pairs in listed(answer) for pair in pairs]

    @staticmethod
    def market(stream: str, row: Any) -> Market | None:
        """`["BTCF0:USTF0",[null,null,null,"0.00004","2000.0",…]]`, or `BTCUSD` and `AVAX:USD` on
        spot; a size is coins on both. A price has five digits, hence no tick."""
        id = "t" + row[0]
        if id.startswith(_PAPER):
            return None
        listing, quote = row[0].split(":") if ":" in row[0] else (row[0][:3], row[0][3:])
        swap = listing.endswith("F0")
        listing, quote = (_name(code.removesuffix("F0")) for code in (listing, quote))
        base, multiplier = coin(listing)
        tradfi = is_tradfi(listing) or (swap and _NO_COIN.fullmatch(listing))
        return Market(
            id=id,
            symbol=f"{listing}/{quote}:{quote}" if swap else f"{listing}/{quote}",
            base=base,
            quote=quote,
            kind="swap" if swap else "spot",
            inverse=False,
            contract_size=1.0,
            multiplier=multiplier,
            cls=Class.TRADFI if tradfi else Class.CRYPTO,
            tick=None,
        )

    @staticmethod
    def address(urls: Mapping[str, Any], stream: str) -> str:
        return str(urls["ws"]["public"])

    @staticmethod
    def topics(stream: str, markets: Iterable[Market]) -> list[str]:
        return ["liq:global"]

    @staticmethod
    def request(topics: Sequence[str], number: int) -> Request:
        (key,) = topics
        return Request((key,), {"event": "subscribe", "channel": "status", "key": key}, (key,))

    @staticmethod
    def answer(message: Any) -> Answer | None:
        """`{"event":"subscribed","channel":"status","chanId":907,"key":"liq:global"}`, or
        `{"event":"error","msg":…,"code":10300}`, with the key or without it."""
        event = message.get("event")
        if event == "error":
            return Answer(message.get("key"), False, f"{message.get('code')} {message.get('msg')}")
        return Answer(message["key"], True) if event == "subscribed" else None

    @staticmethod
    def read(stream: str, message: Any) -> list[Wire]:
        """A heartbeat is `[907,"hb"]`."""
        if not isinstance(message, list) or len(message) < 2 or not isinstance(message[1], list):
            return []
        rows = message[1]
        if not rows:
            return []
        return each(_executed(rows if rows[0] != "pos" else [rows]), _row)

    @staticmethod
    async def backfill(
        ask: Ask, stream: str, markets: Sequence[Market], since: int, until: int
    ) -> Filled:
        """`v2/liquidations/hist` of all pairs, one page: a second one in the same 25 s is told to
        wait for minutes (so others; ccxt keeps 20 s between them).

        A full page was cut at one end, and what lies between its rows alone is whole. The rows are
        those of the socket; that they have the same times and that none lacks is unverified.
        """
        span = {"start": since + 1, "end": until, "limit": _PAGE}
        rows = [row for group in listed(await ask("publicGetLiquidationsHist", span))
                for row in (group if isinstance(group[0], list) else [group])]  # fmt: skip
        wires = each(_executed(rows), _row)
        if len(rows) < _PAGE:
            return Filled(wires, since, until)
        times = [int(row[2]) for row in rows]
        return Filled(wires, min(times), max(min(times), max(times) - 1))


def _name(code: str) -> str:
    return _COINS.get(code, code)


def _executed(rows: Iterable[Any]) -> list[Any]:
    """All but the triggers and what nobody owns; a malformed row stays, to be told of."""
    return [row for row in rows if not _passed_by(row)]


def _passed_by(row: Any) -> bool:
    if not isinstance(row, list) or len(row) != len(_FIELDS):
        return False
    return row[8] == 0 or str(row[4]).startswith(_PAPER)


def _row(row: list[Any]) -> Wire:
    told = {name: value for name, value in zip(_FIELDS, row, strict=True) if name}
    if (told["type"], told["is_match"]) != ("pos", 1):
        raise ValueError(f"no executed position: {row}")
    amount = signed(told["amount"])
    return Wire(
        market_id=str(told["symbol"]),
        ts=moment(told["mts"]),
        side=Side.LONG if amount > 0 else Side.SHORT,
        size=abs(amount),
        price=positive(told["price_acquired"]),
        price_kind="fill_avg",
        raw=told,
    )
