"""Where prices come from: a venue that may have them, and the markets of coins and gold there."""

from dataclasses import dataclass, field

from tui.collectors.tokens import Tokens
from tui.metrics.other_havens import HAVENS, TOKENS
from tui.tables import Class
from tui.venues.asked import Asked
from tui.venues.base import DOLLARS, Ask, Market, Priced
from tui.venues.errors import NotListed
from tui.venues.markets import Markets

Key = tuple[str, str]
"""A coin and the kind of its market, which each venue calls by another symbol."""

GOLD: tuple[Key, ...] = (("XAU", "swap"), ("PAXG", "spot"), ("XAUT", "spot"))
"""Gold without a key, in the order in which it is preferred."""

OTHER_HAVENS: tuple[Key, ...] = tuple(key for keys in HAVENS.values() for key in keys)
"""Silver, and the dollar in American shares: looked up in the lists of perpetuals, and of Bybit's
tokens, so that they cost no request where no venue has them. Not verified on a live venue: which
of them lists which of these, and under which of the names."""


@dataclass(frozen=True)
class Source:
    """A venue that may have prices, with the list of its linear contracts."""

    venue: type[Priced]
    asked: type[Asked]
    ask: Ask
    markets: Markets
    tokens: Tokens = field(default_factory=Tokens)


async def find(source: Source, base: str, kind: str) -> Market:
    """The venue's market of a coin; a spot pair is not looked up in a list of 3,500 but tried, save
    a token of shares, whose name may be a coin's elsewhere.

    Raises NotListed, RateLimited or Unanswered.
    """
    if kind == "spot" and base in TOKENS:
        if id := (await source.tokens.get(source.asked, source.ask)).get(base):
            return pair(id, base, "USDT")
        raise NotListed(f"no token {base}")
    if kind == "spot":
        return spot(source.asked, base)
    for market in (await source.markets.get(source.ask)).values():
        same = (market.base, market.kind, market.inverse) == (base, kind, False)
        if same and market.quote in DOLLARS:
            return market
    raise NotListed(f"no {base} {kind}")


def spot(asked: type[Asked], base: str, quote: str = "USDT") -> Market:
    """A coin's spot pair."""
    return pair(asked.spot_id(base, quote), base, quote)


def pair(id: str, base: str, quote: str) -> Market:
    """A spot pair by the venue's id."""
    return Market(
        id=id,
        symbol=f"{base}/{quote}",
        base=base,
        quote=quote,
        kind="spot",
        inverse=False,
        contract_size=1.0,
        multiplier=1.0,
        cls=Class.CRYPTO,
        tick=None,
    )
